"""Whether a text is in the language that was asked for: by its script, and by the small words that it uses.

Cheap and sure of little: a text of a few words is given the benefit of the doubt.
"""

from __future__ import annotations

import unicodedata
from collections import Counter
from functools import lru_cache

from coursecrafter.gateway.providers.offline_text.language import language_of, words
from coursecrafter.gateway.providers.offline_text.stop_words import STOP_WORDS

FEWEST_WORDS = 6
FEWEST_HITS = 3
CLEARLY = 1.4  # times as many small words of another language
FOREIGN_SHARE = 0.34  # of all words, where the wanted language's own small words are not known to us
FEWEST_LETTERS = 12
MOSTLY = 0.6

_SCRIPTS = {
    "ar": "ARABIC",
    "fa": "ARABIC",
    "ur": "ARABIC",
    "bg": "CYRILLIC",
    "ru": "CYRILLIC",
    "uk": "CYRILLIC",
    "el": "GREEK",
    "he": "HEBREW",
    "hi": "DEVANAGARI",
    "ta": "TAMIL",
    "th": "THAI",
    "ko": "HANGUL",
    "ja": "CJK",
    "zh": "CJK",
}
_CJK = ("CJK", "HIRAGANA", "KATAKANA", "IDEOGRAPHIC")
_TWO_SCRIPTS = frozenset({"sr"})


def seems_foreign(text: str, tag: str) -> bool:
    """Whether a text is clearly not in a language."""
    wanted = language_of(tag).code
    script = _main_script(text)
    if script and wanted not in _TWO_SCRIPTS and script != _SCRIPTS.get(wanted, "LATIN"):
        return True
    if script != "LATIN":
        return False
    hits, count = _small_words(text)
    if count < FEWEST_WORDS:
        return False
    best = max(sorted(hits), key=lambda code: hits[code])
    if wanted in STOP_WORDS:
        return best != wanted and hits[best] >= FEWEST_HITS and hits[best] > CLEARLY * hits[wanted]
    return best == "en" and hits[best] > FOREIGN_SHARE * count


def guess_language(text: str) -> str | None:
    """The language of a text, of those whose small words or script we know; None where it is not clear."""
    script = _main_script(text)
    if script is None:
        return None
    if script != "LATIN":
        codes = [code for code, name in _SCRIPTS.items() if name == script]
        return codes[0] if len(codes) == 1 else None
    hits, count = _small_words(text)
    (first, most), (_, second) = Counter(hits).most_common(2)
    is_clear = count >= FEWEST_WORDS and most >= FEWEST_HITS and most > CLEARLY * second
    return first if is_clear else None


def _small_words(text: str) -> tuple[dict[str, int], int]:
    """How many words of a text are small words of each language, and how many words it has."""
    found = [word.casefold() for word in words(text)]
    return {code: sum(word in known for word in found) for code, known in STOP_WORDS.items()}, len(found)


def _main_script(text: str) -> str | None:
    """The script of most of a text's letters; None where it has too few, or no script has most."""
    scripts = Counter(_script(letter) for letter in text if letter.isalpha())
    if sum(scripts.values()) < FEWEST_LETTERS and not scripts.keys() & {"CJK", "HANGUL"}:
        return None
    script, count = scripts.most_common(1)[0] if scripts else ("", 0)
    return script if scripts and count >= MOSTLY * sum(scripts.values()) else None


@lru_cache(maxsize=4096)
def _script(letter: str) -> str:
    name = unicodedata.name(letter, "").split(" ")[0].split("-")[0]
    return "CJK" if name in _CJK else name
