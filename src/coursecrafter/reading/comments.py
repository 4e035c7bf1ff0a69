"""Review comments: events of a project that say what is resolved, too."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import Connection

from coursecrafter.reading.answers import answer, fill, read_one
from coursecrafter.reading.pages import FIRST_PAGE, Listing, Page, read_page
from coursecrafter.reading.parents import PROJECT

# The last thing said of a comment is what is true of it.
_SETTLED = """
CASE WHEN settled.event_type = 'comment_resolved' THEN settled.user_id END AS resolved_by,
  CASE WHEN settled.event_type = 'comment_resolved' THEN settled.created_at END AS resolved_at
"""
_COMMENT = """
SELECT e.id, e.project_id, e.lesson_id, e.user_id, e.event_payload -> 'about' AS about,
  e.event_payload ->> 'text' AS text, e.created_at, {settled}
FROM course_crafter.cc_activity_log e
LEFT JOIN {last} settled ON {is_its}
LEFT JOIN course_crafter.cc_lessons l ON l.id = e.lesson_id
WHERE {place} AND e.event_type = 'comment_added' AND l.deleted_at IS NULL
"""

_COMMENTS = Listing(
    "comments",
    fill(
        _COMMENT,
        settled=_SETTLED,
        last="""(
  SELECT DISTINCT ON (r.event_payload ->> 'comment') r.event_payload ->> 'comment' AS comment_id,
    r.event_type, r.user_id, r.created_at
  FROM course_crafter.cc_activity_log r
  WHERE r.project_id = :project_id AND r.event_type IN ('comment_resolved', 'comment_reopened')
  ORDER BY r.event_payload ->> 'comment', r.id DESC
)""",
        is_its="settled.comment_id = e.id::text",
        place="e.project_id = :project_id",
    ),
    newest_first=False,
    parent=PROJECT,
    filters={
        "lesson_id": "lesson_id = :lesson_id",
        "about_table": "about ->> 'table' = :about_table",
        "about_id": "about ->> 'id' = :about_id",
        "is_resolved": "(resolved_at IS NOT NULL) = :is_resolved",
    },
)

_ONE = answer(
    _COMMENT,
    settled=_SETTLED,
    last="""LATERAL (
  SELECT r.event_type, r.user_id, r.created_at FROM course_crafter.cc_activity_log r
  WHERE r.project_id = e.project_id AND r.event_type IN ('comment_resolved', 'comment_reopened')
    AND r.event_payload ->> 'comment' = e.id::text
  ORDER BY r.id DESC LIMIT 1
)""",
    is_its="true",
    place="e.id = :comment_id AND e.project_id IN"
    " (SELECT p.id FROM course_crafter.cc_projects p WHERE p.deleted_at IS NULL)",
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


def read_comment(conn: Connection, comment_id: UUID) -> bytes:
    """One comment.

    Raises:
        NotFound: CC-0020, also where its lesson is deleted.
    """
    return read_one(conn, _ONE, {"comment_id": comment_id}, "comment")
