"""`/cc/voices`: what can speak, and what it sounds like."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import Query
from pydantic import Field
from sqlalchemy import Connection
from starlette.responses import Response

from coursecrafter.api.call import Call, Calling
from coursecrafter.api.examples import example
from coursecrafter.api.fields import Body, Language, Line
from coursecrafter.api.routes.ai import ASKED, SPOKEN
from coursecrafter.api.routing import Routes
from coursecrafter.api.shapes.voices import Voices, VoiceSample
from coursecrafter.api.waiting import Running, project_work
from coursecrafter.authoring.context import read_context
from coursecrafter.authoring.library import ensure_library, library_id
from coursecrafter.db.refusals import NotFound
from coursecrafter.gateway.connections import candidates_for
from coursecrafter.gateway.ports import OFFLINE, Candidate, Kind, Mode
from coursecrafter.gateway.providers.offline_voices import UnknownVoice
from coursecrafter.gateway.sealing import KeyUnreadable, load_keyring
from coursecrafter.gateway.voices import VoiceOffer, all_voices

routes = Routes("/cc/voices", "Voices and providers")

GENDERS = frozenset({"female", "male"})


class SampleOrder(Body):
    """Which voice is to be heard."""

    voice_profile: Annotated[Line, Field(min_length=1, max_length=100)]
    language: Language
    project_id: Annotated[UUID | None, Field(description="As this course would have it spoken.")] = None

    model_config = example(voice_profile="en_female_neutral_1", language="en")


@routes.reads("/list", Voices, refuses=(NotFound, KeyUnreadable))
def read_list(
    call: Calling,
    language: Annotated[str | None, Query(max_length=35, description="Voices of this language, as `en`.")] = None,
    gender: Annotated[Literal["female", "male"] | None, Query()] = None,
    project_id: Annotated[UUID | None, Query(description="Voices that can speak for this course.")] = None,
) -> Response:
    """The voices that can be chosen: those of the course's providers for speech, else of the organisation's.

    Without a course it is the library that is asked for. Where no provider is set up for speech, or the library is not
    shared with you, they are the offline voices.
    """
    wanted = (language or "").lower()
    found = [
        _told(voice)
        for voice in all_voices(_speakers(call, project_id))
        if voice.language.startswith(wanted) and gender in {None, voice.gender}
    ]
    return call.read(lambda _conn: {"items": found})


@routes.acts("/sample", VoiceSample, refuses=(*ASKED, *SPOKEN), else_accepts=Running)
def speak_sample(call: Calling, body: SampleOrder) -> Response:
    """Let a voice speak a short sentence; its sound is an asset of the organisation's library, and spoken once."""
    call.require_headers()
    _require_voice(_speakers(call, body.project_id), body)
    order: dict[str, Any] = {"voice_profile": body.voice_profile, "language": body.language}
    place = body.project_id
    if place is None:
        # Only now: what is refused leaves nothing behind, no library either.
        with call.site.database.app(call.identity()) as conn:
            place = ensure_library(conn, call.author)
    return project_work(call, place, "speak_sample", lambda _conn, done: done, **order)


def _require_voice(speakers: Sequence[Candidate], body: SampleOrder) -> None:
    """Refuse a voice, or a language, that nobody of the route has.

    Raises:
        UnknownVoice: CC-0303.
    """
    offers = [voice for voice in all_voices(speakers) if voice.name == body.voice_profile]
    spoken = {voice.language.partition("-")[0] for voice in all_voices(speakers)}
    if not offers:
        raise UnknownVoice(f"There is no voice {body.voice_profile!r}; /cc/voices/list says which there are.")
    if body.language and body.language.lower().partition("-")[0] not in spoken:
        raise UnknownVoice(f"Nobody here speaks the language {body.language!r}.")


def _speakers(call: Call, project_id: UUID | None) -> Sequence[Candidate]:
    """Who speaks for a project, in order; for the library where none is named."""
    place = project_id or library_id(call.caller.org_id)
    try:
        with call.site.database.worker(call.identity(place)) as conn:
            return candidates_for(conn, place, Kind.SPEECH, _mode(conn, place), load_keyring(call.site.settings.home))
    except NotFound:
        if project_id is not None:
            raise
        return (Candidate(OFFLINE, ""),)


def _mode(conn: Connection, project_id: UUID) -> Mode:
    context = read_context(conn, project_id)
    return Mode((context.metadata.get("mode") if context else None) or Mode.STANDARD)


def _told(voice: VoiceOffer) -> dict[str, Any]:
    return {
        "name": voice.name,
        "language": voice.language,
        "gender": voice.gender if voice.gender in GENDERS else None,
        "accent": voice.accent or None,
        "tone": voice.tone or None,
        "pace_wpm": voice.pace_wpm,
        "provider": voice.provider,
        "has_word_times": True,
        "has_exact_word_times": voice.has_exact_word_times,
    }
