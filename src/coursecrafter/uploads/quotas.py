"""An organisation's room, and what it has sent: each file once, however often it was sent."""

from __future__ import annotations

from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from coursecrafter.db.tables import uploaded_files
from coursecrafter.domain.stored import StoredObject
from coursecrafter.errors import IngestError
from coursecrafter.uploads.rules import UploadRules
from coursecrafter.uploads.scanning import Verdict

_ROOM = sa.text("SELECT platform.room_left(CAST(:default_quota AS bigint))")


class RoomUsedUp(IngestError):
    """The organisation has no room left for the file."""

    code = "CC-0127"
    status = 413
    remedy = "Ask whoever runs this server for more room, or finish or cancel uploads that are under way."


def room_left(conn: sa.Connection, rules: UploadRules) -> int | None:
    """Bytes that the organisation may still send, at least 0; None: any number.

    Who asks holds the organisation's room until the transaction ends, so that of two who would take the last of it
    one waits for the other.
    """
    left: int | None = conn.execute(_ROOM, {"default_quota": rules.default_quota_bytes}).scalar_one()
    return None if left is None else max(left, 0)


def find_file(conn: sa.Connection, sha256: str) -> Verdict | None:
    """What the scanner said of a file that the organisation has sent before; None: it has not."""
    found = conn.execute(sa.select(uploaded_files.c.scan).where(uploaded_files.c.sha256 == sha256)).scalar()
    return None if found is None else Verdict(found)


def count_file(conn: sa.Connection, org_id: UUID, stored: StoredObject, verdict: Verdict, room: int | None) -> bool:
    """Count a file against the organisation's room, which the caller holds; whether it is new to it.

    Args:
        room: from `room_left`, in this transaction.

    Raises:
        RoomUsedUp: CC-0127.
    """
    if find_file(conn, stored.sha256) is not None:
        return False
    if room is not None and stored.size_bytes > room:
        raise RoomUsedUp("The organisation's room for files is used up.")
    row = {
        "org_id": org_id,
        "sha256": stored.sha256,
        "size_bytes": stored.size_bytes,
        "mime_type": stored.mime_type,
        "scan": verdict.value,
    }
    conn.execute(insert(uploaded_files).values(row))
    return True
