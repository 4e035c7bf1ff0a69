"""Connections to providers that are kept open, to addresses that were looked at, with a clock on every read.

One client per place is shared by the whole process, so that a call finds an open connection.
"""

from __future__ import annotations

import atexit
import os
import ssl
import threading
import time
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import cache
from typing import Any

import httpcore
import httpx

from coursecrafter.gateway.addresses import GuardedBackend

CONNECT_S, WRITE_S = 10.0, 30.0
MOST_CLIENTS = 64
MOST_OPEN, MOST_IDLE, IDLE_S = 64, 8, 30.0


@dataclass(slots=True)
class Clock:
    """How long a call may still be silent; of one call, used by the thread that makes it."""

    first_byte_s: float
    silence_s: float
    until: float
    has_begun: bool = False
    was_late: bool = False

    def begin(self) -> None:
        """Say that the answer itself has begun."""
        self.has_begun = True

    def timeout_s(self) -> float:
        """For the next read. Raises: httpcore.ReadTimeout, the call has lasted too long."""
        left = self.until - time.monotonic()
        if left <= 0:
            self.was_late = True
            raise httpcore.ReadTimeout("longest_s is over")
        return min(self.silence_s if self.has_begun else self.first_byte_s, left)


CLOCK: ContextVar[Clock | None] = ContextVar("provider_call_clock", default=None)


class _TimedStream(httpcore.NetworkStream):
    """A connection whose reads obey the clock of whoever reads.

    httpx counts the time between two reads only: a drip of bytes would last for ever.
    """

    def __init__(self, stream: httpcore.NetworkStream) -> None:
        self._stream = stream

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        clock = CLOCK.get()
        return self._stream.read(max_bytes, timeout if clock is None else clock.timeout_s())

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        clock = CLOCK.get()
        self._stream.write(buffer, timeout if clock is None else clock.timeout_s())

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        return _TimedStream(self._stream.start_tls(ssl_context, server_hostname, timeout))

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)


class _Backend(GuardedBackend):
    def connect_tcp(self, *args: Any, **kwargs: Any) -> httpcore.NetworkStream:
        return _TimedStream(super().connect_tcp(*args, **kwargs))


class _Transport(httpx.HTTPTransport):
    """httpx's own, over connections that were looked at."""

    def __init__(self, place: Place) -> None:
        super().__init__(verify=_authorities(place.ca_file), trust_env=False)
        has_proxy = bool(place.proxy)
        backend = _Backend(
            may_be_private=place.may_be_private, must_be_private=place.scheme == "http" and not has_proxy
        )
        limits: dict[str, Any] = {
            "max_connections": MOST_OPEN,
            "max_keepalive_connections": MOST_IDLE,
            "keepalive_expiry": IDLE_S,
        }
        tls = _authorities(place.ca_file)
        if has_proxy:
            asked = httpx.Proxy(place.proxy)
            auth = None if asked.raw_auth is None else asked.raw_auth
            self._pool = httpcore.HTTPProxy(
                str(asked.url), proxy_auth=auth, ssl_context=tls, network_backend=backend, **limits
            )
        else:
            self._pool = httpcore.ConnectionPool(ssl_context=tls, network_backend=backend, **limits)


@cache
def _authorities(ca_file: str) -> ssl.SSLContext:
    """The trusted certificates; reading them takes longer than a call, so once."""
    context = httpx.create_ssl_context(trust_env=False)
    if ca_file:
        context.load_verify_locations(ca_file)
    return context


@dataclass(frozen=True, slots=True)
class Place:
    """What an open connection depends on; neither key nor path is part of it."""

    scheme: str
    host: str
    port: int | None
    may_be_private: bool
    proxy: str
    ca_file: str


@dataclass(slots=True)
class _Kept:
    client: httpx.Client
    users: int = 0


class Clients:
    """One client per place and process; those that nobody uses go when there are many."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._kept: OrderedDict[Place, _Kept] = OrderedDict()

    @contextmanager
    def borrowed(self, place: Place) -> Iterator[httpx.Client]:
        """A client for one call; several calls may have it at once."""
        with self._lock:
            kept = self._kept.get(place)
            if kept is None:
                kept = self._kept[place] = _Kept(_client(place))
            self._kept.move_to_end(place)
            kept.users += 1
        try:
            yield kept.client
        finally:
            with self._lock:
                kept.users -= 1
                gone = self._unused()
            for one in gone:
                one.close()

    def _unused(self) -> list[httpx.Client]:
        too_many = max(len(self._kept) - MOST_CLIENTS, 0)
        places = [place for place, kept in self._kept.items() if not kept.users][:too_many]
        return [self._kept.pop(place).client for place in places]

    def close(self) -> None:
        """Close what is open; the next call opens anew."""
        with self._lock:
            kept, self._kept = self._kept, OrderedDict()
        for one in kept.values():
            one.client.close()

    def forget(self) -> None:
        """In a process that was forked: its parent goes on with these connections."""
        self.__init__()  # type: ignore[misc]


def _client(place: Place) -> httpx.Client:
    timeout = httpx.Timeout(CONNECT_S, read=None, write=WRITE_S, pool=CONNECT_S)
    return httpx.Client(transport=_Transport(place), follow_redirects=False, trust_env=False, timeout=timeout)


CLIENTS = Clients()
atexit.register(CLIENTS.close)
os.register_at_fork(after_in_child=CLIENTS.forget)


def close_connections() -> None:
    """Close what is kept open to providers; the next call opens anew."""
    CLIENTS.close()
