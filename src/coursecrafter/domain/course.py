"""A course as the engines receive it: frozen, complete, read from rows by `authoring`.

Project > Learning Unit > Module > Lesson > Scene > Segment (schema 2). Engines never see a row.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from fractions import Fraction
from uuid import UUID

from coursecrafter.domain.clip import SegmentClip
from coursecrafter.domain.deck import TextBlock
from coursecrafter.domain.speech import NO_TAKES, Takes
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
class Backdrop:
    """What stands behind every slide of an organisation's own template.

    Attributes:
        start, end: `#rrggbb`, top left and bottom right of its gradient; equal for one colour.
        picture: covers it, if there is one.
    """

    start: str
    end: str
    picture: StoredObject | None = None


class Words(StrEnum):
    """Whose words a segment says: what appears with it, the slide's notes, or its author's own."""

    SCREEN = "screen"
    NOTES = "notes"
    AUTHOR = "author"


@dataclass(frozen=True, slots=True)
class Brand:
    """Colours, names and type of the organisation that publishes the course.

    Attributes:
        name: shown as the publisher.
        primary_color, secondary_color: `#rrggbb`.
        logo: a picture (PNG or SVG), if there is one.
        font, heading_font: families of text and headings, where they ship with the product; a heading's is None where
            the template says it.
        tone, layout: as in a profile's `style_prefs`: "corporate", "left_text_right_image"; None: no wish.
        backdrop: of the organisation's own template, if it has one.
        profile_id: of the brand profile; None where there is none.
    """

    name: str
    primary_color: str = "#1f4e8c"
    secondary_color: str = "#f2a33a"
    logo: StoredObject | None = None
    font: str = "Inter"
    heading_font: str | None = None
    tone: str | None = None
    layout: str | None = None
    backdrop: Backdrop | None = None
    profile_id: UUID | None = None

    @property
    def colors(self) -> tuple[str, str]:
        """Both colours, as pictures are drawn in them."""
        return self.primary_color, self.secondary_color


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
        takes: what its author thinks of the sounds that it was spoken with.
        words: whose the text is; anything that was changed since the deck was read is its author's.
        youtube_url: the video that stands in its place, as `https://www.youtube.com/watch?v=…`; None for any other.
        clip: what plays in its place once its text is spoken; None for any other.
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
    takes: Takes = NO_TAKES
    words: Words = Words.AUTHOR
    youtube_url: str | None = None
    clip: SegmentClip | None = None


@dataclass(frozen=True, slots=True)
class SceneContent:
    """One conceptual chunk of a lesson; for a deck, one slide.

    Attributes:
        title: None where the source gives none.
        notes: the speaker's notes.
        alt_texts: descriptions of the pictures on its slide.
        segments: of one engine's video, in playing order.
        illustration: the picture that an author chose for the branded video; None: the engine draws one.
        illustration_by: provider and model that drew it; None: people.
        clip: a film clip that stands in the illustration's place, an MP4; None: a still.
        image_prompt: what the illustration shows, in its author's words; None: what the scene says.
        image_take: how often its author asked for another picture of the same.
    """

    id: UUID
    sequence: int
    title: str | None
    notes: str = ""
    alt_texts: tuple[str, ...] = ()
    segments: tuple[SegmentContent, ...] = ()
    illustration: StoredObject | None = None
    illustration_by: tuple[str, str] | None = None
    clip: StoredObject | None = None
    image_prompt: str | None = None
    image_take: int = 0


@dataclass(frozen=True, slots=True)
class LessonContent:
    """One instructional piece, usually one video.

    Attributes:
        code: unique in its project and safe in a file name ("L1.1" or "L1.1.1").
        caveats: sentences on what of its deck could not be drawn as it is.
    """

    id: UUID
    code: str
    title: str
    objective: str | None
    scenes: tuple[SceneContent, ...]
    caveats: tuple[str, ...] = ()

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
class PageReader:
    """A model that read pages of a document, and how many; which calls those were says the asset that keeps it."""

    provider: str
    model: str
    pages: int


@dataclass(frozen=True, slots=True)
class SourceDocument:
    """A document that was given beside the deck.

    Attributes:
        title: its file name or its own title.
        paragraphs: its text in reading order, with the page where the format knows pages.
        caveats: sentences on what of it was not read.
        read_by: models that read its pages, where those are pictures.
    """

    title: str
    paragraphs: tuple[tuple[str, int | None], ...]
    caveats: tuple[str, ...] = ()
    read_by: tuple[PageReader, ...] = ()


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
