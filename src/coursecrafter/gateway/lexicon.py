"""The pronunciation lexicon of a course: how a voice says what the author wrote.

An entry gives the written form of a word or phrase its spoken form (“SQL”: “sequel”), its sound in IPA, or both.
Nothing else is ever pronounced in another way than it is written: no acronym is guessed. Captions keep what is
written, because every spoken character knows its place in the written text.

Source: schema 3.1 (metadata of the context), quality (acronyms pronounced by a lexicon).
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

from coursecrafter.domain.speech import Word
from coursecrafter.gateway.ports import Phoneme

LIKE_HYPHEN = frozenset("\u2010\u2011")
LIKE_APOSTROPHE = frozenset("\u2018\u2019\u02bc")
# Scripts whose words stand without blanks between them: a name inside a sentence has no border but its own.
UNSPACED = (
    *((0x0E00, 0x0EFF), (0x1000, 0x109F), (0x1780, 0x17FF), (0x3040, 0x30FF), (0x31F0, 0x31FF)),
    *((0x3400, 0x4DBF), (0x4E00, 0x9FFF), (0xF900, 0xFAFF), (0x20000, 0x3FFFF)),
)
IPA_FRAME = "/[]\\"
FILLER = "\0"


@dataclass(frozen=True, slots=True)
class Entry:
    """How one written form is spoken.

    Attributes:
        written: as authors write it; one without capitals stands for every way of writing it.
        spoken: what a voice is given instead; "": as it is written.
        ipa: its sound, without slashes, for voices that can; "".
        language: lower-case BCP 47 tag, which also stands for its regions ("de" for de-AT); "": every language.
    """

    written: str
    spoken: str = ""
    ipa: str = ""
    language: str = ""


@dataclass(frozen=True, slots=True)
class Lexicon:
    """The entries of a course, in the author's order."""

    entries: tuple[Entry, ...] = ()

    @classmethod
    def of(cls, settings: Iterable[Any] | None) -> Lexicon:
        """Read the setting “lexicon” of a course; what says no sound is left out.

        Args:
            settings: mappings of written, spoken, ipa and language, each a text or None.
        """
        entries = (_entry(one) for one in settings or () if isinstance(one, Mapping))
        return cls(tuple(entry for entry in entries if entry is not None))


@dataclass(frozen=True, slots=True)
class Part:
    """A part of what is sent, `[start, end)`, and the part of the text before that it stands for."""

    start: int
    end: int
    before_start: int
    before_end: int


@dataclass(frozen=True, slots=True)
class Pronounced:
    """A text with the lexicon's spoken forms in place.

    Attributes:
        text: what is sent to a voice.
        origins: for each of its characters its place in the text before, rising.
        phonemes: parts of `text` whose sound is given, in order.
        parts: where the two texts differ, in order.
    """

    text: str
    origins: tuple[int, ...]
    phonemes: tuple[Phoneme, ...] = ()
    parts: tuple[Part, ...] = ()

    def before(self, words: Iterable[Word]) -> tuple[Word, ...]:
        """Words of what was sent as words of the text before: “structured query language” is one word “SQL” there.

        Args:
            words: spans into `text`, in playing order.

        Returns:
            words whose spans do not overlap; one begins with its first spoken word and ends with its last.
        """
        found: list[Word] = []
        for word in words:
            start, end = self._span_before(word.char_start, word.char_end)
            if found and start < found[-1].char_end:
                start, end = min(start, found[-1].char_start), max(end, found[-1].char_end)
                found[-1] = replace(found[-1], char_start=start, char_end=end, end_s=word.end_s)
            else:
                found.append(replace(word, char_start=start, char_end=end))
        return tuple(found)

    def _span_before(self, start: int, end: int) -> tuple[int, int]:
        first = bisect_right(self.parts, start, key=lambda part: part.end)
        last = bisect_left(self.parts, end, key=lambda part: part.start)
        touched = self.parts[first:last]
        starts = [self.origins[start], *(part.before_start for part in touched)]
        ends = [self.origins[end - 1] + 1, *(part.before_end for part in touched)]
        return min(starts), max(ends)


@dataclass(frozen=True, slots=True)
class Match:
    """An entry's written form at `text[start:end]`."""

    start: int
    end: int
    entry: Entry


@dataclass(frozen=True, slots=True)
class _Folded:
    """A text as it is compared: blanks are one blank, signs that look alike are one sign.

    Attributes:
        exact, lower: of the same length, the second without capitals.
        places: for each of their characters its place in the text.
    """

    exact: str
    lower: str
    places: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class _Form:
    """A written form as it is looked for."""

    text: str
    is_exact: bool
    entry: Entry


def apply(text: str, lexicon: Lexicon, language: str) -> Pronounced:
    """Write a text as a voice should get it.

    Whole words and phrases only, the longest first. A form with capitals is found as it is written; one without is
    found in any case, unless another entry is written just so.

    Args:
        language: BCP 47 tag of the text.
    """
    out: list[str] = []
    origins: list[int] = []
    parts: list[Part] = []
    phonemes: list[Phoneme] = []
    done = 0
    for match in find_matches(text, lexicon, language):
        out.append(text[done : match.start])
        origins += range(done, match.start)
        begin = len(origins)
        spoken = match.entry.spoken or text[match.start : match.end]
        out.append(spoken)
        same = _parts(spoken, text[match.start : match.end], begin, match.start)
        origins += _places(same)
        if match.entry.spoken:
            parts += same
        if match.entry.ipa:
            phonemes.append(Phoneme(begin, len(origins), match.entry.ipa))
        done = match.end
    rest = range(done, len(text))
    return Pronounced("".join((*out, text[done:])), (*origins, *rest), tuple(phonemes), tuple(parts))


def applicable(text: str, lexicon: Lexicon, language: str) -> tuple[tuple[str, str, str], ...]:
    """The entries that change how a text sounds, for its content key; () where none does.

    Args:
        text: the same one that `apply` is given.

    Returns:
        written, spoken and IPA of each entry, sorted, each once.
    """
    found = {match.entry for match in find_matches(text, lexicon, language)}
    return tuple(sorted((entry.written, entry.spoken, entry.ipa) for entry in found))


def find_matches(text: str, lexicon: Lexicon, language: str) -> list[Match]:
    """Where entries stand in a text, in order; they do not overlap."""
    forms = _forms(lexicon, language.lower().replace("_", "-"))
    if not forms:
        return []
    folded = _fold(text)
    matches = []
    at = 0
    while at < len(folded.lower):
        form = next((one for one in forms.get(folded.lower[at], ()) if _stands(one, folded, at)), None)
        if form is None:
            at += 1
            continue
        end = at + len(form.text)
        matches.append(Match(folded.places[at], folded.places[end - 1] + 1, form.entry))
        at = end
    return matches


@lru_cache(maxsize=64)
def _forms(lexicon: Lexicon, language: str) -> Mapping[str, tuple[_Form, ...]]:
    """Forms by their first character: the longest first, those in the author's own capitals, of the nearest region."""
    forms = []
    for entry in lexicon.entries:
        if entry.language and language != entry.language and not language.startswith(f"{entry.language}-"):
            continue
        folded = _fold(entry.written)
        is_exact = any(char.isupper() or char.istitle() for char in entry.written)
        forms.append((folded.lower[:1], _Form(folded.exact if is_exact else folded.lower, is_exact, entry)))
    forms.sort(key=lambda one: (-len(one[1].text), not one[1].is_exact, -len(one[1].entry.language)))
    by_first: dict[str, tuple[_Form, ...]] = {}
    for first, form in forms:
        by_first[first] = (*by_first.get(first, ()), form)
    return by_first


def _stands(form: _Form, folded: _Folded, at: int) -> bool:
    compared = folded.exact if form.is_exact else folded.lower
    is_there = compared.startswith(form.text, at)
    return is_there and _is_border(folded, at) and _is_border(folded, at + len(form.text))


def _fold(text: str) -> _Folded:
    exact: list[str] = []
    lower: list[str] = []
    places: list[int] = []
    for place, char in enumerate(text):
        for part in _compared(char):
            if part == " " and (not exact or exact[-1] == " "):
                continue
            small = part.casefold()  # “ß” grows, so its exact form is filled up
            exact += [part, *FILLER * (len(small) - 1)]
            lower += small
            places += [place] * len(small)
    return _Folded("".join(exact), "".join(lower), tuple(places))


def _compared(char: str) -> str:
    """A character as it is compared; "" for one that cannot be seen."""
    if char.isspace():
        return " "
    if char in LIKE_HYPHEN:
        return "-"
    if char in LIKE_APOSTROPHE:
        return "'"
    return "" if unicodedata.category(char) == "Cf" else unicodedata.normalize("NFD", char)


def _is_border(folded: _Folded, at: int) -> bool:
    """Whether a word may begin or end before a character: not inside a word, nor between a letter and its marks."""
    chars, places = folded.exact, folded.places
    if at in {0, len(chars)}:
        return True
    before, after = chars[at - 1], chars[at]
    if places[at - 1] == places[at] or unicodedata.category(after).startswith("M"):
        return False
    return not (_is_of_word(before) and _is_of_word(after)) or _is_unspaced(before) or _is_unspaced(after)


def _is_of_word(char: str) -> bool:
    return char.isalnum() or char in {"_", FILLER} or unicodedata.category(char).startswith("M")


def _is_unspaced(char: str) -> bool:
    return any(first <= ord(char) <= last for first, last in UNSPACED)


def _parts(spoken: str, written: str, begin: int, start: int) -> list[Part]:
    """As many spoken words as written ones stand for each other; else all of them for all that is written.

    Args:
        begin, start: where the two begin in their texts.
    """
    said, meant = _runs(spoken), _runs(written)
    if len(said) != len(meant):
        return [Part(begin, begin + len(spoken), start, start + len(written))]
    return [Part(begin + a, begin + b, start + c, start + d) for (a, b), (c, d) in zip(said, meant, strict=True)]


def _runs(text: str) -> list[tuple[int, int]]:
    """Start and end of each part between blanks."""
    return [match.span() for match in re.finditer(r"\S+", text)]


def _places(parts: Sequence[Part]) -> list[int]:
    """The place before for each character of parts that follow each other, and of the blanks between them."""
    places: list[int] = []
    for part in parts:
        blanks = part.start - parts[0].start - len(places)
        places += places[-1:] * blanks
        count, meant = part.end - part.start, part.before_end - part.before_start
        places += [part.before_start + meant * nth // count for nth in range(count)]
    return places


def _entry(settings: Mapping[str, Any]) -> Entry | None:
    written, spoken, ipa, language = (_clean(settings.get(name)) for name in ("written", "spoken", "ipa", "language"))
    ipa = _clean("".join(" " if char in IPA_FRAME else char for char in ipa))
    spoken = spoken if any(char.isalnum() for char in spoken) else ""
    if not written or not (spoken or ipa):
        return None
    return Entry(written, spoken, ipa, language.lower().replace("_", "-"))


def _clean(text: Any) -> str:
    """A text of one line, without what no voice can take."""
    kept = "".join(" " if unicodedata.category(char) in {"Cc", "Cs", "Co", "Cn"} else char for char in text or "")
    return " ".join(kept.split())
