"""A course as the engines receive it: frozen, complete, read from rows by `authoring`.

Project > Learning Unit > Module > Lesson > Scene > Segment (schema 2). Engines never see a row.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from fractions import Fraction
from uuid import UUID

from coursecrafter.domain.deck import TextBlock
from coursecrafter.domain.stored import StoredObject


class Engine(StrEnum):
    """The four factories, in the order in which the product numbers them."""

    E1 = "e1"
    E2 = "e2"
    E3 = "e3"
    E4 = "e4"


class SourceType(StrEnum):
    """Where a segment came from (schema 2.6)."""

    PPT_SLIDE = "ppt_slide"
    PPT_ANIMATION = "ppt_animation"
    TEXT = "text"
    YOUTUBE = "youtube"
    OTHER_VIDEO = "other_video"


@dataclass(frozen=True, slots=True)
class Brand:
    """Colours, names and type of the organisation that publishes the course.

    Attributes:
        name: shown as the publisher.
        primary_color, secondary_color: `#rrggbb`.
        logo: a picture (PNG or SVG), if there is one.
        font: family of the text; the default ships with the product.
    """

    name: str
    primary_color: str = "#1f4e8c"
    secondary_color: str = "#f2a33a"
    logo: StoredObject | None = None
    font: str = "Inter"


@dataclass(frozen=True, slots=True)
class Context:
    """For whom the course is made (schema 3.1)."""

    language: str
    audience_level: str | None = None
    audience_role: str | None = None
    region: str | None = None
    domain: str | None = None
    raw_text: str = ""


@dataclass(frozen=True, slots=True)
class SegmentContent:
    """One script, one visual, one timing block.

    Attributes:
        text: what is spoken; "" is silence.
        blocks: the text on screen with its structure, which the text was taken from.
        picture: the segment's picture, a 1920 x 1080 PNG; None for a segment without one of its own.
        duration_s: how long it stays at least, in seconds; None: as long as its voice.
        gap_after_s: silence after it, in seconds.
        source_ref: slide and build as "3.0", for a segment that comes from a deck.
    """

    id: UUID
    sequence: int
    source_type: SourceType
    source_ref: str | None
    text: str
    blocks: tuple[TextBlock, ...] = ()
    picture: StoredObject | None = None
    duration_s: Fraction | None = None
    gap_after_s: Fraction = Fraction(0)


@dataclass(frozen=True, slots=True)
class SceneContent:
    """One conceptual chunk of a lesson; for a deck, one slide.

    Attributes:
        title: None where the source gives none.
        notes: the speaker's notes.
        alt_texts: descriptions of the pictures on its slide.
        segments: of one engine's video, in playing order.
        illustration: the picture that an author chose for the branded video; None: the engine draws one.
    """

    id: UUID
    sequence: int
    title: str | None
    notes: str = ""
    alt_texts: tuple[str, ...] = ()
    segments: tuple[SegmentContent, ...] = ()
    illustration: StoredObject | None = None


@dataclass(frozen=True, slots=True)
class LessonContent:
    """One instructional piece, usually one video.

    Attributes:
        code: unique in its project and safe in a file name ("L1.1" or "L1.1.1").
    """

    id: UUID
    code: str
    title: str
    objective: str | None
    scenes: tuple[SceneContent, ...]

    @property
    def segments(self) -> tuple[SegmentContent, ...]:
        """All segments in playing order."""
        return tuple(segment for scene in self.scenes for segment in scene.segments)


@dataclass(frozen=True, slots=True)
class ModuleContent:
    """A module of a learning unit."""

    id: UUID
    title: str
    description: str | None
    lessons: tuple[LessonContent, ...]


@dataclass(frozen=True, slots=True)
class UnitContent:
    """A learning unit of a course."""

    id: UUID
    title: str
    description: str | None
    modules: tuple[ModuleContent, ...]


@dataclass(frozen=True, slots=True)
class SourceDocument:
    """A document that was given beside the deck.

    Attributes:
        title: its file name or its own title.
        paragraphs: its text in reading order, with the page where the format knows pages.
        caveats: sentences on what of it was not read.
    """

    title: str
    paragraphs: tuple[tuple[str, int | None], ...]
    caveats: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Course:
    """A whole project.

    Attributes:
        code: as in file names: letters and digits, `HRA101`.
        modified: ISO 8601 UTC time that outputs carry instead of today's.
        voice: a voice profile such as `en_female_neutral_1`.
    """

    id: UUID
    code: str
    name: str
    description: str | None
    language: str
    modified: str
    units: tuple[UnitContent, ...]
    brand: Brand
    context: Context
    voice: str
    documents: tuple[SourceDocument, ...] = field(default=())

    @property
    def lessons(self) -> Iterator[LessonContent]:
        """All lessons in course order."""
        return (lesson for unit in self.units for module in unit.modules for lesson in module.lessons)
