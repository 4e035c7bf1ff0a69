"""One build of a project at a time."""

from __future__ import annotations

from sqlalchemy import Connection, text

from coursecrafter.authoring.author import Author
from coursecrafter.errors import JobError


class ProjectBusy(JobError):
    """Another process is building the same course."""

    code = "CC-0601"
    status = 409
    retry = True
    remedy = "Wait until it is done, or give this course another --code."


def hold_project(conn: Connection, author: Author, *, name: str, code: str | None) -> None:
    """Hold a project for as long as the caller's transaction is open; a killed process lets go by itself.

    The transaction may be idle for as long as a course takes to be built.

    Raises:
        ProjectBusy: CC-0601.
    """
    key = f"{author.org_id}/{code if code is not None else name}"
    query = text("SELECT pg_try_advisory_xact_lock(hashtextextended(:key, 1))")
    if not conn.execute(query, {"key": key}).scalar_one():
        raise ProjectBusy("Another process is building this course right now.")
    conn.execute(text("SET LOCAL idle_in_transaction_session_timeout = 0"))
