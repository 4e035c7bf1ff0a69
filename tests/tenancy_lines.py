"""The lines of the tenancy matrix: for each table, one statement for each act on a row of each place.

What a line asks for is read from `domain.roles`; this module adds only where the row lives, before and after.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

import psycopg
from psycopg import sql

from coursecrafter.db.tables import SCHEMA
from coursecrafter.domain.roles import TABLE_RULES, Right, TableRule
from tenancy_world import WITHOUT_PROJECT, Course, Place, World, values_in

ACTS = ("select", "insert", "update", "delete", "move", "point")
PLACED_BY = {
    "cc_scenes": "lesson_id",
    "cc_segments": "lesson_id",
    "cc_asset_versions": "asset_id",
    "cc_brand_templates": "brand_profile_id",
    "cc_book_sections": "book_id",
}
"""Tables without `project_id`: the key to the row that says where they live."""

LOOSE_KEYS = {("cc_book_sections", "mapping_id"): "cc_lessons"}
"""Keys to content without a foreign key, and what they point at."""

NAMES_OF_PEOPLE = frozenset({"created_by", "requested_by", "user_id"})
"""Columns that say who did something: history, which leads to no row."""

KEYS = """
SELECT c.relname, a.attname, k.confrelid::regclass::text
FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
LEFT JOIN LATERAL (SELECT confrelid FROM pg_constraint
  WHERE conrelid = c.oid AND contype = 'f' AND conkey[1] = a.attnum ORDER BY oid LIMIT 1) k ON true
WHERE c.relnamespace = 'course_crafter'::regnamespace AND c.relkind IN ('r', 'p')
  AND a.atttypid = 'uuid'::regtype AND a.attname <> 'id' AND NOT a.attisdropped
ORDER BY 1, a.attnum
"""

Keys = Mapping[str, Mapping[str, str]]
Need = tuple[Right, Place]


@dataclass(frozen=True, slots=True)
class Line:
    """One statement about one row.

    Attributes:
        needs: the rights it asks for, each in its place; None: nobody may, whatever their role.
        names: a project that a request must name if it names any, since the statement makes it.
        twin: the same statement with the row's own keys, where a foreign key may stop even the administrator.
        unasked: the statement without the function that asks who calls; empty: it calls none.
        own: the one person who may, of all who have the rights; None: all of them.
        is_of_requests: whether a job may do it never.
    """

    table: str
    act: str
    said: str
    statement: str
    needs: tuple[Need, ...] | None
    names: UUID | None = None
    twin: str = ""
    unasked: str = ""
    own: UUID | None = None
    is_of_requests: bool = False


def keys_of_tables(connection: psycopg.Connection) -> dict[str, dict[str, str]]:
    """Every key to a row that tenancy speaks of, by table and column, with the table it points at.

    Raises:
        LookupError: an id that is neither a foreign key nor known here.
    """
    keys: dict[str, dict[str, str]] = {}
    for table, column, target in connection.execute(KEYS).fetchall():
        if column in NAMES_OF_PEOPLE:
            continue
        found = target.rpartition(".")[2] if target else LOOSE_KEYS.get((table, column))
        if found is None:
            raise LookupError(f"{table}.{column} has no place in the matrix")
        keys.setdefault(table, {})[column] = found
    return keys


def lines_of(world: World, keys: Keys, table: str) -> list[Line]:
    """All lines of one of the 24 tables."""
    found = [*_basic_lines(world, table), *_move_lines(world, keys, table), *_point_lines(world, keys, table)]
    if table in WITHOUT_PROJECT:
        found += _lines_without_project(world, keys, table)
    if table == "cc_projects":
        found += _project_lines(world)
    if table == "cc_activity_log":
        found += _event_lines(world)
    if table == "cc_book_sections":
        found += _mapping_lines(world)
    return found


def _basic_lines(world: World, table: str) -> Iterator[Line]:
    """Select, insert, update and delete in each place that has such rows."""
    places = {"in our project": world.ours, "in the second project": world.second, "in the foreign one": world.theirs}
    if table in WITHOUT_PROJECT:
        places |= {"of our organisation": world.house, "of the other organisation": world.their_house}
    for said, course in places.items():
        row, place = course.leaves[table], course.place
        yield Line(table, "select", said, _select(table, row), _needs(table, "select", place))
        yield Line(table, "update", said, _update(table, row, {"id": row}), _needs(table, "update", place))
        yield Line(table, "delete", said, _delete(table, row), _needs(table, "delete", place))
        if table != "cc_projects":
            statement = _insert(table, values_in(course, table))
            yield Line(table, "insert", said, statement, _needs(table, "insert", place))


def _move_lines(world: World, keys: Keys, table: str) -> Iterator[Line]:
    """A row goes to another project with all its keys, so that no foreign key stands in the way."""
    ours, second, theirs = world.ours, world.second, world.theirs
    moves = [
        ("from ours to the second project", ours, second),
        ("from the second project to ours", second, ours),
        ("from ours to the foreign project", ours, theirs),
        ("from the foreign project to ours", theirs, ours),
    ]
    for said, before, after in moves:
        if table == "cc_projects" and before.place.org_id == after.place.org_id:
            continue
        changes = {column: value for column, value in _place_values(after, table).items() if column in keys[table]}
        needs = _join(_needs(table, "update", before.place), _needs(table, "update", after.place))
        if table == "cc_projects":
            # The project stays itself; its right in another organisation is what no role can have.
            needs = _join(needs, ((Right.WRITE, Place(after.place.org_id, before.place.project_id)),))
        yield Line(table, "move", said, _update(table, before.leaves[table], changes), needs)


def _place_values(course: Course, table: str) -> dict[str, Any]:
    return {"org_id": course.place.org_id} if table == "cc_projects" else values_in(course, table)


def _point_lines(world: World, keys: Keys, table: str) -> Iterator[Line]:
    """Each key of our row, and of a row that comes to ours, in turn at a row of elsewhere and at none."""
    ours = world.ours
    missing = _missing_course(ours.rows)
    targets = [("the second project's", world.second), ("the foreign", world.theirs), ("a missing", missing)]
    own = _place_values(ours, table)
    for column, target in keys[table].items():
        twin = _update(table, ours.leaves[table], {column: own.get(column)})
        for said, other in targets:
            value = _target_id(other, target)
            if value == own.get(column):
                continue
            after, needs = _pointed(table, column, target, ours.place, other.place)
            words = f"{column} at {said} row"
            statement = _update(table, ours.leaves[table], {column: value})
            change = _join(_needs(table, "update", ours.place), _needs(table, "update", after), needs)
            yield Line(table, "point", f"its {words}", statement, change, twin=twin)
            if table != "cc_projects":
                add = _join(_needs(table, "insert", after), needs)
                inserted = _insert(table, own | {column: value})
                yield Line(table, "point", f"a new row's {words}", inserted, add, twin=_insert(table, own))


def foreign_and_missing(world: World, keys: Keys, table: str) -> Iterator[tuple[str, str]]:
    """Statements by the ids of a foreign course and the same by ids that do not exist: the row's own, and its keys'."""
    theirs, missing = world.theirs, _missing_course(world.theirs.rows)
    ours = world.ours.leaves[table]
    for statement in (_select, _delete, lambda table, row: _update(table, row, {"id": row})):
        yield statement(table, theirs.leaves[table]), statement(table, missing.leaves[table])
    places = [_place_values(course, table) for course in (theirs, missing)]
    moved = [{column: value for column, value in place.items() if column in keys[table]} for place in places]
    yield _update(table, ours, moved[0]), _update(table, ours, moved[1])
    if table == "cc_projects":
        yield _insert(table, places[0] | {"name": "New"}), _insert(table, places[1] | {"name": "New"})
        return
    yield _insert(table, places[0]), _insert(table, places[1])
    own = _place_values(world.ours, table)
    for column, target in keys[table].items():
        changed = [{column: _target_id(course, target)} for course in (theirs, missing)]
        yield _update(table, ours, changed[0]), _update(table, ours, changed[1])
        yield _insert(table, own | changed[0]), _insert(table, own | changed[1])


def _missing_course(rows: Mapping[str, UUID]) -> Course:
    project_id = uuid4()
    ids = {name: uuid4() for name in rows} | {"cc_projects": project_id}
    return Course(Place(uuid4(), project_id), ids, ids, 0)


def _target_id(course: Course, target: str) -> UUID | None:
    return course.place.org_id if target == "organisations" else course.rows[target]


def _pointed(
    table: str, column: str, target: str, before: Place, other: Place
) -> tuple[Place, tuple[Need, ...] | None]:
    """Where a row lives once a key points elsewhere, and what the key itself asks for."""
    if column == "org_id":
        return Place(other.org_id, before.project_id), ()
    if table == "cc_book_sections":
        return before, None  # a section and what it maps stay in one project, whoever asks; see its moves
    if column in {"project_id", PLACED_BY.get(table)}:
        return other, ()
    return before, _needs(target, "select", other)


def _lines_without_project(world: World, keys: Keys, table: str) -> Iterator[Line]:
    """Rows of the organisation itself: its keys at rows of projects, and rows that change between both."""
    house, ours = world.house, world.ours
    targets = [
        ("our project's", world.ours),
        ("the second project's", world.second),
        ("the foreign project's", world.theirs),
        ("the other organisation's", world.their_house),
    ]
    for column, target in keys[table].items():
        for said, other in targets:
            value = other.place.project_id if target == "cc_projects" else other.rows.get(target)
            value = other.place.org_id if target == "organisations" else value
            if value is None or value == house.place.org_id:
                continue
            after, needs = _pointed(table, column, target, house.place, other.place)
            words = f"{column} of the organisation's own at {said} row"
            if table == "cc_activity_log" and column == "lesson_id":
                needs = None  # an event of a lesson is an event of its project
            change = _join(_needs(table, "update", house.place), _needs(table, "update", after), needs)
            statement = _update(table, house.leaves[table], {column: value})
            twin = _update(table, house.leaves[table], {"id": house.leaves[table]})
            yield Line(table, "point", words, statement, change, twin=twin)
            values = values_in(house, table)
            add = _join(_needs(table, "insert", after), needs)
            yield Line(
                table,
                "point",
                f"a new row's {words}",
                _insert(table, values | {column: value}),
                add,
                twin=_insert(table, values),
            )
    placing = PLACED_BY.get(table, "project_id")
    cleared = {placing: house.rows["cc_brand_profiles"] if table in PLACED_BY else None}
    if table == "cc_activity_log":
        cleared |= {"lesson_id": None}
    needs = _join(_needs(table, "update", ours.place), _needs(table, "update", house.place))
    yield Line(
        table, "move", "from our project to our organisation", _update(table, ours.leaves[table], cleared), needs
    )


def _project_lines(world: World) -> Iterator[Line]:
    """Projects are made by `open_project`, and deleting and restoring them is their owners' act."""
    for said, place in (("in our organisation", world.house.place), ("in the other", world.their_house.place)):
        project_id = uuid4()
        statement = _insert("cc_projects", {"id": project_id, "org_id": place.org_id, "name": "New"})
        opened = f"SELECT platform.open_project('{project_id}', '{place.org_id}'); {statement}"
        needs = ((TABLE_RULES["cc_projects"].insert, place),)
        yield Line("cc_projects", "insert", said, opened, needs, names=project_id, unasked=statement)
        yield Line("cc_projects", "insert", f"{said}, not opened", statement, None)
    project_id, other = uuid4(), world.their_house.place.org_id
    moved = _insert("cc_projects", {"id": project_id, "org_id": other, "name": "New"})
    opened = f"SELECT platform.open_project('{project_id}', '{world.house.place.org_id}'); {moved}"
    yield Line("cc_projects", "point", "a new row's org_id at the other organisation", opened, None, unasked=moved)
    for said, course in (("ours", world.ours), ("the second", world.second), ("the foreign", world.theirs)):
        marked = _update("cc_projects", course.rows["cc_projects"], {"deleted_at": sql.SQL("now()")})
        change = _join(((Right.OWN, course.place),), _needs("cc_projects", "update", course.place))
        yield Line("cc_projects", "delete", f"{said}, by a mark", marked, change)
    assert world.bin.project_id is not None
    restored = _update("cc_projects", world.bin.project_id, {"deleted_at": None})
    yield Line("cc_projects", "update", "restoring a deleted one", restored, ((Right.OWN, world.bin),))


def _event_lines(world: World) -> Iterator[Line]:
    """Comments ask for less than other events, and nobody writes in another's name."""
    table, me = "cc_activity_log", sql.SQL("nullif(current_setting('cc.user_id', true), '')::uuid")
    places = {"in our project": world.ours, "in the second project": world.second, "in the foreign one": world.theirs}
    for said, course in places.items():
        values = values_in(course, table)
        comment = values | {"event_type": "comment_added"}
        need = ((Right.COMMENT, course.place),)
        yield Line(table, "insert", f"a comment {said}", _insert(table, comment), need)
        yield Line(
            table, "insert", f"a comment {said} in one's own name", _insert(table, comment | {"user_id": me}), need
        )
        others = _insert(table, comment | {"user_id": world.bystander})
        yield Line(table, "insert", f"a comment {said} in another's name", others, None)
        others = _insert(table, values | {"user_id": world.bystander})
        yield Line(table, "insert", f"{said} in another's name", others, None)
        alike = values | {"event_type": "commentary"}
        needs = _needs(table, "insert", course.place)
        yield Line(table, "insert", f"an event {said} that only begins alike", _insert(table, alike), needs)
    event = values_in(world.house, table)
    others = _insert(table, event | {"user_id": world.bystander})
    yield Line(table, "insert", "of our organisation in another's name", others, None)
    inserted = _insert(table, event | {"event_type": "comment_added"})
    yield Line(table, "insert", "a comment of no project", inserted, _needs(table, "insert", world.house.place))


def _mapping_lines(world: World) -> Iterator[Line]:
    """A section maps a row of each kind in its own project; a section of no kind maps none."""
    table, row = "cc_book_sections", world.ours.leaves["cc_book_sections"]
    own = values_in(world.ours, table)
    kinds = {"learning_unit": "cc_learning_units", "module": "cc_modules", "lesson": "cc_lessons"}
    for kind, target in {**kinds, "custom": "cc_lessons"}.items():
        for said, course in (("own", world.ours), ("the second's", world.second), ("a foreign", world.theirs)):
            mapped = {"mapping_type": kind, "mapping_id": course.rows[target]}
            is_sound = course is world.ours and kind != "custom"
            update = _needs(table, "update", world.ours.place) if is_sound else None
            insert = _needs(table, "insert", world.ours.place) if is_sound else None
            yield Line(table, "point", f"its mapping at {said} {kind}", _update(table, row, mapped), update)
            yield Line(table, "point", f"a new mapping at {said} {kind}", _insert(table, own | mapped), insert)


def _needs(table: str, act: str, place: Place) -> tuple[Need, ...] | None:
    """What a table's rule asks for in a place; changing and removing a row asks to see it, too."""
    rule = TABLE_RULES[table]
    if place.project_id is None and table != "cc_projects":
        if rule.without_project is None:
            return None
        rule = rule.without_project
    right = _right(rule, act)
    if right is None:
        return None
    return ((right, place),) if act in {"select", "insert"} else ((right, place), (rule.select, place))


def _right(rule: TableRule, act: str) -> Right | None:
    return {"select": rule.select, "insert": rule.insert, "update": rule.update, "delete": rule.delete}[act]


def _join(*needs: tuple[Need, ...] | None) -> tuple[Need, ...] | None:
    joined: list[Need] = []
    for some in needs:
        if some is None:
            return None
        joined += some
    return tuple(joined)


def _select(table: str, row: UUID) -> str:
    return _text(sql.SQL("SELECT FROM {} WHERE id = {}").format(_name(table), row))


def _delete(table: str, row: UUID) -> str:
    return _text(sql.SQL("DELETE FROM {} WHERE id = {}").format(_name(table), row))


def _insert(table: str, values: Mapping[str, Any]) -> str:
    columns, given = sql.SQL(", ").join(map(sql.Identifier, values)), sql.SQL(", ").join(map(_value, values.values()))
    return _text(sql.SQL("INSERT INTO {} ({}) VALUES ({})").format(_name(table), columns, given))


def _update(table: str, row: UUID, changes: Mapping[str, Any]) -> str:
    pairs = [sql.SQL("{} = {}").format(sql.Identifier(column), _value(value)) for column, value in changes.items()]
    return _text(sql.SQL("UPDATE {} SET {} WHERE id = {}").format(_name(table), sql.SQL(", ").join(pairs), row))


def _name(table: str) -> sql.Identifier:
    return sql.Identifier(SCHEMA, table)


def _value(value: Any) -> sql.Composable:
    return value if isinstance(value, sql.Composable) else sql.Literal(value)


def _text(statement: sql.Composed) -> str:
    return statement.as_string(None)
