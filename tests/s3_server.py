"""A local S3 server for tests: moto's, in a process of its own, and a way to it that stumbles.

Tests that take `store_url` run twice. Both fixtures are those of `tests/conftest.py`.
"""

from __future__ import annotations

import http.client
import os
import socket
import struct
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count
from pathlib import Path
from threading import Lock, Thread

import pytest

START_S = 60
LONG = 60
"""Seconds that a request of a test may take at most."""


@dataclass
class S3Server:
    """A server that knows every key and keeps nothing."""

    port: int
    numbers: Iterator[int] = field(default_factory=lambda: count(1))

    def new_bucket(self) -> str:
        """A new bucket's name."""
        name = f"courses-{next(self.numbers)}"
        self.make_bucket(name)
        return name

    def make_bucket(self, name: str) -> None:
        """Make a bucket, unless it is there."""
        made = urllib.request.Request(f"http://127.0.0.1:{self.port}/{name}", method="PUT")
        urllib.request.urlopen(made, timeout=LONG).close()


def environment_of(port: int) -> dict[str, str]:
    """What points the store at a server on this machine."""
    return {
        "AWS_ENDPOINT_URL": f"http://127.0.0.1:{port}",
        "AWS_ALLOW_HTTP": "true",
        "AWS_REGION": "us-east-1",
        "AWS_ACCESS_KEY_ID": "course-crafter",
        "AWS_SECRET_ACCESS_KEY": "any-secret",
    }


def point_at(monkeypatch: pytest.MonkeyPatch, port: int) -> None:
    """Have stores that are opened from now on reach a server on this machine."""
    for name, value in environment_of(port).items():
        monkeypatch.setenv(name, value)


@contextmanager
def open_s3_server() -> Iterator[S3Server]:
    """Start a server, and stop it afterwards."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
    argv = [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)]
    hidden = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "COVERAGE_"))}
    with subprocess.Popen(argv, env=hidden, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            _wait_for(port)
            yield S3Server(port)
        finally:
            process.terminate()


def _wait_for(port: int) -> None:
    for _ in range(START_S * 10):
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        time.sleep(0.1)
    raise TimeoutError("The S3 server did not start.")


@pytest.fixture(scope="session")
def s3_server() -> Iterator[S3Server]:
    with open_s3_server() as server:
        yield server


@pytest.fixture(params=["folder", "s3"])
def store_url(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A folder and a bucket in turn; what comes in for either lies below the test's own folder."""
    if request.param == "folder":
        return str(tmp_path / "store")
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    server: S3Server = request.getfixturevalue("s3_server")
    point_at(monkeypatch, server.port)
    return f"s3://{server.new_bucket()}/of/ours"


@dataclass
class StumblingWay:
    """A proxy before a server that fails one request of a few.

    Attributes:
        fault: "500", "503", "reset" (cut off before the answer), "cut" (cut off within the answer's body), "hang".
        every: which request fails; 1: each.
        skip: so many requests go through before the first that may fail.
        failed: how many did.
        asked: verbs of all requests, each of a "key" or of the "bucket".
    """

    server_port: int
    fault: str
    every: int = 3
    skip: int = 0
    failed: int = 0
    port: int = 0
    seen: int = 0
    counting: Lock = field(default_factory=Lock)
    asked: list[tuple[str, str]] = field(default_factory=list)

    def stumbles(self) -> bool:
        """Whether the request that comes now fails."""
        with self.counting:
            self.seen += 1
            past = self.seen - self.skip
            is_failing = past > 0 and past % self.every == 0
            self.failed += is_failing
            return is_failing


@contextmanager
def stumbling(server: S3Server, fault: str, *, every: int = 3, skip: int = 0) -> Iterator[StumblingWay]:
    """Put a proxy before a server for a while."""
    way = StumblingWay(server.port, fault, every, skip)

    class Handler(_Forwarder):
        at = way

    proxy = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    proxy.daemon_threads = True
    way.port = proxy.server_address[1]
    Thread(target=proxy.serve_forever, daemon=True).start()
    try:
        yield way
    finally:
        proxy.shutdown()
        proxy.server_close()


@contextmanager
def recorded(server: S3Server) -> Iterator[tuple[int, list[tuple[str, str]]]]:
    """The port of a way that never fails, and what is asked there."""
    with stumbling(server, "") as way:
        yield way.port, way.asked


class _Forwarder(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    at: StumblingWay

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
        """Say nothing."""

    def handle(self) -> None:
        with suppress(ConnectionError):
            super().handle()

    def _forward(self) -> None:
        is_key = self.path.partition("?")[0].strip("/").count("/") > 0
        self.at.asked.append((self.command, "key" if is_key else "bucket"))
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        fault = self.at.fault if self.at.stumbles() else ""
        if fault == "hang":
            time.sleep(LONG)
        if fault == "reset":
            self._reset()
            return
        if fault.isdigit():
            self._answer(int(fault), [], b"<Error><Code>SlowDown</Code></Error>")
            return
        link = http.client.HTTPConnection("127.0.0.1", self.at.server_port, timeout=LONG)
        link.request(self.command, self.path, body, dict(self.headers))
        answer = link.getresponse()
        content = answer.read()
        link.close()
        headers = [one for one in answer.getheaders() if one[0].lower() not in {"connection", "transfer-encoding"}]
        self._answer(answer.status, headers, content, is_cut=fault == "cut" and len(content) > 1)

    def _answer(self, status: int, headers: list[tuple[str, str]], content: bytes, *, is_cut: bool = False) -> None:
        self.send_response(status)
        for name, value in headers:
            if name.lower() != "content-length" or self.command == "HEAD":
                self.send_header(name, value)
        if self.command != "HEAD":
            self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content[: len(content) // 2] if is_cut else content)
        if is_cut:
            self.wfile.flush()
            self._reset()

    def _reset(self) -> None:
        """End the connection without a word."""
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.close_connection = True
        self.connection.close()

    do_GET = do_PUT = do_POST = do_HEAD = do_DELETE = _forward  # noqa: N815 - the base class's names
