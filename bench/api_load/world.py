"""A database with courses, and the people who call: several organisations, each with a course of 64 lessons.

A lesson has 4 scenes of 5 segments; each segment has its scripts for two engines, a voice track and a picture.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, LiteralString
from uuid import UUID

import sqlalchemy as sa

from coursecrafter.accounts.caller import Caller, Scope
from coursecrafter.accounts.events import HERE
from coursecrafter.accounts.keys import make_key
from coursecrafter.authoring.access import share_project
from coursecrafter.authoring.author import Author
from coursecrafter.authoring.projects import create_project
from coursecrafter.db.embedded import open_embedded, remove_embedded
from coursecrafter.db.organisations import ensure_organisation, ensure_user
from coursecrafter.db.session import Database, Identity
from coursecrafter.db.tables import cc_lessons, cc_modules
from coursecrafter.db.urls import DatabaseUrls

ORGANISATIONS = 8
LESSONS = 64
SEGMENTS = 20
"""Of each lesson."""

COURSE: tuple[LiteralString, ...] = (
    """
INSERT INTO course_crafter.cc_learning_units (project_id, title, description, sequence)
SELECT :project_id, 'Unit ' || n, 'What this unit is about.', n FROM generate_series(1, 4) n
""",
    """
INSERT INTO course_crafter.cc_modules (project_id, learning_unit_id, title, sequence)
SELECT u.project_id, u.id, 'Module ' || n, n
FROM course_crafter.cc_learning_units u, generate_series(1, 4) n WHERE u.project_id = :project_id
""",
    """
INSERT INTO course_crafter.cc_lessons (project_id, learning_unit_id, module_id, title, objective, status, sequence)
SELECT m.project_id, m.learning_unit_id, m.id, 'Lesson ' || n || ' on doors',
       'Know what to do, and whom to ask.', 'in_design', n
FROM course_crafter.cc_modules m, generate_series(1, 4) n WHERE m.project_id = :project_id
""",
    """
INSERT INTO course_crafter.cc_scenes (lesson_id, title, sequence)
SELECT l.id, 'Scene ' || n, n
FROM course_crafter.cc_lessons l, generate_series(1, 4) n WHERE l.project_id = :project_id
""",
    """
INSERT INTO course_crafter.cc_segments
  (scene_id, lesson_id, source_type, source_ref, sequence, script_text, on_screen_duration, gap_after)
SELECT c.id, l.id, 'ppt_slide', n::text, n,
       'A fire door keeps smoke out of the stairs for as long as it is shut, so nobody may wedge it open.', 6.5, 0.7
FROM course_crafter.cc_lessons l JOIN course_crafter.cc_scenes c ON c.lesson_id = l.id, generate_series(1, 5) n
WHERE l.project_id = :project_id
""",
    """
INSERT INTO course_crafter.cc_scripts
  (project_id, lesson_id, scene_id, segment_id, engine, draft_text, final_text, status)
SELECT l.project_id, l.id, g.scene_id, g.id, engine, 'A fire door keeps smoke out.', g.script_text, 'approved'
FROM course_crafter.cc_lessons l JOIN course_crafter.cc_segments g ON g.lesson_id = l.id,
     unnest(ARRAY['e1', 'e2']) engine
WHERE l.project_id = :project_id
""",
    """
INSERT INTO course_crafter.cc_voice_tracks
  (project_id, lesson_id, scene_id, segment_id, script_id, file_path, voice_profile, duration_seconds, tts_provider)
SELECT s.project_id, s.lesson_id, s.scene_id, s.segment_id, s.id, 'sha256/' || s.id, 'en_male_neutral_1', 5.8, 'offline'
FROM course_crafter.cc_scripts s WHERE s.project_id = :project_id
""",
    """
INSERT INTO course_crafter.cc_assets
  (project_id, lesson_id, scene_id, segment_id, engine, asset_type, role, file_path, mime_type, is_active)
SELECT l.project_id, l.id, g.scene_id, g.id, 'e1', 'image', 'slide_picture', 'sha256/' || g.id, 'image/png', true
FROM course_crafter.cc_lessons l JOIN course_crafter.cc_segments g ON g.lesson_id = l.id
WHERE l.project_id = :project_id
""",
)

FORGET: tuple[LiteralString, ...] = (
    "DELETE FROM course_crafter.cc_activity_log WHERE event_type = 'lesson_created'",
    "DELETE FROM platform.idempotency_keys",
    "DELETE FROM course_crafter.cc_lessons WHERE title = 'Load'",
)


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who calls.

    Attributes:
        key: their API key, good for reading and writing.
        modules: the modules of their course, each with its learning unit.
    """

    identity: Identity
    key: str
    lessons: tuple[UUID, ...]
    modules: tuple[tuple[UUID, UUID], ...]

    @property
    def project_id(self) -> UUID:
        assert self.identity.project_id
        return self.identity.project_id


@dataclass(frozen=True, slots=True)
class World:
    """The filled database and its people."""

    urls: DatabaseUrls
    database: Database
    home: Path
    people: tuple[Person, ...]

    def forget_new_lessons(self) -> None:
        """Put the database back as it was filled."""
        with self.database.admin() as admin:
            for statement in FORGET:
                admin.execute(sa.text(statement))
        self.settle()

    def settle(self) -> None:
        """Leave nothing for PostgreSQL to clean up while something is measured."""
        engine = sa.create_engine(self.urls.admin, poolclass=sa.pool.NullPool, isolation_level="AUTOCOMMIT")
        with engine.connect() as admin:
            admin.execute(sa.text("VACUUM (ANALYZE)"))

    def postmaster(self) -> int:
        """The process whose children serve the database."""
        with self.database.admin() as admin:
            backend = admin.scalar(sa.text("SELECT pg_backend_pid()"))
            return int(Path(f"/proc/{backend}/stat").read_text().rpartition(")")[2].split()[1])


@contextmanager
def open_world(version: int) -> Iterator[World]:
    """Make it, and remove it afterwards; its server writes to the disk as a user's does."""
    with tempfile.TemporaryDirectory(prefix="cc-bench-api-") as folder:
        home = Path(folder)
        try:
            with open_embedded(home, version) as urls:
                database = Database(urls, is_embedded=True)
                database.ensure_ready()
                people = tuple(one for number in range(ORGANISATIONS) for one in _settle(database, number))
                world = World(urls, database, home, people)
                world.settle()
                yield world
                database.close()
        finally:
            remove_embedded(home)


def _settle(database: Database, number: int) -> Iterator[Person]:
    """One organisation with its course."""
    with database.admin() as admin:
        org_id = ensure_organisation(admin, f"Organisation {number}", f"organisation-{number}")
        owner, editor = (
            ensure_user(admin, org_id, f"{role}-{number}@courses.example", role.title(), role=role)
            for role in ("owner", "member")
        )
    author = Author(org_id, owner)
    with database.app(Identity(org_id, owner)) as conn:
        project_id = create_project(conn, author, name=f"Fire drill {number}", code=f"HSE-{number}", language="en")
        share_project(conn, author, project_id, editor, "editor")
    with database.admin() as admin:
        for statement in COURSE:
            admin.execute(sa.text(statement), {"project_id": project_id})
        lessons = admin.execute(_sorted(cc_lessons, project_id)).all()
        modules = admin.execute(_sorted(cc_modules, project_id)).all()
    for user_id in (owner, editor):
        with database.accounts() as conn:
            scopes = (Scope.READ, Scope.WRITE)
            key, _ = make_key(conn, Caller(user_id, org_id, "session"), "load", scopes, HERE)
        yield Person(
            Identity(org_id, user_id, project_id),
            key,
            tuple(lesson.id for lesson in lessons),
            tuple((module.id, module.learning_unit_id) for module in modules),
        )


def _sorted(table: sa.Table, project_id: UUID) -> sa.Select[Any]:
    return sa.select(table).where(table.c.project_id == project_id).order_by(table.c.id)
