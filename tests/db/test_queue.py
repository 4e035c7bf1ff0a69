"""The queue in the database: who may ask for work, whose turn it is, and what an attempt holds that was given up."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa

from coursecrafter.db.refusals import NotAllowed
from coursecrafter.db.session import Database, Identity
from coursecrafter.jobs.fence import Fence, WorkTakenOver
from coursecrafter.jobs.queueing import (
    PARSE_SOURCE,
    enqueue_parse,
    enqueue_render,
    is_queued,
    order_call,
    read_order,
)
from tenants import TABLES, Tenant, settle_tenant

OUR_TABLES = ("workers", "orders", "claims", "procrastinate_jobs", "procrastinate_workers", "procrastinate_events")
FETCH = sa.text(
    "SELECT * FROM queue.fetch(CAST(:lanes AS text[]), :worker, :most_of_org, CAST(:most_of_kind AS jsonb))"
)
END = sa.text("UPDATE queue.procrastinate_jobs SET status = 'succeeded' WHERE id = :job")


@pytest.fixture
def tenants(database: Database) -> tuple[Tenant, Tenant]:
    """Two organisations and an empty queue."""
    ours, theirs = (settle_tenant(database, f"{name}{uuid4().hex[:8]}") for name in ("north", "south"))
    with database.queue() as conn:
        conn.execute(sa.text("DELETE FROM queue.procrastinate_jobs"))
        conn.execute(sa.text("DELETE FROM queue.procrastinate_workers"))
        conn.execute(sa.text("DELETE FROM queue.orders"))
    return ours, theirs


def project_of(tenant: Tenant) -> UUID:
    assert tenant.author.project_id is not None
    return tenant.author.project_id


def queue_renders(database: Database, tenant: Tenant, count: int = 1, engine: str = "e1") -> list[int]:
    with database.app(tenant.author) as conn:
        return [enqueue_render(conn, project_of(tenant), uuid4(), engine) for _ in range(count)]


def new_worker(database: Database) -> int:
    with database.queue() as conn:
        return int(
            conn.execute(sa.text("INSERT INTO queue.procrastinate_workers DEFAULT VALUES RETURNING id")).scalar_one()
        )


def fetch(
    database: Database, worker: int, *, most_of_org: int | None = None, most_of_kind: str = "{}", lane: str = "renders"
) -> Any:
    asked = {"lanes": [lane], "worker": worker, "most_of_org": most_of_org, "most_of_kind": most_of_kind}
    with database.queue() as conn:
        return conn.execute(FETCH, asked).mappings().first()


def orgs_in_turn(database: Database, count: int) -> list[str]:
    """The organisations whose jobs are fetched one after the other by a single worker."""
    worker, found = new_worker(database), []
    for _ in range(count):
        job = fetch(database, worker)
        with database.queue() as conn:
            conn.execute(END, {"job": job["id"]})
        found.append(job["args"]["org_id"])
    return found


def fenced(job: Any) -> Fence:
    return Fence(job["id"], job["worker_id"], job["attempts"])


def give_up(database: Database, worker: int) -> bool:
    with database.queue() as conn:
        beat = conn.execute(
            sa.text("SELECT last_heartbeat FROM queue.procrastinate_workers WHERE id = :id"), {"id": worker}
        ).scalar_one()
        done = conn.execute(sa.text("SELECT queue.give_up(:id, :beat)"), {"id": worker, "beat": beat}).scalar_one()
        conn.execute(sa.text("SELECT queue.take_back(CAST(ARRAY[] AS bigint[]))"))
        return bool(done)


@pytest.mark.parametrize("table", OUR_TABLES)
@pytest.mark.parametrize("role", ["app", "worker"])
def test_neither_requests_nor_jobs_reach_its_tables(
    database: Database, tenants: tuple[Tenant, Tenant], role: str, table: str
) -> None:
    of_queue = sa.table(table, schema="queue")
    for act in (sa.select(sa.literal(1)).select_from(of_queue), sa.delete(of_queue)):
        with pytest.raises(NotAllowed), getattr(database, role)(tenants[0].author) as conn:
            conn.execute(act)


def test_nobody_but_who_fetches_work_has_a_right_on_anything_of_it(database: Database) -> None:
    rights = sa.text(
        """
SELECT r.name || ' ' || c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace,
  unnest(ARRAY['cc_app', 'cc_worker', 'cc_accounts', 'public']) AS r (name)
WHERE n.nspname = 'queue' AND c.relkind IN ('r', 'p', 'v', 'm', 'S')
  AND CASE WHEN c.relkind = 'S' THEN has_sequence_privilege(r.name, c.oid, 'USAGE, SELECT, UPDATE')
           ELSE has_table_privilege(r.name, c.oid, 'SELECT, INSERT, UPDATE, DELETE, TRUNCATE, REFERENCES, TRIGGER') END
"""
    )
    count = sa.text("SELECT count(*) FROM pg_class WHERE relnamespace = 'queue'::regnamespace AND relkind = 'r'")
    with database.admin() as admin:
        found, tables = list(admin.scalars(rights)), admin.execute(count).scalar_one()

    assert tables == 8
    assert found == []


@pytest.mark.parametrize("table", TABLES)
def test_who_fetches_work_reaches_no_course(database: Database, table: str) -> None:
    with pytest.raises(sa.exc.ProgrammingError, match="permission denied"), database.queue() as conn:
        conn.execute(sa.text(f"SELECT FROM course_crafter.{table}"))


def test_a_request_does_not_become_who_fetches_work(database: Database, tenants: tuple[Tenant, Tenant]) -> None:
    with pytest.raises(NotAllowed), database.app(tenants[0].author) as conn:
        conn.execute(sa.text("SET LOCAL ROLE cc_queue"))


def test_work_is_queued_with_the_transaction_that_asks_for_it(
    database: Database, tenants: tuple[Tenant, Tenant]
) -> None:
    subject = uuid4()

    with pytest.raises(ZeroDivisionError), database.app(tenants[0].author) as conn:
        enqueue_render(conn, project_of(tenants[0]), subject, "e1")
        raise ZeroDivisionError

    with database.app(tenants[0].author) as conn:
        assert not is_queued(conn, subject)
        enqueue_render(conn, project_of(tenants[0]), subject, "e1")
        assert is_queued(conn, subject)
    with database.app(tenants[1].author) as conn:
        assert not is_queued(conn, subject)


def test_nobody_queues_work_in_a_project_that_is_not_theirs_to_change(
    database: Database, tenants: tuple[Tenant, Tenant]
) -> None:
    ours, theirs = tenants
    nobody = Identity(ours.author.org_id, uuid4(), project_of(ours))
    unnamed = replace(theirs.author, project_id=None)

    for who in (theirs.author, nobody, unnamed):
        with pytest.raises(NotAllowed), database.app(who) as conn:
            enqueue_render(conn, project_of(ours), uuid4(), "e1")
        with pytest.raises(NotAllowed), database.app(who) as conn:
            order_call(conn, "ask_text", project_of(ours), {})


def test_what_waits_is_not_queued_twice(database: Database, tenants: tuple[Tenant, Tenant]) -> None:
    subject = uuid4()
    with database.app(tenants[0].author) as conn:
        first = enqueue_render(conn, project_of(tenants[0]), subject, "e1")
        again = enqueue_render(conn, project_of(tenants[0]), subject, "e1")
        file = enqueue_parse(conn, PARSE_SOURCE, project_of(tenants[0]), subject)

    assert again == first
    assert file != first


def test_an_organisation_that_comes_new_is_next(database: Database, tenants: tuple[Tenant, Tenant]) -> None:
    ours, theirs = tenants
    queue_renders(database, ours, 500)
    orgs_in_turn(database, 20)

    queue_renders(database, theirs)

    assert orgs_in_turn(database, 2) == [str(theirs.author.org_id), str(ours.author.org_id)]


def test_organisations_take_turns(database: Database, tenants: tuple[Tenant, Tenant]) -> None:
    ours, theirs = tenants
    queue_renders(database, ours, 30)
    queue_renders(database, theirs, 10)

    turns = orgs_in_turn(database, 20)

    assert turns.count(str(ours.author.org_id)) == 10
    assert all(one != other for one, other in zip(turns[::2], turns[1::2], strict=True))


def test_who_asks_for_one_at_a_time_starves_nobody(database: Database, tenants: tuple[Tenant, Tenant]) -> None:
    ours, theirs = tenants
    queue_renders(database, ours, 20)
    turns = []

    for _ in range(20):
        queue_renders(database, theirs)
        turns += orgs_in_turn(database, 1)

    assert 9 <= turns.count(str(ours.author.org_id)) <= 11


def test_after_a_pause_nobody_has_an_old_claim_to_be_first(database: Database, tenants: tuple[Tenant, Tenant]) -> None:
    ours, theirs = tenants
    queue_renders(database, ours, 50)
    orgs_in_turn(database, 50)

    queue_renders(database, theirs, 10)
    queue_renders(database, ours, 10)

    turns = orgs_in_turn(database, 20)
    assert str(ours.author.org_id) in turns[:3]
    assert turns[:10].count(str(ours.author.org_id)) >= 4


def test_limits_of_an_organisation_and_an_engine_hold(database: Database, tenants: tuple[Tenant, Tenant]) -> None:
    ours, theirs = tenants
    queue_renders(database, ours, 3, "e2")
    queue_renders(database, theirs, 1, "e1")
    worker = new_worker(database)

    first = fetch(database, worker, most_of_org=1)
    second = fetch(database, worker, most_of_org=1)
    third = fetch(database, worker, most_of_org=1)
    fourth = fetch(database, worker, most_of_kind='{"e2": 1}')
    fifth = fetch(database, worker, most_of_kind='{"e2": 2}')

    assert {first["args"]["org_id"], second["args"]["org_id"]} == {str(one.author.org_id) for one in tenants}
    assert third is None
    assert fourth is None
    assert fifth["args"]["kind"] == "e2"


def test_many_who_fetch_at_once_never_get_the_same_nor_too_many(
    database: Database, tenants: tuple[Tenant, Tenant]
) -> None:
    queue_renders(database, tenants[0], 20)
    worker = new_worker(database)

    with ThreadPoolExecutor(8) as pool:
        limited = list(pool.map(lambda _: fetch(database, worker, most_of_org=5), range(8)))
        free = list(pool.map(lambda _: fetch(database, worker), range(20)))

    got = [job["id"] for job in [*limited, *free] if job is not None]
    assert sum(job is not None for job in limited) == 5
    assert len(got) == len(set(got)) == 20


def test_a_retry_far_ahead_was_written_before_the_clock_was_set_back(
    database: Database, tenants: tuple[Tenant, Tenant]
) -> None:
    soon, far = queue_renders(database, tenants[0], 2)
    with database.queue() as conn:
        later = sa.text(
            "UPDATE queue.procrastinate_jobs SET scheduled_at = now() + CAST(:ahead AS interval) WHERE id = :id"
        )
        conn.execute(later, {"id": soon, "ahead": "30 seconds"})
        conn.execute(later, {"id": far, "ahead": "1 hour"})
    worker = new_worker(database)

    assert fetch(database, worker)["id"] == far
    assert fetch(database, worker) is None


def test_a_worker_is_given_up_only_with_the_heartbeat_that_was_seen(
    database: Database, tenants: tuple[Tenant, Tenant]
) -> None:
    queue_renders(database, tenants[0])
    worker = new_worker(database)
    fence = fenced(fetch(database, worker))
    with database.queue() as conn:
        old = conn.execute(sa.text("SELECT last_heartbeat FROM queue.procrastinate_workers")).scalar_one()
        conn.execute(sa.text("UPDATE queue.procrastinate_workers SET last_heartbeat = clock_timestamp()"))
        given_up = conn.execute(sa.text("SELECT queue.give_up(:id, :beat)"), {"id": worker, "beat": old}).scalar_one()

    with database.worker(tenants[0].author) as conn:
        assert fence.is_held(conn)
    assert not given_up


def test_an_attempt_that_was_given_up_holds_nothing(database: Database, tenants: tuple[Tenant, Tenant]) -> None:
    queue_renders(database, tenants[0])
    lost = fenced(fetch(database, new_worker(database)))

    assert give_up(database, lost.worker)
    again = fenced(fetch(database, new_worker(database)))

    assert again.job == lost.job
    assert again.attempt == lost.attempt + 1
    with database.worker(tenants[0].author) as conn:
        assert not lost.is_held(conn)
        assert again.is_held(conn)
    with pytest.raises(WorkTakenOver), database.worker(tenants[0].author) as conn:
        lost.require(conn)


def test_who_takes_work_away_waits_for_what_is_being_published(
    database: Database, tenants: tuple[Tenant, Tenant]
) -> None:
    queue_renders(database, tenants[0])
    fence = fenced(fetch(database, new_worker(database)))
    taken = threading.Event()

    def take() -> None:
        give_up(database, fence.worker)
        taken.set()

    with database.worker(tenants[0].author) as conn:
        fence.require(conn)
        thread = threading.Thread(target=take)
        thread.start()
        time.sleep(0.3)
        was_taken = taken.is_set()
    thread.join(10)

    assert not was_taken
    assert taken.is_set()


def claim(database: Database, who: Identity, step: str, fence: Fence) -> bool:
    asked = {"step": step, "job": fence.job, "worker": fence.worker, "attempt": fence.attempt}
    with database.worker(who) as conn:
        return bool(conn.execute(sa.text("SELECT queue.claim(:step, :job, :worker, :attempt)"), asked).scalar_one())


def test_a_step_is_one_attempts_until_it_ends(database: Database, tenants: tuple[Tenant, Tenant]) -> None:
    ours, theirs = tenants
    queue_renders(database, ours, 2)
    queue_renders(database, theirs)
    one, other, foreign = (fenced(fetch(database, new_worker(database))) for _ in range(3))
    by_org = {str(ours.author.org_id): ours.author, str(theirs.author.org_id): theirs.author}
    with database.queue() as conn:
        rows = conn.execute(sa.text("SELECT id, args ->> 'org_id' AS org FROM queue.procrastinate_jobs")).all()
    org = {row.id: row.org for row in rows}
    mine = [fence for fence in (one, other, foreign) if by_org[org[fence.job]] is ours.author]
    their = next(fence for fence in (one, other, foreign) if by_org[org[fence.job]] is theirs.author)

    assert claim(database, ours.author, "speech/1", mine[0])
    assert not claim(database, ours.author, "speech/1", mine[1])
    # The same words of another organisation are another step; nobody claims in another's name.
    assert claim(database, theirs.author, "speech/1", their)
    assert not claim(database, theirs.author, "speech/2", mine[1])
    give_up(database, mine[0].worker)
    assert claim(database, ours.author, "speech/1", mine[1])
    assert not claim(database, ours.author, "speech/3", mine[0])


def test_the_same_call_waits_for_the_same_work(database: Database, tenants: tuple[Tenant, Tenant]) -> None:
    ours, theirs = tenants
    with database.app(ours.author) as conn:
        first = order_call(conn, "ask_text", project_of(ours), {"a": 1})
        same = order_call(conn, "ask_text", project_of(ours), {"a": 1})
        other = order_call(conn, "ask_text", project_of(ours), {"a": 2})
        assert read_order(conn, first) is None
    with database.queue() as conn:
        said = sa.text("UPDATE queue.orders SET answer = '{\"result\": {}}', ended_at = now() WHERE id = :id")
        conn.execute(said, {"id": first})

    with database.app(theirs.author) as conn:
        assert read_order(conn, first) == {
            "error": {"code": "CC-0608", "message": "The work was given up.", "detail": ""}
        }
    with database.app(ours.author) as conn:
        assert order_call(conn, "ask_text", project_of(ours), {"a": 1}) == first
        assert read_order(conn, first) == {"result": {}}
        anew = order_call(conn, "ask_text", project_of(ours), {"a": 1})

    assert same == first
    assert other != first
    assert anew != first


def test_help_is_asked_of_as_many_as_have_room(database: Database, tenants: tuple[Tenant, Tenant]) -> None:
    queue_renders(database, tenants[0])
    fence = fenced(fetch(database, new_worker(database)))
    asked = {"job": fence.job, "worker": fence.worker, "attempt": fence.attempt, "most": 8}
    call = sa.text("SELECT queue.call_help(:job, :worker, :attempt, :most)")

    def ask() -> int:
        with database.worker(tenants[0].author) as conn:
            return int(conn.execute(call, asked).scalar_one())

    alone = ask()
    with database.queue() as conn:
        present = sa.text(
            "INSERT INTO queue.workers (id, name, host, pid, version, lane, slots)"
            " SELECT id, 'w', 'h', 1, '0', 'renders', 3 FROM queue.procrastinate_workers"
        )
        conn.execute(present)

    assert alone == 0
    assert ask() == 2
    assert ask() == 0
    assert fetch(database, fence.worker, lane="help")["args"]["kind"] == "e1"
