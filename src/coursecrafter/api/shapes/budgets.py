"""What calls to models may cost, and what they did."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from coursecrafter.api.shapes.base import Id, Shape

Period = Literal["month", "total"]
Month = Annotated[str, Field(pattern=r"^\d{4}-\d\d$", examples=["2026-11"])]


class Budget(Shape):
    """What calls may cost, and how much of it is left."""

    project_id: Id | None
    """Null: the whole organisation's."""
    period: Period
    """`month`: a calendar month, UTC; `total`: for all time."""
    limit_usd: float
    spent_usd: float
    reserved_usd: float
    """What calls under way may cost at most."""
    left_usd: float
    refuses_unknown: bool
    """Whether calls are refused whose price nobody knows."""
    is_imposed: bool
    """Whether the installation set it; it cannot be changed here."""


class Budgets(Shape):
    """Budgets, the organisation's first."""

    items: list[Budget]


class ProjectTotal(Shape):
    """What a course's calls cost in a month."""

    project_id: Id
    name: str | None
    """Null: it is not shared with you."""
    spent_usd: float
    calls: int


class ProviderTotal(Shape):
    """What the calls to one model cost in a month, by the log of calls."""

    provider: str
    model: str | None
    spent_usd: float
    calls: int


class OrganisationSpending(Shape):
    """What an organisation's calls cost."""

    month: Month
    """This month, UTC."""
    spent_usd: float
    """In this month."""
    calls: int
    total_usd: float
    """For all time, also of courses that are gone."""
    total_calls: int
    projects: list[ProjectTotal]
    """Of this month, the dearest first."""
    providers: list[ProviderTotal]
    """Of this month, the dearest first; of the courses that are shared with you, whose log you may read."""
    budgets: list[Budget]


class ProjectSpending(Shape):
    """What a course's calls cost."""

    project_id: Id
    month: Month
    spent_usd: float
    calls: int
    total_usd: float
    total_calls: int
    providers: list[ProviderTotal]
    budgets: list[Budget]
    """Those that its calls count in: its own first, then the organisation's."""
