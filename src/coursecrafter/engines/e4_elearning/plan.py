"""What pages a module has, before anything is made: pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from coursecrafter.domain.activities import Interaction
from coursecrafter.domain.course import LessonContent, SceneContent, SegmentContent
from coursecrafter.domain.deck import BlockKind, TextBlock
from coursecrafter.domain.stored import StoredObject
from coursecrafter.engines.e4_elearning.texts import clean, one_line
from coursecrafter.engines.e4_elearning.videos import EmbeddedVideo, embedded_videos
from coursecrafter.errors import ElearningError

TITLE_CHARS = 160
SLIDES, QUIZ = "slides", "quiz"
REVIEWS = ("accordion", "timeline")


class UnknownActivity(ElearningError):
    """A lesson holds an activity of a kind that the player cannot show."""

    code = "CC-0403"
    status = 422
    remedy = "Change it to slides, an accordion, a timeline or a quiz, or remove it."


@dataclass(frozen=True, slots=True)
class BuildPlan:
    """One state of a slide page.

    Attributes:
        blocks: text that appears with it, the page's title left out.
        picture: how the slide looks then; None for a page without pictures.
    """

    segment: SegmentContent
    blocks: tuple[TextBlock, ...]
    picture: StoredObject | None


@dataclass(frozen=True, slots=True)
class SlidePlan:
    """A page that shows one scene.

    Attributes:
        number: the slide's number in its deck, or its place among the pages.
        alt: what its pictures show, where the author said so.
        videos: of another site, played in the page.
    """

    number: int
    title: str
    alt: str | None
    builds: tuple[BuildPlan, ...]
    videos: tuple[EmbeddedVideo, ...] = ()

    @property
    def ref(self) -> str:
        """How sources are named in questions and key points."""
        return f"slide {self.number}"


PagePlan = SlidePlan | Interaction


def plan_slides(lesson: LessonContent, words: Mapping[str, str]) -> tuple[SlidePlan, ...]:
    """One page for each scene that has segments, in order.

    Args:
        words: the player's, for scenes without a title.
    """
    scenes = [scene for scene in lesson.scenes if scene.segments]
    return tuple(_plan_slide(scene, place, words) for place, scene in enumerate(scenes, 1))


def plan_pages(slides: Sequence[SlidePlan], interactions: Sequence[Interaction]) -> list[PagePlan]:
    """Pages in the order of the interactions; "slides" stands for all slides of the lesson.

    Raises:
        UnknownActivity: CC-0403.
    """
    pages: list[PagePlan] = []
    for interaction in interactions:
        kind = interaction.interaction_type
        if kind == SLIDES:
            pages += slides
        elif kind == QUIZ or kind in REVIEWS:
            pages.append(interaction)
        else:
            raise UnknownActivity(f"The player cannot show an activity of the kind {one_line(kind, 40)!r} yet.")
    return pages


def _plan_slide(scene: SceneContent, place: int, words: Mapping[str, str]) -> SlidePlan:
    number = _slide_number(scene.segments[0]) or place
    title = one_line(scene.title or "", TITLE_CHARS) or untitled(number, words)
    alt = one_line(" ".join(scene.alt_texts), 4 * TITLE_CHARS)
    # A slide that is only a picture is named by its description.
    described = (alt if alt.startswith(title.rstrip("…")) else f"{title}. {alt}") if alt else None
    return SlidePlan(number, title, described, tuple(_builds(scene, title)), embedded_videos(scene))


def untitled(number: int, words: Mapping[str, str]) -> str:
    """What the player calls a slide without a title."""
    return words["slide"].replace("{n}", str(number))


def _slide_number(segment: SegmentContent) -> int | None:
    found = re.match(r"\d+", segment.source_ref or "")
    return int(found.group()) if found else None


def _builds(scene: SceneContent, title: str) -> Iterator[BuildPlan]:
    """A build without a picture of its own shows the one before it; the first ones show the first there is.

    What plays a clip in the video and says nothing would show the same again.
    """
    picture = next((segment.picture for segment in scene.segments if segment.picture), None)
    told = [segment for segment in scene.segments if segment.text.strip() or not segment.clip]
    for segment in told or scene.segments:
        picture = segment.picture or picture
        yield BuildPlan(segment, tuple(_readable(segment, title)), picture)


def _readable(segment: SegmentContent, title: str) -> Iterator[TextBlock]:
    """The text as it is spoken, with the deck's structure as long as the author has not changed the words."""
    is_as_in_deck = "\n".join(block.text for block in segment.blocks if block.text.strip()) == segment.text
    lines = [TextBlock(BlockKind.PARAGRAPH, line) for line in segment.text.splitlines()]
    for block in segment.blocks if is_as_in_deck else lines:
        if block.text.strip() and " ".join(clean(block.text).split()) != title:
            rows = tuple(tuple(clean(cell) for cell in row) for row in block.rows)
            yield TextBlock(block.kind, clean(block.text), block.level, rows, block.is_bullet)
