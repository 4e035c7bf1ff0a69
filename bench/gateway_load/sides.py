"""The same call by plain httpx and through each layer of ours: the client, the door, the door with its ledger."""

# ruff: noqa: ARG002 - a ledger that writes nothing down

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

import httpx

from coursecrafter.db.session import Database, Identity
from coursecrafter.domain.course import Engine
from coursecrafter.errors import CourseCrafterError
from coursecrafter.gateway.attempts import Attempts
from coursecrafter.gateway.door import AiGateway
from coursecrafter.gateway.ports import (
    CallRecord,
    Candidate,
    Connection,
    ImageRequest,
    Kind,
    Purpose,
    SpeechRequest,
    TextRequest,
)
from coursecrafter.gateway.setting import OFFLINE_CANDIDATE, Setting
from gateway_load.stand_in import BETTER, TEXT
from providers.model_server import open_model_server
from providers.model_server_wire import KEY

WRITER, VOICE = "gpt-test", "tts-1"
REWRITE = TextRequest("rewrite", "en", {"text": TEXT})
SPEECH = SpeechRequest(TEXT, "en", "en_female_neutral_1")
PICTURE = ImageRequest("A closed door", 1920, 1080, ("#1f4e8c", "#f2a33a"), 1)

Call = Callable[[], Any]


@dataclass(frozen=True, slots=True)
class _Attempt:
    id: UUID


class NoLedger:
    """Implements `Calls` and writes nothing down."""

    def begin(self, by: Candidate, kind: Kind, purpose: Purpose, most_usd: Decimal | None) -> _Attempt:
        return _Attempt(uuid4())

    def end(
        self, attempt: _Attempt, call: CallRecord, cost_usd: Decimal | None, failure: CourseCrafterError | None
    ) -> UUID:
        return attempt.id

    def found_again(self, call: CallRecord) -> UUID:
        return uuid4()

    def refused(self, call: CallRecord, failure: CourseCrafterError) -> UUID:
        return uuid4()


@dataclass(frozen=True, slots=True)
class Place:
    """Where calls go, and where they are written down; a value that another process can be given.

    Attributes:
        url: of the stand-in.
        provider: the id of its row.
    """

    url: str
    provider: UUID
    identity: Identity

    @property
    def purpose(self) -> Purpose:
        assert self.identity.project_id is not None
        return Purpose(self.identity.project_id, None, Engine.E1, "bench")

    def candidate(self, model: str) -> Candidate:
        connection = Connection(
            self.provider, "stand-in", "openai_compatible", f"{self.url}/v1", KEY, {}, may_be_private=True
        )
        return Candidate(connection, model, {"voices": {"*": "alloy"}}, "alloy", "bench")


def ours(place: Place, database: Database | None) -> Mapping[str, Call]:
    """A text and a speech through the door; without a database nothing is written down."""
    calls: Any = NoLedger() if database is None else Attempts(database, place.identity)
    gateway = AiGateway(calls, lambda: Setting(price=lambda _by, _usage: Decimal("0.001")))
    writer, voice = place.candidate(WRITER), place.candidate(VOICE)
    return {
        "text": lambda: gateway.write(REWRITE, place.purpose, writer),
        "speech": lambda: gateway.speak(SPEECH, place.purpose, voice),
    }


def offline(place: Place, database: Database | None) -> Mapping[str, Call]:
    """A text, a speech and a picture by the offline provider, through the door."""
    calls: Any = NoLedger() if database is None else Attempts(database, place.identity)
    gateway = AiGateway(calls)
    return {
        "text": lambda: gateway.write(REWRITE, place.purpose, OFFLINE_CANDIDATE),
        "speech": lambda: gateway.speak(SPEECH, place.purpose, OFFLINE_CANDIDATE),
        "picture": lambda: gateway.draw(PICTURE, place.purpose, OFFLINE_CANDIDATE),
    }


@contextmanager
def plain(place: Place, bodies: Mapping[str, bytes]) -> Iterator[Mapping[str, Call]]:
    """The same bytes by httpx, one client for all, as a program would send them that does nothing else."""
    headers = {"Authorization": f"Bearer {KEY}", "Content-Type": "application/json"}
    limits = httpx.Limits(max_connections=64, max_keepalive_connections=64)
    with httpx.Client(base_url=place.url, headers=headers, limits=limits, timeout=600) as client:

        def call(path: str, body: bytes) -> Call:
            return lambda: client.post(path, content=body).raise_for_status().content

        yield {
            "text": call("/v1/chat/completions", bodies["text"]),
            "speech": call("/v1/audio/speech", bodies["speech"]),
        }


def bodies_of(place: Place) -> Mapping[str, bytes]:
    """What ours sends, so that the peer sends the same."""
    with open_model_server() as server:
        server.answer_with({"text": BETTER})
        for call in ours(Place(server.url, place.provider, place.identity), None).values():
            call()
        text, speech = (asked.content for asked in server.requests)
        return {"text": text, "speech": speech}


def at_once(call: Call, count: int) -> None:
    """So many calls that begin together; the first failure of any is raised."""
    failures: list[BaseException] = []
    together = threading.Barrier(count)

    def one() -> None:
        together.wait()
        try:
            call()
        except BaseException as error:  # noqa: BLE001 - raised below
            failures.append(error)

    threads = [threading.Thread(target=one) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        raise failures[0]
