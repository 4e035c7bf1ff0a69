"""Courses at a glance: those of a list, and one as its tree (schema 2)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, select, text

from coursecrafter.authoring.library import not_library
from coursecrafter.authoring.rows import missing
from coursecrafter.db.tables import cc_projects

TREE = text("""
SELECT jsonb_build_object('id', p.id, 'name', p.name, 'code', p.code, 'status', p.status, 'learning_units', coalesce((
  SELECT jsonb_agg(jsonb_build_object('id', u.id, 'title', u.title, 'modules', coalesce((
    SELECT jsonb_agg(jsonb_build_object('id', m.id, 'title', m.title, 'lessons', coalesce((
      SELECT jsonb_agg(jsonb_build_object('id', l.id, 'title', l.title, 'code', l.code, 'status', l.status,
        'engine_flags', l.engine_flags) ORDER BY l.sequence, l.id)
      FROM course_crafter.cc_lessons l WHERE l.module_id = m.id AND l.deleted_at IS NULL), '[]')
    ) ORDER BY m.sequence, m.id)
    FROM course_crafter.cc_modules m WHERE m.learning_unit_id = u.id AND m.deleted_at IS NULL), '[]')
  ) ORDER BY u.sequence, u.id)
  FROM course_crafter.cc_learning_units u WHERE u.project_id = p.id AND u.deleted_at IS NULL), '[]'))
FROM course_crafter.cc_projects p WHERE p.id = :project_id AND p.deleted_at IS NULL
""")


@dataclass(frozen=True, slots=True)
class CourseLine:
    """A course in a list."""

    id: UUID
    name: str
    code: str | None
    status: str
    updated_at: datetime


def list_courses(
    conn: Connection, org_id: UUID, *, deleted: bool = False, with_library: bool = False
) -> Sequence[CourseLine]:
    """The organisation's courses that the request may see, the last changed first; its library where it is wanted."""
    p = cc_projects.c
    lives = p.deleted_at.is_not(None) if deleted else p.deleted_at.is_(None)
    wanted = select(p.id, p.name, p.code, p.status, p.updated_at).where(p.org_id == org_id, lives)
    wanted = wanted if with_library else wanted.where(not_library())
    rows = conn.execute(wanted.order_by(p.updated_at.desc(), p.id)).all()
    return [CourseLine(*row) for row in rows]


def read_tree(conn: Connection, project_id: UUID) -> dict[str, Any]:
    """A project with its learning units, modules and lessons, nested and in order.

    Raises:
        NotFound: CC-0020.
    """
    tree: dict[str, Any] | None = conn.execute(TREE, {"project_id": project_id}).scalar()
    if tree is None:
        raise missing(cc_projects)
    return tree
