"""What a render of a branded lesson will make again, told before it begins."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import suppress
from dataclasses import replace

from coursecrafter.domain.course import Course, LessonContent, SceneContent
from coursecrafter.domain.look import Look
from coursecrafter.engines.bench import Bench
from coursecrafter.engines.e2_video.compose import compose
from coursecrafter.engines.e2_video.produce import is_to_be_drawn, look_at_scenes, picture_prompt, produce
from coursecrafter.gateway.foretelling import unnoted
from coursecrafter.jobs.looking import Ahead, Looking, NotThereYet


def foretell(course: Course, lesson: LessonContent, bench: Bench, look: Look | None = None) -> tuple[Ahead, ...]:
    """The steps that a render will make; what it will find is left out.

    A segment whose voice or scene is not there yet is encoded, and so is the first of the scene after, which comes out
    of this one. Whether a longer text makes its neighbours' letters smaller shows only when it is laid out.

    Raises:
        NothingToTell: CC-0230.
        GatewayError: CC-03xx, no voice or model can be chosen.
    """
    wanted = look or Look()
    looking = Looking(bench.store)
    looks = replace(bench, steps=looking, gateway=unnoted(bench.gateway))
    try:
        compose(course, lesson, produce(course, lesson, looks, wanted), looks)
    except NotThereYet:
        with suppress(NotThereYet):
            look_at_scenes(course, lesson, looks, wanted)
    ahead = list(looking.missing.values())
    ahead += [Ahead("voice_block", label) for label in looking.labels("speech")]
    undrawn = _undrawn(lesson, looking)
    ahead += [Ahead("still", label) for label in undrawn]
    if not looking.labels("run"):
        ahead += [Ahead("run", label) for label in _to_encode(lesson, looking, {*undrawn, *looking.labels("still")})]
    if ahead:
        signed = ["sign"] if bench.signing() else []
        ahead += [Ahead(name, lesson.code) for name in ("mux", *signed) if not looking.labels(name)]
    return tuple(ahead)


def _undrawn(lesson: LessonContent, looking: Looking) -> list[str]:
    """Labels of the scenes whose illustration is not there yet."""
    prompts = set(looking.labels("scene_image"))
    return [
        f"scene {place}"
        for place, scene in enumerate(_told(lesson), 1)
        if is_to_be_drawn(scene) and picture_prompt(scene, lesson) in prompts
    ]


def _to_encode(lesson: LessonContent, looking: Looking, unpainted: Collection[str]) -> Iterator[str]:
    """Labels of the segments whose pictures wait for a voice or a scene that is not there yet."""
    unspoken = set(looking.labels("speech"))
    number, is_changed_before = 0, False
    for place, scene in enumerate(_told(lesson), 1):
        is_changed = f"scene {place}" in unpainted
        for index, _ in enumerate(scene.segments):
            number += 1
            if is_changed or (is_changed_before and index == 0) or f"segment {number}" in unspoken:
                yield f"segment {number}"
        is_changed_before = is_changed


def _told(lesson: LessonContent) -> list[SceneContent]:
    return [scene for scene in lesson.scenes if scene.segments]
