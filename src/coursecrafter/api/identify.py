"""Who calls: a session's cookie, an API key, or a token of a larger platform.

A caller that was found is remembered for a few seconds, so that a page that asks for ten things looks up its session
once. What they may see is asked of the database in every call; what ends a session or key here forgets it at once, and
on other machines within those seconds.
"""

from __future__ import annotations

import hashlib
import time
from collections import OrderedDict
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from starlette.requests import HTTPConnection

from coursecrafter.accounts.caller import Caller, NotSignedIn
from coursecrafter.accounts.events import Origin
from coursecrafter.accounts.jwt_tokens import Platform
from coursecrafter.accounts.keys import find_key
from coursecrafter.accounts.sessions import find_session
from coursecrafter.accounts.tokens import TokenKind, is_token
from coursecrafter.api.problems import WrongOrigin
from coursecrafter.db.session import Database

COOKIE = "__Host-cc_session"
REMEMBERED_S = 5.0
MOST_REMEMBERED = 4096
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


@dataclass(slots=True)
class Doors:
    """How callers are known.

    Attributes:
        public_url: pages of this origin may send with a cookie.
        other_origins: and pages of these.
        platform: a larger platform whose tokens are believed; None: there is none.
    """

    database: Database
    public_url: str
    other_origins: tuple[str, ...] = ()
    platform: Platform | None = None
    _remembered: OrderedDict[bytes, tuple[float, Caller]] = field(default_factory=OrderedDict)

    def remembered(self, connection: HTTPConnection) -> Caller | None:
        """The caller, if it was found a moment ago."""
        secret = _secret(connection)
        known = self._remembered.get(_digest(secret)) if secret else None
        return known[1] if known is not None and known[0] > time.monotonic() else None

    def find(self, connection: HTTPConnection) -> Caller:
        """The caller, looked up.

        Raises:
            NotSignedIn: CC-0060.
        """
        secret = _secret(connection)
        if not secret:
            raise NotSignedIn("This call needs a session or an API key.")
        caller = self._find(connection, secret)
        if caller is None:
            raise NotSignedIn("The session, key or token is not known, or has ended.")
        self._remembered[_digest(secret)] = (time.monotonic() + REMEMBERED_S, caller)
        while len(self._remembered) > MOST_REMEMBERED:
            self._remembered.popitem(last=False)
        return caller

    def forget(self) -> None:
        """Look everybody up anew: somebody signed out, or a key was ended."""
        self._remembered.clear()

    def require_origin(self, connection: HTTPConnection, method: str) -> None:
        """Refuse a change that a browser sends from somebody else's page.

        Raises:
            WrongOrigin: CC-0034.

        Source: OWASP, Cross-Site Request Forgery Prevention, Verifying Origin.
        """
        headers = connection.headers
        if method in SAFE or "authorization" in headers or COOKIE not in connection.cookies:
            return
        origin = headers.get("origin")
        if origin is None and headers.get("sec-fetch-site") in {None, "same-origin", "none"}:
            # No browser of today sends a change without an origin; programs do.
            return
        if origin not in {self.public_url, *self.other_origins} and not _is_here(origin, connection):
            raise WrongOrigin("This was sent from a page of another address.")

    def _find(self, connection: HTTPConnection, secret: str) -> Caller | None:
        if "authorization" not in connection.headers:
            with self.database.accounts() as conn:
                return find_session(conn, secret)
        if is_token(secret, TokenKind.KEY):
            with self.database.accounts() as conn:
                return find_key(conn, secret)
        if self.platform is None:
            return None
        # Its keys may have to be fetched first, and no connection waits for that.
        vouched = self.platform.read(secret)
        with self.database.accounts() as conn:
            return self.platform.find_caller(conn, vouched, origin_of(connection))


def origin_of(connection: HTTPConnection) -> Origin:
    """Where a call comes from, for the security log."""
    host = connection.client.host if connection.client else None
    return Origin(host, connection.headers.get("user-agent"))


def _secret(connection: HTTPConnection) -> str | None:
    header = connection.headers.get("authorization")
    if header is not None:
        kind, _, value = header.partition(" ")
        return value.strip() or None if kind.lower() == "bearer" else None
    return connection.cookies.get(COOKIE) or None


def _digest(secret: str) -> bytes:
    return hashlib.sha256(secret.encode("utf-8", "surrogateescape")).digest()


def _is_here(origin: str | None, connection: HTTPConnection) -> bool:
    """Whether an origin is the host that was called: a laptop is called by more names than one."""
    return bool(origin) and urlsplit(origin or "").netloc == connection.headers.get("host")
