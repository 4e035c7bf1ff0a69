"""Render jobs of all engines as one kind of thing (schema 7).

What their tables have no column for stands in their metadata: settings, progress, step, log and how many lines it has
had, time left, which job it tries again, why it failed, and for books and modules when it started.
"""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import Connection

from coursecrafter.reading.answers import answer, fill, read_one
from coursecrafter.reading.pages import FIRST_PAGE, Listing, Page, read_page
from coursecrafter.reading.parents import LESSON, PROJECT

_SHARED = """
j.job_state, j.requested_by, j.requested_at, j.completed_at, j.result_asset_id, j.error_message, j.created_at,
j.updated_at
"""
JOBS = fill(
    """
SELECT j.id, j.project_id, j.lesson_id, j.engine, j.version_label, j.started_at, j.job_metadata AS said, {shared}
FROM course_crafter.cc_video_render_jobs j
UNION ALL
SELECT j.id, j.project_id, NULL, 'e3', NULL, CAST(j.metadata ->> 'started_at' AS timestamptz), j.metadata,
  {shared}
FROM course_crafter.cc_book_render_jobs j
UNION ALL
SELECT j.id, j.project_id, j.lesson_id, 'e4', NULL, CAST(j.metadata ->> 'started_at' AS timestamptz), j.metadata,
  {shared}
FROM course_crafter.cc_scorm_render_jobs j
""",
    shared=_SHARED,
)
"""The jobs of all engines; `said` is their metadata."""

_LINE = """
found.id, found.project_id, found.lesson_id, found.engine, found.version_label, found.job_state, found.requested_by,
found.requested_at, found.started_at, found.completed_at, found.result_asset_id, found.error_message,
coalesce(found.said -> 'progress', '0') AS progress, found.said -> 'step' AS step,
found.said -> 'time_left_s' AS time_left_s, found.said -> 'retry_of' AS retry_of,
found.said -> 'error' AS error,
coalesce(found.said -> 'settings', '{{}}') AS settings, found.created_at, found.updated_at
"""
# What an engine said of its result, without what is shown by its own name.
_WHOLE = fill(
    """
{line}, coalesce(found.said -> 'log', '[]') AS log,
coalesce(found.said -> 'lines', to_jsonb(jsonb_array_length(coalesce(found.said -> 'log', '[]')))) AS lines,
found.said - CAST('{{progress,step,log,lines,time_left_s,retry_of,error,settings,started_at}}' AS text[]) AS metadata
""",
    line=fill(_LINE),
)

_ONE = answer("SELECT {whole} FROM ({jobs}) found WHERE found.id = :job_id", whole=_WHOLE, jobs=JOBS)

_FILTERS = {"job_state": "job_state = :job_state", "engine": "engine = :engine"}
_OF_PROJECT = Listing(
    "jobs_of_project",
    # A lesson's jobs are hidden with it.
    fill(
        """
SELECT j.* FROM ({jobs}) j LEFT JOIN course_crafter.cc_lessons l ON l.id = j.lesson_id
WHERE j.project_id = :project_id AND l.deleted_at IS NULL
""",
        jobs=JOBS,
    ),
    line=fill(_LINE),
    parent=PROJECT,
    filters=_FILTERS,
)
_OF_LESSON = Listing(
    "jobs_of_lesson",
    fill("SELECT j.* FROM ({jobs}) j WHERE j.lesson_id = :lesson_id", jobs=JOBS),
    line=fill(_LINE),
    parent=LESSON,
    filters=_FILTERS,
)


def read_job(conn: Connection, job_id: UUID) -> bytes:
    """A job with its log; that of a deleted lesson too, since whoever renders it still asks.

    Raises:
        NotFound: CC-0020.
    """
    return read_one(conn, _ONE, {"job_id": job_id}, "render")


def read_jobs_of_project(
    conn: Connection,
    project_id: UUID,
    page: Page = FIRST_PAGE,
    *,
    job_state: str | None = None,
    engine: str | None = None,
) -> bytes:
    """A project's jobs of all engines, the newest first.

    Raises:
        NotFound: CC-0020.
        CursorRefused: CC-0090.
    """
    return read_page(conn, _OF_PROJECT, page, {"project_id": project_id}, job_state=job_state, engine=engine)


def read_jobs_of_lesson(
    conn: Connection,
    lesson_id: UUID,
    page: Page = FIRST_PAGE,
    *,
    job_state: str | None = None,
    engine: str | None = None,
) -> bytes:
    """A lesson's jobs of all engines, the newest first.

    Raises:
        NotFound: CC-0020.
        CursorRefused: CC-0090.
    """
    return read_page(conn, _OF_LESSON, page, {"lesson_id": lesson_id}, job_state=job_state, engine=engine)
