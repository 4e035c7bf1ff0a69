"""Where something comes from: its maker, calls, context, sources and event."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from coursecrafter.api.shapes.base import Id, Json, Moment, Seconds, Shape

SubjectKind = Literal[
    "script", "segment", "voice_track", "asset", "interaction", "question", "section", "document", "scene"
]


class TracedSubject(Shape):
    """What is asked about."""

    kind: SubjectKind
    id: Id
    project_id: Id
    lesson_id: Id | None
    title: str | None
    """Its own, or its scene's; of an asset its role."""
    excerpt: str
    """The beginning of its words; empty where it has none."""


class UsedCall(Shape):
    """A call to a model, or to the offline provider, whose answer was put to use."""

    id: Id
    created_at: Moment
    call_type: Literal["llm_script", "llm_outline", "tts", "image", "video", "parse"]
    task: Annotated[str | None, Field(examples=["quiz"])]
    provider: Annotated[str, Field(examples=["openai"])]
    model: Annotated[str | None, Field(examples=["gpt-5.1"])]
    template: Annotated[str | None, Field(examples=["quiz/1"])]
    """The question's form and its version; null where no language model was asked."""
    status: Literal["success", "failed"]
    cost_usd: float | None
    """Null where it is not known."""
    instead_of: Annotated[str | None, Field(examples=["anthropic/claude-opus-4-5"])]
    """The provider and model that should have answered and did not."""
    language: Annotated[str | None, Field(examples=["en"])]
    voice: str | None
    """The provider's own, of speech."""


class TakenContext(Shape):
    """What the last of the calls was told of the course: its context as it was then."""

    sha256: Annotated[str, Field(pattern="^[0-9a-f]{64}$")]
    taken_at: Moment
    values: Annotated[Json | None, Field(examples=[{"audience_level": "intro", "language": "en", "region": "africa"}])]
    """Null where it is no longer kept."""


class Stretch(Shape):
    """A part of a film, in seconds from its first picture."""

    start_s: Seconds
    end_s: Seconds


class SourcePlace(Shape):
    """A place in a file of the course, or the whole file."""

    source_id: Id | None
    """A source file; null where it is none, or was deleted."""
    document_id: Id | None
    """A context document."""
    name: Annotated[str, Field(examples=["Fire safety.pptx"])]
    """The file's; of a place whose file is not known, what it was called."""
    file_type: Annotated[str | None, Field(examples=["pptx"])]
    page: int | None
    slide: int | None
    build: int | None
    """Which state of the slide, from 0."""
    stretch: Stretch | None
    excerpt: str
    """The beginning of what stands there; empty where it is not known."""


class Doer(Shape):
    """Who did something, or on whose behalf the program did."""

    id: Id
    name: str | None
    """Null for somebody who left the course."""


class OriginEvent(Shape):
    """The act that wrote it."""

    id: Id
    event_type: Annotated[str, Field(examples=["interactions_changed"])]
    created_at: Moment
    user: Doer | None
    """Null: the system."""


class Provenance(Shape):
    """Where something comes from."""

    subject: TracedSubject
    made_by: Literal["model", "rules", "person", "deck", "film"]
    """Who wrote it first. Rules: the program without a model, as the offline provider does."""
    changed_by_person_since: bool
    """Whether a person gave it other words since, which still stand."""
    calls: list[UsedCall]
    """Those that it was made with; none where no provider was asked."""
    context: TakenContext | None
    """Null where no call tells it."""
    sources: list[SourcePlace]
    """None for what a person wrote of their own accord."""
    event: OriginEvent | None
    """Null where no event is kept, as for a row that was not made by an act."""
