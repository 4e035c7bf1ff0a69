"""Attempts at providers: what they may cost is kept free before they are made, what they did cost is written down then.

`begin` asks the database, in one transaction, whether every budget that applies has room, whether the model may be
asked now and whether it rests; the answer holds on all machines, since the rows are locked and the clock is the
database's. `end` writes the call into `cc_ai_calls`, puts its cost in the place of what was kept free, and tells how it
went. A worker that dies in between leaves the attempt open: upkeep closes it (`upkeep.attempts`).

A price that nobody knows is not nothing. Such a call is made unless one of the budgets that apply refuses it: a fixed,
high amount is kept free for it (`prices.UNKNOWN_MOST_USD`), it counts at a high price for the tokens that it says it
used, else at that amount, and its row says `price_source: fallback`.

The offline provider costs nothing and has no turns: its attempts are not asked for, only written down.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

import psycopg
import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB, insert

from coursecrafter.db.session import Database, Identity
from coursecrafter.db.tables import ai_providers, cc_ai_calls, cc_lessons
from coursecrafter.errors import CourseCrafterError, GatewayError
from coursecrafter.gateway.budgets import BudgetState, read_budget_states, read_spending
from coursecrafter.gateway.errors import (
    AnswerDeclined,
    ProviderBusy,
    ProviderError,
    ProviderRefusedCall,
    ProviderRefusedKey,
    ProviderUnreachable,
    UnusableAnswer,
)
from coursecrafter.gateway.ports import CallRecord, Candidate, Kind, Purpose
from coursecrafter.gateway.prices import FALLBACK, UNKNOWN_MOST_USD, Usage, estimate, fallback_price, rounded

__all__ = [
    "Attempt",
    "Attempts",
    "BudgetReached",
    "BudgetState",
    "PriceUnknown",
    "ProviderGone",
    "ProviderResting",
    "call_type_of",
    "calls_per_minute",
    "insert_call",
    "read_budget_states",
    "read_spending",
    "storable",
]

LONGEST_WAIT_S = 60.0
"""For a turn: so long a call may stand in line before another provider is better asked."""

NO_DATA_FOUND = "P0002"
"""Source: PostgreSQL, Error codes."""

FAULTS = frozenset({ProviderError, ProviderBusy, ProviderUnreachable, ProviderRefusedKey})
"""Failures of a provider itself."""

ANSWERS = frozenset({ProviderRefusedCall, UnusableAnswer, AnswerDeclined})
"""Failures of a provider that does answer, though not as it was asked to."""

_BEGIN = sa.text(
    "SELECT platform.ai_begin(:project, :lesson, :kind, :provider, :model, :purpose, :most_usd, :is_known,"
    " CAST(:per_minute AS numeric), CAST(:longest_wait_s AS numeric))"
).bindparams(sa.bindparam("purpose", type_=JSONB))
_END = sa.text("SELECT platform.ai_end(:attempt, :cost_usd, :outcome, CAST(:pause_s AS numeric))")


class BudgetReached(GatewayError):
    """A call may cost more than is left of a budget.

    Attributes:
        period: "month" or "total".
        is_projects: whether it is the project's budget; else the organisation's.
    """

    code = "CC-0311"
    status = 402
    remedy = "Ask an admin of the organisation for a larger budget, wait for the next month, or choose a cheaper model."

    def __init__(
        self, period: str, *, is_projects: bool, limit_usd: Decimal, left_usd: Decimal, most_usd: Decimal
    ) -> None:
        whose = "project" if is_projects else "organisation"
        when = "for this month" if period == "month" else "in total"
        left, most = _usd(left_usd), _usd(most_usd)
        if left == most:
            # In cents they would be the same, and nobody would see why the call is not made.
            left, most = f"{left_usd:.6f}", f"{most_usd:.6f}"
        super().__init__(
            f"The {whose}'s budget {when} is {_usd(limit_usd)} USD, of which {left} are left;"
            f" this call may cost {most}."
        )
        self.period = period
        self.is_projects = is_projects
        self.limit_usd = limit_usd
        self.left_usd = left_usd
        self.most_usd = most_usd


class ProviderResting(ProviderError):
    """A provider failed several times in a row, and is not asked for a while."""

    code = "CC-0312"
    status = 503
    retry = True
    remedy = "Wait a few minutes, add another provider to the route, or see with “coursecrafter ai test” what is wrong."


class ProviderGone(ProviderError):
    """A provider was removed while work went on that had read it in its route."""

    code = "CC-0331"
    status = 503
    retry = True
    remedy = "Try again: the route is read anew, and whoever stands in it now is asked."


class PriceUnknown(GatewayError):
    """Nobody knows what a call costs, and a budget refuses such calls."""

    code = "CC-0314"
    status = 402
    remedy = "Enter the model's price with “coursecrafter ai price”, or choose a model whose price is known."


@dataclass(frozen=True, slots=True)
class Attempt:
    """A call that was let through.

    Attributes:
        id: of its row in `cc_ai_calls`, once it is there.
        reserved_usd: what is kept free for it.
        is_price_known: whether that was told by a price.
        is_trial: whether it tries out a provider that rested.
        waited_s: how long it stood in line.
    """

    id: UUID
    by: Candidate
    kind: Kind
    purpose: Purpose
    reserved_usd: Decimal
    is_price_known: bool = True
    is_trial: bool = False
    waited_s: float = 0.0


class Attempts:
    """The attempts of one project, on one person's behalf; safe from any thread and on any machine.

    Args:
        database: where rows go, each attempt in transactions of its own.
        identity: on whose behalf; it names the project.
        longest_wait_s: for a turn.
    """

    def __init__(self, database: Database, identity: Identity, *, longest_wait_s: float = LONGEST_WAIT_S) -> None:
        self._database = database
        self._identity = identity
        self._longest_wait_s = longest_wait_s

    def begin(self, by: Candidate, kind: Kind, purpose: Purpose, most_usd: Decimal | None) -> Attempt:
        """Keep a call's cost free of all budgets, and wait for its turn.

        Args:
            most_usd: what it may cost at most; None: nobody knows.

        Raises:
            BudgetReached: CC-0311.
            ProviderResting: CC-0312.
            PriceUnknown: CC-0314.
            ProviderBusy: CC-0321, its turn would come too late.
            ProviderGone: CC-0331.
            NotAllowed: CC-0021, the project may not be changed.
        """
        if by.connection.id is None:
            return Attempt(_new_id(), by, kind, purpose, Decimal(0))
        is_known = most_usd is not None
        most = rounded(UNKNOWN_MOST_USD[kind] if most_usd is None else most_usd)
        asked = {
            "project": purpose.project_id,
            "lesson": purpose.lesson_id,
            "kind": kind.value,
            "provider": by.connection.id,
            "model": by.model,
            "purpose": _purpose(kind, purpose),
            "most_usd": most,
            "is_known": is_known,
            "per_minute": calls_per_minute(by),
            "longest_wait_s": self._longest_wait_s,
        }
        with self._database.worker(self._identity) as conn:
            try:
                said: dict[str, Any] = conn.execute(_BEGIN, asked).scalar_one()
            except sa.exc.DBAPIError as error:
                if _names_no_provider(error):
                    raise ProviderGone(f"There is no provider “{by.connection.name}” any more.") from error
                raise
        if said["state"] != "open":
            raise _refusal(by, said, most)
        waited_s = float(said["wait_s"])
        if waited_s > 0:
            # The turn is taken: others count from behind it, so nobody has to ask again.
            time.sleep(waited_s)
        opened = UUID(said["id"])
        return Attempt(opened, by, kind, purpose, most, is_known, bool(said["is_trial"]), waited_s)

    def end(
        self, attempt: Attempt, call: CallRecord, cost_usd: Decimal | None, failure: CourseCrafterError | None
    ) -> UUID:
        """Write the call down, count its cost, and say how it went; the row's id.

        Of an attempt that upkeep has closed meanwhile the cost is counted already: the row that is written then says
        which it was.

        Args:
            cost_usd: None: unknown after a success, what was kept free counts; after a failure nothing, unless the
                provider may charge for it.
        """
        if attempt.by.connection.id is None:
            return self._write(call, Decimal(0), attempt.id)
        counted = _counted(attempt, call, cost_usd, failure)
        ended = {
            "attempt": attempt.id,
            "cost_usd": counted,
            "outcome": _outcome(failure),
            "pause_s": failure.retry_after_s if isinstance(failure, ProviderError) else None,
        }
        with self._database.worker(self._identity) as conn:
            was_open = conn.execute(_END, ended).scalar_one() is not None
            meta = {} if attempt.is_price_known else {"price_source": FALLBACK}
            if was_open:
                return _insert(conn, call, counted, attempt.id, meta)
            return _insert(conn, call, Decimal(0), _new_id(), {**meta, "closed_attempt": str(attempt.id)})

    def found_again(self, call: CallRecord) -> UUID:
        """Write down an answer that was found instead of asked for: it cost nothing; the row's id."""
        return self._write(call, Decimal(0), _new_id(), {"cached": True})

    def refused(self, call: CallRecord, failure: CourseCrafterError) -> UUID:
        """Write down a call that was refused before it was made; the row's id."""
        return self._write(call, Decimal(0), _new_id(), {"code": failure.code})

    def remaining(self) -> list[BudgetState]:
        """The budgets that calls of the project count in, its own first."""
        with self._database.worker(self._identity) as conn:
            return read_budget_states(conn, self._identity.project_id)

    def _write(self, call: CallRecord, cost_usd: Decimal, row_id: UUID, meta: Mapping[str, Any] | None = None) -> UUID:
        """A row of what cost nothing and was asked of nobody.

        Its commit does not wait for the disk, which would take longer than the offline provider does. Nothing that
        names the row can be there without it: whatever is committed later takes it along.
        """
        with self._database.worker(self._identity) as conn:
            conn.exec_driver_sql("SET LOCAL synchronous_commit = off")
            return _insert(conn, call, cost_usd, row_id, meta or {})


def call_type_of(kind: Kind, task: str) -> str:
    """What `cc_ai_calls.call_type` says of a call (schema 10.1): six words for all that there is."""
    if kind is Kind.TEXT:
        return "llm_outline" if task == "outline" else "llm_script"
    return "tts" if kind is Kind.SPEECH else kind.value


def calls_per_minute(by: Candidate) -> float | None:
    """How often a model may be asked: the lower limit of provider and entry, since no entry lifts a provider's.

    None: there is no limit; what is no number above 0 is none.
    """
    said = (by.connection.options.get("calls_per_minute"), by.options.get("calls_per_minute"))
    limits = [float(one) for one in said if isinstance(one, int | float) and not isinstance(one, bool) and one > 0]
    return min(limits, default=None)


def insert_call(conn: sa.Connection, row: Mapping[str, Any]) -> UUID:
    """Write a row of `cc_ai_calls`; its lesson is left out if that is gone, so that no cost is lost with it."""
    values = {name: storable(value) for name, value in row.items()}
    lesson = sa.select(cc_lessons.c.id).where(
        cc_lessons.c.id == row["lesson_id"], cc_lessons.c.project_id == row["project_id"]
    )
    values["lesson_id"] = lesson.scalar_subquery() if row["lesson_id"] else None
    written: UUID = conn.execute(insert(cc_ai_calls).values(values).returning(cc_ai_calls.c.id)).scalar_one()
    return written


def _insert(conn: sa.Connection, call: CallRecord, cost_usd: Decimal, row_id: UUID, meta: Mapping[str, Any]) -> UUID:
    row = {
        "id": row_id,
        "project_id": call.purpose.project_id,
        "lesson_id": call.purpose.lesson_id,
        "engine": call.purpose.engine.value if call.purpose.engine else "global",
        "call_type": call.call_type,
        "provider": call.provider,
        "model_name": call.model,
        "input_tokens": call.input_tokens,
        "output_tokens": call.output_tokens,
        "request_payload": dict(call.request_payload),
        # A number, as those who sum it expect; the totals of `ai_spending` are exact.
        "response_meta": {**call.response_meta, **meta, "cost_usd": float(cost_usd)},
        "status": call.status,
        "error_message": call.error_message,
    }
    return insert_call(conn, row)


def _purpose(kind: Kind, purpose: Purpose) -> dict[str, str]:
    """What upkeep needs to write the row if nobody else does; nothing of what was asked."""
    engine = purpose.engine.value if purpose.engine else "global"
    return {"engine": engine, "task": purpose.task, "call_type": call_type_of(kind, purpose.task)}


def _names_no_provider(error: sa.exc.DBAPIError) -> bool:
    """Whether `ai_begin` did not find it; whoever stands next in the route may be there."""
    diag = error.orig.diag if isinstance(error.orig, psycopg.Error) else None
    return diag is not None and (diag.sqlstate, diag.table_name) == (NO_DATA_FOUND, ai_providers.name)


def _refusal(by: Candidate, said: Mapping[str, Any], most_usd: Decimal) -> CourseCrafterError:
    name = by.connection.name
    match said["state"]:
        case "resting":
            wait_s = float(said["wait_s"])
            words = f"The provider “{name}” failed several times in a row and is not asked for {wait_s:.0f} s."
            return ProviderResting(words, retry_after_s=wait_s)
        case "busy":
            wait_s = float(said["wait_s"])
            return ProviderBusy(f"The provider “{name}” may be asked again in {wait_s:.0f} s.", retry_after_s=wait_s)
        case "unknown":
            return PriceUnknown(f"Nobody knows what “{by.model}” of “{name}” costs, and a budget refuses such calls.")
        case _:
            return BudgetReached(
                said["period"],
                is_projects=said["project_id"] is not None,
                limit_usd=Decimal(said["limit_usd"]),
                left_usd=max(Decimal(0), Decimal(said["left_usd"])),
                most_usd=most_usd,
            )


def _counted(
    attempt: Attempt, call: CallRecord, cost_usd: Decimal | None, failure: CourseCrafterError | None
) -> Decimal:
    """What counts as spent."""
    if cost_usd is not None:
        return rounded(cost_usd)
    if failure is not None:
        is_charged = isinstance(failure, ProviderError) and failure.may_cost
        return attempt.reserved_usd if is_charged else Decimal(0)
    if attempt.is_price_known or call.input_tokens is None:
        return attempt.reserved_usd
    return estimate(fallback_price(attempt.kind), Usage(call.input_tokens, call.output_tokens or 0))


def _outcome(failure: CourseCrafterError | None) -> str:
    """How a call went, for those who ask the same model next."""
    if failure is None or type(failure) in ANSWERS:
        return "answered"
    if isinstance(failure, ProviderError) and type(failure) in FAULTS:
        return "paused" if failure.retry_after_s is not None else "faulty"
    return "ours"


def storable(value: Any) -> Any:
    """A value as the database takes it: a provider's words may hold signs that no text can."""
    if isinstance(value, str):
        return value.replace("\0", "").encode("utf-8", "replace").decode()
    if isinstance(value, Mapping):
        return {storable(name): storable(part) for name, part in value.items()}
    if isinstance(value, list | tuple):
        return [storable(part) for part in value]
    return value


def _usd(amount: Decimal) -> str:
    return f"{amount:.2f}" if amount == 0 or amount >= Decimal("0.01") else f"{amount:.6f}"


def _new_id() -> UUID:
    """A row's id that orders by the time at which it was made, as those that the database makes.

    Source: RFC 9562, UUID version 7.
    """
    millis = time.time_ns() // 1_000_000
    return UUID(int=millis << 80 | 7 << 76 | secrets.randbits(12) << 64 | 2 << 62 | secrets.randbits(62))
