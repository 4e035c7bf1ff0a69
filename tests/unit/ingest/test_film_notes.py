"""What is to be said over a film: blocks in its order, or captions by their times."""

from __future__ import annotations

from fractions import Fraction

import pytest

from coursecrafter.ingest import film_notes
from coursecrafter.ingest.film_notes import Note, NotesDoNotFit, UnreadableNotes, read_notes, share_notes

BEGINS_S = [Fraction(0), Fraction(2), Fraction(5)]


def test_blocks_of_lines_are_notes_in_their_order() -> None:
    notes = read_notes("\ufeffShut the door.\r\nAlways.\r\n\r\n \r\nCall 112.\n")

    assert notes == (Note("Shut the door. Always."), Note("Call 112."))
    assert share_notes(notes, BEGINS_S) == ["Shut the door. Always.", "Call 112.", ""]


@pytest.mark.parametrize(
    "captions",
    [
        (
            "WEBVTT - talk\n\nNOTE by Ann\n\nintro\n00:00.500 --> 00:01.500 align:start\n<v Ann>Shut <i>it</i>.\n\n"
            "00:02.100 --> 00:03.000\nCall\n112.\n\n00:00:03.000 --> 00:00:03.500\nNow.\n"
        ),
        (
            "1\n00:00:00,500 --> 00:00:01,500\nShut it.\n\n2\n00:00:02,100 --> 00:00:03,000\nCall\n112.\n\n"
            "3\n00:00:03,000 --> 00:00:03,500\nNow.\n\n4\n00:00:04,000 --> 00:00:04,500\n"
        ),
    ],
)
def test_captions_are_shared_by_the_middle_of_their_times(captions: str) -> None:
    notes = read_notes(captions)

    assert [note.at_s for note in notes] == [1, Fraction(51, 20), Fraction(13, 4)]
    assert share_notes(notes, BEGINS_S) == ["Shut it.", "Call 112. Now.", ""]


def test_signs_that_webvtt_writes_otherwise_are_read_and_those_of_subrip_stay() -> None:
    cue = "00:00:00.500 --> 00:00:01.500\n<i>R&amp;D</i> &lt; 5\n"

    assert read_notes(f"WEBVTT\n\n{cue}")[0].text == "R&D < 5"
    assert read_notes(f"1\n{cue}")[0].text == "R&amp;D &lt; 5"


def test_more_notes_than_segments_are_refused() -> None:
    with pytest.raises(NotesDoNotFit, match="4 notes, but the film has 3 segments"):
        share_notes([Note("Go.")] * 4, BEGINS_S)


def test_nothing_and_too_much_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    for text in ("", " \n\n\t\n", "\ufeff"):
        with pytest.raises(UnreadableNotes, match="CC-0218"):
            read_notes(text)
    monkeypatch.setattr(film_notes, "MAX_CHARACTERS", 3)
    with pytest.raises(UnreadableNotes, match="more than 3"):
        read_notes("Many")
