"""What cannot be taken is refused with one sentence and its code, and leaves nothing behind."""

from __future__ import annotations

import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from coursecrafter.build.course import build_course
from coursecrafter.build.order import BuildOrder
from coursecrafter.db.tables import SCHEMA, metadata
from coursecrafter.errors import CourseCrafterError
from coursecrafter.wiring import Workshop
from decks import Sketch, make_deck, rewrite_parts
from system.courses import Installation, small_deck

COMPOUND_FILE = bytes.fromhex("d0cf11e0a1b11ae1") + b"\0" * 2048 + "EncryptedPackage".encode("utf-16-le") + b"\0" * 512


def encrypted(path: Path) -> None:
    path.write_bytes(COMPOUND_FILE)


def truncated(path: Path) -> None:
    content = small_deck(path).read_bytes()
    path.write_bytes(content[: len(content) // 2])


def bomb_in_text(path: Path) -> None:
    small_deck(path)
    rewrite_parts(path, {"ppt/slides/slide9.xml": b"<a>" + b" " * 300_000_000 + b"</a>"})


def bomb_in_media(path: Path) -> None:
    small_deck(path)
    rewrite_parts(path, {"ppt/media/image9.bmp": b"\0" * 600_000_000})


def bomb_nested(path: Path) -> None:
    small_deck(path)
    inner = path.with_suffix(".inner")
    with zipfile.ZipFile(inner, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("sheet.xml", b" " * 600_000_000)
    rewrite_parts(path, {"ppt/embeddings/book1.xlsx": inner.read_bytes()})
    inner.unlink()


def with_macros(path: Path) -> None:
    small_deck(path)
    rewrite_parts(path, {"ppt/vbaProject.bin": b"macro"})


def without_slides(path: Path) -> None:
    make_deck(path, [])


def text_file(path: Path) -> None:
    path.write_text("This is not a deck.")


def empty(path: Path) -> None:
    path.write_bytes(b"")


HOSTILE = [
    encrypted,
    truncated,
    bomb_in_text,
    bomb_in_media,
    bomb_nested,
    with_macros,
    without_slides,
    text_file,
    empty,
]


def rows(shop: Workshop) -> int:
    tables = [table for table in metadata.tables.values() if table.schema == SCHEMA]
    with shop.database.admin() as conn:
        return sum(conn.execute(sa.select(sa.func.count()).select_from(table)).scalar_one() for table in tables)


def stored(shop: Workshop) -> list[Path]:
    assert shop.store.folder is not None
    return [path for path in shop.store.folder.rglob("*") if path.is_file()]


@pytest.mark.parametrize("make", HOSTILE, ids=[make.__name__ for make in HOSTILE])
def test_a_deck_that_cannot_be_taken_is_refused_and_leaves_nothing(
    make: Callable[[Path], None], shop: Workshop, tmp_path: Path
) -> None:
    deck = tmp_path / "deck.pptx"
    make(deck)

    with pytest.raises(CourseCrafterError) as refusal:
        build_course(BuildOrder(deck, tmp_path / "out"), shop)

    assert refusal.value.code.startswith("CC-01")
    assert len(refusal.value.message.rstrip(".").split(". ")) == 1
    assert refusal.value.remedy
    assert (rows(shop), stored(shop), (tmp_path / "out").exists()) == (0, [], False)


def test_a_hostile_document_beside_a_good_deck_leaves_nothing_of_the_deck(shop: Workshop, tmp_path: Path) -> None:
    deck, document = small_deck(tmp_path / "deck.pptx"), tmp_path / "notes.pdf"
    document.write_bytes(b"no pdf at all")

    with pytest.raises(CourseCrafterError, match="CC-01"):
        build_course(BuildOrder(deck, tmp_path / "out", documents=(document,)), shop)

    assert (rows(shop), stored(shop)) == (0, [])


@pytest.mark.parametrize(
    ("code", "look"), [("CC-0235", {"effects": {"template": "boldest"}}), ("CC-0133", {"music": "deck.pptx"})]
)
def test_a_look_that_no_video_can_have_is_refused_before_anything_is_stored(
    code: str, look: dict[str, Any], shop: Workshop, tmp_path: Path
) -> None:
    deck = small_deck(tmp_path / "deck.pptx")
    chosen = {name: tmp_path / value if name == "music" else value for name, value in look.items()}

    with pytest.raises(CourseCrafterError, match=code):
        build_course(BuildOrder(deck, tmp_path / "out", **chosen, engines=()), shop)

    assert (rows(shop), stored(shop)) == (0, [])


def test_the_command_says_one_sentence_with_its_code_and_fails(tmp_path: Path, forget: list[Path]) -> None:
    installation = Installation(tmp_path / "home")
    forget.append(installation.home)
    text_file(tmp_path / "deck.pptx")

    answer = installation.run("build", tmp_path / "deck.pptx", "--out", tmp_path / "out")

    assert answer.returncode == 1
    last = answer.stderr.strip().splitlines()[-1]
    assert last.startswith("CC-0102: ")
    assert "Traceback" not in answer.stderr


def test_a_missing_office_is_named_before_anything_is_stored(
    shop: Workshop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    deck = small_deck(tmp_path / "deck.pptx")
    monkeypatch.setenv("PATH", str(tmp_path))

    with pytest.raises(CourseCrafterError, match="LibreOffice is not installed"):
        build_course(BuildOrder(deck, tmp_path / "out"), shop)

    assert (rows(shop), stored(shop)) == (0, [])


FULL_DISK = """
import sys
from pathlib import Path
import sqlalchemy as sa
from coursecrafter.build.course import build_course
from coursecrafter.build.order import BuildOrder
from coursecrafter.config import Settings
from coursecrafter.progress import BuildProgress
from coursecrafter.errors import CourseCrafterError
from coursecrafter.db.tables import cc_projects
from coursecrafter.wiring import open_workshop
home, deck = Path(sys.argv[1]), Path(sys.argv[2])
settings = Settings(home, "/mnt/store", None, None, 2)
with BuildProgress(is_quiet=True) as progress, open_workshop(settings, progress) as shop:
    try:
        build_course(BuildOrder(deck, home / "out"), shop)
    except CourseCrafterError as error:
        print(error.code, error.message)
    with shop.database.admin() as conn:
        print(conn.execute(sa.select(sa.func.count()).select_from(cc_projects)).scalar_one(), "projects")
    print(sum(path.is_file() for path in Path("/mnt/store").rglob("*")), "files")
"""


def test_a_full_disk_is_named_and_leaves_nothing(tmp_path: Path, forget: list[Path]) -> None:
    """The store is a file system of 40 kB, which the deck itself nearly fills."""
    program = shutil.which("bwrap")
    assert program is not None
    deck = small_deck(tmp_path / "deck.pptx")
    home = tmp_path / "home"
    forget.append(home)
    argv = [program, "--dev-bind", "/", "/", "--size", "61440", "--tmpfs", "/mnt", sys.executable, "-c", FULL_DISK]

    answer = subprocess.run([*argv, str(home), str(deck)], capture_output=True, text=True, timeout=300, check=True)

    assert answer.stdout.splitlines() == [
        "CC-0701 The disk that holds the course files is full.",
        "0 projects",
        "0 files",
    ], answer.stderr


def test_a_slides_deck_with_a_hidden_slide_only_has_nothing_to_show(shop: Workshop, tmp_path: Path) -> None:
    deck = make_deck(tmp_path / "deck.pptx", [Sketch(title="Hidden", is_hidden=True)])

    with pytest.raises(CourseCrafterError, match="CC-0110"):
        build_course(BuildOrder(deck, tmp_path / "out"), shop)

    assert (rows(shop), stored(shop)) == (0, [])
