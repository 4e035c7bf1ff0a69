"""A course whose background works in real child processes, on a database and a store of its own."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa
from sqlalchemy import Connection

from coursecrafter.authoring.author import Author
from coursecrafter.authoring.documents import add_document
from coursecrafter.authoring.hierarchy import create_learning_unit, create_lesson, create_module
from coursecrafter.authoring.job_rows import JOB_TABLES, RenderJob, find_job, metadata_column
from coursecrafter.authoring.projects import create_project
from coursecrafter.authoring.render_jobs import request_render
from coursecrafter.authoring.sources import add_source
from coursecrafter.background.runner import Background, PendingCall
from coursecrafter.config import Settings
from coursecrafter.db.organisations import ensure_organisation, ensure_user
from coursecrafter.db.session import Database, Identity
from coursecrafter.domain.course import Engine
from coursecrafter.errors import CourseCrafterError
from coursecrafter.jobs.queueing import enqueue_render
from coursecrafter.storage.objects import ObjectStore
from decks import Sketch, make_deck

NUMBERS = count(1)
PATIENCE_S = 120
"""So long nothing may move; how long work takes that goes on is the machine's affair."""
LONGEST_S = 1800
LOOK_EVERY_S, MOVED_EVERY_S, CALL_S = 0.05, 1.0, 10.0
# Events of the queue, and what renders say of their steps.
_MOVED = [
    sa.text("SELECT max(id) FROM queue.procrastinate_events"),
    *(sa.select(sa.func.sum(sa.func.hashtext(sa.cast(metadata_column(one), sa.Text)))) for one in JOB_TABLES),
]


@dataclass
class Shopfloor:
    """An author with an empty course, and the background that works for them."""

    database: Database
    settings: Settings
    background: Background
    author: Author
    project_id: UUID
    store: ObjectStore

    @property
    def identity(self) -> Identity:
        return Identity(self.author.org_id, self.author.user_id, self.project_id)

    def do(self, verb: Callable[..., Any], *args: Any, **fields: Any) -> Any:
        """Call a verb as the author, in a transaction of its own."""
        with self.database.app(self.identity) as conn:
            return verb(conn, self.author, *args, **fields)

    def read(self, reader: Callable[..., Any], *args: Any, **fields: Any) -> Any:
        with self.database.app(self.identity) as conn:
            return reader(conn, *args, **fields)

    def course(self) -> Shopfloor:
        """The same with another, empty course."""
        name = f"Course {next(NUMBERS)}"
        with self.database.app(Identity(self.author.org_id, self.author.user_id)) as conn:
            project_id = create_project(conn, self.author, name=name, code=None, language="en")
        return Shopfloor(self.database, self.settings, self.background, self.author, project_id, self.store)

    def lesson(self, title: str = "Chalk") -> UUID:
        unit = self.do(create_learning_unit, self.project_id, title="Unit")
        module = self.do(create_module, unit, title="Module")
        lesson: UUID = self.do(create_lesson, module, title=title)
        return lesson

    def upload(self, path: Path, file_type: str, lesson_id: UUID | None = None) -> UUID:
        stored = self.store.put_file(path, "application/octet-stream")
        told = {"file_type": file_type, "purpose": f"engine1_{file_type}", "name": path.name}
        source: UUID = self.do(add_source, self.project_id, stored, **told, lesson_id=lesson_id)
        return source

    def document(self, path: Path) -> UUID:
        stored = self.store.put_file(path, "application/octet-stream")
        document: UUID = self.do(add_document, self.project_id, stored, name=path.name)
        return document

    def ask(self, task: str, /, **arguments: Any) -> dict[str, Any]:
        """Let the background do a task; its answer, or its error raised."""
        return self.answer(self.background.call(self.identity, task, **arguments))

    def answer(self, call: PendingCall) -> dict[str, Any]:
        """The answer of a call, or its error raised."""
        found: list[dict[str, Any]] = []

        def has_answered() -> bool:
            with suppress(TimeoutError):
                found.append(call.result(CALL_S))
            return bool(found)

        until(has_answered, moved=self.moved)
        return found[0]

    def errand_s(self) -> float:
        """How long the least that a worker can be asked for takes here and now, in seconds: a yardstick."""
        begun = time.monotonic()
        with pytest.raises(CourseCrafterError):
            self.ask("parse_ppt", lesson_id=uuid4())
        return time.monotonic() - begun

    def moved(self) -> object:
        """See `moved`."""
        return moved(self.database)

    def order(self, engine: Engine, lesson_id: UUID | None, **settings: Any) -> UUID:
        """A render on the queue."""

        def order(conn: Connection, author: Author) -> UUID:
            job = request_render(conn, author, engine, self.project_id, lesson_id, settings=settings)
            enqueue_render(conn, self.project_id, job.id, engine.value)
            return job.id

        job_id: UUID = self.do(order)
        return job_id

    def job(self, job_id: UUID) -> RenderJob:
        found: RenderJob = self.read(find_job, job_id)
        return found

    def ended(self, job_id: UUID) -> RenderJob:
        """A job once it has ended."""
        until(lambda: self.job(job_id).state not in {"queued", "in_progress"}, moved=self.moved)
        return self.job(job_id)

    def rendered(self, engine: Engine, lesson_id: UUID | None, **settings: Any) -> RenderJob:
        """A render that was ordered and has succeeded."""
        job = self.ended(self.order(engine, lesson_id, **settings))
        assert job.state == "succeeded", job.error_message
        return job


@contextmanager
def open_shopfloor(database: Database, home: Path) -> Iterator[Shopfloor]:
    """An organisation with a background of its own."""
    settings = Settings(home, str(home / "store"), None, None, 2)
    with database.admin() as admin:
        slug = f"floor{next(NUMBERS)}"
        org_id = ensure_organisation(admin, slug.title(), slug)
        author = Author(org_id, ensure_user(admin, org_id, f"author@{slug}.example", "Author", role="owner"))
    background = Background(settings, database)
    store = ObjectStore(settings.store_url, org_id)
    floor = Shopfloor(database, settings, background, author, UUID(int=0), store).course()
    try:
        yield floor
    finally:
        floor.background.close()


def chalk_deck(path: Path, *bullets: str) -> Path:
    """Two slides about chalk."""
    said = bullets or ("Natural chalk is soft.", "Board chalk is gypsum.")
    return make_deck(path, [Sketch(title="Chalk and slate"), Sketch(title="Two kinds", bullets=said)], language="en")


def moved(database: Database) -> object:
    """What differs each time as long as jobs of a database begin, end, or come to another step."""
    with database.admin() as conn:
        return [conn.scalar(one) for one in _MOVED]


def until(claim: Callable[[], bool], *, moved: Callable[[], object] = lambda: None) -> float:
    """Wait until something is true, as long as anything moves; how long it took, in seconds.

    Args:
        moved: what differs from time to time as long as it can still become true.
    """
    begun = looked = stood = time.monotonic()
    seen: object = None
    while not claim():
        now = time.monotonic()
        if now - looked > MOVED_EVERY_S:
            looked, before, seen = now, seen, moved()
            stood = now if seen != before else stood
        assert now - stood < PATIENCE_S, "it never became true, and nothing moves"
        assert now - begun < LONGEST_S, "it never became true"
        time.sleep(LOOK_EVERY_S)
    return time.monotonic() - begun
