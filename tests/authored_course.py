"""A course as an author makes it, verb by verb, and a walk over all its content."""

from __future__ import annotations

import random
import threading
from collections import Counter
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from coursecrafter.authoring.activities import create_interaction, create_question
from coursecrafter.authoring.author import Author
from coursecrafter.authoring.books import change_book, create_section
from coursecrafter.authoring.branding import create_brand, create_template
from coursecrafter.authoring.context import change_context, merge_settings
from coursecrafter.authoring.hierarchy import create_learning_unit, create_lesson, create_module
from coursecrafter.authoring.projects import create_project
from coursecrafter.authoring.scenes import create_scene
from coursecrafter.authoring.segments import create_segment
from coursecrafter.db.organisations import ensure_organisation, ensure_user
from coursecrafter.db.session import Database, Identity
from coursecrafter.db.tables import SCHEMA, metadata, project_access
from coursecrafter.domain.course import Engine
from coursecrafter.errors import CourseCrafterError

NONE = UUID(int=0)
LOGS = {"cc_activity_log", "cc_ai_calls", "cc_asset_versions"}
TABLES = {table.name: table for table in metadata.tables.values() if table.schema == SCHEMA and table.name not in LOGS}

Content = dict[str, dict[UUID, dict[str, Any]]]
"""By table and id, a row's columns."""


@dataclass
class AuthoredCourse:
    """A course and its people: the author owns it, the others have their role's name."""

    author: Author
    project_id: UUID
    units: list[UUID] = field(default_factory=list)
    modules: list[UUID] = field(default_factory=list)
    lessons: list[UUID] = field(default_factory=list)
    scenes: list[UUID] = field(default_factory=list)
    segments: list[UUID] = field(default_factory=list)
    interactions: list[UUID] = field(default_factory=list)
    questions: list[UUID] = field(default_factory=list)
    book: UUID = NONE
    sections: list[UUID] = field(default_factory=list)
    brand: UUID = NONE
    templates: list[UUID] = field(default_factory=list)

    @property
    def identity(self) -> Identity:
        """The author, anywhere in the organisation."""
        return Identity(self.author.org_id, self.author.user_id)


def settle_author(database: Database, slug: str) -> AuthoredCourse:
    """An organisation, its owner and an empty project."""
    with database.admin() as admin:
        org_id = ensure_organisation(admin, slug.title(), slug)
        author = Author(org_id, ensure_user(admin, org_id, f"author@{slug}.example", "Author", role="owner"))
    with database.app(Identity(org_id, author.user_id)) as conn:
        return AuthoredCourse(author, create_project(conn, author, name="Fire drill", code=None, language="en"))


def settle_colleague(database: Database, course: AuthoredCourse, role: str | None) -> tuple[Author, Identity]:
    """A member of the author's organisation with that role in the project; None: without access."""
    org_id = course.author.org_id
    with database.admin() as admin:
        user_id = ensure_user(admin, org_id, f"{role}@{org_id}.example", str(role))
        if role is not None:
            access = {"user_id": user_id, "project_id": course.project_id, "org_id": org_id, "role": role}
            admin.execute(sa.dialects.postgresql.insert(project_access).values(access).on_conflict_do_nothing())
    return Author(org_id, user_id), Identity(org_id, user_id)


def write_course(database: Database, slug: str) -> AuthoredCourse:
    """Two units of a module each, three lessons, the first with a plan, activities, a book and a brand."""
    course = settle_author(database, slug)
    author = course.author
    with database.app(course.identity) as conn:
        change_context(conn, author, course.project_id, language="en", domain="fire_safety")
        merge_settings(conn, author, course.project_id, {"voice": "en_female_neutral_1"})
        for unit in ("Before", "During"):
            course.units.append(create_learning_unit(conn, author, course.project_id, title=unit))
            course.modules.append(create_module(conn, author, course.units[-1], title=f"{unit} a fire"))
        for module, title in ((0, "Exits"), (0, "Alarms"), (1, "Leaving")):
            course.lessons.append(create_lesson(conn, author, course.modules[module], title=title))
        _write_plan(conn, course)
        _write_activities(conn, course)
        _write_book(conn, course)
        course.brand = create_brand(conn, author, course.project_id, name="House", primary_color="#336699")
        for name in ("Left", "Right"):
            course.templates.append(create_template(conn, author, course.brand, name=name, template_type="slide"))
    return course


def _write_plan(conn: sa.Connection, course: AuthoredCourse) -> None:
    for title in ("Doors", "Stairs"):
        scene_id = create_scene(conn, course.author, course.lessons[0], title=title)
        course.scenes.append(scene_id)
        for text in ("Find the exit.", "Keep it free.", "Never lock it."):
            course.segments.append(create_segment(conn, course.author, scene_id, Engine.E1, text=f"{title}: {text}"))


def _write_activities(conn: sa.Connection, course: AuthoredCourse) -> None:
    author, lesson_id = course.author, course.lessons[0]
    for kind in ("accordion", "quiz"):
        course.interactions.append(create_interaction(conn, author, lesson_id, interaction_type=kind, title=kind))
    for text in ("Where?", "When?", "Who?"):
        question_id = create_question(
            conn,
            author,
            lesson_id,
            interaction_id=course.interactions[1],
            question_text=text,
            question_type="mcq_single",
            options=["Here", "There"],
            correct_answers=[1],
        )
        course.questions.append(question_id)


def _write_book(conn: sa.Connection, course: AuthoredCourse) -> None:
    course.book = change_book(conn, course.author, course.project_id, title="Fire")
    for level, title in ((1, "Before"), (2, "Exits"), (3, "Doors"), (2, "Alarms"), (1, "During"), (2, "Leaving")):
        course.sections.append(create_section(conn, course.author, course.book, level=level, title=title))


def content_of(database: Database) -> Content:
    """Every row of content, without the time of its last change."""
    with database.admin() as admin:
        return {
            name: {
                row.id: {column: value for column, value in row._asdict().items() if column != "updated_at"}
                for row in admin.execute(sa.select(table))
            }
            for name, table in TABLES.items()
        }


def without_new_graves(content: Content, before: Content) -> Content:
    """Content without what was made later and is deleted, or stands in what is: an undoing leaves it so."""
    buried: set[UUID] = set()
    while True:
        found = {
            row_id
            for name, rows in content.items()
            for row_id, row in rows.items()
            if row_id not in before[name]
            and (row.get("deleted_at") or any(row[key] in buried for key in row if key.endswith("_id")))
        }
        if found == buried:
            return {
                name: {row_id: row for row_id, row in rows.items() if row_id not in buried}
                for name, rows in content.items()
            }
        buried = found


def differences(left: Content, right: Content) -> list[str]:
    """What is not the same, in words that a failing test can show."""
    found = []
    for name in TABLES:
        for row_id in left[name].keys() | right[name].keys():
            one, other = left[name].get(row_id), right[name].get(row_id)
            if one is None or other is None:
                found.append(f"{name} {row_id} is only {'there' if one is None else 'here'}")
            else:
                found += [f"{name}.{key}: {one[key]!r} / {other[key]!r}" for key in one if one[key] != other[key]]
    return found


def look_again(conn: sa.Connection, course: AuthoredCourse, chance: random.Random) -> AuthoredCourse:
    """The course with what lives in it now, in any order."""

    def live(name: str, key: str, above: Collection[UUID]) -> list[UUID]:
        table = TABLES[name]
        wanted = sa.select(table.c.id).where(table.c[key].in_(above)).order_by(table.c.id)
        if "deleted_at" in table.c:
            wanted = wanted.where(table.c.deleted_at.is_(None))
        ids = list(conn.scalars(wanted))
        return chance.sample(ids, len(ids))

    now = AuthoredCourse(course.author, course.project_id, book=course.book)
    now.units = live("cc_learning_units", "project_id", [course.project_id])
    now.modules = live("cc_modules", "learning_unit_id", now.units)
    now.lessons = live("cc_lessons", "module_id", now.modules)
    now.scenes = live("cc_scenes", "lesson_id", now.lessons[:1])
    now.segments = live("cc_segments", "scene_id", now.scenes[:1])
    now.interactions = live("cc_interactions", "lesson_id", now.lessons[:1])
    now.questions = live("cc_quiz_questions", "interaction_id", now.interactions[1:2])
    now.sections = live("cc_book_sections", "book_id", [course.book])
    now.brand = next(iter(live("cc_brand_profiles", "project_id", [course.project_id])), NONE)
    now.templates = live("cc_brand_templates", "brand_profile_id", [now.brand])
    return now


def events_after(database: Database, event_id: UUID | None) -> list[Mapping[str, Any]]:
    """The events written since one, in order, as id, event_type and event_payload."""
    log = metadata.tables[f"{SCHEMA}.cc_activity_log"]
    wanted = sa.select(log).order_by(log.c.id)
    if event_id is not None:
        wanted = wanted.where(log.c.id > event_id)
    with database.admin() as admin:
        return [row._asdict() for row in admin.execute(wanted)]


def race(
    database: Database, course: AuthoredCourse, work: Callable[[sa.Connection, int], object], writers: int = 20
) -> Counter[str]:
    """Let many work at once as the author, each in a transaction of its own; what became of them.

    Args:
        work: takes the connection and the writer's number from 0.
    """
    barrier, ends = threading.Barrier(writers), Counter[str]()
    crowd = Database(database.urls, is_embedded=True)
    # One connection for each, so that all of them have begun when the first writes.
    engine = sa.create_engine(database.urls.app, pool_size=writers)
    vars(crowd)["_app_engine"] = engine

    def write(number: int) -> None:
        try:
            with crowd.app(course.identity) as conn:
                barrier.wait(60)
                work(conn, number)
            ends["done"] += 1
        except CourseCrafterError as error:
            ends[error.code] += 1
        except Exception as error:  # noqa: BLE001 - a thread's failure must reach the test
            ends[repr(error)] += 1

    threads = [threading.Thread(target=write, args=(number,)) for number in range(writers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    engine.dispose()
    return ends
