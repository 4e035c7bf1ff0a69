"""Content is written through an `Edit`, and events through one function."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import coursecrafter.authoring

AUTHORING = Path(coursecrafter.authoring.__file__).parent

# Who else writes rows, and why it may.
WRITERS = {
    "edits.py": "the door itself",
    "events.py": "the one writer of events",
    "deletion.py": "marks what a deletion takes along; the event names the time",
    "row_copies.py": "a copy's rows in sets; the event names what was made",
    "plan_rows.py": "bumps a segment without changing it",
    "render_jobs.py": "progress of a job: not content, many times a second",
}


def writes(source: str) -> Iterator[str]:
    """What a module writes to a table by itself: `table.insert()` and the like, and SQL text that writes."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            if node.func.attr in {"insert", "update", "delete"} and not node.args and not node.keywords:
                yield ast.unparse(node)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            words = node.value.strip().upper()
            if words.startswith(("INSERT INTO", "DELETE FROM")) or (words.startswith("UPDATE ") and " SET " in words):
                yield node.value


@pytest.mark.parametrize("path", sorted(AUTHORING.glob("*.py")), ids=lambda path: path.name)
def test_a_module_of_verbs_writes_no_row_by_itself(path: Path) -> None:
    found = list(writes(path.read_text(encoding="utf-8")))

    assert bool(found) == (path.name in WRITERS), found


def test_only_one_module_writes_events() -> None:
    naming = [path.name for path in AUTHORING.glob("*.py") if "cc_activity_log.insert" in path.read_text("utf-8")]

    assert naming == ["events.py"]


@pytest.mark.parametrize(
    "source", ["t.insert()", "t.update().where(x)", "a.b.delete()", "q = 'INSERT INTO x VALUES (1)'"]
)
def test_a_write_is_found(source: str) -> None:
    assert list(writes(source))


@pytest.mark.parametrize("source", ["ids.insert(0, x)", "payload.update(x=1)", "'Update the plan'"])
def test_what_is_no_write_is_left_alone(source: str) -> None:
    assert not list(writes(source))
