"""Lists over many projects: the newest rows of everything that a request may read.

Most lists need nothing of this: they leave the projects to the policies. But "the newest 50" can be had in two ways,
and the planner cannot know which is right, since it does not see how many projects a policy lets through. Few projects:
read their rows and sort them. Many: walk all rows from the newest until enough of them are the request's. Each way is
slower than the other by ten times and more where the other is right.

Source: docs/decisions/0012.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY

FEW = 10
"""Up to so many projects are named in the query."""

ASK = sa.text("SELECT platform.projects_of_request(:most)")


def read_newest(
    session: sa.Connection, newest: sa.Select[Any], project_id: sa.ColumnElement[Any]
) -> Sequence[sa.Row[Any]]:
    """Run a query for the newest rows over all projects that the request may read.

    Args:
        newest: ordered by `id`, the highest first, and limited: ids are UUIDv7, so that is the order in time, and
            their primary key is its only index.
        project_id: the column of `newest` that names the project.

    Returns:
        The rows, as `newest` alone would give them: a condition on projects only narrows what the policies let through.
    """
    few = session.scalar(ASK, {"most": FEW + 1})
    if len(few) <= FEW:
        newest = newest.where(project_id == sa.any_(sa.literal(few, ARRAY(sa.Uuid))))
    return session.execute(newest).all()
