"""No revision holds a long lock; one that would is named, with the rule and the statement."""

from __future__ import annotations

import importlib.util
import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType

import psycopg
import pytest
import sqlalchemy as sa

from coursecrafter.db.session import Database
from coursecrafter.db.upgrade import MIGRATIONS, head_revision, migrate, migrate_down
from database import TestServer

TOOL = Path(__file__).parents[2] / "tools" / "lint_migrations.py"
REVISION = '''"""Planted.

Schema: none. {reason}
"""
from alembic import op

revision = "20991231_01"
down_revision = "{before}"
branch_labels = None
depends_on = None

def upgrade() -> None:
    op.execute("""{statement}""")

def downgrade() -> None:
    pass
'''
S = "course_crafter"

# What a revision would do, and what the lint must say of it.
BAD = [
    (f"CREATE INDEX x ON {S}.cc_segments (title)", "require-concurrent-index-creation"),
    (f"CREATE UNIQUE INDEX IF NOT EXISTS x ON ONLY {S}.cc_segments (title)", "require-concurrent-index-creation"),
    (f"DO $$ BEGIN CREATE INDEX x ON {S}.cc_segments (title); END $$", "require-concurrent-index-creation"),
    (f"CREATE INDEX CONCURRENTLY x ON {S}.cc_segments (title)", "ban-concurrent-index-creation-in-transaction"),
    (f"ALTER TABLE {S}.cc_segments ADD CONSTRAINT x CHECK (gap_after < 60)", "constraint-missing-not-valid"),
    (
        f"ALTER TABLE {S}.cc_scenes ADD CONSTRAINT x FOREIGN KEY (id) REFERENCES {S}.cc_lessons (id)",
        "constraint-missing-not-valid",
    ),
    (
        f"DO $$ BEGIN ALTER TABLE {S}.cc_scenes ADD CONSTRAINT x CHECK (sequence < 9); END $$",
        "constraint-missing-not-valid",
    ),
    (
        f"ALTER TABLE {S}.cc_scenes ADD CONSTRAINT y CHECK (sequence < 9) NOT VALID, ADD CONSTRAINT x CHECK (id = id)",
        "constraint-missing-not-valid",
    ),
    (f"ALTER TABLE {S}.cc_scenes ADD CONSTRAINT x UNIQUE (title)", "disallowed-unique-constraint"),
    (f"ALTER TABLE {S}.cc_scenes ALTER COLUMN sequence TYPE bigint", "changing-column-type"),
    (f"ALTER TABLE {S}.cc_scenes ALTER COLUMN title SET NOT NULL", "adding-not-nullable-field"),
    (f"ALTER TABLE {S}.cc_scenes ADD COLUMN colour text NOT NULL", "adding-required-field"),
    (f"ALTER TABLE {S}.cc_scenes DROP COLUMN title", "ban-drop-column"),
    (f"ALTER TABLE {S}.cc_scenes RENAME COLUMN title TO heading", "renaming-column"),
    (f"DROP TABLE {S}.cc_quiz_questions", "ban-drop-table"),
    ("ALTER TABLE cc_scenes ADD COLUMN colour text", "require-table-schema"),
    ("SET LOCAL lock_timeout = '1h'", "require-lock-timeout"),
]
FINE = [
    f"CREATE TABLE {S}.cc_new (id uuid PRIMARY KEY, title text); CREATE INDEX x ON {S}.cc_new (title)",
    f"ALTER TABLE {S}.cc_segments ADD CONSTRAINT x CHECK (gap_after < 60) NOT VALID",
    f"ALTER TABLE {S}.cc_scenes ADD COLUMN colour text NOT NULL DEFAULT ''",
    "CREATE OR REPLACE FUNCTION platform.f() RETURNS text LANGUAGE sql SET search_path = '' AS $$ SELECT 'x' $$",
]

Lint = Callable[..., list[str]]


@pytest.fixture(scope="module")
def tool() -> ModuleType:
    spec = importlib.util.spec_from_file_location("lint_migrations", TOOL)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # its dataclass asks for its module
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def lint_planted(tool: ModuleType, tmp_path: Path) -> Lint:
    """Plant one more revision and give what is said."""

    def lint(statement: str, reason: str = "") -> list[str]:
        folder = copy_migrations(tmp_path)
        text = REVISION.format(reason=reason, before=head_revision(), statement=statement)
        (folder / "versions" / "m20991231_01_planted.py").write_text(text, encoding="utf-8")
        return [str(problem) for problem in tool.lint_migrations(folder) if problem.revision == "20991231_01"]

    return lint


def copy_migrations(folder: Path) -> Path:
    return Path(shutil.copytree(MIGRATIONS, folder / "migrations", ignore=shutil.ignore_patterns("__pycache__")))


def test_no_revision_breaks_a_rule(tool: ModuleType) -> None:
    assert [str(problem) for problem in tool.lint_migrations()] == []


@pytest.mark.parametrize(("statement", "rule"), BAD)
def test_a_revision_that_breaks_a_rule_is_named(lint_planted: Lint, statement: str, rule: str) -> None:
    said = lint_planted(statement)

    assert any(f" {rule}: " in line for line in said)


@pytest.mark.parametrize("statement", FINE)
def test_a_revision_that_locks_nothing_for_long_passes(lint_planted: Lint, statement: str) -> None:
    assert lint_planted(statement) == []


def test_a_rule_may_be_broken_by_who_says_why(lint_planted: Lint) -> None:
    statement = f"CREATE INDEX x ON {S}.cc_segments (title)"

    assert lint_planted(statement, "\nLint require-concurrent-index-creation: it is short.") == []


def test_a_reason_for_another_rule_explains_nothing(lint_planted: Lint) -> None:
    statement = f"CREATE INDEX x ON {S}.cc_segments (title)"

    assert lint_planted(statement, "\nLint ban-drop-column: nobody reads it.")


@pytest.mark.parametrize("timeout", ["", "connection.execute(text(\"SET LOCAL lock_timeout = '90s'\"))"])
def test_revisions_without_a_short_lock_timeout_are_named(tool: ModuleType, tmp_path: Path, timeout: str) -> None:
    folder = copy_migrations(tmp_path)
    env = folder / "env.py"
    lines = [line for line in env.read_text(encoding="utf-8").splitlines() if "lock_timeout" not in line]
    where = next(number for number, line in enumerate(lines) if "cc_owner" in line and "execute" in line)
    env.write_text("\n".join([*lines[:where], f"    {timeout}", *lines[where:]]), encoding="utf-8")

    said = [str(problem) for problem in tool.lint_migrations(folder)]

    assert any(line.startswith("20261122_02: require-lock-timeout: ") for line in said)


@pytest.fixture
def fresh(server: TestServer) -> Iterator[Database]:
    with server.session_database() as database:
        yield database


def test_an_upgrade_gives_up_behind_a_lock_and_changes_nothing(fresh: Database) -> None:
    """A write that takes minutes must not have every author wait behind the upgrade that waits for it."""
    with fresh.admin() as admin:
        migrate_down(admin, "20261122_09")
    writer = sa.create_engine(fresh.urls.admin, poolclass=sa.pool.NullPool)

    with writer.begin() as writing:
        writing.exec_driver_sql(f"LOCK TABLE {S}.cc_lessons IN ROW EXCLUSIVE MODE")
        with pytest.raises(sa.exc.OperationalError) as refused, fresh.admin() as admin:
            migrate(admin)

    assert isinstance(refused.value.orig, psycopg.errors.LockNotAvailable)
    with fresh.admin() as admin:
        assert admin.scalar(sa.text("SELECT platform.revision()")) == "20261122_09"
