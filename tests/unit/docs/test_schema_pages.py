"""The pages of the schema say what the code's tables, states, rights and policies say."""

from __future__ import annotations

import importlib.util
import re
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import sqlalchemy as sa

from coursecrafter.db.policies import TablePolicy
from coursecrafter.domain.roles import Right
from coursecrafter.domain.states import Lifecycle

ROOT = Path(__file__).parents[3]
DOCS = ROOT / "docs"
MIGRATIONS = sorted((ROOT / "src" / "coursecrafter" / "db" / "migrations" / "versions").glob("m*.py"))
PAGES = [*sorted((DOCS / "schema").glob("[a-z]*.md")), DOCS / "schema" / "README.md", DOCS / "states.md"]
LEAST_WORDS = 250
PARTS = ("How the rows hang together", "What an author's act does", "What is refused", "What has no column")


@pytest.fixture(scope="module")
def pages() -> ModuleType:
    spec = importlib.util.spec_from_file_location("schema_pages", DOCS / "schema" / "pages.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def schema(pages: ModuleType) -> Any:
    """The code's schema, with tables of its own that a test may change."""
    schema = pages.read_schema()
    tables = sa.MetaData(naming_convention=schema.tables.naming_convention)
    for table in schema.tables.tables.values():
        table.to_metadata(tables)
    return replace(schema, tables=tables)


def group_pages(schema: Any) -> dict[str, str]:
    return {group: (DOCS / "schema" / f"{group}.md").read_text("utf-8") for group in schema.groups}


def test_the_pages_are_fresh(pages: ModuleType) -> None:
    assert pages.stale_pages() == []


def test_each_of_the_24_tables_is_on_exactly_one_page(schema: Any) -> None:
    headings = Counter(
        heading for text in group_pages(schema).values() for heading in re.findall(r"^## (cc_\w+)$", text, re.MULTILINE)
    )

    assert sorted(headings) == sorted(name for name in schema.rules)
    assert set(headings.values()) == {1}
    assert len(headings) == 24


def add_column(schema: Any) -> Any:
    schema.table("cc_scripts").append_column(sa.Column("mood", sa.Text, comment="how it is said"))
    return schema


def add_index(schema: Any) -> Any:
    table = schema.table("cc_scripts")
    sa.Index("idx_cc_scripts_status", table.c.status)
    return schema


def add_check(schema: Any) -> Any:
    schema.table("cc_scripts").append_constraint(sa.CheckConstraint("length >= 3", name="length_at_least_3"))
    return schema


def add_state(schema: Any) -> Any:
    known = schema.lifecycles["cc_scripts"]
    changed = Lifecycle(known.thing, known.column, known.first, {**known.moves, "frozen": ()})
    return replace(schema, lifecycles={**schema.lifecycles, "cc_scripts": changed})


def give_right(schema: Any) -> Any:
    rule = replace(schema.rules["cc_scripts"], delete=Right.OWN)
    return replace(schema, rules={**schema.rules, "cc_scripts": rule})


def loosen_policy(schema: Any) -> Any:
    return replace(schema, policies={**schema.policies, "cc_scripts": TablePolicy("cc_scripts", "true", "true")})


def add_trigger(schema: Any) -> Any:
    statement = (
        "CREATE TRIGGER cc_scripts_more BEFORE INSERT ON course_crafter.cc_scripts"
        " FOR EACH ROW EXECUTE FUNCTION platform.refuse_state()"
    )
    return replace(schema, triggers=(*schema.triggers, statement))


@pytest.mark.parametrize(
    ("change", "also_stale"),
    [
        (add_column, []),
        (add_index, []),
        (add_check, []),
        (add_state, ["states.md"]),
        (give_right, []),
        (loosen_policy, []),
        (add_trigger, []),
    ],
    ids=lambda value: getattr(value, "__name__", None),
)
def test_a_change_makes_its_page_stale_and_no_other(
    pages: ModuleType, schema: Any, change: Callable[[Any], Any], also_stale: list[str]
) -> None:
    assert pages.stale_pages(schema) == []

    stale = pages.stale_pages(change(schema))

    assert [line.partition(":")[0] for line in stale] == ["schema/scripts.md", *also_stale]


def test_the_check_names_a_stale_page_and_fails(
    pages: ModuleType, schema: Any, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    fresh = pages.main(["--check"])
    monkeypatch.setattr(pages, "read_schema", lambda: add_column(schema))

    stale = pages.main(["--check"])

    assert (fresh, stale) == (0, 1)
    assert "schema/scripts.md: run `python docs/schema/pages.py`" in capsys.readouterr().out


def test_a_table_without_its_part_on_the_page_is_named(pages: ModuleType) -> None:
    text = (DOCS / "schema" / "scripts.md").read_text("utf-8").replace("generated: cc_scripts", "generated: cc_words")
    parts = pages.page_parts(pages.read_schema())[DOCS / "schema" / "scripts.md"]

    with pytest.raises(pages.PartsDiffer, match=r"missing: \['cc_scripts'\].*makes: \['cc_words'\]"):
        pages.refresh(text, parts)


def test_what_is_written_by_hand_stays_when_a_page_is_made_anew(pages: ModuleType, schema: Any) -> None:
    page = DOCS / "schema" / "scripts.md"
    text = page.read_text("utf-8")

    made = pages.refresh(text, pages.page_parts(add_column(schema))[page])

    assert "| `mood` | text | yes |  | how it is said |" in made
    assert pages.PART.sub("", made) == pages.PART.sub("", text)


def test_every_trigger_that_the_migrations_make_is_on_a_page(schema: Any) -> None:
    """A trigger that is not told of in `read_schema` would be missing without a word."""
    written = "\n".join(group_pages(schema).values())
    code = "\n".join(path.read_text("utf-8").partition("\nDOWN = ")[0] for path in MIGRATIONS)
    made = set(re.findall(r"CREATE (?:CONSTRAINT )?TRIGGER (\w+)", code))
    gone = set(re.findall(r"DROP TRIGGER (\w+)", code)) - made

    assert len(made) > 30
    assert sorted(name for name in made - gone if f"| `{name}` |" not in written) == []


def test_every_group_is_described_by_hand(pages: ModuleType, schema: Any) -> None:
    for group, text in group_pages(schema).items():
        own = pages.PART.sub("", text)

        assert len(own.split()) > LEAST_WORDS, group
        assert [part for part in PARTS if f"\n## {part}" not in own] == [], group
        assert "\n## Deleting and restoring\n" in own, group
        for name in schema.groups[group]:
            section = own.partition(f"\n## {name}\n")[2].partition("\n## ")[0]
            assert section.strip(), name


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_every_row_of_a_table_has_as_many_cells_as_its_head(page: Path) -> None:
    width = 0
    for line in page.read_text("utf-8").splitlines():
        if not line.startswith("|"):
            width = 0
            continue
        cells = len(re.findall(r"(?<!\\)\|", line)) - 1

        assert cells == (width or cells), line
        width = cells


@pytest.mark.parametrize("page", sorted({*PAGES, *DOCS.glob("*.md")}), ids=lambda page: page.stem)
def test_every_link_of_a_page_leads_to_a_page_and_a_heading(page: Path) -> None:
    text = page.read_text("utf-8")

    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        if "://" in target:
            continue
        name, _, anchor = target.partition("#")
        aim = (page.parent / name).resolve() if name else page

        assert aim.exists(), target
        assert not anchor or anchor in headings_of(aim), target


def headings_of(page: Path) -> set[str]:
    """What a link may name after `#`, as GitHub makes it from a heading."""
    titles = re.findall(r"^#+ (.+)$", page.read_text("utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}
