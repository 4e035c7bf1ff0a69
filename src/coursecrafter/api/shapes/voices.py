"""Voices, and what they sound like."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from coursecrafter.api.shapes.base import Id, Seconds, Shape


class Voice(Shape):
    """A voice that an author can choose."""

    name: Annotated[str, Field(examples=["en_female_neutral_1"])]
    """Give it as `voice_profile`."""
    language: Annotated[str, Field(examples=["en"])]
    gender: Literal["female", "male"] | None
    """Null: it is not known."""
    accent: str | None
    """Null: the language has but one that matters, or its provider decides."""
    tone: str | None
    """`neutral`, `calm` or `lively`; a route's own voices may have others, or none."""
    pace_wpm: int | None
    """Words in a minute; null: its provider decides."""
    provider: str
    """Who speaks."""
    has_word_times: bool
    """Whether it is known when each word is spoken."""
    has_exact_word_times: bool
    """Whether the voice says so itself; else it is estimated from the sound."""


class Voices(Shape):
    """All of them, by language."""

    items: list[Voice]


class VoiceSample(Shape):
    """A voice speaks a short sentence."""

    asset_id: Id
    """Its sound, in the organisation's library."""
    project_id: Id
    """The library."""
    voice_profile: str
    language: str
    text: str
    duration_seconds: Seconds
    provider: str
    model: str
    cost_usd: float
    ai_call_id: Id | None
    """Its line in the log of calls; null: it is not known any more."""
    is_cached: bool
    """Whether it had been spoken before."""
