"""Orders in decks get nothing through: not into our instructions, not out of the fence, not past the checks.

Each deck is read by the product, each question asked as an engine asks it and through the door, each answer given
over HTTP by a stand-in model that can be told to obey whatever it finds.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import pytest

from coursecrafter.domain.course import Engine
from coursecrafter.domain.deck import Deck
from coursecrafter.gateway.door import AiGateway
from coursecrafter.gateway.errors import UnusableAnswer
from coursecrafter.gateway.ports import Candidate, Purpose, TextRequest
from coursecrafter.gateway.providers.offline_text import OfflineText
from coursecrafter.gateway.tasks import TASKS, Prompt, read_answer
from coursecrafter.gateway.tasks.fencing import tamed
from coursecrafter.ingest.deck_reader import read_deck
from decks import make_deck
from hostile_decks import EVIL, HOSTILE, LOCALES, TITLES, HostileDeck, Wants, honest
from plain_gateway import MemoryCalls
from providers.hostile_answers import honest_answer, obeying_answer, requests_of
from providers.model_server import ModelServer, open_model_server

FENCE = re.compile(r"^<<<DATA ([0-9a-f]{24})>>>\n(.*?)\n<<<END \1>>>$", re.DOTALL | re.MULTILINE)
PURPOSE = Purpose(UUID(int=1), UUID(int=2), Engine.E2, "hostile")
SETTLED = ("honest", "repaired", "refused")


@dataclass(frozen=True)
class Read:
    """A hostile deck as the product read it, and what is asked about it."""

    hostile: HostileDeck
    deck: Deck
    requests: Mapping[str, TextRequest]
    fair: Mapping[str, TextRequest]

    @property
    def code(self) -> str:
        return self.hostile.language


@pytest.fixture(scope="module")
def read(tmp_path_factory: pytest.TempPathFactory) -> list[Read]:
    folder = tmp_path_factory.mktemp("hostile")
    paths = [hostile.write(folder) for hostile in HOSTILE]
    fair_paths = {
        code: make_deck(folder / f"fair-{code}.pptx", honest(code), title=TITLES[code], language=f"{code}-{locale}")
        for code, locale in LOCALES.items()
    }
    with ThreadPoolExecutor(2) as pool:
        decks = list(pool.map(read_deck, paths))
        fair = dict(zip(fair_paths, map(requests_of, pool.map(read_deck, fair_paths.values())), strict=True))
    return [
        Read(hostile, deck, requests_of(deck), fair[hostile.language])
        for hostile, deck in zip(HOSTILE, decks, strict=True)
    ]


@pytest.fixture(scope="module")
def server() -> Iterator[ModelServer]:
    with open_model_server() as models:
        yield models


def cases(read: list[Read]) -> Iterator[tuple[Read, TextRequest]]:
    """Every deck with every task."""
    return ((one, request) for one in read for request in one.requests.values())


def asked(read: list[Read]) -> Iterator[tuple[Read, TextRequest]]:
    """Every deck with two tasks, so that every task has its turn: what goes over HTTP takes its time."""
    others = [task for task in TASKS if task != "outline"]
    for nth, one in enumerate(read):
        yield one, one.requests["outline"]
        yield one, one.requests[others[nth % len(others)]]


def outside(user: str) -> str:
    """What of a user turn stands outside of fences."""
    return FENCE.sub("", user)


def test_the_decks_are_many_and_their_orders_are_read(read: list[Read]) -> None:
    found = Counter(
        "reaches a model" if order_in(one, prompt_of(one, "outline").user) else "is not read" for one in read
    )
    places = Counter(one.hostile.wants.value for one in read)

    print(f"\n{len(HOSTILE)} hostile decks: {dict(found)}; wanted: {dict(places)}")
    assert len(HOSTILE) >= 36
    unread = {one.hostile.name for one in read if not order_in(one, prompt_of(one, "outline").user)}
    assert unread == {one.name for one in HOSTILE if not one.order}
    assert set(places) == {wants.value for wants in Wants}


def prompt_of(one: Read, task: str) -> Prompt:
    return TASKS[task].ask(one.requests[task])


def order_in(one: Read, text: str) -> bool:
    """Whether a model that reads JSON finds the deck's order in a text."""
    order = one.hostile.order
    return bool(order) and json.dumps(tamed(order), ensure_ascii=False)[1:-1].replace("<", "\\u003c") in text


def test_no_deck_changes_a_byte_of_our_instructions(read: list[Read]) -> None:
    systems = {task: {one.code: set[bytes]() for one in read} for task in TASKS}
    for one, request in cases(read):
        systems[request.task][one.code].add(TASKS[request.task].ask(request).system.encode())

    every = {task: set.union(*found.values()) for task, found in systems.items()}

    assert {task: len(found) for task, found in every.items()} == dict.fromkeys(TASKS, 1)


def test_outside_of_the_fence_only_our_numbers_and_a_language_differ(read: list[Read]) -> None:
    orders: dict[tuple[str, str], set[str]] = {}
    for one, request in cases(read):
        order = re.sub(r"\d+", "N", outside(TASKS[request.task].ask(request).user))
        orders.setdefault((request.task, one.code), set()).add(order)

    assert {len(found) for found in orders.values()} == {1}


def test_no_deck_closes_its_fence(read: list[Read]) -> None:
    for one, request in cases(read):
        user = TASKS[request.task].ask(request).user

        (fence,) = FENCE.finditer(user)

        assert user.count("<") == 6, (one.hostile.name, request.task)
        assert user.count(fence[1]) == 2
        assert isinstance(json.loads(fence[2]), dict)


def test_what_nobody_sees_does_not_reach_a_model(read: list[Read]) -> None:
    hidden = re.compile("[\u00ad\u200b\u202a-\u202e\u2066-\u2069\ufeff\U000e0000-\U000e007f]")

    for _, request in cases(read):
        assert not hidden.search(TASKS[request.task].ask(request).user)


def converse(server: ModelServer, request: TextRequest, answer: Callable[[Mapping[str, Any]], Any]) -> tuple[str, Any]:
    """Ask through the door; how it ended, and the answer that is taken."""
    server.answer_with(answer)
    asked = server.total
    by = Candidate(server.connection(), "gpt-test", identity="stand-in/gpt-test")
    try:
        taken = AiGateway(MemoryCalls()).write(request, PURPOSE, by)
    except UnusableAnswer:
        return "refused", None
    return SETTLED[server.total - asked - 1], taken.value


def test_what_an_honest_model_answers_is_taken_whatever_the_deck_orders(read: list[Read]) -> None:
    complained = [
        (one.hostile.name, request.task, complaints)
        for one, request in cases(read)
        if (complaints := read_answer(TASKS[request.task], request, json.dumps(fair_of(one, request)))[1])
    ]

    print(f"\n{len(read) * len(TASKS)} honest answers, complained of: {len(complained)}")
    assert complained == []


@pytest.mark.parametrize("is_slipped", [False, True], ids=["in all of its answer", "in one place"])
def test_no_answer_that_obeys_a_deck_passes_the_checks(read: list[Read], is_slipped: bool) -> None:
    judged, through = 0, []
    for one, request in cases(read):
        fair, prompt = fair_of(one, request), TASKS[request.task].ask(request)
        obeying = obeying_answer(fair, one.hostile.wants, prompt.system, one.code, is_slipped=is_slipped)
        if obeying == fair or not order_in(one, prompt.user) or (is_slipped and is_own_word(one, request)):
            continue

        value, complaints = read_answer(TASKS[request.task], request, json.dumps(obeying))

        judged += 1
        if value is not None and not complaints:
            through.append((one.hostile.name, request.task))
    print(f"\n{judged} answers that obey, through: {len(through)}")
    assert through == []
    assert judged > 5 * len(HOSTILE)


def test_a_model_that_obeys_what_stands_outside_of_fences_finds_nothing(read: list[Read], server: ModelServer) -> None:
    ends: Counter[str] = Counter()
    for one, request in asked(read):
        fair = fair_of(one, request)

        def gullible(body: Mapping[str, Any], one: Read = one, fair: Any = fair) -> Any:
            system = body["messages"][0]["content"]
            is_won = order_in(one, system + outside(body["messages"][1]["content"]))
            return obeying_answer(fair, one.hostile.wants, system, one.code, is_slipped=False) if is_won else fair

        end, value = converse(server, request, gullible)

        ends[end] += 1
        assert value == fair, (one.hostile.name, request.task)
    print(f"\nobeys outside of fences: {dict(ends)}")
    assert set(ends) == {"honest"}


@pytest.mark.parametrize("is_slipped", [False, True], ids=["in all of its answer", "in one place"])
@pytest.mark.parametrize("is_stubborn", [False, True], ids=["that listens to complaints", "that never listens"])
def test_nothing_of_a_model_that_obeys_what_stands_in_the_data_gets_through(
    read: list[Read], server: ModelServer, is_slipped: bool, is_stubborn: bool
) -> None:
    ends: Counter[str] = Counter()
    through: list[tuple[str, str]] = []
    for one, request in asked(read):
        fair = fair_of(one, request)

        def gullible(body: Mapping[str, Any], one: Read = one, fair: Any = fair) -> Any:
            system, *turns = body["messages"]
            is_won = order_in(one, turns[0]["content"]) and (is_stubborn or len(turns) == 1)
            if not is_won:
                return fair
            return obeying_answer(fair, one.hostile.wants, system["content"], one.code, is_slipped=is_slipped)

        end, value = converse(server, request, gullible)

        ends[end] += 1
        if value is not None and value != fair and not (is_slipped and is_own_word(one, request)):
            through.append((one.hostile.name, request.task))
    print(f"\nobeys all it finds, {is_slipped=}, {is_stubborn=}: {dict(ends)}, through: {len(through)}")
    assert through == []
    assert ends["refused" if is_stubborn else "repaired"] > len(HOSTILE)


def fair_of(one: Read, request: TextRequest) -> dict[str, Any]:
    """What an honest model answers, without what only the offline provider says of itself."""
    answer = honest_answer(request, one.fair[request.task], one.hostile)
    return {key: entry for key, entry in answer.items() if key not in {"method", "notice"}}


def is_own_word(one: Read, request: TextRequest) -> bool:
    """A translation says again what the text says, its orders too: one of those words more tells nothing."""
    return request.task == "translate" and one.hostile.wants in {Wants.CANARY, Wants.TOPIC, Wants.CALL, Wants.PERSONA}


def test_the_offline_provider_takes_orders_for_text(read: list[Read]) -> None:
    writer = OfflineText()
    written = Counter[str]()
    for one in read:
        for task in ("outline", "quiz", "key_points", "summary"):
            request = one.requests[task]
            sources = re.sub(r"\W", "", json.dumps(request.payload, ensure_ascii=False)).casefold()

            answer = writer.write(request).value

            for text in told(answer):
                assert re.sub(r"\W", "", json.dumps(text, ensure_ascii=False)).casefold() in sources, one.hostile.name
                written[task] += 1
            assert task != "outline" or EVIL not in json.dumps(answer), one.hostile.name
    print(f"\noffline texts that stand in their decks: {dict(written)}")
    assert min(written.values()) > len(HOSTILE)


def told(answer: Mapping[str, Any]) -> Iterator[str]:
    """Sentences of an offline answer."""
    for scene in answer.get("scenes", ()):
        yield from (piece for segment in scene["segments"] for piece in re.split(r"(?<=[.!?。]) ?", segment["text"]))
    for one in (*answer.get("items", ()), *answer.get("sentences", ())):
        yield from re.split(r"(?<=[.!?。]) ?", one["text"])
    yield from (
        option for one in answer.get("questions", ()) if one["type"] == "mcq_multi" for option in one["options"]
    )
