"""Try out what is connected: does a provider answer, and does each entry of each route do what it is there for.

A trial is a real call, so it is reserved and written down like any other, in the organisation's library project. It is
made once: whoever tries something out wants to see it fail.
"""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

import sqlalchemy as sa

from coursecrafter.db.tables import ai_providers
from coursecrafter.errors import CourseCrafterError
from coursecrafter.gateway.addresses import require_address
from coursecrafter.gateway.attempts import ProviderResting, call_type_of
from coursecrafter.gateway.errors import ProviderRefusedCall, ProviderUnreachable, UnusableAnswer
from coursecrafter.gateway.ports import (
    CallRecord,
    Calls,
    Candidate,
    ChatRequest,
    Connection,
    ImageRequest,
    Kind,
    Purpose,
    SpeechAnswer,
    SpeechRequest,
    TextRequest,
    Turn,
)
from coursecrafter.gateway.prices import Usage
from coursecrafter.gateway.providers import registry
from coursecrafter.gateway.providers.offline_image import OfflineImage
from coursecrafter.gateway.providers.offline_speech import OfflineSpeech
from coursecrafter.gateway.providers.offline_text import OfflineText
from coursecrafter.gateway.providers.offline_voices import UnknownVoice
from coursecrafter.gateway.providers.openai_place import OpenAIPlace
from coursecrafter.gateway.sealing import Keyring
from coursecrafter.gateway.tasks import answer_schema, read_answer
from coursecrafter.gateway.tasks.page_text import PAGE_TEXT, page_request
from coursecrafter.gateway.voices import all_voices

TASK = "trial"
SYSTEM = "You are asked whether you can be reached. Answer as JSON, in the form that you are given."
QUESTION = "Which word do you say when you meet somebody?"
SCHEMA: Mapping[str, Any] = {
    "type": "object",
    "properties": {"word": {"type": "string"}},
    "required": ["word"],
    "additionalProperties": False,
}
MOST_TOKENS = 256
SPOKEN = "Hello. This is a voice."
DRAWN = "A plain blue square on white ground"
SIDE_PX = 1024
ASKED_TOKENS = 200
FIRST_PROFILE = "en_female_neutral_1"
PAGE_SIDE_PX, PAGE_TOKENS = 512, 5200
TRIED = (Kind.TEXT, Kind.SPEECH, Kind.IMAGE, Kind.PARSE)
"""What may be asked for today; routes for video are kept for later."""
REMEDIES: Mapping[type[CourseCrafterError], str] = {
    ProviderRefusedCall: "Correct the model, the voice or the option in the route; or the provider's address.",
    ProviderUnreachable: "See whether its server runs and its address is right; in a container, localhost is itself.",
    ProviderResting: "Wait a few minutes, or connect it again: a provider that is changed begins anew.",
}
"""Where an error's own says to make the very trial that it came of."""
VERSIONED = re.compile(r"/v\d")
LONGEST_DETAIL = 300
MOST_NAMED = 5


@dataclass(frozen=True, slots=True)
class Finding:
    """What came of a trial.

    Attributes:
        said: what works, or what is wrong, in a sentence.
        remedy: what to do about it; "".
        cost_usd: None where nobody knows, or where nothing was asked.
    """

    is_well: bool
    said: str
    remedy: str = ""
    seconds: float = 0.0
    cost_usd: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Trials:
    """Makes trial calls.

    Attributes:
        calls: where they are reserved and written down.
        project_id: the library project, where they stand in the log.
        price: what a use costs, in USD; None where nobody knows.
    """

    calls: Calls
    project_id: UUID
    price: Callable[[Candidate, Usage], Decimal | None]

    def try_candidate(self, by: Candidate, kind: Kind) -> Finding:
        """Have an entry of a route do something small."""
        begun = time.monotonic()
        try:
            ask, usage = _small_call(by, kind)
            told, cost_usd = self._asked(by, kind, ask, usage)
        except CourseCrafterError as error:
            found = _failed(error, by.connection, time.monotonic() - begun)
            return (
                replace(found, said=f"{found.said}{_unlisted(by)}") if isinstance(error, ProviderRefusedCall) else found
            )
        return Finding(is_well=True, said=told, seconds=time.monotonic() - begun, cost_usd=cost_usd)

    def _asked(
        self, by: Candidate, kind: Kind, ask: Callable[[], tuple[str, Usage]], most: Usage
    ) -> tuple[str, Decimal | None]:
        """Make the call, with its row in the log."""
        purpose = Purpose(self.project_id, None, None, TASK)
        attempt = self.calls.begin(by, kind, purpose, self._cost(by, most))
        begun = time.monotonic()
        record = CallRecord(
            purpose, call_type_of(kind, TASK), by.connection.name, by.model or "none", "success", {"task": TASK}, {}
        )
        try:
            told, used = ask()
        except CourseCrafterError as error:
            meta = {"latency_ms": _ms_since(begun), "attempt": 1, "code": error.code}
            failed = replace(record, status="failed", response_meta=meta, error_message=str(error))
            self.calls.end(attempt, failed, None, error)
            raise
        cost = self._cost(by, used)
        meta = {"latency_ms": _ms_since(begun), "attempt": 1}
        is_chat = kind in {Kind.TEXT, Kind.PARSE}
        tokens = (used.input_tokens, used.output_tokens) if is_chat else (None, None)
        succeeded = replace(record, response_meta=meta, input_tokens=tokens[0], output_tokens=tokens[1])
        self.calls.end(attempt, succeeded, cost, None)
        return told, cost

    def _cost(self, by: Candidate, usage: Usage) -> Decimal | None:
        return Decimal(0) if by.is_offline else self.price(by, usage)


def read_connections(admin: sa.Connection, keyring: Keyring, org_id: UUID | None) -> dict[str, tuple[Connection, bool]]:
    """The installation's providers, ready to be asked; an organisation's own hide those of the same name.

    Args:
        admin: the administrator's; nobody else reads keys.

    Returns:
        by name: the connection, and whether it is switched on.

    Raises:
        KeyUnreadable: CC-0313.
    """
    wanted = sa.select(ai_providers).where(sa.or_(ai_providers.c.org_id.is_(None), ai_providers.c.org_id == org_id))
    found = {}
    for row in admin.execute(wanted.order_by(ai_providers.c.org_id.nulls_first(), ai_providers.c.name)):
        key = "" if row.key_sealed is None else keyring.open(row.key_sealed, row.id, row.name)
        is_shared = row.org_id is None
        connection = Connection(row.id, row.name, row.protocol, row.base_url, key, row.options, is_shared)
        found[row.name] = (connection, row.is_enabled)
    return found


def try_provider(connection: Connection) -> Finding:
    """Ask a provider what it has: whether its address is right, and its key; it costs nothing."""
    begun = time.monotonic()
    try:
        facts = registry.facts_of(connection.protocol)
        address = connection.base_url or facts.base_url
        if address:
            require_address(address, connection.may_be_private)
        said = _listed(connection)
    except CourseCrafterError as error:
        return _failed(error, connection, time.monotonic() - begun)
    return Finding(is_well=True, said=said, seconds=time.monotonic() - begun)


def _listed(connection: Connection) -> str:
    """What a provider says that it has; not all can be asked, and that is no fault."""
    try:
        models = registry.list_models(connection)
    except ProviderRefusedCall as error:
        return f"It answers, but does not say which models it has.{_unversioned(connection, error)}"
    if models:
        shown = ", ".join(models[:MOST_NAMED]) + (" …" if len(models) > MOST_NAMED else "")
        return f"It answers; {_count(len(models), 'model')}: {shown}."
    voices = registry.list_voices(connection)
    return f"It answers; {_count(len(voices), 'voice')}." if voices else "It answers, and names no models."


def _unversioned(connection: Connection, refused: ProviderRefusedCall) -> str:
    """A sentence where nothing is found at an address that lacks what most servers' addresses end with."""
    path = urlsplit(connection.base_url).path
    is_odd = connection.protocol == "openai_compatible" and not VERSIONED.search(path)
    if not is_odd or OpenAIPlace(connection).is_azure or not refused.detail.startswith("404"):
        return ""
    return f" Its address is {connection.base_url}; most servers' end with /v1."


def _unlisted(by: Candidate) -> str:
    """A sentence where a provider does not name the model that a route asks it for, or nothing at its address."""
    try:
        models = registry.list_models(by.connection)
    except ProviderRefusedCall as error:
        return _unversioned(by.connection, error)
    except CourseCrafterError:
        return ""
    # Ollama's “llama3.2” is its “llama3.2:latest”.
    is_there = not models or by.model in models or f"{by.model}:latest" in models
    return "" if is_there else f" It names no model “{by.model}”, but {', '.join(models[:MOST_NAMED])}."


def _small_call(by: Candidate, kind: Kind) -> tuple[Callable[[], tuple[str, Usage]], Usage]:
    """A call that tells what it found and used, and the most that it can use."""
    if kind is Kind.TEXT:
        return lambda: _write(by), Usage(input_tokens=ASKED_TOKENS, output_tokens=MOST_TOKENS)
    if kind is Kind.PARSE:
        return lambda: _read(by), Usage(input_tokens=PAGE_TOKENS, output_tokens=MOST_TOKENS)
    if kind is Kind.SPEECH:
        profile, language, voice = _a_voice(by)
        return lambda: _speak(replace(by, voice=voice), profile, language), Usage(characters=len(SPOKEN))
    return lambda: _draw(by), Usage(images=1)


def _write(by: Candidate) -> tuple[str, Usage]:
    if by.is_offline:
        OfflineText().write(TextRequest("rewrite", "en", {"text": SPOKEN}))
        return "It writes by rules, from the course's own texts.", Usage()
    said = registry.text_model(by).chat(ChatRequest(SYSTEM, (Turn("user", QUESTION),), SCHEMA, "trial", MOST_TOKENS))
    usage = Usage(input_tokens=said.input_tokens or ASKED_TOKENS, output_tokens=said.output_tokens or len(said.text))
    if said.end != "done" or not _obeys(said.text):
        raise UnusableAnswer("It answers, but not in the form that it was given.", detail=said.text, may_cost=True)
    return f"It writes in a given form, as {said.model or by.model}.", usage


def _read(by: Candidate) -> tuple[str, Usage]:
    """Have a small picture read as a page is."""
    drawn = OfflineImage().draw(ImageRequest(DRAWN, PAGE_SIDE_PX, PAGE_SIDE_PX, ("#1f4e8c", "#ffffff"), 0))
    request = page_request(drawn.content, "en")
    prompt = PAGE_TEXT.ask(request)
    schema, turns = answer_schema(PAGE_TEXT), (Turn("user", prompt.user),)
    asked = ChatRequest(prompt.system, turns, schema, PAGE_TEXT.name, MOST_TOKENS, pictures=prompt.pictures)
    said = registry.text_model(by, kind=Kind.PARSE).chat(asked)
    usage = Usage(input_tokens=said.input_tokens or PAGE_TOKENS, output_tokens=said.output_tokens or len(said.text))
    value, _ = read_answer(PAGE_TEXT, request, said.text)
    if said.end != "done" or value is None:
        raise UnusableAnswer("It answers, but not in the form that it was given.", detail=said.text, may_cost=True)
    return f"It takes a page's picture and answers in a given form, as {said.model or by.model}.", usage


def _obeys(text: str) -> bool:
    """Whether an answer is JSON of the schema's form; some models put it between backquotes."""
    try:
        value = json.loads(text.strip().removeprefix("```json").removeprefix("```").removesuffix("```"))
    except ValueError:
        return False
    return isinstance(value, dict) and isinstance(value.get("word"), str)


def _a_voice(by: Candidate) -> tuple[str, str, str]:
    """A profile that an entry can speak, its language, and the provider's voice for it."""
    offers = all_voices([by])
    if not offers:
        raise UnknownVoice(f"No voice profile stands for a voice of “{by.connection.name}”.")
    chosen = next((offer for offer in offers if offer.name == FIRST_PROFILE), offers[0])
    return chosen.name, chosen.language or "en", chosen.provider_voice


def _speak(by: Candidate, profile: str, language: str) -> tuple[str, Usage]:
    request = SpeechRequest(SPOKEN, language, profile)
    answer = OfflineSpeech().speak(request) if by.is_offline else registry.speaker(by).speak(request)
    if not answer.words or answer.duration_s <= 0:
        raise UnusableAnswer("It answers without sound.", may_cost=True)
    seconds = float(answer.duration_s)
    voice = profile if by.is_offline else f"{by.voice} for {profile}"
    said = f"It speaks, {seconds:.1f} s as {voice}; the times of its words are {_times(answer)}."
    return said, Usage(characters=len(SPOKEN), seconds=Decimal(str(round(seconds, 3))))


def _times(answer: SpeechAnswer) -> str:
    estimated = sum(word.is_estimated for word in answer.words)
    return "exact" if not estimated else "estimated" if estimated == len(answer.words) else "partly estimated"


def _draw(by: Candidate) -> tuple[str, Usage]:
    request = ImageRequest(DRAWN, SIDE_PX, SIDE_PX, ("#1f4e8c", "#ffffff"), 0)
    answer = OfflineImage().draw(request) if by.is_offline else registry.painter(by).draw(request)
    said = f"It draws: {len(answer.content) / 1000:,.0f} kB of {answer.mime_type.removeprefix('image/')}."
    return said, Usage(images=1)


def _failed(error: CourseCrafterError, connection: Connection, seconds: float) -> Finding:
    """What is wrong, in the provider's words too; its key is in none of them."""
    detail = " ".join(error.detail.split())[:LONGEST_DETAIL]
    said = f"{error.message} ({error.code}{': ' + detail if detail else ''})"
    if connection.key:
        said = said.replace(connection.key, "…")
    return Finding(is_well=False, said=said, remedy=REMEDIES.get(type(error), error.remedy), seconds=seconds)


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


def _ms_since(begun: float) -> int:
    return round((time.monotonic() - begun) * 1000)
