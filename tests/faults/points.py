"""The points at which workers are killed: before, in and after each kind of step of the registry."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path
from typing import Any

from coursecrafter.domain.course import Engine
from coursecrafter.domain.step_kinds import STEP_KINDS, kinds_of
from faults.plan import FaultPlan

MOMENTS = ("before", "in", "after")
RENDER_POINTS = ("render.before", "render.begun", "publish.before", "publish.in", "publish.after")


MUSIC = ("music_bed", "music_mix")


def points_of(engine: Engine | None, chosen: Collection[str] = ()) -> list[str]:
    """Every point at which a worker can be killed in an engine's render, or in the reading of what was uploaded.

    Args:
        chosen: kinds of steps of what an author has to choose, and chose for this lesson.
    """
    kinds = [kind for kind in kinds_of(engine) if kind in chosen or not STEP_KINDS[kind].is_chosen]
    steps = [f"{kind}.{moment}" for kind in kinds for moment in MOMENTS]
    own = [] if engine is None else RENDER_POINTS
    return [f"{engine.value if engine else 'reading'}.{point}" for point in (*steps, *own)]


def listed(folder: Path, points: list[str], **fields: Any) -> FaultPlan:
    """A plan that kills at each of these points once."""
    (folder / "points").mkdir()
    for point in points:
        (folder / "points" / point).touch()
    return FaultPlan(points=str(folder / "points"), killed=str(folder / "killed"), **fields)


def killed_at(plan: FaultPlan) -> list[str]:
    return Path(plan.killed).read_text().split() if Path(plan.killed).exists() else []
