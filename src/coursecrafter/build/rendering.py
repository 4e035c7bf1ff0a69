"""Render a project with one engine: propose, approve, render, keep; each as a job with its row and its events."""

from __future__ import annotations

import resource
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from uuid import UUID

from coursecrafter.authoring.activities import read_activities, set_activities
from coursecrafter.authoring.books import read_sections, set_book
from coursecrafter.authoring.courses import read_course
from coursecrafter.authoring.engine_flags import approve_output
from coursecrafter.authoring.job_rows import RenderJob
from coursecrafter.authoring.outlines import keep_headings, read_outline
from coursecrafter.authoring.proposals import set_outline
from coursecrafter.authoring.render_jobs import (
    INTERRUPTED,
    complete_render,
    fail_render,
    request_render,
    start_render,
)
from coursecrafter.authoring.voices import keep_voices
from coursecrafter.db.refusals import StateRefused
from coursecrafter.domain.course import Course, Engine, LessonContent
from coursecrafter.domain.film import FilmCut
from coursecrafter.domain.output import Finding, Output, Rendered, Severity
from coursecrafter.engines.bench import Bench
from coursecrafter.engines.e1_voiceover import engine as e1
from coursecrafter.engines.e2_video import engine as e2
from coursecrafter.engines.e3_book import engine as e3
from coursecrafter.engines.e4_elearning import engine as e4
from coursecrafter.errors import CourseCrafterError, JobError
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


def render_engine(engine: Engine, project_id: UUID, shop: Workshop, film: FilmCut | None) -> list[Render]:
    """Render every lesson with an engine, or the project's one book.

    Raises:
        CourseCrafterError: what the engine could not do; its job says so too, and finished steps are kept.
    """
    with shop.database.app(shop.identity(project_id)) as conn:
        course = read_course(conn, shop.store, project_id, Engine.E1)
    if engine is Engine.E3:
        return [_render(engine, course, None, shop, lambda bench: _book(course, shop, bench))]
    return [
        _render(engine, course, lesson, shop, _maker(engine, course, lesson, shop, film)) for lesson in course.lessons
    ]


def _maker(
    engine: Engine, course: Course, lesson: LessonContent, shop: Workshop, film: FilmCut | None
) -> Callable[[Bench], Rendered]:
    if engine is Engine.E1:
        return lambda bench: e1.render(course, lesson, bench, film=film)
    if engine is Engine.E2:
        return lambda bench: _branded_video(course, lesson, shop, bench)
    return lambda bench: _module(course, lesson, shop, bench)


def _branded_video(course: Course, lesson: LessonContent, shop: Workshop, bench: Bench) -> Rendered:
    outline = e2.design(course, lesson, bench)
    with shop.database.app(shop.identity(course.id)) as conn:
        earlier = read_outline(conn, shop.store, course.id, lesson.id)
        scenes = set_outline(conn, shop.author, lesson.id, outline, earlier)
        keep_headings(conn, shop.author, shop.store, (course.id, lesson.id), outline, scenes)
    with shop.database.app(shop.identity(course.id)) as conn:
        narrated = read_course(conn, shop.store, course.id, Engine.E2)
    own = next(one for one in narrated.lessons if one.id == lesson.id)
    return e2.render(narrated, own, bench)


def _module(course: Course, lesson: LessonContent, shop: Workshop, bench: Bench) -> Rendered:
    proposed = e4.design(course, lesson, bench)
    with shop.database.app(shop.identity(course.id)) as conn:
        set_activities(conn, shop.author, course.id, lesson.id, proposed)
        interactions = read_activities(conn, lesson.id)
    return e4.render(course, lesson, interactions, bench)


def _book(course: Course, shop: Workshop, bench: Bench) -> Rendered:
    proposed = e3.design(course, bench)
    subtitle = course.description or ""
    with shop.database.app(shop.identity(course.id)) as conn:
        set_book(conn, shop.author, course.id, title=course.name, subtitle=subtitle, sections=proposed)
        sections = read_sections(conn, course.id)
    return e3.render(course, sections, course.name, subtitle, bench)


def _render(
    engine: Engine, course: Course, lesson: LessonContent | None, shop: Workshop, make: Callable[[Bench], Rendered]
) -> Render:
    title = STAGES[engine] if lesson is None else f"{STAGES[engine]} {lesson.code}"
    made, reused = Counter(shop.runner.made), Counter(shop.runner.reused)
    begun, cpu_begun = time.monotonic(), cpu_seconds()
    with shop.progress.stage(title), _job(engine, course, lesson, shop) as job:
        rendered = make(shop.bench(course.id))
        versions = _keep(engine, course, shop, job, rendered)
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


@contextmanager
def _job(engine: Engine, course: Course, lesson: LessonContent | None, shop: Workshop) -> Iterator[RenderJob]:
    """A job's row around the work; a failure is written down before it goes on its way."""
    identity = shop.identity(course.id)
    with shop.database.app(identity) as conn:
        job = request_render(conn, shop.author, engine, course.id, lesson.id if lesson else None)
    with shop.database.worker(identity) as conn:
        start_render(conn, shop.author, job.id)
    try:
        yield job
    except BaseException as error:
        message = error.message if isinstance(error, CourseCrafterError) else INTERRUPTED
        with suppress(StateRefused), shop.database.worker(identity) as conn:
            # An author may have cancelled it meanwhile: then it stays so.
            fail_render(conn, shop.author, job.id, message)
        raise


def _keep(engine: Engine, course: Course, shop: Workshop, job: RenderJob, rendered: Rendered) -> list[int]:
    """Publish a render in one transaction: all its assets and voices become active, or none."""
    refused = [finding.sentence for finding in rendered.findings if finding.severity is Severity.ERROR]
    if refused:
        raise RefusedByCheck(f"What was made did not pass its own checks: {refused[0]}", detail="\n".join(refused))
    with shop.database.worker(shop.identity(course.id)) as conn:
        kept = complete_render(conn, shop.author, job.id, rendered.outputs, rendered.metadata)
        if job.lesson_id is not None and engine in {Engine.E1, Engine.E2}:
            keep_voices(conn, shop.author, job.lesson_id, engine, course.voice, rendered.voices)
        # Whoever orders a build orders it from end to end: what it publishes is approved.
        approve_output(conn, shop.author, engine, course.id, job.lesson_id)
    return [version.version for version in kept]


class RefusedByCheck(JobError):
    """A finished file failed its own checks and was not published."""

    code = "CC-0602"
    remedy = "Look at the named check; what was published before stays as it is."


def cpu_seconds() -> float:
    """Processor time of this process and its finished children so far."""
    usages = (resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN))
    return sum(usage.ru_utime + usage.ru_stime for usage in usages)


def _peak_memory_mb() -> float:
    return max(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)) / 1024
