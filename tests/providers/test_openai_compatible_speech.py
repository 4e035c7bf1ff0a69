"""Voices of OpenAI's protocol: sound of any kind, word times that are told or estimated, texts of any length."""

from __future__ import annotations

import io
import wave
from dataclasses import replace
from fractions import Fraction
from itertools import pairwise
from typing import Any

import pytest

from coursecrafter.gateway.errors import (
    ProviderBusy,
    ProviderRefusedCall,
    ProviderRefusedKey,
    ProviderUnreachable,
    UnusableAnswer,
)
from coursecrafter.gateway.ports import Candidate, SpeechAnswer, SpeechRequest
from coursecrafter.gateway.providers.registry import UnsuitableProvider, list_voices, speaker
from coursecrafter.gateway.providers.spoken_words import find_words
from providers import model_server_faults as faults
from providers.model_server import ModelServer
from providers.model_server_fixtures import SCRIPT, candidate, server
from providers.model_server_speech import spoken_tones

__all__ = ["server"]


def spoken(server: ModelServer, request: SpeechRequest = SCRIPT, **options: Any) -> SpeechAnswer:
    return speaker(candidate(server, "openai_compatible", "tts-1", "alloy", **options)).speak(request)


def require_good(answer: SpeechAnswer, text: str) -> None:
    """Sound that engines take, and words that lie in it in order."""
    with wave.open(io.BytesIO(answer.wav)) as sound:
        assert (sound.getnchannels(), sound.getsampwidth()) == (1, 2)
        assert Fraction(sound.getnframes(), sound.getframerate()) == answer.duration_s
    assert [(word.char_start, word.char_end) for word in answer.words] == find_words(text)
    assert all(0 <= word.start_s <= word.end_s <= answer.duration_s for word in answer.words)
    assert all(one.end_s <= other.start_s for one, other in pairwise(answer.words))


@pytest.mark.parametrize("kind", ["wav", "mp3", "pcm"])
def test_any_kind_of_sound_becomes_wav(server: ModelServer, kind: str) -> None:
    answer = spoken(server, response_format=kind)

    require_good(answer, SCRIPT.text)
    sound, _ = spoken_tones(SCRIPT.text)
    assert abs(float(answer.duration_s) - len(sound) / 24_000) < 0.1
    assert (answer.provider, answer.model) == ("stand-in", "tts-1")


def test_words_without_times_are_put_where_the_sound_is(server: ModelServer) -> None:
    answer = spoken(server)

    _, true_words = spoken_tones(SCRIPT.text)
    assert all(word.is_estimated for word in answer.words)
    away = [abs(float(word.start_s) - true.start_s) for word, true in zip(answer.words, true_words, strict=True)]
    assert max(away) < 0.25


def test_a_captioned_voice_tells_when_its_words_sound(server: ModelServer) -> None:
    answer = spoken(server, captions=True)

    require_good(answer, SCRIPT.text)
    _, true_words = spoken_tones(SCRIPT.text)
    assert not any(word.is_estimated for word in answer.words)
    away = [abs(float(word.start_s) - true.start_s) for word, true in zip(answer.words, true_words, strict=True)]
    assert max(away) < 0.001
    assert server.calls == {"/dev/captioned_speech": 1}


def test_captions_without_times_are_estimated(server: ModelServer) -> None:
    server.fail_with(faults.no_words())

    answer = spoken(server, captions=True)

    require_good(answer, SCRIPT.text)
    assert all(word.is_estimated for word in answer.words)


def test_a_long_text_is_spoken_in_pieces(server: ModelServer) -> None:
    text = "Water boils at a hundred degrees. It freezes at nought. Is that so? " * 3

    answer = spoken(server, replace(SCRIPT, text=text), most_characters=80)

    said = [one.json["input"] for one in server.requests]
    assert "".join(said) == text
    assert all(len(piece) <= 80 and piece.rstrip()[-1] in ".?" for piece in said)
    require_good(answer, text)


def test_a_text_that_fails_after_its_first_piece_may_have_cost(server: ModelServer) -> None:
    server.fail_with(faults.Fault(path="speech"), faults.busy())
    text = " ".join(f"This is sentence number {nth}." for nth in range(9))

    with pytest.raises(ProviderBusy) as failed:
        spoken(server, replace(SCRIPT, text=text), most_characters=80)

    assert failed.value.may_cost


def test_a_text_whose_first_piece_is_refused_costs_nothing(server: ModelServer) -> None:
    server.fail_with(faults.busy())

    with pytest.raises(ProviderBusy) as failed:
        spoken(server, most_characters=40)

    assert not failed.value.may_cost


def test_each_piece_has_a_key_of_its_own(server: ModelServer) -> None:
    known = candidate(server, "openai_compatible", "tts-1", "alloy", most_characters=30)

    for _ in range(2):
        speaker(known, "step-1").speak(SCRIPT)

    assert server.charges == {"step-1": 1, "step-1-1": 1, "step-1-2": 1}


def test_options_of_the_route_come_before_those_of_the_connection(server: ModelServer) -> None:
    known = replace(candidate(server, "openai_compatible", "tts-1", "alloy", speed=1.5), options={"speed": 0.9})

    speaker(known).speak(SCRIPT)

    assert server.requests[0].json == {
        "model": "tts-1",
        "input": SCRIPT.text,
        "voice": "alloy",
        "response_format": "wav",
        "speed": 0.9,
    }


def test_azures_form_has_the_deployment_in_its_path(server: ModelServer) -> None:
    connection = replace(server.connection(azure=True), base_url=server.url)

    speaker(Candidate(connection, "tts-hd", {}, "alloy")).speak(SCRIPT)

    assert server.calls == {"/openai/deployments/tts-hd/audio/speech": 1}


@pytest.mark.parametrize("captions", [True, False])
def test_an_unknown_voice_is_a_refused_call(server: ModelServer, captions: bool) -> None:
    nobody = candidate(server, "openai_compatible", "tts-1", "nobody", captions=captions)

    with pytest.raises(ProviderRefusedCall) as raised:
        speaker(nobody).speak(SCRIPT)

    assert "nobody" in raised.value.detail


def test_no_voice_is_no_speaker(server: ModelServer) -> None:
    with pytest.raises(UnsuitableProvider):
        speaker(candidate(server, "openai_compatible", "tts-1"))


def test_silence_is_no_speech(server: ModelServer) -> None:
    server.fail_with(faults.empty())

    with pytest.raises(UnusableAnswer):
        spoken(server)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"#EXTM3U\n#EXTINF:1,\nhttp://169.254.169.254/secret.wav\n",
        b"ffconcat version 1.0\nfile /etc/passwd\n",
        b"<html>no</html>",
        b"RIFF\x00\x00\x00\x00WAVE",
        b"ID3\x04" + b"\x00" * 100,
        b"OggS" + b"\x00" * 100,
    ],
)
def test_what_is_no_sound_is_not_taken_for_some(server: ModelServer, body: bytes) -> None:
    server.fail_with(faults.raw(body, "audio/wav"))

    with pytest.raises(UnusableAnswer):
        spoken(server)


def test_sound_that_breaks_off_is_none(server: ModelServer) -> None:
    server.fail_with(faults.cut())

    with pytest.raises(ProviderUnreachable) as raised:
        spoken(server)

    assert raised.value.may_cost


def test_a_wrong_key_is_refused(server: ModelServer) -> None:
    with pytest.raises(ProviderRefusedKey):
        speaker(Candidate(server.connection(key="wrong"), "tts-1", {}, "alloy")).speak(SCRIPT)


def test_voices_are_listed_where_a_server_lists_them(server: ModelServer) -> None:
    listed = [voice.id for voice in list_voices(server.connection())]
    server.fail_with(faults.status(404, "Not found"))

    assert listed == ["af_heart", "alloy"]
    assert list_voices(server.connection()) == []
