"""A child process of a worker that is killed, with its worker, at each point that a test has listed, once each.

A point is an engine, a kind of step and a moment: `e1.speech.before`. Moments of a step are `before` it is made, `in`
it (its files are written and stored, its record is not) and `after` it (its record is there, its claim is not given
back).
A render is also killed before it begins, when it has begun, and before, in and after its publication.
"""

from __future__ import annotations

import functools
import math
import os
import signal
import time
from collections.abc import Callable, Iterable, Mapping
from contextlib import ExitStack
from pathlib import Path
from threading import RLock, local
from typing import Any

from coursecrafter.background import child, renders
from coursecrafter.background.processes import end_descendants
from coursecrafter.build import jobs
from coursecrafter.jobs.room import Room
from coursecrafter.jobs.steps import Batch, Done, InlineRunner, Produced, Step
from coursecrafter.storage.objects import ObjectStore
from faults.plan import WORKER, FaultPlan, read_plan

SEEN_S = 0.7
"""A real step takes longer than it takes to write a row's progress; one that is killed at once did not come further."""

PLAN: FaultPlan = FaultPlan()
AT_WORK = {"engine": ""}
ENDING = RLock()
STEP = local()
"""Of each thread: the step that it makes, and what it holds while it does."""


def point(kind: str, moment: str, seen_s: float = SEEN_S) -> None:
    """End the worker and all its processes here, if the test says so and has not done it yet."""
    if not PLAN.points:
        return
    listed = _listed(kind, moment)
    if not listed.exists():
        return
    time.sleep(seen_s)
    # One at a time: a point that two steps reach together must not be crossed out by the one that comes too late to say
    # so, and then be lost.
    with ENDING:
        try:
            listed.unlink()
        except FileNotFoundError:
            return
        with Path(PLAN.killed).open("a", encoding="utf-8") as lines:
            lines.write(f"{listed.name}\n")
        worker = int(os.environ[WORKER])
        if PLAN.is_frozen:
            os.kill(worker, signal.SIGSTOP)
            os.kill(os.getpid(), signal.SIGSTOP)
            return
        os.kill(worker, signal.SIGKILL)
        end_descendants(os.getpid())
        os.kill(os.getpid(), signal.SIGKILL)


def _listed(kind: str, moment: str) -> Path:
    return Path(PLAN.points, f"{AT_WORK['engine']}.{kind}.{moment}")


def watch_steps() -> None:
    """Put points before, in and after each step."""
    make, run_batch, put_record = InlineRunner._make, InlineRunner.run_batch, ObjectStore.put_record

    def make_here(self: InlineRunner, step: Step) -> Done:
        point(step.name, "before")
        if PLAN.busy_kind == step.name:
            _compute(PLAN.busy_s)
        STEP.name = step.name
        with ExitStack() as STEP.held:
            done = make(self, step)
            point(step.name, "after")
        return done

    def put_record_here(self: ObjectStore, name: str, key: str, files: Any) -> None:
        point(name, "in")
        if getattr(STEP, "name", "") == name and _listed(name, "after").exists():
            # From its record on a step is never made again: no other may end the process before this one has.
            STEP.held.enter_context(ENDING)
            STEP.name = ""
        put_record(self, name, key, files)

    def run_batch_here(self: InlineRunner, batch: Batch) -> dict[str, Done]:
        def make_all(missing: Any, folder: Path) -> Iterable[tuple[str, Mapping[str, Produced]]]:
            point(batch.name, "before")
            for made in batch.make(missing, folder):
                yield made
                point(batch.name, "after")

        return run_batch(self, Batch(batch.name, batch.keys, make_all))

    InlineRunner._make = make_here  # type: ignore[method-assign]
    InlineRunner.run_batch = run_batch_here  # type: ignore[method-assign]
    ObjectStore.put_record = put_record_here  # type: ignore[method-assign]


def watch_renders() -> None:
    """Put points where a render begins and around its publication."""
    carry_out, publish, complete = renders.carry_out, jobs._publish, jobs.complete_render
    prepare = renders._prepare

    def prepare_here(shop: Any, job: Any) -> Any:
        AT_WORK["engine"] = job.engine.value
        return prepare(shop, job)

    def carry_out_here(job: Any, voice: str, shop: Any, make: Callable[..., Any], **fields: Any) -> Any:
        point("render", "before")

        def make_here(bench: Any) -> Any:
            point("render", "begun")
            return make(bench)

        return carry_out(job, voice, shop, make_here, **fields)

    def publish_here(*args: Any, **fields: Any) -> Any:
        point("publish", "before")
        published = publish(*args, **fields)
        # Whoever watches the job ends this process as soon as it sees that it is over.
        point("publish", "after", 0)
        return published

    def complete_here(*args: Any, **fields: Any) -> Any:
        kept = complete(*args, **fields)
        point("publish", "in")
        return kept

    renders._prepare = prepare_here
    renders.carry_out = carry_out_here  # type: ignore[attr-defined]
    jobs._publish = publish_here
    jobs.complete_render = complete_here  # type: ignore[attr-defined]


def watch_orders() -> None:
    """Know what is worked on: the reading of what was uploaded, unless a render says otherwise."""
    work = child._work

    def work_here(shop: Any, order: dict[str, Any]) -> dict[str, Any]:
        AT_WORK["engine"] = "reading"
        return work(shop, order)

    child._work = work_here


def wait_less(patience_s: float) -> None:
    """Give up sooner where there is no room."""
    child.Room = functools.partial(Room, patience_s=patience_s)  # type: ignore[attr-defined]


def _compute(seconds: float) -> None:
    """Hold the interpreter, as native code does that never lets go of it."""
    ends = time.monotonic() + seconds
    while time.monotonic() < ends:
        math.factorial(60_000)


def main() -> None:
    """Answer orders, with what goes wrong on the way."""
    global PLAN  # noqa: PLW0603 - a process is forked with its modules loaded, and learns only then what goes wrong
    PLAN = read_plan()
    watch_orders()
    watch_steps()
    watch_renders()
    if PLAN.patience_s is not None:
        wait_less(PLAN.patience_s)
    child.main()


if __name__ == "__main__":
    main()
