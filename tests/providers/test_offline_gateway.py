"""The offline door: every call leaves a row, and no row keeps the author's words."""

from __future__ import annotations

from uuid import UUID

import pytest

from coursecrafter.domain.course import Engine
from coursecrafter.gateway.door import AiGateway
from coursecrafter.gateway.ports import ImageRequest, Purpose, SpeechRequest, TextRequest
from coursecrafter.gateway.providers.offline_image import UndrawablePicture
from coursecrafter.gateway.providers.offline_speech import NothingToSay
from coursecrafter.gateway.providers.offline_text import UnknownTask
from coursecrafter.gateway.setting import OFFLINE_CANDIDATE
from plain_gateway import MemoryCalls

PURPOSE = Purpose(UUID(int=1), UUID(int=2), Engine.E1, "speech")


def test_speech_is_recorded_with_its_length(ledger: MemoryCalls) -> None:
    answer = AiGateway(ledger).speak(
        SpeechRequest("A secret plan.", "en", "en_female_neutral_1"), PURPOSE, OFFLINE_CANDIDATE
    )

    (call,) = ledger.calls
    assert (call.call_type, call.provider, call.model, call.status) == ("tts", "offline", answer.model, "success")
    assert call.purpose is PURPOSE
    assert call.request_payload["task"] == "speech"
    assert call.request_payload["characters"] == 14
    assert call.response_meta["duration_s"] == float(answer.duration_s)
    assert call.response_meta["cost_usd"] == 0
    assert call.response_meta["latency_ms"] >= 0
    assert "secret" not in str(call)


def test_texts_and_pictures_are_recorded_by_their_kind(ledger: MemoryCalls) -> None:
    gateway = AiGateway(ledger)

    gateway.write(TextRequest("outline", "en", {"title": "T", "scenes": []}), PURPOSE, OFFLINE_CANDIDATE)
    gateway.write(TextRequest("quiz", "en", {"slides": [], "max_questions": 3}), PURPOSE, OFFLINE_CANDIDATE)
    picture = gateway.draw(ImageRequest("Water", 64, 64, (), 1), PURPOSE, OFFLINE_CANDIDATE)

    assert [call.call_type for call in ledger.calls] == ["llm_outline", "llm_script", "image"]
    assert {call.status for call in ledger.calls} == {"success"}
    assert ledger.calls[2].response_meta["bytes"] == len(picture.content)


def test_a_failed_call_is_recorded_too(ledger: MemoryCalls) -> None:
    gateway = AiGateway(ledger)

    with pytest.raises(NothingToSay):
        gateway.speak(SpeechRequest("…", "en", "en_female_neutral_1"), PURPOSE, OFFLINE_CANDIDATE)
    with pytest.raises(UndrawablePicture):
        gateway.draw(ImageRequest("Water", 0, 0, (), 1), PURPOSE, OFFLINE_CANDIDATE)

    assert [call.response_meta["code"] for call in ledger.calls] == ["CC-0305", "CC-0307"]
    assert {call.status for call in ledger.calls} == {"failed"}
    assert all(call.error_message for call in ledger.calls)


def test_a_task_that_nobody_knows_is_no_call(ledger: MemoryCalls) -> None:
    with pytest.raises(UnknownTask):
        AiGateway(ledger).writers(TextRequest("poem", "en", {}))

    assert ledger.begun == []


def test_identities_name_provider_model_and_revision(ledger: MemoryCalls) -> None:
    gateway = AiGateway(ledger)

    speech, text, image = (
        gateway.speakers("en-GB", "en_male_calm_2")[0].identity,
        gateway.writers(TextRequest("outline", "en", {}))[0].identity,
        gateway.painters()[0].identity,
    )

    assert speech.startswith("offline/espeak-ng ")
    assert "/gmw/en+m7/155-46-44-80/" in speech
    assert text.startswith("offline/extractive/r")
    assert image.startswith("offline/composed/resvg ")
    assert ledger.calls == []
