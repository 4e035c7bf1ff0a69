"""Decision records keep their form, and one of them has no other judge."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
RECORDS = sorted((ROOT / "docs" / "decisions").glob("*.md"))
HEADINGS = ["Context", "Decision", "Consequences", "Rejected", "Enforced by"]


@pytest.mark.parametrize("record", RECORDS, ids=lambda record: record.stem)
def test_a_record_has_its_five_parts_and_under_300_words(record: Path) -> None:
    text = record.read_text(encoding="utf-8")

    assert re.findall(r"^## (.+)$", text, re.MULTILINE) == HEADINGS
    assert len(text.split()) < 300


def test_records_are_numbered_without_a_gap() -> None:
    numbers = [int(record.stem[:4]) for record in RECORDS]

    assert numbers == list(range(1, len(RECORDS) + 1))
    assert all(record.read_text("utf-8").startswith(f"# {n}. ") for n, record in zip(numbers, RECORDS, strict=True))


def test_one_module_only_names_the_video_encoder() -> None:
    sources = (ROOT / "src" / "coursecrafter").rglob("*.py")

    naming = [path for path in sources if re.search(r"x264|CodecContext\.create\(\W*\"h264", path.read_text("utf-8"))]

    assert [str(path.relative_to(ROOT)) for path in naming] == ["src/coursecrafter/media/codec.py"]


def test_every_link_between_the_documents_leads_somewhere() -> None:
    pages = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *(ROOT / "docs").glob("*.md")]

    links = [
        (page, target)
        for page in pages
        for target in re.findall(r"\]\(([^)#]+)", page.read_text("utf-8"))
        if "://" not in target and not target.endswith(".png")
    ]

    assert links
    assert [one for one in links if not (one[0].parent / one[1]).exists()] == []
