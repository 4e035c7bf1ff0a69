"""Claims on steps: of all workers of an organisation, one makes a step at a time.

A claim is void once its attempt is given up, so a worker that dies holds nobody up. Where two lessons speak the same
text, or several workers share one lesson, the second finds what the first made instead of paying for it again.
"""

from __future__ import annotations

from sqlalchemy import text

from coursecrafter.db.session import Database, Identity
from coursecrafter.jobs.fence import Fence

_TAKE = text("SELECT queue.claim(:step, :job, :worker, :attempt)")
_RELEASE = text("SELECT queue.release(:step, :job)")
_CALL_HELP = text("SELECT queue.call_help(:job, :worker, :attempt, :most)")


class Claims:
    """Claims of one attempt.

    Args:
        database: whose sessions the attempt's fence guards.
        identity: on whose behalf it works.
    """

    def __init__(self, database: Database, identity: Identity, fence: Fence) -> None:
        self._database = database
        self._identity = identity
        self._fence = {"job": fence.job, "worker": fence.worker, "attempt": fence.attempt}

    def take(self, step: str) -> bool:
        """Claim a step; whether nobody who lives had it.

        Raises:
            WorkTakenOver: CC-0615.
        """
        with self._database.worker(self._identity) as conn:
            return bool(conn.execute(_TAKE, {"step": step, **self._fence}).scalar_one())

    def release(self, step: str) -> None:
        """Give a step back that was claimed.

        Raises:
            WorkTakenOver: CC-0615.
        """
        with self._database.worker(self._identity) as conn:
            conn.execute(_RELEASE, {"step": step, "job": self._fence["job"]})

    def call_help(self, most: int) -> int:
        """Ask other workers to share the steps of this job; how many were asked.

        Raises:
            WorkTakenOver: CC-0615.
        """
        with self._database.worker(self._identity) as conn:
            return int(conn.execute(_CALL_HELP, {"most": most, **self._fence}).scalar_one())
