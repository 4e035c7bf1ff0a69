"""Budgets and how they stand, prices of one's own: `attempts` holds calls to the former, `prices` counts by the latter.

An organisation's are led on a request's connection by its owners and admins; the installation's prices, and budgets
that it imposes on an organisation, on the administrator's.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Literal
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from coursecrafter.db.tables import ai_budgets, ai_prices
from coursecrafter.errors import GatewayError
from coursecrafter.gateway.prices import Override, Price, Rates

Period = Literal["month", "total"]
PERIODS: tuple[Period, ...] = ("month", "total")
LONGEST_NAME = 200
MOST_USD = Decimal(10) ** 9
"""More than anybody has, and few enough digits for every reader."""

_OVERRIDES = sa.text("SELECT * FROM platform.ai_price_overrides()")
_LEFT = sa.text("SELECT * FROM platform.ai_budgets_left(:project)")
_SPENT = sa.text("SELECT * FROM platform.ai_spending_of()")


class UnusableAmount(GatewayError):
    """A budget or a price is no amount of US dollars from 0 on, or names nothing that it is for."""

    code = "CC-0317"
    status = 422
    remedy = "Give an amount in US dollars, such as 25 or 0.15."


@dataclass(frozen=True, slots=True)
class Budget:
    """What calls may cost.

    Attributes:
        project_id: None: the whole organisation's.
        refuses_unknown: whether calls are refused whose price nobody knows.
        is_imposed: whether the installation set it, so that the organisation cannot change it.
    """

    project_id: UUID | None
    period: Period
    limit_usd: Decimal
    refuses_unknown: bool = False
    is_imposed: bool = False


@dataclass(frozen=True, slots=True)
class BudgetState:
    """How a budget stands.

    Attributes:
        project_id: None: the whole organisation's.
        period: "month" or "total".
        reserved_usd: what calls under way may cost.
    """

    project_id: UUID | None
    period: str
    is_imposed: bool
    refuses_unknown: bool
    limit_usd: Decimal
    spent_usd: Decimal
    reserved_usd: Decimal

    @property
    def left_usd(self) -> Decimal:
        """What the next call may cost; never below nothing, though a call may cost more than was thought."""
        return max(Decimal(0), self.limit_usd - self.spent_usd - self.reserved_usd)


@dataclass(frozen=True, slots=True)
class Spent:
    """A running total.

    Attributes:
        project_id: None: the whole organisation, with projects that are gone.
        month: `2026-11`; None: all months.
    """

    project_id: UUID | None
    month: str | None
    spent_usd: Decimal
    calls: int


def set_budget(
    conn: sa.Connection,
    *,
    org_id: UUID,
    project_id: UUID | None = None,
    period: Period,
    limit_usd: Decimal | None,
    refuses_unknown: bool = False,
    is_imposed: bool = False,
) -> None:
    """Set a budget, or take it away.

    It holds from the next call on; what was spent in the period before counts.

    Args:
        limit_usd: None takes it away.
        is_imposed: only on a connection of the administrator.

    Raises:
        UnusableAmount: CC-0317.
        NotFound: CC-0020, no such project, or not the caller's to lead.
    """
    place = {"org_id": org_id, "project_id": project_id, "period": period, "is_imposed": is_imposed}
    if limit_usd is None:
        same = (ai_budgets.c[name].is_not_distinct_from(value) for name, value in place.items())
        conn.execute(ai_budgets.delete().where(*same))
        return
    values = {"limit_usd": _amount(limit_usd), "refuses_unknown": refuses_unknown}
    new = insert(ai_budgets).values(place | values)
    conn.execute(new.on_conflict_do_update(index_elements=list(place), set_=values))


def read_budgets(conn: sa.Connection, org_id: UUID) -> tuple[Budget, ...]:
    """The budgets of an organisation and its projects, for those who lead them, the organisation's first."""
    order = (ai_budgets.c.project_id.nulls_first(), ai_budgets.c.period, ai_budgets.c.is_imposed)
    rows = conn.execute(sa.select(ai_budgets).where(ai_budgets.c.org_id == org_id).order_by(*order))
    return tuple(Budget(row.project_id, row.period, row.limit_usd, row.refuses_unknown, row.is_imposed) for row in rows)


def read_budget_states(conn: sa.Connection, project_id: UUID | None) -> list[BudgetState]:
    """How the budgets of a member's organisation stand, and of a project that they may read; its own first."""
    return [BudgetState(**row) for row in conn.execute(_LEFT, {"project": project_id}).mappings()]


def read_spending(conn: sa.Connection) -> list[Spent]:
    """What was spent: all of it for an admin of the organisation, else in the projects that may be read."""
    return [
        Spent(row.project_id, f"{row.month:%Y-%m}" if row.month else None, row.spent_usd, row.calls)
        for row in conn.execute(_SPENT)
    ]


def set_price(
    conn: sa.Connection, *, org_id: UUID | None = None, provider: str, model: str, valid_from: date, price: Price
) -> None:
    """Set what a model costs from a day on; it goes before the table's price.

    Args:
        org_id: None: for the whole installation.
        provider: a provider's name, or a protocol.
        model: "*": all of the provider's models without a price of their own.

    Raises:
        UnusableAmount: CC-0317.
    """
    if not (0 < len(provider) <= LONGEST_NAME and 0 < len(model) <= LONGEST_NAME):
        raise UnusableAmount("A price names a provider and a model.")
    rates = {"input_usd": price.rates.input_usd, "cached_input_usd": price.rates.cached_input_usd}
    rates |= {"output_usd": price.rates.output_usd, "characters_usd": price.characters_usd}
    rates |= {"image_usd": price.image_usd, "minute_usd": price.minute_usd}
    parts = {name: None if value is None else _amount(value) for name, value in rates.items()}
    if all(value is None for value in parts.values()):
        raise UnusableAmount("A price says what tokens, characters, pictures or minutes cost; 0 if they cost nothing.")
    place = {"org_id": org_id, "provider": provider, "model": model, "valid_from": valid_from}
    values = {**parts, "source": price.source}
    new = insert(ai_prices).values(place | values)
    conn.execute(new.on_conflict_do_update(index_elements=list(place), set_=values))


def remove_price(
    conn: sa.Connection, *, org_id: UUID | None = None, provider: str, model: str, valid_from: date
) -> bool:
    """Take a price away; whether it was there."""
    place = {"org_id": org_id, "provider": provider, "model": model, "valid_from": valid_from}
    same = (ai_prices.c[name].is_not_distinct_from(value) for name, value in place.items())
    return conn.execute(ai_prices.delete().where(*same)).rowcount > 0


def read_prices(conn: sa.Connection, org_id: UUID | None = None) -> tuple[Override, ...]:
    """The prices that an organisation, or the installation, has set, for those who lead them."""
    ours = ai_prices.c.org_id.is_(None) if org_id is None else ai_prices.c.org_id == org_id
    order = (ai_prices.c.provider, ai_prices.c.model, ai_prices.c.valid_from)
    return tuple(_override(row) for row in conn.execute(sa.select(ai_prices).where(ours).order_by(*order)))


def price_overrides(conn: sa.Connection) -> tuple[Override, ...]:
    """The prices that go before the table's, for a job or a request: the installation's and its organisation's."""
    return tuple(_override(row) for row in conn.execute(_OVERRIDES))


def _override(row: sa.Row[Any]) -> Override:
    rates = Rates(row.input_usd, row.cached_input_usd, row.output_usd)
    price = Price(row.source, row.valid_from, rates, (), row.characters_usd, row.image_usd, row.minute_usd)
    return Override(row.provider, row.model, price, row.org_id is None)


def _amount(amount: Decimal) -> Decimal:
    if not (amount.is_finite() and 0 <= amount <= MOST_USD):
        raise UnusableAmount("That is no amount of US dollars from 0 on.")
    return amount
