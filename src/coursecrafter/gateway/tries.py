"""Attempts at one provider: reserved before they are made, made again where that may help, and written down.

Source: product, AI gateway (retries; every call leaves a row in `cc_ai_calls` with its cost and latency).
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, TypeVar
from uuid import UUID

from coursecrafter.errors import CourseCrafterError, GatewayError
from coursecrafter.gateway.errors import ProviderError, ProviderUnreachable
from coursecrafter.gateway.ports import CallRecord, Calls, Candidate, Kind, Purpose
from coursecrafter.gateway.prices import Usage

MOST_TRIES = 4
MOST_SILENT_TRIES = 2
"""Where each took minutes and may have cost: whoever is next in the route is asked sooner."""
FIRST_PAUSE_S = 1.0
LONGEST_PAUSE_S = 30.0
"""A provider that asks for a longer pause is not waited for: the next one is asked, or the job comes back later."""
MS = 1000

Answer = TypeVar("Answer")


class BrokenOff(ProviderError):
    """A call was broken off on our side, for a reason that is not the provider's."""

    code = "CC-0356"
    remedy = "Nothing needs to be done if its worker was told to stop; else the log says what failed."


@dataclass(frozen=True, slots=True)
class Question:
    """What is written down of a call, whatever comes of it.

    Attributes:
        call_type: as the ledger names it.
        asked: for the request's payload.
        most: the most that it can use, for what is reserved.
        snapshot: the hash of the stored object that holds the course's context; "".
    """

    by: Candidate
    kind: Kind
    call_type: str
    purpose: Purpose
    asked: Mapping[str, Any]
    most: Usage
    snapshot: str = ""


@dataclass(slots=True)
class Told:
    """What an answer tells of itself."""

    usage: Usage
    model: str
    meta: dict[str, Any] = field(default_factory=dict)
    input_tokens: int | None = None
    output_tokens: int | None = None


@dataclass(frozen=True, slots=True)
class Tries:
    """Makes attempts.

    Attributes:
        calls: where they are reserved and written down.
        cost: what a use costs, in USD; None where nobody knows.
        spend: told what each attempt has cost.
        pause: waits so many seconds.
    """

    calls: Calls
    cost: Callable[[Candidate, Usage], Decimal | None]
    spend: Callable[[Decimal | None], None]
    pause: Callable[[float], None] = time.sleep

    def make(
        self, question: Question, ask: Callable[[], Answer], tell: Callable[[Answer], Told]
    ) -> tuple[Answer, UUID]:
        """Ask, and again where that may help; each attempt has a row of its own, the last one's id is answered.

        Raises:
            BudgetReached: CC-0311.
            GatewayError: CC-03xx, the last try's.
        """
        nth = 0
        while True:
            nth += 1
            attempt = self._begun(question)
            begun = time.monotonic()
            try:
                answer = ask()
            except CourseCrafterError as error:
                self._failed(question, attempt, error, {"latency_ms": _since(begun), "attempt": nth})
                wait_s = _pause_before(error, nth)
                if wait_s is None:
                    raise
            except BaseException as error:
                # The provider may have had it, whatever happened here.
                broke = BrokenOff("The call was broken off.", detail=repr(error), may_cost=not question.by.is_offline)
                self._failed(question, attempt, broke, {"latency_ms": _since(begun), "attempt": nth})
                raise
            else:
                return answer, self._succeeded(question, attempt, tell(answer), _since(begun), nth)
            self.pause(wait_s)

    def _begun(self, question: Question) -> Any:
        """Reserve an attempt; one that is refused has its row too."""
        most = self.cost(question.by, question.most)
        try:
            return self.calls.begin(question.by, question.kind, question.purpose, most)
        except GatewayError as error:
            self.calls.refused(_failure(question, error, {"cost_usd": 0}), error)
            raise

    def _succeeded(self, question: Question, attempt: Any, told: Told, latency_ms: int, nth: int) -> UUID:
        cost = self.cost(question.by, told.usage)
        record = CallRecord(
            question.purpose,
            question.call_type,
            question.by.connection.name,
            told.model,
            "success",
            _payload(question),
            {**_cost(cost), "latency_ms": latency_ms, "attempt": nth, **told.meta},
            told.input_tokens,
            told.output_tokens,
        )
        self.spend(cost)
        return self.calls.end(attempt, record, cost, None)

    def _failed(self, question: Question, attempt: Any, error: CourseCrafterError, meta: Mapping[str, Any]) -> None:
        """A call that failed after the provider had it may be charged for: what was reserved counts as spent."""
        may_cost = isinstance(error, ProviderError) and error.may_cost
        cost = self.cost(question.by, question.most) if may_cost else Decimal(0)
        self.spend(cost)
        self.calls.end(attempt, _failure(question, error, {**_cost(cost), **meta}), cost, error)


def _failure(question: Question, error: CourseCrafterError, meta: Mapping[str, Any]) -> CallRecord:
    return CallRecord(
        question.purpose,
        question.call_type,
        question.by.connection.name,
        question.by.model or "none",
        "failed",
        _payload(question),
        {**meta, "code": error.code},
        error_message=str(error),
    )


def _cost(cost: Decimal | None) -> dict[str, Any]:
    """For the ledger, which says itself what it reckons with where nobody knows a price."""
    return {} if cost is None else {"cost_usd": float(cost)}


def _payload(question: Question) -> dict[str, Any]:
    purpose = question.purpose
    told: dict[str, Any] = {
        "key": purpose.key,
        "sources": list(purpose.sources),
        "instead_of": purpose.instead_of,
        "context": question.snapshot,
    }
    return {"task": purpose.task, **question.asked, **{name: value for name, value in told.items() if value}}


def _pause_before(error: CourseCrafterError, nth: int) -> float | None:
    """Seconds before the next try; None: there is none."""
    if not error.retry or not isinstance(error, ProviderError) or nth >= MOST_TRIES:
        return None
    if isinstance(error, ProviderUnreachable) and error.may_cost and nth >= MOST_SILENT_TRIES:
        return None
    asked_for = error.retry_after_s
    if asked_for is not None and asked_for > LONGEST_PAUSE_S:
        return None
    longest = min(FIRST_PAUSE_S * 2 ** (nth - 1), LONGEST_PAUSE_S)
    chosen = random.uniform(longest / 2, longest)  # noqa: S311 - no secret
    return max(chosen, asked_for or 0.0)


def _since(begun: float) -> int:
    return round((time.monotonic() - begun) * MS)
