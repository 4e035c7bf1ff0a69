"""Judge whether a voice of one language is given slides of another: a French slide read by an English voice.

Only what is plain is named: small words of another language in number, hardly any of the course's own; or letters that
a language of Latin letters does not have. Text too short to tell is let be, and so are languages not listed here.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Sequence

from coursecrafter.domain.output import Finding, Severity
from coursecrafter.engines.e1_voiceover.plan import PlannedScene

_WORD = re.compile(r"[^\W\d_]+")
_SMALL_WORDS = {
    name: frozenset(words.split())
    for name, words in {
        "en": "the and of to is are you your for with that this what how from must be it when",
        "de": "der das und ist nicht sie mit auf für von den dem ein eine wird zu ich wie zum bis im ihr ihre was",
        "fr": "le les des et est une vous dans pour pas sur avec qui que au du je nous votre ce de comment",
        "es": "el los las y que por para una con del su es más usted de la en cómo qué",
        "pt": "o os as e que para uma com não do da dos em você de é no na",
        "it": "il gli che di una per con non della è sono nel lo si del",
        "nl": "het een van en niet met voor zijn dat wordt de ik je uw op",
        "af": "die van en is nie het vir met jou wat om jy ek hoe op te",
    }.items()
}
_NAMES = {
    "en": "English", "de": "German", "fr": "French", "es": "Spanish", "pt": "Portuguese", "it": "Italian",
    "nl": "Dutch", "af": "Afrikaans",
}  # fmt: skip
_SCRIPTS = {
    "ARABIC": "Arabic", "HEBREW": "Hebrew", "CYRILLIC": "Cyrillic", "GREEK": "Greek", "CJK": "Chinese",
    "DEVANAGARI": "Devanagari",
}  # fmt: skip
FEWEST_SMALL_WORDS, TIMES_OWN = 4, 3
FEWEST_LETTERS, MOST_OF_LETTERS = 8, 0.6
MOST_NAMED = 5


def other_language(text: str, language: str) -> str:
    """What a text looks written in ("French", "Arabic letters"), if plainly not the language; else "".

    Args:
        language: BCP 47 tag.
    """
    own = language.partition("-")[0].lower()
    if own not in _SMALL_WORDS:
        return ""
    letters = Counter(unicodedata.name(char, "").partition(" ")[0] for char in text if char.isalpha())
    for script, name in _SCRIPTS.items():
        if letters[script] >= FEWEST_LETTERS and letters[script] >= MOST_OF_LETTERS * letters.total():
            return f"{name} letters"
    said = [word.lower() for word in _WORD.findall(text)]
    counts = {name: sum(word in small for word in said) for name, small in _SMALL_WORDS.items()}
    most = max(counts, key=lambda name: counts[name])
    is_plain = counts[most] >= max(FEWEST_SMALL_WORDS, TIMES_OWN * counts[own] + 1)
    return _NAMES[most] if is_plain else ""


def check_language(scenes: Sequence[PlannedScene], language: str) -> list[Finding]:
    """One finding that names the slides that a voice of another language reads; none where there are none.

    Args:
        scenes: of the video.
        language: of the voice, BCP 47.
    """
    found = [
        (scene.shots[0].label.partition(" build ")[0].capitalize(), other)
        for scene in scenes
        if (other := other_language("\n".join(shot.text for shot in scene.shots), language))
    ]
    if not found:
        return []
    sentences = [f"{place} looks {other}, and the voice speaks {_name(language)}." for place, other in found]
    more = len(found) - MOST_NAMED
    named = [*sentences[:MOST_NAMED], *([f"And {more} more do."] if more > 0 else [])]
    return [Finding("language", Severity.WARNING, " ".join(named), len(found), limit="none")]


def _name(language: str) -> str:
    return _NAMES[language.partition("-")[0].lower()]
