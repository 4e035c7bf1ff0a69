"""Organisations and users, made by the administrator."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from coursecrafter.db.refusals import NotFound
from coursecrafter.db.tables import memberships, organisations, users


def ensure_organisation(admin: sa.Connection, name: str, slug: str) -> UUID:
    """The id of the organisation with this slug, made if it is missing."""
    made = insert(organisations).values(name=name, slug=slug).on_conflict_do_nothing(index_elements=["slug"])
    admin.execute(made)
    org_id: UUID = admin.scalars(sa.select(organisations.c.id).where(organisations.c.slug == slug)).one()
    return org_id


def ensure_user(admin: sa.Connection, org_id: UUID, email: str, name: str, role: str = "member") -> UUID:
    """The id of the user with this address, made if missing, and a member of the organisation.

    Args:
        role: owner, admin or member; a membership that exists keeps its role.
    """
    address = email.lower()
    admin.execute(insert(users).values(email=address, name=name).on_conflict_do_nothing(index_elements=["email"]))
    user_id: UUID = admin.scalars(sa.select(users.c.id).where(users.c.email == address)).one()
    membership = insert(memberships).values(org_id=org_id, user_id=user_id, role=role)
    admin.execute(membership.on_conflict_do_nothing(index_elements=["org_id", "user_id"]))
    return user_id


def find_organisation(admin: sa.Connection, slug: str) -> UUID:
    """The id of the organisation with this short name.

    Raises:
        NotFound: CC-0020.
    """
    org_id: UUID | None = admin.scalar(sa.select(organisations.c.id).where(organisations.c.slug == slug))
    if org_id is None:
        raise NotFound(f"There is no organisation “{slug}”.")
    return org_id


def find_member(admin: sa.Connection, org_id: UUID, email: str) -> UUID:
    """The id of the member with this address.

    Raises:
        NotFound: CC-0020.
    """
    member = sa.select(users.c.id).join(memberships, memberships.c.user_id == users.c.id)
    user_id: UUID | None = admin.scalar(member.where(memberships.c.org_id == org_id, users.c.email == email.lower()))
    if user_id is None:
        raise NotFound(f"Nobody with the address “{email}” belongs to the organisation.")
    return user_id


def list_people(admin: sa.Connection, org_id: UUID) -> Sequence[tuple[str, str, str]]:
    """Role, email and name of each member, by address."""
    people = sa.select(memberships.c.role, users.c.email, users.c.name).join(users, memberships.c.user_id == users.c.id)
    found = admin.execute(people.where(memberships.c.org_id == org_id).order_by(users.c.email)).all()
    return [(row.role, row.email, row.name) for row in found]


def open_project(session: sa.Connection, project_id: UUID, org_id: UUID) -> None:
    """Give the session's user the ownership of a project that is about to be inserted."""
    session.execute(
        sa.text("SELECT platform.open_project(:project_id, :org_id)"), {"project_id": project_id, "org_id": org_id}
    )
