"""The figures for Prometheus: those of the queue and of renders, of nobody, and read seldom however often asked for."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from prometheus_client import generate_latest

from background_shops import open_shopfloor, until
from course_people import Cast
from coursecrafter.db.session import Database
from coursecrafter.observe.figures import make_registry
from coursecrafter.watchdog import telling
from coursecrafter.watchdog.looking import look
from coursecrafter.watchdog.machine import facts_of_this_machine
from coursecrafter.watchdog.telling import InstallationFigures
from planted_figures import plant_job, plant_renders, plant_worker


def told(figures: InstallationFigures) -> dict[str, float]:
    lines = generate_latest(make_registry(figures)).decode().splitlines()
    parted = (line.rpartition(" ") for line in lines if line.startswith("coursecrafter_"))
    return {name: float(value) for name, _, value in parted}


def opened(database: Database) -> InstallationFigures:
    figures = InstallationFigures()
    figures.watch(database)
    return figures


def test_queue_and_renders_are_told(cast: Cast) -> None:
    worker_id = plant_worker(cast.database)
    plant_job(cast.database, since="90 s")
    plant_job(cast.database, lane="calls", since="5 h", worker_id=worker_id)
    plant_renders(cast, 4, took="100 s")
    plant_renders(cast, 2, state="failed", code="CC-0609")

    found = told(opened(cast.database))

    assert found["coursecrafter_figures_up"] == 1
    assert found['coursecrafter_queue_waiting{lane="renders"}'] == 1
    assert found['coursecrafter_queue_oldest_seconds{lane="renders"}'] == pytest.approx(90, abs=10)
    assert found['coursecrafter_queue_running{lane="calls"}'] == 1
    assert found['coursecrafter_queue_stalled{lane="calls"}'] == 1
    assert found['coursecrafter_queue_slots{lane="renders"}'] == 2
    assert found['coursecrafter_render_seconds{engine="e1",quantile="0.95"}'] == 100
    assert found['coursecrafter_renders_failed{code="CC-0609"}'] == 2
    assert not any(re.search("org|project|user", name) for name in found)


def test_nothing_is_told_before_there_is_an_installation() -> None:
    assert told(InstallationFigures()) == {"coursecrafter_figures_up": 1}


def test_who_asks_often_costs_nothing(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    looks: list[Any] = []
    real = telling.look_at_queue
    monkeypatch.setattr(telling, "look_at_queue", lambda database: looks.append(1) or real(database))
    figures = opened(database)

    for _ in range(20):
        figures()

    assert len(looks) == 1


def test_a_worker_tells_what_its_machine_has(database: Database, tmp_path: Path) -> None:
    with open_shopfloor(database, tmp_path):
        until(lambda: any(one.facts for one in look(database).workers))

        workers = look(database).workers

    assert set(facts_of_this_machine()) == {"sandbox", "office", "speech", "typst"}
    assert {tuple(sorted(one.facts.items())) for one in workers} == {tuple(sorted(facts_of_this_machine().items()))}
