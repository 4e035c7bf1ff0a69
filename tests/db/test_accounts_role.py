"""What a request is until it is known who sends it: a role that reaches people and keys, and no course of anybody."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from uuid import uuid4

import psycopg
import pytest
import sqlalchemy as sa

from coursecrafter.db.policies.requests import CALLERS
from coursecrafter.db.refusals import NotAllowed
from coursecrafter.db.session import Database, Identity
from coursecrafter.db.tables.accounts import ACCOUNT_GRANTS
from database import TestServer
from tenants import TABLES, settle_tenant

ROLE = "cc_accounts"
RIGHTS = """
SELECT n.nspname || '.' || c.relname, r.name FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace,
  unnest(ARRAY['SELECT', 'INSERT', 'UPDATE', 'DELETE', 'TRUNCATE', 'REFERENCES', 'TRIGGER']) AS r (name)
WHERE c.relkind IN ('r', 'p', 'v', 'm', 'S') AND n.nspname IN ('platform', 'course_crafter')
  AND CASE WHEN c.relkind = 'S' THEN r.name = 'SELECT' AND has_sequence_privilege('cc_accounts', c.oid, 'USAGE')
           ELSE has_table_privilege('cc_accounts', c.oid, r.name) END
"""
FUNCTIONS = """
SELECT p.proname::text FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
WHERE n.nspname IN ('platform', 'course_crafter') AND has_function_privilege('cc_accounts', p.oid, 'EXECUTE')
"""


@pytest.fixture(scope="module")
def login(server: TestServer, database: Database) -> Iterator[psycopg.Connection]:
    """The application's own login, before it says what it acts as."""
    url = database.urls.app
    with psycopg.connect(
        host=str(url.query["host"]), user=url.username, password=url.password, dbname=url.database
    ) as connection:
        yield connection


def test_it_may_do_what_its_list_says_and_nothing_else(database: Database) -> None:
    with database.admin() as admin:
        found: defaultdict[str, set[str]] = defaultdict(set)
        for table, right in admin.execute(sa.text(RIGHTS)):
            found[table].add(right)

    assert found == {f"platform.{name}": set(rights.split(", ")) for name, rights in ACCOUNT_GRANTS.items()}


def test_it_may_call_what_makes_ids_and_what_forgets(database: Database) -> None:
    with database.admin() as admin:
        found = set(admin.scalars(sa.text(FUNCTIONS)))

    assert found == {name.partition("(")[0] for name, callers in CALLERS.items() if ROLE in callers}


@pytest.mark.parametrize("table", TABLES)
def test_it_reaches_no_course(database: Database, table: str) -> None:
    with pytest.raises(NotAllowed), database.accounts() as conn:
        conn.execute(sa.text(f"SELECT FROM course_crafter.{table}"))


def test_what_happened_at_the_door_is_written_and_never_changed(database: Database) -> None:
    with database.accounts() as conn:
        conn.execute(sa.text("INSERT INTO platform.security_events (event) VALUES ('signed_in')"))

    for act in ("UPDATE platform.security_events SET event = 'nothing'", "DELETE FROM platform.security_events"):
        with pytest.raises(NotAllowed), database.accounts() as conn:
            conn.execute(sa.text(act))


def test_a_request_that_is_known_is_not_it(database: Database) -> None:
    """Whose session a request runs in, it is the application, which reaches none of these tables."""
    author = settle_tenant(database, "acme").author

    for table in ACCOUNT_GRANTS:
        with pytest.raises(NotAllowed), database.app(author) as conn:
            conn.execute(sa.text(f"SELECT FROM platform.{table}"))


def test_the_login_has_its_rights_only_by_saying_so(login: psycopg.Connection) -> None:
    with pytest.raises(psycopg.errors.InsufficientPrivilege), login.transaction():
        login.execute("SELECT FROM platform.sessions")
    with login.transaction():
        login.execute("SET LOCAL ROLE cc_accounts")
        found = login.execute("SELECT count(*) FROM platform.sessions").fetchone()

    assert found == (0,)


def test_a_worker_cannot_become_it(database: Database) -> None:
    with pytest.raises(NotAllowed), database.worker(Identity(uuid4(), uuid4(), uuid4())) as conn:
        conn.execute(sa.text("SET LOCAL ROLE cc_accounts"))


def test_what_is_left_behind_is_forgotten_for_all_organisations(database: Database) -> None:
    """Answers after a day and uploads at their end, whosever they are; what is younger stays."""
    with database.admin() as admin:
        place = admin.execute(sa.text("SELECT org_id, user_id FROM platform.memberships LIMIT 1")).mappings().one()
        project = admin.scalar(sa.text("SELECT id FROM course_crafter.cc_projects LIMIT 1"))
        for key, age in (("old", "25 hours"), ("young", "23 hours")):
            admin.execute(
                sa.text(
                    "INSERT INTO platform.idempotency_keys (org_id, user_id, key, operation, fingerprint, created_at)"
                    " VALUES (:org_id, :user_id, :key, 'POST /', '', now() - CAST(:age AS interval))"
                ),
                {**place, "key": key, "age": age},
            )
            admin.execute(
                sa.text(
                    "INSERT INTO platform.uploads"
                    " (org_id, user_id, project_id, purpose, file_name, size_bytes, expires_at)"
                    " VALUES (:org_id, :user_id, :project, 'source', :key, 1,"
                    " now() + interval '1 day' - CAST(:age AS interval))"
                ),
                {**place, "project": project, "key": key, "age": age},
            )

    with database.accounts() as conn:
        answers = conn.scalar(sa.text("SELECT platform.forget_requests()"))
        gone = conn.execute(sa.text("SELECT org_id FROM platform.forget_uploads()")).scalars().all()

    assert (answers, gone) == (1, [place["org_id"]])
    with database.admin() as admin:
        assert admin.scalars(sa.text("SELECT key FROM platform.idempotency_keys")).all() == ["young"]
        assert admin.scalars(sa.text("SELECT file_name FROM platform.uploads")).all() == ["young"]
