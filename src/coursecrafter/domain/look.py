"""How a video looks and moves: its frame, its template, its effects, its music. What an author chooses for a render."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from fractions import Fraction
from uuid import UUID

from coursecrafter.domain.stored import StoredObject


class Transition(StrEnum):
    """How one scene gives way to the next (product, E2 step 6)."""

    FADE = "fade"
    SLIDE = "slide"
    ZOOM = "zoom"
    NONE = "none"


class ScreenText(StrEnum):
    """How the narration stands on screen: words lighting up as they are spoken, or each sentence as a whole.

    The values are those of the course's setting `effects.text`.
    """

    HIGHLIGHT = "words"
    SENTENCE = "sentence"


class Shape(StrEnum):
    """The aspect ratio of a video; the value is the suffix of its roles and file names."""

    WIDE = "16x9"
    TALL = "9x16"
    SQUARE = "1x1"

    @property
    def ratio(self) -> str:
        """As a person writes it: 9:16."""
        return self.value.replace("x", ":")


def of_shape(role: str, shape: Shape) -> str:
    """The role of a result in a shape: `final_video`, `final_video_9x16`."""
    return role if shape is Shape.WIDE else f"{role}_{shape}"


def shape_of(role: str) -> Shape:
    """The shape of a result with such a role."""
    return next((shape for shape in Shape if role.endswith(f"_{shape}")), Shape.WIDE)


VIDEO_ROLES = tuple(of_shape("final_video", shape) for shape in Shape)
"""Roles of finished videos, the wide one's first: where there is none of it, the next counts."""


@dataclass(frozen=True, slots=True)
class FrameSize:
    """The size of a video.

    Attributes:
        short_side_px: 1080 or 2160; less for a preview.
    """

    shape: Shape = Shape.WIDE
    short_side_px: int = 1080

    @property
    def width_px(self) -> int:
        """The frame's width."""
        return self.short_side_px * 16 // 9 if self.shape is Shape.WIDE else self.short_side_px

    @property
    def height_px(self) -> int:
        """The frame's height."""
        return self.short_side_px * 16 // 9 if self.shape is Shape.TALL else self.short_side_px

    @property
    def scale(self) -> Fraction:
        """Of all measures, which are given for a short side of 1080 pixels."""
        return Fraction(self.short_side_px, 1080)


@dataclass(frozen=True, slots=True)
class Music:
    """A bed of music that lies under a whole video and steps back while somebody speaks.

    Attributes:
        sound: any recording that `media.recording` takes; it is repeated until the video ends.
        level_db: its loudness below the voice's, where nobody speaks.
    """

    sound: StoredObject
    level_db: float = -14.0


@dataclass(frozen=True, slots=True)
class Look:
    """What an author chose for a branded video; the defaults are an author's who chose nothing.

    Attributes:
        template: one of the templates proposed for the brand; None: the first.
        scene_templates: scenes that go their own way, by their id.
    """

    size: FrameSize = FrameSize()
    template: str | None = None
    scene_templates: Mapping[UUID, str] = field(default_factory=dict)
    transition: Transition = Transition.FADE
    text: ScreenText = ScreenText.HIGHLIGHT
    music: Music | None = None
