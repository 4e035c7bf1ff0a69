"""What a voice sounds like: a short sentence, spoken once and kept in the organisation's library."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from coursecrafter.authoring.assets import add_variant
from coursecrafter.authoring.edits import edit
from coursecrafter.authoring.events import Event
from coursecrafter.authoring.library import ensure_library
from coursecrafter.authoring.slots import Slot
from coursecrafter.domain.output import AssetType
from coursecrafter.domain.speech import Speech
from coursecrafter.gateway.ports import Purpose
from coursecrafter.gateway.speech_step import UnreadableSpeech, speak_texts
from coursecrafter.gateway.voices import sample_text
from coursecrafter.wiring import Workshop

SAMPLE_ROLE = "voice_sample"


def speak_sample(shop: Workshop, project_id: UUID, *, voice_profile: str, language: str) -> dict[str, Any]:
    """Speak a sample in a voice as a project's own route says; its sound becomes an asset of the library.

    A sample that was spoken before costs nothing and stays the asset that it is.

    Args:
        project_id: whose route is asked: a course, or the library itself.
        language: BCP 47.

    Raises:
        NotFound: CC-0020, the library is not there, or not shared.
        NotAllowed: CC-0021.
        UnknownVoice: CC-0303.
        GatewayError: CC-03xx.
    """
    text, bench = sample_text(language), shop.bench(project_id)
    purpose = Purpose(project_id, None, None, SAMPLE_ROLE)
    settings: dict[str, Any] = {"language": language, "voice": voice_profile, "purpose": purpose}
    (speech,) = speak_texts(bench.steps, bench.store, bench.gateway, [text], **settings)
    if speech is None:
        raise UnreadableSpeech("The voice said nothing.")
    told = {
        "voice_profile": voice_profile,
        "language": language,
        "text": text,
        "duration_seconds": float(speech.duration_s),
        "provider": speech.provider,
        "model": speech.model,
        "ai_call_id": str(speech.call_id) if speech.call_id else None,
    }
    library, asset_id = _keep(shop, speech, told)
    cost = {"cost_usd": float(bench.gateway.spent_usd), "is_cached": speech.is_reused}
    return {"asset_id": asset_id, "project_id": library, **told, **cost}


def _keep(shop: Workshop, speech: Speech, told: dict[str, Any]) -> tuple[str, str]:
    with shop.database.app(shop.identity()) as conn:
        library = ensure_library(conn, shop.author)
    calls = {"ai_call_ids": [told["ai_call_id"]]} if told["ai_call_id"] else {}
    metadata = {name: value for name, value in told.items() if name != "ai_call_id"} | calls
    with (
        shop.database.app(shop.identity(library)) as conn,
        edit(conn, shop.author, Event.ASSETS_ADDED, project_id=library, role=SAMPLE_ROLE) as act,
    ):
        asset = add_variant(act, Slot(library, SAMPLE_ROLE), speech.sound, AssetType.AUDIO, metadata)
    return str(library), str(asset.id)
