"""Put work on the queue, on the connection and in the transaction of whatever asks for it (record 18).

What is committed is on the queue, what is not never was. A job's arguments are ids; what else it needs stands in the
rows that they name. The queue's tables are nobody's who asks: functions of the schema `queue` say what may be done.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from enum import StrEnum
from typing import Any, cast
from uuid import UUID

from sqlalchemy import Connection, text


class Lane(StrEnum):
    """What waits for its turn among its own kind; the queue's word for it is queue name."""

    RENDERS = "renders"
    HELP = "help"
    CALLS = "calls"
    UPKEEP = "upkeep"


RENDER, HELP, CALL, PARSE_SOURCE, PARSE_DOCUMENT = "render", "help", "call", "parse_source", "parse_document"
"""Names of tasks."""

_ENQUEUE = text("SELECT queue.enqueue(:lane, :task, :project_id, :subject_id, :kind)")
_IS_QUEUED = text("SELECT queue.is_queued(:subject_id)")
_ORDER = text("SELECT queue.order_call(:task, :project_id, :key, CAST(:arguments AS jsonb))")
_READ = text("SELECT queue.read_order(:order_id)")


def enqueue_render(conn: Connection, project_id: UUID, job_id: UUID, engine: str) -> int:
    """Queue a render job whose row the same transaction wrote; the queue's number of it.

    Raises:
        NotAllowed: CC-0021.
    """
    return _enqueue(conn, Lane.RENDERS, RENDER, project_id, job_id, engine)


def enqueue_parse(conn: Connection, task: str, project_id: UUID, file_id: UUID) -> int:
    """Queue the reading of a source file or a document; the queue's number of it.

    Args:
        task: PARSE_SOURCE or PARSE_DOCUMENT.

    Raises:
        NotAllowed: CC-0021.
    """
    return _enqueue(conn, Lane.CALLS, task, project_id, file_id, task)


def is_queued(conn: Connection, subject_id: UUID) -> bool:
    """Whether the queue holds work on a row."""
    return bool(conn.execute(_IS_QUEUED, {"subject_id": subject_id}).scalar_one())


def order_call(conn: Connection, task: str, project_id: UUID, arguments: Mapping[str, Any]) -> UUID:
    """Queue a call that somebody waits for; the same call under way is found again.

    Args:
        arguments: JSON.

    Raises:
        NotAllowed: CC-0021.
    """
    said = json.dumps(arguments, sort_keys=True, default=str)
    # What no text of the database can hold has no business in a key, either.
    key = hashlib.sha256(f"{task} {said}".encode("utf-8", "surrogatepass")).hexdigest()
    order = {"task": task, "project_id": project_id, "key": key, "arguments": said}
    return cast("UUID", conn.execute(_ORDER, order).scalar_one())


def read_order(conn: Connection, order_id: UUID) -> Mapping[str, Any] | None:
    """The answer of a call, `{"result": …}` or `{"error": …}`; None while it is made."""
    return cast("Mapping[str, Any] | None", conn.execute(_READ, {"order_id": order_id}).scalar_one())


def _enqueue(conn: Connection, lane: Lane, task: str, project_id: UUID, subject_id: UUID, kind: str) -> int:
    place = {"project_id": project_id, "subject_id": subject_id}
    return int(conn.execute(_ENQUEUE, {"lane": lane.value, "task": task, "kind": kind, **place}).scalar_one())
