"""A workshop of its own for each module: real database, real store, no progress shown."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from coursecrafter.config import Settings
from coursecrafter.db.embedded import remove_embedded
from coursecrafter.progress import BuildProgress
from coursecrafter.wiring import Workshop, open_workshop


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workshop]:
    home = tmp_path_factory.mktemp("shop")
    settings = Settings(home, str(home / "store"), None, None, 2)
    with BuildProgress(is_quiet=True) as progress, open_workshop(settings, progress) as workshop:
        yield workshop
    remove_embedded(home)


@pytest.fixture(scope="session")
def forget() -> Iterator[list[Path]]:
    """Homes whose embedded database is removed at the end."""
    homes: list[Path] = []
    yield homes
    for home in homes:
        remove_embedded(home)
