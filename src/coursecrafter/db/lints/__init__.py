"""Lints: what a schema may not hold, whatever its migrations say; the rules in words are their sentences.

The facts behind most rules are those of supabase's "splinter"; queries and sentences are ours.
"""

from __future__ import annotations

import sqlalchemy as sa

from coursecrafter.db.lints import columns, functions, keys, policies, relations, rights
from coursecrafter.db.lints.rule import Finding

__all__ = ["Finding", "lint"]

RULES = (*keys.RULES, *policies.RULES, *rights.RULES, *functions.RULES, *columns.RULES, *relations.RULES)


def lint(connection: sa.Connection) -> list[Finding]:
    """Hold the schemas `platform` and `course_crafter` against every rule.

    Args:
        connection: as the administrator, since only an owner sees every object.

    Returns:
        One finding for each object and rule, by rule; none if all is well.
    """
    return [finding for rule in RULES for finding in rule.findings(connection)]
