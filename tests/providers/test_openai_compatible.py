"""Language models of OpenAI's protocol: what is sent, what is understood, and what a server need not know."""

from __future__ import annotations

import io
import json
from dataclasses import replace
from typing import Any

import pytest
from PIL import Image

from coursecrafter.gateway.errors import (
    AnswerDeclined,
    ProviderBusy,
    ProviderRefusedCall,
    ProviderRefusedKey,
    ProviderUnreachable,
    UnusableAnswer,
)
from coursecrafter.gateway.ports import Candidate, ChatRequest, Turn
from coursecrafter.gateway.providers.manners import forget_manners
from coursecrafter.gateway.providers.registry import list_models, text_model
from providers import model_server_faults as faults
from providers.model_server import ModelServer
from providers.model_server_fixtures import PLAIN, QUESTION, SCHEMA, candidate, server

__all__ = ["server"]

LESSON = {"title": "Water", "parts": ["It boils.", "It freezes."]}
PATH = "/v1/chat/completions"


def asked(server: ModelServer, model: str = "gpt-test", request: ChatRequest = QUESTION, **options: Any) -> Any:
    return text_model(candidate(server, "openai_compatible", model, **options)).chat(request)


@pytest.mark.parametrize("stream", [True, False])
def test_an_answer_comes_with_its_tokens(server: ModelServer, stream: bool) -> None:
    server.answer_with(LESSON)

    answer = asked(server, stream=stream)

    assert json.loads(answer.text) == LESSON
    assert (answer.model, answer.input_tokens, answer.output_tokens) == ("gpt-test-0101", 120, 30)
    assert (answer.end, answer.request_id) == ("done", "req_1")


@pytest.mark.parametrize("stream", [True, False])
def test_any_letters_come_whole(server: ModelServer, stream: bool) -> None:
    text = "Ünïcödé 日本語 🌊 “quotes” \\ \n data: [DONE] line\r\nend"
    server.answer_with(text)

    assert asked(server, request=PLAIN, stream=stream).text == text


def test_a_closed_schema_is_asked_for_strictly_with_its_bounds_in_words(server: ModelServer) -> None:
    asked(server)

    wanted = server.requests[0].json["response_format"]["json_schema"]
    assert (wanted["name"], wanted["strict"]) == ("lesson", True)
    properties = wanted["schema"]["properties"]
    assert properties["title"] == {"type": "string", "description": "Of the lesson. (minLength: 3)"}
    assert properties["parts"]["description"] == "(minItems: 2)"


def test_an_open_schema_is_asked_for_as_it_is(server: ModelServer) -> None:
    open_schema = {**SCHEMA, "required": ["title"]}

    asked(server, request=replace(QUESTION, schema=open_schema))

    wanted = server.requests[0].json["response_format"]["json_schema"]
    assert wanted == {"name": "lesson", "schema": open_schema}


def test_what_is_ours_and_what_is_theirs_stand_apart(server: ModelServer) -> None:
    turns = (Turn("user", "One."), Turn("assistant", "Two."), Turn("user", "Three."))

    asked(server, request=replace(PLAIN, turns=turns, most_tokens=77))

    body = server.requests[0].json
    assert body["messages"] == [
        {"role": "system", "content": "You write lessons."},
        {"role": "user", "content": "One."},
        {"role": "assistant", "content": "Two."},
        {"role": "user", "content": "Three."},
    ]
    assert (body["max_tokens"], body["temperature"], body["seed"]) == (77, 0.0, 0)


def test_a_model_that_thinks_is_asked_without_what_it_refuses_and_with_room(server: ModelServer) -> None:
    answer = asked(server, "gpt-thinker", limit_name="max_tokens")
    first = len(server.requests)
    asked(server, "gpt-thinker", limit_name="max_tokens")

    assert answer.end == "done"
    assert len(server.requests) == first + 1
    body = server.requests[-1].json
    assert body["max_completion_tokens"] == QUESTION.most_tokens + 4096
    assert not {"max_tokens", "temperature", "seed"} & body.keys()


def test_an_older_server_is_asked_as_it_knows_it(server: ModelServer) -> None:
    answer = asked(server, "old-model", limit_name="max_completion_tokens")

    assert json.loads(answer.text)["title"]
    body = server.requests[-1].json
    assert body["response_format"] == {"type": "json_object"}
    assert "JSON Schema" in body["messages"][0]["content"]
    assert body["max_tokens"] == QUESTION.most_tokens
    assert (answer.input_tokens, answer.output_tokens) == (None, None)


def test_a_server_without_any_json_is_asked_in_words(server: ModelServer) -> None:
    server.answer_with(f"<think>Hm {{.</think>Here you are:\n```json\n{json.dumps(LESSON)}\n```\nEnjoy!")

    answer = asked(server, "plain-model")

    assert json.loads(answer.text) == LESSON
    assert "response_format" not in server.requests[-1].json


@pytest.mark.parametrize(
    ("said", "text"),
    [
        ('<think>A draft: {"title": "Fire"}.</think>\n{}', "{}"),
        ('A draft, begun in the prompt: {"title": "Fire"}.\n</think>\n\n{}', "{}"),
        ('<think>A draft, and then no more room: {"title": "Fire"}', ""),
    ],
)
def test_a_draft_in_a_models_thoughts_is_no_answer(server: ModelServer, said: str, text: str) -> None:
    answer = json.dumps(LESSON)
    server.answer_with(said.replace("{}", answer))

    assert asked(server).text == text.replace("{}", answer)


def test_what_was_learnt_of_one_model_is_not_thought_of_another(server: ModelServer) -> None:
    asked(server, "plain-model")
    asked(server, "gpt-test")

    assert server.requests[-1].json["response_format"]["type"] == "json_schema"


def test_a_way_to_json_may_be_told(server: ModelServer) -> None:
    asked(server, json="object")

    assert server.requests[0].json["response_format"] == {"type": "json_object"}


def test_a_server_without_streams_is_asked_without(server: ModelServer) -> None:
    answer = asked(server, "still-model", request=PLAIN)

    assert answer.text == "Answered."
    assert "stream" not in server.requests[-1].json


def test_a_refusal_for_another_reason_is_not_asked_again(server: ModelServer) -> None:
    with pytest.raises(ProviderRefusedCall) as raised:
        asked(server, "no-such-model")

    assert server.total == 1
    assert "no-such-model" in raised.value.detail


def test_a_call_that_is_always_refused_ends(server: ModelServer) -> None:
    server.fail_with(faults.status(400, "Invalid parameter: 'response_format' temperature"), times=50)

    with pytest.raises(ProviderRefusedCall):
        asked(server)

    assert server.total < 12


@pytest.mark.parametrize("stream", [True, False])
def test_a_model_may_decline(server: ModelServer, stream: bool) -> None:
    server.fail_with(faults.refusal())

    answer = asked(server, request=PLAIN, stream=stream)

    assert (answer.end, answer.text) == ("refusal", "I'm sorry, I can't help with that.")
    assert answer.output_tokens == 30


@pytest.mark.parametrize("stream", [True, False])
@pytest.mark.parametrize(("fault", "end"), [(faults.filtered(), "filter"), (faults.shortened(), "length")])
def test_an_answer_may_end_early(server: ModelServer, fault: faults.Fault, end: str, stream: bool) -> None:
    server.answer_with("Water boils.")
    server.fail_with(fault)

    answer = asked(server, request=PLAIN, stream=stream)

    assert answer.end == end
    assert answer.text == {"filter": "", "length": "Water "}[end]


def test_no_choices_are_no_answer(server: ModelServer) -> None:
    server.fail_with(faults.empty())

    with pytest.raises(UnusableAnswer):
        asked(server)


@pytest.mark.parametrize("stream", [True, False])
def test_an_empty_answer_is_none(server: ModelServer, stream: bool) -> None:
    server.answer_with("")

    with pytest.raises(UnusableAnswer) as raised:
        asked(server, request=PLAIN, stream=stream)

    assert raised.value.may_cost


def sse(*lines: str) -> faults.Fault:
    return faults.raw("".join(f"data: {line}\n\n" for line in lines).encode(), "text/event-stream")


def chunk(**delta: Any) -> str:
    return json.dumps({"choices": [{"index": 0, "delta": delta, "finish_reason": None}]})


def test_a_stream_without_its_end_is_no_answer(server: ModelServer) -> None:
    """The connection closes as if all were well."""
    server.fail_with(sse(chunk(content="Water bo")))

    with pytest.raises(ProviderUnreachable) as raised:
        asked(server, request=PLAIN)

    assert raised.value.may_cost


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        ({"message": "Overloaded", "code": 503}, ProviderBusy),
        ({"message": "You exceeded your current quota", "code": "insufficient_quota"}, ProviderRefusedKey),
        ({"message": "Something went wrong", "type": "server_error"}, ProviderUnreachable),
        ({"message": "Filtered", "code": 400, "type": "content_filter"}, AnswerDeclined),
    ],
)
def test_a_server_may_fail_in_the_middle_of_a_stream(server: ModelServer, error: Any, kind: type[Exception]) -> None:
    server.fail_with(sse(chunk(content="Wat"), json.dumps({"error": error})))

    with pytest.raises(kind) as raised:
        asked(server, request=PLAIN)

    assert raised.value.may_cost  # type: ignore[attr-defined]


def test_events_that_do_not_say_what_they_are_are_heard(server: ModelServer) -> None:
    fault = sse(chunk(content="Water."), "[DONE]")
    server.fail_with(replace(fault, headers={"Content-Type": "text/plain"}))

    assert asked(server, request=PLAIN).text == "Water."


def test_thoughts_are_no_part_of_an_answer(server: ModelServer) -> None:
    parts = [chunk(reasoning_content="Let me think."), chunk(content="Water."), "[DONE]"]
    server.fail_with(sse(*parts))

    assert asked(server, request=PLAIN).text == "Water."


def test_pictures_go_with_the_last_turn(server: ModelServer) -> None:
    pictures = []
    for kind in ("PNG", "JPEG"):
        file = io.BytesIO()
        Image.new("RGB", (8, 8), "red").save(file, kind)
        pictures.append(file.getvalue())

    answer = asked(server, request=replace(PLAIN, pictures=tuple(pictures)))

    assert answer.text == "Answered."
    content = server.requests[0].json["messages"][-1]["content"]
    assert [part["type"] for part in content] == ["text", "image_url", "image_url"]
    assert content[2]["image_url"]["url"].startswith("data:image/jpeg;base64,")


def test_the_same_key_is_charged_once(server: ModelServer) -> None:
    server.answer_with("First.", "Second.")
    known = candidate(server, "openai_compatible", "gpt-test")

    texts = [text_model(known, "step-1").chat(PLAIN).text for _ in range(2)]

    assert texts == ["First.", "First."]
    assert server.charges == {"step-1": 1}


def test_a_key_stands_for_one_body(server: ModelServer) -> None:
    """A server that keeps what it refused would refuse another body under the same key."""
    known = candidate(server, "openai_compatible", "plain-model")

    for _ in range(2):
        text_model(known, "step-1").chat(QUESTION)
        forget_manners()

    keys = [one.headers["idempotency-key"] for one in server.requests]
    bodies = {(key, one.content) for key, one in zip(keys, server.requests, strict=True)}
    assert len(bodies) == len(set(keys))
    assert keys[0] == "step-1"
    assert sum(server.charges.values()) == 1


def azure(server: ModelServer, base: str, **options: Any) -> Candidate:
    connection = server.connection(azure=True, **options)
    return Candidate(replace(connection, base_url=f"{server.url}{base}"), "gpt-test")


@pytest.mark.parametrize("base", ["", "/openai", "/"])
def test_azures_older_form_has_the_deployment_in_its_path(server: ModelServer, base: str) -> None:
    answer = text_model(azure(server, base)).chat(QUESTION)

    sent = server.requests[0]
    assert answer.end == "done"
    assert sent.path == "/openai/deployments/gpt-test/chat/completions"
    assert sent.query == {"api-version": "2024-10-21"}
    assert sent.headers["api-key"] == server.key
    assert "authorization" not in sent.headers
    assert "model" not in sent.json


def test_azures_newer_form_needs_no_version(server: ModelServer) -> None:
    answer = text_model(azure(server, "/openai/v1")).chat(QUESTION)

    sent = server.requests[0]
    assert answer.end == "done"
    assert (sent.path, sent.query, sent.json["model"]) == ("/openai/v1/chat/completions", {}, "gpt-test")
    assert "max_completion_tokens" in sent.json


def test_a_deployment_may_have_a_name_of_its_own(server: ModelServer) -> None:
    known = replace(azure(server, ""), model="gpt-9", options={"deployment": "gpt-test"})

    text_model(known).chat(PLAIN)

    assert "/deployments/gpt-test/" in server.requests[0].path


def test_models_are_listed(server: ModelServer) -> None:
    assert "gpt-test" in list_models(server.connection())


def test_a_server_without_keys_gets_none(server: ModelServer) -> None:
    server.key = ""

    asked(server, request=PLAIN)

    assert "authorization" not in server.requests[0].headers


def test_a_role_that_a_server_does_not_know_is_left_out(server: ModelServer) -> None:
    server.fail_with(faults.status(400, "System role not supported"))

    answer = asked(server, request=PLAIN)

    assert answer.text == "Answered."
    assert server.requests[-1].json["messages"] == [
        {"role": "user", "content": "You write lessons.\n\nWrite one on water."}
    ]
