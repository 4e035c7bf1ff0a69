"""What the engines' calls answer beside plans, outlines and books."""

from __future__ import annotations

from typing import Annotated, Literal

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


class FilmCutsSet(Shape):
    """What an author said of a film's moments."""

    by_hand: dict[str, list[float]]
    """By segment: when it appears, stands still, and ends, in seconds of the film."""


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


class ScenePreview(Shape):
    """A scene as a short film."""

    asset_id: Id
    duration_seconds: Seconds
    warnings: list[str]
    """What the checks of a finished video say of it."""


class ProposedTemplate(Shape):
    """A template, with a sheet of samples in the lesson's brand."""

    template_choice: Annotated[str, Field(examples=["panel"])]
    asset_id: Id


class ProposedTemplates(Shape):
    """Templates that suit a lesson's brand, the most fitting one first."""

    templates: list[ProposedTemplate]


class Answered(Shape):
    """What every answer of a model says."""

    provider: str
    model: str
    cost_usd: float
    """0: the offline provider asks nothing, and an answer that was there already costs nothing."""
    ai_call_id: Id
    """Its line in the log of calls."""
    is_cached: bool
    """Whether the answer was there already."""


class TextWritten(Answered):
    """A model's text."""

    answer: dict[str, object]
    """As the task has it: `scenes`, `questions`, `entries`, `sentences`, `segments`, `prompt`, `text` or `texts`.

    What rules made without a model says so: `method` and `notice`, a sentence in the answer's language.
    """
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


class EstimatedPart(Shape):
    """Calls of one kind to one model."""

    kind: Literal["text", "speech", "image"]
    provider: Annotated[str, Field(examples=["Writers/gpt-5-mini"])]
    """Who is asked first, with the model."""
    calls: int
    found: int
    """Answers that are there already, and cost nothing."""
    cost_usd: float | None
    """Null: nobody knows its price."""


class EstimatedBudget(Shape):
    """A budget that the calls count in."""

    project_id: Id | None
    """Null: the whole organisation's."""
    period: Literal["month", "total"]
    limit_usd: float
    left_usd: float
    fits: bool
    """Whether there is room for all of it."""


class EstimatedStep(Shape):
    """Steps of one kind that a render of a video will make; what it will find is left out."""

    engine: Literal["e1", "e2"]
    kind: Annotated[str, Field(examples=["speech"])]
    doing: Annotated[str, Field(examples=["speaking"])]
    count: int
    places: Annotated[list[str], Field(examples=[["slide 3"]])]
    """What the first of them are for."""


class Estimate(Shape):
    """What something will make, how long that takes and what it costs, before it is done."""

    cost_usd: float
    """Of all calls whose price is known."""
    is_guess: bool
    """Whether some of what will be said or shown is not proposed yet."""
    is_price_unknown: bool
    """Whether there are calls that nobody knows the price of."""
    provider: str
    """Who is asked first."""
    parts: list[EstimatedPart]
    steps: list[EstimatedStep]
    time_s: Seconds | None
    """By the last renders of the course; null: some of the steps were never made in it."""
    budgets: list[EstimatedBudget]
    explanation: str
