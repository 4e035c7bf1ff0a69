"""Who works in an organisation and in a project (schema 11). Their rows stand where only functions of ours reach."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import Connection

from coursecrafter.db.tables import cc_projects
from coursecrafter.reading.answers import answer, many, read_one

# A project keeps an owner: one without people is not there, or not for this person to know of.
_OF_PROJECT = answer(
    """
SELECT people.people FROM (SELECT json_agg(one) AS people FROM platform.project_people(:project_id) one) people
WHERE people.people IS NOT NULL
"""
)
_OF_ORGANISATION = answer("SELECT {people} AS people", people=many("SELECT * FROM platform.organisation_people()"))


def read_people_of_project(conn: Connection, project_id: UUID) -> bytes:
    """Who has which role in a project, by name; admins of the organisation see it of all its projects.

    Raises:
        NotFound: CC-0020.
    """
    return read_one(conn, _OF_PROJECT, {"project_id": project_id}, cc_projects)


def read_people(conn: Connection) -> bytes:
    """The members of the organisation by name, for each of them."""
    return read_one(conn, _OF_ORGANISATION, {}, "organisation")
