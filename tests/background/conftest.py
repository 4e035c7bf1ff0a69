"""One background for each module: child processes take a while to start."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from background_shops import Shopfloor, open_shopfloor
from coursecrafter.db.session import Database
from coursecrafter.gateway.connections import add_provider, remove_provider
from coursecrafter.gateway.sealing import load_keyring
from providers.model_server import ModelServer, open_model_server


@pytest.fixture(scope="module")
def floor(database: Database, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shopfloor]:
    with open_shopfloor(database, tmp_path_factory.mktemp("home")) as floor:
        yield floor


@pytest.fixture
def models(floor: Shopfloor) -> Iterator[ModelServer]:
    """A provider that charges as the operator says, connected for the whole installation."""
    with open_model_server() as served:
        told = served.connection("openai_compatible")
        with floor.database.admin() as conn:
            provider = add_provider(
                conn,
                load_keyring(floor.settings.home),
                org_id=None,
                name="stand-in",
                protocol="openai_compatible",
                base_url=told.base_url,
                key=told.key,
            )
        yield served
        with floor.database.admin() as conn:
            remove_provider(conn, provider.id)
