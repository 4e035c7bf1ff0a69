"""Fifty videos, a hundred speeches and a thousand pictures at once: all are made, in bounded memory."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Event, Thread
from typing import Any

import psutil

from background_shops import Shopfloor
from coursecrafter.background.runner import PendingCall
from coursecrafter.config import Settings
from coursecrafter.db.session import Database
from coursecrafter.domain.course import Engine
from decks import Sketch, make_deck
from faults.crew import Crew
from faults.floors import add_lessons, judge, new_course, settled

SHARE = float(os.environ.get("COURSECRAFTER_TEST_CROWD", "1"))
"""Of the counts of the specification; 1 is all of them."""
VIDEOS, SPEECHES, PICTURES = (round(count * SHARE) for count in (50, 100, 1000))
SIZE = {"width_px": 64, "height_px": 64}
MOST_MB = 2500
WEIGHED_EVERY_S = 2.0


@contextmanager
def weighed(crew: Crew) -> Iterator[list[float]]:
    """Megabytes of all processes of the workers, sampled now and then; shared memory is counted once."""
    samples: list[float] = []
    over = Event()

    def weigh() -> None:
        while not over.wait(WEIGHED_EVERY_S):
            samples.append(sum(_megabytes(one) for member in crew.members for one in member.family()))

    scales = Thread(target=weigh, daemon=True)
    scales.start()
    try:
        yield samples
    finally:
        over.set()
        scales.join()


def test_fifty_videos_a_hundred_speeches_and_a_thousand_pictures_at_once(
    database: Database, settings: Settings, crew: Crew, tmp_path: Path, counted: Callable[[str], None]
) -> None:
    floor = new_course(database, settings)
    deck = make_deck(tmp_path / "Chalk.pptx", [Sketch(title="Chalk")], language="en")
    for _ in range(2):
        crew.ready(renders=1, calls=1)
    lessons = add_lessons(floor, *(f"Lesson {number}" for number in range(VIDEOS)))
    with weighed(crew) as megabytes:
        begun = time.monotonic()
        for lesson_id in lessons:
            floor.upload(deck, "pptx", lesson_id)
        for call in [_call(floor, "parse_ppt", lesson_id=lesson_id) for lesson_id in lessons]:
            floor.answer(call)
        planned_s = time.monotonic() - begun

        # All of them wait at once, and then one after the other is asked for: many who ask would be most of the load.
        begun = time.monotonic()
        job_ids = [floor.order(Engine.E1, lesson_id) for lesson_id in lessons]
        speeches = [_call(floor, "ask_speech", text=f"Chalk {number}.") for number in range(SPEECHES)]
        pictures = [_call(floor, "ask_image", prompt=f"Chalk {number}", **SIZE) for number in range(PICTURES)]
        ordered_s = time.monotonic() - begun
        spoken, drawn = ([floor.answer(call)["asset_id"] for call in calls] for calls in (speeches, pictures))
        called_s = time.monotonic() - begun
        states = [floor.ended(job_id).state for job_id in job_ids]
        took_s = time.monotonic() - begun
    settled(database)
    crew.close()

    verdict = judge([floor])
    counted(
        f"at once: videos {states.count('succeeded')}/{VIDEOS}, speeches {len(set(spoken))}/{SPEECHES}, pictures "
        f"{len(set(drawn))}/{PICTURES} in {took_s:.0f} s (ordered in {ordered_s:.0f} s, calls {called_s:.0f} s, plans "
        f"before {planned_s:.0f} s), "
        f"memory {megabytes[0]:.0f} MB at first, {max(megabytes):.0f} MB at most; {verdict}"
    )
    assert states == ["succeeded"] * VIDEOS
    assert len(set(spoken)) == SPEECHES
    assert len(set(drawn)) == PICTURES
    assert max(megabytes) < MOST_MB
    verdict.require()


def _call(floor: Shopfloor, task: str, **arguments: Any) -> PendingCall:
    return floor.background.call(floor.identity, task, **arguments)


def _megabytes(process: psutil.Process) -> float:
    """Memory that is a process's own, and its part of what it shares."""
    with suppress(psutil.Error):
        return float(process.memory_full_info().pss) / (1 << 20)
    return 0.0
