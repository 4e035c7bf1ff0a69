"""What a provider is asked and what it answers; what engines may ask of the gateway."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any, Protocol
from uuid import UUID

from coursecrafter.domain.course import Engine
from coursecrafter.domain.speech import Word


@dataclass(frozen=True, slots=True)
class Purpose:
    """What a call is for: its place in the ledger (schema 10.1).

    Attributes:
        engine: None for calls that serve no single engine ("global").
        task: "speech", "outline", "quiz", "scene_image" …
    """

    project_id: UUID
    lesson_id: UUID | None
    engine: Engine | None
    task: str


@dataclass(frozen=True, slots=True)
class SpeechRequest:
    """A text to be spoken.

    Attributes:
        text: the script, at least one character that can be spoken.
        language: BCP 47.
        voice: a voice profile such as `en_female_neutral_1`.
    """

    text: str
    language: str
    voice: str


@dataclass(frozen=True, slots=True)
class SpeechAnswer:
    """Sound and word times.

    Attributes:
        wav: mono, 16 bit.
    """

    wav: bytes
    duration_s: Fraction
    words: tuple[Word, ...]
    provider: str
    model: str


@dataclass(frozen=True, slots=True)
class TextRequest:
    """A task for a language model, as a typed question.

    Attributes:
        task: "outline", "quiz", "summary", "alt_text", "key_points".
        language: BCP 47 tag of the answer.
        payload: the task's own inputs, JSON; texts from outside stand here as data, never as instructions.
    """

    task: str
    language: str
    payload: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class TextAnswer:
    """The task's answer as JSON, and who gave it."""

    value: Any
    provider: str
    model: str
    input_tokens: int = 0
    output_tokens: int = 0


@dataclass(frozen=True, slots=True)
class ImageRequest:
    """A picture to be composed or generated.

    Attributes:
        prompt: what it shows.
        width_px, height_px: at least 1024 each for a generated one.
        palette: colours as `#rrggbb`, the brand's first.
        seed: the same seed gives the same picture, where the provider can.
    """

    prompt: str
    width_px: int
    height_px: int
    palette: Sequence[str]
    seed: int
    style: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ImageAnswer:
    """A picture file."""

    content: bytes
    mime_type: str
    provider: str
    model: str


class Gateway(Protocol):
    """What engines call. Each call leaves a row in the ledger, whether it succeeds or fails.

    Providers are part of a result: `speech_identity`, `text_identity` and `image_identity` name provider, model and
    version, and go into the content keys of steps that call the gateway.
    """

    def speech_identity(self, language: str, voice: str) -> str:
        """Provider, model and version that would speak."""
        ...

    def text_identity(self) -> str:
        """Provider, model and version that would write."""
        ...

    def image_identity(self) -> str:
        """Provider, model and version that would draw."""
        ...

    def speak(self, request: SpeechRequest, purpose: Purpose) -> SpeechAnswer:
        """Raises: `GatewayError` leaves, CC-03xx."""
        ...

    def write(self, request: TextRequest, purpose: Purpose) -> TextAnswer:
        """Raises: `GatewayError` leaves, CC-03xx."""
        ...

    def draw(self, request: ImageRequest, purpose: Purpose) -> ImageAnswer:
        """Raises: `GatewayError` leaves, CC-03xx."""
        ...


@dataclass(frozen=True, slots=True)
class CallRecord:
    """One attempt, as `cc_ai_calls` keeps it: no payload of the author's, only hashes and sizes."""

    purpose: Purpose
    call_type: str
    provider: str
    model: str
    status: str
    request_payload: Mapping[str, Any]
    response_meta: Mapping[str, Any]
    input_tokens: int | None = None
    output_tokens: int | None = None
    error_message: str | None = None


class Ledger(Protocol):
    """Where calls are written; safe to call from any thread."""

    def record(self, call: CallRecord) -> None:
        """Write one attempt."""
        ...
