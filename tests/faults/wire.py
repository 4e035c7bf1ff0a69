"""A wire between a worker and its database that can be cut: nothing passes, nothing is refused, connections stay."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Event, Thread

import sqlalchemy as sa

from coursecrafter.db.urls import DatabaseUrls

CHUNK_BYTES = 1 << 16


class Wire:
    """A TCP port whose connections go on to a Unix socket.

    Args:
        target: the socket of the database.
    """

    def __init__(self, target: Path) -> None:
        self._target = target
        self._is_whole = Event()
        self._is_whole.set()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._ends: list[socket.socket] = [self._listener]
        self.port: int = self._listener.getsockname()[1]
        Thread(target=self._accept, daemon=True).start()

    def cut(self) -> None:
        """Let nothing pass any more, in either direction, on connections old and new."""
        self._is_whole.clear()

    def heal(self) -> None:
        """Let everything pass, also what was held back."""
        self._is_whole.set()

    def close(self) -> None:
        self.heal()
        for end in self._ends:
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                near, _ = self._listener.accept()
                Thread(target=self._join, args=(near,), daemon=True).start()

    def _join(self, near: socket.socket) -> None:
        self._ends.append(near)
        self._is_whole.wait()
        far = socket.socket(socket.AF_UNIX)
        self._ends.append(far)
        far.connect(str(self._target))
        for source, sink in ((near, far), (far, near)):
            Thread(target=self._pump, args=(source, sink), daemon=True).start()

    def _pump(self, source: socket.socket, sink: socket.socket) -> None:
        with suppress(OSError):
            while chunk := source.recv(CHUNK_BYTES):
                self._is_whole.wait()
                sink.sendall(chunk)
        self._is_whole.wait()
        with suppress(OSError):
            sink.shutdown(socket.SHUT_WR)


@contextmanager
def open_wire(urls: DatabaseUrls) -> Iterator[tuple[Wire, DatabaseUrls]]:
    """A wire to a database, and the addresses that lead over it."""
    wire = Wire(Path(str(urls.app.query["host"]), ".s.PGSQL.5432"))

    def over(url: sa.URL) -> sa.URL:
        return url.set(host="127.0.0.1", port=wire.port, query={"sslmode": "disable", "gssencmode": "disable"})

    try:
        yield wire, DatabaseUrls(over(urls.app), over(urls.worker), over(urls.admin))
    finally:
        wire.close()
