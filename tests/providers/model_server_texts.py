"""The stand-in's language models: OpenAI's chat completions (also Azure's) and Anthropic's messages."""

# ruff: noqa: PLR0911, PLR0912, C901 - a protocol is a list of checks

from __future__ import annotations

import base64
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from providers.model_server_faults import Fault
from providers.model_server_wire import Answer, Asked, refuse, send, smallest

if TYPE_CHECKING:
    from providers.model_server import ModelServer


@dataclass(frozen=True)
class Model:
    """What a model does not take."""

    refuses: frozenset[str] = frozenset()
    formats: frozenset[str] = frozenset({"json_schema", "json_object", "text"})


MODELS = {
    "gpt-test": Model(),
    "gpt-thinker": Model(refuses=frozenset({"max_tokens", "temperature", "seed"})),
    "old-model": Model(
        refuses=frozenset({"max_completion_tokens", "stream_options"}), formats=frozenset({"json_object"})
    ),
    "plain-model": Model(refuses=frozenset({"response_format"})),
    "still-model": Model(refuses=frozenset({"stream"})),
}
CLAUDES = {
    "claude-test": Model(),
    "claude-new": Model(refuses=frozenset({"temperature", "tool_choice"})),
    "claude-old": Model(refuses=frozenset({"output_config"})),
    "claude-plain": Model(refuses=frozenset({"output_config", "tool_choice"})),
}
CHAT_FIELDS = frozenset(
    [
        "model",
        "messages",
        "max_tokens",
        "max_completion_tokens",
        "temperature",
        "seed",
        "response_format",
        "stream",
        "stream_options",
        "reasoning_effort",
        "n",
        "stop",
        "top_p",
        "user",
    ]
)
CLAUDE_FIELDS = frozenset(
    [
        "model",
        "messages",
        "max_tokens",
        "system",
        "temperature",
        "stream",
        "output_config",
        "tools",
        "tool_choice",
        "thinking",
        "metadata",
    ]
)
NOT_IN_STRICT = frozenset(
    [
        "minLength",
        "maxLength",
        "minItems",
        "maxItems",
        "minimum",
        "maximum",
        "uniqueItems",
        "pattern",
        "format",
        "default",
    ]
)
CLASSIC = re.compile(r"/openai/deployments/([^/]+)/chat/completions")


def answer_text(server: ModelServer, asked: Asked, fault: Fault | None) -> Answer | None:
    """An answer, if it is a language model that is asked."""
    kind = "" if fault is None else fault.kind
    classic = CLASSIC.fullmatch(asked.path)
    if classic or asked.path in {"/v1/chat/completions", "/openai/v1/chat/completions"}:
        return _chat(server, asked, kind, classic.group(1) if classic else None)
    if asked.path == "/v1/messages":
        return _messages(server, asked, kind)
    if asked.path in {"/v1/models", "/openai/v1/models", "/openai/models"}:
        return _models(server, asked)
    return None


def _models(server: ModelServer, asked: Asked) -> Answer | None:
    if "xi-api-key" in asked.headers:
        return None
    if "anthropic-version" in asked.headers:
        if asked.headers.get("x-api-key") != server.key:
            return _claude_refuses(401, "authentication_error", "invalid x-api-key")
        names = sorted(CLAUDES)
        first = asked.query.get("after_id")
        at = names.index(first) + 1 if first else 0
        page = names[at : at + 2]
        entries = [{"type": "model", "id": name, "display_name": name} for name in page]
        return send({"data": entries, "has_more": at + 2 < len(names), "first_id": page[0], "last_id": page[-1]})
    return _key_refusal(server, asked) or send({"object": "list", "data": [{"id": name} for name in MODELS]})


def _key_refusal(server: ModelServer, asked: Asked) -> Answer | None:
    """The words name the key, as some servers' do."""
    given = asked.headers.get("authorization", "").removeprefix("Bearer ") or asked.headers.get("api-key", "")
    if server.key and given != server.key:
        return refuse(401, f"Incorrect API key provided: {given}.", "invalid_api_key")
    return None


def _chat(server: ModelServer, asked: Asked, kind: str, deployment: str | None) -> Answer:
    if "/openai/" in asked.path and "api-key" not in asked.headers:
        return refuse(401, "Access denied due to missing subscription key.", "401")
    if deployment and not asked.query.get("api-version"):
        return refuse(404, "Resource not found", "404")
    if (refused := _key_refusal(server, asked)) is not None:
        return refused
    body = asked.json
    name = deployment or body.get("model", "")
    model = MODELS.get(name)
    if model is None:
        return refuse(
            404, f"The model `{name}` does not exist or you do not have access to it.", "model_not_found", "model"
        )
    if (refused := _chat_refusal(body, model)) is not None:
        return refused
    text, finish, message = _said(server, body, kind)
    if kind == "empty":
        return send({"id": "chatcmpl-1", "object": "chat.completion", "model": f"{name}-0101", "choices": []})
    read, written = server.usage
    usage = {"prompt_tokens": read, "completion_tokens": written, "total_tokens": read + written}
    if body.get("stream"):
        wants_usage = (body.get("stream_options") or {}).get("include_usage")
        return _streamed(name, text, finish, message, usage if wants_usage else None)
    choice = {"index": 0, "finish_reason": finish, "message": {"role": "assistant", **message}}
    whole = {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "model": f"{name}-0101",
        "choices": [choice],
        "usage": usage,
    }
    return send(whole)


def _chat_refusal(body: Mapping[str, Any], model: Model) -> Answer | None:
    for field in body:
        if field not in CHAT_FIELDS:
            return refuse(400, f"Unrecognized request argument supplied: {field}", None, None)
        if field in model.refuses:
            hint = " Use 'max_completion_tokens' instead." if field == "max_tokens" else ""
            said = f"Unsupported parameter: '{field}' is not supported with this model.{hint}"
            return refuse(400, said, "unsupported_parameter", field)
    if "max_tokens" in body and "max_completion_tokens" in body:
        return refuse(400, "Setting 'max_tokens' and 'max_completion_tokens' at the same time is not supported.")
    messages = body.get("messages")
    if not isinstance(messages, list) or not messages:
        return refuse(400, "'messages' is a required property", None, "messages")
    for message in messages:
        if message["role"] not in {"system", "developer", "user", "assistant"}:
            return refuse(400, "Invalid role", None, "messages")
        for part in message["content"] if isinstance(message["content"], list) else ():
            if part["type"] == "image_url" and not _is_picture(part["image_url"]["url"]):
                return refuse(400, "Invalid image.", "invalid_image_format", "messages")
    wanted = body.get("response_format")
    if wanted is None:
        return None
    if wanted["type"] not in model.formats:
        said = f"Invalid parameter: 'response_format' of type '{wanted['type']}' is not supported with this model."
        return refuse(400, said, None, "response_format")
    if wanted["type"] == "json_object" and "json" not in json.dumps(messages).lower():
        return refuse(400, "'messages' must contain the word 'json' in some form", None, "messages")
    if wanted["type"] == "json_schema":
        described = wanted["json_schema"]
        if not re.fullmatch(r"[a-zA-Z0-9_-]{1,64}", described["name"]):
            return refuse(400, "Invalid 'response_format.json_schema.name'", None, "response_format.json_schema.name")
        wrong = _wrong_in_strict(described["schema"]) if described.get("strict") else ""
        if wrong:
            return refuse(
                400, f"Invalid schema for response_format '{described['name']}': {wrong}", None, "response_format"
            )
    return None


def _is_picture(url: str) -> bool:
    kind, _, coded = url.partition(";base64,")
    begins = {"data:image/png": b"\x89PNG", "data:image/jpeg": b"\xff\xd8"}
    return kind in begins and base64.b64decode(coded).startswith(begins[kind])


def _wrong_in_strict(schema: Any) -> str:
    """Why a schema is none that OpenAI takes with `strict`."""
    if isinstance(schema, list):
        return next((wrong for part in schema if (wrong := _wrong_in_strict(part))), "")
    if not isinstance(schema, dict):
        return ""
    bad = NOT_IN_STRICT & schema.keys()
    if bad:
        return f"'{min(bad)}' is not permitted."
    if schema.get("type") == "object":
        if schema.get("additionalProperties") is not False:
            return "'additionalProperties' is required to be supplied and to be false."
        if set(schema.get("required", ())) != set(schema.get("properties", {})):
            return "'required' is required to be supplied and to be an array including every key in properties."
    names = schema.get("properties", {})
    parts = [*names.values(), *(part for key, part in schema.items() if key not in {"properties", "enum", "const"})]
    return next((wrong for part in parts if (wrong := _wrong_in_strict(part))), "")


def _said(server: ModelServer, body: dict[str, Any], kind: str) -> tuple[str, str, dict[str, Any]]:
    """The text, why it ended, and the message."""
    text = _words(server, body, ((body.get("response_format") or {}).get("json_schema") or {}).get("schema"))
    if kind == "refusal":
        return "", "stop", {"content": None, "refusal": "I'm sorry, I can't help with that."}
    if kind == "filter":
        return "", "content_filter", {"content": "", "refusal": None}
    if kind == "length":
        text = text[: len(text) // 2]
        return text, "length", {"content": text, "refusal": None}
    return text, "stop", {"content": text, "refusal": None}


def _words(server: ModelServer, body: dict[str, Any], schema: Mapping[str, Any] | None) -> str:
    answer = server.next_answer(body)
    told = json.dumps(body.get("system") or body["messages"][0]["content"]).partition("JSON Schema:\\n")[2]
    if schema is None and told:
        schema = json.JSONDecoder().raw_decode(json.loads(f'"{told}'))[0]
    if answer is None:
        answer = "Answered." if schema is None else smallest(schema)
    return answer if isinstance(answer, str) else json.dumps(answer, ensure_ascii=False)


def _streamed(name: str, text: str, finish: str, message: Mapping[str, Any], usage: Mapping[str, int] | None) -> Answer:
    base = {"id": "chatcmpl-1", "object": "chat.completion.chunk", "model": f"{name}-0101"}
    deltas: list[dict[str, Any]] = [{"role": "assistant", "content": ""}]
    if message.get("refusal"):
        deltas.append({"refusal": message["refusal"]})
    deltas.extend({"content": text[at : at + 7]} for at in range(0, len(text), 7))
    chunks: list[dict[str, Any]] = [
        {**base, "choices": [{"index": 0, "delta": delta, "finish_reason": None}]} for delta in deltas
    ]
    chunks.append({**base, "choices": [{"index": 0, "delta": {}, "finish_reason": finish}]})
    if usage is not None:
        chunks.append({**base, "choices": [], "usage": usage})
    pieces = [f"data: {json.dumps(chunk)}\n\n".encode() for chunk in chunks]
    headers = {"Content-Type": "text/event-stream; charset=utf-8", "x-request-id": "req_1"}
    return Answer(200, b"", headers, [*pieces, b"data: [DONE]\n\n"])


def _claude_refuses(status: int, kind: str, message: str) -> Answer:
    return send({"type": "error", "error": {"type": kind, "message": message}, "request_id": "req_1"}, status)


def _messages(server: ModelServer, asked: Asked, kind: str) -> Answer:
    if server.key not in {
        asked.headers.get("x-api-key"),
        asked.headers.get("authorization", "").removeprefix("Bearer "),
    }:
        return _claude_refuses(401, "authentication_error", "invalid x-api-key")
    version = asked.headers.get("anthropic-version")
    if version not in {"2023-06-01", "2026-10-21"}:
        return _claude_refuses(400, "invalid_request_error", "anthropic-version: header is required")
    body = asked.json
    model = CLAUDES.get(body.get("model", ""))
    if model is None:
        return _claude_refuses(404, "not_found_error", f"model: {body.get('model')}")
    wrong = _wrong_message(body, model, version)
    if wrong:
        return _claude_refuses(400, "invalid_request_error", wrong)
    schema = (body.get("output_config") or {}).get("format", {}).get("schema")
    tool = (body.get("tools") or [None])[0]
    text = _words(server, body, tool["input_schema"] if tool else schema)
    if kind == "length":
        text = text[: len(text) // 2]
    blocks = [] if kind in {"empty", "refusal"} else [_block(text, tool, kind)]
    reasons = {"refusal": "refusal", "filter": "refusal", "length": "max_tokens"}
    stop = reasons.get(kind, "tool_use" if tool else "end_turn")
    read, written = server.usage
    usage = {"input_tokens": read, "output_tokens": written}
    whole = {"id": "msg_1", "type": "message", "role": "assistant", "model": f"{body['model']}-20260101"}
    if body.get("stream"):
        return _claude_stream(whole, blocks, stop, usage)
    return send({**whole, "content": blocks, "stop_reason": stop, "usage": usage})


def _block(text: str, tool: Mapping[str, Any] | None, kind: str) -> dict[str, Any]:
    if tool is None:
        return {"type": "text", "text": text}
    value = {} if kind == "length" else json.loads(text)
    return {"type": "tool_use", "id": "toolu_1", "name": tool["name"], "input": value}


def _wrong_message(body: Mapping[str, Any], model: Model, version: str) -> str:
    for field in body:
        if field not in CLAUDE_FIELDS:
            return f"{field}: Extra inputs are not permitted"
        if field in model.refuses:
            return f"`{field}` is deprecated for this model." if field == "temperature" else f"{field}: not supported"
    if version == "2026-10-21" and "temperature" in body:
        return "temperature: Extra inputs are not permitted"
    if not isinstance(body.get("max_tokens"), int):
        return "max_tokens: Field required"
    if not body.get("messages") or body["messages"][0]["role"] != "user":
        return 'messages: first message must use the "user" role'
    for message in body["messages"]:
        for part in message["content"] if isinstance(message["content"], list) else ():
            if part["type"] == "image" and part["source"]["media_type"] not in {"image/png", "image/jpeg"}:
                return "messages: media_type is not supported"
    schema = (body.get("output_config") or {}).get("format", {}).get("schema")
    if schema is not None and (wrong := _wrong_in_strict(schema)) and "including every key" not in wrong:
        return f"output_config.format.schema: {wrong}"
    return ""


def _claude_stream(
    whole: Mapping[str, Any], blocks: list[dict[str, Any]], stop: str, usage: Mapping[str, int]
) -> Answer:
    begun = {**whole, "content": [], "stop_reason": None, "usage": {**usage, "output_tokens": 1}}
    events: list[dict[str, Any]] = [{"type": "message_start", "message": begun}, {"type": "ping"}]
    for nth, block in enumerate(blocks):
        is_text = block["type"] == "text"
        shell = {**block, "text": ""} if is_text else {**block, "input": {}}
        events.append({"type": "content_block_start", "index": nth, "content_block": shell})
        words = block["text"] if is_text else json.dumps(block["input"], ensure_ascii=False)
        for at in range(0, len(words), 7):
            part = words[at : at + 7]
            delta = (
                {"type": "text_delta", "text": part} if is_text else {"type": "input_json_delta", "partial_json": part}
            )
            events.append({"type": "content_block_delta", "index": nth, "delta": delta})
        events.append({"type": "content_block_stop", "index": nth})
    events.append({"type": "message_delta", "delta": {"stop_reason": stop}, "usage": usage})
    events.append({"type": "message_stop"})
    pieces = [f"event: {event['type']}\ndata: {json.dumps(event)}\n\n".encode() for event in events]
    return Answer(200, b"", {"Content-Type": "text/event-stream", "request-id": "req_1"}, pieces)
