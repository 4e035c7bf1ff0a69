"""Chores come round whatever is done to the machine's clock."""

from __future__ import annotations

import time
from dataclasses import replace
from itertools import count

import pytest

from background_shops import Shopfloor, until
from coursecrafter.background.queue_worker import Chore, QueueWorker
from coursecrafter.config import load_queue_settings

HOUR_S = 3600
EACH_SECOND = "* * * * * *"


def test_a_clock_that_is_set_back_by_an_hour_stops_no_chore(floor: Shopfloor, monkeypatch: pytest.MonkeyPatch) -> None:
    floor.background.close()
    true_time, rounds = time.time, count()
    done: list[int] = []
    queue = replace(load_queue_settings(2), renders=0, calls=0, lease_s=1)
    chores = (Chore("count", EACH_SECOND, lambda: done.append(next(rounds))),)
    worker = QueueWorker(floor.database.urls.worker, queue, floor.background.carrier, name="keeper", chores=chores)
    worker.start()
    try:
        until(lambda: len(done) > 1)

        monkeypatch.setattr(time, "time", lambda: true_time() - HOUR_S)
        before = len(done)

        until(lambda: len(done) > before + 2)
    finally:
        worker.stop()
        worker.join()
