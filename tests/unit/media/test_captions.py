"""Captions can be read while they are heard."""

from __future__ import annotations

import json
import re
from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coursecrafter.domain.speech import Word
from coursecrafter.media.caption_files import chapters_to_vtt, to_srt, to_vtt, to_words_json
from coursecrafter.media.captions import (
    RULE,
    Caption,
    SpokenText,
    characters_per_second,
    make_captions,
    words_of,
)

END_S = Fraction(1000)


def spoken(text: str, start_s: float = 0, per_word_s: float = 0.4) -> SpokenText:
    """A text of which each word lasts equally long."""
    words, at, place = [], Fraction(str(start_s)), 0
    for part in text.split():
        place = text.index(part, place)
        words.append(Word(place, place + len(part), at, at + Fraction(str(per_word_s))))
        place += len(part)
        at += Fraction(str(per_word_s))
    return SpokenText(text, tuple(words), Fraction(str(start_s)), at)


def shown(*texts: SpokenText) -> list[tuple[str, ...]]:
    return [caption.lines for caption in make_captions([texts], END_S)]


def test_a_short_sentence_is_one_caption_with_its_times() -> None:
    (caption,) = make_captions([[spoken("Keep the door shut.", 2)]], END_S)

    assert caption == Caption(Fraction(2), Fraction("4.1"), ("Keep the door shut.",))


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


def test_lines_that_nobody_says_are_left_out() -> None:
    """The voice gives dots and dashes no time, in which a caption of them would flash up."""
    text = "Keep it shut – always\n……\n=========\n112 👍\n&\n---"

    assert shown(spoken(text)) == [("Keep it shut – always",), ("112 👍", "&")]
    assert shown(spoken("……")) == []


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

    wanted = "".join(RULE.sub("", re.sub("[\x00\ud800]", " ", text)) for scene in scenes for text in scene)
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


def test_a_dense_caption_shares_its_time_with_the_silence_after_it() -> None:
    text = "Complicated responsibilities matter.\nYes."
    # 36 columns in 1.2 s: one caption leaves time for all of it
    words = (
        Word(0, 11, Fraction(0), Fraction(2, 5)),
        Word(12, 28, Fraction(2, 5), Fraction(4, 5)),
        Word(29, 36, Fraction(4, 5), Fraction(6, 5)),
        Word(37, 41, Fraction(6, 5), Fraction(9, 5)),
    )

    captions = make_captions([[SpokenText(text, words, Fraction(0), Fraction(9, 5))]], END_S)

    assert max(map(characters_per_second, captions)) <= 20


@pytest.mark.parametrize("per_letter_s", [0.056, 0.07, 0.1])
def test_captions_can_be_read_where_the_voice_leaves_time(per_letter_s: float) -> None:
    text = (
        "Keep the exits free. Tell whoever leads the evacuation, unmistakably and immediately, what you have seen; "
        "then wait outside. Do not go back. Misunderstandings happen."
    )
    places = [(found.start(), found.end()) for found in re.finditer(r"\S+", text)]
    words = tuple(Word(*place, *(Fraction(at) * Fraction(per_letter_s) for at in place)) for place in places)

    captions = make_captions([[SpokenText(text, words, Fraction(0), words[-1].end_s)]], END_S)

    assert max(map(characters_per_second, captions)) <= 20
    assert all(1 <= caption.end_s - caption.start_s <= 7 for caption in captions)


def test_speech_that_is_faster_than_anyone_reads_stays_as_it_is() -> None:
    captions = make_captions([[spoken("internationalisation " * 12, per_word_s=0.3)]], END_S)

    assert max(map(characters_per_second, captions[:-1])) > 20


def test_estimated_times_are_marked() -> None:
    told, untold = spoken("Keep the door shut."), SpokenText("Never wedge it.", (), Fraction(9), Fraction(11))

    captions = make_captions([[told], [untold]], END_S)

    assert [caption.is_estimated for caption in captions] == [False, True]
    assert to_vtt(captions).count("NOTE Estimated") == 1
    assert to_vtt(captions[1:]).split("\n\n")[1].startswith("NOTE Estimated")
    assert "NOTE" not in to_vtt(captions[:1])


def test_words_are_written_with_their_times() -> None:
    told = SpokenText("Shut it.", (Word(0, 4, Fraction(1), Fraction(2)),), Fraction(1), Fraction(3), "a")
    untold = SpokenText("Now go", (), Fraction(4), Fraction(6), "b")

    written = json.loads(to_words_json(words_of([[told], [untold]]), "en"))

    assert written["language"], written["has_estimated"] == ("en", True)
    assert [(one["segment_id"], one["text"], one["is_estimated"]) for one in written["words"]] == [
        ("a", "Shut", False),
        ("b", "Now", True),
        ("b", "go", True),
    ]
    assert [(one["start_s"], one["end_s"]) for one in written["words"]] == [(1.0, 2.0), (4.0, 5.0), (5.333, 6.0)]


def test_lines_are_marked_where_a_player_would_turn_them_round() -> None:
    arabic, mixed = "أغلق الباب.", "PDF هو ملف."
    captions = [Caption(Fraction(0), Fraction(2), (arabic, mixed))]

    assert to_vtt(captions, "ar").splitlines()[4:] == [arabic, f"\u202b{mixed}\u202c"]
    assert to_srt(captions, "ar").splitlines()[2:] == [f"\u202b{arabic}\u202c", f"\u202b{mixed}\u202c"]
    assert to_vtt(captions, "en").splitlines()[4:] == [f"\u202a{arabic}\u202c", mixed]


def test_chapters_are_written_as_vtt() -> None:
    written = chapters_to_vtt([(Fraction(0), "A < B"), (Fraction(5), "\n")], Fraction(8), "en")

    assert written == ("WEBVTT\n\n1\n00:00:00.000 --> 00:00:05.000\nA &lt; B\n\n2\n00:00:05.000 --> 00:00:08.000\n2\n")
