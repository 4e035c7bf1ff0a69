"""Builds through the command, as a person runs it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from lxml import etree
from pptx import Presentation
from pptx.util import Inches

EXAMPLE = Path(__file__).parents[2] / "examples" / "safe-sign-in.pptx"
HANDBOOK = EXAMPLE.with_name("handbook.md")
TIMEOUT_S = 600
NAMING_ROWS = ("sidecar", "report", "words")


@dataclass(frozen=True)
class Installation:
    """A home of its own.

    Attributes:
        settings: variables of its environment, beside where it is.
    """

    home: Path
    settings: Mapping[str, str] = field(default_factory=dict)

    @property
    def store(self) -> Path:
        return self.home / "store"

    def environment(self) -> dict[str, str]:
        # A build is measured where a test calls it in its own process; here that would only make it slower.
        kept = {key: value for key, value in os.environ.items() if not key.startswith(("COVERAGE_", "DATABASE_"))}
        place = {"COURSECRAFTER_HOME": str(self.home), "COURSECRAFTER_STORE": str(self.store)}
        return {**kept, **place, **self.settings}

    def command(self, *arguments: object) -> list[str]:
        return [sys.executable, "-m", "coursecrafter", *map(str, arguments)]

    def run(self, *arguments: object) -> subprocess.CompletedProcess[str]:
        argv = self.command(*arguments)
        return subprocess.run(
            argv, env=self.environment(), capture_output=True, text=True, timeout=TIMEOUT_S, check=False
        )

    def build(self, deck: Path, out: Path, *options: object) -> dict[str, Any]:
        answer = self.run("build", deck, "--out", out, "--json", *options)
        assert answer.returncode == 0, answer.stderr
        value: dict[str, Any] = json.loads(answer.stdout)
        return value


def hashes(built: dict[str, Any]) -> dict[str, str]:
    """SHA-256 by file name, of all that does not name rows."""
    kept = [one for one in built["outputs"] if not one["role"].startswith(NAMING_ROWS)]
    return {Path(one["path"]).name: one["sha256"] for one in kept}


def change_word(deck: Path, target: Path, old: str, new: str) -> None:
    """A copy of a deck with one word on one slide changed."""
    shutil.copyfile(deck, target)
    changed = 0
    with zipfile.ZipFile(deck) as source, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as copy:
        for entry in source.infolist():
            content = source.read(entry)
            if entry.filename.startswith("ppt/slides/slide") and old.encode() in content:
                assert content.count(old.encode()) == 1
                content, changed = content.replace(old.encode(), new.encode()), changed + 1
            copy.writestr(entry, content)
    assert changed == 1


def small_deck(path: Path, slides: int = 3, sections: tuple[str, ...] = ()) -> Path:
    """Up to three slides: a title, a list with notes, a table; the sections begin with a slide each."""
    deck = Presentation()
    deck.core_properties.title = path.stem
    deck.core_properties.modified = datetime(2026, 1, 2, tzinfo=UTC)
    for draw in (_opening, _listing, _table)[:slides]:
        draw(deck)
    if sections:
        _divide(deck, sections)
    deck.save(str(path))
    return path


def _opening(deck: Any) -> None:
    slide = deck.slides.add_slide(deck.slide_layouts[0])
    slide.shapes.title.text = "Chalk and slate"
    slide.placeholders[1].text = "How a blackboard works"


def _listing(deck: Any) -> None:
    slide = deck.slides.add_slide(deck.slide_layouts[1])
    slide.shapes.title.text = "Three kinds of chalk"
    slide.placeholders[1].text = "Natural chalk is soft limestone.\nBoard chalk is pressed gypsum.\nTailors use wax."
    slide.notes_slide.notes_text_frame.text = "Natural chalk comes from the sea. Board chalk was invented later."


def _table(deck: Any) -> None:
    slide = deck.slides.add_slide(deck.slide_layouts[5])
    slide.shapes.title.text = "Which board takes which"
    cells = slide.shapes.add_table(2, 2, Inches(1), Inches(2), Inches(8), Inches(1.5)).table
    for place, text in enumerate(["Board", "Chalk", "Slate", "Natural chalk"]):
        cells.cell(place // 2, place % 2).text = text


def _divide(deck: Any, sections: tuple[str, ...]) -> None:
    """PowerPoint's section list; the last section takes the slides that are left."""
    ids = [slide.slide_id for slide in deck.slides]
    parts = [ids[place : place + 1] for place in range(len(sections) - 1)] + [ids[len(sections) - 1 :]]
    listed = "".join(
        f'<p14:section name="{name}" id="{{00000000-0000-0000-0000-00000000000{place}}}"><p14:sldIdLst>'
        + "".join(f'<p14:sldId id="{slide_id}"/>' for slide_id in part)
        + "</p14:sldIdLst></p14:section>"
        for place, (name, part) in enumerate(zip(sections, parts, strict=True))
    )
    extension = (
        '<p:extLst xmlns:p="http://schemas.openxmlformats.org/presentationml/2006/main">'
        '<p:ext uri="{521415D9-36F7-43E2-AB2F-B90AF26B5E84}">'
        '<p14:sectionLst xmlns:p14="http://schemas.microsoft.com/office/powerpoint/2010/main">'
        f"{listed}</p14:sectionLst></p:ext></p:extLst>"
    )
    element = deck.part._element
    for old in element.findall("{http://schemas.openxmlformats.org/presentationml/2006/main}extLst"):
        element.remove(old)
    element.append(etree.fromstring(extension))
