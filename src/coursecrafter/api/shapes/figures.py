"""Costs, and how the factory does (schema 10.1; product, Watchdog)."""

from __future__ import annotations

from coursecrafter.api.shapes.base import EngineName, Id, Moment, Seconds, Shape


class CostSums(Shape):
    """What some calls cost."""

    calls: int
    failed: int
    cost_usd: float


class CostPart(CostSums):
    """What the calls of one kind to one model cost."""

    engine: str
    call_type: str
    provider: str
    model_name: str | None
    input_tokens: int
    output_tokens: int


class Costs(CostSums):
    """What a project's calls to models cost."""

    project_id: Id
    parts: list[CostPart]
    """The dearest first."""


class Failures(Shape):
    """How often renders failed for one reason."""

    code: str | None
    count: int


class Duration(Shape):
    """How long an engine's renders take."""

    engine: EngineName
    seconds: Seconds
    jobs: int


class Status(Shape):
    """How the factory does, as far as the caller may see; days are UTC."""

    at: Moment
    render_queue_depth: int
    oldest_queued_s: Seconds | None
    running: int
    stalled: int
    """Renders that run and have told nothing for 15 minutes."""
    failed_today: list[Failures]
    avg_job_duration: list[Duration]
    """Over the last 30 days."""
    cost_today: float
    """In USD."""
    errors_today: int
    """Failed renders and failed calls to models."""
    stored_bytes: int
    missing_assets: int
    """Renders that succeeded and whose result is gone."""
