"""Find workers that are silent, by waiting: no clock is compared with another.

A heartbeat is a moment written by the database. What counts is only whether it changes while this process waits, by its
own steady clock; so a clock that is set by an hour, here or there, gives nobody up.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from datetime import datetime

from coursecrafter.jobs.queue_app import QueueManager

log = logging.getLogger(__name__)


class Watch:
    """Looks after all workers of the queue; any number may do so at once.

    Args:
        managers: of this worker's own lanes.
        lease_s: how long a heartbeat may stand still.
    """

    def __init__(self, managers: Sequence[QueueManager], lease_s: float) -> None:
        self._managers = managers
        self._lease_s = lease_s
        self._seen: dict[int, tuple[datetime, float]] = {}
        self._missed: set[int] = set()

    async def look(self, own: set[int], now_s: float) -> set[int]:
        """Give up who is silent, put back what they had, and what this worker lost on its way to it.

        Args:
            own: numbers of this worker's lanes.
            now_s: of a steady clock.

        Returns:
            Lanes of this worker that others have given up.

        Raises:
            ConnectorException: the database does not answer.
        """
        manager = self._managers[0]
        beats = await manager.beats()
        for worker_id, beat in beats.items():
            seen = self._seen.get(worker_id)
            if seen is None or seen[0] != beat:
                self._seen[worker_id] = (beat, now_s)
            elif now_s - seen[1] > self._lease_s and worker_id not in own and await manager.give_up(worker_id, beat):
                log.warning("worker %s is silent: its work goes on elsewhere", worker_id)
        self._seen = {worker_id: seen for worker_id, seen in self._seen.items() if worker_id in beats}
        await self._take_back(own)
        return own - beats.keys()

    async def _take_back(self, own: Iterable[int]) -> None:
        """Put back work of workers that are gone, and what was fetched for this one and never arrived."""
        manager = self._managers[0]
        at_work = await manager.fetched_by(own)
        # After the answer: what was fetched while it was asked for is known by then.
        known = {job for one in self._managers for job in one.known}
        missed = at_work - known
        taken = await manager.take_back(self._missed & missed)
        self._missed = missed
        if taken:
            log.warning("%s pieces of work were put back", taken)
