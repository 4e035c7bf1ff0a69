"""A change of the schema without all that goes with it is refused, and what is missing is named."""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).parents[3]
TOOL = Path("tools") / "change_control.py"
VERSIONS = Path("src") / "coursecrafter" / "db" / "migrations" / "versions"
LAST = "20261122_11"
README = "# The schema\n\n## Before\n\nNothing.\n\n## Revisions\n\n- `20261122_11`: states.\n\n## After\n\nNothing.\n"
DOCUMENTS = {
    "docs/schema/README.md": README,
    "docs/quality-plan.md": "`20261122_11`: states\n",
    "docs/api.md": "`20261122_11`: CC-0025\n",
    "CHANGELOG.md": "- States (revision `20261122_11`).\n",
}


@pytest.fixture(scope="module")
def tool() -> ModuleType:
    spec = importlib.util.spec_from_file_location("change_control", ROOT / TOOL)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def tree(tool: ModuleType, tmp_path: Path) -> Path:
    """Revisions that are recorded, and documents that name them."""
    (tmp_path / "tools").mkdir()
    (tmp_path / VERSIONS).mkdir(parents=True)
    for number in (1, 10, 11):
        write_revision(tmp_path, f"20261122_{number:02}")
    for name, text in DOCUMENTS.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    tool.record(tmp_path)
    return tmp_path


def write_revision(tree: Path, revision: str, *, does: str = "pass") -> None:
    text = f'revision = "{revision}"\n\n\ndef upgrade() -> None:\n    {does}\n'
    (tree / VERSIONS / f"m{revision}_planted.py").write_text(text, encoding="utf-8")


def said_of(tool: ModuleType, tree: Path) -> list[str]:
    """What is said of the files; the database is asked elsewhere."""
    revisions = tool.read_revisions(tree)
    return [*tool.unnamed_revisions(tree, revisions), *tool.changed_revisions(tree, revisions)]


def test_a_change_with_all_that_goes_with_it_passes(tool: ModuleType, tree: Path) -> None:
    assert said_of(tool, tree) == []


@pytest.mark.parametrize(
    ("document", "title"),
    [
        ("docs/schema/README.md", "section “Revisions” of the schema page"),
        ("docs/quality-plan.md", "quality plan"),
        ("docs/api.md", "API document"),
        ("CHANGELOG.md", "changelog"),
    ],
)
@pytest.mark.parametrize("is_there", [True, False])
def test_the_document_that_does_not_name_a_revision_is_named(
    tool: ModuleType, tree: Path, document: str, title: str, *, is_there: bool
) -> None:
    if is_there:
        (tree / document).write_text(DOCUMENTS[document].replace(LAST, "the last"), encoding="utf-8")
    else:
        (tree / document).unlink()

    said = said_of(tool, tree)

    assert said == [f"Revision {LAST} is not named in the {title}: say in {document} what it changes there."]


def test_another_section_of_the_schema_page_does_not_count(tool: ModuleType, tree: Path) -> None:
    page = README.replace("Nothing.", f"`{LAST}`").replace(f"- `{LAST}`: states.", "None yet.")
    (tree / "docs" / "schema" / "README.md").write_text(page, encoding="utf-8")

    assert [line for line in said_of(tool, tree) if "schema page" in line]


def test_a_new_revision_is_asked_for_everywhere_and_its_record(tool: ModuleType, tree: Path) -> None:
    write_revision(tree, "20261122_12")

    said = said_of(tool, tree)

    assert [line.split(":")[0] for line in said] == [
        "Revision 20261122_12 is not named in the section “Revisions” of the schema page",
        "Revision 20261122_12 is not named in the quality plan",
        "Revision 20261122_12 is not named in the API document",
        "Revision 20261122_12 is not named in the changelog",
        "Revision 20261122_12 is not recorded",
    ]


def test_an_edited_revision_is_named_and_cannot_be_recorded_again(tool: ModuleType, tree: Path) -> None:
    write_revision(tree, "20261122_10", does="raise NotImplementedError")

    recorded = tool.record(tree)

    assert recorded == []
    assert said_of(tool, tree) == [
        "Revision 20261122_10 was changed after it was recorded: put it back, and write a migration."
    ]


def test_a_revision_that_is_gone_is_named(tool: ModuleType, tree: Path) -> None:
    (tree / VERSIONS / "m20261122_01_planted.py").unlink()

    assert said_of(tool, tree) == ["Revision 20261122_01 was recorded and is gone: put it back, and write a migration."]


@pytest.fixture(scope="module")
def checkout(tool: ModuleType, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The parts of the repository that the tool reads, with every revision recorded."""
    folder = tmp_path_factory.mktemp("checkout")
    ignored = shutil.ignore_patterns("__pycache__", "player", "pictures")
    for name in ("src", "docs", "tools"):
        shutil.copytree(ROOT / name, folder / name, ignore=ignored)
    shutil.copy(ROOT / "CHANGELOG.md", folder)
    tool.record(folder)
    return folder


def run(checkout: Path, *command: str) -> tuple[int, list[str]]:
    """Run a program of the checkout on the package of the checkout."""
    ended = subprocess.run(
        [sys.executable, *command],
        cwd=checkout,
        # The copy is not what the suite's coverage is about.
        env={
            **{name: value for name, value in os.environ.items() if not name.startswith("COVERAGE_")},
            "PYTHONPATH": str(checkout / "src"),
        },
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert ended.stderr == ""
    return ended.returncode, ended.stdout.splitlines()


def test_a_stale_page_is_named(tool: ModuleType, checkout: Path) -> None:
    page = checkout / "docs" / "schema" / "hierarchy.md"
    fresh = page.read_text(encoding="utf-8")
    page.write_text(fresh.replace("default_language", "default_tongue"), encoding="utf-8")

    said = list(tool.stale_pages(checkout))
    page.write_text(fresh, encoding="utf-8")

    assert said == ["Schema page: schema/hierarchy.md: run `python docs/schema/pages.py`"]


def test_a_table_changed_in_code_and_on_its_page_lacks_its_migration(checkout: Path) -> None:
    """The whole program, on a database of its own; nothing but the planted default is amiss."""
    table = checkout / "src" / "coursecrafter" / "db" / "tables" / "hierarchy.py"
    source = table.read_text(encoding="utf-8")
    assert source.count('default="en"') == 1
    table.write_text(source.replace('default="en"', 'default="de"'), encoding="utf-8")
    run(checkout, "docs/schema/pages.py")

    changed = run(checkout, str(TOOL))

    found = "The column default_language of table cc_projects has default 'en'::text, not 'de'::text."
    assert changed == (
        1,
        [
            f"Migrations, against the code: {found}",
            "A migration is missing: write one that makes what the code declares.",
        ],
    )
