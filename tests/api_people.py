"""The service over real HTTP, and people who call it with keys of their own.

Put this in a `conftest.py`::

    @pytest.fixture(scope="module")
    def service(database: Database, tmp_path_factory) -> Iterator[Service]:
        with open_service(database, tmp_path_factory.mktemp("home")) as service:
            yield service
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import uvicorn

from background_shops import PATIENCE_S, until
from coursecrafter.accounts.caller import Caller, Scope
from coursecrafter.accounts.events import HERE
from coursecrafter.accounts.keys import make_key
from coursecrafter.accounts.settings import load_account_settings
from coursecrafter.api.app import make_app
from coursecrafter.api.opening import make_site
from coursecrafter.api.site import Site
from coursecrafter.background.runner import Background
from coursecrafter.config import ServiceSettings, Settings
from coursecrafter.db.organisations import ensure_organisation, ensure_user
from coursecrafter.db.session import Database
from coursecrafter.db.urls import DatabaseUrls

NUMBERS = count(1)


@dataclass
class Person:
    """Somebody with a key."""

    org_id: UUID
    user_id: UUID
    email: str
    http: httpx.Client

    def get(self, path: str, **options: Any) -> httpx.Response:
        return self.http.get(f"/cc{path}", **options)

    def post(self, path: str, body: Any = None, **options: Any) -> httpx.Response:
        return (
            self.http.post(f"/cc{path}", json=body, **options)
            if body is not None
            else self.http.post(f"/cc{path}", **options)
        )

    def made(self, path: str, body: Any = None, **options: Any) -> Any:
        """What a call that must succeed answers."""
        return data_of(self.post(path, body, **options))

    def read(self, path: str, **options: Any) -> Any:
        return data_of(self.get(path, **options))


@dataclass
class Service:
    """A running service."""

    url: str
    site: Site
    clients: list[httpx.Client] = field(default_factory=list)

    def organisation(self, slug: str | None = None) -> UUID:
        name = slug or f"org-{next(NUMBERS)}"
        with self.site.database.admin() as conn:
            return ensure_organisation(conn, name.title(), name)

    def person(self, org_id: UUID, role: str = "member", scopes: frozenset[Scope] | None = None) -> Person:
        email = f"person-{next(NUMBERS)}@example.org"
        with self.site.database.admin() as conn:
            user_id = ensure_user(conn, org_id, email, email.partition("@")[0], role=role)
        return Person(org_id, user_id, email, self.client(org_id, user_id, scopes))

    def client(self, org_id: UUID, user_id: UUID, scopes: frozenset[Scope] | None = None) -> httpx.Client:
        wanted = scopes or frozenset({Scope.READ, Scope.WRITE})
        caller = Caller(user_id, org_id, "session")
        with self.site.database.accounts() as conn:
            secret, _ = make_key(conn, caller, "test", wanted, HERE)
        headers = {"authorization": f"Bearer {secret}"}
        return self._open(headers)

    def stranger(self) -> httpx.Client:
        return self._open({})

    def _open(self, headers: dict[str, str]) -> httpx.Client:
        self.clients.append(httpx.Client(base_url=self.url, headers=headers, timeout=60))
        return self.clients[-1]


def without_admin(database: Database) -> Database:
    """The same database for somebody who has no administrator's login."""
    urls = database.urls
    return Database(DatabaseUrls(urls.app, urls.worker, urls.worker), is_embedded=False)


@contextmanager
def open_service(
    database: Database,
    home: Path,
    environment: dict[str, str] | None = None,
    *,
    is_working: bool = True,
    is_keeper: bool = True,
) -> Iterator[Service]:
    """Serve a database on a free port of the loopback, by default with a worker inside that does chores too."""
    settings = Settings(home, str(home / "store"), None, None, 2)
    service = ServiceSettings("http://localhost", (), b"k" * 32, 8, 0, None, 1 << 40)
    own = database if is_keeper else without_admin(database)
    background = Background(settings, database=own, is_working=is_working)
    site = make_site(settings, service, load_account_settings(environment or {}), database, background)
    try:
        with serve(site) as url:
            running = Service(url, site)
            try:
                yield running
            finally:
                for client in running.clients:
                    client.close()
    finally:
        background.close()
        if own is not database:
            own.close()


@contextmanager
def serve(site: Site) -> Iterator[str]:
    """Serve an open installation on a free port of the loopback; its address."""
    config = uvicorn.Config(make_app(site), host="127.0.0.1", port=0, log_level="warning", server_header=False)
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    try:
        until(lambda: server.started)
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(PATIENCE_S)


def data_of(answer: httpx.Response) -> Any:
    body = answer.json()
    assert body["ok"], body["error"]
    assert body["error"] is None
    return body["data"]


def code_of(answer: httpx.Response) -> str:
    body = answer.json()
    assert body["ok"] is False
    assert body["data"] is None
    return str(body["error"]["code"])
