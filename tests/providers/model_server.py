"""A stand-in for providers of AI: it speaks their protocols over real HTTP, as strictly as they do; fails when told.

    with open_model_server() as server:
        server.answer_with({"title": "Water"})
        server.fail_with(busy(retry_after=2))
        text_model(Candidate(server.connection("openai_compatible"), "gpt-test")).chat(…)
        assert server.calls["/v1/chat/completions"] == 2

Without `answer_with`, a question with a JSON Schema is answered with the smallest value that obeys it, and a question
without one with `Answered.` A spoken text becomes a tone for each word (`spoken_tones`), a picture a field of a colour.
What is asked with an Idempotency-Key again is answered as the first time, and charged once.
"""

from __future__ import annotations

import json
import ssl
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, RLock, Thread
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import UUID

from coursecrafter.gateway.ports import Connection
from providers.model_server_faults import Fault
from providers.model_server_pictures import answer_moderation, answer_picture
from providers.model_server_speech import answer_speech
from providers.model_server_texts import answer_text
from providers.model_server_wire import KEY, Answer, Asked, refuse

BASES = {
    "openai_compatible": "/v1",
    "anthropic": "/v1",
    "elevenlabs": "/v1",
    "azure_speech": "",
}
ANSWERERS = (answer_text, answer_speech, answer_picture, answer_moderation)


@dataclass
class ModelServer:
    """What was asked of the server, and what it will say.

    Attributes:
        url: where it is, without a path.
        requests: all that was asked, in order.
        calls: how often a path was asked.
        charges: how often an answer was charged, by Idempotency-Key ("" for calls without).
        answers: what language models answer, one for each call; the last one stays.
        faults: what goes wrong with the next calls that have any path of the fault's.
        usage: tokens of every text: those read and those written.
        store: what a protocol keeps between calls, such as batches.
        connections: how often somebody connected.
    """

    url: str = ""
    key: str = KEY
    connections: int = 0
    requests: list[Asked] = field(default_factory=list, repr=False)
    calls: Counter[str] = field(default_factory=Counter)
    charges: Counter[str] = field(default_factory=Counter)
    answers: list[Any] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list, repr=False)
    usage: tuple[int, int] = (120, 30)
    store: dict[str, Any] = field(default_factory=dict, repr=False)
    kept: dict[tuple[str, str], Answer] = field(default_factory=dict, repr=False)
    lock: RLock = field(default_factory=RLock)
    closing: Event = field(default_factory=Event)

    def connection(self, protocol: str = "openai_compatible", *, key: str | None = None, **options: Any) -> Connection:
        """A connection to the server: the installation's own, since its address is private."""
        base = f"{self.url}{BASES[protocol]}"
        chosen = self.key if key is None else key
        return Connection(UUID(int=1), "stand-in", protocol, base, chosen, options, may_be_private=True)

    def answer_with(self, *answers: str | dict[str, Any] | list[Any] | Callable[[dict[str, Any]], Any]) -> None:
        """What language models say from now on: a text, JSON, or what a function makes of the question's body."""
        with self.lock:
            self.answers = list(answers)

    def fail_with(self, *faults: Fault, times: int = 1) -> None:
        """What goes wrong from now on, one fault for each call, all of them so many times."""
        with self.lock:
            self.faults = list(faults) * times

    @property
    def total(self) -> int:
        """How often it was asked anything."""
        return sum(self.calls.values())

    def next_answer(self, body: dict[str, Any]) -> Any:
        """What the next text says; None: nothing was told."""
        with self.lock:
            if not self.answers:
                return None
            answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        return answer(body) if callable(answer) else answer

    def answer(self, asked: Asked) -> tuple[Answer, Fault | None]:
        """What is sent back, and what goes wrong with it."""
        with self.lock:
            self.requests.append(asked)
            self.calls[asked.path] += 1
            at = next((nth for nth, one in enumerate(self.faults) if one.path in asked.path), None)
            fault = None if at is None else self.faults.pop(at)
            if fault is not None and fault.replaces:
                return Answer(fault.status, fault.body, dict(fault.headers)), fault
            key = asked.headers.get("idempotency-key", "")
            if key and (asked.path, key) in self.kept:
                return self.kept[asked.path, key], fault
            answer = self._made(asked, fault)
            if answer.status < 300 and asked.method == "POST":
                self.charges[key] += 1
                if key:
                    self.kept[asked.path, key] = answer
            return answer, fault

    def _made(self, asked: Asked, fault: Fault | None) -> Answer:
        for answerer in ANSWERERS:
            answer = answerer(self, asked, fault)
            if answer is not None:
                return answer
        return refuse(404, f"Unknown request URL: {asked.method} {asked.path}")


@contextmanager
def open_model_server(tls: ssl.SSLContext | None = None) -> Iterator[ModelServer]:
    """Serve for a while; over TLS with a certificate of the test's."""
    models = ModelServer()

    class Handler(_Handler):
        served = models

    server = _Server(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    server.block_on_close = False
    if tls is not None:
        server.socket = tls.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    scheme = "http" if tls is None else "https"
    models.url = f"{scheme}://127.0.0.1:{server.server_address[1]}"
    Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    try:
        yield models
    finally:
        models.closing.set()
        server.shutdown()
        server.server_close()


class _Server(ThreadingHTTPServer):
    request_queue_size = 256
    """A hundred may come at once; whoever finds no room would be sent away."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    served: ModelServer

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
        """Say nothing."""

    def handle(self) -> None:
        with self.served.lock:
            self.served.connections += 1
        with suppress(ConnectionError, ssl.SSLError):  # whoever asked has gone, or trusts us not
            super().handle()

    def do_GET(self) -> None:
        self._serve()

    def do_POST(self) -> None:
        self._serve()

    def do_PUT(self) -> None:
        self._serve()

    def do_DELETE(self) -> None:
        self._serve()

    def _serve(self) -> None:
        content = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        split = urlsplit(self.path)
        query = {name: values[-1] for name, values in parse_qs(split.query).items()}
        headers = {name.lower(): value for name, value in self.headers.items()}
        answer, fault = self.served.answer(Asked(self.command, split.path, query, headers, content))
        if fault is not None and fault.silence_s:
            self.served.closing.wait(fault.silence_s)
        self._send(answer, fault or Fault())

    def _send(self, answer: Answer, fault: Fault) -> None:
        self.send_response(answer.status)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        pieces = answer.pieces
        if pieces is None:
            self.send_header("Content-Length", str(len(answer.body)))
            pieces = [answer.body]
        else:
            self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        is_chunked = answer.pieces is not None
        if fault.cuts:
            pieces = _first_half(pieces)
        for nth, piece in enumerate(_dripping(pieces, fault)):
            if self.served.closing.is_set():
                break
            self.wfile.write(b"%x\r\n%b\r\n" % (len(piece), piece) if is_chunked else piece)
            self.wfile.flush()
            if fault.drip_s:
                time.sleep(fault.drip_s)
            if fault.pause_s and nth == 2:
                self.served.closing.wait(fault.pause_s)
        if fault.cuts:
            self.close_connection = True
        elif is_chunked:
            self.wfile.write(b"0\r\n\r\n")


def _first_half(pieces: list[bytes]) -> list[bytes]:
    if len(pieces) > 1:
        return pieces[: len(pieces) // 2]
    return [pieces[0][: len(pieces[0]) // 2]]


def _dripping(pieces: list[bytes], fault: Fault) -> Iterator[bytes]:
    if not fault.drip_s:
        yield from (piece for piece in pieces if piece)
        return
    for byte in b"".join(pieces):
        yield bytes([byte])


def body_of(asked: Asked) -> Mapping[str, Any]:
    """The JSON object that was sent."""
    value: dict[str, Any] = json.loads(asked.content)
    return value
