"""What calls would cost before any is made: those whose answers are in the store already cost nothing.

The first provider of a route is reckoned with, since it is asked first. Text is an estimate: how long an answer will be
nobody knows before. Speech and pictures are priced by what is sent, so theirs are near what will be billed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from itertools import repeat
from typing import TYPE_CHECKING, Any, cast
from uuid import UUID

from coursecrafter.domain.speech import NO_TAKES, Takes
from coursecrafter.gateway.falling_back import name_of
from coursecrafter.gateway.image_step import image_step
from coursecrafter.gateway.lexicon import apply
from coursecrafter.gateway.ports import Candidate, Gateway, ImageRequest, Kind, Purpose, TextRequest
from coursecrafter.gateway.prices import Usage
from coursecrafter.gateway.providers.token_counts import tokens_of
from coursecrafter.gateway.speech_step import is_speakable, speech_step, spoken_form, take_step
from coursecrafter.gateway.tasks import TASKS
from coursecrafter.gateway.text_step import text_step

if TYPE_CHECKING:
    from coursecrafter.jobs.steps import Step
    from coursecrafter.storage.objects import ObjectStore

BYTES_PER_TOKEN = 4
ANSWERED_SHARE = 0.5
"""Of the most that an answer may be: about what outlines and quizzes come to."""


@dataclass(frozen=True, slots=True)
class Foretold:
    """Calls of one kind that a piece of work will make.

    Attributes:
        provider: name and model of who is asked first.
        calls: how many.
        found: answers that are there already.
        cost_usd: of all of them; None: nobody knows the price.
    """

    kind: Kind
    provider: str
    calls: int
    found: int
    cost_usd: Decimal | None


def foretell_speech(
    store: ObjectStore,
    gateway: Gateway,
    texts: Sequence[str],
    *,
    language: str,
    voice: str,
    purpose: Purpose,
    takes: Sequence[Takes] = (),
) -> Foretold:
    """What speaking texts will cost.

    Args:
        takes: see `speak_texts`: what was rejected is spoken anew.

    Raises:
        UnknownVoice: CC-0303.
        VoiceEngineMissing: CC-0304.
        NoOtherTake: CC-0363.
    """
    by = gateway.speakers(language, voice)[0]

    def step_of(text: str, take: int) -> Step:
        return speech_step(gateway, text, language=language, voice=voice, purpose=purpose, by=by, take=take)

    said = dict.fromkeys(zip(texts, takes or repeat(NO_TAKES, len(texts)), strict=True))
    spoken = [
        (text, take_step(store, by, partial(step_of, text), judged)) for text, judged in said if is_speakable(text)
    ]
    steps = {step.key: step for _, step in spoken}
    missing = _missing(store, list(steps.values()))
    sent = {step.key: apply(spoken_form(text, language).text, gateway.lexicon, language).text for text, step in spoken}
    usages = [Usage(characters=len(sent[key])) for key in steps if key in missing]
    return _sum(gateway, Kind.SPEECH, by, usages, len(steps) - len(usages))


def foretell_texts(
    store: ObjectStore, gateway: Gateway, requests: Sequence[TextRequest], purpose: Purpose
) -> list[Foretold]:
    """What carrying out tasks will cost, one by one."""
    found = []
    for request in map(gateway.told, requests):
        by = gateway.writers(request)[0]
        is_missing = bool(_missing(store, [text_step(gateway, request, purpose, by, request.task)]))
        usages = [_used(request, by)] if is_missing else []
        found.append(_sum(gateway, Kind.TEXT, by, usages, 0 if is_missing else 1))
    return found


def foretell_pictures(
    store: ObjectStore, gateway: Gateway, requests: Sequence[ImageRequest], purpose: Purpose
) -> Foretold:
    """What drawing pictures will cost."""
    by = gateway.painters()[0]
    steps = {(step := image_step(gateway, request, purpose, by)).key: step for request in requests}
    missing = _missing(store, list(steps.values()))
    return _sum(gateway, Kind.IMAGE, by, [Usage(images=1)] * len(missing), len(steps) - len(missing))


def _used(request: TextRequest, by: Candidate) -> Usage:
    task = TASKS[request.task]
    if by.is_offline or task.is_empty(request):
        return Usage()
    prompt = task.ask(request)
    sent = tokens_of(prompt.system + prompt.user, BYTES_PER_TOKEN)
    return Usage(input_tokens=sent, output_tokens=round(prompt.most_tokens * ANSWERED_SHARE))


def _missing(store: ObjectStore, steps: Sequence[Step]) -> set[str]:
    return {step.key for step in steps if store.find_record(step.name, step.key) is None}


def _sum(gateway: Gateway, kind: Kind, by: Candidate, usages: Sequence[Usage], found: int) -> Foretold:
    costs = [gateway.cost(by, usage) for usage in usages]
    known = [cost for cost in costs if cost is not None]
    total = sum(known, Decimal(0)) if len(known) == len(costs) else None
    return Foretold(kind, name_of(by), len(usages), found, total)


class Unnoted:
    """A door through which answers are looked up: what another course was answered is not written down as found."""

    def __init__(self, gateway: Gateway) -> None:
        self._gateway = gateway

    def note_found(self, _call_type: str, _purpose: Purpose, _provider: str, _model: str, first: UUID | None) -> UUID:
        """No row; what was found is its own answer's."""
        return first or UUID(int=0)

    def note_call(self, call_id: UUID | None) -> None:
        """Nobody makes use of it yet."""

    def __getattr__(self, name: str) -> Any:
        return getattr(self._gateway, name)


def unnoted(gateway: Gateway) -> Gateway:
    """The same door, of which a look ahead leaves no trace in the ledger."""
    return cast("Gateway", Unnoted(gateway))
