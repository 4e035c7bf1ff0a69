"""A course that the program made of a real deck and a real document, as it stands before anybody has changed it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

import sqlalchemy as sa
import typst

from authored_course import settle_author
from coursecrafter.authoring.author import Author
from coursecrafter.authoring.context import change_context
from coursecrafter.authoring.courses import read_course
from coursecrafter.authoring.documents import set_document
from coursecrafter.authoring.edits import made_by
from coursecrafter.authoring.sources import add_source
from coursecrafter.build.intake import summarise
from coursecrafter.build.making import propose_book, propose_module, propose_outline
from coursecrafter.build.plans import DrawnDeck, write_plan
from coursecrafter.config import Settings
from coursecrafter.db.session import Database, Identity
from coursecrafter.db.tables import cc_ai_calls
from coursecrafter.domain.course import Course, Engine, LessonContent
from coursecrafter.domain.stored import StoredObject
from coursecrafter.gateway.attempts import Attempts
from coursecrafter.gateway.ports import CallRecord, Purpose
from coursecrafter.ingest.deck_reader import read_deck
from coursecrafter.ingest.documents import read_document
from coursecrafter.jobs.steps import Done
from coursecrafter.reading.provenance import read_provenance
from coursecrafter.wiring import Workshop, furnish
from decks import Sketch, appear, make_deck
from rendered_course import picture
from tenants import table_named

DECK_NAME = "Fire safety.pptx"
SLIDES = (
    Sketch(
        title="Fire doors",
        bullets=("A fire door stays shut during the whole day.", "A wedge under a fire door lets the smoke through."),
        effects=(appear("Content", 0), appear("Content", 1)),
        notes="A green label marks every fire door.",
    ),
    Sketch(
        title="The alarm",
        bullets=("The alarm is a rising tone of one minute.", "Whoever hears the alarm leaves by the nearest exit."),
    ),
    Sketch(
        title="The meeting point",
        bullets=("The meeting point is the car park behind the canteen.", "The warden counts everybody twice."),
    ),
)
PAGES = (
    """Every floor of the building has two wardens who wear a yellow vest. The wardens check the toilets and the archive
before they leave the building.""",
    """An evacuation of the whole building takes four minutes at most. Nobody uses the lift during an evacuation of the
building, since the lift stops without power.""",
)


class Quiet:
    """Progress that nobody reads."""

    @contextmanager
    def stage(self, title: str) -> Iterator[None]:
        yield

    def expect(self, counts: Mapping[str, int]) -> None:
        """See `Progress.expect`."""

    def step(self, name: str, label: str, done: Done | None) -> None:
        """See `Progress.step`."""

    def say(self, line: str) -> None:
        """See `Progress.say`."""


@dataclass(frozen=True)
class TracedCourse:
    """One lesson from three slides and a handbook of two pages, with its branded video, module and book."""

    shop: Workshop
    project_id: UUID
    lesson_id: UUID
    deck_id: UUID
    document_id: UUID

    @property
    def author(self) -> Author:
        return self.shop.author

    @property
    def identity(self) -> Identity:
        return self.shop.identity(self.project_id)

    @contextmanager
    def trial(self) -> Iterator[sa.Connection]:
        """A request's transaction that is undone at its end."""
        with self.shop.database.app(self.identity) as conn:
            yield conn
            conn.rollback()

    def origin(self, kind: str, row_id: UUID | str, conn: sa.Connection | None = None) -> dict[str, Any]:
        """Where something comes from."""
        if conn is not None:
            told: dict[str, Any] = json.loads(read_provenance(conn, self.shop.store, kind, UUID(str(row_id))))
            return told
        with self.trial() as fresh:
            return self.origin(kind, row_id, fresh)

    def ids(self, table: str, **where: Any) -> list[UUID]:
        """Ids of the course's rows, in the order in which they were made."""
        rows = table_named(table)
        with self.trial() as conn:
            return list(conn.scalars(sa.select(rows.c.id).filter_by(**where).order_by(rows.c.id)))

    def row(self, table: str, row_id: UUID) -> sa.Row[Any]:
        rows = table_named(table)
        with self.trial() as conn:
            return conn.execute(sa.select(rows).where(rows.c.id == row_id)).one()

    def call(self, call_type: str, task: str, *, first_call: UUID | None = None, **told: Any) -> UUID:
        """A model's answer, in the ledger; one that was found again names the call that gave it."""
        purpose = Purpose(self.project_id, self.lesson_id, Engine.E2, task)
        asked = {"task": task, "template": f"{task}/1", "language": "en", **told}
        meta = {"cost_usd": 0.002, **({"first_call": str(first_call)} if first_call else {})}
        record = CallRecord(purpose, call_type, "openai", "gpt-5.1", "success", asked, meta)
        return Attempts(self.shop.database, self.identity).found_again(record)

    def made(self, calls: Sequence[UUID], verb: Callable[..., Any], *args: Any, **fields: Any) -> Any:
        """What a verb gives that puts the answers of calls to use."""
        with self.shop.database.app(self.identity) as conn, made_by(calls):
            return verb(conn, self.author, *args, **fields)


def make_course(database: Database, home: Path, slug: str) -> TracedCourse:
    """Read the files, write the plan, and let the offline provider propose the rest."""
    course = settle_author(database, slug)
    settings = Settings(home, str(home / "store"), None, None, 2)
    shop = furnish(database, settings, course.author, Quiet())
    deck_path, handbook = (
        make_deck(home / DECK_NAME, SLIDES, title="Fire safety", language="en-GB"),
        home / "Handbook.pdf",
    )
    handbook.write_bytes(typst.compile("\n#pagebreak()\n".join(PAGES).encode()))
    deck, document = read_deck(deck_path), read_document(handbook)
    stored = {name: shop.store.put_file(path, "application/octet-stream") for name, path in _named(deck_path, handbook)}
    shown = shop.store.put_bytes(picture(), "image/png")
    pictures = {build.picture_key: shown for slide in deck.slides for build in slide.builds}
    with database.app(shop.identity(course.project_id)) as conn:
        change_context(conn, shop.author, course.project_id, audience_level="intro", region="europe", language="en")
        told: Any = {"file_type": "pptx", "purpose": "engine1_ppt", "name": DECK_NAME}
        deck_id = add_source(conn, shop.author, course.project_id, stored["deck"], **told)
        drawn = DrawnDeck("Fire safety", DECK_NAME, deck, pictures)
        (lesson_id,) = write_plan(conn, shop, course.project_id, drawn)
    document_id = _add_document(shop, course.project_id, stored["handbook"], document)
    read, lesson = _read(shop, course.project_id)
    propose_outline(read, lesson, shop, shop.bench(read.id))
    propose_module(read, lesson, shop, shop.bench(read.id))
    propose_book(read, shop, shop.bench(read.id))
    return TracedCourse(shop, course.project_id, lesson_id, deck_id, document_id)


def _named(deck: Path, handbook: Path) -> tuple[tuple[str, Path], ...]:
    return (("deck", deck), ("handbook", handbook))


def _add_document(shop: Workshop, project_id: UUID, stored: StoredObject, document: Any) -> UUID:
    summary = summarise(document, "en", project_id, shop.bench(project_id))
    with shop.database.app(shop.identity(project_id)) as conn:
        called = conn.scalars(sa.select(cc_ai_calls.c.id).where(cc_ai_calls.c.project_id == project_id)).all()
    told: Any = {"name": "Handbook.pdf", "summary": summary}
    with shop.database.app(shop.identity(project_id)) as conn, made_by(called):
        return set_document(conn, shop.author, shop.store, project_id, stored, document, **told)


def _read(shop: Workshop, project_id: UUID) -> tuple[Course, LessonContent]:
    with shop.database.app(shop.identity(project_id)) as conn:
        course = read_course(conn, shop.store, project_id, Engine.E1)
    return course, next(course.lessons)
