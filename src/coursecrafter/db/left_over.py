"""What the queue does not hold: renders that wait or run, and files that nobody has read yet; of all organisations.

The queue loses nothing; but a database may be restored without it, and a build on the command line may be killed.
Renders that an external worker does are none of the queue's.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

import sqlalchemy as sa


@dataclass(frozen=True, slots=True)
class LeftOver:
    """One piece of work.

    Attributes:
        user_id: who asked for it, else somebody who may.
        kind: render, source or document.
        state: of a render: queued or in_progress; else pending.
        project_name, project_code: by which a build of the project holds it.
    """

    org_id: UUID
    user_id: UUID
    project_id: UUID
    kind: str
    id: UUID
    state: str
    project_name: str
    project_code: str | None


_LEFT_OVER = sa.text(
    """
    WITH left_over AS (
      SELECT 'render' AS kind, id, project_id, requested_by, job_state AS state
      FROM course_crafter.cc_video_render_jobs
      WHERE job_state IN ('queued', 'in_progress') AND job_metadata -> 'settings' -> 'external' IS DISTINCT FROM 'true'
      UNION ALL
      SELECT 'render', id, project_id, requested_by, job_state
      FROM course_crafter.cc_scorm_render_jobs
      WHERE job_state IN ('queued', 'in_progress') AND metadata -> 'settings' -> 'external' IS DISTINCT FROM 'true'
      UNION ALL
      SELECT 'render', id, project_id, requested_by, job_state
      FROM course_crafter.cc_book_render_jobs
      WHERE job_state IN ('queued', 'in_progress') AND metadata -> 'settings' -> 'external' IS DISTINCT FROM 'true'
      UNION ALL
      SELECT 'document', id, project_id, NULL, 'pending' FROM course_crafter.cc_project_documents
      WHERE parsed_status = 'pending'
      UNION ALL
      SELECT 'source', file.id, file.project_id, NULL, 'pending' FROM course_crafter.cc_source_files file
      WHERE NOT EXISTS (
        SELECT FROM course_crafter.cc_assets asset
        WHERE asset.project_id = file.project_id AND asset.role = 'source_parse_' || file.id
      )
    )
    SELECT project.org_id, who.user_id, project.id AS project_id, left_over.kind, left_over.id, left_over.state,
      project.name AS project_name, project.code AS project_code
    FROM left_over
    JOIN course_crafter.cc_projects project ON project.id = left_over.project_id AND project.deleted_at IS NULL
    JOIN LATERAL (
      SELECT user_id FROM platform.project_access access
      WHERE access.project_id = project.id AND access.role IN ('owner', 'editor')
      ORDER BY (access.user_id = left_over.requested_by) DESC NULLS LAST, access.role DESC, access.created_at
      LIMIT 1
    ) who ON true
    WHERE NOT EXISTS (
      SELECT FROM queue.procrastinate_jobs job
      WHERE job.args ->> 'subject_id' = left_over.id::text AND job.status IN ('todo', 'doing')
    )
    ORDER BY left_over.id
    """
)


def read_left_over(admin: sa.Connection) -> Sequence[LeftOver]:
    """All of it, in the order in which it was asked for."""
    return [LeftOver(**row._asdict()) for row in admin.execute(_LEFT_OVER)]
