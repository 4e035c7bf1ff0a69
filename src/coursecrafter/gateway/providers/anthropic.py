"""Language models behind Anthropic's Messages API: Claude, and servers that speak as it does.

Source: Claude API reference, Messages, versions 2026-10-21 and 2023-06-01; Structured outputs; Streaming messages; Stop
reasons.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Hashable, Mapping
from dataclasses import replace
from typing import Any, Literal

from coursecrafter.gateway.errors import ProviderUnreachable, UnusableAnswer
from coursecrafter.gateway.http import TEXT_BYTES, ProviderHttp, Stream, read_json_object
from coursecrafter.gateway.ports import Candidate, ChatAnswer, ChatRequest, Connection
from coursecrafter.gateway.providers.manners import Manners, manners_of, with_manners
from coursecrafter.gateway.providers.options import option
from coursecrafter.gateway.providers.picture_data import media_type
from coursecrafter.gateway.providers.refusals import read_refusal
from coursecrafter.gateway.providers.said_names import said_name
from coursecrafter.gateway.providers.schemas import bare_json, plain_schema, schema_in_words
from coursecrafter.gateway.providers.sse import read_events
from coursecrafter.gateway.providers.token_counts import token_count

VERSION, FIRST_VERSION = "2026-10-21", "2023-06-01"
"""The older one takes a temperature, from the models that take one."""
JSON_WAYS = ("schema", "tool", "prompt")
"""The API's own way, a tool that the model is made to call, and words."""
THINKING_TOKENS = 4096
MOST_PAGES, PAGE = 20, 100
ENDS: Mapping[str, Literal["length", "refusal"]] = {
    "max_tokens": "length",
    "model_context_window_exceeded": "length",
    "refusal": "refusal",
}
STATUSES = {
    "invalid_request_error": 400,
    "authentication_error": 401,
    "billing_error": 402,
    "permission_error": 403,
    "not_found_error": 404,
    "request_too_large": 413,
    "rate_limit_error": 429,
    "api_error": 500,
    "timeout_error": 504,
    "overloaded_error": 529,
}
"""Of an error that comes in the middle of a stream."""

End = Literal["done", "length", "refusal", "filter"]


class AnthropicChat:
    """A language model that is asked by `POST /v1/messages`.

    Args:
        idempotency_key: sent with each attempt, so that a server that knows it charges once; "": none.
    """

    def __init__(self, candidate: Candidate, idempotency_key: str = "") -> None:
        self._candidate = candidate
        self._idempotency_key = idempotency_key

    def chat(self, request: ChatRequest) -> ChatAnswer:
        """Ask once; again only without what the model does not know.

        Raises:
            `ProviderError` leaves, CC-032x: see `ProviderHttp.ask`.
        """
        key, first = self._first_manners(request)
        return with_manners(key, first, lambda manners, mark: self._attempt(request, manners, mark), _less)

    def most_tokens(self, request: ChatRequest) -> int:
        """See `TextModel.most_tokens`."""
        return request.most_tokens + self._room(manners_of(*self._first_manners(request)))

    def _first_manners(self, request: ChatRequest) -> tuple[Hashable, Manners]:
        """By what is remembered how the model is asked, and how it is at first."""
        version = str(option(self._candidate, "api_version", VERSION))
        dropped = {"temperature"} if version != FIRST_VERSION else set()
        dropped |= set() if option(self._candidate, "stream", default=True) else {"stream"}
        dropped |= {"thinking"} if option(self._candidate, "thinking", "off") == "on" else set()
        way = str(option(self._candidate, "json", "schema")) if request.schema is not None else ""
        first = Manners(way, version, frozenset(dropped))
        return ("anthropic", self._candidate.connection.base_url, self._candidate.model), first

    def _room(self, manners: Manners) -> int:
        """Thoughts count as tokens of the answer, so a model that cannot leave them is given room for them."""
        if manners.takes("thinking") or not manners.takes("room"):
            return 0
        return int(option(self._candidate, "thinking_tokens", THINKING_TOKENS))

    def _attempt(self, request: ChatRequest, manners: Manners, mark: str) -> ChatAnswer:
        known_by = f"{self._idempotency_key}{mark}" if self._idempotency_key else ""
        http = anthropic_http(self._candidate.connection, manners.limit, known_by)
        url = f"{anthropic_root(self._candidate.connection)}/v1/messages"
        said = _Said(self._candidate.model)
        with http.listen("POST", url, TEXT_BYTES, body=self._body(request, manners)) as stream:
            if stream.is_events:
                _hear(stream, said)
            else:
                said.take_whole(read_json_object(b"".join(stream.chunks)))
            request_id = stream.headers.get("request-id", "")
        answer = said.answer(request_id)
        return answer if request.schema is None else replace(answer, text=bare_json(answer.text))

    def _body(self, request: ChatRequest, manners: Manners) -> dict[str, Any]:
        system = request.system
        body: dict[str, Any] = {
            "model": self._candidate.model,
            "max_tokens": request.most_tokens + self._room(manners),
            "messages": _messages(request),
        }
        config: dict[str, Any] = {}
        effort = option(self._candidate, "effort", None if manners.takes("thinking") else "low")
        if effort is not None and manners.takes("effort"):
            config["effort"] = effort
        if request.schema is not None:
            if manners.json == "schema":
                config["format"] = {"type": "json_schema", "schema": plain_schema(request.schema, closes=True)}
            elif manners.json == "tool":
                tool = {"name": request.schema_name, "description": "Give the answer.", "input_schema": request.schema}
                body |= {"tools": [tool], "tool_choice": {"type": "tool", "name": request.schema_name}}
            else:
                system = f"{system}\n\n{schema_in_words(request.schema)}"
        wanted: dict[str, Any] = {
            "system": system or None,
            "output_config": config or None,
            "thinking": {"type": "disabled"},
            "temperature": option(self._candidate, "temperature", request.temperature),
            "stream": True,
        }
        return body | {name: value for name, value in wanted.items() if value is not None and manners.takes(name)}


def anthropic_root(connection: Connection) -> str:
    """The address without `/v1`, with which it may be given."""
    return connection.base_url.rstrip("/").removesuffix("/v1")


def anthropic_http(connection: Connection, version: str, idempotency_key: str = "") -> ProviderHttp:
    """Calls with the key and the version."""
    headers = {"anthropic-version": version}
    if connection.key:
        headers["x-api-key"] = connection.key
    if idempotency_key:
        headers["Idempotency-Key"] = idempotency_key
    return ProviderHttp(connection, headers)


def anthropic_models(connection: Connection) -> list[str]:
    """The models' ids, from all pages. Raises: `ProviderError` leaves, CC-032x."""
    http = anthropic_http(connection, str(connection.options.get("api_version") or VERSION))
    names: list[str] = []
    after = ""
    for _ in range(MOST_PAGES):
        url = f"{anthropic_root(connection)}/v1/models?limit={PAGE}{after}"
        page = http.ask("GET", url, TEXT_BYTES).json_object()
        listed = page.get("data") if isinstance(page.get("data"), list) else []
        found = [name for one in listed or () if isinstance(one, dict) and (name := said_name(one.get("id")))]
        names.extend(found)
        if not page.get("has_more") or not found:
            break
        after = f"&after_id={found[-1]}"
    return names


def _messages(request: ChatRequest) -> list[dict[str, Any]]:
    turns: list[dict[str, Any]] = [{"role": turn.role, "content": turn.text} for turn in request.turns]
    if request.pictures:
        pictures = [
            {
                "type": "image",
                "source": {
                    "type": "base64",
                    "media_type": media_type(picture),
                    "data": base64.b64encode(picture).decode(),
                },
            }
            for picture in request.pictures
        ]
        turns[-1]["content"] = [*pictures, {"type": "text", "text": request.turns[-1].text}]
    return turns


def _less(manners: Manners, said: str) -> Manners | None:
    """What is asked next, where a refusal names what the model does not know."""
    if "anthropic-version" in said and manners.limit != FIRST_VERSION:
        return replace(manners, limit=FIRST_VERSION)
    for name in ("temperature", "effort", "thinking"):
        if name in said and manners.takes(name):
            return manners.without(name)
    if "max_tokens" in said and not manners.takes("thinking") and manners.takes("room"):
        return manners.without("room")
    asks_json = ("output_config", "output_format", "json_schema", "schema", "structured", "tool_choice", "tools")
    if manners.json and any(name in said for name in asks_json):
        at = JSON_WAYS.index(manners.json) if manners.json in JSON_WAYS else 0
        return None if manners.json == JSON_WAYS[-1] else replace(manners, json=JSON_WAYS[at + 1])
    if "stream" in said and manners.takes("stream"):
        return manners.without("stream")
    return None


def _hear(stream: Stream, said: _Said) -> None:
    """Read a stream up to its end; one that breaks off before it is no answer."""
    for event in read_events(stream.chunks):
        if said.take_event(read_json_object(event.content)):
            stream.begin()
        if said.is_whole:
            break
    stream.finish()
    if not said.is_whole:
        raise ProviderUnreachable("The provider broke off.", detail="no message_stop", may_cost=True)


class _Said:
    """What has come of a message."""

    def __init__(self, model: str) -> None:
        self.model = model
        self.is_whole = False
        self._texts: list[str] = []
        self._inputs: list[str] = []
        self._length = 0
        self._stop = ""
        self._usage: dict[str, Any] = {}

    def take_whole(self, value: Mapping[str, Any]) -> None:
        """A message. Raises: `ProviderError` leaves."""
        self._look_for_error(value)
        if not isinstance(value.get("content"), list):
            raise UnusableAnswer("The provider answers with something else.", detail=str(value)[:500], may_cost=True)
        self._begin(value)
        for block in value["content"]:
            if isinstance(block, Mapping) and block.get("type") == "text":
                self._keep(self._texts, block.get("text"))
            elif isinstance(block, Mapping) and block.get("type") == "tool_use":
                self._keep(self._inputs, json.dumps(block.get("input"), ensure_ascii=False))
        self._stop = str(value.get("stop_reason") or "")

    def take_event(self, value: Mapping[str, Any]) -> bool:
        """An event of a stream; whether the answer, or the thinking before it, has begun."""
        self._look_for_error(value)
        kind = value.get("type")
        if kind == "message_start":
            self._begin(_mapping(value.get("message")))
        elif kind == "content_block_delta":
            delta = _mapping(value.get("delta"))
            self._keep(self._texts, delta.get("text"))
            self._keep(self._inputs, delta.get("partial_json"))
            return True
        elif kind == "message_delta":
            self._stop = str(_mapping(value.get("delta")).get("stop_reason") or self._stop)
            self._usage |= _mapping(value.get("usage"))
        elif kind == "message_stop":
            self.is_whole = True
        return False

    def _begin(self, message: Mapping[str, Any]) -> None:
        self.model = said_name(message.get("model")) or self.model
        self._usage |= _mapping(message.get("usage"))

    def _keep(self, parts: list[str], text: Any) -> None:
        if isinstance(text, str) and text:
            parts.append(text)
            self._length += len(text)
        if self._length > TEXT_BYTES:
            raise UnusableAnswer("The provider answers with far too much.", may_cost=True)

    def _look_for_error(self, value: Mapping[str, Any]) -> None:
        error = value.get("error")
        if value.get("type") == "error" or error:
            status = STATUSES.get(str(_mapping(error).get("type")), 500)
            raised = read_refusal(status, {}, str(error))
            raised.may_cost = True
            raise raised

    def answer(self, request_id: str) -> ChatAnswer:
        """The answer; a message without a word is none, unless the model declined."""
        text = "".join(self._inputs) or "".join(self._texts)
        end: End = ENDS.get(self._stop, "done")
        if not text and end == "done":
            raise UnusableAnswer("The provider answers with nothing.", detail=self._stop, may_cost=True)
        read = [token_count(self._usage.get(name)) for name in _READ]
        read_tokens = None if read[0] is None else sum(count or 0 for count in read)
        written_tokens = token_count(self._usage.get("output_tokens"))
        return ChatAnswer(text, self.model, read_tokens, written_tokens, end, request_id)


_READ = ("input_tokens", "cache_creation_input_tokens", "cache_read_input_tokens")


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}
