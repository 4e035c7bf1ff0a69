"""What the door reckons with: never less than a call may use, whatever a provider says, and each question is one."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from coursecrafter.domain.course import Engine
from coursecrafter.engines.bench import Bench
from coursecrafter.gateway.door import AiGateway
from coursecrafter.gateway.errors import UnusableAnswer
from coursecrafter.gateway.ports import Candidate, Kind, Purpose, TextRequest
from coursecrafter.gateway.prices import Usage
from coursecrafter.gateway.providers.registry import list_models
from coursecrafter.gateway.setting import Setting
from coursecrafter.gateway.tasks import TASKS
from coursecrafter.gateway.tries import Question, Tries
from coursecrafter.jobs.steps import InlineRunner
from coursecrafter.storage.objects import ObjectStore
from plain_gateway import MemoryCalls
from providers import model_server_faults as faults
from providers.model_server import ModelServer
from providers.model_server_fixtures import server

__all__ = ["server"]

PURPOSE = Purpose(UUID(int=1), UUID(int=2), Engine.E2, "rewrite")
TEXT = "Fire doors hold back smoke and heat. Keep them shut at all times, and never wedge them open."
BETTER = "Fire doors hold back smoke and heat. Always keep them shut, and never wedge them open."
REWRITE = TextRequest("rewrite", "en", {"text": TEXT})
SUBJECTS = ("valve", "seal", "rotor", "bearing", "motor", "pipe", "filter", "gauge")
DOCUMENT = [
    [f"The {SUBJECTS[nth % 8]} of pump {nth} is checked every month, since a worn one lets water leak.", nth]
    for nth in range(100)
]


def of(server: ModelServer, protocol: str = "openai_compatible", **options: Any) -> Candidate:
    model = "claude-test" if protocol == "anthropic" else "gpt-test"
    return Candidate(server.connection(protocol), model, options, identity="stand-in")


def opened(folder: Path, by: Candidate, price: Callable[[Usage], int] = lambda _usage: 0) -> tuple[Bench, MemoryCalls]:
    """A bench whose door asks one candidate, and what is written down of it."""
    calls, store = MemoryCalls(), ObjectStore(str(folder / "store"), UUID(int=9))
    setting = Setting({Kind.TEXT: (by,)}, price=lambda _by, usage: Decimal(price(usage)))
    gateway = AiGateway(calls, lambda: setting, pause=lambda _seconds: None)
    return Bench(InlineRunner(store), store, gateway), calls


def summed_up(body: dict[str, Any]) -> dict[str, Any]:
    """By rules, what a model would make of the paragraphs that stand in its question."""
    lines = body["messages"][-1]["content"].split("\n")
    begun, end = (
        next(nth for nth, line in enumerate(lines) if line.startswith(mark)) for mark in ("<<<DATA", "<<<END")
    )
    shown = json.loads("\n".join(lines[begun + 1 : end]))["paragraphs"]
    payload = {"paragraphs": [[one["text"], one["page"]] for one in shown], "sentences": 3}
    return TASKS["summary"].offline("en", payload)


def test_each_part_of_a_long_document_is_a_question_of_its_own(tmp_path: Path, server: ModelServer) -> None:
    server.answer_with(summed_up)
    bench, calls = opened(tmp_path, of(server, most_source_chars=4000))

    answer = bench.write(TextRequest("summary", "en", {"paragraphs": DOCUMENT, "sentences": 3}), PURPOSE)

    assert len(calls.calls) > 2
    assert set(server.charges.values()) == {1}
    assert len(server.charges) == len(calls.calls)
    assert max(one["page"] for one in answer.value["sentences"]) > 45, "all is of the first part"


def test_all_calls_that_a_long_document_took_are_where_its_summary_comes_from(
    tmp_path: Path, server: ModelServer
) -> None:
    """Asked for, found again, and found by another course, which has rows of its own for them."""
    server.answer_with(summed_up)
    request = TextRequest("summary", "en", {"paragraphs": DOCUMENT, "sentences": 3})
    first, calls = opened(tmp_path, of(server, most_source_chars=4000))
    again, _ = opened(tmp_path, of(server, most_source_chars=4000))
    other, found = opened(tmp_path, of(server, most_source_chars=4000))

    answer = first.write(request, PURPOSE)
    again.write(request, PURPOSE)
    other.write(request, replace(PURPOSE, project_id=UUID(int=77)))

    assert len(first.gateway.noted) == len(calls.calls) > 2
    assert first.gateway.noted[-1] == answer.call_id
    assert again.gateway.noted == first.gateway.noted
    assert len(other.gateway.noted) == len(found.calls) == len(calls.calls)
    assert {call.response_meta["first_call"] for call in found.calls} == set(map(str, first.gateway.noted))


def test_signs_of_which_each_is_a_token_are_reserved_as_such(tmp_path: Path, server: ModelServer) -> None:
    text = "防火门能阻挡烟雾和热量。请始终保持防火门关闭。" * 3
    server.answer_with({"text": text})
    bench, calls = opened(tmp_path, of(server), lambda usage: usage.input_tokens)

    with suppress(UnusableAnswer):
        bench.write(TextRequest("rewrite", "zh", {"text": text}), PURPOSE)

    sent = "".join(turn["content"] for turn in server.requests[0].json["messages"])
    wide = sum(sign > "\u3000" for sign in sent)
    assert wide >= len(text) - 10
    assert calls.reserved[0] is not None
    assert calls.reserved[0] >= wide + (len(sent) - wide) // 3


@pytest.mark.parametrize(
    ("protocol", "options"),
    [
        ("openai_compatible", {"reasoning_effort": "high", "thinking_tokens": 50_000}),
        ("anthropic", {"thinking": "on", "thinking_tokens": 50_000}),
        ("openai_compatible", {}),
    ],
)
def test_what_a_model_may_think_is_reserved_with_its_answer(
    tmp_path: Path, server: ModelServer, protocol: str, options: dict[str, Any]
) -> None:
    server.answer_with({"text": BETTER})
    bench, calls = opened(tmp_path, of(server, protocol, **options), lambda usage: usage.output_tokens)

    bench.write(REWRITE, PURPOSE)

    assert calls.reserved == [server.requests[-1].json["max_tokens"]]


@pytest.mark.parametrize("protocol", ["openai_compatible", "anthropic"])
@pytest.mark.parametrize("usage", [(-1_000_000, 10), (10, -1_000_000), (10**15, 10), (True, 10)])
def test_a_number_of_tokens_that_cannot_be_is_not_believed(
    tmp_path: Path, server: ModelServer, protocol: str, usage: tuple[int, int]
) -> None:
    server.answer_with({"text": BETTER})
    server.usage = usage
    bench, calls = opened(tmp_path, of(server, protocol), lambda used: used.input_tokens + used.output_tokens)

    bench.write(REWRITE, PURPOSE)

    (call,), (reserved,), (cost,) = calls.calls, calls.reserved, calls.costs
    assert reserved is not None
    assert cost is not None
    assert 0 < cost <= reserved
    assert None in {call.input_tokens, call.output_tokens}


def test_a_call_that_breaks_off_on_our_side_is_no_fault_of_its_provider(server: ModelServer) -> None:
    calls = MemoryCalls()
    tries = Tries(calls, lambda _by, _usage: Decimal(3), lambda _cost: None)
    question = Question(of(server), Kind.TEXT, "llm_script", PURPOSE, {}, Usage())

    def told_to_stop() -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        tries.make(question, told_to_stop, lambda _answer: pytest.fail("there is none"))

    assert [call.response_meta["code"] for call in calls.calls] == ["CC-0356"]
    assert calls.costs == [3]


@pytest.mark.parametrize("protocol", ["openai_compatible", "anthropic"])
def test_a_model_names_itself_in_signs_that_can_be_stored(tmp_path: Path, server: ModelServer, protocol: str) -> None:
    said = '"model": "gpt\\u0000\\ud800 5' + "x" * 100_000 + '"'
    text = json.dumps(json.dumps({"text": BETTER}))
    whole = {
        "openai_compatible": f'{{{said}, "choices": [{{"message": {{"content": {text}}}, "finish_reason": "stop"}}]}}',
        "anthropic": f'{{{said}, "content": [{{"type": "text", "text": {text}}}], "stop_reason": "end_turn"}}',
    }
    server.fail_with(faults.raw(whole[protocol].encode()))
    bench, calls = opened(tmp_path, of(server, protocol))

    answer = bench.write(REWRITE, PURPOSE)

    assert answer.model == "gpt 5" + "x" * 195
    assert [call.model for call in calls.calls] == [answer.model]


@pytest.mark.parametrize("protocol", ["openai_compatible", "anthropic"])
def test_models_are_listed_by_names_that_can_be_answered(server: ModelServer, protocol: str) -> None:
    server.fail_with(faults.raw(b'{"data": [{"id": "a\\ud800b"}, {"id": "\\u0000"}, {"id": 5}, {"id": "c"}]}'))

    assert list_models(server.connection(protocol)) == ["ab", "c"]
