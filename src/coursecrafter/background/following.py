"""What is new of a render job, as numbered events that a client can go on from where it stopped.

An event's id says all that its reader has seen: how many lines of the log, how much progress, which state. So no server
keeps anything for a reader, and any server can answer one that comes back.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Connection

from coursecrafter.authoring.job_rows import RenderJob, find_job

ENDED = frozenset({"succeeded", "failed", "cancelled"})
STATES = ("queued", "in_progress", *sorted(ENDED))
PER_WHOLE = 10_000


@dataclass(frozen=True, slots=True)
class Seen:
    """What a reader has seen of a job.

    Attributes:
        lines: of its log.
        progress: in ten thousandths; -1 for none.
        state: "" before the first event.
    """

    lines: int = 0
    progress: int = -1
    state: str = ""

    @property
    def event_id(self) -> str:
        """As `Last-Event-ID` brings it back."""
        return f"{self.lines}.{self.progress}.{self.state}"

    @property
    def is_over(self) -> bool:
        """Whether nothing will follow."""
        return self.state in ENDED


@dataclass(frozen=True, slots=True)
class JobEvent:
    """One event.

    Attributes:
        kind: line, progress or end.
        content: JSON.
    """

    id: str
    kind: str
    content: Mapping[str, Any]


def read_event_id(event_id: str | None) -> Seen:
    """What a reader says it has seen; anything that was never an id means nothing."""
    lines, progress, state = (event_id or "").split(".") if (event_id or "").count(".") == len("..") else ("", "", "")
    if not (lines.isascii() and lines.isdigit() and state in {"", *STATES}):
        return Seen()
    known = progress.isascii() and progress.isdigit() and len(progress) <= len(str(PER_WHOLE))
    return Seen(min(int(lines[:9]), 10**9), int(progress) if known else -1, state)


def news_of(conn: Connection, job_id: UUID, seen: Seen) -> tuple[list[JobEvent], Seen]:
    """What a reader has not seen yet, in order, and what it has seen then.

    Raises:
        NotFound: CC-0020.
    """
    job = find_job(conn, job_id)
    # An id from another job, or from before a log was cut: whoever knows more lines than there are knows none.
    now = Seen() if seen.lines > job.lines else seen
    events: list[JobEvent] = []
    for number, (at, text) in enumerate(job.log, job.lines - len(job.log) + 1):
        if number > now.lines:
            now = Seen(number, now.progress, now.state)
            events.append(JobEvent(now.event_id, "line", {"number": number, "at": at.isoformat(), "text": text}))
    progress = round(job.progress * PER_WHOLE)
    if progress > now.progress or job.state != now.state:
        now = Seen(now.lines, progress, job.state)
        events.append(JobEvent(now.event_id, "end" if now.is_over else "progress", _content(job)))
    return events, now


def _content(job: RenderJob) -> dict[str, Any]:
    told = {
        "state": job.state,
        "progress": job.progress,
        "step": job.metadata.get("step"),
        "time_left_s": job.metadata.get("time_left_s"),
    }
    if job.state in ENDED:
        told["result_asset_id"] = None if job.result_asset_id is None else str(job.result_asset_id)
        told["error"] = job.metadata.get("error") or (job.error_message and {"message": job.error_message})
    return told
