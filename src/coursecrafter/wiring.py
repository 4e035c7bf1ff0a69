"""The one file that knows everything: which database, store, providers and runner make up this installation."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from uuid import UUID

from coursecrafter.authoring.author import Author
from coursecrafter.config import Settings
from coursecrafter.db.organisations import ensure_organisation, ensure_user, find_member, find_organisation
from coursecrafter.db.session import Database, Identity, open_database
from coursecrafter.engines.bench import Bench
from coursecrafter.gateway.cache import CachedGateway
from coursecrafter.gateway.ledger import DatabaseLedger
from coursecrafter.gateway.offline import OfflineGateway
from coursecrafter.jobs.steps import InlineRunner
from coursecrafter.progress import Progress
from coursecrafter.storage.objects import ObjectStore

LOCAL_ORGANISATION = ("Local", "local")
LOCAL_USER = "author@localhost"


@dataclass(frozen=True, slots=True)
class Who:
    """On whose behalf a command works.

    Attributes:
        organisation: its short name; None: the one of this machine.
        person: the author's address; None: whoever sits at this machine, its owner.
    """

    organisation: str | None = None
    person: str | None = None


@dataclass(frozen=True, slots=True)
class Workshop:
    """An open installation, on behalf of one author."""

    database: Database
    author: Author
    store: ObjectStore
    runner: InlineRunner
    progress: Progress

    def identity(self, project_id: UUID | None = None) -> Identity:
        """The author, in a project if one is named."""
        return Identity(self.author.org_id, self.author.user_id, project_id)

    def bench(self, project_id: UUID) -> Bench:
        """The tools for an engine that works on a project."""
        ledger = DatabaseLedger(self.database, self.identity(project_id))
        gateway = CachedGateway(OfflineGateway(ledger), self.runner, self.store)
        return Bench(self.runner, self.store, gateway)


@contextmanager
def open_workshop(settings: Settings, progress: Progress, who: Who | None = None) -> Iterator[Workshop]:
    """Open database and store for an author, by default for the person at this machine.

    Raises:
        CourseCrafterError: the database or the store cannot be opened.
        NotFound: CC-0020, there is no such organisation or member.
    """
    with open_database(settings) as database:
        database.ensure_ready()
        yield furnish(database, settings, _author(database, who or Who()), progress)


def furnish(database: Database, settings: Settings, author: Author, progress: Progress) -> Workshop:
    """The workshop of an author in an open database; the progress is told of each step.

    Raises:
        StoreUnreachable: CC-0703.
    """
    store = ObjectStore(settings.store_url, author.org_id)
    runner = InlineRunner(store, settings.workers, progress.step, progress.expect)
    return Workshop(database, author, store, runner, progress)


def _author(database: Database, who: Who) -> Author:
    with database.admin() as conn:
        if who.organisation is None:
            org_id = ensure_organisation(conn, *LOCAL_ORGANISATION)
            ensure_user(conn, org_id, LOCAL_USER, "Author", role="owner")
        else:
            org_id = find_organisation(conn, who.organisation)
        return Author(org_id, find_member(conn, org_id, who.person or LOCAL_USER))
