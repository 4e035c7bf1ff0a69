"""JSON Schemas as language models take them, and the JSON in what they say."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

WORDED = (
    "minLength",
    "maxLength",
    "pattern",
    "format",
    "minimum",
    "maximum",
    "exclusiveMinimum",
    "exclusiveMaximum",
    "multipleOf",
    "minItems",
    "maxItems",
    "uniqueItems",
    "minProperties",
    "maxProperties",
)
"""Not enforced by all that enforce schemas, so they are said in words."""
LEFT_OUT = ("default", "examples", "$schema", "$id", "title", "$comment")
OPENING = re.compile(r"```(?:json)?[ \t\r]*\n", re.IGNORECASE)
CLOSING = re.compile(r"\n[ \t]*```|```")
"""Two patterns: one for both, with blanks to share out between them, takes minutes for a page of empty lines."""
THOUGHT_BEGIN, THOUGHT_END = re.compile(r"<think(?:ing)?>"), re.compile(r"</think(?:ing)?>")


def plain_schema(schema: Mapping[str, Any], *, closes: bool = False) -> dict[str, Any]:
    """A schema of the keywords that all enforce; its bounds stand in descriptions, where a model reads them.

    Args:
        closes: whether objects are given no properties but those that they name.

    Source: OpenAI and Azure, Structured outputs (supported schemas); Claude, Structured outputs (limitations).
    """
    worded = {name: schema[name] for name in WORDED if name in schema}
    plain = {name: _plain(name, part, closes) for name, part in schema.items() if name not in {*WORDED, *LEFT_OUT}}
    if worded:
        bounds = ", ".join(f"{name}: {json.dumps(value, ensure_ascii=False)}" for name, value in worded.items())
        plain["description"] = f"{plain.get('description', '')} ({bounds})".strip()
    if closes and "properties" in plain:
        plain["additionalProperties"] = False
    return plain


def _plain(name: str, part: Any, closes: bool) -> Any:
    if name in {"properties", "$defs", "definitions"} and isinstance(part, Mapping):
        return {key: plain_schema(value, closes=closes) for key, value in part.items()}
    if name in {"enum", "const", "required"}:
        return part
    if isinstance(part, Mapping):
        return plain_schema(part, closes=closes)
    if isinstance(part, list | tuple):
        return [plain_schema(one, closes=closes) if isinstance(one, Mapping) else one for one in part]
    return part


def is_closed(schema: Any) -> bool:
    """Whether every object in it has just the properties that it names, all of them: what `strict` takes."""
    if isinstance(schema, list | tuple):
        return all(is_closed(one) for one in schema)
    if not isinstance(schema, Mapping):
        return True
    if schema.get("type") == "object" or "properties" in schema:
        names = schema.get("properties", {})
        if schema.get("additionalProperties") is not False or set(schema.get("required", ())) != set(names):
            return False
    named = [*schema.get("properties", {}).values(), *schema.get("$defs", {}).values()]
    others = [part for key, part in schema.items() if key not in {"properties", "$defs", "enum", "const", "required"}]
    return all(is_closed(part) for part in [*named, *others])


def schema_in_words(schema: Mapping[str, Any]) -> str:
    """What a model is told that has no field for a schema."""
    written = json.dumps(schema, ensure_ascii=False, separators=(",", ":"))
    return f"Answer with one JSON object and nothing else. It obeys this JSON Schema:\n{written}"


def fenced_texts(text: str) -> Iterator[str]:
    """What stands between lines of code fences, without blanks around it."""
    at = 0
    while (opened := OPENING.search(text, at)) and (closed := CLOSING.search(text, opened.end() - 1)):
        yield text[opened.end() : closed.start()].strip()
        at = closed.end()


def bare_json(text: str) -> str:
    """The JSON in what a model said, without its thoughts, fences and greetings; the text itself where it has none."""
    said = _without_thoughts(text.strip())
    if said.startswith(("{", "[")):
        return said
    fenced = next(fenced_texts(said), None)
    if fenced is not None:
        return fenced
    start, end = said.find("{"), said.rfind("}")
    return said[start : end + 1] if 0 <= start < end else said


def _without_thoughts(said: str) -> str:
    """Without what a model thought aloud, which may hold drafts of its answer; thoughts that do not end hold no more.

    Some models' templates begin the thoughts in the prompt, so that only their end stands in what is said.
    """
    if said.startswith(("{", "[")):
        return said
    end = THOUGHT_END.search(said)
    if end is not None:
        return said[end.end() :].strip()
    return "" if THOUGHT_BEGIN.match(said) else said
