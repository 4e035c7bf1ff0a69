"""What a database's schemas hold, as pg_dump says it, and how two dumps differ, in words.

pg_dump writes every object that a schema can hold, so nothing has to be thought of beforehand: comparing catalogues
column by column missed kinds of objects that nobody had listed.
"""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from coursecrafter.db.binaries import find_programs
from coursecrafter.db.tables import PLATFORM, SCHEMA
from coursecrafter.errors import CourseCrafterError

QUEUE = "queue"
"""The queue's schema; migrations alone make it."""

HEADER = re.compile(r"^--\n-- Name: (.+); Type: (.+); Schema: (.+); Owner: (.*)\n--\n\n", re.MULTILINE)
COLUMN = re.compile(
    r"^(?P<name>\"[^\"]+\"|\S+) (?P<type>.+?)(?: DEFAULT (?P<default>.+?))?(?: (?P<generated>GENERATED .+?))?"
    r"(?: CONSTRAINT \S+)?(?P<filled> NOT NULL)?$"
)
GRANT = re.compile(r"^(?P<verb>GRANT|REVOKE) (?P<what>.+?) ON .+? (?P<who>(?:TO|FROM) .+);$")
KINDS = {
    "ACL": "rights on",
    "CHECK CONSTRAINT": "rule",
    "COMMENT": "comment on",
    "CONSTRAINT": "key",
    "DEFAULT ACL": "default rights",
    "FK CONSTRAINT": "foreign key",
    "ROW SECURITY": "row-level security of table",
}
"""Our words for pg_dump's kinds of object; the others are in lower case what they are."""


FOLLOWERS = {"CHECK CONSTRAINT", "CONSTRAINT", "FK CONSTRAINT", "INDEX", "POLICY", "ROW SECURITY", "TRIGGER"}
"""Kinds whose owner is that of their table."""


SETTING = "setting "


class SchemaNotRead(CourseCrafterError):
    """The database's schema could not be read for comparison."""

    code = "CC-0017"
    remedy = "Point DATABASE_ADMIN_URL at a login that may read every table's definition, and look at the detail."


@dataclass(frozen=True, slots=True)
class Entry:
    """One object of a dump.

    Attributes:
        kind: pg_dump's word: TABLE, INDEX, POLICY, ACL …
        schema, name: what it is called.
        owner: whose it is; '' where the kind has none.
        body: the SQL that makes it.
    """

    kind: str
    schema: str
    name: str
    owner: str
    body: str

    @property
    def title(self) -> str:
        """What it is called in a sentence."""
        word = KINDS.get(self.kind, self.kind.lower())
        return f"{word} {self.name}"


def dump_schemas(url: sa.URL, schemas: Sequence[str] = (PLATFORM, SCHEMA, QUEUE)) -> list[Entry]:
    """Read all objects of our schemas.

    Raises:
        SchemaNotRead: CC-0017.
    """
    address = url.set(drivername="postgresql", password=None).render_as_string(hide_password=False)
    command = [find_programs().path("pg_dump"), "--schema-only", "--restrict-key=coursecrafter", "--no-password"]
    ended = subprocess.run(
        [*command, *(f"--schema={schema}" for schema in schemas), f"--dbname={address}"],
        env={**os.environ, "PGPASSWORD": str(url.password or ""), "LC_ALL": "C"},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    if ended.returncode != 0:
        raise SchemaNotRead("The database's schema could not be read.", detail=ended.stderr)
    return list(_entries(ended.stdout))


def say_differences(expected: list[Entry], found: list[Entry]) -> Iterator[str]:
    """Say each difference between a fresh dump and the live one in a sentence."""
    wanted = {(entry.schema, entry.kind, entry.name): entry for entry in expected}
    live = {(entry.schema, entry.kind, entry.name): entry for entry in found}
    for key in sorted(wanted.keys() | live.keys()):
        if key not in live:
            yield _say_missing(wanted[key])
        elif key not in wanted:
            yield _say_extra(live[key])
        else:
            yield from _say_changes(wanted[key], live[key])


def _entries(dump: str) -> Iterator[Entry]:
    parts = HEADER.split(dump)
    for name, kind, schema, owner, body in zip(*(iter(parts[1:]),) * 5, strict=True):
        text = body.split("\n--\n-- PostgreSQL database dump complete", 1)[0]
        yield Entry(kind, schema, name, owner, text.strip())


def _say_missing(entry: Entry) -> str:
    if entry.kind == "ROW SECURITY":
        return f"Row-level security of table {entry.name} is off."
    return f"The {entry.title} {_verb(entry)} missing."


def _say_extra(entry: Entry) -> str:
    return f"The {entry.title} {_verb(entry)} not part of the schema: {_one_line(entry.body)}"


def _verb(entry: Entry) -> str:
    return "are" if entry.kind.endswith("ACL") else "is"


def _say_changes(expected: Entry, found: Entry) -> Iterator[str]:
    if found.owner != expected.owner and expected.kind not in FOLLOWERS | {"ACL", "COMMENT"}:
        yield f"The {found.title} belongs to {found.owner}, not to {expected.owner}."
    if found.body == expected.body:
        return
    if expected.kind == "TABLE":
        yield from _say_table_changes(expected, found)
    elif expected.kind == "ACL":
        yield from _say_grants(expected, found)
    elif expected.kind == "FUNCTION":
        yield f"The function {found.name} has another definition: {_first_difference(expected.body, found.body)}"
    else:
        yield f"The {found.title} reads: {_one_line(found.body)} It should read: {_one_line(expected.body)}"


def _say_grants(expected: Entry, found: Entry) -> Iterator[str]:
    wanted, live = _rights(expected.body), _rights(found.body)
    for right in sorted(live - wanted):
        yield f"The {found.title} go beyond the schema: {right}."
    for right in sorted(wanted - live):
        yield f"The {found.title} lack: {right}."


def _rights(body: str) -> set[str]:
    """Each right by itself, as GRANT SELECT TO cc_app."""
    lines = [GRANT.match(line) for line in body.splitlines() if line]
    return {
        f"{line['verb']} {right} {line['who']}"
        for line in lines
        if line is not None
        for right in line["what"].split(",")
    }


def _say_table_changes(expected: Entry, found: Entry) -> Iterator[str]:
    wanted_lines, live_lines = _table_lines(expected.body), _table_lines(found.body)
    table = found.name
    for name in sorted(wanted_lines.keys() | live_lines.keys()):
        wanted, live = wanted_lines.get(name), live_lines.get(name)
        if wanted == live:
            continue
        if name.startswith(SETTING):
            yield _say_table_setting(table, name.removeprefix(SETTING), is_set=live is not None)
        elif live is None:
            yield f"The {name} of table {table} is missing."
        elif wanted is None:
            yield f"The {name} of table {table} is not part of the schema: {live}"
        elif name.startswith("column"):
            yield from _say_column_changes(f"{name} of table {table}", wanted, live)
        else:
            yield f"The {name} of table {table} reads: {live} It should read: {wanted}"


def _say_table_setting(table: str, statement: str, *, is_set: bool) -> str:
    if statement.endswith("FORCE ROW LEVEL SECURITY;"):
        return f"Row-level security of table {table} is not forced on its owner."
    return f"The table {table} {'has a setting that the schema lacks' if is_set else 'lacks a setting'}: {statement}"


def _say_column_changes(title: str, expected: str, found: str) -> Iterator[str]:
    wanted, live = _column_parts(expected), _column_parts(found)
    if live["type"] != wanted["type"]:
        yield f"The {title} has type {live['type']}, not {wanted['type']}."
    if live["filled"] != wanted["filled"]:
        yield f"The {title} {'must be filled, and may' if live['filled'] else 'may be empty, and must'} not be."
    for part in ("default", "generated"):
        if live[part] != wanted[part]:
            yield f"The {title} has {part} {live[part] or 'nothing'}, not {wanted[part] or 'nothing'}."


def _column_parts(line: str) -> dict[str, str | None]:
    match = COLUMN.match(line)
    return match.groupdict() if match else dict.fromkeys(COLUMN.groupindex, line)


def _table_lines(body: str) -> dict[str, str]:
    """The parts of a table by what they are called: columns, rules, and settings after the table."""
    inside, _, after = body.partition("\n)")
    lines = {}
    for line in inside.split("(\n", 1)[-1].splitlines():
        text = line.strip().removesuffix(",")
        name = text.split(" ", 2)
        lines[f"rule {name[1]}" if name[0] == "CONSTRAINT" else f"column {name[0]}"] = text
    settings = [line for line in after.splitlines() if line not in {"", ";"} and " OWNER TO " not in line]
    lines.update({f"{SETTING}{line}": line for line in settings})
    return lines


def _first_difference(expected: str, found: str) -> str:
    for wanted, live in zip(expected.splitlines(), found.splitlines(), strict=False):
        if wanted != live:
            return f"`{live.strip()}` stands where `{wanted.strip()}` should."
    return "one ends before the other."


def _one_line(text: str) -> str:
    return " ".join(text.split())
