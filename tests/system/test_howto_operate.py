"""The page for operators tells the truth: what its commands back up comes back, on a machine that has lost it all."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml
from pptx import Presentation

from coursecrafter.api.metrics import ServiceFigures
from coursecrafter.db.embedded import remove_embedded
from deploy_files import OURS, unread_names

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "howto" / "operate.md"
TEXT = PAGE.read_text(encoding="utf-8")
BLOCK = re.compile(r"^```bash (back-up|restore)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
LONGEST_S = 120
COMMAND = (sys.executable, "-m", "coursecrafter")


@dataclass(frozen=True)
class Installation:
    """An installation on the embedded defaults.

    Attributes:
        folder: what `make setup` leaves, and where the page's commands run.
    """

    folder: Path

    @property
    def home(self) -> Path:
        return self.folder / "home"

    def run(self, *argv: str | Path) -> str:
        kept = {
            name: value for name, value in os.environ.items() if not name.startswith(("COURSECRAFTER_", "DATABASE_"))
        }
        ended = subprocess.run(
            argv,
            cwd=self.folder,
            env={**kept, "COURSECRAFTER_HOME": str(self.home)},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=LONGEST_S,
            check=False,
        )
        assert ended.returncode == 0, ended.stdout[-3000:]
        return ended.stdout

    def commands_of(self, kind: str) -> str:
        """All that the page's commands of a kind print, in one shell."""
        blocks = [block for name, block in BLOCK.findall(TEXT) if name == kind]
        assert blocks
        return self.run("bash", "-c", "set -euo pipefail\n" + "\n".join(blocks))

    def build(self, out: str) -> dict[str, bytes]:
        """The deck's module, and its files by name."""
        said = self.run(*COMMAND, "build", "deck.pptx", "--code", "SEC-101", "--engines", "e4", "--out", out, "--json")
        (self.folder / f"{out}.json").write_text(said[said.index("{") :])
        files = (path for path in (self.folder / out).rglob("*") if path.suffix in {".zip", ".png", ".wav"})
        return {path.name: path.read_bytes() for path in files}


@dataclass(frozen=True)
class Course:
    """What an author sees, and the bytes of its files."""

    shown: str
    files: dict[str, bytes]


@pytest.fixture(scope="module")
def installation(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    folder = tmp_path_factory.mktemp("operated")
    for name in (".venv", "deploy"):
        (folder / name).symlink_to(ROOT / name)
    deck = Presentation()
    slide = deck.slides.add_slide(deck.slide_layouts[1])
    slide.shapes.title.text = "Safe sign-in"
    slide.placeholders[1].text = "A long password holds.\nA second step holds longer."
    deck.save(str(folder / "deck.pptx"))
    made = Installation(folder)
    yield made
    remove_embedded(made.home)


@pytest.fixture(scope="module")
def before(installation: Installation) -> Course:
    files = installation.build("before")
    return Course(installation.run(*COMMAND, "course", "show", "SEC-101"), files)


@pytest.fixture(scope="module")
def restored(installation: Installation, before: Course) -> str:
    """Back up, lose all of it, restore: what the page's commands said."""
    installation.commands_of("back-up")
    remove_embedded(installation.home)
    shutil.rmtree(installation.home)
    return installation.commands_of("restore")


def test_the_course_is_the_same(installation: Installation, before: Course, restored: str) -> None:
    assert "Safe sign-in" in before.shown
    assert installation.run(*COMMAND, "course", "show", "SEC-101") == before.shown


def test_its_files_have_the_same_bytes_and_nothing_is_made_anew(
    installation: Installation, before: Course, restored: str
) -> None:
    files = installation.build("after")

    assert [name for name in files if name.endswith(".zip")]
    assert files == before.files
    assert json.loads((installation.folder / "after.json").read_text())["made"] == {}


def test_the_page_says_that_the_schema_is_whole(restored: str) -> None:
    assert "The database is as the migrations make it." in restored
    assert "SEC-101" in restored.splitlines()[-1]


def test_the_dump_holds_every_organisations_rows(installation: Installation, before: Course, restored: str) -> None:
    """Under forced row-level security a dump of another login would be empty."""
    tool = (installation.folder / ".venv/bin/python", "deploy/database/with-database")
    said = installation.run(*tool, "pg_restore", "--data-only", "--file=-", "backup/database.dump")

    rows = re.search(r"^COPY course_crafter\.cc_projects .*?\n(.*?)^\\\.$", said, re.MULTILINE | re.DOTALL)
    assert rows is not None
    assert "SEC-101" in rows[1]


def test_every_figure_of_the_alerts_is_told() -> None:
    told = {one.name for one in ServiceFigures(list).registry.collect()}
    alerts = re.findall(r"^```yaml\n(.*?)^```$", TEXT, re.MULTILINE | re.DOTALL)[0]
    named = re.findall(r"\b((?:coursecrafter|process)_[a-z_]+?)(?:_bucket|_total)?\b(?=[{\[ ])", alerts)

    assert len(yaml.safe_load(alerts)["groups"][0]["rules"]) == 5
    assert len(set(named)) == 4
    assert set(named) <= told


def test_every_variable_of_the_page_is_read() -> None:
    # A name that begins with _ is the end of one that stands before it.
    assert unread_names(sorted(set(OURS.findall(TEXT)))) == []


def test_every_code_of_the_page_is_one() -> None:
    codes = set(re.findall(r"CC-\d{4}", TEXT))

    assert codes
    assert codes <= set(re.findall(r"CC-\d{4}", (ROOT / "docs" / "errors.md").read_text(encoding="utf-8")))


def test_every_link_of_the_page_leads_somewhere() -> None:
    links = [target for target in re.findall(r"\]\(([^)#]+)\)", TEXT) if "://" not in target]

    assert links
    assert [target for target in links if not (PAGE.parent / target).exists()] == []
