"""Calls of the AI gateway for their own sake: an answer, what it cost, the asset it left, its row in `cc_ai_calls`."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
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
from coursecrafter.engines.bench import Bench
from coursecrafter.errors import GatewayError
from coursecrafter.gateway.image_step import told_drawing
from coursecrafter.gateway.pictures import is_off_brand
from coursecrafter.gateway.ports import ImageRequest, Purpose, TextRequest
from coursecrafter.gateway.providers.offline_text.sketching import sketch_of
from coursecrafter.gateway.speech_step import is_speakable, speak_texts
from coursecrafter.wiring import Workshop

MOST_PAYLOAD_BYTES = 1 << 20
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
    bench = shop.bench(project_id)
    purpose = Purpose(project_id, lesson_id, engine, task)
    answer = bench.write(TextRequest(task, language or _language(shop, project_id), payload), purpose)
    counts = {"input_tokens": answer.input_tokens, "output_tokens": answer.output_tokens}
    call_type = "llm_outline" if task == "outline" else "llm_script"
    asked = _Asked(call_type, purpose, answer.provider, answer.model, answer.call_id, answer.is_cached)
    return {"answer": answer.value, **counts, **_said(bench, asked), "is_cached": answer.is_cached}


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
    bench = shop.bench(project_id)
    purpose = Purpose(project_id, lesson_id, engine, "speech")
    (speech,) = speak_texts(
        bench.steps, bench.store, bench.gateway, [text], language=spoken_in, voice=profile, purpose=purpose
    )
    if speech is None:
        raise NothingSpeakable("There is nothing in the text that a voice could speak.")
    said = _said(bench, _Asked("tts", purpose, speech.provider, speech.model, speech.call_id, speech.is_reused))
    told = {"voice_profile": profile, "duration": float(speech.duration_s)}
    asset_id = _keep(shop, project_id, lesson_id, SPEECH_ROLE, speech.sound, AssetType.AUDIO, {**told, **said})
    answered = {**said, "is_cached": speech.is_reused}
    return {"asset_id": asset_id, "duration_seconds": float(speech.duration_s), "voice_profile": profile, **answered}


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

    Without a model a prompt that says steps, levels, years or the like is drawn as such, and described.

    Raises:
        NotFound: CC-0020.
        NotAllowed: CC-0021.
        UndrawablePicture: CC-0307.
    """
    with shop.database.app(shop.identity(project_id)) as conn:
        course = read_course(conn, shop.store, project_id, Engine.E1)
    bench = shop.bench(project_id)
    palette = course.brand.colors
    purpose = Purpose(project_id, lesson_id, engine, "image")
    sketch = sketch_of(course.language, "", [prompt])
    request = ImageRequest(prompt, width_px, height_px, palette, seed, sketch=sketch)
    (drawn,) = bench.draw([request], purpose)
    said = _said(bench, _Asked("image", purpose, drawn.provider, drawn.model, drawn.call_id, drawn.is_reused))
    is_foreign = is_off_brand(shop.store.get_bytes(drawn.image), palette)
    told = {"prompt": prompt, "seed": seed, "width": width_px, "height": height_px, "is_off_brand": is_foreign, **said}
    alt_text = told_drawing(request, drawn)
    told |= {"alt_text": alt_text} if alt_text else {}
    asset_id = _keep(shop, project_id, lesson_id, IMAGE_ROLE, drawn.image, AssetType.IMAGE, told)
    answered = {**said, "is_cached": drawn.is_reused}
    return {"asset_id": asset_id, "width_px": width_px, "height_px": height_px, **answered}


def ask_video() -> None:
    """Make a video clip: nobody does yet.

    Raises:
        NoVideoProvider: CC-0308.
    """
    raise NoVideoProvider("There is no provider for video clips yet.")


def _language(shop: Workshop, project_id: UUID) -> str:
    with shop.database.app(shop.identity(project_id)) as conn:
        return language_of(conn, project_id)


@dataclass(frozen=True, slots=True)
class _Asked:
    """A question and who answered it, now or before."""

    call_type: str
    purpose: Purpose
    provider: str
    model: str
    call_id: UUID | None
    is_cached: bool


def _said(bench: Bench, asked: _Asked) -> dict[str, Any]:
    """Who answered, what it cost, and the row that tells of it: an answer that was found has one of its own."""
    call_id = asked.call_id
    # One that another course had asked for is written down already.
    if asked.is_cached and not bench.gateway.was_found(call_id):
        who = (asked.call_type, asked.purpose, asked.provider, asked.model)
        call_id = bench.gateway.note_found(*who, asked.call_id)
    cost = float(bench.gateway.spent_usd)
    return {"provider": asked.provider, "model": asked.model, "cost_usd": cost, "ai_call_id": str(call_id)}


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
