"""Costs, and how the factory does (schema 10.1; product, Watchdog)."""

from __future__ import annotations

from typing import Literal

from coursecrafter.api.shapes.base import EngineName, Id, Json, Moment, Seconds, Shape

LaneName = Literal["renders", "help", "calls", "upkeep"]


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


class OwnLane(Shape):
    """What waits and runs in a lane of the queue, of projects that the caller sees."""

    lane: LaneName
    waiting: int
    retries: int
    """Those of them that were begun before."""
    running: int
    oldest_s: Seconds | None
    """So long the one that waits longest does."""


class LaneStatus(OwnLane):
    """A lane of the queue, of all organisations."""

    workers: int
    slots: int


class WorkerStatus(Shape):
    """A lane of a worker that shows that it lives."""

    name: str
    host: str
    version: str
    lane: Literal["renders", "calls", "upkeep"]
    slots: int
    age_s: Seconds
    silent_s: Seconds
    """Since its last heartbeat."""
    facts: dict[str, str]
    """Sandbox level, and versions of what draws, speaks and sets."""


class RunningStatus(Shape):
    """A job that a worker is at."""

    job: int
    lane: LaneName
    kind: str
    running_s: Seconds
    silent_s: Seconds | None
    """Since its worker's last heartbeat; null: there is no such worker."""
    still_s: Seconds | None
    """Since its render told anything."""
    is_stalled: bool


class TimesStatus(Shape):
    """How long an engine's renders of the last 7 days took."""

    engine: EngineName
    renders: int
    p50_s: Seconds
    p95_s: Seconds
    max_s: Seconds


class RendersStatus(Shape):
    """What became of renders; failures and successes are those of the last 24 hours."""

    times: list[TimesStatus]
    succeeded_today: int
    failures: list[Failures]


class ProjectCostStatus(Shape):
    """What calls to AI cost a project today, and on a day of the last 14."""

    project_id: Id
    today_usd: float
    mean_usd: float


class StoredStatus(Shape):
    """What lies in the store."""

    organisations: int
    size_bytes: int
    sampled: int
    """Active files that were looked for."""
    missing: int
    is_reachable: bool


class SeldomStatus(Shape):
    """What is looked at every ten minutes."""

    at: Moment
    costs: list[ProjectCostStatus]
    cost_today_usd: float
    stored: StoredStatus


class NotedStatus(Shape):
    """What was found at another moment."""

    at: Moment
    found: Json


class CallsStatus(Shape):
    """Calls that this service has answered since it started."""

    answered: int
    failed: int


class FindingStatus(Shape):
    """Something that a person should know."""

    key: str
    code: str
    severity: Literal["notice", "warning", "alarm"]
    sentence: str
    remedy: str


class InstallationStatus(Shape):
    """The whole installation, whatever machines it has."""

    at: Moment
    light: Literal["green", "yellow", "red"]
    findings: list[FindingStatus]
    """The worst first."""
    lanes: list[LaneStatus]
    workers: list[WorkerStatus]
    versions: list[str]
    running: list[RunningStatus]
    renders: RendersStatus | None
    """Null where the service has no rights of the database's administrator."""
    seldom: SeldomStatus | None
    drift: NotedStatus | None
    """What the last check of the schema found."""
    collected: NotedStatus | None
    """What the last collection threw away."""
    looked_at: Moment | None
    """When a worker last took the watchdog's turn."""
    calls: CallsStatus | None


class RowFigures(Shape):
    """What rows tell of how the factory does, as far as the caller may see; days are UTC."""

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


class Status(RowFigures):
    """How the factory does, as far as the caller may see; days are UTC."""

    lanes: list[OwnLane]
    installation: InstallationStatus | None
    """For who runs the installation, signed in themselves; null for all others."""
