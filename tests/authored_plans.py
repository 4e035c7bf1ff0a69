"""Lessons with scenes, segments and people, for tests of a plan's verbs."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from fractions import Fraction
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from coursecrafter.authoring.author import Author
from coursecrafter.authoring.deck_plan import PlannedScene, PlannedSegment
from coursecrafter.authoring.plans import PlanLine, read_plan
from coursecrafter.authoring.scenes import create_scene
from coursecrafter.authoring.segments import create_segment
from coursecrafter.db.organisations import ensure_user
from coursecrafter.db.session import Database, Identity
from coursecrafter.db.tables import cc_activity_log, cc_lessons, cc_segments, project_access
from coursecrafter.domain.course import Engine, SourceType
from coursecrafter.errors import CourseCrafterError
from tenants import Tenant


@dataclass(frozen=True, slots=True)
class Desk:
    """An author at work in one project."""

    database: Database
    identity: Identity
    tenant: Tenant

    @property
    def author(self) -> Author:
        return Author(self.identity.org_id, self.identity.user_id)

    @contextmanager
    def work(self) -> Iterator[sa.Connection]:
        with self.database.app(self.identity) as conn:
            yield conn

    def do(self, verb: Callable[..., Any], *args: Any, **fields: Any) -> Any:
        """One verb in one transaction."""
        with self.work() as conn:
            return verb(conn, self.author, *args, **fields)

    def rows(self, query: sa.Select[Any]) -> Sequence[sa.Row[Any]]:
        with self.work() as conn:
            return conn.execute(query).all()

    def beside(self, role: str) -> Desk:
        """Somebody with another role in the same project."""
        with self.database.admin() as admin:
            email = f"{role}-{self.identity.project_id}@example.org"
            user_id = ensure_user(admin, self.identity.org_id, email, role.title())
            given = {"user_id": user_id, "project_id": self.identity.project_id, "org_id": self.identity.org_id}
            known = sa.select(project_access.c.role).where(project_access.c.user_id == user_id)
            if admin.execute(known).first() is None:
                admin.execute(project_access.insert().values(**given, role=role))
        return Desk(self.database, Identity(self.identity.org_id, user_id, self.identity.project_id), self.tenant)

    def new_lesson(self) -> UUID:
        rows = self.tenant.rows
        place = {"learning_unit_id": rows["cc_learning_units"], "module_id": rows["cc_modules"]}
        values = {"project_id": self.identity.project_id, "title": "Chalk", "sequence": 1, "status": "in_design"}
        with self.work() as conn:
            return conn.execute(cc_lessons.insert().values(**place, **values).returning(cc_lessons.c.id)).scalar_one()

    def new_scene(self, *texts: str, engine: Engine = Engine.E1, lesson_id: UUID | None = None) -> Scene:
        lesson_id = lesson_id or self.new_lesson()
        scene_id = self.do(create_scene, lesson_id, title="Board")
        segments = tuple(self.do(create_segment, scene_id, engine, text=text) for text in texts)
        return Scene(lesson_id, scene_id, segments)

    def plan(self, lesson_id: UUID, engine: Engine = Engine.E1) -> tuple[PlanLine, ...]:
        with self.work() as conn:
            return read_plan(conn, lesson_id, engine)

    def texts(self, lesson_id: UUID, engine: Engine = Engine.E1) -> list[str]:
        return [line.text for line in self.plan(lesson_id, engine)]

    def places(self, scene_id: UUID) -> list[int]:
        wanted = sa.select(cc_segments.c.sequence).where(
            cc_segments.c.scene_id == scene_id, cc_segments.c.deleted_at.is_(None)
        )
        return [row.sequence for row in self.rows(wanted.order_by(cc_segments.c.sequence))]

    def events(self, lesson_id: UUID) -> list[tuple[str, dict[str, Any]]]:
        """Events of a lesson with their payload, the oldest first."""
        wanted = sa.select(cc_activity_log).where(cc_activity_log.c.lesson_id == lesson_id)
        rows = self.rows(wanted.order_by(cc_activity_log.c.id))
        return [(row.event_type, row.event_payload) for row in rows]

    def last_event(self, lesson_id: UUID) -> tuple[str, dict[str, Any]]:
        return self.events(lesson_id)[-1]


@dataclass(frozen=True, slots=True)
class Scene:
    """A scene, where it stands and its segments."""

    lesson_id: UUID
    id: UUID
    segments: tuple[UUID, ...]


def changed(payload: dict[str, Any], table: str) -> list[tuple[Any, Any]]:
    """Before and after of each change of a table's rows in an event."""
    return [(one["before"], one["after"]) for one in payload["changes"] if one["table"] == table]


def slide(number: int, *texts: str, title: str | None = None) -> PlannedScene:
    """What a deck says of one slide: a text for each build."""
    builds = [
        PlannedSegment(
            SourceType.PPT_ANIMATION if index else SourceType.PPT_SLIDE,
            f"{number}.{index}",
            text,
            None if text else Fraction(3),
        )
        for index, text in enumerate(texts)
    ]
    return PlannedScene(title or f"Title of {texts[0]}", tuple(builds))


def together(acts: Sequence[Callable[[], Any]]) -> list[CourseCrafterError | None]:
    """Carry out acts at once, each in a thread; what each was refused with."""
    barrier = threading.Barrier(len(acts))

    def act(one: Callable[[], Any]) -> CourseCrafterError | None:
        barrier.wait(30)
        try:
            one()
        except CourseCrafterError as error:
            return error
        return None

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(act, acts))
