"""Where an uploaded file goes: a source of a lesson or course, a context document, a picture."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import Connection

from coursecrafter.api.call import Call
from coursecrafter.authoring.assets import add_picture
from coursecrafter.authoring.documents import add_document
from coursecrafter.authoring.slots import Slot
from coursecrafter.authoring.sources import add_source, require_place
from coursecrafter.domain.stored import StoredObject
from coursecrafter.jobs.queueing import PARSE_DOCUMENT, PARSE_SOURCE, enqueue_parse
from coursecrafter.reading.assets import read_asset
from coursecrafter.reading.context import read_document, read_source
from coursecrafter.uploads.admission import CheckedFile
from coursecrafter.uploads.kinds import DOCUMENTS, FILMS, PICTURES, SOURCES, FileKind

USUAL_PURPOSES = {FileKind.PPTX: "engine1_ppt", **dict.fromkeys(FILMS, "engine1_mp4")}
OTHER_PURPOSE = "engine2_reference"
SOURCE, DOCUMENT, PICTURE = "source", "document", "picture"
_KINDS = {SOURCE: SOURCES, DOCUMENT: DOCUMENTS, PICTURE: PICTURES}


@dataclass(frozen=True, slots=True)
class Place:
    """What a file becomes, and where.

    Attributes:
        becomes: source, document or picture.
        project_id: None: the lesson's.
        detail: a source's purpose, a document's title, a picture's role; None: the usual one.
    """

    becomes: str
    project_id: UUID | None = None
    lesson_id: UUID | None = None
    detail: str | None = None

    @property
    def kinds(self) -> frozenset[FileKind]:
        """What is taken there."""
        return _KINDS[self.becomes]

    def require(self, conn: Connection) -> UUID:
        """The project, where the caller may put a file there.

        Raises:
            NotFound, NotAllowed: CC-0020, CC-0021.
        """
        return require_place(conn, project_id=self.project_id, lesson_id=self.lesson_id)


@dataclass(frozen=True, slots=True)
class Landed:
    """What a file has become.

    Attributes:
        answer: the new row as JSON.
    """

    id: UUID
    answer: bytes


def land(
    call: Call, conn: Connection, place: Place, project_id: UUID, name: str, checked: CheckedFile, stored: StoredObject
) -> Landed:
    """Write the row that names a file, and have it read, in the transaction that counts it.

    Raises:
        NotFound, NotAllowed: CC-0020, CC-0021.
        ValueRefused: CC-0022.
    """
    if place.becomes == PICTURE:
        slot = Slot(project_id, place.detail or "logo")
        asset_id = add_picture(conn, call.author, slot, stored, name=name, metadata=checked.measures)
        return Landed(asset_id, read_asset(conn, asset_id))
    if place.becomes == DOCUMENT:
        document_id = add_document(conn, call.author, project_id, stored, name=name, title=place.detail)
        enqueue_parse(conn, PARSE_DOCUMENT, project_id, document_id)
        return Landed(document_id, read_document(conn, document_id))
    source_id = add_source(
        conn,
        call.author,
        project_id,
        stored,
        file_type=checked.kind.facts.source_type or "",
        purpose=place.detail or USUAL_PURPOSES.get(checked.kind, OTHER_PURPOSE),
        name=name,
        lesson_id=place.lesson_id,
    )
    enqueue_parse(conn, PARSE_SOURCE, project_id, source_id)
    return Landed(source_id, read_source(conn, source_id))
