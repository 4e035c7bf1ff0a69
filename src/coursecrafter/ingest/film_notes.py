"""What is to be said over a film that has no deck: notes in its order, or with the times of captions.

Source: WebVTT (W3C), Cues; SubRip as players read it.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from html import unescape

from coursecrafter.errors import VideoError
from coursecrafter.ingest.characters import clean_line

MAX_CHARACTERS = 1_000_000
TIMES = re.compile(
    r"(?:(\d{1,3}):)?(\d{1,2}):(\d{2})[.,](\d{1,3})\s*-->\s*(?:(\d{1,3}):)?(\d{1,2}):(\d{2})[.,](\d{1,3})"
)
TAG = re.compile(r"<[^>]{0,200}>")
BLANK_LINE = re.compile(r"\n[^\S\n]*\n")


class UnreadableNotes(VideoError):
    """The notes of a film cannot be read."""

    code = "CC-0218"
    status = 422
    remedy = "Give a text with a blank line between segments, or captions as WebVTT or SubRip."


class NotesDoNotFit(VideoError):
    """There are more notes than the film has segments."""

    code = "CC-0219"
    status = 422
    remedy = "Join notes, one block for each picture that stays, or give captions whose times say where each belongs."


@dataclass(frozen=True, slots=True)
class Note:
    """Something to be said.

    Attributes:
        text: one paragraph.
        at_s: the middle of its time, in seconds; None: in its turn.
    """

    text: str
    at_s: Fraction | None = None


def read_notes(text: str) -> tuple[Note, ...]:
    """Read notes: captions if there are times in them, else a note for each block of lines.

    Raises:
        UnreadableNotes: CC-0218, there is nothing in them.
    """
    if len(text) > MAX_CHARACTERS:
        raise UnreadableNotes(f"The notes have more than {MAX_CHARACTERS} characters.")
    lines = text.replace("\ufeff", "").replace("\r\n", "\n").replace("\r", "\n")
    blocks = [block.strip("\n") for block in BLANK_LINE.split(lines) if block.strip()]
    # WebVTT alone writes “&” and “<” in other signs.
    read = unescape if lines.startswith("WEBVTT") else str
    timed = [note for block in blocks if (note := _cue(block, read))]
    notes = timed or [Note(said) for block in blocks if (said := _joined(block.splitlines()))]
    if not notes:
        raise UnreadableNotes("There is nothing to be said in the notes.")
    return tuple(notes)


def share_notes(notes: Sequence[Note], begins_s: Sequence[Fraction]) -> list[str]:
    """What is said over each segment of a film.

    Args:
        notes: all with times, or all without.
        begins_s: when each of N segments begins, in seconds; rising.

    Returns:
        N texts; "" is silence.

    Raises:
        NotesDoNotFit: CC-0219.
    """
    if not any(note.at_s is not None for note in notes):
        if len(notes) > len(begins_s):
            raise NotesDoNotFit(f"There are {len(notes)} notes, but the film has {len(begins_s)} segments.")
        return [*(note.text for note in notes), *[""] * (len(begins_s) - len(notes))]
    said: list[list[str]] = [[] for _ in begins_s]
    for note in notes:
        said[max(0, bisect_right(begins_s, note.at_s or 0) - 1)].append(note.text)
    return [" ".join(one) for one in said]


def _cue(block: str, read: Callable[[str], str]) -> Note | None:
    lines = block.splitlines()
    for index, line in enumerate(lines):
        if found := TIMES.match(line.strip()):
            start_s, end_s = (_seconds(found.groups()[first : first + 4]) for first in (0, 4))
            said = _joined([read(TAG.sub("", one)) for one in lines[index + 1 :]])
            return Note(said, (start_s + end_s) / 2) if said else None
    return None


def _seconds(parts: Sequence[str | None]) -> Fraction:
    hours, minutes, seconds, part = (part or "0" for part in parts)
    return int(hours) * 3600 + int(minutes) * 60 + int(seconds) + Fraction(int(part), 10 ** len(part))


def _joined(lines: Sequence[str]) -> str:
    return " ".join(kept for line in lines if (kept := clean_line(line)))
