"""Word times that nobody told: judged by a voice that tells them, and by any text and any sound."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise
from statistics import mean

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coursecrafter.gateway.ports import SpeechRequest
from coursecrafter.gateway.providers.estimated_words import Reported, estimate_words, report_words
from coursecrafter.gateway.providers.offline_speech import OfflineSpeech
from coursecrafter.gateway.providers.sound import Sound, read_sound
from coursecrafter.gateway.providers.spoken_words import find_words
from providers.model_server_speech import RATE_HZ, spoken_tones

TEXTS = {
    "en": "Water boils at 100 degrees. At sea level, that is; on a mountain it boils sooner, because the air is thin.",
    "de": "Wasser kocht bei hundert Grad. Auf einem Berg, wo der Luftdruck geringer ist, kocht es früher.",
    "es": "La fotosíntesis convierte la luz en energía química. Ocurre en las hojas, y necesita agua, luz y aire.",
    "fr": "Bonjour à tous. Nous allons parler de la sécurité au travail, puis des gestes qui sauvent.",
}


@pytest.mark.parametrize("language", TEXTS)
def test_an_estimate_is_near_what_a_voice_tells(voice: OfflineSpeech, language: str) -> None:
    told = voice.speak(SpeechRequest(TEXTS[language], language, f"{language}_female_neutral_1"))

    guessed = estimate_words(TEXTS[language], read_sound(told.wav))

    away_s = [abs(float(one.start_s - other.start_s)) for one, other in zip(told.words, guessed, strict=True)]
    by_letters_s = [
        abs(float(word.start_s - told.duration_s * Fraction(word.char_start, len(TEXTS[language]))))
        for word in told.words
    ]
    assert mean(away_s) < 0.15
    assert max(away_s) < 0.5
    assert mean(away_s) < 1.3 * mean(by_letters_s)


def test_a_mark_in_the_text_is_laid_on_the_pause_in_the_sound() -> None:
    text = "Extraordinarily complicated introduction, a b c d e f g h."
    samples, true_words = spoken_tones(text)

    words = estimate_words(text, Sound(samples, RATE_HZ))

    assert abs(float(words[3].start_s) - true_words[3].start_s) < 0.02


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=80), st.integers(0, 2**32), st.integers(1, 40_000), st.sampled_from([8_000, 22_050, 48_000]))
def test_words_rise_and_lie_in_any_sound(text: str, seed: int, count: int, rate_hz: int) -> None:
    chance = np.random.default_rng(seed)
    samples = (chance.normal(0, 4000, count) * (chance.random(count) > 0.5)).astype(np.int16)
    sound = Sound(samples, rate_hz)

    words = estimate_words(text, sound)

    assert [(word.char_start, word.char_end) for word in words] == find_words(text)
    assert all(0 <= word.start_s <= word.end_s <= sound.duration_s for word in words)
    assert all(one.end_s <= other.start_s for one, other in pairwise(words))
    assert all(word.is_estimated for word in words)


@settings(max_examples=60, deadline=None)
@given(
    st.text(st.characters(codec="utf-8"), max_size=60),
    st.lists(st.tuples(st.text(max_size=8), st.floats(-5, 50, allow_nan=False)), max_size=20),
)
def test_words_rise_whatever_a_voice_reports(text: str, told: list[tuple[str, float]]) -> None:
    samples, _ = spoken_tones("one two three four")
    sound = Sound(samples, RATE_HZ)
    reported = [Reported(word, at_s) for word, at_s in [*told, *((word, at) for at, word in enumerate(text.split()))]]

    words = report_words(text, reported, sound)

    assert [(word.char_start, word.char_end) for word in words] == find_words(text)
    assert all(0 <= word.start_s <= word.end_s <= sound.duration_s for word in words)
    assert all(one.end_s <= other.start_s for one, other in pairwise(words))


def test_reported_words_are_laid_on_the_text_in_order() -> None:
    text = "The cat, the other cat: don’t wake THE cats in Straße 5!"
    samples, true_words = spoken_tones(text)
    tokens = [Reported(word.text.strip(",:!").lower(), word.start_s) for word in true_words]

    words = report_words(text, tokens, Sound(samples, RATE_HZ))

    assert not any(word.is_estimated for word in words)
    away = [abs(float(word.start_s) - true.start_s) for word, true in zip(words, true_words, strict=True)]
    assert max(away) < 0.001


def test_a_part_of_a_word_is_not_taken_for_one() -> None:
    text = "Often ten."
    samples, true_words = spoken_tones(text)

    words = report_words(text, [Reported("ten", true_words[1].start_s)], Sound(samples, RATE_HZ))

    assert [word.is_estimated for word in words] == [True, False]
