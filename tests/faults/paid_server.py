"""A stand-in for a voice that charges: OpenAI's speech call, which counts what it is asked and charges a key once."""

from __future__ import annotations

import io
import json
import math
import struct
import wave
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock, Thread
from time import sleep

RATE_HZ = 22_050
PATH = "/v1/audio/speech"
OK, BUSY = 200, 503


@dataclass
class PaidServer:
    """What was asked of the server.

    Attributes:
        url: where it is.
        refused: so many calls from now on are answered with 503, and not charged.
        calls: HTTP calls by Idempotency-Key.
        charges: calls that were charged, by key: the first one that was answered.
        contents: keys by what was to be said.
        waits_s: how long it takes to answer.
    """

    waits_s: float = 0.0
    url: str = ""
    refused: int = 0
    calls: Counter[str] = field(default_factory=Counter)
    charges: Counter[str] = field(default_factory=Counter)
    contents: dict[str, set[str]] = field(default_factory=dict)
    kept: dict[str, bytes] = field(default_factory=dict)
    _counting: Lock = field(default_factory=Lock)

    def answer(self, key: str, said: str) -> bytes:
        """The sound of a text; a key that was charged is given what was kept for it."""
        with self._counting:
            self.calls[key] += 1
            self.contents.setdefault(said, set()).add(key)
            if key not in self.kept:
                self.charges[key] += 1
                self.kept[key] = tone(said)
        sleep(self.waits_s)
        return self.kept[key]

    def status(self) -> int:
        """Whether a call is taken."""
        with self._counting:
            self.refused -= 1
            return BUSY if self.refused >= 0 else OK

    @property
    def repeats(self) -> int:
        """Calls that were answered with what was kept."""
        return sum(self.calls.values()) - sum(self.charges.values())


def tone(said: str) -> bytes:
    """A tone that is as long as its text, as WAV."""
    frames = RATE_HZ * max(len(said), 5) // 20
    saved = io.BytesIO()
    with wave.open(saved, "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(RATE_HZ)
        samples = (round(8000 * math.sin(place * 440 * math.tau / RATE_HZ)) for place in range(frames))
        sound.writeframes(struct.pack(f"<{frames}h", *samples))
    return saved.getvalue()


@contextmanager
def open_paid_server(waits_s: float = 0.0) -> Iterator[PaidServer]:
    """Serve for a while."""
    paid = PaidServer(waits_s)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
            """Say nothing."""

        def do_POST(self) -> None:
            asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            status = paid.status() if self.path == PATH and asked["response_format"] == "wav" else 404
            sound = paid.answer(self.headers["Idempotency-Key"], asked["input"]) if status == OK else b""
            try:
                self.send_response(status)
                self.send_header("Content-Type", "audio/wav")
                self.send_header("Content-Length", str(len(sound)))
                self.end_headers()
                self.wfile.write(sound)
            except ConnectionError:
                # Whoever asked was killed meanwhile.
                self.close_connection = True

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    paid.url = f"http://127.0.0.1:{server.server_address[1]}"
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield paid
    finally:
        server.shutdown()
        server.server_close()
