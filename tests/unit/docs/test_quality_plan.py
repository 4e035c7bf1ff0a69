"""The quality plan names only tests that are there, and every kind of test that is there."""

from __future__ import annotations

import re
from itertools import pairwise
from pathlib import Path

ROOT = Path(__file__).parents[3]
PLAN = (ROOT / "docs" / "quality-plan.md").read_text(encoding="utf-8")
NAMED = re.findall(r"`((?:tests|bench|tools|src)/[\w./]+)`", PLAN)


def test_every_file_that_the_plan_names_exists() -> None:
    assert len(NAMED) > 50
    assert [name for name in NAMED if not (ROOT / name).exists()] == []


def test_every_folder_of_tests_is_in_the_plan() -> None:
    folders = {path.parent.relative_to(ROOT).as_posix() for path in (ROOT / "tests").rglob("test_*.py")}

    assert len(folders) > 10
    assert [folder for folder in sorted(folders) if not any(name.startswith(folder) for name in NAMED)] == []


def test_every_theme_has_a_file() -> None:
    lines = PLAN.splitlines()
    rows = [line for line, below in pairwise(lines) if line.startswith("| ") and "---" not in line + below[:5]]
    themes = [row for row in rows if row.count(" | ") == 2]

    assert len(themes) > 25
    assert [row for row in themes if "`tests/" not in row] == []
