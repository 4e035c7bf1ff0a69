"""`/cc/context`: what a course is about and for whom, and its settings."""

from __future__ import annotations

from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field
from sqlalchemy import Connection
from starlette.responses import Response

from coursecrafter.api.call import Calling
from coursecrafter.api.examples import example
from coursecrafter.api.fields import Body, JsonObject, Language, Line, Prose
from coursecrafter.api.routing import Routes, given
from coursecrafter.api.shapes.context import Context
from coursecrafter.authoring import context
from coursecrafter.db.refusals import NotAllowed, NotFound
from coursecrafter.reading.context import read_context

routes = Routes("/cc/context", "Context")

MOST_WORDS = 5_000


class ContextChanges(Body):
    """What should be said of a course; what is left out stays, and null takes it away."""

    raw_text: Prose | None = None
    audience_level: Literal["intro", "intermediate", "advanced"] | None = None
    audience_role: Literal["operator", "supervisor", "manager", "executive", "mixed"] | None = None
    region: Line | None = None
    domain: Line | None = None
    language: Language | None = None

    model_config = example(audience_level="intro", audience_role="operator", domain="fire_safety", language="en")


class LexiconEntry(Body):
    """How a word is spoken: as it would be written, or in IPA."""

    written: Line
    spoken: Line | None = None
    ipa: Line | None = None
    language: Language | None = None


class SettingsChanges(Body):
    """Settings of a course; what is left out stays, and null takes it away."""

    voice: Line | None = None
    mode: Literal["standard", "premium"] | None = None
    original: UUID | None = Field(None, description="The project that this one translates.")
    effects: JsonObject | None = None
    defaults: JsonObject | None = None
    lexicon: Annotated[list[LexiconEntry], Field(max_length=MOST_WORDS)] | None = None
    script: Literal["screen", "notes"] | None = Field(
        None, description="What of a deck is spoken when it is read next: what stands on its slides, or their notes."
    )

    model_config = example(
        voice="en_female_neutral_1",
        mode="standard",
        effects={"transition": "fade", "text": "words"},
        lexicon=[{"written": "HSE", "spoken": "aitch ess ee", "language": "en"}],
    )


@routes.reads("/{project_id}", Context)
def read_one(call: Calling, project_id: UUID) -> Response:
    """What a course is about and for whom, with its settings; all null where nothing was said."""
    return call.read(lambda conn: read_context(conn, project_id), project_id=project_id, is_versioned=True)


@routes.acts("/{project_id}/update", Context, is_conditional=True)
def update(call: Calling, project_id: UUID, body: ContextChanges) -> Response:
    """Say what a course is about and for whom."""

    def work(conn: Connection) -> bytes:
        seen = call.unless_changed_since
        context.change_context(conn, call.author, project_id, unless_changed_since=seen, **given(body))
        return read_context(conn, project_id)

    return call.act(work, project_id=project_id)


@routes.acts(
    "/{project_id}/settings",
    Context,
    refuses=(NotFound, NotAllowed, context.SettingRefused, context.LexiconRefused),
    is_conditional=True,
)
def set_settings(call: Calling, project_id: UUID, body: SettingsChanges) -> Response:
    """Set how a course is made: voice, mode, effects, defaults of the engines, and how its words are spoken."""

    def work(conn: Connection) -> bytes:
        seen = call.unless_changed_since
        settings = body.model_dump(mode="json", exclude_unset=True)
        context.merge_settings(conn, call.author, project_id, settings, unless_changed_since=seen)
        return read_context(conn, project_id)

    return call.act(work, project_id=project_id)
