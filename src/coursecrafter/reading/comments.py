"""Review comments: events of a project that say what is resolved, too."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import Connection

from coursecrafter.reading.pages import FIRST_PAGE, Listing, Page, read_page
from coursecrafter.reading.parents import PROJECT

# The last thing said of a comment is what is true of it.
_COMMENTS = Listing(
    "comments",
    """
SELECT e.id, e.project_id, e.lesson_id, e.user_id, e.event_payload -> 'about' AS about,
  e.event_payload ->> 'text' AS text, e.created_at,
  CASE WHEN settled.event_type = 'comment_resolved' THEN settled.user_id END AS resolved_by,
  CASE WHEN settled.event_type = 'comment_resolved' THEN settled.created_at END AS resolved_at
FROM course_crafter.cc_activity_log e
LEFT JOIN (
  SELECT DISTINCT ON (r.event_payload ->> 'comment') r.event_payload ->> 'comment' AS comment_id,
    r.event_type, r.user_id, r.created_at
  FROM course_crafter.cc_activity_log r
  WHERE r.project_id = :project_id AND r.event_type IN ('comment_resolved', 'comment_reopened')
  ORDER BY r.event_payload ->> 'comment', r.id DESC
) settled ON settled.comment_id = e.id::text
LEFT JOIN course_crafter.cc_lessons l ON l.id = e.lesson_id
WHERE e.project_id = :project_id AND e.event_type = 'comment_added' AND l.deleted_at IS NULL
""",
    newest_first=False,
    parent=PROJECT,
    filters={
        "lesson_id": "lesson_id = :lesson_id",
        "about_table": "about ->> 'table' = :about_table",
        "about_id": "about ->> 'id' = :about_id",
        "is_resolved": "(resolved_at IS NOT NULL) = :is_resolved",
    },
)


def read_comments(
    conn: Connection,
    project_id: UUID,
    page: Page = FIRST_PAGE,
    *,
    lesson_id: UUID | None = None,
    about_table: str | None = None,
    about_id: UUID | None = None,
    is_resolved: bool | None = None,
) -> bytes:
    """The comments of a project, the oldest first; those of deleted lessons are hidden with them.

    Args:
        about_table, about_id: the row that they are about, as `cc_segments` and its id.

    Raises:
        NotFound: CC-0020.
        CursorRefused: CC-0090.
    """
    about = {"about_table": about_table, "about_id": None if about_id is None else str(about_id)}
    return read_page(
        conn, _COMMENTS, page, {"project_id": project_id}, lesson_id=lesson_id, **about, is_resolved=is_resolved
    )
