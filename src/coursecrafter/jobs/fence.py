"""The right to work on a job: one attempt of one worker, until the queue gives it to somebody else.

A worker whose heartbeat stands still is given up and its work goes on elsewhere. It may only have slept: so whatever it
writes it writes behind its fence, which is looked at in the transaction that writes, and held until that ends.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, text

from coursecrafter.errors import JobError

_HOLD = text("SELECT queue.hold(:job, :worker, :attempt)")


class WorkTakenOver(JobError):
    """The work was given to another worker, since this one was not heard of for too long."""

    code = "CC-0615"
    status = 409
    remedy = "Nothing is lost: the other worker goes on with what is made."


@dataclass(frozen=True, slots=True)
class Fence:
    """One attempt at one job of the queue.

    Attributes:
        job: the queue's number of the job.
        worker: the queue's number of the worker that fetched it.
        attempt: how often it was begun before.
    """

    job: int
    worker: int
    attempt: int

    def is_held(self, conn: Connection) -> bool:
        """Whether the work is still this worker's; if it is, it stays so until the transaction ends."""
        asked = {"job": self.job, "worker": self.worker, "attempt": self.attempt}
        return bool(conn.execute(_HOLD, asked).scalar_one())

    def require(self, conn: Connection) -> None:
        """Refuse to write behind the back of whoever works on it now.

        Raises:
            WorkTakenOver: CC-0615.
        """
        if not self.is_held(conn):
            raise WorkTakenOver("The work was given to another worker.")
