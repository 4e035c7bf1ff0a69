"""A paid provider, what calls of it cost, and many who ask at once, also in other processes."""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable, Mapping
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from decimal import Decimal
from functools import partial
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from coursecrafter.db.session import Database, Identity
from coursecrafter.db.urls import DatabaseUrls
from coursecrafter.domain.course import Engine
from coursecrafter.errors import CourseCrafterError
from coursecrafter.gateway.attempts import Attempt, Attempts
from coursecrafter.gateway.connections import Provider, add_provider, identity_of
from coursecrafter.gateway.ports import CallRecord, Candidate, Connection, Kind, Purpose
from coursecrafter.gateway.sealing import Keyring
from tenants import Tenant, settle_tenant

KEYRING = Keyring((b"a secret of the installation",))
KEY = "sk-live-0123456789abcdef"
ADDRESS = "https://models.example/v1"
MODEL = "large"


def paid_provider(
    database: Database, org_id: UUID | None = None, name: str = "paid", options: Mapping[str, Any] | None = None
) -> Provider:
    """A provider of an organisation, or the installation's."""
    with database.admin() as admin:
        return add_provider(
            admin,
            KEYRING,
            org_id=org_id,
            name=name,
            protocol="openai_compatible",
            base_url=ADDRESS,
            key=KEY,
            options=options,
        )


def candidate(provider: Provider, model: str = MODEL, options: Mapping[str, Any] | None = None) -> Candidate:
    connection = Connection(
        provider.id, provider.name, provider.protocol, provider.base_url, KEY, provider.options, may_be_private=True
    )
    return Candidate(connection, model, options or {}, identity=identity_of(connection, model, options or {}))


def purpose_of(who: Identity, lesson_id: UUID | None = None, task: str = "script") -> Purpose:
    assert who.project_id is not None
    return Purpose(who.project_id, lesson_id, Engine.E1, task)


def call_of(purpose: Purpose, status: str = "success", provider: str = "paid", **told: Any) -> CallRecord:
    return CallRecord(purpose, "llm_script", provider, MODEL, status, {"task": purpose.task}, {"latency_ms": 7}, **told)


def usd(text: str) -> Decimal:
    return Decimal(text)


def sums(database: Database, org_id: UUID) -> dict[tuple[UUID | None, bool], Decimal]:
    """The running totals of an organisation, by project and by whether they are of a month."""
    rows = sa.text(
        "SELECT project_id, month IS NOT NULL AS monthly, spent_usd FROM platform.ai_spending WHERE org_id = :o"
    )
    with database.admin() as admin:
        return {(row.project_id, row.monthly): row.spent_usd for row in admin.execute(rows, {"o": org_id})}


def reserved(database: Database, org_id: UUID) -> tuple[int, Decimal]:
    """Open attempts of an organisation, and what is kept free for them."""
    rows = sa.text("SELECT count(*), coalesce(sum(reserved_usd), 0) FROM platform.ai_attempts WHERE org_id = :o")
    with database.admin() as admin:
        count, total = admin.execute(rows, {"o": org_id}).one()
        return count, total


def fresh_tenant(database: Database, slug: str) -> Tenant:
    return settle_tenant(database, slug)


def said_of(act: Callable[[], object]) -> str:
    """Say that it passed, or the code of what was in the way."""
    try:
        act()
    except CourseCrafterError as error:
        return error.code
    return "passed"


def begin_many(
    urls: DatabaseUrls, who: Identity, by: Candidate, most_usd: str, count: int, threads: int, longest_wait_s: float = 0
) -> list[str]:
    """Begin so many attempts from threads of this process; what was said of each."""
    database = Database(urls, is_embedded=True)
    attempts = Attempts(database, who, longest_wait_s=longest_wait_s)
    begin = partial(attempts.begin, by, Kind.TEXT, purpose_of(who), usd(most_usd))
    try:
        with ThreadPoolExecutor(threads) as pool:
            return list(pool.map(said_of, [begin] * count))
    finally:
        database.close()


def begin_everywhere(
    database: Database, who: Identity, by: Candidate, most_usd: str, *, processes: int, each: int, threads: int
) -> list[str]:
    """Begin attempts in several processes at once; what was said of each."""
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(processes, mp_context=context) as pool:
        # All of them are there before any begins.
        list(pool.map(abs, range(processes)))
        asked = [pool.submit(begin_many, database.urls, who, by, most_usd, each, threads) for _ in range(processes)]
        return [said for one in asked for said in one.result(timeout=120)]


def spend(attempts: Attempts, attempt: Attempt, cost: str) -> UUID:
    """End an attempt that went well."""
    return attempts.end(attempt, call_of(attempt.purpose), usd(cost), None)
