"""How many tokens a text may have, and how many a provider says that a call used, where that can be believed."""

from __future__ import annotations

from typing import Any

MOST_TOKENS = 100_000_000
"""More than any model reads or writes in a call; what is larger would not fit the ledger either."""


def tokens_of(text: str, bytes_per_token: int) -> int:
    """About how many tokens a text has.

    By its bytes in UTF-8, since a letter of Latin script is a part of a token, and a sign of Chinese a whole one.
    """
    return len(text.encode("utf-8", "replace")) // bytes_per_token


def token_count(value: Any) -> int | None:
    """A number of tokens; None where it is none: whoever reckons takes the most that it can be then.

    A number below 0 would give money back to the budgets.
    """
    is_number = isinstance(value, int) and not isinstance(value, bool)
    return value if is_number and 0 <= value <= MOST_TOKENS else None
