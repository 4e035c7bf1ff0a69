"""What is measured: one statement each, as the application writes it and as it would have to write it without policies.

A call within one project is the same statement on both sides: a careful application names the project anyway. A list
over many projects needs a join with the access table when no policy stands behind it.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import LiteralString


class Kind(StrEnum):
    """What a call is, and so how much policies may cost it."""

    WHOLE = "tree or plan"
    SMALL = "one project"
    LIST = "many projects"


@dataclass(frozen=True, slots=True)
class Call:
    """One statement, by psycopg's named parameters.

    Attributes:
        name: what an author would say was asked for.
        sql: as the application sends it, under policies.
        plain: the same without policies.
        few: as the application sends it once it knows that the request has few projects; '' if it does not ask.
    """

    name: str
    kind: Kind
    sql: LiteralString
    plain: LiteralString
    few: LiteralString = ""


_LESSONS: LiteralString = """
json_agg(json_build_object('id', l.id, 'title', l.title, 'code', l.code, 'status', l.status,
  'engine_flags', l.engine_flags{scenes}) ORDER BY l.sequence)
"""
_SCENES: LiteralString = """
, 'scenes', (SELECT json_agg(json_build_object('id', c.id, 'title', c.title, 'segments',
      (SELECT json_agg(json_build_object('id', g.id, 'script_text', g.script_text, 'status', g.status,
         'on_screen_duration', g.on_screen_duration, 'gap_after', g.gap_after) ORDER BY g.sequence)
       FROM course_crafter.cc_segments g WHERE g.scene_id = c.id AND g.deleted_at IS NULL)) ORDER BY c.sequence)
    FROM course_crafter.cc_scenes c WHERE c.lesson_id = l.id AND c.deleted_at IS NULL)
"""
_TREE: LiteralString = """
SELECT json_build_object('id', p.id, 'name', p.name, 'status', p.status, 'units',
  (SELECT json_agg(json_build_object('id', u.id, 'title', u.title, 'modules',
     (SELECT json_agg(json_build_object('id', m.id, 'title', m.title, 'lessons',
        (SELECT {lessons} FROM course_crafter.cc_lessons l WHERE l.module_id = m.id AND l.deleted_at IS NULL))
        ORDER BY m.sequence)
      FROM course_crafter.cc_modules m WHERE m.learning_unit_id = u.id AND m.deleted_at IS NULL)) ORDER BY u.sequence)
   FROM course_crafter.cc_learning_units u WHERE u.project_id = p.id AND u.deleted_at IS NULL))::text
FROM course_crafter.cc_projects p WHERE p.id = %(project_id)s AND p.deleted_at IS NULL
"""
_PLAN: LiteralString = """
SELECT json_build_object('id', l.id, 'title', l.title, 'objective', l.objective, 'scenes',
  (SELECT json_agg(json_build_object('id', c.id, 'title', c.title, 'segments',
     (SELECT json_agg(json_build_object('id', g.id, 'source_ref', g.source_ref, 'script_text', g.script_text,
        'on_screen_duration', g.on_screen_duration, 'gap_after', g.gap_after, 'status', g.status, 'scripts',
        (SELECT json_agg(json_build_object('id', s.id, 'engine', s.engine, 'final_text', s.final_text,
           'status', s.status) ORDER BY s.engine)
         FROM course_crafter.cc_scripts s WHERE s.segment_id = g.id)) ORDER BY g.sequence)
      FROM course_crafter.cc_segments g WHERE g.scene_id = c.id AND g.deleted_at IS NULL)) ORDER BY c.sequence)
   FROM course_crafter.cc_scenes c WHERE c.lesson_id = l.id AND c.deleted_at IS NULL))::text
FROM course_crafter.cc_lessons l
WHERE l.id = %(lesson_id)s AND l.project_id = %(project_id)s AND l.deleted_at IS NULL
"""

_ASSET: LiteralString = "a.id, a.asset_type, a.role, a.file_path, a.mime_type, a.version, a.is_active, a.created_at"

_ONE_PROJECT: tuple[tuple[str, Kind, LiteralString], ...] = (
    ("tree down to lessons", Kind.WHOLE, _TREE.replace("{lessons}", _LESSONS.replace("{scenes}", ""))),
    ("tree down to segments", Kind.WHOLE, _TREE.replace("{lessons}", _LESSONS.replace("{scenes}", _SCENES))),
    ("lesson plan", Kind.WHOLE, _PLAN),
    (
        "project",
        Kind.SMALL,
        """
SELECT id, name, code, description, status, updated_at FROM course_crafter.cc_projects
WHERE id = %(project_id)s AND deleted_at IS NULL
""",
    ),
    (
        "lesson",
        Kind.SMALL,
        """
SELECT id, module_id, title, objective, engine_flags, status, updated_at FROM course_crafter.cc_lessons
WHERE id = %(lesson_id)s AND project_id = %(project_id)s AND deleted_at IS NULL
""",
    ),
    (
        "active assets of a segment",
        Kind.SMALL,
        """
SELECT {asset} FROM course_crafter.cc_assets a WHERE a.segment_id = %(segment_id)s
AND a.project_id = %(project_id)s AND a.is_active AND a.deleted_at IS NULL ORDER BY a.role
""",
    ),
    (
        "assets of a lesson",
        Kind.SMALL,
        """
SELECT {asset} FROM course_crafter.cc_assets a WHERE a.lesson_id = %(lesson_id)s
AND a.project_id = %(project_id)s AND a.deleted_at IS NULL ORDER BY a.id DESC LIMIT 100
""",
    ),
    (
        "finished jobs of a project",
        Kind.SMALL,
        """
SELECT id, lesson_id, engine, version_label, requested_at FROM course_crafter.cc_video_render_jobs
WHERE project_id = %(project_id)s AND job_state = 'succeeded' ORDER BY id
""",
    ),
    (
        "change a segment's text",
        Kind.SMALL,
        """
UPDATE course_crafter.cc_segments g SET script_text = 'Shut the door.' FROM course_crafter.cc_lessons l
WHERE g.id = %(segment_id)s AND l.id = g.lesson_id AND l.project_id = %(project_id)s RETURNING g.id
""",
    ),
    (
        "add a segment and its script",
        Kind.SMALL,
        """
WITH g AS (
  INSERT INTO course_crafter.cc_segments (scene_id, lesson_id, source_type, sequence, script_text)
  VALUES (%(scene_id)s, %(lesson_id)s, 'text', 8, 'Shut the door.') RETURNING id, scene_id, lesson_id
)
INSERT INTO course_crafter.cc_scripts (project_id, lesson_id, scene_id, segment_id, engine, draft_text)
SELECT %(project_id)s, g.lesson_id, g.scene_id, g.id, 'e1', 'Shut the door.' FROM g RETURNING lesson_id, scene_id
""",
    ),
    (
        "add an asset",
        Kind.SMALL,
        """
INSERT INTO course_crafter.cc_assets
  (project_id, lesson_id, scene_id, segment_id, engine, asset_type, role, file_path, mime_type)
VALUES (%(project_id)s, %(lesson_id)s, %(scene_id)s, %(segment_id)s, 'e1', 'audio', 'voiceover', 'sha256/0',
  'audio/mpeg')
RETURNING segment_id, version
""",
    ),
)

_ACCESS: LiteralString = (
    "JOIN platform.project_access x ON x.project_id = {key} AND x.user_id = %(user_id)s AND x.org_id = %(org_id)s"
)

# Ids are UUIDv7, so the newest rows are those with the highest ids, and the primary key is their index. Those lists go
# as `coursecrafter.db.lists` does: they ask how many projects there are, and name them if they are few.
_LISTS: tuple[tuple[str, LiteralString, LiteralString], ...] = (
    (
        "projects by name",
        "p.id",
        """
SELECT p.id, p.name, p.status, p.updated_at FROM course_crafter.cc_projects p {scope}
WHERE p.deleted_at IS NULL ORDER BY p.name, p.id LIMIT 50
""",
    ),
    (
        "projects by last change",
        "p.id",
        """
SELECT p.id, p.name, p.status, p.updated_at FROM course_crafter.cc_projects p {scope}
WHERE p.deleted_at IS NULL ORDER BY p.updated_at DESC, p.id LIMIT 50
""",
    ),
    (
        "jobs under way",
        "j.project_id",
        """
SELECT j.id, j.project_id, j.lesson_id, j.engine, j.job_state, j.requested_at
FROM course_crafter.cc_video_render_jobs j {scope}
WHERE j.job_state IN ('queued', 'in_progress') ORDER BY j.id
""",
    ),
    (
        "newest assets",
        "a.project_id",
        """
SELECT a.project_id, {asset} FROM course_crafter.cc_assets a {scope}
WHERE a.deleted_at IS NULL{few} ORDER BY a.id DESC LIMIT 50
""",
    ),
    (
        "newest activity",
        "e.project_id",
        """
SELECT e.id, e.project_id, e.lesson_id, e.user_id, e.event_type, e.event_payload, e.created_at
FROM course_crafter.cc_activity_log e {scope} WHERE true{few} ORDER BY e.id DESC LIMIT 50
""",
    ),
    (
        "lessons of each project",
        "l.project_id",
        """
SELECT l.project_id, count(*) FROM course_crafter.cc_lessons l {scope}
WHERE l.deleted_at IS NULL GROUP BY l.project_id ORDER BY l.project_id
""",
    ),
    (
        "lessons by title",
        "l.project_id",
        """
SELECT l.id, l.project_id, l.title FROM course_crafter.cc_lessons l {scope}
WHERE l.title ILIKE %(words)s AND l.deleted_at IS NULL ORDER BY l.title, l.id LIMIT 50
""",
    ),
)


def _list_call(name: str, key: LiteralString, sql: LiteralString) -> Call:
    filled = sql.replace("{asset}", _ASSET)
    few = filled.replace("{scope}", "").replace("{few}", f" AND {key} = ANY(%(few)s)") if "{few}" in sql else ""
    return Call(
        name,
        Kind.LIST,
        filled.replace("{scope}", "").replace("{few}", ""),
        filled.replace("{scope}", _ACCESS.replace("{key}", key)).replace("{few}", ""),
        few,
    )


CALLS = (
    *(Call(name, kind, one := sql.replace("{asset}", _ASSET), one) for name, kind, sql in _ONE_PROJECT),
    *(_list_call(*each) for each in _LISTS),
)
