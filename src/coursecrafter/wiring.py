"""The one file that knows everything: which database, store, providers and runner make up this installation."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from uuid import UUID

from coursecrafter.authoring.author import Author
from coursecrafter.config import Settings
from coursecrafter.db.organisations import ensure_organisation, ensure_user
from coursecrafter.db.session import Database, Identity, open_database
from coursecrafter.engines.bench import Bench
from coursecrafter.gateway.cache import CachedGateway
from coursecrafter.gateway.ledger import DatabaseLedger
from coursecrafter.gateway.offline import OfflineGateway
from coursecrafter.jobs.steps import InlineRunner
from coursecrafter.progress import BuildProgress
from coursecrafter.storage.objects import ObjectStore

LOCAL_ORGANISATION = ("Local", "local")
LOCAL_USER = "author@localhost"


@dataclass(frozen=True, slots=True)
class Workshop:
    """An open installation, on behalf of one author."""

    database: Database
    author: Author
    store: ObjectStore
    runner: InlineRunner
    progress: BuildProgress

    def identity(self, project_id: UUID | None = None) -> Identity:
        """The author, in a project if one is named."""
        return Identity(self.author.org_id, self.author.user_id, project_id)

    def bench(self, project_id: UUID) -> Bench:
        """The tools for an engine that works on a project."""
        ledger = DatabaseLedger(self.database, self.identity(project_id))
        gateway = CachedGateway(OfflineGateway(ledger), self.runner, self.store)
        return Bench(self.runner, self.store, gateway)


@contextmanager
def open_workshop(settings: Settings, progress: BuildProgress) -> Iterator[Workshop]:
    """Open database and store for the person at this machine.

    Raises:
        CourseCrafterError: the database or the store cannot be opened.
    """
    with open_database(settings) as database:
        database.ensure_ready()
        author = _local_author(database)
        store = ObjectStore(settings.store_url, author.org_id)
        runner = InlineRunner(store, settings.workers, progress.step, progress.expect)
        yield Workshop(database, author, store, runner, progress)


def _local_author(database: Database) -> Author:
    with database.admin() as conn:
        org_id = ensure_organisation(conn, *LOCAL_ORGANISATION)
        user_id = ensure_user(conn, org_id, LOCAL_USER, "Author", role="owner")
    return Author(org_id, user_id)
