"""What came in: source files, documents, and what their readers found (schema 3.2, 4.1)."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, select

from coursecrafter.authoring.assets import find_active, put_asset
from coursecrafter.authoring.author import Author
from coursecrafter.authoring.edits import edit
from coursecrafter.authoring.events import Event, log_event
from coursecrafter.authoring.slots import Slot
from coursecrafter.db.tables import cc_project_documents, cc_source_files
from coursecrafter.domain.course import SourceDocument
from coursecrafter.domain.deck import Deck
from coursecrafter.domain.output import AssetType
from coursecrafter.domain.stored import StoredObject
from coursecrafter.storage.objects import ObjectStore

SOURCE_PARSE = "source_parse"
DOCUMENT_TYPES = {".pdf": "pdf", ".docx": "docx", ".txt": "txt", ".md": "txt"}


def add_source(
    conn: Connection, author: Author, project_id: UUID, stored: StoredObject, *, file_type: str, purpose: str, name: str
) -> None:
    """Note a source file, once for the same bytes and purpose."""
    known = select(cc_source_files.c.id).where(
        cc_source_files.c.project_id == project_id,
        cc_source_files.c.checksum == stored.sha256,
        cc_source_files.c.purpose == purpose,
    )
    if conn.execute(known).first() is not None:
        return
    conn.execute(
        cc_source_files.insert().values(
            project_id=project_id,
            file_path=stored.key,
            file_type=file_type,
            purpose=purpose,
            size_bytes=stored.size_bytes,
            checksum=stored.sha256,
        )
    )
    log_event(conn, author, Event.SOURCE_UPLOADED, project_id=project_id, name=name, sha256=stored.sha256)


def keep_parse(
    conn: Connection, author: Author, store: ObjectStore, project_id: UUID, deck: Deck, *, name: str
) -> None:
    """Keep what the reader found in a deck, as the project's `source_parse`."""
    content = json.dumps({"original_name": name, "deck": deck.to_json()}, ensure_ascii=False, sort_keys=True)
    stored = store.put_bytes(content.encode("utf-8", "replace"), "application/json")
    with edit(conn, author, Event.ASSETS_ADDED, project_id=project_id, role=SOURCE_PARSE) as act:
        put_asset(act, Slot(project_id, SOURCE_PARSE), stored, AssetType.DOCUMENT, {"slides": len(deck.slides)})


def read_parse(conn: Connection, store: ObjectStore, project_id: UUID) -> Deck | None:
    """The project's deck as its reader found it."""
    stored = find_active(conn, Slot(project_id, SOURCE_PARSE))
    return None if stored is None else Deck.from_json(json.loads(store.get_bytes(stored))["deck"])


def add_document(
    conn: Connection,
    store: ObjectStore,
    author: Author,
    project_id: UUID,
    stored: StoredObject,
    document: SourceDocument,
    *,
    path: Path,
    summary: str,
) -> None:
    """Keep a context document with its text and summary, once for the same bytes."""
    known = select(cc_project_documents.c.id).where(
        cc_project_documents.c.project_id == project_id, cc_project_documents.c.file_path == stored.key
    )
    if conn.execute(known).first() is not None:
        return
    document_id = conn.execute(
        cc_project_documents.insert()
        .values(
            project_id=project_id,
            file_path=stored.key,
            file_type=DOCUMENT_TYPES[path.suffix.lower()],
            title=document.title,
            parsed_status="parsed",
            parsed_summary=summary,
        )
        .returning(cc_project_documents.c.id)
    ).scalar_one()
    content = json.dumps(asdict(document), ensure_ascii=False, sort_keys=True).encode("utf-8", "replace")
    parsed = store.put_bytes(content, "application/json")
    told = {"name": path.name, "sha256": stored.sha256}
    with edit(conn, author, Event.DOCUMENT_UPLOADED, project_id=project_id) as act:
        act.payload.update(told)
        slot = Slot(project_id, f"document_parse_{document_id}")
        put_asset(act, slot, parsed, AssetType.DOCUMENT, {"name": path.name})


def read_documents(conn: Connection, store: ObjectStore, project_id: UUID) -> tuple[SourceDocument, ...]:
    """The project's documents in order of their titles, with their texts."""
    rows = conn.execute(
        select(cc_project_documents)
        .where(cc_project_documents.c.project_id == project_id)
        .order_by(cc_project_documents.c.title, cc_project_documents.c.file_path)
    ).all()
    parses = [find_active(conn, Slot(project_id, f"document_parse_{row.id}")) for row in rows]
    return tuple(_document(json.loads(store.get_bytes(parse))) for parse in parses if parse is not None)


def _document(value: dict[str, Any]) -> SourceDocument:
    return SourceDocument(value["title"], tuple((text, page) for text, page in value["paragraphs"]))
