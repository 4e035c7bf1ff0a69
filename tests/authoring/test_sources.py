"""Source files and context documents: added once, read, read again, deleted with their last state in the event."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa

from course_assets import stored
from course_people import Cast, all_at_once, settle_cast
from coursecrafter.authoring.documents import (
    ProjectDocument,
    UnknownDocumentType,
    add_document,
    change_document,
    delete_document,
    documents_of,
    fail_document,
    keep_document_parse,
    read_documents,
    reparse_document,
    set_document,
)
from coursecrafter.authoring.history import undo
from coursecrafter.authoring.sources import SourceFile, add_source, delete_source, sources_of
from coursecrafter.db.refusals import EditedMeanwhile, NotAllowed, NotFound, StateRefused, ValueRefused
from coursecrafter.db.session import Database
from coursecrafter.db.tables import cc_assets, cc_project_documents
from coursecrafter.domain.course import SourceDocument
from coursecrafter.errors import CourseCrafterError
from coursecrafter.ingest.documents import EmptyDocument
from coursecrafter.storage.objects import ObjectStore

DECK = {"file_type": "pptx", "purpose": "engine1_ppt", "name": "Chalk.pptx"}
FOUND = SourceDocument("Chalk", (("Chalk is soft.", 1), ("It is white.", None)))


@pytest.fixture
def cast(database: Database) -> Cast:
    return settle_cast(database)


@pytest.fixture
def store(tmp_path: Path, cast: Cast) -> ObjectStore:
    return ObjectStore(str(tmp_path), cast.owner.org_id)


def sources(cast: Cast) -> tuple[SourceFile, ...]:
    """The project's source files without the one that each cast has."""
    with cast.session() as conn:
        return sources_of(conn, cast.project_id)[1:]


def documents(cast: Cast, store: ObjectStore) -> dict[UUID, ProjectDocument]:
    with cast.session() as conn:
        return {one.id: one for one in documents_of(conn, store, cast.project_id)}


def add(cast: Cast, content: str = "text", **fields: Any) -> UUID:
    fields = {"name": "Chalk.docx", **fields}
    document_id: UUID = cast.do(add_document, cast.project_id, stored(content), **fields)
    return document_id


def parse(cast: Cast, store: ObjectStore, document_id: UUID, found: SourceDocument = FOUND) -> None:
    cast.do(keep_document_parse, store, document_id, found, name="Chalk.docx", summary="Soft and white.")


def fail(cast: Cast, store: ObjectStore, document_id: UUID) -> None:
    cast.do(fail_document, store, document_id, EmptyDocument("There is no text in it."), name="Chalk.docx")


def texts(cast: Cast, store: ObjectStore) -> tuple[SourceDocument, ...]:
    with cast.session() as conn:
        return read_documents(conn, store, cast.project_id)


def test_a_source_is_noted_once_for_the_same_bytes_place_and_purpose(cast: Cast) -> None:
    lesson_id, deck = cast.rows["cc_lessons"], stored("deck")

    ids = [
        cast.do(add_source, cast.project_id, deck, **DECK),
        cast.do(add_source, cast.project_id, deck, **DECK),
        cast.do(add_source, cast.project_id, deck, **DECK, lesson_id=lesson_id),
        cast.do(add_source, cast.project_id, deck, **{**DECK, "purpose": "engine2_reference"}),
        cast.do(add_source, cast.project_id, stored("other"), **DECK),
    ]

    assert [one.id for one in sources(cast)] == [ids[0], *ids[2:]]
    assert ids[1] == ids[0]
    events = cast.events("source_uploaded")
    assert [event.lesson_id for event in events] == [None, lesson_id, None, None]
    (change,) = events[0].event_payload["changes"]
    assert (change["before"], change["after"]["checksum"]) == (None, deck.sha256)


def test_a_deleted_source_is_gone_and_its_last_state_is_in_the_event(cast: Cast) -> None:
    source_id = cast.do(add_source, cast.project_id, stored("deck"), **DECK)

    cast.do(delete_source, source_id)

    assert sources(cast) == ()
    (event,) = cast.events("source_deleted")
    (change,) = event.event_payload["changes"]
    assert (change["id"], change["after"], change["before"]["purpose"]) == (str(source_id), None, "engine1_ppt")


def test_a_source_of_a_lesson_that_is_not_in_the_project_is_refused(cast: Cast) -> None:
    for lesson_id in (cast.others["cc_lessons"], UUID(int=7), cast.rows["cc_modules"]):
        with pytest.raises(NotFound, match="There is no such lesson"):
            cast.do(add_source, cast.project_id, stored("deck"), **DECK, lesson_id=lesson_id)
    for project_id in (cast.others["cc_projects"], UUID(int=7)):
        with pytest.raises(NotFound, match="There is no such project"):
            cast.do(add_source, project_id, stored("deck"), **DECK)

    assert sources(cast) == ()


@pytest.mark.parametrize(
    ("field", "value", "code"),
    [
        ("file_type", "exe", "CC-0022"),
        ("file_type", "pptx\0", "CC-0027"),
        ("purpose", " ", "CC-0022"),
        ("purpose", "p\ud800", "CC-0027"),
    ],
)
def test_a_source_with_a_field_that_it_cannot_have_is_refused(cast: Cast, field: str, value: str, code: str) -> None:
    with pytest.raises(CourseCrafterError, match=code) as refused:
        cast.do(add_source, cast.project_id, stored("deck"), **{**DECK, field: value})

    assert field.replace("_", " ") in refused.value.message


def test_editors_bring_sources_and_documents_and_reviewers_viewers_and_strangers_do_not(
    cast: Cast, store: ObjectStore
) -> None:
    source_id = cast.do(add_source, cast.project_id, stored("deck"), **DECK, author=cast.editor)
    document_id = add(cast, author=cast.editor)
    acts: list[tuple[Callable[..., Any], tuple[Any, ...], dict[str, Any]]] = [
        (add_source, (cast.project_id, stored("new")), DECK),
        (delete_source, (source_id,), {}),
        (add_document, (cast.project_id, stored("new")), {"name": "New.pdf"}),
        (change_document, (document_id,), {"title": "New"}),
        (keep_document_parse, (store, document_id, FOUND), {"name": "New.pdf", "summary": ""}),
        (fail_document, (store, document_id, EmptyDocument("Empty.")), {"name": "New.pdf"}),
        (reparse_document, (document_id,), {}),
        (delete_document, (document_id,), {}),
    ]

    for verb, args, fields in acts:
        for person, refusal in ((cast.reviewer, NotAllowed), (cast.viewer, NotAllowed), (cast.stranger, NotFound)):
            with pytest.raises(refusal):
                cast.do(verb, *args, **fields, author=person)

    assert len(sources(cast)) == 1
    assert documents(cast, store)[document_id].status == "pending"


def test_a_document_is_pending_until_it_was_read(cast: Cast, store: ObjectStore) -> None:
    document_id = add(cast)
    before = documents(cast, store)[document_id]

    parse(cast, store, document_id)

    after = documents(cast, store)[document_id]
    assert (before.status, before.title, before.summary) == ("pending", None, None)
    assert (after.status, after.title, after.summary, after.error) == ("parsed", "Chalk", "Soft and white.", None)
    assert texts(cast, store) == (FOUND,)
    (event,) = cast.events("document_parsed")
    moved = event.event_payload["changes"][-1]
    assert (moved["before"]["parsed_status"], moved["after"]["parsed_status"]) == ("pending", "parsed")


def test_a_document_keeps_the_title_that_its_author_gave_it(cast: Cast, store: ObjectStore) -> None:
    document_id = add(cast, title="About chalk")

    parse(cast, store, document_id)

    assert documents(cast, store)[document_id].title == "About chalk"


def test_a_title_of_its_own_is_cut_to_what_a_title_may_be(cast: Cast, store: ObjectStore) -> None:
    document_id = add(cast)

    parse(cast, store, document_id, SourceDocument("t" * 501, FOUND.paragraphs))

    assert documents(cast, store)[document_id].title == "t" * 500


def test_a_document_that_could_not_be_read_says_why_and_is_read_again(cast: Cast, store: ObjectStore) -> None:
    document_id = add(cast)
    fail(cast, store, document_id)
    failed = documents(cast, store)[document_id]
    without = texts(cast, store)

    cast.do(reparse_document, document_id)
    cast.do(reparse_document, document_id)
    waiting = documents(cast, store)[document_id]
    parse(cast, store, document_id)

    assert (failed.status, failed.error, without) == ("failed", "There is no text in it.", ())
    assert (waiting.status, waiting.error) == ("pending", None)
    assert texts(cast, store) == (FOUND,)
    assert len(cast.events("document_changed")) == 1


def test_while_a_document_is_read_again_its_old_text_is_not_used(cast: Cast, store: ObjectStore) -> None:
    document_id = add(cast)
    parse(cast, store, document_id)

    cast.do(reparse_document, document_id)

    assert texts(cast, store) == ()


@pytest.mark.parametrize("after", [parse, fail])
def test_only_a_pending_document_is_parsed_or_fails(
    cast: Cast, store: ObjectStore, after: Callable[[Cast, ObjectStore, UUID], None]
) -> None:
    for before in (parse, fail):
        document_id = add(cast, content=before.__name__)
        before(cast, store, document_id)

        with pytest.raises(StateRefused, match="CC-0025"):
            after(cast, store, document_id)


def test_title_and_description_are_changed_with_before_and_after(cast: Cast) -> None:
    document_id = add(cast, title="Chalk")

    cast.do(change_document, document_id, title="On chalk", description="By Ms Tailor")
    cast.do(change_document, document_id, title="On chalk")

    (event,) = cast.events("document_changed")
    (change,) = event.event_payload["changes"]
    assert change["before"] == {"title": "Chalk", "description": None}
    assert change["after"] == {"title": "On chalk", "description": "By Ms Tailor"}


@pytest.mark.parametrize("title", ["", " \t", "t" * 501, "Chalk\0", "Chalk\udfff"])
def test_a_title_that_is_none_is_refused(cast: Cast, title: str) -> None:
    document_id = add(cast)

    with pytest.raises(CourseCrafterError, match=r"title.*CC-002[27]"):
        cast.do(change_document, document_id, title=title)

    assert cast.read(cc_project_documents, document_id).title is None


def test_a_change_to_a_document_that_somebody_else_changed_is_refused(cast: Cast) -> None:
    document_id = add(cast)
    seen = cast.read(cc_project_documents, document_id).updated_at
    cast.do(change_document, document_id, title="One")

    with pytest.raises(EditedMeanwhile):
        cast.do(change_document, document_id, title="Two", unless_changed_since=seen)


def test_the_name_of_a_file_that_no_text_can_hold_is_refused_in_our_own_words(cast: Cast) -> None:
    for name in ("Chalk\0.docx", "Chalk\ud800.docx"):
        with pytest.raises(CourseCrafterError, match="CC-0027"):
            add(cast, name=name)
        with pytest.raises(CourseCrafterError, match="CC-0027"):
            cast.do(add_source, cast.project_id, stored("deck"), **{**DECK, "name": name})


def test_a_file_that_is_no_document_is_refused(cast: Cast) -> None:
    for name in ("Chalk.exe", "Chalk", ".docx"):
        with pytest.raises(UnknownDocumentType, match="CC-0120"):
            add(cast, name=name)


def test_a_deleted_document_takes_what_was_found_in_it_along_and_comes_back_by_undo(
    cast: Cast, store: ObjectStore
) -> None:
    document_id = add(cast)
    parse(cast, store, document_id)
    before = documents(cast, store)[document_id]

    cast.do(delete_document, document_id)

    assert document_id not in documents(cast, store)
    assert texts(cast, store) == ()
    parses = sa.select(cc_assets).where(cc_assets.c.role == f"document_parse_{document_id}")
    with cast.session() as conn:
        assert [row.deleted_at is not None for row in conn.execute(parses)] == [True]
    (event,) = cast.events("document_deleted")
    last = event.event_payload["changes"][-1]
    assert (last["after"], last["before"]["parsed_status"], last["before"]["title"]) == (None, "parsed", "Chalk")
    cast.do(undo, event.id)
    after = documents(cast, store)[document_id]
    assert (after.title, after.status, after.created_at) == (before.title, before.status, before.created_at)
    assert texts(cast, store) == (FOUND,)


def test_a_foreign_document_or_source_and_a_missing_one_are_answered_alike(cast: Cast, store: ObjectStore) -> None:
    acts: dict[str, list[Callable[[UUID], Any]]] = {
        "document": [
            lambda one: cast.do(change_document, one, title="New"),
            lambda one: parse(cast, store, one),
            lambda one: fail(cast, store, one),
            lambda one: cast.do(reparse_document, one),
            lambda one: cast.do(delete_document, one),
        ],
        "source file": [lambda one: cast.do(delete_source, one)],
    }
    foreign = {"document": "cc_project_documents", "source file": "cc_source_files"}

    for noun, verbs in acts.items():
        for verb in verbs:
            for one in (cast.others[foreign[noun]], UUID(int=7), cast.rows["cc_lessons"]):
                with pytest.raises(NotFound, match=f"There is no such {noun}"):
                    verb(one)


def test_the_lists_of_a_foreign_project_and_a_missing_one_are_refused_alike(cast: Cast, store: ObjectStore) -> None:
    for project_id in (cast.others["cc_projects"], UUID(int=7)):
        with pytest.raises(NotFound, match="There is no such project"), cast.session() as conn:
            sources_of(conn, project_id)
        with pytest.raises(NotFound, match="There is no such project"), cast.session() as conn:
            documents_of(conn, store, project_id)


def test_a_document_that_has_been_read_is_set_once(cast: Cast, store: ObjectStore) -> None:
    told = {"name": "Chalk.docx", "summary": "Soft."}
    first = cast.do(set_document, store, cast.project_id, stored("text"), FOUND, **told)
    events = len(cast.events())

    again = cast.do(set_document, store, cast.project_id, stored("text"), FOUND, **told)

    assert (again, len(cast.events())) == (first, events)


def test_a_document_that_failed_before_is_set_once_it_can_be_read(cast: Cast, store: ObjectStore) -> None:
    document_id = add(cast)
    fail(cast, store, document_id)

    cast.do(set_document, store, cast.project_id, stored("text"), FOUND, name="Chalk.docx", summary="Soft.")

    assert documents(cast, store)[document_id].status == "parsed"


def test_twenty_who_bring_the_same_files_at_once_leave_one_of_each(cast: Cast, store: ObjectStore) -> None:
    lesson_id = cast.rows["cc_lessons"]
    acts: list[Callable[[], Any]] = [
        *[lambda: cast.do(add_source, cast.project_id, stored("deck"), **DECK)] * 7,
        *[lambda: cast.do(add_source, cast.project_id, stored("deck"), **DECK, lesson_id=lesson_id)] * 6,
        *[lambda: add(cast)] * 7,
    ]

    answers = all_at_once(acts)

    assert len(set(answers)) == 3
    assert len(sources(cast)) == 2


def test_reading_changing_and_deleting_a_document_at_once_leaves_it_whole_or_gone(
    cast: Cast, store: ObjectStore
) -> None:
    document_id = add(cast)
    acts: list[Callable[[], Any]] = [
        *[lambda: parse(cast, store, document_id)] * 5,
        *[lambda: fail(cast, store, document_id)] * 5,
        *[lambda n=n: cast.do(change_document, document_id, title=f"Title {n}") for n in range(5)],
        *[lambda: cast.do(reparse_document, document_id)] * 4,
        lambda: cast.do(delete_document, document_id),
    ]

    answers = all_at_once(acts)

    assert all(isinstance(one, StateRefused | NotFound) for one in answers if one is not None)
    assert document_id not in documents(cast, store)
    live = sa.select(cc_assets).where(
        cc_assets.c.role == f"document_parse_{document_id}", cc_assets.c.deleted_at.is_(None)
    )
    with cast.session() as conn:
        assert conn.execute(live).all() == []


@pytest.mark.parametrize("file_type", ["exe", ""])
def test_the_kinds_of_files_are_those_of_the_schema(cast: Cast, file_type: str) -> None:
    with pytest.raises(ValueRefused):
        cast.do(add_source, cast.project_id, stored("deck"), **{**DECK, "file_type": file_type})
