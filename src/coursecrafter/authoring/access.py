"""Who may see and change a project, and who leads an organisation (schema 11).

The rows stand in `platform`, where the application has no grant: each act is a function there, which asks for the
author's right and keeps an owner. What it refuses is answered at the transaction's edge (`db.refusals`).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, func, select, text

from coursecrafter.authoring.author import Author
from coursecrafter.authoring.events import Event, log_event
from coursecrafter.authoring.rows import missing
from coursecrafter.db.refusals import ValueRefused
from coursecrafter.db.tables import cc_projects
from coursecrafter.domain.roles import OrganisationRole, ProjectRole


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who has a role in a project."""

    user_id: UUID
    name: str
    role: str


def people_of_project(conn: Connection, project_id: UUID) -> tuple[Person, ...]:
    """Who has which role in a project, by name.

    Raises:
        NotFound: CC-0020.
    """
    query = text("SELECT user_id, name, role FROM platform.project_people(:project_id)")
    people = tuple(Person(*row) for row in conn.execute(query, {"project_id": project_id}))
    if not people:
        # A project keeps an owner: one without people is not there, or not for this person to know of.
        raise missing(cc_projects)
    return people


def share_project(conn: Connection, author: Author, project_id: UUID, user_id: UUID, role: str) -> None:
    """Give a member of the organisation a role in a project, or another than they have.

    Raises:
        NotFound: CC-0020, the project or the member.
        NotAllowed: CC-0021, for all but owners of the project and admins.
        ValueRefused: CC-0022, no such role.
        LastOwner: CC-0029.
    """
    _require_role(role, ProjectRole)
    before = _role_in(conn, project_id, user_id)
    if before != role:
        _tell(conn, author, Event.PROJECT_SHARED, project_id, user_id, before=before, after=role)
    conn.execute(select(func.platform.share_project(project_id, user_id, role)))


def unshare_project(conn: Connection, author: Author, project_id: UUID, user_id: UUID) -> None:
    """Take a person's role in a project away; anybody may leave.

    Raises:
        NotFound: CC-0020, the project, or the person has no role in it.
        NotAllowed: CC-0021, for all but owners of the project, admins and the person.
        LastOwner: CC-0029.
    """
    before = _role_in(conn, project_id, user_id)
    _tell(conn, author, Event.PROJECT_UNSHARED, project_id, user_id, before=before, after=None)
    conn.execute(select(func.platform.unshare_project(project_id, user_id)))


def set_member_role(conn: Connection, author: Author, user_id: UUID, role: str) -> None:
    """Give a member of the organisation another role there.

    Raises:
        NotFound: CC-0020.
        NotAllowed: CC-0021, for all but owners of the organisation.
        ValueRefused: CC-0022, no such role.
        LastOwner: CC-0029.
    """
    _require_role(role, OrganisationRole)
    _tell(conn, author, Event.MEMBER_ROLE_CHANGED, None, user_id, after=role)
    conn.execute(select(func.platform.set_member_role(user_id, role)))


def remove_member(conn: Connection, author: Author, user_id: UUID) -> None:
    """Take a person out of the organisation and of all its projects; anybody may leave.

    Raises:
        NotFound: CC-0020.
        NotAllowed: CC-0021, for all but admins and the person; owners and admins are removed by owners.
        LastOwner: CC-0029.
    """
    _tell(conn, author, Event.MEMBER_REMOVED, None, user_id, after=None)
    conn.execute(select(func.platform.remove_member(user_id)))


def _role_in(conn: Connection, project_id: UUID, user_id: UUID) -> str | None:
    return next((one.role for one in people_of_project(conn, project_id) if one.user_id == user_id), None)


def _require_role(role: str, roles: Iterable[str]) -> None:
    known = list(roles)
    if role not in known:
        raise ValueRefused(f"The role can only be {', '.join(known[:-1])} or {known[-1]}.")


def _tell(conn: Connection, author: Author, event: Event, project_id: UUID | None, user_id: UUID, **roles: Any) -> None:
    """Write an event before its act, since the act may take away the author's own right to write it.

    An admin who has no role in the project tells it to the organisation. Who leaves, and may write nowhere, leaves
    without a word; an act that is refused takes its event along.
    """
    told = {"user_id": str(user_id), **roles}
    writable = conn.execute(select(func.platform.scope("write"))).scalar_one()
    if project_id is not None and project_id in writable:
        log_event(conn, author, event, project_id=project_id, **told)
    elif conn.execute(select(func.platform.organisation("admin"))).scalar_one() is not None:
        about: dict[str, Any] = {} if project_id is None else {"project": str(project_id)}
        log_event(conn, author, event, project_id=None, **about, **told)
