"""Topics: what a reader would call the parts of a lesson, found in its scenes.

A slide is no section. Slides that go on under the same title are one topic; a slide without a title belongs to the one
before it; an opening slide belongs to what it opens; a slide that only announces what follows opens a part.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import ceil

from coursecrafter.domain.course import LessonContent, SceneContent
from coursecrafter.domain.deck import BlockKind, TextBlock
from coursecrafter.engines.e3_book.cleaning import clean_line
from coursecrafter.engines.e3_book.prose import is_title

LONGEST_SECTION_TITLE = 90
LONGEST_DIVIDER = 12
LONGEST_OPENING = 40
FEWEST_DIVIDERS = 2
MOST_CHAPTERS_OF_ONE_TOPIC = 12
TOPICS_PER_CHAPTER = 5

_CONTINUED = re.compile(
    r"""\s*(?:
        [(\[] \s* (?:\d+ \s* (?:/|of|von|de|di|van)? \s* \d* | [ivx]+ | cont(?:inued|['’.]?d)?\.?
            | forts(?:etzung|\.) | suite) \s* [)\]]
        | [-–—:,] \s* (?:cont(?:inued|['’.]d)\.? | Fortsetzung | suite)
        | \s \d+ \s* / \s* \d+
    )\s*$""",
    re.IGNORECASE | re.VERBOSE,
)
"""Ends such as "(2)", "(2/3)", "(cont.)", "- continued"."""


@dataclass(frozen=True, slots=True)
class Topic:
    """Consecutive scenes under one title.

    Attributes:
        title: None for scenes before the first title.
        opening: the title slide, where it comes before them.
    """

    title: str | None
    scenes: tuple[SceneContent, ...]
    opening: tuple[SceneContent, ...] = ()


@dataclass(frozen=True, slots=True)
class Part:
    """A topic that leads, and those that follow under it."""

    lead: Topic
    topics: tuple[Topic, ...]


def find_topics(lesson: LessonContent) -> tuple[Topic, ...]:
    """A lesson's topics in order; only the first may be without a title."""
    topics: list[Topic] = []
    for scene in lesson.scenes:
        title = scene_title(scene)
        if topics and (title is None or is_same_topic(title, topics[-1].title)):
            topics[-1] = replace(topics[-1], scenes=(*topics[-1].scenes, scene))
        else:
            topics.append(Topic(title and _without_continuation(title), (scene,)))
    return _without_opening_slide(topics)


def group_topics(topics: Sequence[Topic]) -> tuple[Part, ...]:
    """Make the parts of a lesson that stands alone, so that a contents page reads like one.

    Slides that announce what follows open parts. Without them each topic of a short lesson is a part, and a long lesson
    is divided evenly.
    """
    starts = [place for place, topic in enumerate(topics[:-1]) if is_divider(topic)]
    if len(starts) >= FEWEST_DIVIDERS and len(starts) * 2 <= len(topics):
        starts = [0, *(place for place in starts if place)]
    elif len(topics) <= MOST_CHAPTERS_OF_ONE_TOPIC:
        # A lone announcement leads what follows it: its picture alone would be an empty chapter.
        starts = [place for place in range(len(topics)) if place - 1 not in starts]
    else:
        count = ceil(len(topics) / TOPICS_PER_CHAPTER)
        starts = [round(place * len(topics) / count) for place in range(count)]
    ends = [*starts[1:], len(topics)]
    return tuple(Part(topics[start], tuple(topics[start + 1 : end])) for start, end in zip(starts, ends, strict=True))


def is_divider(topic: Topic) -> bool:
    """Whether it only announces what follows: one slide of a few words, without notes or pictures that it describes."""
    scene = topic.scenes[0]
    words = _word_count(scene)
    return (
        len(topic.scenes) == 1 and 0 < words <= LONGEST_DIVIDER and not clean_line(scene.notes) and not scene.alt_texts
    )


def scene_title(scene: SceneContent) -> str | None:
    """The scene's title, unless it is none or only the beginning of a long text."""
    title = clean_line(scene.title or "")
    if not title:
        return None
    is_heading = any(
        block.kind is BlockKind.TITLE and is_title(clean_line(block.text), title) for block in scene_blocks(scene)
    )
    return title if is_heading or len(title) <= LONGEST_SECTION_TITLE else None


def scene_blocks(scene: SceneContent) -> tuple[TextBlock, ...]:
    """All that stands on the slide when it is complete; a segment without structure gives its text."""
    return tuple(
        block
        for segment in scene.segments
        for block in (
            segment.blocks
            or (TextBlock(BlockKind.PARAGRAPH, line) for line in segment.text.split("\n") if line.strip())
        )
    )


def is_same_topic(title: str, other: str | None) -> bool:
    """Whether a title goes on with a topic, with or without "(2/3)" or "cont."."""
    return other is not None and _without_continuation(title).casefold() == other.casefold()


def _without_continuation(title: str) -> str:
    """A title without "(2/3)", "cont." or a colon at its end."""
    return _CONTINUED.sub("", title).rstrip(" :") or title


def _without_opening_slide(topics: list[Topic]) -> tuple[Topic, ...]:
    """Let a short first slide, the title slide of most decks, open the topic that follows it."""
    if len(topics) < 3 or not _is_opening(topics[0]):  # noqa: PLR2004 - of two topics, each is one half of the lesson
        return tuple(topics)
    first, second = topics[0], topics[1]
    if len(first.scenes) > 1:
        # Untitled slides follow the title slide: together they introduce.
        return (replace(first, title=None), *topics[1:])
    return (replace(second, opening=first.scenes), *topics[2:])


def _is_opening(topic: Topic) -> bool:
    scene = topic.scenes[0]
    return _word_count(scene) <= LONGEST_OPENING and not clean_line(scene.notes)


def _word_count(scene: SceneContent) -> int:
    return sum(len(clean_line(block.text).split()) for block in scene_blocks(scene))
