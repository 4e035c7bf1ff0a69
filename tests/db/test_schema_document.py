"""The live catalogue is what `docs/schema/schema.json` says, table by table."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from coursecrafter.db.session import Database
from coursecrafter.db.tables import SCHEMA, metadata

DOCUMENT: dict[str, Any] = json.loads(
    (Path(__file__).parents[2] / "docs" / "schema" / "schema.json").read_text(encoding="utf-8")
)
NAMED = DOCUMENT["named_index_columns"]
RULES = DOCUMENT["index_rules"]
JSON_DEFAULTS = {"options": "'[]'::jsonb", "correct_answers": "'[]'::jsonb"}

Catalogue = dict[str, dict[str, Any]]

COLUMNS = """
SELECT c.relname AS table, a.attname AS name, format_type(a.atttypid, a.atttypmod) AS type,
       NOT a.attnotnull AS nullable, pg_get_expr(d.adbin, d.adrelid) AS default,
       col_description(c.oid, a.attnum) AS comment
FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
WHERE c.relnamespace = 'course_crafter'::regnamespace AND c.relkind = 'r' AND a.attnum > 0 AND NOT a.attisdropped
"""
CONSTRAINTS = """
SELECT c.relname AS table, k.conname AS name, k.contype::text AS kind, pg_get_constraintdef(k.oid) AS definition,
       k.confrelid::regclass::text AS target, k.confdeltype::text AS on_delete,
       (SELECT array_agg(a.attname::text ORDER BY p.n) FROM unnest(k.conkey) WITH ORDINALITY AS p(attnum, n)
        JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = p.attnum) AS columns
FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid
WHERE c.relnamespace = 'course_crafter'::regnamespace
"""
INDEXES = """
SELECT t.relname AS table, i.relname AS name, x.indisunique AS is_unique,
       pg_get_expr(x.indpred, x.indrelid) AS predicate,
       (SELECT array_agg(a.attname::text ORDER BY p.n) FROM unnest(x.indkey) WITH ORDINALITY AS p(attnum, n)
        JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = p.attnum) AS columns
FROM pg_index x JOIN pg_class i ON i.oid = x.indexrelid JOIN pg_class t ON t.oid = x.indrelid
WHERE t.relnamespace = 'course_crafter'::regnamespace
"""
TABLE_COMMENTS = """
SELECT relname AS table, obj_description(oid, 'pg_class') AS comment FROM pg_class
WHERE relnamespace = 'course_crafter'::regnamespace AND relkind IN ('r', 'p', 'v', 'm', 'f')
"""
TRIGGERS = """
SELECT c.relname AS table, t.tgenabled::text AS enabled FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
WHERE c.relnamespace = 'course_crafter'::regnamespace AND t.tgfoid = 'platform.touch_updated_at'::regproc
"""


@pytest.fixture(scope="module")
def catalogue(database: Database) -> Catalogue:
    tables: Catalogue = {}
    with database.admin() as admin:
        for row in admin.execute(sa.text(TABLE_COMMENTS)):
            tables[row.table] = {"comment": row.comment, "columns": {}, "constraints": [], "indexes": {}, "touch": []}
        for row in admin.execute(sa.text(COLUMNS)):
            tables[row.table]["columns"][row.name] = row
        for row in admin.execute(sa.text(CONSTRAINTS)):
            tables[row.table]["constraints"].append(row)
        for row in admin.execute(sa.text(INDEXES)):
            tables[row.table]["indexes"][row.name] = row
        for row in admin.execute(sa.text(TRIGGERS)):
            tables[row.table]["touch"].append(row.enabled)
    return tables


def constraints_of(catalogue: Catalogue, name: str, kind: str) -> list[Any]:
    return [constraint for constraint in catalogue[name]["constraints"] if constraint.kind == kind]


def test_there_are_the_24_tables_and_no_other(catalogue: Catalogue) -> None:
    assert sorted(catalogue) == sorted(DOCUMENT["tables"])
    assert len(catalogue) == 24


@pytest.mark.parametrize("name", DOCUMENT["tables"])
def test_columns_have_name_type_and_nullability(catalogue: Catalogue, name: str) -> None:
    wanted = {
        column: (said["type"].replace("timestamptz", "timestamp with time zone"), said["nullable"])
        for column, said in DOCUMENT["tables"][name]["columns"].items()
    }

    assert {column.name: (column.type, column.nullable) for column in catalogue[name]["columns"].values()} == wanted


@pytest.mark.parametrize("name", DOCUMENT["tables"])
def test_the_key_is_the_id_and_made_by_the_database(catalogue: Catalogue, name: str) -> None:
    keys = constraints_of(catalogue, name, "p")

    assert [key.columns for key in keys] == [["id"]]
    assert catalogue[name]["columns"]["id"].default == "platform.uuidv7()"


@pytest.mark.parametrize("name", DOCUMENT["tables"])
def test_foreign_keys_are_those_of_the_document(catalogue: Catalogue, name: str) -> None:
    wanted = {
        column: target if "." in target else f"{SCHEMA}.{target}"
        for column, said in DOCUMENT["tables"][name]["columns"].items()
        if (target := said.get("references"))
    }
    found = constraints_of(catalogue, name, "f")

    assert {key.columns[0]: key.target for key in found} == wanted
    assert all(wanted[key.columns[0]] == key.target for key in found)


@pytest.mark.parametrize("name", DOCUMENT["tables"])
def test_closed_lists_are_checks_and_open_ones_are_not(catalogue: Catalogue, name: str) -> None:
    wanted = {
        column: set(said["enum"]) for column, said in DOCUMENT["tables"][name]["columns"].items() if "enum" in said
    }
    found = {
        check.columns[0]: set(re.findall(r"'([^']+)'::text", check.definition))
        for check in constraints_of(catalogue, name, "c")
        if "ARRAY[" in check.definition
    }

    assert found == wanted


@pytest.mark.parametrize("name", DOCUMENT["tables"])
def test_indexes_named_by_the_document_have_its_columns(catalogue: Catalogue, name: str) -> None:
    indexes = catalogue[name]["indexes"]
    composite = RULES["composite"].get(name)

    for index in DOCUMENT["tables"][name]["named_indexes"]:
        assert indexes[index].columns == NAMED[index]
        assert indexes[index].is_unique == (index in RULES["unique"])
    if composite:
        assert composite in [index.columns for index in indexes.values() if index.predicate is None]


@pytest.mark.parametrize("name", DOCUMENT["tables"])
def test_every_foreign_key_leads_an_index_over_all_rows(catalogue: Catalogue, name: str) -> None:
    leading = {index.columns[0] for index in catalogue[name]["indexes"].values() if index.predicate is None}

    assert {key.columns[0] for key in constraints_of(catalogue, name, "f")} <= leading


@pytest.mark.parametrize("name", DOCUMENT["tables"])
def test_no_index_doubles_another_unless_the_document_names_it(catalogue: Catalogue, name: str) -> None:
    shapes = [
        (tuple(index.columns), index.is_unique, index.predicate)
        for index in catalogue[name]["indexes"].values()
        if index.name not in DOCUMENT["tables"][name]["named_indexes"]
    ]

    assert len(shapes) == len(set(shapes))


@pytest.mark.parametrize("name", DOCUMENT["tables"])
def test_defaults_of_json_and_times(catalogue: Catalogue, name: str) -> None:
    for column in catalogue[name]["columns"].values():
        if column.type == "jsonb" and not column.nullable:
            assert column.default == JSON_DEFAULTS.get(column.name, "'{}'::jsonb")
        if column.name in {"created_at", "updated_at"}:
            assert column.default == "now()"
    assert catalogue[name]["touch"] == (["O"] if "updated_at" in catalogue[name]["columns"] else [])


@pytest.mark.parametrize("name", DOCUMENT["tables"])
def test_table_and_columns_carry_the_documents_words(catalogue: Catalogue, name: str) -> None:
    said = DOCUMENT["tables"][name]

    assert catalogue[name]["comment"] == said["purpose"]
    for column in catalogue[name]["columns"].values():
        note = said["columns"][column.name].get("note", "")
        assert column.comment
        if note not in {"", "nullable", "optional", "as above"}:
            assert column.comment == note


@pytest.mark.parametrize("name", DOCUMENT["tables"])
def test_the_tables_in_code_have_the_same_columns(catalogue: Catalogue, name: str) -> None:
    table = metadata.tables[f"{SCHEMA}.{name}"]

    assert [column.name for column in table.columns] == list(DOCUMENT["tables"][name]["columns"])


def test_a_slot_is_unique_at_each_level(catalogue: Catalogue) -> None:
    indexes = catalogue["cc_assets"]["indexes"]
    found = {(tuple(index.columns), "is_active" in index.predicate) for index in indexes.values() if index.predicate}

    levels = {(("segment_id", "role"), True), (("segment_id", "role", "version"), False)}
    for level in ("scene_id", "lesson_id", "project_id"):
        levels |= {((level, "engine", "role"), True), ((level, "engine", "role", "version"), False)}
    assert found == levels
    assert all(index.is_unique for index in indexes.values() if index.predicate)
