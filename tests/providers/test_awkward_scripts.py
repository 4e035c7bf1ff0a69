"""Scripts that nobody would write, and voices that go away: what is spoken, what is kept, and what is said about it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from lxml import etree

from coursecrafter.domain.course import Engine
from coursecrafter.domain.speech import Speech
from coursecrafter.gateway.door import AiGateway
from coursecrafter.gateway.errors import ProviderError, ProviderRefusedCall
from coursecrafter.gateway.lexicon import Lexicon
from coursecrafter.gateway.ports import Candidate, Kind, Purpose, SpeechRequest
from coursecrafter.gateway.providers.azure_speech import write_ssml
from coursecrafter.gateway.providers.offline_speech import OfflineSpeech
from coursecrafter.gateway.providers.offline_voices import UnknownVoice
from coursecrafter.gateway.setting import Setting
from coursecrafter.gateway.speech_step import speak_texts
from coursecrafter.jobs.steps import InlineRunner
from coursecrafter.storage.objects import ObjectStore
from plain_gateway import MemoryCalls
from providers import model_server_faults as faults
from providers.model_server import ModelServer
from providers.model_server_fixtures import server

__all__ = ["server"]

PURPOSE = Purpose(UUID(int=1), UUID(int=2), Engine.E1, "speech")
SSML = '<speak><break time="5s"/>Keep <emphasis>calm</emphasis> &amp; go {{pause}} [[h@loU]]</speak>'
FORTY = [f"Segment number {number}." for number in range(1, 41)]
SPEECH = "/v1/audio/speech"


def by(server: ModelServer, **options: Any) -> Candidate:
    return Candidate(
        server.connection(), "gpt-test", {"voices": {"*": "alloy"}, **options}, identity="stand-in/gpt-test"
    )


def speak(
    folder: Path, texts: Sequence[str], *route: Candidate, language: str = "en", voice: str = "", **setting: Any
) -> list[Speech | None]:
    """What a lesson of these texts is spoken with, in a store that stays between two calls."""
    store = ObjectStore(str(folder), UUID(int=9))
    gateway = AiGateway(
        MemoryCalls(), lambda: Setting({Kind.SPEECH: route} if route else {}, **setting), pause=lambda _s: None
    )
    return speak_texts(
        InlineRunner(store, threads=1),
        store,
        gateway,
        texts,
        language=language,
        voice=voice or f"{language}_female_neutral_1",
        purpose=PURPOSE,
        label=lambda index: f"slide {index + 1}",
    )


def asked(server: ModelServer) -> list[str]:
    return [json.loads(one.content)["input"] for one in server.requests if one.path == SPEECH]


def test_a_provider_that_fails_at_the_seventeenth_costs_no_voice_twice(tmp_path: Path, server: ModelServer) -> None:
    speak(tmp_path, FORTY[:16], by(server))
    server.fail_with(faults.status(400, "This voice is having a rest."))

    with pytest.raises(ProviderError, match="slide 17") as raised:
        speak(tmp_path, FORTY, by(server))
    found = speak(tmp_path, FORTY, by(server))

    assert raised.value.remedy
    assert all(found)
    assert sorted(asked(server)) == sorted([*FORTY, FORTY[16]])
    assert sum(server.charges.values()) == 40


def test_a_voice_that_is_gone_is_named_and_what_it_spoke_is_kept(tmp_path: Path, server: ModelServer) -> None:
    speak(tmp_path, FORTY[:2], by(server))
    server.fail_with(faults.status(404, "The voice alloy was removed."), times=9)

    with pytest.raises(ProviderRefusedCall, match="slide 3"):
        speak(tmp_path, FORTY[:4], by(server))
    server.fail_with()

    assert [speech.is_reused for speech in speak(tmp_path, FORTY[:4], by(server)) if speech] == [
        True,
        True,
        False,
        False,
    ]


def test_a_voice_that_the_route_no_longer_offers_stops_before_anything_is_asked(
    tmp_path: Path, server: ModelServer
) -> None:
    offered = by(server, offers=[{"name": "house", "voice": "alloy", "language": "en"}])
    speak(tmp_path, FORTY[:1], offered, voice="house")

    with pytest.raises(UnknownVoice, match="house") as raised:
        speak(tmp_path, FORTY[:2], by(server, voices={}), voice="house")

    assert "coursecrafter voices" in raised.value.remedy
    assert len(asked(server)) == 1


def test_markup_is_sent_as_the_text_that_it_is(tmp_path: Path, server: ModelServer) -> None:
    speak(tmp_path, [SSML], by(server))

    assert asked(server) == [SSML + "."]


def test_markup_cannot_leave_its_place_in_another_markup() -> None:
    written = write_ssml(SpeechRequest(SSML, "en", "en_female_neutral_1"), "en-US-AvaMultilingualNeural")

    tree = etree.fromstring(written.encode())
    assert "".join(tree.itertext()).strip() == SSML
    assert not tree.xpath("//*[local-name()='break' or local-name()='emphasis']")


def test_the_offline_voice_reads_markup_aloud(voice: OfflineSpeech) -> None:
    """Interpreted, five seconds of pause would be all that is heard of it; read, there are words."""
    read = voice.speak(SpeechRequest('<break time="5s"/>', "en", "en_female_neutral_1"))
    sounds = voice.speak(SpeechRequest("[[h@loU]]", "en", "en_female_neutral_1"))
    hello = voice.speak(SpeechRequest("hello", "en", "en_female_neutral_1"))

    assert len(read.words) == 2
    assert 0 < read.duration_s < 5
    assert sounds.duration_s > hello.duration_s * 1.2


def test_emoji_are_sent_with_their_words_and_alone_are_silence(tmp_path: Path, server: ModelServer) -> None:
    found = speak(tmp_path, ["Keep calm 👩‍🚒🔥", "🙂 🙂", ""], by(server))

    assert asked(server) == ["Keep calm 👩‍🚒🔥."]
    assert [speech is None for speech in found] == [False, True, True]


def test_ten_thousand_words_are_spoken_whole(tmp_path: Path, server: ModelServer) -> None:
    text = " ".join("Go." if number % 12 == 0 else "a" for number in range(1, 10_001))

    (speech,) = speak(tmp_path, [text], by(server))

    assert speech is not None
    assert len(speech.words) == 10_000
    assert " ".join(asked(server)).split() == (text + ".").split()
    assert max(map(len, asked(server))) <= 4096


def test_the_lexicon_is_heard_and_not_written(tmp_path: Path, server: ModelServer) -> None:
    lexicon = Lexicon.of([{"written": "HSE", "spoken": "aitch ess ee"}])

    (speech,) = speak(tmp_path, ["Ask HSE today"], by(server), lexicon=lexicon)

    assert asked(server) == ["Ask aitch ess ee today."]
    assert speech is not None
    assert ["Ask HSE today"[word.char_start : word.char_end] for word in speech.words] == ["Ask", "HSE", "today"]


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("af", "Hou die branddeur toe."),
        ("ar", "أغلق الباب."),
        ("de", "Halten Sie die Tür zu."),
        ("es", "Mantenga cerrada la puerta."),
        ("fr", "Gardez la porte fermée."),
        ("pt-BR", "Mantenha a porta fechada."),
        ("zh", "保持防火门关闭。"),
    ],
)
def test_a_language_of_the_offline_voices_is_spoken(tmp_path: Path, language: str, text: str) -> None:
    (speech,) = speak(tmp_path, [text], language=language, voice=f"{language[:2]}_female_neutral_1")

    assert speech is not None
    assert speech.duration_s > 1


def test_a_language_that_nobody_speaks_says_what_can_be_done(tmp_path: Path) -> None:
    with pytest.raises(UnknownVoice, match="zu") as raised:
        speak(tmp_path, ["Vala umnyango."], language="zu")

    assert "connect a provider" in raised.value.remedy
    assert "another language" in raised.value.remedy
