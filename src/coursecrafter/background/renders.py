"""Run one render job by its id: what its author made of the course, rendered and published for them to approve."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from uuid import UUID

from sqlalchemy import Connection

from coursecrafter.authoring.brand_choices import read_brand_choice
from coursecrafter.authoring.courses import read_brand, read_course
from coursecrafter.authoring.job_rows import RenderJob, find_job
from coursecrafter.authoring.voices import voice_of_lesson
from coursecrafter.background.films import film_of_lesson
from coursecrafter.background.job_progress import JobProgress
from coursecrafter.build.jobs import carry_out
from coursecrafter.build.making import maker
from coursecrafter.db.refusals import NotFound
from coursecrafter.domain.course import Course, Engine, LessonContent
from coursecrafter.errors import JobError
from coursecrafter.jobs.steps import InlineRunner
from coursecrafter.wiring import Workshop


class NotRenderedWhole(JobError):
    """A package of a whole module was asked for, and only lessons' packages are made yet."""

    code = "CC-0605"
    status = 422
    remedy = "Render a package for each lesson of the module."


def render_job(shop: Workshop, project_id: UUID, job_id: UUID) -> dict[str, Any]:
    """Render what a queued job asks for; its row says how far it is, and what failed.

    The engine proposes a design only where its author has none. The result becomes active and the lesson `ready`; it is
    approved by its author, not here.

    Raises:
        StateRefused: CC-0025, the job is not queued.
        NotRenderedWhole: CC-0605.
        CourseCrafterError: what the engine could not do.
    """
    with JobProgress(shop.database, shop.identity(project_id), job_id) as progress:
        runner = InlineRunner(shop.store, shop.runner.threads, progress.step, progress.expect)
        own = replace(shop, runner=runner, progress=progress)
        with own.database.app(own.identity(project_id)) as conn:
            job = find_job(conn, job_id)
            course, lesson = _course_of(conn, own, job)
        film = film_of_lesson(own, project_id, lesson.id) if lesson and job.engine is Engine.E1 else None
        make = maker(job.engine, course, lesson, own, film, is_proposed_anew=False)
        rendered, _ = carry_out(job, course.voice, own, make, is_approved=False, place=progress.place)
    return {"outputs": [output.role for output in rendered.outputs], "made": sum(runner.made.values())}


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
