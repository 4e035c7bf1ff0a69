"""What the tests of providers share."""

from __future__ import annotations

import pytest

from coursecrafter.gateway.ports import CallRecord
from coursecrafter.gateway.providers.offline_speech import OfflineSpeech
from coursecrafter.gateway.providers.offline_text import OfflineText


class ListLedger:
    """A ledger in memory."""

    def __init__(self) -> None:
        self.calls: list[CallRecord] = []

    def record(self, call: CallRecord) -> None:
        self.calls.append(call)


@pytest.fixture
def ledger() -> ListLedger:
    return ListLedger()


@pytest.fixture(scope="session")
def voice() -> OfflineSpeech:
    return OfflineSpeech()


@pytest.fixture(scope="session")
def writer() -> OfflineText:
    return OfflineText()
