"""Context documents and what their readers found (schema 3.2): pending > parsed | failed, and pending again.

What a reader found is an asset of the project, `document_parse_` and the document's id: a JSON file with the original
name and either title and paragraphs or the error. Source: architecture ("what a parser found").
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import PurePath
from typing import Any, TypedDict, Unpack
from uuid import UUID

from sqlalchemy import Connection, Row, func, select

from coursecrafter.authoring.assets import find_active, put_asset
from coursecrafter.authoring.author import Author
from coursecrafter.authoring.edits import edit
from coursecrafter.authoring.events import Event
from coursecrafter.authoring.rows import find_row, hold_row
from coursecrafter.authoring.slots import Slot, hold_slot
from coursecrafter.authoring.states import require_move
from coursecrafter.authoring.titles import LONGEST_TITLE, require_titles
from coursecrafter.db.refusals import StateRefused
from coursecrafter.db.tables import cc_activity_log, cc_assets, cc_project_documents, cc_projects
from coursecrafter.domain.course import SourceDocument
from coursecrafter.domain.output import AssetType
from coursecrafter.domain.stored import StoredObject
from coursecrafter.errors import CourseCrafterError, IngestError
from coursecrafter.storage.objects import ObjectStore

FILE_TYPES = {".pdf": "pdf", ".docx": "docx", ".pptx": "pptx", ".txt": "txt", ".md": "txt"}


class UnknownDocumentType(IngestError):
    """The document is of a kind that is not read."""

    code = "CC-0120"
    remedy = "Give a .pdf, .docx, .pptx, .txt or .md file."


class DocumentFields(TypedDict, total=False):
    """What an author says of a document; what is left out stays."""

    title: str | None
    description: str | None


@dataclass(frozen=True, slots=True)
class ProjectDocument:
    """A document of a project.

    Attributes:
        status: pending, parsed or failed.
        error: why it could not be read.
    """

    id: UUID
    file_path: str
    file_type: str
    title: str | None
    description: str | None
    status: str
    summary: str | None
    error: str | None
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class DocumentFile:
    """The file of a document.

    Attributes:
        name: the one that it came with.
        status: pending, parsed or failed.
    """

    id: UUID
    project_id: UUID
    name: str
    file_type: str
    stored: StoredObject
    status: str


def find_document_file(conn: Connection, document_id: UUID) -> DocumentFile:
    """The file of a document; its event knows its name.

    Raises:
        NotFound: CC-0020.
    """
    row = find_row(conn, cc_project_documents, document_id)
    added = {"changes": [{"table": cc_project_documents.name, "id": str(document_id)}]}
    name = select(cc_activity_log.c.event_payload["name"].astext).where(
        cc_activity_log.c.project_id == row.project_id,
        cc_activity_log.c.event_type == Event.DOCUMENT_UPLOADED.value,
        cc_activity_log.c.event_payload.contains(added),
    )
    named = conn.execute(name.limit(1)).scalar() or f"document.{row.file_type}"
    # The row does not know the length, and the store does not need it to give the file.
    stored = StoredObject(PurePath(row.file_path).name, 0, "application/octet-stream")
    return DocumentFile(row.id, row.project_id, named, row.file_type, stored, row.parsed_status)


def add_document(
    conn: Connection,
    author: Author,
    project_id: UUID,
    stored: StoredObject,
    *,
    name: str,
    title: str | None = None,
    description: str | None = None,
) -> UUID:
    """Add a context document that is still to be read, once for the same bytes; its id.

    Args:
        name: the file's name; its ending says what it is.

    Raises:
        NotFound: CC-0020.
        NotAllowed: CC-0021.
        ValueRefused: CC-0022.
        UnknownDocumentType: CC-0120.
    """
    file_type = FILE_TYPES.get(PurePath(name).suffix.lower())
    if file_type is None:
        raise UnknownDocumentType(f"“{name}” is no document that can be read.")
    require_titles(cc_project_documents, {"title": title}, "title")
    hold_row(conn, cc_projects, project_id)
    known = select(cc_project_documents.c.id).where(
        cc_project_documents.c.project_id == project_id, cc_project_documents.c.file_path == stored.key
    )
    known_id: UUID | None = conn.execute(known).scalar()
    if known_id is not None:
        return known_id
    described = {"title": title, "description": description, "parsed_status": "pending"}
    with edit(conn, author, Event.DOCUMENT_UPLOADED, project_id=project_id, name=name) as act:
        act.payload["sha256"] = stored.sha256
        place = {"project_id": project_id, "file_path": stored.key, "file_type": file_type}
        return act.add(cc_project_documents, **place, **described)


def change_document(
    conn: Connection,
    author: Author,
    document_id: UUID,
    *,
    unless_changed_since: datetime | None = None,
    **fields: Unpack[DocumentFields],
) -> None:
    """Change what an author says of a document.

    Raises:
        NotFound: CC-0020.
        NotAllowed: CC-0021.
        ValueRefused: CC-0022.
        EditedMeanwhile: CC-0026.
    """
    require_titles(cc_project_documents, fields, "title")
    row = _hold(conn, document_id)
    with edit(conn, author, Event.DOCUMENT_CHANGED, project_id=row.project_id) as act:
        act.change(cc_project_documents, document_id, unless_changed_since=unless_changed_since, **fields)


def keep_document_parse(
    conn: Connection,
    author: Author,
    store: ObjectStore,
    document_id: UUID,
    document: SourceDocument,
    *,
    name: str,
    summary: str,
) -> None:
    """Keep what was found in a pending document; one without a title takes its own.

    Raises:
        NotFound: CC-0020.
        NotAllowed: CC-0021.
        StateRefused: CC-0025, it is not pending.
    """
    row = _hold(conn, document_id)
    found = {"title": row.title or document.title[:LONGEST_TITLE], "parsed_summary": summary}
    _parsed(conn, author, store, row, "parsed", {"original_name": name, **asdict(document)}, found)


def fail_document(
    conn: Connection, author: Author, store: ObjectStore, document_id: UUID, error: CourseCrafterError, *, name: str
) -> None:
    """Note that a pending document could not be read, and why.

    Raises:
        NotFound: CC-0020.
        NotAllowed: CC-0021.
        StateRefused: CC-0025, it is not pending.
    """
    row = _hold(conn, document_id)
    told = {"original_name": name, "error": {"code": error.code, "message": error.message, "remedy": error.remedy}}
    _parsed(conn, author, store, row, "failed", told, {"parsed_summary": None})


def set_document(
    conn: Connection,
    author: Author,
    store: ObjectStore,
    project_id: UUID,
    stored: StoredObject,
    document: SourceDocument,
    *,
    name: str,
    summary: str,
) -> UUID:
    """Give a project a document that has been read; nothing is written when it has it already.

    Raises:
        NotFound: CC-0020.
        NotAllowed: CC-0021.
        UnknownDocumentType: CC-0120.
    """
    document_id = add_document(conn, author, project_id, stored, name=name)
    status = find_row(conn, cc_project_documents, document_id).parsed_status
    if status == "failed":
        reparse_document(conn, author, document_id)
    if status != "parsed":
        keep_document_parse(conn, author, store, document_id, document, name=name, summary=summary)
    return document_id


def reparse_document(conn: Connection, author: Author, document_id: UUID) -> None:
    """Let a document be read once more; what was found before stays a version, but is not used meanwhile.

    Raises:
        NotFound: CC-0020.
        NotAllowed: CC-0021.
    """
    row = _hold(conn, document_id)
    with edit(conn, author, Event.DOCUMENT_CHANGED, project_id=row.project_id) as act:
        act.change(cc_project_documents, document_id, parsed_status="pending")


def delete_document(conn: Connection, author: Author, document_id: UUID) -> None:
    """Delete a document for good, its last state in the event, and mark what was found in it as deleted.

    Raises:
        NotFound: CC-0020.
        NotAllowed: CC-0021.
    """
    row = _hold(conn, document_id)
    with edit(conn, author, Event.DOCUMENT_DELETED, project_id=row.project_id) as act:
        at = conn.execute(select(func.clock_timestamp())).scalar_one()
        for version in hold_slot(conn, _parse_slot(row)):
            if version.deleted_at is None:
                act.change(cc_assets, version.id, deleted_at=at)
        act.remove(cc_project_documents, document_id)


def documents_of(conn: Connection, store: ObjectStore, project_id: UUID) -> tuple[ProjectDocument, ...]:
    """A project's documents in order of their titles.

    Raises:
        NotFound: CC-0020.
    """
    find_row(conn, cc_projects, project_id)
    return tuple(
        ProjectDocument(
            row.id,
            row.file_path,
            row.file_type,
            row.title,
            row.description,
            row.parsed_status,
            row.parsed_summary,
            _parse(conn, store, row)["error"]["message"] if row.parsed_status == "failed" else None,
            row.created_at,
            row.updated_at,
        )
        for row in _rows(conn, project_id)
    )


def read_documents(conn: Connection, store: ObjectStore, project_id: UUID) -> tuple[SourceDocument, ...]:
    """The project's documents that were read, in order of their titles, with their texts."""
    parsed = [_parse(conn, store, row) for row in _rows(conn, project_id) if row.parsed_status == "parsed"]
    return tuple(
        SourceDocument(found["title"], tuple((text, page) for text, page in found["paragraphs"]))
        for found in parsed
        if "paragraphs" in found
    )


def _hold(conn: Connection, document_id: UUID) -> Row[Any]:
    """A document, held, and its project before it."""
    hold_row(conn, cc_projects, find_row(conn, cc_project_documents, document_id).project_id)
    return hold_row(conn, cc_project_documents, document_id)


def give_up_document(conn: Connection, author: Author, document_id: UUID, error: CourseCrafterError) -> None:
    """Note that a pending document was not read, where nothing can be stored that says why: the event does.

    Raises:
        NotFound: CC-0020.
        NotAllowed: CC-0021.
        StateRefused: CC-0025, it is not pending.
    """
    row = _hold(conn, document_id)
    require_move(cc_project_documents, row.parsed_status, "failed")
    if row.parsed_status == "failed":
        return
    with edit(conn, author, Event.DOCUMENT_PARSED, project_id=row.project_id) as act:
        act.payload["message"] = error.message
        act.change(cc_project_documents, row.id, parsed_status="failed")


def _parsed(
    conn: Connection,
    author: Author,
    store: ObjectStore,
    row: Row[Any],
    status: str,
    told: dict[str, Any],
    values: dict[str, Any],
) -> None:
    if row.parsed_status == status:
        raise StateRefused(f"The document is {status} already.")
    require_move(cc_project_documents, row.parsed_status, status)
    content = json.dumps(told, ensure_ascii=False, sort_keys=True).encode("utf-8", "replace")
    stored = store.put_bytes(content, "application/json")
    with edit(conn, author, Event.DOCUMENT_PARSED, project_id=row.project_id) as act:
        put_asset(act, _parse_slot(row), stored, AssetType.DOCUMENT, {"name": told["original_name"]})
        act.change(cc_project_documents, row.id, parsed_status=status, **values)


def _parse_slot(row: Row[Any]) -> Slot:
    return Slot(row.project_id, f"document_parse_{row.id}")


def _parse(conn: Connection, store: ObjectStore, row: Row[Any]) -> dict[str, Any]:
    """What the reader found; its asset may have been deleted by hand."""
    stored = find_active(conn, _parse_slot(row))
    if stored is None:
        return {"error": {"message": "What was found in the document has been deleted."}}
    found: dict[str, Any] = json.loads(store.get_bytes(stored))
    return found


def _rows(conn: Connection, project_id: UUID) -> list[Row[Any]]:
    documents = cc_project_documents
    of_project = select(documents).where(documents.c.project_id == project_id)
    return list(conn.execute(of_project.order_by(documents.c.title, documents.c.file_path)).all())
