"""What answers look like: the fields of each task, as pydantic models and as the JSON Schema that a provider is sent.

The schemas keep to what every provider's strict mode takes: objects with all fields required and no others, arrays,
enumerations, nullable fields. Lengths and numbers are checked here, not promised there.

Source: OpenAI, Structured Outputs (Supported schemas); Anthropic, Structured outputs (JSON Schema limitations).
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict


class Shape(BaseModel):
    """An object with exactly its fields."""

    model_config = ConfigDict(extra="forbid", strict=True)


class Told(Shape):
    """A block of narration and what it was taken from."""

    text: str
    refs: list[str]


class OutlineScene(Shape):
    """A scene; `ref` is that of the given scene, or null for a welcome or a farewell."""

    ref: str | None
    heading: str
    segments: list[Told]


class Outline(Shape):
    """Scenes in playing order."""

    scenes: list[OutlineScene]


class Question(Shape):
    """A question; `correct` holds indices of options, or the accepted texts of a short answer."""

    text: str
    type: Literal["mcq_single", "mcq_multi", "true_false", "short_answer"]
    options: list[str]
    correct: list[int | str]
    feedback: list[str]
    ref: str


class Quiz(Shape):
    """Questions in the order of the slides."""

    questions: list[Question]


class KeyPoint(Shape):
    """What a slide says, in a few words."""

    title: str
    text: str
    ref: str


class KeyPoints(Shape):
    """What to remember."""

    kind: Literal["accordion", "timeline"]
    title: str
    items: list[KeyPoint]


class SummarySentence(Shape):
    """A sentence and the page that it stands on."""

    text: str
    page: int | None


class Summary(Shape):
    """A document in a few sentences, in its order."""

    sentences: list[SummarySentence]


class Script(Shape):
    """The narration of one scene."""

    segments: list[Told]


class ImagePrompt(Shape):
    """What a picture shows."""

    prompt: str


class Text(Shape):
    """One text."""

    text: str


class SourcedText(Shape):
    """A text, and what was added to it was taken from where."""

    text: str
    refs: list[str]


IllustrationKind = Literal[
    "concept",
    "process",
    "cycle",
    "pyramid",
    "comparison",
    "timeline",
    "quotation",
    "figure",
    "checklist",
    "diagram",
]


class Illustration(Shape):
    """A picture that would help, and how it is drawn."""

    title: str
    prompt: str
    alt_text: str
    kind: IllustrationKind


InteractionKind = Literal[
    "accordion", "timeline", "steps", "process", "hierarchy", "tabs", "catalogue", "faq", "glossary"
]


class Entry(Shape):
    """One part of an interaction."""

    title: str
    text: str


class InteractionParts(Shape):
    """An interaction made of a text."""

    kind: InteractionKind
    title: str
    entries: list[Entry]


class Translation(Shape):
    """As many texts as were given, in their order."""

    texts: list[str]


@cache
def schema_of(shape: type[BaseModel]) -> Mapping[str, Any]:
    """The JSON Schema of a shape, without the titles and descriptions that are meant for readers of this module.

    Made once for each shape, which takes longer than a call to the door does otherwise; nobody changes it.
    """
    schema: dict[str, Any] = _bare(shape.model_json_schema())
    return schema


def _bare(schema: Any) -> Any:
    if isinstance(schema, list):
        return [_bare(entry) for entry in schema]
    if not isinstance(schema, dict):
        return schema
    properties = {name: _bare(entry) for name, entry in schema.get("properties", {}).items()}
    rest = {key: _bare(entry) for key, entry in schema.items() if key not in {"title", "description", "properties"}}
    return {**rest, "properties": properties} if properties else rest
