"""The one file that knows everything: which database, store, providers and runner make up this installation."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Row

from coursecrafter.authoring.author import Author
from coursecrafter.authoring.context import read_context
from coursecrafter.authoring.snapshots import context_snapshot
from coursecrafter.config import Settings
from coursecrafter.db.organisations import ensure_organisation, ensure_user, find_member, find_organisation
from coursecrafter.db.session import Database, Identity, open_database
from coursecrafter.engines.bench import Bench
from coursecrafter.errors import GatewayError
from coursecrafter.gateway.attempts import Attempts
from coursecrafter.gateway.connections import candidates_for, prices_of
from coursecrafter.gateway.door import AiGateway
from coursecrafter.gateway.lexicon import Lexicon
from coursecrafter.gateway.payloads import load_payloads
from coursecrafter.gateway.ports import Brief, Candidate, Kind, Mode
from coursecrafter.gateway.sealing import Keyring, KeyUnreadable, load_keyring
from coursecrafter.gateway.setting import Setting
from coursecrafter.jobs.steps import InlineRunner
from coursecrafter.media.signing import load_signing
from coursecrafter.progress import Progress
from coursecrafter.storage.objects import ObjectStore

LOCAL_ORGANISATION = ("Local", "local")
LOCAL_USER = "author@localhost"
MOST_ABOUT_SIGNS = 2000
"""Of what an author says of the course, told to a model with each task."""


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
    settings: Settings

    def identity(self, project_id: UUID | None = None) -> Identity:
        """The author, in a project if one is named."""
        return Identity(self.author.org_id, self.author.user_id, project_id)

    def bench(self, project_id: UUID) -> Bench:
        """The tools for an engine that works on a project."""
        attempts = Attempts(self.database, self.identity(project_id))
        gateway = AiGateway(attempts, lambda: self._setting(project_id), say=self.progress.say)
        return Bench(self.runner, self.store, gateway, lambda: load_signing(self.settings.home))

    def _setting(self, project_id: UUID) -> Setting:
        """Who is asked for a project, for whom it is written, and how its words are spoken."""
        keyring = load_keyring(self.settings.home)
        with self.database.worker(self.identity(project_id)) as conn:
            context = read_context(conn, project_id)
            told = context.metadata if context else {}
            mode = Mode(told.get("mode") or Mode.STANDARD)
            routes = {kind: _route(conn, project_id, kind, mode, keyring) for kind in Kind}
            prices = prices_of(conn)
            snapshot = context_snapshot(conn, project_id)
        return Setting(
            routes=routes,
            brief=_brief(context) if context else Brief(),
            lexicon=Lexicon.of(told.get("lexicon")),
            snapshot=self.store.put_bytes(snapshot, "application/json").sha256,
            price=prices,
            payloads=load_payloads(),
        )


def _route(
    conn: Connection, project_id: UUID, kind: Kind, mode: Mode, keyring: Keyring
) -> Sequence[Candidate] | GatewayError:
    """Who may answer; a key that cannot be opened keeps only calls of its kind from being made."""
    try:
        return candidates_for(conn, project_id, kind, mode, keyring)
    except KeyUnreadable as error:
        return error


def _brief(context: Row[Any]) -> Brief:
    return Brief(
        audience_level=context.audience_level or "",
        audience_role=context.audience_role or "",
        region=context.region or "",
        domain=context.domain or "",
        tone=str((context.metadata.get("defaults") or {}).get("tone") or ""),
        about=(context.raw_text or "")[:MOST_ABOUT_SIGNS],
    )


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
    return Workshop(database, author, store, runner, progress, settings)


def _author(database: Database, who: Who) -> Author:
    with database.admin() as conn:
        if who.organisation is None:
            org_id = ensure_organisation(conn, *LOCAL_ORGANISATION)
            ensure_user(conn, org_id, LOCAL_USER, "Author", role="owner")
        else:
            org_id = find_organisation(conn, who.organisation)
        return Author(org_id, find_member(conn, org_id, who.person or LOCAL_USER))
