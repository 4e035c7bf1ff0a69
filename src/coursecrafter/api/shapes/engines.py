"""What the engines' calls answer beside plans, outlines and books."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from coursecrafter.api.shapes.base import Id, Seconds, Shape


class DeckPlanned(Shape):
    """A deck became a lesson's plan."""

    source_id: Id
    scenes: int
    segments: int


class DeckImported(Shape):
    """A deck became a course's tree."""

    source_id: Id
    lesson_ids: list[Id]


class FilmMatched(Shape):
    """A film was matched with a lesson's slides."""

    source_id: Id
    builds: int
    """States of the lesson's slides."""
    found: int
    """Of these, how many the film shows."""
    stretches: dict[str, list[float]]
    """By slide and state, as "3.0": when it begins to change, stands still, and ends, in seconds."""


class SpokenSegment(Shape):
    """A segment that got its voice."""

    segment_id: Id
    duration_seconds: Seconds


class VoiceGenerated(Shape):
    """A lesson was spoken."""

    voice_profile: Annotated[str, Field(examples=["en_female_neutral_1"])]
    segments: list[SpokenSegment]


class ImagePrompt(Shape):
    """What a scene's picture should show."""

    scene_id: Id
    prompt: str


class ImagePrompts(Shape):
    """The image prompts of a lesson's scenes."""

    prompts: list[ImagePrompt]


class ImagesDrawn(Shape):
    """Pictures of a scene to choose from."""

    asset_ids: list[Id]
    cost_usd: float
    """0: the offline provider asks nothing."""


class Answered(Shape):
    """What every answer of a model says."""

    provider: str
    model: str
    cost_usd: float
    """0: the offline provider asks nothing."""
    ai_call_id: Id
    """Its line in the log of calls."""


class TextWritten(Answered):
    """A model's text."""

    answer: dict[str, object]
    """As the task has it: `scenes`, `questions`, `entries` or `sentences`."""
    input_tokens: int
    output_tokens: int


class SpeechMade(Answered):
    """A spoken text."""

    asset_id: Id
    duration_seconds: Seconds
    voice_profile: str


class ImageMade(Answered):
    """A drawn picture."""

    asset_id: Id
    width_px: int
    height_px: int


class Estimate(Shape):
    """What something will cost before it is done."""

    cost_usd: float
    provider: str
    explanation: str
