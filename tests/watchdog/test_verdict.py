"""Each finding has its cause: planted figures raise it, and figures just below the threshold do not."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from coursecrafter.background.carrying import LONGEST_CALL_S, LONGEST_S
from coursecrafter.watchdog.figures import (
    AnsweredCalls,
    Failures,
    Installation,
    LaneFigures,
    Noted,
    ProjectCost,
    Renders,
    RenderTimes,
    RunningJob,
    Seldom,
    StoredFiles,
)
from coursecrafter.watchdog.verdict import LONGEST_OTHER_S, LONGEST_RUN_S, in_words, judge, light_of
from planted_figures import AT, WALLED, healthy, worker

STORED = StoredFiles(1, 1000, 40, 0)


def lane(name: str = "renders", oldest_s: float | None = 10.0, workers: int = 2) -> Installation:
    seen = healthy()
    changed = LaneFigures(name, 3, 0, oldest_s, 0, workers, 2 * workers)
    return replace(seen, lanes=tuple(changed if one.lane == name else one for one in seen.lanes))


def running(**told: Any) -> Installation:
    job = RunningJob(7, "renders", "e1", 60.0, 1.0, 5.0)
    return replace(healthy(), running=(replace(job, **told),))


def times(engine: str = "e1", renders: int = 5, p50_s: float = 100.0, p95_s: float = 170.0) -> Installation:
    return replace(healthy(), renders=Renders((RenderTimes(engine, renders, p50_s, p95_s, 900.0),), 100, ()))


def failed(failures: int, succeeded: int) -> Installation:
    return replace(healthy(), renders=Renders((), succeeded, (Failures("CC-0609", failures),)))


def seldom(*costs: ProjectCost, stored: StoredFiles = STORED) -> Installation:
    return replace(healthy(), seldom=Seldom(AT, costs, 0.0, stored))


def calls(answered: int, failures: int) -> Installation:
    return replace(healthy(), calls=AnsweredCalls(answered, failures))


CASES: list[tuple[str, str, Callable[[], Installation], Callable[[], Installation]]] = [
    ("CC-0630", "red", lambda: lane(oldest_s=61, workers=0), lambda: lane(oldest_s=59, workers=0)),
    ("CC-0630", "yellow", lambda: replace(healthy(), looked_at=AT - timedelta(minutes=6)), healthy),
    ("CC-0630", "yellow", lambda: replace(healthy(), looked_at=None), lambda: replace(healthy(), workers=())),
    ("CC-0631", "yellow", lambda: lane(oldest_s=901), lambda: lane(oldest_s=899)),
    ("CC-0631", "red", lambda: lane("calls", oldest_s=301), lambda: lane("calls", oldest_s=59)),
    ("CC-0631", "yellow", lambda: lane("upkeep", oldest_s=700), lambda: lane("help", oldest_s=9999)),
    ("CC-0632", "red", lambda: running(silent_s=61.0), lambda: running(silent_s=59.0)),
    ("CC-0632", "red", lambda: running(silent_s=None, running_s=61.0), lambda: running(silent_s=None, running_s=5.0)),
    ("CC-0632", "yellow", lambda: running(running_s=1000.0, still_s=901.0), lambda: running(still_s=901.0)),
    ("CC-0632", "red", lambda: running(running_s=10_921.0), lambda: running(running_s=10_919.0)),
    ("CC-0632", "red", lambda: running(kind="e4", running_s=3721.0), lambda: running(kind="e4", running_s=3719.0)),
    (
        "CC-0632",
        "red",
        lambda: running(kind="upkeep", lane="upkeep", running_s=21_601.0),
        lambda: running(kind="upkeep", lane="upkeep", running_s=7200.0),
    ),
    ("CC-0633", "green", lambda: times(p95_s=181.0), lambda: times(p95_s=179.0)),
    ("CC-0633", "yellow", lambda: times(p50_s=181.0, p95_s=200.0), lambda: times(renders=4, p50_s=999.0, p95_s=999.0)),
    ("CC-0633", "yellow", lambda: times("e3", p50_s=31.0, p95_s=40.0), lambda: times("e2", p50_s=400.0, p95_s=479.0)),
    ("CC-0634", "yellow", lambda: failed(5, 20), lambda: failed(4, 0)),
    ("CC-0634", "red", lambda: failed(10, 10), lambda: failed(10, 41)),
    ("CC-0635", "yellow", lambda: calls(1000, 11), lambda: calls(1000, 10)),
    ("CC-0635", "red", lambda: calls(1000, 50), lambda: calls(199, 199)),
    ("CC-0636", "red", lambda: seldom(stored=replace(STORED, missing=1)), seldom),
    ("CC-0703", "red", lambda: seldom(stored=replace(STORED, is_reachable=False)), seldom),
    ("CC-0637", "yellow", lambda: seldom(ProjectCost("p", 81.0, 20.0)), lambda: seldom(ProjectCost("p", 79.0, 20.0))),
    ("CC-0637", "yellow", lambda: seldom(ProjectCost("p", 20.5, 0.0)), lambda: seldom(ProjectCost("p", 19.0, 0.1))),
    (
        "CC-0638",
        "red",
        lambda: replace(healthy(), drift=Noted(AT, {"differences": 2})),
        lambda: replace(healthy(), drift=Noted(AT, {"differences": 0})),
    ),
    (
        "CC-0639",
        "green",
        lambda: replace(healthy(), workers=(worker("a"), worker("b", version="1.1.0"))),
        lambda: replace(healthy(), workers=(worker("a"), worker("b"))),
    ),
    (
        "CC-0639",
        "green",
        lambda: replace(healthy(), workers=(worker("a", facts={**WALLED, "sandbox": "rlimits"}),)),
        lambda: replace(healthy(), workers=(worker("a", facts={}),)),
    ),
]


@pytest.mark.parametrize(("code", "light", "sick", "sound"), CASES)
def test_a_cause_raises_its_finding_and_less_does_not(
    code: str, light: str, sick: Callable[[], Installation], sound: Callable[[], Installation]
) -> None:
    found = judge(sick())

    assert [one.code for one in found] == [code]
    assert found[0].sentence.endswith(".")
    assert light_of(found) == light
    assert judge(sound()) == []


def test_a_healthy_installation_is_green() -> None:
    assert judge(healthy()) == []
    assert light_of([]) == "green"


def test_the_worst_comes_first_and_makes_the_light() -> None:
    workers = (worker("a"), worker("b", version="2"))
    seen = replace(lane(oldest_s=901), workers=workers, running=running(silent_s=99).running)

    found = judge(seen)

    assert [one.severity.name for one in found] == ["ALARM", "WARNING", "NOTICE"]
    assert light_of(found) == "red"


def test_longest_times_are_those_of_the_background() -> None:
    assert LONGEST_RUN_S == LONGEST_S
    assert LONGEST_OTHER_S == LONGEST_CALL_S


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0, "0 s"), (59.6, "1 min"), (61, "1 min 1 s"), (3605, "1 h"), (3725, "1 h 2 min"), (90_000, "1 d 1 h")],
)
def test_times_are_said_in_two_units(seconds: float, words: str) -> None:
    assert in_words(seconds) == words
