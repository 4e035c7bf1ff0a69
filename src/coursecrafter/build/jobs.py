"""Carry out one render job, whoever ordered it: begin it, render, and publish all of it or nothing.

The command and the server share this; a job that cannot be finished says in its row what failed and what to do.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import Any

from coursecrafter.authoring.edits import made_by
from coursecrafter.authoring.engine_flags import approve_output
from coursecrafter.authoring.job_rows import RenderJob
from coursecrafter.authoring.render_jobs import INTERRUPTED, complete_render, fail_render, go_on_render, start_render
from coursecrafter.authoring.source_parses import error_as_json
from coursecrafter.authoring.voices import keep_voices
from coursecrafter.build.making import Make
from coursecrafter.db.refusals import StateRefused
from coursecrafter.domain.course import Engine
from coursecrafter.domain.output import Rendered, Severity
from coursecrafter.errors import CourseCrafterError, JobError
from coursecrafter.jobs.fence import WorkTakenOver
from coursecrafter.jobs.shared_steps import HelpEnded
from coursecrafter.wiring import Workshop


class RefusedByCheck(JobError):
    """A finished file failed its own checks and was not published."""

    code = "CC-0602"
    remedy = "Look at the named check; what was published before stays as it is."


class RenderBroke(JobError):
    """A render failed for a reason that nobody foresaw."""

    code = "CC-0614"
    remedy = "Report it with the log: the cause stands there. What was published before stays as it is."


def carry_out(
    job: RenderJob,
    voice: str,
    shop: Workshop,
    make: Make,
    *,
    is_approved: bool,
    place: Callable[[], str | None] = lambda: None,
    is_durable: bool = False,
    told: Callable[[], Mapping[str, Any]] = dict,
) -> tuple[Rendered, list[int]]:
    """Begin a queued job, render and publish.

    Args:
        voice: the voice profile that speaks in it.
        is_approved: whether what is published is approved with it; else its author approves it.
        place: says where the work was when it failed, such as "slide 3.0".
        is_durable: whether the queue holds the job: it is gone on with where another attempt left it, and what may
            succeed later leaves it in progress.
        told: what the job's metadata keep of a render that succeeded, besides what the engine says.

    Returns:
        What was rendered, and for each output the version that its asset now has.

    Raises:
        StateRefused: CC-0025, it is not queued, or was cancelled meanwhile.
        RefusedByCheck: CC-0602.
        CourseCrafterError: what the engine could not do; the job's row says so too.
    """
    with shop.database.worker(shop.identity(job.project_id)) as conn:
        begin = go_on_render if is_durable else start_render
        begin(conn, shop.author, job.id)
    with _failing(job, shop, place, is_durable=is_durable):
        bench = shop.bench(job.project_id)
        rendered = make(bench)
        with made_by(bench.gateway.noted):
            return rendered, _publish(job, voice, shop, rendered, told(), is_approved=is_approved)


@contextmanager
def _failing(job: RenderJob, shop: Workshop, place: Callable[[], str | None], *, is_durable: bool) -> Iterator[None]:
    """Write a failure down before it goes on its way."""
    try:
        yield
    except BaseException as error:
        if is_durable and (isinstance(error, HelpEnded | WorkTakenOver) or getattr(error, "retry", False)):
            # Whoever holds the queue's job says what becomes of it.
            raise
        message, told = INTERRUPTED, None
        if isinstance(error, Exception):
            unforeseen = RenderBroke("The render failed for a reason that is not the course's.")
            known = error if isinstance(error, CourseCrafterError) else unforeseen
            message, told = known.message, {**error_as_json(known), "place": place()}
        with suppress(StateRefused, WorkTakenOver), shop.database.worker(shop.identity(job.project_id)) as conn:
            # An author may have cancelled it meanwhile: then it stays so.
            fail_render(conn, shop.author, job.id, message, told=told)
        raise


def _publish(
    job: RenderJob, voice: str, shop: Workshop, rendered: Rendered, told: Mapping[str, Any], *, is_approved: bool
) -> list[int]:
    """Publish a render in one transaction: all its assets and voices become active, or none."""
    refused = [finding.sentence for finding in rendered.findings if finding.severity is Severity.ERROR]
    if refused:
        raise RefusedByCheck(f"What was made did not pass its own checks: {refused[0]}", detail="\n".join(refused))
    with shop.database.worker(shop.identity(job.project_id)) as conn:
        kept = complete_render(conn, shop.author, job.id, rendered.outputs, {**rendered.metadata, **told})
        if job.lesson_id is not None and job.engine in {Engine.E1, Engine.E2}:
            keep_voices(conn, shop.author, job.lesson_id, job.engine, voice, rendered.voices)
        if is_approved:
            approve_output(conn, shop.author, job.engine, job.project_id, job.lesson_id)
    return [version.version for version in kept]
