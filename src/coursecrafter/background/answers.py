"""Calls of the AI gateway for their own sake: an answer, what it cost, the asset it left, its row in `cc_ai_calls`."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from coursecrafter.authoring.assets import add_variant
from coursecrafter.authoring.courses import read_course
from coursecrafter.authoring.edits import edit
from coursecrafter.authoring.events import Event
from coursecrafter.authoring.projects import language_of
from coursecrafter.authoring.slots import Slot
from coursecrafter.domain.course import Engine
from coursecrafter.domain.output import AssetType
from coursecrafter.domain.stored import StoredObject
from coursecrafter.engines.e2_video.palette import make_palette
from coursecrafter.errors import GatewayError
from coursecrafter.gateway.ledger import DatabaseLedger
from coursecrafter.gateway.offline import OfflineGateway
from coursecrafter.gateway.ports import ImageRequest, Purpose, SpeechRequest, TextRequest
from coursecrafter.gateway.speech_step import is_speakable, spoken_form
from coursecrafter.wiring import Workshop

MOST_PAYLOAD_BYTES = 1 << 20
COST_USD = 0
"""Of every answer of the offline provider, the only one there is."""

SPEECH_ROLE = "ai_speech"
IMAGE_ROLE = "ai_image"


class NoVideoProvider(GatewayError):
    """No provider makes video clips."""

    code = "CC-0308"
    status = 501
    remedy = "Make the lesson's video of pictures: render it with the branded video engine."


class TooMuchAsked(GatewayError):
    """The text given to a model is longer than is taken."""

    code = "CC-0309"
    status = 413
    remedy = "Ask about a part of it at a time."


class NothingSpeakable(GatewayError):
    """The text holds no letter or digit that a voice could speak."""

    code = "CC-0310"
    status = 422
    remedy = "Give the voice at least one word."


def ask_text(
    shop: Workshop,
    project_id: UUID,
    *,
    task: str,
    payload: Mapping[str, Any],
    lesson_id: UUID | None = None,
    language: str | None = None,
    engine: Engine | None = None,
) -> dict[str, Any]:
    """Let a model write: an outline, a quiz, key points or a summary, from the texts in the payload.

    Args:
        language: None for the course's.

    Raises:
        NotFound: CC-0020.
        UnknownTask: CC-0306.
        TooMuchAsked: CC-0309.
    """
    if len(json.dumps(payload, ensure_ascii=False).encode("utf-8", "replace")) > MOST_PAYLOAD_BYTES:
        raise TooMuchAsked(f"The texts are longer than {MOST_PAYLOAD_BYTES >> 20} MB.")
    ledger = _ledger(shop, project_id)
    purpose = Purpose(project_id, lesson_id, engine, task)
    answer = OfflineGateway(ledger).write(TextRequest(task, language or _language(shop, project_id), payload), purpose)
    counts = {"input_tokens": answer.input_tokens, "output_tokens": answer.output_tokens}
    return {"answer": answer.value, **counts, **_said(ledger, answer.provider, answer.model)}


def ask_speech(
    shop: Workshop,
    project_id: UUID,
    *,
    text: str,
    lesson_id: UUID | None = None,
    voice_profile: str | None = None,
    language: str | None = None,
    engine: Engine | None = None,
) -> dict[str, Any]:
    """Speak a text; the sound is kept as a version of the asset `ai_speech`, active none.

    Raises:
        NotFound: CC-0020.
        NotAllowed: CC-0021.
        GatewayError: CC-0302 to CC-0305.
        NothingSpeakable: CC-0310.
    """
    if not is_speakable(text):
        raise NothingSpeakable("There is nothing in the text that a voice could speak.")
    with shop.database.app(shop.identity(project_id)) as conn:
        course = read_course(conn, shop.store, project_id, Engine.E1)
    spoken_in, profile = language or course.language, voice_profile or course.voice
    ledger = _ledger(shop, project_id)
    request = SpeechRequest(spoken_form(text, spoken_in).text, spoken_in, profile)
    answer = OfflineGateway(ledger).speak(request, Purpose(project_id, lesson_id, engine, "speech"))
    stored = shop.store.put_bytes(answer.wav, "audio/wav")
    told = {"voice_profile": profile, "duration": float(answer.duration_s)}
    said = _said(ledger, answer.provider, answer.model)
    asset_id = _keep(shop, project_id, lesson_id, SPEECH_ROLE, stored, AssetType.AUDIO, {**told, **said})
    return {"asset_id": asset_id, "duration_seconds": float(answer.duration_s), "voice_profile": profile, **said}


def ask_image(
    shop: Workshop,
    project_id: UUID,
    *,
    prompt: str,
    lesson_id: UUID | None = None,
    width_px: int = 1080,
    height_px: int = 1080,
    seed: int = 0,
    engine: Engine | None = None,
) -> dict[str, Any]:
    """Draw a picture in the course's colours; it is kept as a version of the asset `ai_image`, active none.

    Raises:
        NotFound: CC-0020.
        NotAllowed: CC-0021.
        UndrawablePicture: CC-0307.
    """
    with shop.database.app(shop.identity(project_id)) as conn:
        brand = read_course(conn, shop.store, project_id, Engine.E1).brand
    ledger = _ledger(shop, project_id)
    request = ImageRequest(prompt, width_px, height_px, make_palette(brand).picture, seed)
    answer = OfflineGateway(ledger).draw(request, Purpose(project_id, lesson_id, engine, "image"))
    stored = shop.store.put_bytes(answer.content, answer.mime_type)
    said = _said(ledger, answer.provider, answer.model)
    told = {"prompt": prompt, "seed": seed, "width": width_px, "height": height_px, **said}
    asset_id = _keep(shop, project_id, lesson_id, IMAGE_ROLE, stored, AssetType.IMAGE, told)
    return {"asset_id": asset_id, "width_px": width_px, "height_px": height_px, **said}


def ask_video() -> None:
    """Make a video clip: nobody does yet.

    Raises:
        NoVideoProvider: CC-0308.
    """
    raise NoVideoProvider("There is no provider for video clips yet.")


def _ledger(shop: Workshop, project_id: UUID) -> DatabaseLedger:
    return DatabaseLedger(shop.database, shop.identity(project_id))


def _language(shop: Workshop, project_id: UUID) -> str:
    with shop.database.app(shop.identity(project_id)) as conn:
        return language_of(conn, project_id)


def _said(ledger: DatabaseLedger, provider: str, model: str) -> dict[str, Any]:
    return {"provider": provider, "model": model, "cost_usd": COST_USD, "ai_call_id": str(ledger.recorded[-1])}


def _keep(
    shop: Workshop,
    project_id: UUID,
    lesson_id: UUID | None,
    role: str,
    stored: StoredObject,
    asset_type: AssetType,
    told: Mapping[str, Any],
) -> str:
    place = {"project_id": project_id, "lesson_id": lesson_id}
    with (
        shop.database.app(shop.identity(project_id)) as conn,
        edit(conn, shop.author, Event.ASSETS_ADDED, **place, role=role) as act,
    ):
        slot = Slot(project_id, role, lesson_id=lesson_id)
        return str(add_variant(act, slot, stored, asset_type, told).id)
