"""Short codes of projects and lessons, as `HRA-101` and `L1.1`."""

from __future__ import annotations

from sqlalchemy import Table

from coursecrafter.db.refusals import ValueRefused
from coursecrafter.domain.nouns import NOUNS

LONGEST_CODE = 50
"""Signs; codes stand in the names of files."""

LIBRARY_CODE = "_LIBRARY"
"""Of the project that holds what belongs to an organisation and to no course."""


def require_code(table: Table, code: str | None) -> None:
    """Refuse a code that is empty rather than missing, too long, or kept for the library.

    Raises:
        ValueRefused: CC-0022.
    """
    if code is None:
        return
    if not code.strip():
        raise ValueRefused(f"The short code of the {NOUNS[table.name]} is empty.")
    if len(code) > LONGEST_CODE:
        raise ValueRefused(f"The short code of the {NOUNS[table.name]} is longer than {LONGEST_CODE} signs.")
    if code == LIBRARY_CODE:
        raise ValueRefused(f"The short code {LIBRARY_CODE} is kept for the organisation's library.")
