"""Lists over many projects give what the policies let through, whichever way they go."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

import pytest
import sqlalchemy as sa

from coursecrafter.db import lists
from coursecrafter.db.session import Database, Identity
from coursecrafter.db.tables import cc_lessons
from tenants import Tenant, settle_tenant, write_course

NEWEST = sa.select(cc_lessons.c.id, cc_lessons.c.project_id).order_by(cc_lessons.c.id.desc()).limit(2)


@pytest.fixture(scope="module")
def author(database: Database) -> Tenant:
    """An author of three courses; somebody else has the newest one."""
    tenant = settle_tenant(database, "north")
    for _ in range(2):
        with database.admin() as admin:
            project_id = admin.scalar(sa.text("SELECT platform.uuidv7()"))
        write_course(database, replace(tenant.author, project_id=project_id))
    settle_tenant(database, "south")
    return tenant


def all_projects(tenant: Tenant) -> Identity:
    return replace(tenant.author, project_id=None)


def projects_of(database: Database, identity: Identity, most: int = 100) -> list[UUID]:
    with database.app(identity) as session:
        return list(session.scalar(lists.ASK, {"most": most}) or [])


@pytest.mark.parametrize("few", [0, 10])
def test_the_newest_rows_are_the_same_by_project_and_by_id(
    database: Database, author: Tenant, few: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lists, "FEW", few)
    with database.admin() as admin:
        mine = admin.execute(NEWEST.where(cc_lessons.c.project_id.in_(projects_of(database, all_projects(author)))))
        expected = mine.all()

    with database.app(all_projects(author)) as session:
        found = lists.read_newest(session, NEWEST, cc_lessons.c.project_id)

    assert len(found) == 2
    assert found == expected


def test_a_request_that_names_no_project_has_all_of_its_user(database: Database, author: Tenant) -> None:
    with database.app(all_projects(author)) as session:
        readable = session.scalar(sa.text("SELECT platform.scope('read')"))

    assert len(readable) == 3
    assert sorted(projects_of(database, all_projects(author))) == sorted(readable)


def test_no_more_projects_come_than_were_asked_for(database: Database, author: Tenant) -> None:
    assert len(projects_of(database, all_projects(author), most=2)) == 2


def test_a_request_that_names_its_project_has_that_one(database: Database, author: Tenant) -> None:
    assert projects_of(database, author.author) == [author.author.project_id]


def test_a_worker_that_names_no_project_has_none(database: Database, author: Tenant) -> None:
    with database.worker(all_projects(author)) as session:
        assert session.scalar(lists.ASK, {"most": 5}) == []
        assert session.scalar(sa.text("SELECT platform.scope('read')")) == []


def test_a_mode_that_nobody_has_gives_no_project(database: Database, author: Tenant) -> None:
    with database.app(author.author) as session:
        assert session.scalar(sa.text("SELECT platform.scope('everything')")) == []
