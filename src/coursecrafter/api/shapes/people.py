"""People of an organisation and of a project (schema 11)."""

from __future__ import annotations

from coursecrafter.api.shapes.base import Id, Moment, OrganisationRole, ProjectRole, Shape


class ProjectPerson(Shape):
    """Somebody with a role in a project."""

    user_id: Id
    name: str
    role: ProjectRole


class ProjectPeople(Shape):
    """Who has which role in a project, by name."""

    people: list[ProjectPerson]


class Member(Shape):
    """A member of the organisation."""

    user_id: Id
    name: str
    email: str
    role: OrganisationRole
    since: Moment


class Members(Shape):
    """The members of the organisation, by name."""

    people: list[Member]
