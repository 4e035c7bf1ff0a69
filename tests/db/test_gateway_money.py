"""Budgets hold, whoever asks at once and wherever; what was spent stays known, also after a worker has died."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import count
from pathlib import Path
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa

from coursecrafter.db.organisations import ensure_user
from coursecrafter.db.refusals import NotAllowed, NotFound
from coursecrafter.db.session import Database, Identity
from coursecrafter.db.tables import cc_ai_calls, project_access
from coursecrafter.engines.bench import Bench
from coursecrafter.gateway.attempts import (
    Attempts,
    BudgetReached,
    PriceUnknown,
    ProviderGone,
    calls_per_minute,
)
from coursecrafter.gateway.budgets import (
    UnusableAmount,
    read_budget_states,
    read_budgets,
    read_spending,
    set_budget,
)
from coursecrafter.gateway.connections import remove_provider
from coursecrafter.gateway.door import AiGateway
from coursecrafter.gateway.errors import AnswerDeclined, ProviderBusy, ProviderUnreachable
from coursecrafter.gateway.ports import OFFLINE, Candidate, Kind, TextRequest
from coursecrafter.gateway.prices import UNKNOWN_MOST_USD
from coursecrafter.gateway.setting import Setting
from coursecrafter.jobs.steps import InlineRunner
from coursecrafter.storage.objects import ObjectStore
from coursecrafter.upkeep.attempts import close_abandoned
from coursecrafter.upkeep.retention import forget_old
from gateway_money import (
    begin_everywhere,
    call_of,
    candidate,
    fresh_tenant,
    paid_provider,
    purpose_of,
    reserved,
    said_of,
    spend,
    sums,
    usd,
)
from tenants import Tenant

NUMBERS = count(1)
OFFLINE_CANDIDATE = Candidate(OFFLINE, "")


@pytest.fixture(scope="module")
def paid(database: Database) -> Candidate:
    """A paid model of the installation."""
    return candidate(paid_provider(database))


@pytest.fixture
def tenant(database: Database) -> Tenant:
    """An organisation that nobody has spent anything for."""
    return fresh_tenant(database, f"money-{next(NUMBERS)}")


@pytest.fixture
def attempts(database: Database, tenant: Tenant) -> Attempts:
    return Attempts(database, tenant.author, longest_wait_s=0)


@pytest.fixture
def stranger(database: Database) -> Tenant:
    return fresh_tenant(database, f"stranger-{next(NUMBERS)}")


def budget(
    database: Database, tenant: Tenant, limit: str, *, period: str = "month", of_project: bool = False, **more: bool
) -> None:
    author = tenant.author
    with database.admin() as admin:
        project_id = author.project_id if of_project else None
        set_budget(
            admin,
            org_id=author.org_id,
            project_id=project_id,
            period="month" if period == "month" else "total",
            limit_usd=usd(limit),
            **more,
        )


def row_of(database: Database, call_id: UUID) -> sa.Row[tuple[object, ...]]:
    with database.admin() as admin:
        return admin.execute(sa.select(cc_ai_calls).where(cc_ai_calls.c.id == call_id)).one()


def test_of_a_hundred_calls_at_once_in_four_processes_as_many_pass_as_the_budget_holds(
    database: Database, tenant: Tenant, paid: Candidate, record_property: Callable[[str, object], None]
) -> None:
    budget(database, tenant, "3.75")

    said = begin_everywhere(database, tenant.author, paid, "0.10", processes=4, each=25, threads=10)

    record_property(
        "counted", f"budgets: {said.count('passed')} of {len(said)} calls at once passed, of a budget for 37"
    )
    assert (said.count("passed"), said.count("CC-0311")) == (37, 63)
    assert reserved(database, tenant.author.org_id) == (37, Decimal("3.70"))


def test_calls_that_begin_and_end_at_once_never_spend_more_than_the_budget(
    database: Database, tenant: Tenant, paid: Candidate, attempts: Attempts
) -> None:
    budget(database, tenant, "3.75", period="total", of_project=True)

    def call(_number: int) -> str:
        return said_of(
            lambda: spend(attempts, attempts.begin(paid, Kind.TEXT, purpose_of(tenant.author), usd("0.10")), "0.10")
        )

    with ThreadPoolExecutor(12) as pool:
        said = list(pool.map(call, range(100)))

    assert said.count("passed") == 37
    assert reserved(database, tenant.author.org_id) == (0, Decimal(0))
    totals = sums(database, tenant.author.org_id)
    author = tenant.author
    assert totals == dict.fromkeys(
        [(None, False), (None, True), (author.project_id, False), (author.project_id, True)], Decimal("3.70")
    )


@pytest.mark.parametrize(
    ("budgets", "words"),
    [
        ([("5", "month", False), ("0.25", "month", True)], "The project's budget for this month is 0.25 USD"),
        ([("0.25", "total", False), ("5", "month", True)], "The organisation's budget in total is 0.25 USD"),
    ],
)
def test_the_budget_that_is_reached_is_named_with_what_is_left(
    database: Database,
    tenant: Tenant,
    paid: Candidate,
    attempts: Attempts,
    budgets: list[tuple[str, str, bool]],
    words: str,
) -> None:
    for limit, period, of_project in budgets:
        budget(database, tenant, limit, period=period, of_project=of_project)
    spend(attempts, attempts.begin(paid, Kind.TEXT, purpose_of(tenant.author), usd("0.20")), "0.15")

    with pytest.raises(BudgetReached) as refused:
        attempts.begin(paid, Kind.TEXT, purpose_of(tenant.author), usd("0.20"))

    assert refused.value.message == f"{words}, of which 0.10 are left; this call may cost 0.20."
    assert (refused.value.left_usd, refused.value.most_usd) == (usd("0.10"), usd("0.20"))


def test_a_refusal_in_fractions_of_a_cent_says_what_is_missing() -> None:
    left, most = Decimal("0.0464"), Decimal("0.047155")

    refused = BudgetReached("month", is_projects=False, limit_usd=Decimal("0.05"), left_usd=left, most_usd=most)

    assert "of which 0.046400 are left; this call may cost 0.047155." in refused.message


def test_a_budget_that_the_installation_imposes_holds_beside_a_larger_one(
    database: Database, tenant: Tenant, paid: Candidate, attempts: Attempts
) -> None:
    budget(database, tenant, "1", is_imposed=True)
    budget(database, tenant, "100")

    with pytest.raises(BudgetReached):
        attempts.begin(paid, Kind.TEXT, purpose_of(tenant.author), usd("1.01"))

    assert [(one.limit_usd, one.is_imposed, one.left_usd) for one in attempts.remaining()] == [
        (usd("100"), False, usd("100")),
        (usd("1"), True, usd("1")),
    ]


def test_another_projects_calls_count_in_the_organisations_budget_and_not_in_ones_own(
    database: Database, tenant: Tenant, paid: Candidate, attempts: Attempts
) -> None:
    budget(database, tenant, "1")
    budget(database, tenant, "1", of_project=True)
    with database.admin() as admin:
        values = {"org": tenant.author.org_id, "user": tenant.author.user_id, "id": uuid4()}
        admin.execute(
            sa.text("INSERT INTO course_crafter.cc_projects (id, org_id, name) VALUES (:id, :org, 'P')"), values
        )
        admin.execute(
            project_access.insert().values(
                user_id=values["user"], project_id=values["id"], org_id=values["org"], role="owner"
            )
        )
    second = replace(tenant.author, project_id=values["id"])

    elsewhere = Attempts(database, second)
    spend(elsewhere, elsewhere.begin(paid, Kind.TEXT, purpose_of(second), usd("0.40")), "0.40")

    left = {one.project_id: one.left_usd for one in attempts.remaining()}
    assert left == {None: usd("0.60"), tenant.author.project_id: usd("1")}


def test_what_was_spent_last_month_counts_in_the_total_alone(
    database: Database, tenant: Tenant, paid: Candidate, attempts: Attempts
) -> None:
    budget(database, tenant, "1")
    budget(database, tenant, "2", period="total")
    attempt = attempts.begin(paid, Kind.TEXT, purpose_of(tenant.author), usd("0.90"))
    with database.admin() as admin:
        back = sa.text("UPDATE platform.ai_attempts SET month = month - interval '1 month' WHERE id = :id")
        admin.execute(back, {"id": attempt.id})

    spend(attempts, attempt, "0.90")

    assert {one.period: one.spent_usd for one in attempts.remaining()} == {"month": 0, "total": usd("0.90")}


def test_a_call_that_costs_more_than_was_thought_counts_in_full(
    database: Database, tenant: Tenant, paid: Candidate, attempts: Attempts
) -> None:
    budget(database, tenant, "1")

    spend(attempts, attempts.begin(paid, Kind.TEXT, purpose_of(tenant.author), usd("0.10")), "1.25")

    (state,) = attempts.remaining()
    assert (state.spent_usd, state.left_usd) == (usd("1.25"), usd("0"))


def test_an_ended_call_is_a_row_of_the_log_under_the_attempts_id(
    database: Database, tenant: Tenant, paid: Candidate, attempts: Attempts
) -> None:
    purpose = purpose_of(tenant.author, tenant.rows["cc_lessons"])
    attempt = attempts.begin(paid, Kind.TEXT, purpose, usd("0.10"))

    call_id = attempts.end(attempt, call_of(purpose, input_tokens=12, output_tokens=3), usd("0.0000125"), None)

    row = row_of(database, call_id)
    assert call_id == attempt.id
    assert (row.lesson_id, row.status, row.input_tokens) == (tenant.rows["cc_lessons"], "success", 12)
    assert row.response_meta == {"latency_ms": 7, "cost_usd": 0.000013}
    assert sums(database, tenant.author.org_id)[None, False] == usd("0.000013")


@pytest.mark.parametrize(
    ("failure", "spent"),
    [
        (ProviderBusy("busy"), "0"),
        (ProviderUnreachable("broke off", may_cost=True), "0.10"),
        (AnswerDeclined("declined", may_cost=True), "0.10"),
    ],
)
def test_a_failure_costs_what_was_kept_free_if_the_provider_may_charge_for_it(
    database: Database,
    tenant: Tenant,
    paid: Candidate,
    attempts: Attempts,
    failure: ProviderBusy | ProviderUnreachable | AnswerDeclined,
    spent: str,
) -> None:
    attempt = attempts.begin(paid, Kind.TEXT, purpose_of(tenant.author), usd("0.10"))

    call = replace(call_of(attempt.purpose, "failed"), error_message=str(failure))
    row = row_of(database, attempts.end(attempt, call, None, failure))

    assert (row.status, row.error_message, row.response_meta["cost_usd"]) == ("failed", str(failure), float(spent))
    assert sums(database, tenant.author.org_id)[None, False] == usd(spent)
    assert reserved(database, tenant.author.org_id) == (0, Decimal(0))


def test_a_call_of_unknown_price_keeps_a_fixed_amount_free_and_is_counted_at_a_high_price(
    database: Database, tenant: Tenant, paid: Candidate, attempts: Attempts
) -> None:
    budget(database, tenant, "1")

    attempt = attempts.begin(paid, Kind.TEXT, purpose_of(tenant.author), None)
    held = attempts.remaining()[0].reserved_usd
    call = call_of(attempt.purpose, input_tokens=1000, output_tokens=100)
    row = row_of(database, attempts.end(attempt, call, None, None))

    assert held == UNKNOWN_MOST_USD[Kind.TEXT]
    assert row.response_meta["price_source"] == "fallback"
    assert row.response_meta["cost_usd"] == 0.0225  # 1,000 x 15 + 100 x 75 of a million


def test_a_call_of_unknown_price_is_refused_where_a_budget_says_so(
    database: Database, tenant: Tenant, paid: Candidate, attempts: Attempts
) -> None:
    budget(database, tenant, "100", refuses_unknown=True)

    with pytest.raises(PriceUnknown):
        attempts.begin(paid, Kind.TEXT, purpose_of(tenant.author), None)

    assert attempts.begin(paid, Kind.TEXT, purpose_of(tenant.author), usd("1")).is_price_known


def test_the_offline_provider_is_asked_with_nothing_left_and_while_budgets_are_locked(
    database: Database, tenant: Tenant, paid: Candidate, attempts: Attempts
) -> None:
    budget(database, tenant, "0")
    with pytest.raises(BudgetReached):
        attempts.begin(paid, Kind.TEXT, purpose_of(tenant.author), usd("0.01"))

    with database.admin() as admin:
        admin.execute(
            sa.text("LOCK platform.ai_budgets, platform.ai_spending, platform.ai_attempts, platform.ai_turns")
        )
        attempt = attempts.begin(OFFLINE_CANDIDATE, Kind.SPEECH, purpose_of(tenant.author), Decimal(0))
        call_id = attempts.end(attempt, call_of(attempt.purpose, provider="offline"), Decimal(0), None)

    assert call_id == attempt.id
    assert row_of(database, call_id).response_meta["cost_usd"] == 0
    assert sums(database, tenant.author.org_id) == {}


def test_a_free_call_to_a_server_of_ones_own_passes_with_nothing_left(
    database: Database, tenant: Tenant, paid: Candidate, attempts: Attempts
) -> None:
    budget(database, tenant, "0")

    attempt = attempts.begin(paid, Kind.TEXT, purpose_of(tenant.author), Decimal(0))

    assert spend(attempts, attempt, "0") == attempt.id


def test_an_answer_that_was_found_again_costs_nothing(database: Database, tenant: Tenant, attempts: Attempts) -> None:
    row = row_of(database, attempts.found_again(call_of(purpose_of(tenant.author))))

    assert (row.status, row.response_meta) == ("success", {"latency_ms": 7, "cached": True, "cost_usd": 0})


def test_a_refused_call_is_a_failed_row_with_its_code(database: Database, tenant: Tenant, attempts: Attempts) -> None:
    call = call_of(purpose_of(tenant.author), "failed", error_message="no")

    row = row_of(database, attempts.refused(call, PriceUnknown("no")))

    assert (row.status, row.response_meta["code"], row.response_meta["cost_usd"]) == ("failed", "CC-0314", 0)


def test_words_that_no_text_can_hold_do_not_lose_a_row(
    database: Database, tenant: Tenant, paid: Candidate, attempts: Attempts
) -> None:
    attempt = attempts.begin(paid, Kind.TEXT, purpose_of(tenant.author), usd("0.10"))
    call = replace(call_of(attempt.purpose, "failed"), error_message="a\0b\ud800", response_meta={"x": ["\0"]})

    row = row_of(database, attempts.end(attempt, call, None, ProviderBusy("busy")))

    assert (row.error_message, row.response_meta["x"]) == ("ab?", [""])


def test_a_call_for_a_lesson_that_is_gone_meanwhile_keeps_its_row(
    database: Database, tenant: Tenant, paid: Candidate, attempts: Attempts
) -> None:
    gone = purpose_of(tenant.author, uuid4())

    call_id = spend(attempts, attempts.begin(paid, Kind.TEXT, gone, usd("0.10")), "0.10")

    assert row_of(database, call_id).lesson_id is None


def age(database: Database, attempt_id: UUID, hours: int) -> None:
    back = sa.text("UPDATE platform.ai_attempts SET made_at = made_at - make_interval(hours => :hours) WHERE id = :id")
    with database.admin() as admin:
        admin.execute(back, {"id": attempt_id, "hours": hours})


def test_an_attempt_whose_worker_died_is_closed_and_counts_as_spent(
    database: Database, tenant: Tenant, paid: Candidate, attempts: Attempts
) -> None:
    purpose = purpose_of(tenant.author, tenant.rows["cc_lessons"])
    old, young = (attempts.begin(paid, Kind.TEXT, purpose, usd("0.30")) for _ in range(2))
    age(database, old.id, 3)

    would = close_abandoned(database, is_trial=True)
    closed, again = close_abandoned(database), close_abandoned(database)

    row = row_of(database, old.id)
    assert (would, closed, again) == (1, 1, 0)
    assert (row.status, row.provider, row.call_type, row.engine) == ("failed", "paid", "llm_script", "e1")
    assert (row.response_meta["cost_usd"], row.response_meta["code"]) == (0.3, "CC-0318")
    assert "ended in the middle" in row.error_message
    assert sums(database, tenant.author.org_id)[tenant.author.project_id, True] == usd("0.30")
    assert reserved(database, tenant.author.org_id)[0] == 1
    spend(attempts, young, "0")


def test_a_call_that_ends_after_it_was_closed_is_written_down_and_counted_once(
    database: Database, tenant: Tenant, paid: Candidate, attempts: Attempts
) -> None:
    attempt = attempts.begin(paid, Kind.TEXT, purpose_of(tenant.author), usd("0.30"))
    age(database, attempt.id, 3)
    close_abandoned(database)

    late = spend(attempts, attempt, "0.10")

    assert late != attempt.id
    assert row_of(database, late).response_meta["closed_attempt"] == str(attempt.id)
    assert sums(database, tenant.author.org_id)[None, False] == usd("0.30")


def test_totals_stay_when_old_calls_are_forgotten(
    database: Database, tenant: Tenant, paid: Candidate, attempts: Attempts
) -> None:
    budget(database, tenant, "1", period="total")
    call_id = spend(attempts, attempts.begin(paid, Kind.TEXT, purpose_of(tenant.author), usd("0.90")), "0.90")

    forgotten = forget_old(database, now=datetime.now(UTC) + timedelta(days=400))

    with database.admin() as admin:
        assert admin.execute(sa.select(cc_ai_calls.c.id).where(cc_ai_calls.c.id == call_id)).first() is None
    assert forgotten.ai_calls >= 1
    with pytest.raises(BudgetReached):
        attempts.begin(paid, Kind.TEXT, purpose_of(tenant.author), usd("0.20"))


def test_who_may_not_change_the_project_may_not_spend_for_it(
    database: Database, tenant: Tenant, paid: Candidate
) -> None:
    author = tenant.author
    with database.admin() as admin:
        viewer = ensure_user(admin, author.org_id, f"viewer@{author.org_id}.example", "Viewer")
        admin.execute(
            project_access.insert().values(
                user_id=viewer, project_id=author.project_id, org_id=author.org_id, role="viewer"
            )
        )
    who = Identity(author.org_id, viewer, author.project_id)

    with pytest.raises(NotAllowed):
        Attempts(database, who).begin(paid, Kind.TEXT, purpose_of(who), usd("0.01"))


def test_another_organisations_provider_is_answered_as_a_missing_one(
    database: Database, tenant: Tenant, stranger: Tenant, attempts: Attempts
) -> None:
    theirs = candidate(paid_provider(database, stranger.author.org_id, "theirs"))
    missing = replace(theirs, connection=replace(theirs.connection, id=uuid4()))

    answers = []
    for by in (theirs, missing):
        with pytest.raises(ProviderGone) as refused:
            attempts.begin(by, Kind.TEXT, purpose_of(tenant.author), usd("0.01"))
        answers.append(refused.value.message)

    assert answers == ["There is no provider “theirs” any more."] * 2


def test_a_provider_that_is_removed_while_work_goes_on_is_followed_by_the_next(
    database: Database, tenant: Tenant, attempts: Attempts, tmp_path: Path
) -> None:
    gone = candidate(paid_provider(database, tenant.author.org_id, "removed"))
    store = ObjectStore(str(tmp_path), tenant.author.org_id)
    gateway = AiGateway(attempts, lambda: Setting({Kind.TEXT: (gone, OFFLINE_CANDIDATE)}))
    bench, told = Bench(InlineRunner(store), store, gateway), {"text": "Keep the doors shut. Never wedge them open."}
    assert gone.connection.id is not None
    with database.admin() as admin:
        remove_provider(admin, gone.connection.id)

    answer = bench.write(TextRequest("rewrite", "en", told), purpose_of(tenant.author, task="rewrite"))

    assert answer.provider == "offline"


def test_nobody_ends_spends_or_sees_what_is_another_organisations(
    database: Database, tenant: Tenant, stranger: Tenant, paid: Candidate, attempts: Attempts
) -> None:
    budget(database, tenant, "1")
    spend(attempts, attempts.begin(paid, Kind.TEXT, purpose_of(tenant.author), usd("0.10")), "0.10")
    ours = attempts.begin(paid, Kind.TEXT, purpose_of(tenant.author), usd("0.10"))
    theirs = Attempts(database, stranger.author)

    late = theirs.end(
        replace(ours, purpose=purpose_of(stranger.author)), call_of(purpose_of(stranger.author)), None, None
    )

    assert late != ours.id
    assert reserved(database, tenant.author.org_id) == (1, usd("0.10"))
    assert theirs.remaining() == []
    with database.app(stranger.author) as conn:
        assert read_spending(conn) == []
        assert read_budgets(conn, tenant.author.org_id) == ()
        assert read_budget_states(conn, tenant.author.project_id) == []
    with pytest.raises(NotAllowed):
        theirs.begin(paid, Kind.TEXT, purpose_of(tenant.author), usd("0.10"))


def test_an_admin_sees_all_that_was_spent_and_a_member_that_of_their_projects(
    database: Database, tenant: Tenant, paid: Candidate, attempts: Attempts
) -> None:
    spend(attempts, attempts.begin(paid, Kind.TEXT, purpose_of(tenant.author), usd("0.10")), "0.10")
    author = tenant.author
    with database.admin() as admin:
        member = ensure_user(admin, author.org_id, f"member@{author.org_id}.example", "Member")

    with database.app(Identity(author.org_id, author.user_id)) as conn:
        all_of_it = {(one.project_id, one.month is None, one.spent_usd, one.calls) for one in read_spending(conn)}
    with database.app(Identity(author.org_id, member)) as conn:
        theirs = read_spending(conn)

    assert all_of_it == {
        (project, is_total, usd("0.10"), 1) for project in (None, author.project_id) for is_total in (True, False)
    }
    assert theirs == []


@pytest.mark.parametrize("limit", ["-1", "NaN", "Infinity", "1e30"])
def test_a_limit_that_is_no_amount_is_refused(database: Database, tenant: Tenant, limit: str) -> None:
    with pytest.raises(UnusableAmount):
        budget(database, tenant, limit)


def test_a_budget_is_changed_and_taken_away_by_an_admin_in_a_request(database: Database, tenant: Tenant) -> None:
    org_id = tenant.author.org_id
    with database.app(tenant.author) as conn:
        set_budget(conn, org_id=org_id, period="month", limit_usd=usd("5"))
        set_budget(conn, org_id=org_id, period="month", limit_usd=usd("7"), refuses_unknown=True)
        changed = read_budgets(conn, org_id)
        set_budget(conn, org_id=org_id, period="month", limit_usd=None)
        left = read_budgets(conn, org_id)

    assert [(one.limit_usd, one.refuses_unknown) for one in changed] == [(usd("7"), True)]
    assert left == ()


def test_an_admin_of_the_organisation_cannot_impose_a_budget(database: Database, tenant: Tenant) -> None:
    with pytest.raises(NotFound), database.app(tenant.author) as conn:
        set_budget(conn, org_id=tenant.author.org_id, period="month", limit_usd=usd("5"), is_imposed=True)


@pytest.mark.parametrize(
    ("entry", "provider", "limit"),
    [
        ({}, {}, None),
        ({}, {"calls_per_minute": 6}, 6),
        ({"calls_per_minute": 3}, {"calls_per_minute": 6}, 3),
        ({"calls_per_minute": 99}, {"calls_per_minute": 6}, 6),
        ({"calls_per_minute": 99}, {}, 99),
    ]
    + [({}, {"calls_per_minute": value}, None) for value in (0, -1, "6", True, None)],
)
def test_the_lower_limit_of_provider_and_entry_holds(
    paid: Candidate, entry: dict[str, object], provider: dict[str, object], limit: float | None
) -> None:
    by = replace(paid, options=entry, connection=replace(paid.connection, options=provider))

    assert calls_per_minute(by) == limit
