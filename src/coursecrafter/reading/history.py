"""What happened to a course, as far as it can be undone: each act, and whether it was turned back."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import Connection

from coursecrafter.reading.answers import fill
from coursecrafter.reading.pages import FIRST_PAGE, Listing, Page, read_page
from coursecrafter.reading.parents import PROJECT_OR_GRAVE

# Each act has a chain: the event, its undoing, its redoing ... of which the newest says what stands.
_ACTS = """
SELECT e.*, newest.id AS newest_id, newest.is_redo,
  CASE WHEN e.event_type = 'undone' THEN newest.id <> e.id ELSE newest.is_redo IS FALSE END AS is_undone
FROM course_crafter.cc_activity_log e
LEFT JOIN (
  SELECT DISTINCT ON (u.event_payload ->> 'act') u.event_payload ->> 'act' AS act, u.id,
    (u.event_payload -> 'is_redo')::boolean AS is_redo
  FROM course_crafter.cc_activity_log u
  WHERE u.project_id = :project_id AND u.event_type = 'undone' ORDER BY u.event_payload ->> 'act', u.id DESC
) newest ON newest.act = CASE WHEN e.event_type = 'undone' THEN e.event_payload ->> 'act' ELSE e.id::text END
WHERE e.project_id = :project_id
"""

# Logs are added to by an act and stay when it is turned back.
_CHANGES = """
FROM jsonb_array_elements(found.event_payload -> 'changes') change
WHERE change ->> 'table' NOT IN ('cc_activity_log', 'cc_ai_calls', 'cc_asset_versions')
"""
_LINE = fill(
    """
found.id, found.created_at, found.user_id, found.event_type, found.project_id, found.lesson_id,
found.event_payload - 'changes' AS event_payload,
(SELECT coalesce(json_agg(rows), '[]') FROM (SELECT DISTINCT change ->> 'table' AS table, change ->> 'id' AS id
  {changes} ORDER BY 1, 2) rows) AS rows,
found.is_undone,
found.event_type = ANY (CAST(:undoable AS text[])) AND NOT found.is_undone
  AND EXISTS (SELECT 1 {changes}) AS is_undoable
""",
    changes=_CHANGES,
)

_HISTORY = Listing(
    "history",
    _ACTS,
    line=_LINE,
    parent=PROJECT_OR_GRAVE,
    filters={"lesson_id": "lesson_id = :lesson_id", "user_id": "user_id = :user_id"},
)


def read_history(
    conn: Connection,
    project_id: UUID,
    page: Page = FIRST_PAGE,
    *,
    undoable: Collection[str],
    lesson_id: UUID | None = None,
    user_id: UUID | None = None,
) -> bytes:
    """What happened in a project or in one of its lessons, the newest first; a deleted project's, too.

    Args:
        undoable: the types of events that can be undone.
        user_id: whose acts.

    Raises:
        NotFound: CC-0020.
        CursorRefused: CC-0090.
    """
    values = {"project_id": project_id, "undoable": sorted(undoable)}
    return read_page(conn, _HISTORY, page, values, lesson_id=lesson_id, user_id=user_id)
