"""Clients that keep their connection and ask one thing after the other, all in one process of their own.

    python bench/api_load/client.py < order.json

It prints a line when it begins to measure and a line with what it measured. It parses no more of an answer than its
end, its status and its first bytes, so that little of the machine goes to it.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from dataclasses import dataclass, field
from functools import partial
from itertools import cycle
from typing import Any, cast

import httptools
import uvloop

WARM_UP_S = 1.5


@dataclass(slots=True)
class Tally:
    """What was measured; nothing counts before it is open."""

    is_open: bool = False
    latencies_ms: list[float] = field(default_factory=list)
    errors: int = 0
    answered_bytes: int = 0
    first_error: str = ""


class Client(asyncio.Protocol):
    """One connection: sends the next request when the last one is answered."""

    def __init__(self, requests: list[bytes], status: int, begins: bytes, tally: Tally) -> None:
        self.requests = cycle(requests)
        self.status = status
        self.begins = begins
        self.tally = tally

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.WriteTransport", transport)
        self._send()

    def data_received(self, data: bytes) -> None:
        self.parser.feed_data(data)

    def connection_lost(self, exc: Exception | None) -> None:
        self.tally.errors += self.tally.is_open
        self.tally.first_error = self.tally.first_error or f"the connection was closed: {exc}"

    def on_body(self, body: bytes) -> None:
        self.length += len(body)
        if len(self.head) < 200:
            self.head += body

    def on_message_complete(self) -> None:
        if self.tally.is_open:
            self.tally.latencies_ms.append((time.perf_counter() - self.sent_at) * 1000)
            self.tally.answered_bytes += self.length
            if self.parser.get_status_code() != self.status or not self.head.startswith(self.begins):
                self.tally.errors += 1
                self.tally.first_error = self.tally.first_error or self.head.decode(errors="replace")
        self._send()

    def _send(self) -> None:
        self.parser = httptools.HttpResponseParser(self)
        self.head, self.length = b"", 0
        self.sent_at = time.perf_counter()
        self.transport.write(next(self.requests))


async def ask(order: dict[str, Any]) -> Tally:
    """Send what was ordered for as long as was ordered."""
    tally = Tally()
    loop = asyncio.get_running_loop()
    for requests in order["connections"]:
        sent = [request.encode() for request in requests]
        client = partial(Client, sent, order["status"], order["begins"].encode(), tally)
        await loop.create_connection(client, "127.0.0.1", order["port"])
    await asyncio.sleep(WARM_UP_S)
    print("measuring", flush=True)
    tally.is_open = True
    await asyncio.sleep(order["seconds"])
    tally.is_open = False
    return tally


def main() -> None:
    order = json.load(sys.stdin)
    began = time.perf_counter()
    tally = uvloop.run(ask(order))
    figures = {
        "seconds": time.perf_counter() - began - WARM_UP_S,
        "latencies_ms": tally.latencies_ms,
        "errors": tally.errors,
        "answered_bytes": tally.answered_bytes,
        "first_error": tally.first_error,
    }
    print(json.dumps(figures), flush=True)


if __name__ == "__main__":
    main()
