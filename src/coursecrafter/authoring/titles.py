"""Titles and names: not empty, and short enough to be one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Table

from coursecrafter.db.refusals import ValueRefused
from coursecrafter.domain.nouns import NOUNS, field_words

LONGEST_TITLE = 500
"""Signs."""


def require_titles(table: Table, fields: Mapping[str, Any], *names: str) -> None:
    """Refuse a title, of those that are given, that is empty or too long; a column that may be null may be left so.

    Raises:
        ValueRefused: CC-0022, naming the field.
    """
    for name in names:
        title = fields.get(name)
        if name not in fields or (title is None and table.c[name].nullable):
            continue
        field = f"{field_words(name)} of the {NOUNS[table.name]}"
        if not isinstance(title, str) or not title.strip():
            raise ValueRefused(f"The {field} is empty.")
        if len(title) > LONGEST_TITLE:
            raise ValueRefused(f"The {field} is longer than {LONGEST_TITLE} signs.")
