"""ElevenLabs' voices: the time of every character becomes that of every word."""

from __future__ import annotations

import base64
import json
from dataclasses import replace
from itertools import pairwise
from typing import Any

import pytest

from coursecrafter.gateway.errors import ProviderRefusedCall, ProviderRefusedKey, ProviderUnreachable, UnusableAnswer
from coursecrafter.gateway.ports import Candidate, Phoneme, SpeechAnswer, SpeechRequest
from coursecrafter.gateway.providers.registry import ProviderVoice, list_models, list_voices, speaker
from coursecrafter.gateway.providers.spoken_words import find_words
from providers import model_server_faults as faults
from providers.model_server import ModelServer
from providers.model_server_fixtures import SCRIPT, candidate, server
from providers.model_server_speech import mp3_of, spoken_tones

__all__ = ["server"]

MODEL, VOICE = "eleven_multilingual_v2", "voice-1"


def spoken(server: ModelServer, request: SpeechRequest = SCRIPT, model: str = MODEL, **options: Any) -> SpeechAnswer:
    return speaker(candidate(server, "elevenlabs", model, VOICE, **options)).speak(request)


def require_words(answer: SpeechAnswer, text: str) -> None:
    assert [(word.char_start, word.char_end) for word in answer.words] == find_words(text)
    assert all(0 <= word.start_s <= word.end_s <= answer.duration_s for word in answer.words)
    assert all(one.end_s <= other.start_s for one, other in pairwise(answer.words))


@pytest.mark.parametrize("output_format", ["mp3_44100_128", "pcm_24000"])
def test_words_sound_when_their_first_characters_do(server: ModelServer, output_format: str) -> None:
    answer = spoken(server, output_format=output_format)

    require_words(answer, SCRIPT.text)
    _, true_words = spoken_tones(SCRIPT.text)
    assert not any(word.is_estimated for word in answer.words)
    away = [abs(float(word.start_s) - true.start_s) for word, true in zip(answer.words, true_words, strict=True)]
    assert max(away) < 0.001
    assert server.requests[0].query == {"output_format": output_format}


def test_tags_of_ours_are_no_words(server: ModelServer) -> None:
    parts = (Phoneme(0, 5, "ˈwɔːtə"), Phoneme(13, 15, "<ɪt>"))
    request = replace(SCRIPT, text="Water boils. It & “ice” freezes.", phonemes=parts)

    answer = spoken(server, request, "eleven_flash_v2", output_format="pcm_24000")

    require_words(answer, request.text)
    assert server.requests[0].json["text"].startswith('<phoneme alphabet="ipa" ph="ˈwɔːtə">Water</phoneme> boils.')
    assert not answer.words[1].is_estimated
    assert not answer.words[-1].is_estimated


def test_a_model_that_reads_no_tags_gets_none(server: ModelServer) -> None:
    spoken(server, replace(SCRIPT, phonemes=(Phoneme(0, 5, "ˈwɔːtə"),)))

    assert server.requests[0].json == {"text": SCRIPT.text, "model_id": MODEL}


def test_a_language_is_told_to_models_that_take_one(server: ModelServer) -> None:
    spoken(server, replace(SCRIPT, language="pt-BR"), "eleven_flash_v2_5")

    assert server.requests[0].json["language_code"] == "pt"


def test_settings_are_those_of_the_route(server: ModelServer) -> None:
    known = replace(candidate(server, "elevenlabs", MODEL, VOICE), options={"stability": 0.5, "speed": 1.1, "seed": 4})

    speaker(known).speak(SCRIPT)

    body = server.requests[0].json
    assert (body["voice_settings"], body["seed"]) == ({"stability": 0.5, "speed": 1.1}, 4)


def test_lists_that_do_not_agree_are_unusable(server: ModelServer) -> None:
    server.fail_with(faults.wrong_lengths())

    with pytest.raises(UnusableAnswer) as raised:
        spoken(server)

    assert "agree" in raised.value.message
    assert raised.value.may_cost


def test_no_times_at_all_are_estimated(server: ModelServer) -> None:
    server.fail_with(faults.no_words())

    answer = spoken(server)

    require_words(answer, SCRIPT.text)
    assert all(word.is_estimated for word in answer.words)


def timed(text: str, spoken_text: str) -> faults.Fault:
    """An answer whose voice read a text otherwise than it is written, a tenth of a second for each character."""
    sound, _ = spoken_tones(text)
    starts = [0.05 * nth for nth in range(len(spoken_text))]
    alignment = {
        "characters": list(spoken_text),
        "character_start_times_seconds": starts,
        "character_end_times_seconds": [start + 0.05 for start in starts],
    }
    coded = base64.b64encode(mp3_of(sound)).decode()
    return faults.raw(json.dumps({"audio_base64": coded, "alignment": alignment}).encode())


def test_a_word_that_is_read_otherwise_shares_the_time_of_its_neighbours(server: ModelServer) -> None:
    text = "Mix 10 eggs well."
    server.fail_with(timed(text, "Mix ten eggs well."))

    answer = spoken(server, replace(SCRIPT, text=text))

    require_words(answer, text)
    assert [word.is_estimated for word in answer.words] == [False, True, False, False]
    assert float(answer.words[2].start_s) == pytest.approx(0.05 * 8, abs=0.001)


@pytest.mark.parametrize(
    "alignment",
    [
        {"characters": "text"},
        {},
        [],
        {"characters": ["a"], "character_start_times_seconds": ["x"], "character_end_times_seconds": [1]},
    ],
)
def test_times_that_are_none_are_unusable(server: ModelServer, alignment: Any) -> None:
    coded = base64.b64encode(mp3_of(spoken_tones("a word")[0])).decode()
    server.fail_with(faults.raw(json.dumps({"audio_base64": coded, "alignment": alignment}).encode()))

    with pytest.raises(UnusableAnswer):
        spoken(server)


def test_sound_that_breaks_off_is_none(server: ModelServer) -> None:
    server.fail_with(faults.cut())

    with pytest.raises(ProviderUnreachable):
        spoken(server)


def test_a_quota_that_is_used_up_is_a_matter_of_the_key(server: ModelServer) -> None:
    body = b'{"detail": {"status": "quota_exceeded", "message": "This request exceeds your quota."}}'
    server.fail_with(faults.raw(body, code=401))

    with pytest.raises(ProviderRefusedKey, match="used up"):
        spoken(server)


def test_a_wrong_key_is_refused(server: ModelServer) -> None:
    with pytest.raises(ProviderRefusedKey):
        speaker(Candidate(server.connection("elevenlabs", key="wrong"), MODEL, {}, VOICE)).speak(SCRIPT)


def test_an_unknown_voice_is_a_refused_call(server: ModelServer) -> None:
    with pytest.raises(ProviderRefusedCall):
        speaker(candidate(server, "elevenlabs", MODEL, "../nobody")).speak(SCRIPT)

    assert ".." not in server.requests[0].path.replace("..%2Fnobody", "")


def test_what_there_is_is_listed(server: ModelServer) -> None:
    connection = server.connection("elevenlabs")

    assert list_models(connection) == [MODEL]
    assert list_voices(connection) == [ProviderVoice(VOICE, "Ada", "en", "female")]
