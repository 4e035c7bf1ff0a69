"""Texts as they are given to a voice, and times for words the voice did not report."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from coursecrafter.gateway.providers.spoken_words import WordEvent, find_words, speakable, split_chunks, time_words

RATE_HZ = 1000


@given(st.text())
def test_each_spoken_character_has_its_place_in_the_text(text: str) -> None:
    spoken = speakable(text)

    assert len(spoken.origins) == len(spoken.text)
    assert list(spoken.origins) == sorted(spoken.origins)
    assert all(0 <= origin < len(text) for origin in spoken.origins)
    assert spoken.text.encode().decode() == spoken.text


@pytest.mark.parametrize(
    ("text", "spoken"),
    [
        ("Well done 🎉.", "Well done."),
        ("So ♥️, and 👩‍👩‍👧! Go", "So, and! Go"),
        ("完成🎉。", "完成。"),
        ("One • , two", "One, two"),
        ("Bravo !", "Bravo !"),
        ("🎉. Go", ". Go"),
        ("a 🎉 b", "a   b"),
        ("Use 🎉 .NET", "Use   .NET"),
    ],
)
def test_punctuation_closes_up_over_what_no_voice_can_say(text: str, spoken: str) -> None:
    said = speakable(text)

    assert said.text == spoken
    assert [text[origin] for origin, char in zip(said.origins, said.text, strict=True) if char != " "] == list(
        spoken.replace(" ", "")
    )


@given(st.text(alphabet="ab .。!\n", max_size=4000))
def test_chunks_cover_the_text_once(text: str) -> None:
    chunks = split_chunks(text)

    assert "".join(text[chunk.start : chunk.end] for chunk in chunks) == text
    assert all(chunk.end - chunk.start <= 800 for chunk in chunks)


def test_a_long_text_is_cut_between_sentences() -> None:
    text = "This sentence has thirty letters. " * 60

    chunks = split_chunks(text)

    assert len(chunks) > 2
    assert all(text[chunk.start : chunk.end].endswith(". ") for chunk in chunks)
    assert [chunk.is_sentence_end for chunk in chunks] == [True] * (len(chunks) - 1) + [False]


@given(st.text())
def test_words_rise_and_hold_something_heard(text: str) -> None:
    edges = [edge for word in find_words(text) for edge in word]

    assert edges == sorted(edges)
    assert all(text[start:end].strip() for start, end in find_words(text))


def test_words_that_were_not_reported_share_the_time_before_the_next_report() -> None:
    words = find_words("one two seven")
    sound = np.full(1200, 1000, np.int16)

    timed = time_words(words, [WordEvent(0, 0), WordEvent(8, 800)], sound, RATE_HZ)

    assert [(word.start_s, word.end_s) for word in timed] == [
        (Fraction(0), Fraction(2, 5)),
        (Fraction(2, 5), Fraction(4, 5)),
        (Fraction(4, 5), Fraction(6, 5)),
    ]
    assert [word.is_estimated for word in timed] == [False, True, False]


def test_words_before_the_first_report_begin_with_the_sound() -> None:
    timed = time_words(find_words("one two"), [WordEvent(4, 500)], np.full(1000, 1000, np.int16), RATE_HZ)

    assert [word.start_s for word in timed] == [Fraction(0), Fraction(1, 2)]
    assert timed[0].is_estimated


def test_a_silent_voice_still_gives_each_word_a_time() -> None:
    timed = time_words(find_words("one two"), [], np.zeros(800, np.int16), RATE_HZ)

    assert [word.is_estimated for word in timed] == [True, True]
    assert timed[-1].end_s <= Fraction(4, 5)


def test_reports_that_go_back_are_not_believed() -> None:
    reports = [WordEvent(0, 0), WordEvent(8, 600), WordEvent(4, 700)]

    timed = time_words(find_words("one two six"), reports, np.full(900, 1000, np.int16), RATE_HZ)

    assert [word.is_estimated for word in timed] == [False, True, False]
