"""A ledger in memory."""

from __future__ import annotations

from coursecrafter.gateway.ports import CallRecord


class ListLedger:
    """Keeps calls in the order in which they were made."""

    def __init__(self) -> None:
        self.calls: list[CallRecord] = []

    def record(self, call: CallRecord) -> None:
        self.calls.append(call)
