"""Opens an installation for the routes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from coursecrafter.accounts.jwt_tokens import Platform
from coursecrafter.accounts.settings import AccountSettings
from coursecrafter.api.identify import Doors
from coursecrafter.api.rates import Rates
from coursecrafter.api.site import Site
from coursecrafter.background.runner import Background
from coursecrafter.config import ServiceSettings, Settings
from coursecrafter.db.session import Database, open_database

STRANGERS_PER_MINUTE = 600
"""Calls from one address by nobody that is known: pages and sign-ins, of a whole office behind one address."""


@contextmanager
def open_site(
    settings: Settings, service: ServiceSettings, accounts: AccountSettings, *, is_working: bool = True
) -> Iterator[Site]:
    """Open database, store and background work for as long as the service runs.

    Args:
        is_working: whether it works on the queue too; else others do.

    Raises:
        CourseCrafterError: the database or the store cannot be opened.
    """
    with ExitStack() as stack:
        database = stack.enter_context(open_database(settings, connections=service.threads))
        database.ensure_ready()
        background = Background(settings, is_working=is_working)
        stack.callback(background.close)
        yield make_site(settings, service, accounts, database, background)


def make_site(
    settings: Settings, service: ServiceSettings, accounts: AccountSettings, database: Database, background: Background
) -> Site:
    """The parts put together."""
    platform = Platform(accounts.jwt) if accounts.jwt is not None else None
    doors = Doors(database, service.public_url, service.cors_origins, platform)
    limited = Rates(service.calls_per_minute), Rates(min(service.calls_per_minute, STRANGERS_PER_MINUTE))
    return Site(settings, service, accounts, database, doors, background, *limited)
