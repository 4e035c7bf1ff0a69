"""The page of roles and the rules are one."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path
from types import ModuleType

import pytest

from coursecrafter.domain.roles import RIGHT_MEANINGS, TABLE_RULES, OrganisationRole, ProjectRole, Right

DOCS = Path(__file__).parents[3] / "docs"


@pytest.fixture(scope="module")
def generator() -> ModuleType:
    spec = importlib.util.spec_from_file_location("roles_page", DOCS / "roles.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def page() -> str:
    return (DOCS / "roles.md").read_text(encoding="utf-8")


def generated(page: str, part: str) -> list[list[str]]:
    """The rows of a generated table, without its head."""
    table = page.split(f"<!-- generated: {part} -->")[1].split("<!-- end -->", maxsplit=1)[0].strip()
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in table.splitlines()[2:]]


def test_the_page_says_what_the_rules_say(generator: ModuleType, page: str) -> None:
    assert page == generator.roles_page(), "run: python docs/roles.py > docs/roles.md"


def test_every_right_role_and_table_stands_on_the_page(page: str) -> None:
    assert [row[0].strip("`") for row in generated(page, "rights")] == list(Right)
    assert [row[0] for row in generated(page, "roles in a project")] == list(ProjectRole)
    assert [row[0] for row in generated(page, "roles in an organisation")] == list(OrganisationRole)
    assert [row[0].strip("`") for row in generated(page, "rows of a project")] == list(TABLE_RULES)


def test_every_right_has_its_meaning() -> None:
    assert set(RIGHT_MEANINGS) == set(Right)


def test_a_log_is_changed_by_nobody(page: str) -> None:
    """The words come from the rules, so one of them is read here as an author reads it."""
    rows = {row[0].strip("`"): row[1:] for row in generated(page, "rows of a project")}

    assert rows["cc_activity_log"][:4] == ["every role", "owner, editor", "nobody", "nobody"]
    assert rows["cc_lessons"][:4] == ["every role", "owner, editor", "owner, editor", "owner, editor"]
    assert rows["cc_projects"][1:4] == ["every member", "owner, editor", "owner"]


def test_no_cell_breaks_its_table(page: str) -> None:
    for table in re.findall(r"(?:^\|.*\n)+", page, re.MULTILINE):
        assert len({line.count("|") for line in table.splitlines()}) == 1
