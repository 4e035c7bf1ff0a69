"""Calls to models, events, comments and history (schema 10)."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from coursecrafter.api.shapes.base import Id, Json, Moment, Shape


class AiCall(Shape):
    """A call to a model."""

    id: Id
    project_id: Id
    lesson_id: Id | None
    engine: Literal["e1", "e2", "e3", "e4", "global"]
    call_type: Literal["llm_script", "llm_outline", "tts", "image", "video", "parse"]
    provider: str
    model_name: str | None
    input_tokens: int | None
    output_tokens: int | None
    response_meta: Annotated[Json, Field(examples=[{"cost_usd": 0.002, "latency_ms": 840}])]
    status: Literal["success", "failed"]
    error_message: str | None
    created_at: Moment
    task: str | None
    """What it was for."""


class Event(Shape):
    """Something that happened."""

    id: Id
    org_id: Id
    project_id: Id | None
    lesson_id: Id | None
    user_id: Id | None
    """Null: the system."""
    event_type: Annotated[str, Field(examples=["engine1_plan_approved"])]
    event_payload: Json
    """Without what stood before and after."""
    created_at: Moment
    engine: str | None


class About(Shape):
    """The row that a comment is about."""

    table: Annotated[str, Field(examples=["cc_segments"])]
    id: Id


class Comment(Shape):
    """A review comment."""

    id: Id
    project_id: Id
    lesson_id: Id | None
    user_id: Id | None
    about: About | None
    """Null: the lesson or the project as a whole."""
    text: str
    created_at: Moment
    resolved_by: Id | None
    resolved_at: Moment | None
    """Null while it is open."""


class ChangedRow(Shape):
    """A row that an act changed."""

    table: str
    id: Id


class Act(Shape):
    """Something that happened to a course, and whether it stands."""

    id: Id
    created_at: Moment
    user_id: Id | None
    event_type: str
    project_id: Id
    lesson_id: Id | None
    event_payload: Json
    rows: list[ChangedRow]
    is_undone: bool
    """It was turned back and stands so."""
    is_undoable: bool
    """It can be undone, or redone if it is an undoing, unless somebody changed the same since."""
