"""Run one render job by its id: what its author made of the course, rendered and published for them to approve."""

from __future__ import annotations

from collections import Counter
from contextlib import suppress
from dataclasses import replace
from typing import Any
from uuid import UUID

from sqlalchemy import Connection

from coursecrafter.authoring.brand_choices import read_brand_choice
from coursecrafter.authoring.courses import read_brand, read_course
from coursecrafter.authoring.job_rows import RenderJob, find_job, read_pace
from coursecrafter.authoring.looks import read_look
from coursecrafter.authoring.voices import voice_of_lesson
from coursecrafter.background.films import film_of_lesson
from coursecrafter.background.job_progress import JobProgress
from coursecrafter.build.jobs import carry_out
from coursecrafter.build.making import Make, maker, require_voice
from coursecrafter.db.refusals import NotFound
from coursecrafter.domain.course import Course, Engine, LessonContent
from coursecrafter.domain.output import Rendered
from coursecrafter.engines.bench import Bench
from coursecrafter.errors import JobError
from coursecrafter.jobs.shared_steps import HelpEnded, SharedRunner
from coursecrafter.wiring import Workshop


class NotRenderedWhole(JobError):
    """A package of a whole module was asked for, and only lessons' packages are made yet."""

    code = "CC-0605"
    status = 422
    remedy = "Render a package for each lesson of the module."


def render_job(shop: Workshop, project_id: UUID, job_id: UUID) -> dict[str, Any]:
    """Render what a job of the queue asks for, or go on with it; its row says how far it is, and what failed.

    The engine proposes a design only where its author has none. The result becomes active and the lesson `ready`; it is
    approved by its author, not here.

    Raises:
        StateRefused: CC-0025, the job has ended.
        NotRenderedWhole: CC-0605.
        HandedOver: CC-0616.
        WorkTakenOver: CC-0615.
        CourseCrafterError: what the engine could not do; what may succeed later leaves the job in progress.
    """
    with shop.database.app(shop.identity(project_id)) as conn:
        job = find_job(conn, job_id)
        past = read_pace(conn, project_id, job.engine)
    with JobProgress(shop.database, shop.identity(project_id), job_id, past, shop.runner.threads) as progress:
        own = _furnished(shop, progress)
        voice, make = _prepare(own, job)

        def make_and_tell(bench: Bench) -> Rendered:
            try:
                return make(bench)
            finally:
                progress.write()

        rendered, _ = carry_out(
            job, voice, own, make_and_tell, is_approved=False, place=progress.place, is_durable=True, told=progress.pace
        )
    return {"outputs": [output.role for output in rendered.outputs], "made": sum(own.runner.made.values())}


def help_render(shop: Workshop, project_id: UUID, job_id: UUID) -> dict[str, Any]:
    """Make steps of a render that another worker carries out, as long as there are any that nobody makes.

    Raises:
        WorkTakenOver: CC-0615.
        CourseCrafterError: a step failed; whoever carries the render out meets that too.
    """
    with shop.database.app(shop.identity(project_id)) as conn:
        job = find_job(conn, job_id)
    own = replace(shop, runner=replace(_shared(shop), is_helper=True, most_helpers=0))
    with suppress(HelpEnded):
        _, make = _prepare(own, job)
        make(own.bench(project_id))
    return {"made": sum(own.runner.made.values())}


def _furnished(shop: Workshop, progress: JobProgress) -> Workshop:
    """The workshop with a runner that tells the job's row."""
    runner = replace(_shared(shop), listener=progress.step, on_expect=progress.expect, made=Counter(), reused=Counter())
    return replace(shop, runner=runner, progress=progress)


def _shared(shop: Workshop) -> SharedRunner:
    """The runner of a worker of the queue."""
    if not isinstance(shop.runner, SharedRunner):
        raise TypeError("A job of the queue is carried out with its worker's own runner.")
    return shop.runner


def _prepare(shop: Workshop, job: RenderJob) -> tuple[str, Make]:
    """The voice that speaks, and what makes the job's files."""
    with shop.database.app(shop.identity(job.project_id)) as conn:
        course, lesson = _course_of(conn, shop, job)
        is_video = lesson is not None and job.engine in {Engine.E1, Engine.E2}
        look = read_look(conn, shop.store, job.project_id, lesson.id, job.settings) if is_video and lesson else None

    def make(bench: Bench) -> Rendered:
        require_voice(course, lesson, bench)
        # Within the job: a film that ends its worker each time it is watched is counted as what it is.
        film = film_of_lesson(shop, job.project_id, lesson.id) if lesson and job.engine is Engine.E1 else None
        return maker(job.engine, course, lesson, shop, film, is_proposed_anew=False, look=look)(bench)

    return course.voice, make


def _course_of(conn: Connection, shop: Workshop, job: RenderJob) -> tuple[Course, LessonContent | None]:
    """The course in the voice and look that the job asks for, and its lesson; None for the book."""
    course = read_course(conn, shop.store, job.project_id, Engine.E1)
    if job.engine is Engine.E3:
        return course, None
    if job.lesson_id is None:
        raise NotRenderedWhole("Packages of whole modules are not made yet.")
    lesson = next((one for one in course.lessons if one.id == job.lesson_id), None)
    if lesson is None:
        raise NotFound("There is no such lesson.")
    # A module says what its lesson's video says, in the same voice.
    speaker = Engine.E1 if job.engine is Engine.E4 else job.engine
    chosen = job.settings.get("voice_profile") or voice_of_lesson(conn, lesson.id, speaker)
    choice = read_brand_choice(conn, shop.store, job.project_id, lesson.id) if job.engine is Engine.E2 else None
    brand = read_brand(conn, choice.brand_profile_id) if choice and choice.brand_profile_id else course.brand
    return replace(course, voice=chosen or course.voice, brand=brand), lesson
