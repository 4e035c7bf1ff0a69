"""A course whose background works in real child processes, on a database and a store of its own."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any
from uuid import UUID

from coursecrafter.authoring.author import Author
from coursecrafter.authoring.documents import add_document
from coursecrafter.authoring.hierarchy import create_learning_unit, create_lesson, create_module
from coursecrafter.authoring.job_rows import RenderJob, find_job
from coursecrafter.authoring.projects import create_project
from coursecrafter.authoring.render_jobs import request_render
from coursecrafter.authoring.sources import add_source
from coursecrafter.background.runner import Background
from coursecrafter.config import Settings
from coursecrafter.db.organisations import ensure_organisation, ensure_user
from coursecrafter.db.session import Database, Identity
from coursecrafter.domain.course import Engine
from coursecrafter.storage.objects import ObjectStore
from decks import Sketch, make_deck

NUMBERS = count(1)
PATIENCE_S = 120


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
        return self.background.call(self.identity, task, **arguments).result(PATIENCE_S)

    def order(self, engine: Engine, lesson_id: UUID | None, **settings: Any) -> UUID:
        job: RenderJob = self.do(request_render, engine, self.project_id, lesson_id, settings=settings)
        return job.id

    def job(self, job_id: UUID) -> RenderJob:
        found: RenderJob = self.read(find_job, job_id)
        return found

    def rendered(self, engine: Engine, lesson_id: UUID | None, **settings: Any) -> RenderJob:
        """A render that was ordered and has succeeded."""
        job_id = self.order(engine, lesson_id, **settings)
        self.background.render(self.identity, job_id).result(PATIENCE_S)
        job = self.job(job_id)
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
    try:
        yield Shopfloor(database, settings, background, author, UUID(int=0), store).course()
    finally:
        background.close()


def chalk_deck(path: Path, *bullets: str) -> Path:
    """Two slides about chalk."""
    said = bullets or ("Natural chalk is soft.", "Board chalk is gypsum.")
    return make_deck(path, [Sketch(title="Chalk and slate"), Sketch(title="Two kinds", bullets=said)], language="en")


def until(claim: Callable[[], bool], longest_s: float = PATIENCE_S) -> float:
    """Wait until something is true; how long it took, in seconds."""
    begun = time.monotonic()
    while not claim():
        assert time.monotonic() - begun < longest_s, "it never became true"
        time.sleep(0.05)
    return time.monotonic() - begun
