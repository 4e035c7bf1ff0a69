"""What an edited or translated text has to keep: numbers with their units, names, addresses, placeholders. Pure."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable

from coursecrafter.gateway.providers.offline_text.language import language_of, words

ADDRESS = re.compile(
    r"(?:[a-z][a-z0-9+.-]{1,20}://|www\.)[^\s<>\"'“”„«»)\]}]+"
    r"|(?<![\w.+-])[\w.+-]+@[\w-]+\.[\w.-]+\w"
    r"|\b(?:[a-z0-9-]{1,63}\.)+(?:com|org|net|io|ai|dev|app|info|biz|xyz|top|click|link|site|online|example|test|invalid|onion)"
    r"\b(?:/[^\s<>\"')\]}]*)?",
    re.IGNORECASE,
)
PLACEHOLDER = re.compile(
    r"\{\{[^{}\n]{1,60}\}\}|\$?\{[\w.:-]{0,60}\}|%\([\w.]{1,40}\)[a-z]|%[sdif]\b|</?\d{1,3}/?>|\[\[[^\[\]\n]{1,60}\]\]"
)
_NUMBER = re.compile(r"\d+(?:[.,'’\u202f\u00a0 ]\d{3}(?!\d))*(?:[.,]\d+)?")
_DECIMALS = re.compile(r"(?P<whole>.*\d)[.,](?P<decimals>\d{1,2}|\d{4,}|(?<=^0.)\d{3})")
_LIST_NUMBER = re.compile(r"^\s*\(?\d{1,2}[.)]\s", re.MULTILINE)
_UNITS = (
    "%|‰|°C|°F|°|K|mm|cm|dm|km|m²|m³|m|kg|mg|µg|g|t|ml|cl|dl|hl|l|L|ms|s|min|h|kV|mV|V|mA|A|kWh|MWh|kW|MW|W|kHz|MHz"
    "|GHz|Hz|mbar|bar|hPa|kPa|MPa|Pa|kN|Nm|N|kJ|MJ|J|kcal|dB|px|kB|MB|GB|TB|ppm|rpm|€|\\$|£|EUR|USD|CHF"
)
_MEASURE = re.compile(rf"({_NUMBER.pattern})[\s\u00a0\u202f]?({_UNITS})(?![A-Za-zÀ-ÿ²³])")
_NUMBER_WORDS = {
    "0": "zero null zéro cero",
    "1": "one once single first ein eine einen einem einer eins un une uno una um uma",
    "2": "two twice both second zwei deux dos dois duas",
    "3": "three third drei trois tres três",
    "4": "four fourth vier quatre cuatro quatro",
    "5": "five fifth fünf cinq cinco",
    "6": "six sixth sechs seis",
    "7": "seven seventh sieben sept siete sete",
    "8": "eight eighth acht huit ocho oito",
    "9": "nine ninth neun neuf nueve nove",
    "10": "ten tenth zehn dix diez dez",
    "11": "eleven elf onze once",
    "12": "twelve dozen zwölf douze doce doze",
}
_SENTENCE_STARTS = frozenset(".!?:…•–—\"'“„«(\n")
FEWEST_CAPITALS = 2
STEM_SHARE = 0.75


def numbers(text: str) -> Counter[str]:
    """Numbers by what they amount to, since languages part thousands and decimals differently."""
    bare = ADDRESS.sub(" ", _LIST_NUMBER.sub(" ", text))
    return Counter(map(_amount, _NUMBER.findall(bare)))


def _amount(number: str) -> str:
    """Digits without what parts thousands, and a point before decimals: "3.5" for "3,50", and not 35.

    A point or comma before three digits parts thousands, unless a lone 0 stands before it.
    """
    found = _DECIMALS.fullmatch(number)
    whole, decimals = (found["whole"], found["decimals"].rstrip("0")) if found else (number, "")
    digits = re.sub(r"\D", "", whole)
    return f"{digits}.{decimals}" if decimals else digits


def lost_numbers(before: str, after: str) -> list[str]:
    """Numbers of a text that no longer stand in it, neither in digits nor, up to twelve, as words."""
    kept = numbers(after)
    spoken = {word.casefold() for word in words(after)}
    return [
        number
        for number in numbers(before)
        if number not in kept and not spoken & set(_NUMBER_WORDS.get(number, "").split())
    ]


def new_numbers(sources: Iterable[str], after: str) -> list[str]:
    """Numbers of two digits or more that none of the sources has; what a list or a step is counted with is free."""
    known = Counter[str]()
    for source in sources:
        known.update(map(_amount, _NUMBER.findall(source)))
    return [number for number in numbers(after) if len(number) > 1 and number not in known]


def lost_measures(before: str, after: str) -> list[str]:
    """Numbers with units that no longer stand together."""
    kept = {_measure(*found) for found in _MEASURE.findall(after)}
    lost = [found for found in _MEASURE.findall(before) if _measure(*found) not in kept]
    return list(dict.fromkeys(f"{number} {unit}" for number, unit in lost))


def _measure(number: str, unit: str) -> tuple[str, str]:
    return _amount(number), unit.replace("L", "l")


def names(text: str, tag: str) -> list[str]:
    """Names as a text writes them: abbreviations and, inside sentences, words with a capital.

    German writes every noun with a capital, so only two of them side by side are taken for a name there.
    """
    found = [(match[0], match.start()) for match in re.finditer(r"[^\W_][\w&’'-]*[^\W_]", text)]
    language = language_of(tag)
    is_german = language.code == "de"
    hits: list[str] = []
    for nth, (word, at) in enumerate(found):
        if sum(sign.isupper() for sign in word) >= FEWEST_CAPITALS and any(map(str.isalpha, word)):
            hits.append(word)
            continue
        if not word[0].isupper() or language.is_stop_word(word.casefold()) or _opens(text, at):
            continue
        before, before_at = found[nth - 1] if nth else ("", 0)
        is_beside = before[:1].isupper() and text[before_at + len(before) : at] == " "
        is_second = is_beside and not _opens(text, before_at) and not language.is_stop_word(before.casefold())
        if is_german and is_second:
            hits += [before, word]
        elif not is_german:
            hits.append(word)
    return list(dict.fromkeys(hits))


def _opens(text: str, at: int) -> bool:
    """Whether a sentence begins at a place."""
    before = text[:at].rstrip(" \t")
    return not before or before[-1] in _SENTENCE_STARTS


def lost_names(before: str, after: str, tag: str) -> list[str]:
    """Names of a text that no longer stand in it, in any inflection."""
    kept = after.casefold()
    return [name for name in names(before, tag) if name.casefold()[: max(3, int(len(name) * STEM_SHARE))] not in kept]


def lost_marks(before: str, after: str) -> list[str]:
    """Addresses and placeholders of a text that no longer stand in it as they did."""
    marks = [*(match[0] for match in ADDRESS.finditer(before)), *(match[0] for match in PLACEHOLDER.finditer(before))]
    return [mark for mark in dict.fromkeys(marks) if mark.rstrip(".,;:!?") not in after]
