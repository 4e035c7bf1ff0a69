"""Language models behind OpenAI's chat completions: OpenAI, Azure, Ollama, vLLM, llama.cpp, OpenRouter and others.

Source: OpenAI API reference, Chat completions; Structured outputs; Streaming.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import replace
from typing import Any, Literal

from coursecrafter.gateway.errors import ProviderUnreachable, UnusableAnswer
from coursecrafter.gateway.http import TEXT_BYTES, Stream, read_json_object
from coursecrafter.gateway.ports import Candidate, ChatAnswer, ChatRequest
from coursecrafter.gateway.providers.manners import Manners, manners_of, with_manners
from coursecrafter.gateway.providers.openai_place import OpenAIPlace
from coursecrafter.gateway.providers.options import option
from coursecrafter.gateway.providers.picture_data import data_url
from coursecrafter.gateway.providers.refusals import read_refusal
from coursecrafter.gateway.providers.said_names import said_name
from coursecrafter.gateway.providers.schemas import bare_json, is_closed, plain_schema, schema_in_words
from coursecrafter.gateway.providers.sse import read_events
from coursecrafter.gateway.providers.token_counts import token_count

JSON_WAYS = ("strict", "schema", "object", "prompt")
"""From the surest way to get JSON to the one that every server knows."""
LIMITS = ("max_completion_tokens", "max_tokens")
ENDS: Mapping[str, Literal["done", "length", "filter"]] = {"length": "length", "content_filter": "filter"}
THINKING_TOKENS = 4096
FAILURE, FAILURES = 500, range(400, 600)

End = Literal["done", "length", "refusal", "filter"]


class OpenAIChat:
    """A language model that is asked by `POST /chat/completions`.

    Args:
        idempotency_key: sent with each attempt, so that a server that knows it charges once; "": none.
    """

    def __init__(self, candidate: Candidate, idempotency_key: str = "") -> None:
        self._candidate = candidate
        self._place = OpenAIPlace.of(candidate, idempotency_key)

    def chat(self, request: ChatRequest) -> ChatAnswer:
        """Ask once; again only without what the server does not know.

        Raises:
            `ProviderError` leaves, CC-032x: see `ProviderHttp.ask`.
        """
        key, first = self._known_by(), self._first_manners(request)
        return with_manners(key, first, lambda manners, mark: self._attempt(request, manners, mark), _less)

    def most_tokens(self, request: ChatRequest) -> int:
        """See `TextModel.most_tokens`."""
        return request.most_tokens + self._room(manners_of(self._known_by(), self._first_manners(request)))

    def _known_by(self) -> Hashable:
        """By what is remembered how the model is asked."""
        return self._candidate.connection.base_url, self._candidate.model, str(self._place.deployment)

    def _room(self, manners: Manners) -> int:
        """A model that thinks counts its thoughts, too: without room for them the answer would be cut."""
        is_thinking = option(self._candidate, "reasoning_effort") is not None or not manners.takes("temperature")
        if not is_thinking or not manners.takes("room"):
            return 0
        return int(option(self._candidate, "thinking_tokens", THINKING_TOKENS))

    def _first_manners(self, request: ChatRequest) -> Manners:
        limit = str(option(self._candidate, "limit_name", LIMITS[0] if self._place.is_openai else LIMITS[1]))
        dropped = frozenset() if option(self._candidate, "stream", default=True) else frozenset({"stream"})
        if request.schema is None:
            return Manners("", limit, dropped)
        way = str(option(self._candidate, "json", "schema"))
        if way == "schema" and is_closed(request.schema):
            way = "strict"
        return Manners(way, limit, dropped)

    def _attempt(self, request: ChatRequest, manners: Manners, mark: str) -> ChatAnswer:
        body = self._body(request, manners)
        with self._place.http(mark).listen(
            "POST", self._place.url("chat/completions"), TEXT_BYTES, body=body
        ) as stream:
            said = _Said(self._candidate.model)
            if stream.is_events:
                self._hear(stream, said)
            else:
                content = b"".join(stream.chunks)
                if content.startswith(b"data:"):  # events whose server does not say that they are
                    self._hear(replace(stream, chunks=iter((content,))), said)
                else:
                    said.take_whole(read_json_object(content))
            request_id = stream.headers.get("x-request-id") or stream.headers.get("apim-request-id", "")
        answer = said.answer(request_id)
        return answer if request.schema is None else replace(answer, text=bare_json(answer.text))

    def _hear(self, stream: Stream, said: _Said) -> None:
        """Read a stream up to its end; one that breaks off before it is no answer."""
        for event in read_events(stream.chunks):
            if event.content.strip() == "[DONE]":
                said.is_whole = True
                break
            if said.take_chunk(read_json_object(event.content)):
                stream.begin()
        stream.finish()
        if not said.is_whole:
            raise ProviderUnreachable("The provider broke off.", detail="no [DONE]", may_cost=True)

    def _body(self, request: ChatRequest, manners: Manners) -> dict[str, Any]:
        body: dict[str, Any] = {"messages": _messages(request, manners)}
        if not self._place.is_classic:
            body["model"] = self._place.deployment if self._place.is_azure else self._candidate.model
        effort = option(self._candidate, "reasoning_effort")
        body[manners.limit] = request.most_tokens + self._room(manners)
        wanted: dict[str, Any] = {
            "temperature": option(self._candidate, "temperature", request.temperature),
            "seed": request.seed,
            "reasoning_effort": effort,
            "response_format": _response_format(request, manners.json),
        }
        if manners.takes("stream"):
            wanted |= {"stream": True, "stream_options": {"include_usage": True}}
        body |= {name: value for name, value in wanted.items() if value is not None and manners.takes(name)}
        return body


def _messages(request: ChatRequest, manners: Manners) -> list[dict[str, Any]]:
    system = request.system
    if request.schema is not None and manners.json in {"object", "prompt"}:
        system = f"{system}\n\n{schema_in_words(request.schema)}"
    turns: list[dict[str, Any]] = [{"role": turn.role, "content": turn.text} for turn in request.turns]
    if request.pictures:
        pictures = [{"type": "image_url", "image_url": {"url": data_url(picture)}} for picture in request.pictures]
        turns[-1]["content"] = [{"type": "text", "text": request.turns[-1].text}, *pictures]
    if not system:
        return turns
    if manners.takes("system"):
        return [{"role": "system", "content": system}, *turns]
    first = turns[0]["content"]
    if isinstance(first, str):
        turns[0]["content"] = f"{system}\n\n{first}"
    else:
        turns[0]["content"] = [{"type": "text", "text": system}, *first]
    return turns


def _response_format(request: ChatRequest, way: str) -> dict[str, Any] | None:
    if request.schema is None or way == "prompt":
        return None
    if way == "object":
        return {"type": "json_object"}
    described: dict[str, Any] = {"name": request.schema_name, "schema": request.schema}
    if way == "strict":
        described = {"name": request.schema_name, "strict": True, "schema": plain_schema(request.schema)}
    return {"type": "json_schema", "json_schema": described}


def _less(manners: Manners, said: str) -> Manners | None:  # noqa: PLR0911 - one line for each field
    """What is asked next, where a refusal names what the server does not know."""
    for name in ("temperature", "seed", "stream_options", "reasoning_effort"):
        if name in said and manners.takes(name):
            return manners.without(name)
    if any(limit in said for limit in LIMITS):
        if "too large" in said or "at most" in said or not manners.takes("limit"):
            return manners.without("room") if manners.takes("room") else None
        other = LIMITS[1 - LIMITS.index(manners.limit)] if manners.limit in LIMITS else LIMITS[1]
        return replace(manners.without("limit"), limit=other)
    if manners.json and any(name in said for name in ("response_format", "json_schema", "json_object", "grammar")):
        at = JSON_WAYS.index(manners.json) if manners.json in JSON_WAYS else 0
        return None if manners.json == JSON_WAYS[-1] else replace(manners, json=JSON_WAYS[at + 1])
    if "stream" in said and manners.takes("stream"):
        return manners.without("stream")
    if "system" in said and "role" in said and manners.takes("system"):
        return manners.without("system")
    return None


class _Said:
    """What has come of an answer."""

    def __init__(self, model: str) -> None:
        self.model = model
        self.is_whole = False
        self._texts: list[str] = []
        self._refusals: list[str] = []
        self._length = 0
        self._end: End = "done"
        self._usage: Mapping[str, Any] = {}

    def take_whole(self, value: Mapping[str, Any]) -> None:
        """A completion. Raises: `ProviderError` leaves."""
        self._take(value, "message")
        if not (self._texts or self._refusals) and self._end == "done":
            raise UnusableAnswer("The provider answers with nothing.", detail=str(value)[:500], may_cost=True)

    def take_chunk(self, value: Mapping[str, Any]) -> bool:
        """A chunk of a stream; whether the answer, or the thinking before it, has begun."""
        return self._take(value, "delta")

    def _take(self, value: Mapping[str, Any], part: str) -> bool:
        self._look_for_error(value)
        self.model = said_name(value.get("model")) or self.model
        usage = value.get("usage")
        self._usage = usage if isinstance(usage, Mapping) else self._usage
        choices = value.get("choices")
        if not isinstance(choices, list):
            raise UnusableAnswer("The provider answers with something else.", detail=str(value)[:500], may_cost=True)
        if not choices or not isinstance(choices[0], Mapping):
            return False
        choice = choices[0]
        message = choice.get(part) or {}
        if not isinstance(message, Mapping):
            raise UnusableAnswer("The provider answers with something else.", detail=str(value)[:500], may_cost=True)
        text = _text_of(message.get("content"))
        self._keep(self._texts, text)
        self._keep(self._refusals, str(message.get("refusal") or ""))
        finish = choice.get("finish_reason")
        if finish:
            self._end = ENDS.get(str(finish), "done")
            self.is_whole = True
        return bool(text or message.get("reasoning_content") or message.get("reasoning") or message.get("refusal"))

    def _keep(self, parts: list[str], text: str) -> None:
        if text:
            parts.append(text)
            self._length += len(text)
        if self._length > TEXT_BYTES:
            raise UnusableAnswer("The provider answers with far too much.", may_cost=True)

    def _look_for_error(self, value: Mapping[str, Any]) -> None:
        """Servers that have begun a stream can say only in it that they fail; some do so with a status of 200."""
        error = value.get("error")
        if not error:
            return
        code = error.get("code") if isinstance(error, Mapping) else None
        status = code if isinstance(code, int) and code in FAILURES else FAILURE
        raised = read_refusal(status, {}, str(error))
        raised.may_cost = True
        raise raised

    def answer(self, request_id: str) -> ChatAnswer:
        """The answer; that of a stream that ended without a word is none."""
        text, end = "".join(self._texts), self._end
        if self._refusals:
            text, end = "".join(self._refusals), "refusal"
        if not text and end == "done":
            raise UnusableAnswer("The provider answers with nothing.", may_cost=True)
        read, written = (token_count(self._usage.get(name)) for name in ("prompt_tokens", "completion_tokens"))
        return ChatAnswer(text, self.model, read, written, end, request_id)


def _text_of(content: Any) -> str:
    """A text, or the texts of a list of parts."""
    if isinstance(content, list):
        return "".join(str(part.get("text") or "") for part in content if isinstance(part, Mapping))
    return content if isinstance(content, str) else ""
