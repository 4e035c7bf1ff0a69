"""`/cc/ai/budgets`, `/cc/ai/spending`: what calls to models may cost, and what they did."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated
from uuid import UUID

from pydantic import Field
from sqlalchemy import Connection
from starlette.responses import Response

from coursecrafter.accounts.caller import Scope
from coursecrafter.api.call import Calling
from coursecrafter.api.examples import example
from coursecrafter.api.fields import Body, Flag
from coursecrafter.api.leading import require_lead
from coursecrafter.api.routing import Routes
from coursecrafter.api.shapes.budgets import Budgets, OrganisationSpending, Period, ProjectSpending
from coursecrafter.db.refusals import NotAllowed, NotFound
from coursecrafter.gateway import budgets
from coursecrafter.gateway.budgets import MOST_USD, UnusableAmount
from coursecrafter.reading.spending import read_budgets, read_organisation_spending, read_project_spending

routes = Routes("/cc/ai", "AI gateway")

Usd = Annotated[float, Field(strict=True, ge=0, le=float(MOST_USD))]
Whose = Annotated[UUID | None, Field(description="Left out: the whole organisation's.")]


class BudgetOrder(Body):
    """What calls may cost from now on; what was spent in the period before counts."""

    project_id: Whose = None
    period: Period
    limit_usd: Usd
    refuses_unknown: Annotated[Flag, Field(description="Refuse calls whose price nobody knows.")] = False

    model_config = example(period="month", limit_usd=25, refuses_unknown=False)


class BudgetName(Body):
    """Which budget."""

    project_id: Whose = None
    period: Period

    model_config = example(period="month")


@routes.reads("/budgets/list", Budgets, scope=Scope.ADMIN, refuses=(NotAllowed,))
def read_list(call: Calling) -> Response:
    """List the budgets of your organisation and its courses, and what is left of each; for owners and admins."""
    require_lead(call)
    return call.read(read_budgets)


@routes.acts("/budgets/set", Budgets, scope=Scope.ADMIN, refuses=(NotFound, NotAllowed, UnusableAmount))
def set_one(call: Calling, body: BudgetOrder) -> Response:
    """Set what calls to models may cost in a month or for all time; for owners and admins.

    A call that may cost more than is left is refused before it is made.
    """
    require_lead(call)

    def work(conn: Connection) -> bytes:
        budgets.set_budget(
            conn,
            org_id=call.caller.org_id,
            project_id=body.project_id,
            period=body.period,
            # By its shortest decimal form: 0.1 is a tenth.
            limit_usd=Decimal(str(body.limit_usd)),
            refuses_unknown=body.refuses_unknown,
        )
        return read_budgets(conn)

    return call.act(work)


@routes.acts("/budgets/delete", Budgets, scope=Scope.ADMIN)
def delete(call: Calling, body: BudgetName) -> Response:
    """Take a budget away; for owners and admins. One that the installation imposed stays."""
    require_lead(call)

    def work(conn: Connection) -> bytes:
        org_id, place = call.caller.org_id, (body.project_id, body.period, False)
        found = budgets.read_budgets(conn, org_id)
        if place not in {(one.project_id, one.period, one.is_imposed) for one in found}:
            raise NotFound("There is no such budget.")
        budgets.set_budget(conn, org_id=org_id, project_id=body.project_id, period=body.period, limit_usd=None)
        return read_budgets(conn)

    return call.act(work)


@routes.reads("/spending", OrganisationSpending, scope=Scope.ADMIN, refuses=(NotAllowed,))
def read_spending(call: Calling) -> Response:
    """Tell what your organisation's calls to models cost this month, by course and model; for owners and admins."""
    require_lead(call)
    return call.read(read_organisation_spending)


@routes.reads("/spending/{project_id}", ProjectSpending)
def read_spending_of_project(call: Calling, project_id: UUID) -> Response:
    """Tell what a course's calls to models cost this month, and what is left of the budgets that they count in."""
    return call.read(lambda conn: read_project_spending(conn, project_id), project_id=project_id)
