"""What a picture shows of its text, where it is composed by rules: a family of drawings and a few short labels."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Family(StrEnum):
    """The drawings that mean something; a concept is a calm setting with an icon."""

    CONCEPT = "concept"
    PROCESS = "process"
    CYCLE = "cycle"
    PYRAMID = "pyramid"
    COMPARISON = "comparison"
    TIMELINE = "timeline"
    QUOTATION = "quotation"
    FIGURE = "figure"
    CHECKLIST = "checklist"
    DIAGRAM = "diagram"


class Lettering(StrEnum):
    """How much of the text stands in the picture.

    WHOLE: a title and sentences too, for a picture that stands alone. LABELS: names of its parts, beside a text that
    says the rest. NONE: icons and numbers only, where the same words stand beside it.
    """

    WHOLE = "whole"
    LABELS = "labels"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a drawing.

    Attributes:
        label: a few words of the text.
        note: what stands with it: a year, or the points of a side, a line each; "".
    """

    label: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Sketch:
    """What is drawn of a text.

    Attributes:
        language: BCP 47.
        title: what it is of; "" where nothing names it.
        parts: two to seven, in the text's order; for a pyramid from the top down. A quotation's only part is what is
            said with its speaker as the note, a figure's the amount with what it counts.
        area: the share of the picture's width and height, about its middle, that its place is sure to show.
    """

    family: Family
    language: str
    title: str = ""
    parts: tuple[Part, ...] = ()
    lettering: Lettering = Lettering.WHOLE
    area: tuple[float, float] = (1.0, 1.0)
