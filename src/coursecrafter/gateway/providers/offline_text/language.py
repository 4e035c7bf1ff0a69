"""Sentences, words and stems of a text in many languages."""

from __future__ import annotations

import re
import unicodedata
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import snowballstemmer

from coursecrafter.gateway.providers.offline_text.abbreviations import is_cut
from coursecrafter.gateway.providers.offline_text.stop_words import STOP_WORDS

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # pysbd's own source has escapes that newer Pythons warn of
    import pysbd

STEMMERS = {
    "ar": "arabic",
    "da": "danish",
    "de": "german",
    "el": "greek",
    "en": "english",
    "es": "spanish",
    "fi": "finnish",
    "fr": "french",
    "hu": "hungarian",
    "it": "italian",
    "nb": "norwegian",
    "nl": "dutch",
    "no": "norwegian",
    "pl": "polish",
    "pt": "portuguese",
    "ro": "romanian",
    "ru": "russian",
    "sv": "swedish",
    "tr": "turkish",
}
PYSBD_RULES = {code: code for code in ("en", "de", "fr", "es", "it", "nl", "pl", "ru", "da", "el", "bg", "sk")} | {
    "pt": "es"
}
SIMPLE_ENDS = frozenset({"ar", "fa", "he", "hi", "ja", "th", "ur", "zh"})
SIMPLE_END = re.compile(r"(?<=[。！？])|(?<=[.!?؟۔।])(?=\s)")
LONGEST_PARAGRAPH = 2000  # pysbd looks each sentence up again from the start: bounded pieces keep that short
WORD = re.compile(r"\d[\d.,:]*\d|\d|[^\W\d_]+(?:['’‑-][^\W\d_]+)*")
HAN_OR_KANA = re.compile(r"[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff]+")
SENTENCE_ENDS = (".", "!", "?", "…", "。", "！", "？", "؟", "۔", "।")
SHORTEST_CONTENT_WORD = 3
JOINERS = frozenset("\u200c\u200d")  # letters of Persian and Indic scripts depend on them
CONTINUERS = frozenset(":;,)]}–—-/…»”")
LONGEST_ABBREVIATION = 4
LONGEST_CUT_OFF = 6
CLOSERS = "”“\"»’'」)"
ADDRESS = re.compile(r"\S{0,200}(?:://|www\.)\S*")
SOURCE_LINE = re.compile(
    r"(?:quellen?|sources?|bild|foto|photo|image|resources?|références?|references?|fuentes?|fontes?|imagen|imagem|buch|isbn)\s*:"
    r"|©|\(c\)|[=_*#~-]{4,}"
)
LONGEST_CODE_LINE = 120
CODE_LINE = re.compile(
    r"(?:(?:async )?(?:def|class|if|elif|for|while|with|except|switch|case|match)\b.*|else|try|finally|do)\s*[:{]"
    r"|.*(?:\w\(.*\)|\w\[.*\]|[^<>=!]=).*;"
)
ARABIC_LETTER = re.compile(r"[\u0620-\u064a\u066e-\u06d3]")
LATIN_LETTER = re.compile(r"[A-Za-z]")
LIST_ENDS = ".;,،؛"  # of an entry, which a list takes off
BULLET = re.compile(r"^(?:\s*#{1,6}\s|(?:[\s•‣⁃◦▪■●○◆►✓✔➤➢·*]|[–—-](?!\d))+)\s*(?=\S)")


@dataclass(frozen=True, slots=True)
class Language:
    """A language as the offline writer knows it.

    Attributes:
        code: primary subtag of BCP 47.
    """

    code: str

    @property
    def has_spaces(self) -> bool:
        """Whether words are parted by spaces."""
        return self.code not in {"zh", "ja", "th"}

    def sentences(self, text: str) -> list[str]:
        """Whole sentences, in order, each line a paragraph of its own."""
        return list(_sentences(self.code, text))

    def stems(self, text: str) -> list[str]:
        """Stems of the words that carry meaning; pairs of characters where a script has no spaces."""
        return list(_stems(self.code, text))

    def is_stop_word(self, word: str) -> bool:
        """Whether a word carries no meaning of its own."""
        known = STOP_WORDS.get(self.code)
        return word.casefold() in known if known else len(word) <= SHORTEST_CONTENT_WORD


def language_of(tag: str) -> Language:
    """From a BCP 47 tag."""
    return Language(tag.lower().replace("_", "-").split("-")[0])


def tidy(text: str) -> str:
    """One line, without a bullet or Markdown's "#" before it (a minus stays), without controls and lone surrogates."""
    kept = "".join(_tidied(character) for character in text)
    return " ".join(BULLET.sub("", kept).split())


def _tidied(character: str) -> str:
    category = unicodedata.category(character)
    if category == "Cf":
        return character if character in JOINERS else ""
    return " " if category in {"Cc", "Cs", "Co", "Zl", "Zp"} else character


def words(text: str) -> list[str]:
    """Words and numbers as they are written."""
    return WORD.findall(text)


def is_code(line: str) -> bool:
    """Whether it is a line of a program whose end is a sign of its own: "for row in rows:", "x = 3;"."""
    return len(line) <= LONGEST_CODE_LINE and CODE_LINE.fullmatch(line.strip()) is not None


def as_sentence(text: str) -> str:
    """With a full stop where it has no end of its own; a line of a program keeps its colon."""
    if is_code(text):
        return text.strip()
    bare = text.rstrip(" :;,،；：，-–—")
    if bare.rstrip(CLOSERS).endswith(SENTENCE_ENDS) or not bare:
        return bare
    return bare + ("。" if HAN_OR_KANA.search(bare[-1]) else ".")


def list_comma(entries: Sequence[str]) -> str:
    """What parts the entries of a list, by the script that they are written in."""
    if "\u3040" <= entries[0][-1:] <= "\u9fff":
        return "、"
    told = "".join(entries)
    return "، " if len(ARABIC_LETTER.findall(told)) > len(LATIN_LETTER.findall(told)) else ", "


def is_prose(line: str) -> bool:
    """Whether a voice could say it: letters, and neither an address nor the name of a source."""
    lowered = line.casefold()
    is_address = any(mark in lowered for mark in ("://", "www.", "@"))
    return any(character.isalpha() for character in line) and not is_address and not SOURCE_LINE.match(lowered)


def without_addresses(text: str) -> str:
    """With "@" for each address, so that no stop inside one ends a sentence, and the sentence is no prose."""
    return ADDRESS.sub("@", text)


def cut_words(text: str, limit: int) -> str:
    """At most `limit` characters, cut between words (anywhere where there are no spaces), with an ellipsis."""
    if len(text) <= limit:
        return text
    head = text[: limit - 1]
    at = head.rfind(" ")
    return (head[:at] if at > limit // 3 else head).rstrip(" ,;:–—-(") + "…"


@lru_cache(maxsize=8192)
def _sentences(code: str, text: str) -> tuple[str, ...]:
    found: list[str] = []
    for line in re.split(r"[\n\r\v\u2028\u2029]+", text):
        for piece in _bounded(tidy(line)):
            parts = SIMPLE_END.split(piece) if code in SIMPLE_ENDS else _segmenter(code).segment(piece)
            found.extend(_glued(code, parts))
    return tuple(found)


def _glued(code: str, parts: Sequence[str]) -> list[str]:
    """Mend cuts after an abbreviation ("Bsp.: 5", "ca. 30"), before a dash and inside an address."""
    whole: list[str] = []
    for part in (part for part in parts if part.strip()):
        is_rest = bool(whole) and (part.lstrip()[0] in CONTINUERS or len(whole[-1].strip()) <= LONGEST_ABBREVIATION)
        is_rest = is_rest or (bool(whole) and (_is_cut_off(whole[-1], part) or is_cut(code, whole[-1], part)))
        if is_rest or (whole and _is_in_address(whole[-1], part)):
            whole[-1] += part
        else:
            whole.append(part)
    return [part.strip() for part in whole]


def _is_in_address(before: str, part: str) -> bool:
    """Whether an address goes on behind its question mark: "https://example.org/?page=2"."""
    is_parted = before[-1].isspace() or part[0].isspace()
    return not is_parted and ADDRESS.fullmatch(before.rsplit(maxsplit=1)[-1]) is not None


def _is_cut_off(before: str, part: str) -> bool:
    """Whether a lone last word stands behind an abbreviation ("in europ. Haushalten")."""
    last = before.rsplit(maxsplit=1)[-1]
    is_short = last.islower() and last.endswith(".") and len(last) <= LONGEST_CUT_OFF
    return is_short and len(part.split()) == 1


def _bounded(line: str) -> list[str]:
    pieces: list[str] = []
    while len(line) > LONGEST_PARAGRAPH:
        at = max(line.rfind(mark, 1, LONGEST_PARAGRAPH) for mark in (". ", "! ", "? ", "。")) + 1
        at = at or line.rfind(" ", 1, LONGEST_PARAGRAPH) + 1 or LONGEST_PARAGRAPH
        pieces.append(line[:at])
        line = line[at:]
    return [*pieces, line]


@lru_cache(maxsize=32)
def _segmenter(code: str) -> pysbd.Segmenter:
    return pysbd.Segmenter(language=PYSBD_RULES.get(code, "en"), clean=False)


@lru_cache(maxsize=32768)
def _stems(code: str, text: str) -> tuple[str, ...]:
    language = Language(code)
    if not language.has_spaces:
        runs = HAN_OR_KANA.findall(text)
        return tuple(run[at : at + 2] for run in runs for at in range(max(1, len(run) - 1)))
    return tuple(_stem(code, word.casefold()) for word in words(text) if not language.is_stop_word(word))


@lru_cache(maxsize=65536)
def _stem(code: str, word: str) -> str:
    # The stemmers keep state while they work, so each call has its own.
    return str(snowballstemmer.stemmer(STEMMERS[code]).stemWord(word)) if code in STEMMERS else word
