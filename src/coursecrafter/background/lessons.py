"""E1 and one lesson: its own deck becomes its plan, and the plan gets its voice."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Connection

from coursecrafter.authoring.context import course_script
from coursecrafter.authoring.courses import read_course
from coursecrafter.authoring.deck_notes import ScriptSource, script_source
from coursecrafter.authoring.hierarchy import begin_design
from coursecrafter.authoring.plans import PlanLine, keep_approvals, read_plan, reopen_plan
from coursecrafter.authoring.source_parses import read_parse, source_name
from coursecrafter.authoring.sources import newest_source
from coursecrafter.authoring.voices import keep_voices
from coursecrafter.background.films import NoSourceYet
from coursecrafter.background.parses import draw_source
from coursecrafter.build.plans import write_lesson_plan
from coursecrafter.db.refusals import NotFound
from coursecrafter.domain.course import Course, Engine, LessonContent
from coursecrafter.domain.output import SpokenSegment
from coursecrafter.gateway.ports import Purpose
from coursecrafter.gateway.speech_step import speak_texts
from coursecrafter.wiring import Workshop


def parse_ppt(shop: Workshop, project_id: UUID, lesson_id: UUID, script: str | None = None) -> dict[str, Any]:
    """Make E1's plan of the deck that was uploaded for a lesson: a scene for each slide, a segment for each build.

    What an author made of an earlier plan stays, slide by slide, as long as the slide is the same. A plan that has
    changed waits for its author's approval.

    Args:
        script: "screen" or "notes": what is spoken; None: as when its deck was last read, else as the course says.

    Raises:
        NotFound: CC-0020.
        NotAllowed: CC-0021.
        NoSourceYet: CC-0606.
        IngestError: CC-01xx, the deck cannot be read or drawn.
    """
    with shop.database.app(shop.identity(project_id)) as conn:
        source = newest_source(conn, project_id, lesson_id, "pptx")
        if source is None:
            raise NoSourceYet("No deck was uploaded for this lesson.")
        name = source_name(conn, source)
        known = read_parse(conn, shop.store, project_id, lesson_id=lesson_id)
        before_this = script_source(known) if known else course_script(conn, project_id)
    drawn = draw_source(shop, source, name, name, ScriptSource(script) if script else before_this)
    with shop.database.app(shop.identity(project_id)) as conn:
        begin_design(conn, shop.author, lesson_id)
        before = read_plan(conn, lesson_id, Engine.E1)
        write_lesson_plan(conn, shop, project_id, lesson_id, drawn)
        plan = reopened_if_changed(conn, shop, lesson_id, Engine.E1, before)
    scenes = {line.scene_id for line in plan}
    return {"source_id": str(source.id), "scenes": len(scenes), "segments": len(plan)}


def reopened_if_changed(
    conn: Connection, shop: Workshop, lesson_id: UUID, engine: Engine, before: Sequence[PlanLine]
) -> tuple[PlanLine, ...]:
    """The plan as it stands; a proposal approves what it writes, but only an author approves what is said.

    A plan that differs from before is opened again; in one that does not, all is approved as far as it was.
    """
    plan = read_plan(conn, lesson_id, engine)
    if not plan:
        return plan
    if [_content(line) for line in plan] == [_content(line) for line in before]:
        keep_approvals(conn, shop.author, lesson_id, engine, before)
    else:
        reopen_plan(conn, shop.author, lesson_id, engine)
    return read_plan(conn, lesson_id, engine)


def generate_voice(
    shop: Workshop, project_id: UUID, lesson_id: UUID, engine: Engine, voice_profile: str | None = None
) -> dict[str, Any]:
    """Speak every segment of an engine's plan of a lesson; the voices are in use from now on, also in its renders.

    Args:
        voice_profile: None for the course's.

    Raises:
        NotFound: CC-0020.
        NotAllowed: CC-0021.
        UnknownVoice: CC-0303.
        GatewayError: CC-03xx.
    """
    with shop.database.app(shop.identity(project_id)) as conn:
        course = read_course(conn, shop.store, project_id, engine)
    lesson = lesson_in(course, lesson_id)
    profile, bench = voice_profile or course.voice, shop.bench(project_id)
    speeches = speak_texts(
        bench.steps,
        bench.store,
        bench.gateway,
        [segment.text for segment in lesson.segments],
        language=course.language,
        voice=profile,
        purpose=Purpose(project_id, lesson_id, engine, "speech"),
        takes=[segment.takes for segment in lesson.segments],
    )
    spoken = [
        SpokenSegment(segment.id, speech)
        for segment, speech in zip(lesson.segments, speeches, strict=True)
        if speech is not None
    ]
    with shop.database.app(shop.identity(project_id)) as conn:
        keep_voices(conn, shop.author, lesson_id, engine, profile, spoken)
    return {
        "voice_profile": profile,
        "segments": [
            {"segment_id": str(one.segment_id), "duration_seconds": float(one.speech.duration_s)} for one in spoken
        ],
    }


def lesson_in(course: Course, lesson_id: UUID) -> LessonContent:
    """A lesson of a course.

    Raises:
        NotFound: CC-0020.
    """
    lesson = next((one for one in course.lessons if one.id == lesson_id), None)
    if lesson is None:
        raise NotFound("There is no such lesson.")
    return lesson


def _content(line: PlanLine) -> tuple[Any, ...]:
    """What an author approves of a line."""
    return (line.scene_id, line.scene_title, line.segment_id, line.text, line.duration_s, line.gap_s, line.source_ref)
