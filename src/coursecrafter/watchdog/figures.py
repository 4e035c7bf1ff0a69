"""What is seen of a whole installation at one moment, as frozen values; `looking` and `seldom` read them.

No organisation and nobody's course has a name here: whoever looks after the machines need not know whose they are.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Self


@dataclass(frozen=True, slots=True)
class LaneFigures:
    """A lane of the queue.

    Attributes:
        waiting: jobs that nobody is at.
        retries: those of them that were begun before.
        oldest_s: so long the one that waits longest does, unless it is not to be begun yet; None: none waits.
        workers, slots: that take work from it and live.
    """

    lane: str
    waiting: int
    retries: int
    oldest_s: float | None
    running: int
    workers: int
    slots: int


@dataclass(frozen=True, slots=True)
class WorkerFigures:
    """A lane of a worker that shows that it lives.

    Attributes:
        lane: renders, calls or upkeep.
        age_s: since it began.
        silent_s: since its last heartbeat.
        facts: what its machine has (`machine`).
    """

    name: str
    host: str
    version: str
    lane: str
    slots: int
    age_s: float
    silent_s: float
    facts: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class RunningJob:
    """A job that a worker is at.

    Attributes:
        job: its number in the queue.
        kind: an engine, or a task's name.
        running_s: since it was fetched.
        silent_s: since its worker's last heartbeat; None: there is no such worker.
        still_s: since its render told anything; None: it is no render, or not known.
    """

    job: int
    lane: str
    kind: str
    running_s: float
    silent_s: float | None
    still_s: float | None = None


@dataclass(frozen=True, slots=True)
class RenderTimes:
    """How long renders of an engine took that succeeded in the last days, from when work began to its end."""

    engine: str
    renders: int
    p50_s: float
    p95_s: float
    max_s: float


@dataclass(frozen=True, slots=True)
class Failures:
    """How often renders failed for one reason in the last 24 hours."""

    code: str | None
    count: int


@dataclass(frozen=True, slots=True)
class Renders:
    """What became of renders.

    Attributes:
        succeeded_today: in the last 24 hours.
        failures: in the last 24 hours, the most frequent first.
    """

    times: tuple[RenderTimes, ...]
    succeeded_today: int
    failures: tuple[Failures, ...]

    @property
    def failed_today(self) -> int:
        """In the last 24 hours."""
        return sum(one.count for one in self.failures)


@dataclass(frozen=True, slots=True)
class ProjectCost:
    """What calls to AI cost a project.

    Attributes:
        today_usd: since midnight, UTC.
        mean_usd: of a day, over the last 14 days before today, or since the first call in them; 0: there was none.
    """

    project_id: str
    today_usd: float
    mean_usd: float


@dataclass(frozen=True, slots=True)
class StoredFiles:
    """What lies in the store.

    Attributes:
        organisations: that have files.
        size_bytes: of all files that a row names, once for each organisation.
        sampled: active assets whose file was looked for.
        missing: those of them whose file is not there.
        is_reachable: whether the store answered.
    """

    organisations: int
    size_bytes: int
    sampled: int
    missing: int
    is_reachable: bool = True


@dataclass(frozen=True, slots=True)
class Seldom:
    """What costs more to look at, as it was at its own moment.

    Attributes:
        costs: of the projects that cost most today, the dearest first.
        cost_today_usd: of all projects.
    """

    at: datetime
    costs: tuple[ProjectCost, ...]
    cost_today_usd: float
    stored: StoredFiles

    def to_json(self) -> dict[str, Any]:
        """A JSON object of the attributes."""
        return {**asdict(self), "at": self.at.isoformat()}

    @classmethod
    def of_json(cls, told: Mapping[str, Any]) -> Self:
        """The value that was told."""
        costs = tuple(ProjectCost(**one) for one in told["costs"])
        at = datetime.fromisoformat(told["at"])
        return cls(at, costs, told["cost_today_usd"], StoredFiles(**told["stored"]))


@dataclass(frozen=True, slots=True)
class Noted:
    """Something that was found at another moment: differences of the schema, what a collection threw away."""

    at: datetime
    found: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class AnsweredCalls:
    """Calls that one service has answered since it started."""

    answered: int
    failed: int


@dataclass(frozen=True, slots=True)
class Installation:
    """All of it.

    Attributes:
        renders, seldom: None: this process may not read the rows of all organisations, or nobody looked yet.
        drift: `differences` of the schema, as the last check found them; None: there was none.
        collected: as the last collection said it; None: there was none.
        looked_at: when a worker last took the watchdog's turn; None: none ever did.
        calls: None: not known to whoever asks.
    """

    at: datetime
    lanes: tuple[LaneFigures, ...]
    workers: tuple[WorkerFigures, ...]
    running: tuple[RunningJob, ...]
    renders: Renders | None = None
    seldom: Seldom | None = None
    drift: Noted | None = None
    collected: Noted | None = None
    looked_at: datetime | None = None
    calls: AnsweredCalls | None = None

    @property
    def versions(self) -> tuple[str, ...]:
        """Of the program, on all workers."""
        return tuple(sorted({worker.version for worker in self.workers}))

    def to_json(self) -> dict[str, Any]:
        """A JSON object of the attributes, with moments as text."""
        told: dict[str, Any] = _as_json(asdict(self))
        return told


def _as_json(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {name: _as_json(part) for name, part in value.items()}
    return [_as_json(part) for part in value] if isinstance(value, list | tuple) else value
