"""The language that most of a deck's text carries.

PowerPoint notes a language for each run, and often a wrong one: text pasted into an English template keeps "en-US".
Where the script of the letters contradicts the language, the letters are right.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable
from functools import lru_cache

DEFAULT_LANGUAGE = "en"
_TAG = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*")
_OF_SCRIPT = {
    "ARABIC": "ar",
    "HEBREW": "he",
    "CJK": "zh",
    "HIRAGANA": "ja",
    "KATAKANA": "ja",
    "HANGUL": "ko",
    "CYRILLIC": "ru",
    "GREEK": "el",
    "DEVANAGARI": "hi",
    "BENGALI": "bn",
    "TAMIL": "ta",
    "THAI": "th",
    "GEORGIAN": "ka",
    "ARMENIAN": "hy",
}
_WRITTEN_IN: dict[str, frozenset[str]] = {
    **{language: frozenset({script}) for script, language in _OF_SCRIPT.items()},
    **dict.fromkeys(("ar", "fa", "ur", "ps", "ug", "ckb"), frozenset({"ARABIC"})),
    **dict.fromkeys(("he", "yi"), frozenset({"HEBREW"})),
    **dict.fromkeys(("ru", "uk", "bg", "sr", "mk", "be", "kk", "ky", "mn", "tg"), frozenset({"CYRILLIC"})),
    **dict.fromkeys(("hi", "mr", "ne", "sa"), frozenset({"DEVANAGARI"})),
    "zh": frozenset({"CJK"}),
    "ja": frozenset({"CJK", "HIRAGANA", "KATAKANA"}),
    "ko": frozenset({"HANGUL", "CJK"}),
}


def find_language(runs: Iterable[tuple[str, str, str]]) -> str:
    """The BCP 47 tag of most letters.

    Args:
        runs: text, language and alternative language of each run; "" where none is named.

    Returns:
        The most frequent language with its most frequent region; "en" where no letter says anything.
    """
    tags: Counter[str] = Counter()
    for text, language, alternative in runs:
        for script, letters in _scripts(text).items():
            tags[_fitting_tag(script, language, alternative)] += letters
    unnamed = tags.pop("", 0)
    if unnamed:
        named = Counter({tag: letters for tag, letters in tags.items() if _primary(tag) not in _WRITTEN_IN})
        tags[_most(named) if named else DEFAULT_LANGUAGE] += unnamed
    if not tags:
        return DEFAULT_LANGUAGE
    primaries: Counter[str] = Counter()
    for tag, letters in tags.items():
        primaries[_primary(tag)] += letters
    # Kana among ideographs is Japanese, however few there are.
    primary = _most(primaries)
    if primary == "zh" and primaries["ja"] * 10 > primaries["zh"]:
        primary = "ja"
    return _most(Counter({tag: letters for tag, letters in tags.items() if _primary(tag) == primary}))


def is_right_to_left(text: str) -> bool:
    """Whether most letters run from right to left."""
    directions = Counter(unicodedata.bidirectional(character) for character in text)
    return directions["R"] + directions["AL"] > directions["L"]


def _scripts(text: str) -> Counter[str]:
    return Counter(script for script in map(_script, text) if script)


@lru_cache(maxsize=8192)
def _script(character: str) -> str:
    """First word of a letter's Unicode name, which is its script."""
    return unicodedata.name(character, "").partition(" ")[0] if character.isalpha() else ""


def _fitting_tag(script: str, language: str, alternative: str) -> str:
    """The language of letters of one script in a run; "" for Latin letters of which nothing is known."""
    if script not in _OF_SCRIPT:
        # Latin letters in an Arabic run are names; they say nothing about the deck.
        return language if _TAG.fullmatch(language) and _primary(language) not in _WRITTEN_IN else ""
    for tag in (language, alternative):
        if _TAG.fullmatch(tag) and script in _WRITTEN_IN.get(_primary(tag), ()):
            return tag
    return _OF_SCRIPT[script]


def _primary(tag: str) -> str:
    return tag.partition("-")[0].lower()


def _most(counter: Counter[str]) -> str:
    """The largest; of equals the first by name, so that the answer does not hang on an order."""
    return min(counter, key=lambda tag: (-counter[tag], tag))
