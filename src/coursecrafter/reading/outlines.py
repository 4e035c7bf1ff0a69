"""A branded video's outline: scenes with their words, templates, prompts and pictures to choose from (product, E2).

What was chosen for a lesson and the image prompts have no column: they are assets whose file is the JSON itself, and
what of them must be seen in a list stands in their metadata.
"""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import Connection

from coursecrafter.db.tables import cc_assets, cc_lessons, cc_scenes, cc_scripts, cc_segments
from coursecrafter.reading.answers import answer, columns, many, one, read_one

_TEMPLATE = "a.asset_type = 'template'"


def _assets(kind: str, place: str) -> str:
    return many(
        """
SELECT {columns} FROM course_crafter.cc_assets a
WHERE {place} AND a.engine = 'e2' AND {kind} AND a.deleted_at IS NULL ORDER BY a.role, a.id
""",
        columns=columns(cc_assets, "a"),
        place=place,
        kind=kind,
    )


_SEGMENTS = many(
    """
SELECT {segment}, {script} AS script
FROM course_crafter.cc_segments g JOIN course_crafter.cc_scripts x ON x.segment_id = g.id AND x.engine = 'e2'
WHERE g.scene_id = c.id AND g.deleted_at IS NULL ORDER BY g.sequence, g.id
""",
    segment=columns(cc_segments, "g"),
    script=one("SELECT {script} FROM course_crafter.cc_scripts s WHERE s.id = x.id", script=columns(cc_scripts, "s")),
)

_OUTLINE = answer(
    """
SELECT l.id AS lesson_id, l.project_id, l.title, l.status, l.updated_at, {templates} AS templates, {scenes} AS scenes
FROM course_crafter.cc_lessons l WHERE l.id = :lesson_id AND l.deleted_at IS NULL
""",
    templates=_assets(_TEMPLATE, "a.lesson_id = l.id AND a.scene_id IS NULL AND a.segment_id IS NULL"),
    scenes=many(
        """
SELECT {columns}, {segments} AS segments, {templates} AS templates, {prompts} AS prompts,
  {images} AS images
FROM course_crafter.cc_scenes c WHERE c.lesson_id = l.id AND c.deleted_at IS NULL ORDER BY c.sequence, c.id
""",
        columns=columns(cc_scenes, "c"),
        segments=_SEGMENTS,
        templates=_assets(_TEMPLATE, "a.scene_id = c.id"),
        prompts=_assets("a.role = 'image_prompt'", "a.scene_id = c.id"),
        images=_assets("a.asset_type = 'image'", "a.scene_id = c.id"),
    ),
)


def read_outline(conn: Connection, lesson_id: UUID) -> bytes:
    """A branded video's outline in playing order, with all versions of what its scenes may be made of.

    Raises:
        NotFound: CC-0020.
    """
    return read_one(conn, _OUTLINE, {"lesson_id": lesson_id}, cc_lessons)
