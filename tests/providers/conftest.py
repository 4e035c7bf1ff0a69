"""What the tests of providers share."""

from __future__ import annotations

import pytest

from coursecrafter.gateway.providers.offline_speech import OfflineSpeech
from coursecrafter.gateway.providers.offline_text import OfflineText
from plain_gateway import MemoryCalls


@pytest.fixture
def ledger() -> MemoryCalls:
    return MemoryCalls()


@pytest.fixture(scope="session")
def voice() -> OfflineSpeech:
    return OfflineSpeech()


@pytest.fixture(scope="session")
def writer() -> OfflineText:
    return OfflineText()
