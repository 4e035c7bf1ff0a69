"""How often a model is asked, and when it rests, hold for all processes together, by the database's clock."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from itertools import count
from uuid import uuid4

import pytest
import sqlalchemy as sa

from coursecrafter.db.policies.gateway import FAILURES_TO_REST, LONGEST_REST_S, REST_S
from coursecrafter.db.session import Database
from coursecrafter.errors import CourseCrafterError
from coursecrafter.gateway.attempts import Attempt, Attempts, BudgetReached, ProviderResting
from coursecrafter.gateway.budgets import set_budget
from coursecrafter.gateway.connections import change_provider
from coursecrafter.gateway.errors import (
    AnswerDeclined,
    CallFailed,
    ProviderBusy,
    ProviderError,
    ProviderRefusedKey,
    ProviderUnreachable,
    UnusableAnswer,
)
from coursecrafter.gateway.ports import Candidate, Kind
from gateway_money import KEYRING, begin_everywhere, call_of, candidate, fresh_tenant, paid_provider, purpose_of, usd
from tenants import Tenant

NUMBERS = count(1)
NOTHING = Decimal(0)


@pytest.fixture(scope="module")
def tenant(database: Database) -> Tenant:
    return fresh_tenant(database, "turns")


@pytest.fixture
def by(database: Database) -> Candidate:
    """A model that nobody has asked yet."""
    return candidate(paid_provider(database, name=f"paid {next(NUMBERS)}"))


@pytest.fixture
def attempts(database: Database, tenant: Tenant) -> Attempts:
    return Attempts(database, tenant.author, longest_wait_s=0)


def limited(by: Candidate, calls_per_minute: float) -> Candidate:
    return replace(by, options={"calls_per_minute": calls_per_minute})


def begin(attempts: Attempts, tenant: Tenant, by: Candidate) -> Attempt:
    return attempts.begin(by, Kind.TEXT, purpose_of(tenant.author), NOTHING)


def end(attempts: Attempts, attempt: Attempt, failure: CourseCrafterError | None = None) -> None:
    status = "success" if failure is None else "failed"
    attempts.end(attempt, call_of(attempt.purpose, status, attempt.by.connection.name), NOTHING, failure)


def fail(attempts: Attempts, tenant: Tenant, by: Candidate, times: int = FAILURES_TO_REST) -> None:
    for _ in range(times):
        end(attempts, begin(attempts, tenant, by), ProviderUnreachable("gone"))


def turn_of(database: Database, by: Candidate) -> sa.Row[tuple[object, ...]]:
    asked = sa.text(
        "SELECT failures, extract(epoch FROM closed_until - clock_timestamp())::float AS rests_s, allowance"
        " FROM platform.ai_turns WHERE provider_id = :id"
    )
    with database.admin() as admin:
        return admin.execute(asked, {"id": by.connection.id}).one()


def rest_is_over(database: Database, by: Candidate) -> None:
    over = sa.text("UPDATE platform.ai_turns SET closed_until = clock_timestamp() WHERE provider_id = :id")
    with database.admin() as admin:
        admin.execute(over, {"id": by.connection.id})


def test_a_provider_that_fails_several_times_in_a_row_rests_for_everybody(
    database: Database, tenant: Tenant, by: Candidate, attempts: Attempts
) -> None:
    fail(attempts, tenant, by)

    said = begin_everywhere(database, tenant.author, by, "0", processes=2, each=5, threads=5)

    assert said == ["CC-0312"] * 10
    with pytest.raises(ProviderResting) as resting:
        begin(attempts, tenant, by)
    assert resting.value.retry_after_s is not None
    assert 0 < resting.value.retry_after_s <= REST_S


def test_one_success_among_failures_lets_a_provider_go_on(
    database: Database, tenant: Tenant, by: Candidate, attempts: Attempts
) -> None:
    fail(attempts, tenant, by, FAILURES_TO_REST - 1)
    end(attempts, begin(attempts, tenant, by))
    fail(attempts, tenant, by, FAILURES_TO_REST - 1)

    assert begin(attempts, tenant, by).waited_s == 0
    assert turn_of(database, by).failures == FAILURES_TO_REST - 1


def test_another_model_of_the_provider_does_not_rest_with_it(tenant: Tenant, by: Candidate, attempts: Attempts) -> None:
    fail(attempts, tenant, by)

    assert not begin(attempts, tenant, replace(by, model="small")).is_trial


@pytest.mark.parametrize(
    ("failure", "failures"),
    [
        (ProviderError("500"), 1),
        (ProviderBusy("429"), 1),
        (ProviderUnreachable("gone"), 1),
        (ProviderRefusedKey("401"), 1),
        (ProviderBusy("429", retry_after_s=0), 0),
        (UnusableAnswer("no json"), None),
        (AnswerDeclined("no"), None),
        (CallFailed("ours"), None),
    ],
    ids=lambda value: f"{value}" if isinstance(value, Exception) else "",
)
def test_what_counts_as_a_failure_of_the_provider(
    database: Database,
    tenant: Tenant,
    by: Candidate,
    attempts: Attempts,
    failure: CourseCrafterError,
    failures: int | None,
) -> None:
    end(attempts, begin(attempts, tenant, by), failure)

    with database.admin() as admin:
        counted = sa.text("SELECT failures FROM platform.ai_turns WHERE provider_id = :id")
        assert admin.scalar(counted, {"id": by.connection.id}) == failures


def test_when_the_rest_is_over_one_call_of_two_processes_is_let_through_to_try(
    database: Database, tenant: Tenant, by: Candidate, attempts: Attempts
) -> None:
    fail(attempts, tenant, by)
    rest_is_over(database, by)

    said = begin_everywhere(database, tenant.author, by, "0", processes=2, each=20, threads=10)

    assert sorted(said) == ["CC-0312"] * 39 + ["passed"]


def test_a_trial_that_succeeds_opens_the_way_for_all(
    database: Database, tenant: Tenant, by: Candidate, attempts: Attempts
) -> None:
    fail(attempts, tenant, by)
    rest_is_over(database, by)
    trial = begin(attempts, tenant, by)

    end(attempts, trial)

    assert trial.is_trial
    assert not begin(attempts, tenant, by).is_trial
    assert turn_of(database, by).failures == 0


def test_a_trial_that_fails_lets_the_provider_rest_twice_as_long(
    database: Database, tenant: Tenant, by: Candidate, attempts: Attempts
) -> None:
    fail(attempts, tenant, by)
    rest_is_over(database, by)

    end(attempts, begin(attempts, tenant, by), ProviderBusy("busy"))

    assert REST_S < turn_of(database, by).rests_s <= 2 * REST_S


def test_a_provider_never_rests_longer_than_ten_minutes(
    database: Database, tenant: Tenant, by: Candidate, attempts: Attempts
) -> None:
    fail(attempts, tenant, by)
    for _ in range(12):
        rest_is_over(database, by)
        end(attempts, begin(attempts, tenant, by), ProviderBusy("busy"))

    assert turn_of(database, by).rests_s <= LONGEST_REST_S


def test_a_trial_that_ends_for_a_reason_of_ours_leaves_the_next_to_try(
    database: Database, tenant: Tenant, by: Candidate, attempts: Attempts
) -> None:
    fail(attempts, tenant, by)
    rest_is_over(database, by)

    end(attempts, begin(attempts, tenant, by), CallFailed("ours"))

    assert begin(attempts, tenant, by).is_trial


def test_what_was_under_way_when_it_began_to_rest_makes_the_rest_no_longer(
    database: Database, tenant: Tenant, by: Candidate, attempts: Attempts
) -> None:
    under_way = [begin(attempts, tenant, by) for _ in range(4 * FAILURES_TO_REST)]

    for attempt in under_way:
        end(attempts, attempt, ProviderUnreachable("gone"))

    turn = turn_of(database, by)
    assert (turn.failures, turn.rests_s <= REST_S) == (FAILURES_TO_REST, True)


def test_a_pause_that_the_provider_asks_for_is_kept_by_all(
    database: Database, tenant: Tenant, by: Candidate, attempts: Attempts
) -> None:
    end(attempts, begin(attempts, tenant, by), ProviderBusy("busy", retry_after_s=40))

    said = begin_everywhere(database, tenant.author, by, "0", processes=2, each=3, threads=3)

    assert said == ["CC-0321"] * 6
    with pytest.raises(ProviderBusy) as busy:
        begin(attempts, tenant, by)
    assert busy.value.retry_after_s is not None
    assert 0 < busy.value.retry_after_s <= 40


def test_a_provider_that_is_changed_begins_anew(
    database: Database, tenant: Tenant, by: Candidate, attempts: Attempts
) -> None:
    fail(attempts, tenant, by)
    assert by.connection.id is not None

    with database.admin() as admin:
        change_provider(admin, KEYRING, by.connection.id, key="sk-another-0123456789")

    assert not begin(attempts, tenant, by).is_trial


def test_a_provider_that_is_gone_meanwhile_loses_no_row(
    database: Database, tenant: Tenant, by: Candidate, attempts: Attempts
) -> None:
    attempt = begin(attempts, tenant, by)
    with database.admin() as admin:
        admin.execute(sa.text("DELETE FROM platform.ai_providers WHERE id = :id"), {"id": by.connection.id})

    end(attempts, attempt, ProviderUnreachable("gone"))

    with database.admin() as admin:
        kept = sa.text("SELECT status FROM course_crafter.cc_ai_calls WHERE id = :id")
        assert admin.scalar(kept, {"id": attempt.id}) == "failed"


@pytest.mark.parametrize(("calls_per_minute", "at_once"), [(0.5, 1), (30, 5)])
def test_two_processes_share_what_may_be_asked_in_a_minute(
    database: Database, tenant: Tenant, by: Candidate, calls_per_minute: float, at_once: int
) -> None:
    """Ten seconds' worth at once, at least one, and as many more as the time that it took gives."""
    clock = sa.text("SELECT extract(epoch FROM clock_timestamp())::float")
    with database.admin() as admin:
        begun_s = admin.scalars(clock).one()

    said = begin_everywhere(
        database, tenant.author, limited(by, calls_per_minute), "0", processes=2, each=20, threads=10
    )

    with database.admin() as admin:
        took_s = admin.scalars(clock).one() - begun_s
    assert set(said) == {"passed", "CC-0321"}
    assert at_once <= said.count("passed") <= at_once + took_s * calls_per_minute / 60


def test_whoever_may_wait_stands_in_line_each_behind_the_other(
    database: Database, tenant: Tenant, by: Candidate, attempts: Attempts
) -> None:
    patient = Attempts(database, tenant.author, longest_wait_s=30)
    by = limited(by, 600)
    full = sa.text(
        "UPDATE platform.ai_turns SET allowance = 0, refreshed_at = clock_timestamp() WHERE provider_id = :id"
    )
    begin(attempts, tenant, by)
    with database.admin() as admin:
        admin.execute(full, {"id": by.connection.id})

    first = begin(patient, tenant, by)
    with database.admin() as admin:
        left = admin.scalar(
            sa.text("SELECT allowance FROM platform.ai_turns WHERE provider_id = :i"), {"i": by.connection.id}
        )

    assert 0 < first.waited_s <= 0.1
    assert -1 <= left <= 0


def test_a_call_that_no_budget_has_room_for_takes_no_turn(database: Database, by: Candidate) -> None:
    poor = fresh_tenant(database, f"poor-{uuid4().hex[:8]}")
    attempts = Attempts(database, poor.author, longest_wait_s=0)
    with database.admin() as admin:
        set_budget(admin, org_id=poor.author.org_id, period="total", limit_usd=usd("1"))
    by = limited(by, 0.5)

    with pytest.raises(BudgetReached):
        attempts.begin(by, Kind.TEXT, purpose_of(poor.author), usd("2"))

    assert attempts.begin(by, Kind.TEXT, purpose_of(poor.author), usd("0.5")).waited_s == 0


def test_a_model_without_a_limit_that_answers_has_no_turns_to_wait_for(
    database: Database, tenant: Tenant, by: Candidate, attempts: Attempts
) -> None:
    end(attempts, begin(attempts, tenant, by), ProviderBusy("busy"))

    with database.admin() as admin:
        admin.execute(sa.text("SELECT FROM platform.ai_turns FOR UPDATE"))
        attempt = begin(attempts, tenant, by)

    assert not attempt.is_trial
