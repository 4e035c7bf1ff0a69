"""Keep siblings at places without gaps when an act out of the middle of a course's history is turned back.

Turning back the newest act needs none of this: it leaves exactly what was there. An older one may free a place that
others have closed up to, or take one that another has now.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Table, select

from coursecrafter.authoring.books import LevelRefused, require_levels
from coursecrafter.authoring.edits import Edit
from coursecrafter.authoring.ordering import renumber
from coursecrafter.authoring.plan_rows import first_place, own_segments
from coursecrafter.authoring.turning_back import ChangedSince, table_of
from coursecrafter.db.tables import (
    cc_book_sections,
    cc_interactions,
    cc_learning_units,
    cc_lessons,
    cc_modules,
    cc_quiz_questions,
    cc_scenes,
    cc_segments,
)
from coursecrafter.domain.course import Engine

KEYS: Mapping[Table, tuple[str, ...]] = {
    cc_learning_units: ("project_id",),
    cc_modules: ("learning_unit_id",),
    cc_lessons: ("module_id",),
    cc_scenes: ("lesson_id",),
    cc_segments: ("scene_id",),
    cc_book_sections: ("book_id",),
    cc_interactions: ("lesson_id",),
    cc_quiz_questions: ("lesson_id", "interaction_id"),
}
"""By table whose rows have places, what makes them siblings."""


@dataclass(frozen=True, slots=True)
class Siblings:
    """Rows that share one run of places.

    Attributes:
        keys: values of the table's keys.
        engine: whose own segments; None for other tables.
    """

    table: Table
    keys: tuple[UUID | None, ...]
    engine: Engine | None = None


def settled_siblings(conn: Connection, changes: Sequence[Mapping[str, Any]]) -> set[Siblings]:
    """The siblings that changes touch and that stand without gaps now."""
    touched = {siblings for change in changes for siblings in _touched(conn, change)}
    return {siblings for siblings in touched if _is_settled(conn, siblings)}


def settle(act: Edit, settled: set[Siblings]) -> None:
    """Close the gaps and part the doubles of siblings that had none before.

    Raises:
        ChangedSince: CC-0052, a section would stand too deep.
    """
    for siblings in settled:
        if not _is_settled(act.conn, siblings):
            ids = [row_id for row_id, _ in _in_order(act.conn, siblings)]
            renumber(act, siblings.table, ids, first=_first(siblings))
        if siblings.table is cc_book_sections:
            _require_levels(act.conn, siblings)


def _touched(conn: Connection, change: Mapping[str, Any]) -> list[Siblings]:
    table = table_of(change)
    if table not in KEYS:
        return []
    columns = [table.c[name] for name in KEYS[table]]
    row = conn.execute(select(*columns).where(table.c.id == UUID(change["id"]))).first()
    now = {} if row is None else row._asdict()
    found = []
    for state in ({}, change["before"] or {}, change["after"] or {}):
        known = {**now, **{name: state[name] and UUID(state[name]) for name in KEYS[table] if name in state}}
        if len(known) == len(columns):
            engines = (Engine.E1, Engine.E2) if table is cc_segments else (None,)
            found += [Siblings(table, tuple(known[name] for name in KEYS[table]), engine) for engine in engines]
    return found


def _is_settled(conn: Connection, siblings: Siblings) -> bool:
    first = _first(siblings)
    return all(place == sequence for place, (_, sequence) in enumerate(_in_order(conn, siblings), first))


def _first(siblings: Siblings) -> int:
    return 1 if siblings.engine is None else first_place(siblings.engine)


def _in_order(conn: Connection, siblings: Siblings) -> Sequence[tuple[UUID, int]]:
    """Live rows with their places."""
    table = siblings.table
    if siblings.engine is not None:
        scene_id = siblings.keys[0]
        return (
            []
            if scene_id is None
            else [(row.id, row.sequence) for row in own_segments(conn, scene_id, siblings.engine)]
        )
    same = [table.c[name].is_not_distinct_from(key) for name, key in zip(KEYS[table], siblings.keys, strict=True)]
    if "deleted_at" in table.c:
        same.append(table.c.deleted_at.is_(None))
    rows = conn.execute(select(table.c.id, table.c.sequence).where(*same).order_by(table.c.sequence, table.c.id))
    return [(row.id, row.sequence) for row in rows]


def _require_levels(conn: Connection, siblings: Siblings) -> None:
    levels = select(cc_book_sections.c.level).where(cc_book_sections.c.book_id == siblings.keys[0])
    try:
        require_levels(conn.execute(levels.order_by(cc_book_sections.c.sequence)).scalars().all())
    except LevelRefused as error:
        raise ChangedSince("The outline of the book was changed since, and a section would stand too deep.") from error
