"""The library of an organisation: a project for what belongs to it and to no course.

Logos and previews of its brand, voice samples, trial calls: each needs a project to stand in. Lists and exports leave
it out with `not_library`. Source: architecture ("a library project per organisation, code `_LIBRARY`").
"""

from __future__ import annotations

from uuid import UUID, uuid5

from sqlalchemy import ColumnElement, Connection, exc, func, select

from coursecrafter.authoring.access import share_project
from coursecrafter.authoring.author import Author
from coursecrafter.authoring.codes import LIBRARY_CODE
from coursecrafter.authoring.deletion import restore_row
from coursecrafter.authoring.edits import edit
from coursecrafter.authoring.events import Event
from coursecrafter.db.organisations import open_project
from coursecrafter.db.refusals import NotAllowed, NotFound
from coursecrafter.db.tables import cc_projects
from coursecrafter.domain.roles import ProjectRole


def library_id(org_id: UUID) -> UUID:
    """The id of an organisation's library; it follows from the organisation, so that two can never be made."""
    return uuid5(org_id, LIBRARY_CODE)


def not_library() -> ColumnElement[bool]:
    """The condition on `cc_projects` that leaves libraries out."""
    return cc_projects.c.code.is_distinct_from(LIBRARY_CODE)


def ensure_library(conn: Connection, author: Author) -> UUID:
    """The organisation's library, made if it is missing; its first user owns it, an admin lets themselves in.

    The session must not be confined to another project. Those who come at once wait for each other.

    Raises:
        NotAllowed: CC-0021, the author is no member, or no admin and the library was not shared with them.
    """
    project_id = library_id(author.org_id)
    if not _is_there(conn, author, project_id):
        conn.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(str(project_id), 0))))
        if not _is_there(conn, author, project_id):
            _make(conn, author, project_id)
    return project_id


def _is_there(conn: Connection, author: Author, project_id: UUID) -> bool:
    """Whether the author sees the library; one that was deleted is taken back."""
    row = conn.execute(select(cc_projects).where(cc_projects.c.id == project_id)).first()
    if row is not None and row.deleted_at is not None:
        restore_row(conn, author, Event.PROJECT_RESTORED, cc_projects, project_id, project_id=project_id)
    return row is not None


def _make(conn: Connection, author: Author, project_id: UUID) -> None:
    try:
        with conn.begin_nested():
            open_project(conn, project_id, author.org_id)
    except exc.IntegrityError:
        _join(conn, author, project_id)
        return
    row = {"org_id": author.org_id, "name": "Library", "code": LIBRARY_CODE, "status": "in_progress"}
    with edit(conn, author, Event.PROJECT_CREATED, project_id=project_id) as act:
        act.add(cc_projects, id=project_id, created_by=author.user_id, **row)


def _join(conn: Connection, author: Author, project_id: UUID) -> None:
    """Let an admin into a library that somebody else made."""
    try:
        share_project(conn, author, project_id, author.user_id, ProjectRole.OWNER)
    except NotFound as error:
        raise NotAllowed("The organisation's library is not shared with you.") from error
