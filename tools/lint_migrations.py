"""Lint what migrations do: `python tools/lint_migrations.py`; exit with 1 and one line for each finding.

Each revision's way up is rendered to SQL, under the lock timeout that env.py sets, and read by squawk with the rules
of `.squawk.toml`, and once more by patterns of ours, which also see into DO blocks. A revision may break a rule if its
docstring says why, on a line of its own: `Lint ban-drop-column: no code reads it since 0.4.`
"""

from __future__ import annotations

import io
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from alembic.operations import Operations
from alembic.runtime.migration import MigrationContext
from alembic.script import Script, ScriptDirectory

from coursecrafter.db.upgrade import MIGRATIONS

CONFIG = Path(__file__).parents[1] / ".squawk.toml"
LONGEST_WAIT_S = 10
ALLOWED = {
    ("20261122_02", "constraint-missing-not-valid"): "platform.project_access is empty: no project existed before",
    ("20261122_02", "adding-foreign-key-constraint"): "platform.project_access is empty: no project existed before",
}
"""What released revisions may do; their files do not change any more."""

INDEX_RULE = "require-concurrent-index-creation"
CONSTRAINT_RULE = "constraint-missing-not-valid"
TIMEOUT_RULE = "require-lock-timeout"

REASON = re.compile(r"^Lint ([a-z-]+): \S", re.MULTILINE)
TIMEOUT = re.compile(r"SET LOCAL lock_timeout = '(\d+)s'")
NEW_TABLE = re.compile(r"\bCREATE\s+TABLE\s+(?:IF\s+NOT\s+EXISTS\s+)?([\w.\"]+)", re.IGNORECASE)
INDEX = re.compile(
    r"\bCREATE\s+(?:UNIQUE\s+)?INDEX\s+(?!CONCURRENTLY\b)(?:IF\s+NOT\s+EXISTS\s+)?([\w.\"]+)\s+ON\s+(?:ONLY\s+)?([\w.\"]+)",
    re.IGNORECASE,
)
ALTER = re.compile(r"\bALTER\s+TABLE\s+(?:IF\s+EXISTS\s+)?(?:ONLY\s+)?([\w.\"]+)([^;]*)", re.IGNORECASE)
CONSTRAINT = re.compile(
    r"\bADD\s+CONSTRAINT\s+([\w\"]+)\s+(.*?)(?=,\s*(?:ADD|ALTER|DROP|VALIDATE)\b|\Z)", re.IGNORECASE | re.DOTALL
)
SCANS_NOTHING = re.compile(r"\bNOT\s+VALID\b|\bUSING\s+INDEX\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing in a revision that a rule forbids.

    Attributes:
        rule: squawk's name of it.
        sentence: what is wrong.
    """

    revision: str
    rule: str
    sentence: str

    def __str__(self) -> str:
        return f"{self.revision}: {self.rule}: {self.sentence}"


def lint_migrations(migrations: Path = MIGRATIONS) -> list[Problem]:
    """Lint every revision in a folder as Alembic lays it out.

    Returns:
        What is forbidden and not explained, in the order of the revisions.
    """
    timeout = _lock_timeout(migrations)
    scripts = sorted(ScriptDirectory(str(migrations)).walk_revisions(), key=lambda script: script.revision)
    return [problem for script in scripts for problem in _lint(script, timeout)]


def _lint(script: Script, timeout: str) -> Iterator[Problem]:
    sql = render(script)
    explained = set(REASON.findall(script.module.__doc__ or ""))
    seen: set[str] = set()
    for problem in (*_squawk(script.revision, f"{timeout}\n{sql}"), *_own(script.revision, sql)):
        is_allowed = problem.rule in explained or (script.revision, problem.rule) in ALLOWED
        if not is_allowed and problem.sentence not in seen:
            seen.add(problem.sentence)
            yield problem


def render(script: Script) -> str:
    """The SQL of a revision's way up."""
    written = io.StringIO()
    context = MigrationContext.configure(dialect_name="postgresql", opts={"as_sql": True, "output_buffer": written})
    with Operations.context(context):
        script.module.upgrade()
    return written.getvalue()


def _lock_timeout(migrations: Path) -> str:
    """The statement by which env.py bounds the wait of every revision; '' if that is too long or missing."""
    before_the_revisions = (migrations / "env.py").read_text(encoding="utf-8").split("run_migrations", 1)[0]
    seconds = TIMEOUT.findall(before_the_revisions)
    return f"SET LOCAL lock_timeout = '{seconds[-1]}s';" if seconds and 0 < int(seconds[-1]) <= LONGEST_WAIT_S else ""


def _squawk(revision: str, sql: str) -> Iterator[Problem]:
    squawk = Path(sys.executable).with_name("squawk")
    name = f"{revision}.sql"
    ended = subprocess.run(
        [squawk, f"--config={CONFIG}", "--reporter=json", f"--stdin-filepath={name}"],
        input=sql,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    if not ended.stdout.startswith("["):
        sys.exit(f"squawk did not read {revision}: {ended.stderr}")
    lines = sql.splitlines()
    for found in json.loads(ended.stdout):
        yield Problem(revision, found["rule_name"], f"{found['message']} `{lines[found['line']].strip()}`")


def _own(revision: str, sql: str) -> Iterator[Problem]:
    """What holds a lock while it reads a table, said of tables that were there before."""
    made = {name.lower() for name in NEW_TABLE.findall(sql)}
    for name, table in INDEX.findall(sql):
        if table.lower() not in made:
            yield Problem(revision, INDEX_RULE, f"The index {name} keeps writers of {table} out while it is built.")
    for table, actions in ALTER.findall(sql):
        for name, body in CONSTRAINT.findall(actions):
            if table.lower() not in made and not SCANS_NOTHING.search(body):
                yield Problem(
                    revision, CONSTRAINT_RULE, f"{name} reads all of {table} under its lock: NOT VALID, VALIDATE later."
                )
    if "lock_timeout" in sql:
        yield Problem(revision, TIMEOUT_RULE, "The revision changes the lock timeout that env.py sets.")


def main() -> None:
    """Print the findings."""
    problems = lint_migrations()
    for problem in problems:
        sys.stdout.write(f"{problem}\n")
    sys.exit(1 if problems else 0)


if __name__ == "__main__":
    main()
