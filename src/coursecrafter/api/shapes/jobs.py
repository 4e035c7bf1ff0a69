"""Render jobs (schema 7)."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from coursecrafter.api.shapes.base import EngineName, Id, Json, Moment, Seconds, Shape, Timed

JobState = Literal["queued", "in_progress", "succeeded", "failed", "cancelled"]


class LogLine(Shape):
    """A line of a job's log."""

    at: Moment
    text: str


class JobError(BaseModel):
    """Why a render failed."""

    model_config = ConfigDict(extra="allow")

    code: Annotated[str, Field(examples=["CC-0203"])]
    message: str
    remedy: str


class JobLine(Timed):
    """A render in a list."""

    id: Id
    project_id: Id
    lesson_id: Id | None
    engine: EngineName
    version_label: str | None
    """Of videos."""
    job_state: JobState
    requested_by: Id | None
    requested_at: Moment
    started_at: Moment | None
    completed_at: Moment | None
    result_asset_id: Id | None
    error_message: str | None
    progress: Annotated[float, Field(ge=0, le=1)]
    """From 0 to 1; it never falls."""
    step: str | None
    time_left_s: Seconds | None
    retry_of: Id | None
    """The job that this one tries again."""
    error: JobError | None
    """Null unless it failed, and for failures that no program was told of."""
    settings: Json


class Job(JobLine):
    """A render with its log."""

    log: list[LogLine]
    """The last lines, the oldest first."""
    lines: int
    """How many lines its log has had."""
    metadata: Json
    """What its engine says of the result."""
