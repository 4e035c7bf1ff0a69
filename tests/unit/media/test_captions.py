"""Captions can be read while they are heard."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coursecrafter.domain.speech import Word
from coursecrafter.media.captions import (
    Caption,
    SpokenText,
    characters_per_second,
    make_captions,
    to_srt,
    to_vtt,
)

END_S = Fraction(1000)


def spoken(text: str, start_s: float = 0, per_word_s: float = 0.4) -> SpokenText:
    """A text of which each word lasts equally long."""
    words, at, place = [], Fraction(start_s), 0
    for part in text.split():
        place = text.index(part, place)
        words.append(Word(place, place + len(part), at, at + Fraction(per_word_s)))
        place += len(part)
        at += Fraction(per_word_s)
    return SpokenText(text, tuple(words), Fraction(start_s), at)


def shown(*texts: SpokenText) -> list[tuple[str, ...]]:
    return [caption.lines for caption in make_captions([texts], END_S)]


def test_a_short_sentence_is_one_caption_with_its_times() -> None:
    (caption,) = make_captions([[spoken("Keep the door shut.", 2)]], END_S)

    assert caption == Caption(Fraction(2), Fraction(2) + Fraction(1.6) + Fraction(1, 2), ("Keep the door shut.",))


def test_a_long_sentence_is_broken_at_its_clauses() -> None:
    text = (
        "When you hear the alarm, leave everything where it is, walk to the nearest exit, "
        "and do not use the lift under any circumstances."
    )

    captions = shown(spoken(text))

    assert [lines[-1][-1] for lines in captions] == [","] * (len(captions) - 1) + ["."]


def test_lines_of_the_script_stay_lines() -> None:
    text = "Keep every fire door shut\nNever wedge it open"

    assert shown(spoken(text)) == [("Keep every fire door shut",), ("Never wedge it open",)]
    assert shown(spoken(text, per_word_s=0.15)) == [("Keep every fire door shut", "Never wedge it open")]


def test_bullets_too_short_to_read_share_a_caption() -> None:
    assert shown(spoken("Plan\nDo\nCheck\nAct", per_word_s=0.6)) == [("Plan", "Do"), ("Check", "Act")]


def test_a_caption_does_not_bridge_a_long_pause() -> None:
    assert shown(spoken("First.", 0), spoken("Second.", 5)) == [("First.",), ("Second.",)]


def test_scenes_never_share_a_caption() -> None:
    captions = make_captions([[spoken("One.", 0)], [], [spoken("Two.", 0.5)]], END_S)

    assert [caption.lines for caption in captions] == [("One.",), ("Two.",)]
    assert captions[0].end_s <= captions[1].start_s


def test_chinese_is_broken_between_characters_and_never_before_a_full_stop() -> None:
    text = "在工作场所，消防门必须始终保持关闭。任何时候都不要用楔子把门顶开，因为火和烟会很快蔓延到整个楼层。" * 2
    words = tuple(Word(i, i + 1, Fraction(i, 5), Fraction(i + 1, 5)) for i in range(len(text)))

    captions = shown(SpokenText(text, words, Fraction(0), Fraction(len(text), 5)))

    assert "".join("".join(lines) for lines in captions) == text
    assert all(len(line) <= 21 and line[0] not in "，。" for lines in captions for line in lines)


def test_a_word_longer_than_a_line_is_parted() -> None:
    captions = shown(spoken("see " + "x" * 100 + " now", per_word_s=3))

    assert "".join("".join(lines).replace(" ", "") for lines in captions) == "see" + "x" * 100 + "now"
    assert max(len(line) for lines in captions for line in lines) <= 42


def test_words_without_times_are_placed_by_their_share_of_the_text() -> None:
    text = "aaaa bbbb cccc dddd.\nxxxx xxxx xxxx xxxx."

    captions = make_captions([[SpokenText(text, (), Fraction(0), Fraction(len(text), 10))]], END_S)

    assert [caption.start_s for caption in captions] == [0, Fraction(21, 10)]


def test_times_that_run_backwards_do_no_harm() -> None:
    words = (
        Word(0, 3, Fraction(2), Fraction(1)),
        Word(4, 7, Fraction(0), Fraction(9)),
        Word(2, 5, Fraction(1), Fraction(1)),
    )

    (caption,) = make_captions([[SpokenText("One two", words, Fraction(0), Fraction(3))]], END_S)

    assert 0 <= caption.start_s < caption.end_s <= 4


TEXTS = st.text(st.sampled_from("ab é漢،ن.,!? \n-\u200f\x00\ud800<&>😀"), max_size=200)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.lists(TEXTS, max_size=4), max_size=3), st.sampled_from([0.1, 0.4, 1.5]))
def test_any_text_gives_captions_within_the_limits(scenes: list[list[str]], per_word_s: float) -> None:
    at, placed = Fraction(0), []
    for scene in scenes:
        placed.append([])
        for text in scene:
            placed[-1].append(spoken(text, float(at), per_word_s))
            at = placed[-1][-1].end_s + Fraction(3, 10)

    captions = make_captions(placed, at + 1)

    wanted = "".join("".join(scene) for scene in scenes)
    assert kept("".join("".join(caption.lines) for caption in captions)) == kept(wanted)
    for caption in captions:
        assert 1 <= len(caption.lines) <= 2
        assert all(line and "\n" not in line for line in caption.lines)
        assert caption.end_s - caption.start_s <= 7
    for before, after in pairwise(captions):
        assert before.start_s <= after.start_s


def kept(text: str) -> str:
    return "".join(char for char in text if not char.isspace() and char not in "\x00\ud800")


def test_captions_are_written_as_vtt_and_srt() -> None:
    captions = [
        Caption(Fraction(1, 3), Fraction(2), ("a < b & c", "-->")),
        Caption(Fraction(3661), Fraction(3662), ("x",)),
    ]

    assert to_vtt(captions) == (
        "WEBVTT\n\n1\n00:00:00.333 --> 00:00:02.000\na &lt; b &amp; c\n--&gt;\n\n2\n01:01:01.000 --> 01:01:02.000\nx\n"
    )
    assert to_srt(captions) == (
        "1\n00:00:00,333 --> 00:00:02,000\na ‹ b & c\n--›\n\n2\n01:01:01,000 --> 01:01:02,000\nx\n"
    )
    assert to_vtt([]) == "WEBVTT\n"


def test_reading_speed_counts_characters() -> None:
    assert characters_per_second(Caption(Fraction(0), Fraction(2), ("12345", "12345"))) == pytest.approx(5)
