"""A slide's picture in the book: its caption, and its description for who cannot see it.

Source: WCAG 2.2, 1.1.1 Non-text Content: text that stands beside a picture is not said again in its description.
"""

from __future__ import annotations

import re

from coursecrafter.domain.course import SceneContent, SegmentContent
from coursecrafter.engines.e3_book.cleaning import clean_line, shorten
from coursecrafter.engines.e3_book.prose import write_picture
from coursecrafter.engines.e3_book.topics import Topic, is_same_topic, scene_blocks, scene_title
from coursecrafter.engines.e3_book.words import Words

LONGEST_ALT = 400
LONGEST_CAPTION = 120

# What office programs write by themselves: "Picture 3", "Grafik 12", the path of the file that was pasted.
_MACHINE_NAME = re.compile(r"^(?:[^\W\d_]+\s*\d+|.*\.(?:png|jpe?g|gif|bmp|emf|wmf|svg|tiff?))$", re.IGNORECASE)


def picture_markdown(
    scene: SceneContent, segment: SegmentContent, topic: Topic, lesson_title: str, words: Words
) -> str:
    """Write the figure of a scene of a topic; `segment` is the one whose picture stands for the slide."""
    text = clean_line(" ".join(block.text for block in scene_blocks(scene)))
    slide = words.slide.format(number=_slide_number(scene, segment))
    title = _title(scene, topic)
    caption = shorten(title or text or f"{clean_line(lesson_title)}, {slide}", LONGEST_CAPTION)
    alike = [other.id for other in topic.scenes if _title(other, topic) == title]
    if title and scene.id in alike and len(alike) > 1:
        caption += f" ({alike.index(scene.id) + 1}/{len(alike)})"
    # A slide that is only a picture is named by its description.
    shown = "; ".join(alt for one in scene.alt_texts if (alt := _description(one)) and alt != title)
    parts = [words.slide_titled.format(title=title or text or f"{clean_line(lesson_title)}, {slide}")]
    if shown:
        parts.append(words.slide_showing.format(pictures=shown))
    return write_picture(segment.id, shorten(" ".join(parts), LONGEST_ALT), caption)


def _title(scene: SceneContent, topic: Topic) -> str | None:
    """The topic's, unless the scene has another."""
    title = scene_title(scene)
    return topic.title if title is None or is_same_topic(title, topic.title) else title


def _slide_number(scene: SceneContent, segment: SegmentContent) -> str:
    number = (segment.source_ref or "").split(".", maxsplit=1)[0]
    return number if number.isdigit() else str(scene.sequence)


def _description(alt: str) -> str:
    line = clean_line(alt)
    return "" if _MACHINE_NAME.match(line) else line.rstrip(".")
