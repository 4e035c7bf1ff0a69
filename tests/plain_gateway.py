"""Doors for tests that ask for little of one: calls kept in memory, and a base for answers of a test's own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

from coursecrafter.errors import CourseCrafterError
from coursecrafter.gateway.lexicon import Lexicon
from coursecrafter.gateway.ports import (
    OFFLINE,
    CallRecord,
    Candidate,
    ImageAnswer,
    ImageRequest,
    Kind,
    Purpose,
    SpeechAnswer,
    SpeechRequest,
    TextAnswer,
    TextRequest,
)
from coursecrafter.gateway.prices import Usage


@dataclass(frozen=True)
class MemoryAttempt:
    """An attempt that is reserved."""

    id: UUID


@dataclass
class MemoryCalls:
    """Implements `Calls` without a database.

    Attributes:
        calls: those that ended, in order.
        begun: who was asked, in order.
        reserved: what each might have cost.
        costs: what each did.
    """

    calls: list[CallRecord] = field(default_factory=list)
    begun: list[Candidate] = field(default_factory=list)
    reserved: list[Decimal | None] = field(default_factory=list)
    costs: list[Decimal | None] = field(default_factory=list)

    def begin(self, by: Candidate, kind: Kind, purpose: Purpose, most_usd: Decimal | None) -> MemoryAttempt:
        self.begun.append(by)
        self.reserved.append(most_usd)
        return MemoryAttempt(uuid4())

    def end(
        self, attempt: MemoryAttempt, call: CallRecord, cost_usd: Decimal | None, failure: CourseCrafterError | None
    ) -> UUID:
        self.calls.append(call)
        self.costs.append(cost_usd)
        return attempt.id

    def found_again(self, call: CallRecord) -> UUID:
        self.calls.append(call)
        return uuid4()

    def refused(self, call: CallRecord, failure: CourseCrafterError) -> UUID:
        self.calls.append(call)
        return uuid4()


class PlainGateway:
    """Answers nothing; whoever inherits it answers what the test asks."""

    lexicon = Lexicon()
    noted: tuple[UUID, ...] = ()
    spent_usd = Decimal(0)

    def speakers(self, language: str, voice: str) -> Sequence[Candidate]:
        return (Candidate(OFFLINE, "", identity=f"plain/{language}/{voice}"),)

    def writers(self, request: TextRequest) -> Sequence[Candidate]:
        return (Candidate(OFFLINE, "", identity=f"plain/{request.task}"),)

    def painters(self) -> Sequence[Candidate]:
        return (Candidate(OFFLINE, "", identity="plain"),)

    def readers(self) -> Sequence[Candidate]:
        return ()

    def told(self, request: TextRequest) -> TextRequest:
        return request

    def cost(self, by: Candidate, usage: Usage) -> Decimal | None:
        return Decimal(0)

    def say(self, line: str) -> None:
        pass

    def note_call(self, call_id: UUID | None) -> None:
        pass

    def note_found(self, call_type: str, purpose: Purpose, provider: str, model: str, first: UUID | None) -> UUID:
        raise NotImplementedError

    def was_found(self, call_id: UUID | None) -> bool:
        return False

    def speak(self, request: SpeechRequest, purpose: Purpose, by: Candidate) -> SpeechAnswer:
        raise NotImplementedError

    def write(self, request: TextRequest, purpose: Purpose, by: Candidate) -> TextAnswer:
        raise NotImplementedError

    def draw(self, request: ImageRequest, purpose: Purpose, by: Candidate) -> ImageAnswer:
        raise NotImplementedError

    def read(self, picture: bytes, language: str, purpose: Purpose, by: Candidate) -> TextAnswer:
        raise NotImplementedError


def answering(value: Any) -> PlainGateway:
    """A door whose every text is this value."""

    class Answering(PlainGateway):
        def write(self, request: TextRequest, purpose: Purpose, by: Candidate) -> TextAnswer:
            return TextAnswer(value, "test", "test")

    return Answering()
