"""`/cc/provenance`: where something comes from."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated
from uuid import UUID

from fastapi import Path
from sqlalchemy import Connection
from starlette.responses import Response

from coursecrafter.api.call import Calling
from coursecrafter.api.routing import Routes
from coursecrafter.api.shapes.provenance import Provenance, SubjectKind
from coursecrafter.db.confining import Part, confine
from coursecrafter.db.refusals import NotFound
from coursecrafter.reading.provenance import read_provenance
from coursecrafter.storage.backends import StoreUnreachable

routes = Routes("/cc/provenance", "Provenance")

CONFINED: Mapping[str, Part] = {
    "script": Part.SCRIPT,
    "segment": Part.SEGMENT,
    "voice_track": Part.VOICE_TRACK,
    "asset": Part.ASSET,
    "interaction": Part.INTERACTION,
    "question": Part.QUESTION,
    "document": Part.DOCUMENT,
    "scene": Part.SCENE,
}
"""By kind, what leads to the one project that the call sees."""


@routes.reads("/{kind}/{subject_id}", Provenance, refuses=(NotFound, StoreUnreachable))
def read_origin(
    call: Calling,
    kind: Annotated[SubjectKind, Path(description="What the id is of.")],
    subject_id: UUID,
) -> Response:
    """Where something comes from: who wrote it, the calls to models, their context, and the places in your files."""

    def work(conn: Connection) -> bytes:
        if kind in CONFINED:
            confine(conn, CONFINED[kind], subject_id)
        return read_provenance(conn, call.store, kind, subject_id)

    return call.read(work)
