"""Every constraint answers with a code and a sentence that names the field, and none in the driver's words."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable
from typing import Any
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa

from coursecrafter.authoring.edits import Edit
from coursecrafter.db.refusals import (
    AlreadyTaken,
    Contended,
    LastOwner,
    NotAllowed,
    NotFound,
    StateRefused,
    StillUsed,
    UnusableText,
    ValueMissing,
    ValueRefused,
    constraints,
    refusal_of,
)
from coursecrafter.db.session import Database
from coursecrafter.domain.nouns import NOUNS, field_words
from coursecrafter.domain.states import LIFECYCLES
from coursecrafter.errors import CourseCrafterError
from tenants import TABLES, Tenant, rows_of_a_course, settle_tenant, table_named

DRIVERS_WORDS = re.compile(
    r"violates|constraint|null value|duplicate key|relation|row-level|psycopg|cc_|_id\b", re.IGNORECASE
)

CATALOGUE = """
SELECT k.conname AS name FROM pg_constraint k
WHERE k.connamespace IN ('course_crafter'::regnamespace, 'platform'::regnamespace)
  AND k.contype IN ('c', 'f', 'p', 'u') AND k.conrelid <> 'platform.alembic_version'::regclass
UNION
SELECT i.relname FROM pg_index x JOIN pg_class i ON i.oid = x.indexrelid
WHERE x.indisunique AND i.relnamespace IN ('course_crafter'::regnamespace, 'platform'::regnamespace)
  AND x.indrelid <> 'platform.alembic_version'::regclass
"""


@pytest.fixture(scope="module")
def tenant(database: Database) -> Tenant:
    return settle_tenant(database, "acme")


@pytest.fixture(scope="module")
def stranger(database: Database) -> Tenant:
    return settle_tenant(database, "birch")


def new_row(tenant: Tenant, name: str) -> dict[str, Any]:
    """One more row beside the tenant's own."""
    author = tenant.author
    assert author.project_id is not None
    values = dict(rows_of_a_course(author.org_id, author.project_id, tenant.rows))[name]()
    if name in {"cc_assets", "cc_asset_versions"}:
        values |= {"version": 2}
    if name == "cc_assets":
        values |= {"is_active": False}
    return values


def refusal(database: Database, tenant: Tenant, act: Callable[[sa.Connection], object]) -> CourseCrafterError:
    """What the author of an act reads; the act must be refused."""
    with pytest.raises(CourseCrafterError) as caught, database.app(tenant.author) as session:
        act(session)
        session.execute(sa.text("SET CONSTRAINTS ALL IMMEDIATE"))
    answer = caught.value
    assert not DRIVERS_WORDS.search(answer.message), answer.message
    assert re.fullmatch(r"[A-Z].*\.", answer.message)
    return answer


def insert(tenant: Tenant, name: str, /, **values: Any) -> Callable[[sa.Connection], object]:
    row = new_row(tenant, name) | values
    return lambda session: session.execute(table_named(name).insert().values(row))


def test_every_constraint_of_the_database_has_its_words(database: Database) -> None:
    with database.admin() as admin:
        names = set(admin.scalars(sa.text(CATALOGUE)))

    assert names == set(constraints())


@pytest.mark.parametrize("name", sorted(constraints()))
def test_the_words_name_a_field_and_no_column(name: str) -> None:
    said = constraints()[name]

    assert any(field_words(column) in said.sentence for column in said.columns), said.sentence
    assert not DRIVERS_WORDS.search(said.sentence)
    assert NOUNS[said.table] in said.sentence or "Another" in said.sentence


@pytest.mark.parametrize("name", TABLES)
def test_an_empty_field_is_named(database: Database, tenant: Tenant, name: str) -> None:
    """Keys are left to the policies, which answer first: a row without its parent belongs to nobody."""
    table = table_named(name)
    must = [
        column.name
        for column in table.c
        if not column.nullable and not column.foreign_keys and column.name not in {"id", "mapping_type"}
    ]

    for column in must:
        answer = refusal(database, tenant, insert(tenant, name, **{column: None}))

        assert type(answer) is ValueMissing
        assert answer.message == f"The {field_words(column)} of the {NOUNS[name]} is missing."


def checks_of_columns() -> list[tuple[str, str]]:
    return sorted(
        (said.table, constraint)
        for constraint, said in constraints().items()
        if constraint.startswith(f"ck_{said.table}_{said.columns[0]}_") and said.table.startswith("cc_")
    )


@pytest.mark.parametrize(("name", "constraint"), checks_of_columns(), ids=lambda part: part)
def test_a_value_that_a_field_cannot_take_is_refused(
    database: Database, tenant: Tenant, name: str, constraint: str
) -> None:
    said = constraints()[constraint]
    column = table_named(name).c[said.columns[0]]
    value = -1 if isinstance(column.type, sa.Integer | sa.Numeric) else "nonsense"

    # What a section maps is its policy's matter too, which answers first while it maps something.
    also = {"mapping_id": None} if column.name == "mapping_type" else {}
    sentences = {said.sentence} | ({constraints()["ck_cc_book_sections_mapping_known"].sentence} if also else set())

    answer = refusal(database, tenant, insert(tenant, name, **{column.name: value}, **also))

    is_state = name in LIFECYCLES and column.name == LIFECYCLES[name].column
    assert type(answer) in ({StateRefused, ValueRefused} if is_state else {ValueRefused})
    assert type(answer) is StateRefused or answer.message in sentences


@pytest.mark.parametrize(
    ("name", "values", "sentence"),
    [
        ("cc_assets", {"lesson_id": None}, "The lesson of the asset is missing"),
        ("cc_voice_tracks", {"scene_id": None, "segment_id": None}, "The segment of the voice track is missing"),
        ("cc_book_sections", {"mapping_id": None}, "The part of the course of the section is missing"),
    ],
)
def test_fields_that_need_each_other(
    database: Database, tenant: Tenant, name: str, values: dict[str, Any], sentence: str
) -> None:
    answer = refusal(database, tenant, insert(tenant, name, **values))

    # A section that maps nothing is its policy's matter, which answers first.
    assert type(answer) is (NotFound if name == "cc_book_sections" else ValueRefused)
    assert type(answer) is NotFound or answer.message.startswith(sentence)


def keys() -> list[tuple[str, str]]:
    found = {
        (name, column.name)
        for name in TABLES
        for column in table_named(name).c
        if column.foreign_keys or column.name == "mapping_id"
    }
    return sorted(found)


@pytest.mark.parametrize(("name", "column"), keys(), ids=lambda part: part)
def test_a_foreign_id_is_answered_as_a_missing_one(
    database: Database, tenant: Tenant, stranger: Tenant, name: str, column: str
) -> None:
    theirs = {**new_row(stranger, name), **stranger.rows}
    assets = {"logo_asset_id", "preview_asset_id", "result_asset_id"}
    foreign = stranger.rows["cc_assets"] if column in assets else theirs[column]

    missing_answer = refusal(database, tenant, insert(tenant, name, **{column: uuid4()}))
    foreign_answer = refusal(database, tenant, insert(tenant, name, **{column: foreign}))

    assert type(missing_answer) is type(foreign_answer) is NotFound
    assert missing_answer.message == foreign_answer.message


@pytest.mark.parametrize("name", TABLES)
def test_an_id_is_given_once(database: Database, tenant: Tenant, name: str) -> None:
    answer = refusal(database, tenant, insert(tenant, name, id=tenant.rows[name]))

    assert type(answer) is AlreadyTaken
    assert answer.message == f"The id of the {NOUNS[name]} is taken already."


def test_a_short_code_is_given_once(database: Database, tenant: Tenant) -> None:
    def take(session: sa.Connection) -> None:
        for _ in range(2):
            new_id = session.scalar(sa.select(sa.func.platform.uuidv7()))
            session.execute(sa.select(sa.func.platform.open_project(new_id, tenant.author.org_id)))
            session.execute(sa.text("SELECT set_config('cc.project_id', '', true)"))
            values = {"id": new_id, "org_id": tenant.author.org_id, "name": "P", "code": "HRA-101"}
            session.execute(table_named("cc_projects").insert().values(values))

    answer = refusal(database, tenant, take)

    assert type(answer) is AlreadyTaken
    assert answer.message == "Another project of the organisation has this short code."


def test_one_version_and_one_active_asset_in_a_role(database: Database, tenant: Tenant) -> None:
    same = refusal(database, tenant, insert(tenant, "cc_assets", version=1))
    active = refusal(database, tenant, insert(tenant, "cc_assets", is_active=True))

    assert {type(same), type(active)} == {AlreadyTaken}
    assert same.message == "The version of the asset is taken: another has this number."
    assert active.message == "The role of the asset is taken: another is active in it."


@pytest.mark.parametrize("value", [2**31, -(2**31) - 1, 10**30])
def test_a_number_beyond_its_field_is_named(database: Database, tenant: Tenant, value: int) -> None:
    answer = refusal(database, tenant, insert(tenant, "cc_lessons", sequence=value))

    assert type(answer) is ValueRefused
    assert answer.message.startswith("The position ")


@pytest.mark.parametrize("text", ["a\0b", "\ud800", "x\udfff"])
@pytest.mark.parametrize(("name", "column"), [("cc_lessons", "title"), ("cc_lessons", "engine_flags")])
def test_text_that_no_field_can_hold(database: Database, tenant: Tenant, text: str, name: str, column: str) -> None:
    value: object = {"deep": [text]} if column == "engine_flags" else text

    answer = refusal(database, tenant, insert(tenant, name, **{column: value}))

    assert type(answer) is UnusableText


@pytest.mark.parametrize(
    ("name", "values", "refused", "sentence"),
    [
        ("cc_lessons", {"title": "a\0"}, UnusableText, "The title of the lesson"),
        ("cc_lessons", {"engine_flags": {"\ud800": 1}}, UnusableText, "The engine flags of the lesson"),
        ("cc_lessons", {"sequence": 10**9 * 10}, ValueRefused, "The position of the lesson"),
        ("cc_segments", {"gap_after": float("nan")}, ValueRefused, "The gap of the segment"),
        ("cc_segments", {"gap_after": float("inf")}, ValueRefused, "The gap of the segment"),
        ("cc_segments", {"on_screen_duration": 10**30}, ValueRefused, "The duration of the segment"),
        ("cc_source_files", {"size_bytes": 2**63}, ValueRefused, "The size of the source file"),
    ],
)
def test_an_edit_names_the_field_before_the_database_is_asked(
    database: Database,
    tenant: Tenant,
    name: str,
    values: dict[str, Any],
    refused: type[CourseCrafterError],
    sentence: str,
) -> None:
    answer = refusal(
        database, tenant, lambda session: Edit(session, {}).change(table_named(name), tenant.rows[name], **values)
    )

    assert type(answer) is refused
    assert answer.message.startswith(sentence)


def test_a_code_longer_than_an_index_takes_is_refused(database: Database, tenant: Tenant) -> None:
    rng = "".join(chr(0x4E00 + number * 7919 % 20000) for number in range(6000))
    table = table_named("cc_projects")
    change = table.update().where(table.c.id == tenant.rows["cc_projects"]).values(code=rng)

    answer = refusal(database, tenant, lambda session: session.execute(change))

    assert type(answer) is ValueRefused
    assert answer.message == "The short code is longer than it may be."


@pytest.mark.parametrize("name", sorted(LIFECYCLES))
def test_every_move_that_is_not_in_the_table_is_refused_and_every_other_goes(
    database: Database, tenant: Tenant, name: str
) -> None:
    lifecycle = LIFECYCLES[name]
    table = table_named(name)
    column = table.c[lifecycle.column]
    states = list(lifecycle.moves)
    path = reach(lifecycle.first, lifecycle.moves)

    for before in states:
        for after in states:

            def move(session: sa.Connection, before: str = before, after: str = after) -> None:
                row = new_row(tenant, name) | {column.name: path[before][0]}
                if name == "cc_projects":
                    row["id"] = session.scalar(sa.select(sa.func.platform.uuidv7()))
                    session.execute(sa.select(sa.func.platform.open_project(row["id"], tenant.author.org_id)))
                    session.execute(sa.text("SELECT set_config('cc.project_id', '', true)"))
                made = session.scalar(table.insert().values(row).returning(table.c.id))
                for state in [*path[before][1:], after]:
                    session.execute(table.update().where(table.c.id == made).values({column.name: state}))

            if lifecycle.allows(before, after):
                with pytest.raises(Undo), database.app(tenant.author) as session:
                    move(session)
                    raise Undo
            else:
                answer = refusal(database, tenant, move)
                assert type(answer) is StateRefused, (before, after)
                assert lifecycle.thing in answer.message


class Undo(Exception):
    """Leaves a transaction without a trace."""


def reach(first: tuple[str, ...], moves: Any) -> dict[str, list[str]]:
    """A way to each state from one in which a row may begin."""
    ways = {state: [state] for state in first}
    while len(ways) < len(moves):
        for state, way in list(ways.items()):
            for after in moves[state]:
                ways.setdefault(after, [*way, after])
    return ways


@pytest.mark.parametrize("name", sorted(name for name, one in LIFECYCLES.items() if set(one.first) != set(one.moves)))
def test_a_row_begins_only_in_a_first_state(database: Database, tenant: Tenant, name: str) -> None:
    lifecycle = LIFECYCLES[name]

    for state in sorted(set(lifecycle.moves) - set(lifecycle.first)):
        answer = refusal(database, tenant, insert(tenant, name, **{lifecycle.column: state}))

        assert type(answer) is StateRefused


def test_a_log_is_never_changed(database: Database, tenant: Tenant) -> None:
    table = table_named("cc_activity_log")

    answer = refusal(database, tenant, lambda session: session.execute(table.delete()))

    assert type(answer) is NotAllowed


def test_the_last_owner_stays(database: Database, tenant: Tenant) -> None:
    project_id, user_id = tenant.author.project_id, tenant.author.user_id
    acts = [
        sa.func.platform.unshare_project(project_id, user_id),
        sa.func.platform.share_project(project_id, user_id, "viewer"),
        sa.func.platform.set_member_role(user_id, "member"),
        sa.func.platform.remove_member(user_id),
    ]

    for act in acts:
        answer = refusal(database, tenant, lambda session, act=act: session.execute(sa.select(act)))

        assert type(answer) is LastOwner


def test_what_others_need_is_not_taken_away(database: Database, tenant: Tenant) -> None:
    with pytest.raises(sa.exc.IntegrityError) as caught, database.admin() as admin:
        admin.execute(sa.text("DELETE FROM platform.organisations WHERE id = :id"), {"id": tenant.author.org_id})

    answer = refusal_of(caught.value)

    assert type(answer) is StillUsed
    assert not DRIVERS_WORDS.search(answer.message)


def test_two_who_wait_for_each_other_are_told_to_try_again(database: Database, tenant: Tenant) -> None:
    rows = [("cc_lessons", tenant.rows["cc_lessons"]), ("cc_scenes", tenant.rows["cc_scenes"])]
    both_hold = threading.Barrier(2, timeout=20)
    answers: list[Exception | None] = []

    def take(first: tuple[str, UUID], then: tuple[str, UUID]) -> None:
        try:
            with database.app(tenant.author) as session:
                for step, (name, row) in enumerate((first, then)):
                    table = table_named(name)
                    session.execute(table.update().where(table.c.id == row).values(title="T"))
                    if step == 0:
                        both_hold.wait()
            answers.append(None)
        except Exception as error:  # noqa: BLE001 - whatever it is, the assertion below names it
            answers.append(error)

    threads = [threading.Thread(target=take, args=order) for order in (rows, rows[::-1])]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(type(answer).__name__ for answer in answers) == [Contended.__name__, "NoneType"]
    assert Contended.retry
    assert Contended.status == 409


def test_a_fault_of_ours_is_no_refusal(database: Database, tenant: Tenant) -> None:
    with pytest.raises(sa.exc.ProgrammingError), database.app(tenant.author) as session:
        session.exec_driver_sql("SELECT no_such_column FROM course_crafter.cc_lessons")
