"""Azure's voices: SSML, at once with estimated times, as a batch with exact ones."""

from __future__ import annotations

import io
import wave
import zipfile
from dataclasses import replace
from itertools import pairwise
from typing import Any
from uuid import UUID

import pytest
from lxml import etree

from coursecrafter.gateway.addresses import AddressRefused
from coursecrafter.gateway.errors import ProviderRefusedCall, ProviderRefusedKey, ProviderUnreachable, UnusableAnswer
from coursecrafter.gateway.ports import Candidate, Connection, Phoneme, SpeechAnswer, SpeechRequest
from coursecrafter.gateway.providers.azure_speech import azure_roots, write_ssml
from coursecrafter.gateway.providers.registry import ProviderVoice, UnsuitableProvider, list_voices, speaker
from coursecrafter.gateway.providers.spoken_words import find_words
from providers import model_server_faults as faults
from providers.model_server import ModelServer
from providers.model_server_fixtures import SCRIPT, candidate, server
from providers.model_server_speech import spoken_tones

__all__ = ["server"]

VOICE = "en-US-AvaMultilingualNeural"
EXACT = {"word_times": "exact", "poll_s": 0.02}


def spoken(server: ModelServer, request: SpeechRequest = SCRIPT, key: str = "", **options: Any) -> SpeechAnswer:
    return speaker(candidate(server, "azure_speech", "", VOICE, **options), key).speak(request)


def require_words(answer: SpeechAnswer, text: str) -> None:
    assert [(word.char_start, word.char_end) for word in answer.words] == find_words(text)
    assert all(0 <= word.start_s <= word.end_s <= answer.duration_s for word in answer.words)
    assert all(one.end_s <= other.start_s for one, other in pairwise(answer.words))


def test_a_text_is_spoken_at_once(server: ModelServer) -> None:
    answer = spoken(server)

    require_words(answer, SCRIPT.text)
    assert all(word.is_estimated for word in answer.words)
    assert (answer.provider, answer.model) == ("stand-in", VOICE)
    with wave.open(io.BytesIO(answer.wav)) as sound:
        assert (sound.getnchannels(), sound.getsampwidth(), sound.getframerate()) == (1, 2, 24_000)
    assert server.calls == {"/cognitiveservices/v1": 1}


def test_a_long_text_is_spoken_in_pieces_with_its_phonemes(server: ModelServer) -> None:
    request = replace(SCRIPT, phonemes=(Phoneme(0, 5, "ˈwɔːtə"), Phoneme(43, 45, "ɪt")))

    answer = spoken(server, request, most_characters=30)

    require_words(answer, SCRIPT.text)
    sent = [etree.fromstring(one.content) for one in server.requests]
    assert "".join("".join(tree.itertext()) for tree in sent) == SCRIPT.text
    assert [one.text for tree in sent for one in tree.iter("{*}phoneme")] == ["Water", "it"]


def test_a_batch_tells_when_its_words_sound(server: ModelServer) -> None:
    answer = spoken(server, **EXACT)

    require_words(answer, SCRIPT.text)
    _, true_words = spoken_tones(SCRIPT.text)
    assert not any(word.is_estimated for word in answer.words)
    away = [abs(float(word.start_s) - true.start_s) for word, true in zip(answer.words, true_words, strict=True)]
    assert max(away) <= 0.001


def test_a_batch_that_nobody_can_ask_for_again_is_deleted(server: ModelServer) -> None:
    spoken(server, **EXACT)

    assert server.requests[-1].method == "DELETE"


def test_a_batch_that_was_begun_is_found_again(server: ModelServer) -> None:
    """Whoever began it was killed while it was made."""
    server.fail_with(replace(faults.cut(), path="/results/"))
    with pytest.raises(ProviderUnreachable):
        spoken(server, key="step-1", **EXACT)

    answer = spoken(server, key="step-1", **EXACT)

    require_words(answer, SCRIPT.text)
    begun = [one for one in server.requests if one.method == "PUT"]
    assert len({one.path for one in begun}) == 1
    assert len([name for name in server.store if name.startswith("job ")]) == 1


def test_the_key_does_not_go_where_the_result_lies(server: ModelServer) -> None:
    spoken(server, **EXACT)

    (asked,) = [one for one in server.requests if one.path.startswith("/results/")]
    assert "ocp-apim-subscription-key" not in asked.headers


def test_a_result_that_lies_inside_is_not_fetched(server: ModelServer) -> None:
    body = b'{"status": "Succeeded", "outputs": {"result": "http://169.254.169.254/latest"}}'
    begun = faults.Fault(path="/texttospeech/")
    server.fail_with(begun, replace(faults.raw(body), path="/texttospeech/"))

    with pytest.raises(AddressRefused):
        spoken(server, **EXACT)


def test_a_voice_that_reports_no_words_has_them_estimated(server: ModelServer) -> None:
    server.fail_with(faults.no_words())

    answer = spoken(server, **EXACT)

    require_words(answer, SCRIPT.text)
    assert all(word.is_estimated for word in answer.words)


def test_a_batch_that_fails_is_a_refused_call(server: ModelServer) -> None:
    server.fail_with(*[replace(faults.refusal(), path="/texttospeech/")] * 3)

    with pytest.raises(ProviderRefusedCall) as raised:
        spoken(server, **EXACT)

    assert "InvalidSsml" in raised.value.detail


def test_a_batch_that_is_never_done_ends(server: ModelServer) -> None:
    running = replace(faults.raw(b'{"status": "Running"}'), path="/texttospeech/")
    server.fail_with(running, times=500)

    with pytest.raises(ProviderUnreachable) as raised:
        spoken(server, longest_s=0.3, **EXACT)

    assert raised.value.may_cost


def zipped(**members: bytes) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name.replace("_", "."), content)
    return file.getvalue()


@pytest.mark.parametrize(
    "content",
    [
        b"PK",
        zipped(summary_json=b"{}"),
        zipped(one_wav=b"\x00" * (65 << 20)),
        zipped(one_wav=b"RIFF", one_word_json=b"[{}]"),
        zipped(one_wav=b"RIFF", one_word_json=b"{"),
    ],
    ids=["broken", "no sound", "bomb", "no words", "no JSON"],
)
def test_a_batch_that_cannot_be_unpacked_is_unusable(server: ModelServer, content: bytes) -> None:
    server.fail_with(replace(faults.raw(content, "application/zip"), path="/results/"))

    with pytest.raises(UnusableAnswer):
        spoken(server, **EXACT)


@pytest.mark.parametrize("packing", [zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_a_batch_that_is_damaged_on_its_way_is_unusable(server: ModelServer, packing: int) -> None:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", packing) as archive:
        archive.writestr("one.wav", bytes(range(256)) * 40)
    damaged = bytearray(file.getvalue())
    damaged[45:60] = bytes(reversed(damaged[45:60]))
    server.fail_with(replace(faults.raw(bytes(damaged), "application/zip"), path="/results/"))

    with pytest.raises(UnusableAnswer):
        spoken(server, **EXACT)


def test_a_text_is_no_markup(server: ModelServer) -> None:
    text = "R&D <b>5 > 3</b> “quoted” \x00\ud800 ]]> ok"

    answer = spoken(server, replace(SCRIPT, text=text))

    tree = etree.fromstring(server.requests[0].content)
    assert "".join(tree.itertext()) == text.replace("\x00", " ").replace("\ud800", " ")
    require_words(answer, text)


def test_phonemes_stand_in_the_markup() -> None:
    parts = (Phoneme(0, 4, 'ˈd"ɑːʃ'), Phoneme(2, 6, "x"), Phoneme(9, 12, "ʊʃ"))

    ssml = write_ssml(replace(SCRIPT, text="Dash and <&>", phonemes=parts), "V'o\"ice", "+10%")

    tree = etree.fromstring(ssml.encode())
    phonemes = [(one.get("ph"), one.text) for one in tree.iter("{*}phoneme")]
    assert phonemes == [('ˈd"ɑːʃ', "Dash"), ("ʊʃ", "<&>")]
    assert "".join(tree.itertext()) == "Dash and <&>"
    assert tree[0].get("name") == "V'o\"ice"
    assert tree[0][0].get("rate") == "+10%"


def test_a_wrong_key_is_refused(server: ModelServer) -> None:
    with pytest.raises(ProviderRefusedKey):
        speaker(Candidate(server.connection("azure_speech", key="wrong"), "", {}, VOICE)).speak(SCRIPT)


def test_an_unknown_voice_is_a_refused_call(server: ModelServer) -> None:
    with pytest.raises(ProviderRefusedCall):
        speaker(candidate(server, "azure_speech", "", "xx-XX-NobodyNeural")).speak(SCRIPT)


def at(base_url: str, **options: Any) -> tuple[str, str]:
    return azure_roots(Connection(UUID(int=1), "azure", "azure_speech", base_url, "key", options))


def test_a_region_and_a_resource_have_addresses_of_their_own() -> None:
    regional = ("https://westeurope.tts.speech.microsoft.com", "https://westeurope.api.cognitive.microsoft.com")
    own = "https://ours.cognitiveservices.azure.com"

    assert at("", region="westeurope") == regional
    assert at("https://westeurope.tts.speech.microsoft.com/") == regional
    assert at("https://westeurope.api.cognitive.microsoft.com") == regional
    assert at(own) == (f"{own}/tts", own)


@pytest.mark.parametrize("region", ["thief.example/", "thief.example#", "thief.example:443/", "me@thief.example?"])
def test_a_region_leads_to_no_other_server_than_azures(region: str) -> None:
    with pytest.raises(AddressRefused):
        at("", region=region)


def test_neither_address_nor_region_is_no_provider() -> None:
    nowhere = Connection(UUID(int=1), "azure", "azure_speech", "", "key")

    with pytest.raises(UnsuitableProvider):
        speaker(Candidate(nowhere, "", {}, VOICE))


def test_voices_are_listed(server: ModelServer) -> None:
    assert list_voices(server.connection("azure_speech")) == [ProviderVoice(VOICE, "Ava", "en-US", "female")]
