"""Anthropic's Messages API: what is sent, what is understood, and what a model need not know."""

from __future__ import annotations

import io
import json
from dataclasses import replace
from typing import Any

import pytest
from PIL import Image

from coursecrafter.gateway.errors import (
    ProviderBusy,
    ProviderRefusedCall,
    ProviderRefusedKey,
    ProviderUnreachable,
    UnusableAnswer,
)
from coursecrafter.gateway.ports import Candidate, ChatRequest
from coursecrafter.gateway.providers.registry import list_models, text_model
from providers import model_server_faults as faults
from providers.model_server import ModelServer
from providers.model_server_fixtures import PLAIN, QUESTION, candidate, server

__all__ = ["server"]

LESSON = {"title": "Water", "parts": ["It boils.", "It “freezes” at 0 °C."]}


def asked(server: ModelServer, model: str = "claude-test", request: ChatRequest = QUESTION, **options: Any) -> Any:
    return text_model(candidate(server, "anthropic", model, **options)).chat(request)


@pytest.mark.parametrize("stream", [True, False])
@pytest.mark.parametrize("model", ["claude-test", "claude-new", "claude-old", "claude-plain"])
def test_every_model_answers_in_json(server: ModelServer, model: str, stream: bool) -> None:
    server.answer_with(LESSON)

    answer = asked(server, model, stream=stream)

    assert json.loads(answer.text) == LESSON
    assert (answer.model, answer.input_tokens, answer.output_tokens) == (f"{model}-20260101", 120, 30)
    assert (answer.end, answer.request_id) == ("done", "req_1")


def test_json_is_asked_for_in_the_apis_own_way(server: ModelServer) -> None:
    asked(server)

    wanted = server.requests[0].json["output_config"]["format"]
    assert wanted["type"] == "json_schema"
    assert wanted["schema"]["properties"]["parts"]["description"] == "(minItems: 2)"
    assert server.requests[0].headers["anthropic-version"] == "2026-10-21"


def test_an_open_schema_is_closed_and_its_fields_stay_optional(server: ModelServer) -> None:
    inner = {"type": "object", "properties": {"a": {"type": "string"}}}
    schema = {"type": "object", "properties": {"parts": {"type": "array", "items": inner}}, "required": ["parts"]}

    asked(server, request=replace(QUESTION, schema=schema))

    wanted = server.requests[0].json["output_config"]["format"]["schema"]
    assert server.total == 1
    assert wanted["additionalProperties"] is False
    assert wanted["properties"]["parts"]["items"]["additionalProperties"] is False
    assert "required" not in wanted["properties"]["parts"]["items"]


def test_an_older_model_is_made_to_call_a_tool(server: ModelServer) -> None:
    asked(server, "claude-old")

    body = server.requests[-1].json
    assert body["tool_choice"] == {"type": "tool", "name": "lesson"}
    assert body["tools"][0]["input_schema"] == QUESTION.schema


def test_what_was_learnt_is_remembered(server: ModelServer) -> None:
    asked(server, "claude-plain")
    first = server.total
    asked(server, "claude-plain")

    assert (first, server.total) == (3, 4)


def test_a_temperature_is_told_to_the_version_that_takes_one(server: ModelServer) -> None:
    asked(server, api_version="2023-06-01")
    asked(server, "claude-new", api_version="2023-06-01")
    asked(server)

    temperatures = [one.json.get("temperature") for one in server.requests]
    assert temperatures == [0.0, 0.0, None, None]


def test_a_server_of_the_first_version_is_asked_as_it_knows_it(server: ModelServer) -> None:
    server.fail_with(faults.status(400, "anthropic-version: 2026-10-21 is not a valid version"))

    asked(server)

    assert server.requests[-1].headers["anthropic-version"] == "2023-06-01"


def test_a_model_that_cannot_leave_its_thoughts_has_room_for_them(server: ModelServer) -> None:
    server.fail_with(faults.status(400, "thinking.type: disabled is not supported for this model"))

    asked(server)

    first, second = (one.json for one in server.requests)
    assert (first["max_tokens"], first["thinking"]) == (QUESTION.most_tokens, {"type": "disabled"})
    assert second["max_tokens"] == QUESTION.most_tokens + 4096
    assert "thinking" not in second
    assert second["output_config"]["effort"] == "low"


@pytest.mark.parametrize("stream", [True, False])
@pytest.mark.parametrize(("fault", "end"), [(faults.refusal(), "refusal"), (faults.shortened(), "length")])
def test_an_answer_may_end_early(server: ModelServer, fault: faults.Fault, end: str, stream: bool) -> None:
    server.answer_with("Water boils.")
    server.fail_with(fault)

    answer = asked(server, request=PLAIN, stream=stream)

    assert answer.end == end
    assert answer.text == {"refusal": "", "length": "Water "}[end]


@pytest.mark.parametrize("stream", [True, False])
def test_a_message_without_a_word_is_no_answer(server: ModelServer, stream: bool) -> None:
    server.fail_with(faults.empty())

    with pytest.raises(UnusableAnswer):
        asked(server, stream=stream)


def test_an_overloaded_provider_is_busy(server: ModelServer) -> None:
    body = b'{"type": "error", "error": {"type": "overloaded_error", "message": "Overloaded"}}'
    server.fail_with(faults.raw(body, code=529, retry_after="3"))

    with pytest.raises(ProviderBusy) as raised:
        asked(server)

    assert raised.value.retry_after_s == 3


def test_credit_that_is_used_up_is_no_matter_of_the_question(server: ModelServer) -> None:
    server.fail_with(faults.status(400, "Your credit balance is too low to access the Anthropic API."))

    with pytest.raises(ProviderRefusedKey):
        asked(server)

    assert server.total == 1


def events(*parts: dict[str, Any]) -> faults.Fault:
    lines = [f"event: {part['type']}\ndata: {json.dumps(part)}\n\n" for part in parts]
    return faults.raw("".join(lines).encode(), "text/event-stream")


BEGIN = {"type": "message_start", "message": {"model": "c", "usage": {"input_tokens": 3, "cache_read_input_tokens": 4}}}
WORD = {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": "Wat"}}


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("overloaded_error", ProviderBusy),
        ("rate_limit_error", ProviderBusy),
        ("api_error", ProviderUnreachable),
        ("timeout_error", ProviderUnreachable),
        ("authentication_error", ProviderRefusedKey),
    ],
)
def test_a_provider_may_fail_in_the_middle_of_a_stream(server: ModelServer, name: str, kind: type[Exception]) -> None:
    server.fail_with(events(BEGIN, WORD, {"type": "error", "error": {"type": name, "message": "So it is."}}))

    with pytest.raises(kind) as raised:
        asked(server, request=PLAIN)

    assert raised.value.may_cost  # type: ignore[attr-defined]


def test_a_stream_without_its_end_is_no_answer(server: ModelServer) -> None:
    server.fail_with(events(BEGIN, WORD))

    with pytest.raises(ProviderUnreachable) as raised:
        asked(server, request=PLAIN)

    assert raised.value.may_cost


def test_events_that_nobody_knows_yet_are_passed_over(server: ModelServer) -> None:
    thought = {"type": "content_block_delta", "index": 0, "delta": {"type": "thinking_delta", "thinking": "Hm."}}
    end = {"type": "message_delta", "delta": {"stop_reason": "end_turn"}, "usage": {"output_tokens": 9}}
    server.fail_with(events(BEGIN, {"type": "novelty"}, thought, WORD, end, {"type": "message_stop"}))

    answer = asked(server, request=PLAIN)

    assert (answer.text, answer.input_tokens, answer.output_tokens) == ("Wat", 7, 9)


def test_pictures_go_with_the_last_turn(server: ModelServer) -> None:
    file = io.BytesIO()
    Image.new("RGB", (8, 8), "red").save(file, "PNG")

    asked(server, request=replace(PLAIN, pictures=(file.getvalue(),)))

    content = server.requests[0].json["messages"][-1]["content"]
    assert [part["type"] for part in content] == ["image", "text"]
    assert content[0]["source"]["media_type"] == "image/png"


def test_a_model_that_is_unknown_is_a_refused_call(server: ModelServer) -> None:
    with pytest.raises(ProviderRefusedCall):
        asked(server, "claude-none")


def test_a_wrong_key_is_refused(server: ModelServer) -> None:
    with pytest.raises(ProviderRefusedKey):
        text_model(Candidate(server.connection("anthropic", key="wrong-key"), "claude-test")).chat(PLAIN)


def test_all_pages_of_models_are_listed(server: ModelServer) -> None:
    names = list_models(server.connection("anthropic"))

    assert names == ["claude-new", "claude-old", "claude-plain", "claude-test"]
    assert server.total == 2


@pytest.mark.parametrize("base", ["", "/v1", "/v1/"])
def test_the_address_may_be_given_with_or_without_its_version(server: ModelServer, base: str) -> None:
    connection = replace(server.connection("anthropic"), base_url=f"{server.url}{base}")

    text_model(Candidate(connection, "claude-test")).chat(PLAIN)

    assert server.calls == {"/v1/messages": 1}
