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
from faults.points import MUSIC, killed_at, listed, points_of


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

    def kill_at_every_step(
        self, engine: Engine, add: Callable[[Shopfloor], UUID | None], music: Path | None = None
    ) -> None:
        """Render a course undisturbed, and another one like it whose worker is killed at each point once."""
        first = self.crew.ready()
        (calm, calm_lesson), (harmed, lesson_id) = self.course(add), self.course(add)
        calm.rendered(engine, calm_lesson, **_settings(calm, music))
        first.kill()
        points = points_of(engine, MUSIC if music else ())
        plan = listed(self.folder, points)
        with self.crew.kept(2, plan=plan):
            job = harmed.ended(harmed.order(engine, lesson_id, **_settings(harmed, music)))
            settled(self.database)
        self.crew.close()
        self.judge(engine.value, calm, harmed, plan, points)
        assert job.state == "succeeded", job.error_message

    def judge(self, name: str, calm: Shopfloor, harmed: Shopfloor, plan: FaultPlan, points: list[str]) -> None:
        """Hold what became of the course against the undisturbed one."""
        killed = killed_at(plan)
        verdict = judge([harmed], snapshot(calm))
        self.counted(f"{name}: kills {len(killed)} of {len(points)}, workers {self.crew.begun}, {verdict}")
        verdict.require()
        assert sorted(killed) == sorted(points)


def _settings(floor: Shopfloor, music: Path | None) -> dict[str, str]:
    """What the render of a course is ordered with."""
    return {"music_source_id": str(floor.upload(music, "audio"))} if music else {}
