"""`/cc/context`: a course's documents."""

from __future__ import annotations

import json
from typing import Annotated, Literal
from uuid import UUID

from fastapi import Depends, Query
from pydantic import ConfigDict, StringConstraints
from sqlalchemy import Connection
from starlette.responses import Response

from coursecrafter.api.call import Calling
from coursecrafter.api.examples import example
from coursecrafter.api.fields import Body, Line, Prose, Title, page
from coursecrafter.api.file_bodies import FILE_REFUSALS, is_json, read_json, takes_file
from coursecrafter.api.incoming_files import take_body, take_bytes
from coursecrafter.api.routing import Routes, given
from coursecrafter.api.shapes.base import PageOf
from coursecrafter.api.shapes.context import Document
from coursecrafter.api.upload_places import DOCUMENT, Place
from coursecrafter.authoring import documents
from coursecrafter.db.refusals import NotAllowed, NotFound, ValueRefused
from coursecrafter.jobs.queueing import PARSE_DOCUMENT, enqueue_parse
from coursecrafter.reading.context import read_document, read_documents
from coursecrafter.reading.pages import CursorRefused, Page

routes = Routes("/cc/context", "Context")
CHANGE_REFUSALS = (NotFound, NotAllowed, ValueRefused)
DocumentPage = PageOf[Document]

Name = Annotated[
    str | None,
    Query(max_length=2000, description="The file's name, where the body is the file itself.", examples=["rules.pdf"]),
]


class PastedNotes(Body):
    """Notes that were pasted: they become a text document."""

    text: Annotated[Prose, StringConstraints(min_length=1)]
    title: Title

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"title": "Notes", "text": "Find the exit before you need it."}]}
    )


class DocumentChanges(Body):
    """What should be otherwise; what is left out stays."""

    title: Title | None = None
    description: Line | None = None

    model_config = example(title="Handbook", description="What the fire service says.")


@takes_file(routes, PastedNotes)
@routes.acts("/{project_id}/upload-doc", Document, status=201, refuses=FILE_REFUSALS)
async def add_document(call: Calling, project_id: UUID, name: Name = None) -> Response:
    """Upload a document that tells a course's context, or paste notes; it is read in the background."""
    if is_json(call):
        notes = await read_json(call, PastedNotes)
        place = Place(DOCUMENT, project_id=project_id, detail=notes.title)
        return await take_bytes(call, place, "notes.txt", notes.text.encode())
    return await take_body(call, Place(DOCUMENT, project_id=project_id), name)


@routes.reads("/{project_id}/documents", DocumentPage, refuses=(NotFound, CursorRefused))
def list_documents(
    call: Calling,
    project_id: UUID,
    wanted: Annotated[Page, Depends(page)],
    parsed_status: Annotated[Literal["pending", "parsed", "failed"] | None, Query()] = None,
) -> Response:
    """A course's documents, the newest first."""

    def work(conn: Connection) -> bytes:
        return read_documents(conn, project_id, wanted, parsed_status=parsed_status)

    return call.read(work, project_id=project_id)


@routes.reads("/documents/{document_id}", Document)
def read_one_document(call: Calling, document_id: UUID) -> Response:
    """One document, with what was found in it."""
    return call.read(lambda conn: read_document(conn, document_id), is_versioned=True)


@routes.acts(
    "/documents/{document_id}/update", Document, refuses=(NotFound, NotAllowed, ValueRefused), is_conditional=True
)
def change_document(call: Calling, document_id: UUID, body: DocumentChanges) -> Response:
    """Change a document's title or description."""

    def work(conn: Connection) -> bytes:
        seen = call.unless_changed_since
        documents.change_document(conn, call.author, document_id, unless_changed_since=seen, **given(body))
        return read_document(conn, document_id)

    return call.act(work)


@routes.acts("/documents/{document_id}/reparse", Document, status=202, refuses=(NotFound, NotAllowed))
def reparse_document(call: Calling, document_id: UUID) -> Response:
    """Have a document read once more."""

    def work(conn: Connection) -> bytes:
        documents.reparse_document(conn, call.author, document_id)
        found = read_document(conn, document_id)
        enqueue_parse(conn, PARSE_DOCUMENT, UUID(json.loads(found)["project_id"]), document_id)
        return found

    return call.act(work, status=202)


@routes.acts("/documents/{document_id}/delete", refuses=(NotFound, NotAllowed))
def delete_document(call: Calling, document_id: UUID) -> Response:
    """Delete a document for good, with what was found in it."""
    return call.act(lambda conn: documents.delete_document(conn, call.author, document_id))
