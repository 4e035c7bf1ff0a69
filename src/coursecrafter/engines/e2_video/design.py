"""The outline of the video, asked of the gateway and taken over scene by scene."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

from coursecrafter.domain.course import Course, Engine, LessonContent, SceneContent
from coursecrafter.domain.outline import OutlineScene, OutlineSegment
from coursecrafter.engines.bench import Bench
from coursecrafter.errors import VideoError
from coursecrafter.gateway.ports import Purpose, TextRequest

OUTLINE_VERSION = 1
WORDS_PER_SCENE = 55
JOINTS = (", ", "、", "، ", "; ")
"""What strings the points of a list together."""
LINE_ENDS = ".;,"


class UnusableOutline(VideoError):
    """The model answered with something that is not an outline."""

    code = "CC-0232"
    status = 502
    retry = True
    remedy = "Try again, or choose another model for text."


def write_outline(course: Course, lesson: LessonContent, bench: Bench) -> tuple[OutlineScene, ...]:
    """Scenes with narration, made from the lesson's slides, notes and the course's documents; at least one.

    Raises:
        GatewayError: CC-03xx, no model answered.
        UnusableOutline: CC-0232.
    """
    names = _scene_names(lesson)
    purpose = Purpose(course.id, lesson.id, Engine.E2, "outline", sources=tuple(names))
    answer = bench.write(outline_request(course, lesson), purpose, lesson.code).value
    scenes = _read_outline(answer, dict(zip(names, lesson.scenes, strict=True)))
    # A deck of pictures says nothing: its title does.
    return scenes or (OutlineScene(None, lesson.title, (OutlineSegment(lesson.title, ()),)),)


def outline_request(course: Course, lesson: LessonContent) -> TextRequest:
    """The question for the outline of a lesson's video."""
    return TextRequest("outline", course.language, _payload(course, lesson, _scene_names(lesson)))


def _payload(course: Course, lesson: LessonContent, names: Sequence[str]) -> dict[str, Any]:
    return {
        "title": lesson.title,
        "scenes": [
            {
                "ref": name,
                "heading": scene.title,
                "texts": [segment.text for segment in scene.segments if segment.text.strip()],
                "notes": scene.notes,
            }
            for name, scene in zip(names, lesson.scenes, strict=True)
        ],
        "documents": [
            {"title": document.title, "paragraphs": [list(paragraph) for paragraph in document.paragraphs]}
            for document in course.documents
        ],
        "max_words_per_scene": WORDS_PER_SCENE,
    }


def _scene_names(lesson: LessonContent) -> list[str]:
    """What each scene is called in the outline: its slide, and if that is taken or unknown its place."""
    names: list[str] = []
    for place, scene in enumerate(lesson.scenes, 1):
        name = f"slide {_slide_number(scene) or place}"
        names.append(name if name not in names else f"scene {place}")
    return names


def _slide_number(scene: SceneContent) -> str:
    refs = [segment.source_ref for segment in scene.segments if segment.source_ref]
    return refs[0].partition(".")[0] if refs else ""


def _read_outline(answer: Any, known: Mapping[str, SceneContent]) -> tuple[OutlineScene, ...]:
    """The answer as values; a scene that says nothing is left out, a reference that nobody gave is dropped."""
    try:
        scenes = [_read_scene(scene, known.get(str(scene.get("ref")))) for scene in answer["scenes"]]
    except (TypeError, KeyError, AttributeError) as error:
        raise UnusableOutline("The model's outline cannot be read.", detail=repr(error)) from error
    return tuple(scene for scene in scenes if scene.segments)


def _read_scene(scene: Mapping[str, Any], known: SceneContent | None) -> OutlineScene:
    lines = _lines(known) if known else []
    segments = [
        OutlineSegment(in_lines(segment["text"].strip(), lines), tuple(map(str, segment.get("refs", ()))))
        for segment in scene["segments"]
        if segment["text"].strip()
    ]
    return OutlineScene(known.id if known else None, scene["heading"].strip(), tuple(segments))


def in_lines(text: str, lines: Sequence[str]) -> str:
    """A narration in which lines of a slide that were strung together with commas stand as lines again.

    "Tyres, Forks, Seat belt." is three points in a row: each has its own line on the picture, and its own pause.

    Args:
        lines: of the slide, in its order.
    """
    last = ""
    for line, after in pairwise(lines):
        joint = next((mark for mark in JOINTS if f"{line}{mark}{after}" in text), None)
        if joint is not None:
            text, last = text.replace(f"{line}{joint}{after}", f"{line}\n{after}", 1), after
    return text[:-1] if last and text.endswith((f"\n{last}.", f"\n{last}。")) else text


def _lines(scene: SceneContent) -> list[str]:
    lines = (
        " ".join(line.split()).rstrip(LINE_ENDS) for segment in scene.segments for line in segment.text.split("\n")
    )
    return [line for line in lines if line]
