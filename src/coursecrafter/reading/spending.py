"""What calls to models cost this month, and how the budgets stand.

Running totals say what was spent; they stay when the log of calls is forgotten. Who was paid says the log.
"""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import Connection

from coursecrafter.db.tables import cc_projects
from coursecrafter.reading.answers import answer, fill, many, read_one
from coursecrafter.reading.costs import COST_USD

_THIS_MONTH = "CAST(date_trunc('month', now() AT TIME ZONE 'UTC') AS date)"

_BUDGET = """
b.project_id, b.period, b.limit_usd, b.spent_usd, b.reserved_usd,
greatest(0, b.limit_usd - b.spent_usd - b.reserved_usd) AS left_usd, b.refuses_unknown, b.is_imposed
"""

# Each project's stand in its own list; the organisation's stand in every one.
_BUDGETS_OF_ORGANISATION = fill(
    """
SELECT {budget} FROM (
  SELECT o.project_id, o.period, o.is_imposed, o.refuses_unknown, o.limit_usd, coalesce(f.spent_usd, s.spent_usd, 0)
    AS spent_usd, coalesce(f.reserved_usd, 0) AS reserved_usd
  FROM platform.ai_budgets o
  LEFT JOIN LATERAL platform.ai_budgets_left(o.project_id) f
    ON f.project_id IS NOT DISTINCT FROM o.project_id AND f.period = o.period AND f.is_imposed = o.is_imposed
  LEFT JOIN platform.ai_spending_of() s ON s.project_id IS NOT DISTINCT FROM o.project_id
    AND s.month IS NOT DISTINCT FROM CASE o.period WHEN 'month' THEN {month} END
) b ORDER BY b.project_id NULLS FIRST, b.period, b.is_imposed
""",
    budget=_BUDGET,
    month=_THIS_MONTH,
)
_BUDGETS_OF_PROJECT = fill("SELECT {budget} FROM platform.ai_budgets_left(p.id) b", budget=_BUDGET)

# What the log says; the totals count a call in the month in which it began.
_PROVIDERS = fill(
    """
SELECT c.provider, c.model_name AS model, sum({cost}) AS spent_usd, count(*) AS calls
FROM course_crafter.cc_ai_calls c
WHERE {{place}} AND c.created_at >= CAST({month} AS timestamp) AT TIME ZONE 'UTC'
GROUP BY c.provider, c.model_name ORDER BY spent_usd DESC, c.provider, c.model_name
""",
    cost=fill(COST_USD, row="c"),
    month=_THIS_MONTH,
)

_SUMS = """
coalesce(max(s.spent_usd) FILTER (WHERE s.month = {month}), 0) AS spent_usd,
coalesce(max(s.calls) FILTER (WHERE s.month = {month}), 0) AS calls,
coalesce(max(s.spent_usd) FILTER (WHERE s.month IS NULL), 0) AS total_usd,
coalesce(max(s.calls) FILTER (WHERE s.month IS NULL), 0) AS total_calls
"""

_ORGANISATION = answer(
    """
SELECT to_char({month}, 'YYYY-MM') AS month, t.*, {projects} AS projects, {providers} AS providers, {budgets} AS budgets
FROM (SELECT {sums} FROM platform.ai_spending_of() s WHERE s.project_id IS NULL) t
""",
    month=_THIS_MONTH,
    sums=fill(_SUMS, month=_THIS_MONTH),
    projects=many(
        """
SELECT s.project_id, p.name, s.spent_usd, s.calls FROM platform.ai_spending_of() s
LEFT JOIN course_crafter.cc_projects p ON p.id = s.project_id
WHERE s.month = {month} AND s.project_id IS NOT NULL ORDER BY s.spent_usd DESC, s.project_id
""",
        month=_THIS_MONTH,
    ),
    providers=many(fill(_PROVIDERS, place="true")),
    budgets=many(_BUDGETS_OF_ORGANISATION),
)

_PROJECT = answer(
    """
SELECT p.id AS project_id, to_char({month}, 'YYYY-MM') AS month, t.*, {providers} AS providers, {budgets} AS budgets
FROM course_crafter.cc_projects p
CROSS JOIN LATERAL (SELECT {sums} FROM platform.ai_spending_of() s WHERE s.project_id = p.id) t
WHERE p.id = :project_id AND p.deleted_at IS NULL
""",
    month=_THIS_MONTH,
    sums=fill(_SUMS, month=_THIS_MONTH),
    providers=many(fill(_PROVIDERS, place="c.project_id = p.id")),
    budgets=many(_BUDGETS_OF_PROJECT),
)

_BUDGETS = answer("SELECT {items} AS items", items=many(_BUDGETS_OF_ORGANISATION))


def read_organisation_spending(conn: Connection) -> bytes:
    """What the organisation's calls cost this month, by project and by model, with its budgets; for its admins."""
    return read_one(conn, _ORGANISATION, {}, "organisation")


def read_project_spending(conn: Connection, project_id: UUID) -> bytes:
    """What a project's calls cost this month, by model, with the budgets that they count in.

    Raises:
        NotFound: CC-0020.
    """
    return read_one(conn, _PROJECT, {"project_id": project_id}, cc_projects)


def read_budgets(conn: Connection) -> bytes:
    """The budgets of the organisation and its projects, and how they stand; for its admins."""
    return read_one(conn, _BUDGETS, {}, "budget")
