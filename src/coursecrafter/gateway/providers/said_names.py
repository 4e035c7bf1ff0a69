"""Names that a provider says, as they may stand in a row, in a log and on a page."""

from __future__ import annotations

from typing import Any

LONGEST_NAME = 200


def said_name(value: Any) -> str:
    """A name without signs that cannot be shown or stored, and no longer than names are; "" where it is none."""
    shown = "".join(sign for sign in value[: 2 * LONGEST_NAME] if sign.isprintable()) if isinstance(value, str) else ""
    return shown[:LONGEST_NAME].strip()
