"""What is changed in code alone is missing from the migrations, and each kind of change is named."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
import sqlalchemy as sa

from coursecrafter.db import declared
from coursecrafter.db.declared import say_undeclared
from coursecrafter.db.policies import GROUPS, TablePolicy, functions, states
from coursecrafter.db.session import Database
from coursecrafter.db.tables import metadata

Change = Callable[[pytest.MonkeyPatch], None]


def change_table(patch: pytest.MonkeyPatch) -> None:
    """A column more, in a copy of all tables."""
    copied = sa.MetaData(schema=metadata.schema, naming_convention=metadata.naming_convention)
    for table in metadata.tables.values():
        table.to_metadata(copied)
    copied.tables["course_crafter.cc_lessons"].append_column(sa.Column("colour", sa.Text, comment="its colour"))
    patch.setattr(declared, "metadata", copied)


def change_policy(patch: pytest.MonkeyPatch) -> None:
    patch.setitem(GROUPS, "scripts", tuple(narrowed(policy) for policy in GROUPS["scripts"]))


def narrowed(policy: TablePolicy) -> TablePolicy:
    is_meant = policy.table == "cc_scripts"
    return replace(policy, readable=f"({policy.readable}) AND engine = 'e1'") if is_meant else policy


def change_function(patch: pytest.MonkeyPatch) -> None:
    body = functions.OPEN_PROJECT.replace("'the project exists'", "'it exists'")
    assert body != functions.OPEN_PROJECT
    patch.setattr(functions, "OPEN_PROJECT", body)


def change_trigger(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(states, "state_triggers", lambda: ())


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (change_table, "The column colour of table cc_lessons is missing."),
        (change_policy, "The policy cc_scripts cc_scripts_read reads: "),
        (change_function, "The function open_project(uuid, uuid) has another definition: "),
        (change_trigger, "The trigger cc_projects "),
    ],
)
def test_a_change_in_code_alone_is_named(
    database: Database, monkeypatch: pytest.MonkeyPatch, change: Change, sentence: str
) -> None:
    change(monkeypatch)

    said = say_undeclared(database)

    assert [one for one in said if one.startswith(sentence)], said
