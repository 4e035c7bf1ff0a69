"""What the routes work with: one installation, open."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from threading import Event
from typing import TYPE_CHECKING, Any
from uuid import UUID

from coursecrafter.accounts.settings import AccountSettings
from coursecrafter.api.identify import Doors
from coursecrafter.api.rates import Rates
from coursecrafter.config import ServiceSettings, Settings
from coursecrafter.db.session import Database
from coursecrafter.storage.objects import ObjectStore

if TYPE_CHECKING:
    from coursecrafter.background.runner import Background

STORES_KEPT = 256


@dataclass(frozen=True, slots=True)
class Site:
    """An open installation.

    Attributes:
        doors: how callers are known.
        rates: of callers that are known, by person and organisation; of others by address.
        background: what renders and parses.
        stopping: set once the service is to end, so that streams without an end of their own do.
    """

    settings: Settings
    service: ServiceSettings
    accounts: AccountSettings
    database: Database
    doors: Doors
    background: Background
    rates: Rates
    stranger_rates: Rates
    stopping: Event = field(default_factory=Event)
    _stores: Any = field(init=False)

    def __post_init__(self) -> None:
        opened = lru_cache(STORES_KEPT)(lambda org_id: ObjectStore(self.settings.store_url, org_id))
        object.__setattr__(self, "_stores", opened)

    def store(self, org_id: UUID) -> ObjectStore:
        """The objects of an organisation."""
        store: ObjectStore = self._stores(org_id)
        return store
