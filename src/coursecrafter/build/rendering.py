"""Render a project with one engine, as the command does: each render a job that is proposed, rendered and approved."""

from __future__ import annotations

import resource
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from coursecrafter.authoring.courses import read_course
from coursecrafter.authoring.looks import read_look
from coursecrafter.authoring.render_jobs import request_render
from coursecrafter.build.jobs import carry_out
from coursecrafter.build.making import maker
from coursecrafter.domain.course import Course, Engine, LessonContent
from coursecrafter.domain.film import FilmCut
from coursecrafter.domain.output import Finding, Output
from coursecrafter.wiring import Workshop

STAGES = {
    Engine.E1: "E1 voice-over video",
    Engine.E2: "E2 branded video",
    Engine.E3: "E3 book",
    Engine.E4: "E4 SCORM module",
}


@dataclass(frozen=True, slots=True)
class Render:
    """One render of one engine, kept.

    Attributes:
        lesson: None for the book.
        outputs: each with the version its asset now has.
        seconds, cpu_seconds: wall and processor time, child processes included.
        peak_memory_mb: the most that this process or a child of it has held so far.
        made, reused: steps by kind.
    """

    engine: Engine
    lesson: LessonContent | None
    outputs: tuple[tuple[Output, int], ...]
    findings: tuple[Finding, ...]
    seconds: float
    cpu_seconds: float
    peak_memory_mb: float
    made: Counter[str]
    reused: Counter[str]


def render_engine(
    engine: Engine, project_id: UUID, shop: Workshop, film: FilmCut | None, settings: Mapping[str, Any] | None = None
) -> list[Render]:
    """Render every lesson with an engine, or the project's one book.

    Args:
        settings: how videos look, as the settings of a job say it.

    Raises:
        CourseCrafterError: what the engine could not do; its job says so too, and finished steps are kept.
    """
    with shop.database.app(shop.identity(project_id)) as conn:
        course = read_course(conn, shop.store, project_id, Engine.E1)
    if engine is Engine.E3:
        return [_render(engine, course, None, shop, film, {})]
    return [_render(engine, course, lesson, shop, film, settings or {}) for lesson in course.lessons]


def _render(
    engine: Engine,
    course: Course,
    lesson: LessonContent | None,
    shop: Workshop,
    film: FilmCut | None,
    settings: Mapping[str, Any],
) -> Render:
    title = STAGES[engine] if lesson is None else f"{STAGES[engine]} {lesson.code}"
    made, reused = Counter(shop.runner.made), Counter(shop.runner.reused)
    begun, cpu_begun = time.monotonic(), cpu_seconds()
    with shop.progress.stage(title):
        with shop.database.app(shop.identity(course.id)) as conn:
            lesson_id = lesson.id if lesson else None
            job = request_render(conn, shop.author, engine, course.id, lesson_id, settings=settings)
            look = read_look(conn, shop.store, course.id, lesson.id, settings) if lesson else None
        make = maker(engine, course, lesson, shop, film, is_proposed_anew=True, look=look)
        # Whoever orders a build orders it from end to end: what it publishes is approved.
        rendered, versions = carry_out(job, course.voice, shop, make, is_approved=True)
    return Render(
        engine,
        lesson,
        tuple(zip(rendered.outputs, versions, strict=True)),
        rendered.findings,
        time.monotonic() - begun,
        cpu_seconds() - cpu_begun,
        _peak_memory_mb(),
        shop.runner.made - made,
        shop.runner.reused - reused,
    )


def cpu_seconds() -> float:
    """Processor time of this process and its finished children so far."""
    usages = (resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN))
    return sum(usage.ru_utime + usage.ru_stime for usage in usages)


def _peak_memory_mb() -> float:
    return max(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)) / 1024
