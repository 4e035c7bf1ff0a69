"""Projects (schema 2.1)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from typing import Any, TypedDict, Unpack
from uuid import UUID

from sqlalchemy import Connection, exc, func, select

from coursecrafter.authoring.author import Author
from coursecrafter.authoring.codes import require_code
from coursecrafter.authoring.deletion import delete_row, restore_row
from coursecrafter.authoring.edits import Edit, edit
from coursecrafter.authoring.events import Event
from coursecrafter.authoring.library import not_library
from coursecrafter.authoring.rows import find_row, hold_row
from coursecrafter.authoring.states import require_move
from coursecrafter.authoring.titles import require_titles
from coursecrafter.db.organisations import open_project
from coursecrafter.db.refusals import AlreadyTaken, NotAllowed
from coursecrafter.db.tables import cc_projects


class ProjectFields(TypedDict, total=False):
    """What a project says of itself; what is left out stays."""

    name: str
    code: str | None
    description: str | None
    default_language: str


def find_project(conn: Connection, author: Author, *, name: str, code: str | None) -> UUID | None:
    """The organisation's project of that code or, where no code is given, of that name without a code."""
    wanted = select(cc_projects.c.id).where(cc_projects.c.org_id == author.org_id, cc_projects.c.deleted_at.is_(None))
    wanted = wanted.where(not_library())
    if code is None:
        wanted = wanted.where(cc_projects.c.name == name, cc_projects.c.code.is_(None))
    else:
        wanted = wanted.where(cc_projects.c.code == code)
    return conn.execute(wanted.order_by(cc_projects.c.created_at).limit(1)).scalar()


def create_project(
    conn: Connection,
    author: Author,
    *,
    name: str,
    code: str | None,
    language: str,
    description: str | None = None,
    status: str = "draft",
) -> UUID:
    """Create a project that belongs to the author; its id.

    Args:
        status: draft or in_progress, for what is begun as it is made.

    Raises:
        NotAllowed: CC-0021, the author is no member of the organisation.
        ValueRefused: CC-0022.
        AlreadyTaken: CC-0024, naming the code.
    """
    project_id = claim_project(conn, author)
    values = {"code": code, "description": description, "default_language": language, "status": status}
    with edit(conn, author, Event.PROJECT_CREATED, project_id=project_id) as act:
        add_project(act, author, project_id, name=name, **values)
    return project_id


def language_of(conn: Connection, project_id: UUID) -> str:
    """The language that a project is in, as BCP 47.

    Raises:
        NotFound: CC-0020.
    """
    language: str = find_row(conn, cc_projects, project_id).default_language
    return language


def claim_project(conn: Connection, author: Author) -> UUID:
    """The id of a project to come, which is the author's: its access row comes first, since its policy asks for it.

    Raises:
        NotAllowed: CC-0021, the author is no member of the organisation.
    """
    project_id: UUID = conn.execute(select(func.platform.uuidv7())).scalar_one()
    open_project(conn, project_id, author.org_id)
    return project_id


def add_project(act: Edit, author: Author, project_id: UUID, **values: Any) -> None:
    """Add the row of a project that the author has claimed.

    Raises:
        ValueRefused: CC-0022.
        AlreadyTaken: CC-0024, naming the code.
    """
    _require_fields(values)
    with _naming_code(values["code"]):
        act.add(cc_projects, id=project_id, org_id=author.org_id, created_by=author.user_id, **values)


def change_project(
    conn: Connection,
    author: Author,
    project_id: UUID,
    *,
    unless_changed_since: datetime | None = None,
    **fields: Unpack[ProjectFields],
) -> None:
    """Change what a project says of itself.

    Raises:
        NotFound: CC-0020.
        NotAllowed: CC-0021.
        ValueRefused: CC-0022.
        AlreadyTaken: CC-0024, naming the code.
        EditedMeanwhile: CC-0026.
    """
    _require_fields(fields)
    changed = edit(conn, author, Event.PROJECT_CHANGED, project_id=project_id)
    with changed as act, _naming_code(fields.get("code")):
        act.change(cc_projects, project_id, unless_changed_since=unless_changed_since, **fields)


def change_project_status(conn: Connection, author: Author, project_id: UUID, status: str) -> None:
    """Move a project along its states: draft, in_progress, ready_for_export, archived.

    Raises:
        NotFound: CC-0020.
        NotAllowed: CC-0021.
        ValueRefused: CC-0022, no such state.
        StateRefused: CC-0025.
    """
    row = hold_row(conn, cc_projects, project_id)
    require_move(cc_projects, row.status, status)
    with edit(conn, author, Event.PROJECT_STATUS_CHANGED, project_id=project_id) as act:
        act.change(cc_projects, project_id, status=status)


def delete_project(conn: Connection, author: Author, project_id: UUID) -> None:
    """Mark a project, and all that is in it, as deleted.

    Raises:
        NotFound: CC-0020.
        NotAllowed: CC-0021, for all but its owners.
    """
    _require_owner(conn, project_id)
    delete_row(conn, author, Event.PROJECT_DELETED, cc_projects, project_id, project_id=project_id)


def restore_project(conn: Connection, author: Author, project_id: UUID) -> None:
    """Take back the deletion of a project, unless another has its code now.

    Raises:
        NotFound: CC-0020, there is none, or it is not deleted.
        NotAllowed: CC-0021, for all but its owners.
        AlreadyTaken: CC-0024, naming the code.
    """
    _require_owner(conn, project_id)
    code = hold_row(conn, cc_projects, project_id, deleted=True).code
    with _naming_code(code):
        restore_row(conn, author, Event.PROJECT_RESTORED, cc_projects, project_id, project_id=project_id)


def _require_owner(conn: Connection, project_id: UUID) -> None:
    """Refuse before the database does, which could not say of what."""
    find_row(conn, cc_projects, project_id, deleted=True)
    if project_id not in conn.execute(select(func.platform.scope("own"))).scalar_one():
        raise NotAllowed("Only an owner of the project deletes or restores it.")


def _require_fields(fields: Mapping[str, Any]) -> None:
    require_titles(cc_projects, fields, "name", "default_language")
    require_code(cc_projects, fields.get("code"))


@contextmanager
def _naming_code(code: str | None) -> Iterator[None]:
    """Name the code that is taken: whose it is may be unknown to the author, so only the index knows."""
    try:
        yield
    except exc.IntegrityError as error:
        diagnosed = getattr(error.orig, "diag", None)
        if diagnosed is None or diagnosed.constraint_name != "idx_cc_projects_code_unique":
            raise
        raise AlreadyTaken(f"Another project has the short code {code}.", detail=str(error.orig)) from error
