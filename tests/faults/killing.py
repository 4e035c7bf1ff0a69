"""A render whose worker is killed at every point, held against one that nobody disturbs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from background_shops import Shopfloor
from coursecrafter.config import Settings
from coursecrafter.db.session import Database
from coursecrafter.domain.course import Engine
from faults.crew import Crew
from faults.floors import judge, new_course, settled, snapshot
from faults.plan import FaultPlan
from faults.points import killed_at, listed, points_of


@dataclass
class Scene:
    """What a test of kill points works with."""

    database: Database
    settings: Settings
    crew: Crew
    folder: Path
    counted: Callable[[str], None]

    def course(self, add: Callable[[Shopfloor], UUID | None]) -> tuple[Shopfloor, UUID | None]:
        """A course whose lesson can be rendered."""
        floor = new_course(self.database, self.settings)
        return floor, add(floor)

    def kill_at_every_step(self, engine: Engine, add: Callable[[Shopfloor], UUID | None]) -> None:
        """Render a course undisturbed, and another one like it whose worker is killed at each point once."""
        first = self.crew.ready()
        (calm, calm_lesson), (harmed, lesson_id) = self.course(add), self.course(add)
        calm.rendered(engine, calm_lesson)
        first.kill()
        plan = listed(self.folder, points_of(engine))
        with self.crew.kept(2, plan=plan):
            job = harmed.ended(harmed.order(engine, lesson_id))
            settled(self.database)
        self.crew.close()
        self.judge(engine.value, calm, harmed, plan, points_of(engine))
        assert job.state == "succeeded", job.error_message

    def judge(self, name: str, calm: Shopfloor, harmed: Shopfloor, plan: FaultPlan, points: list[str]) -> None:
        """Hold what became of the course against the undisturbed one."""
        killed = killed_at(plan)
        verdict = judge([harmed], snapshot(calm))
        self.counted(f"{name}: kills {len(killed)} of {len(points)}, workers {self.crew.begun}, {verdict}")
        verdict.require()
        assert sorted(killed) == sorted(points)
