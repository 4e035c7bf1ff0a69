"""What the guard refuses, and how fast."""

from __future__ import annotations

import gzip
import io
import struct
import time
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from coursecrafter.errors import IngestError
from coursecrafter.ingest.archive import (
    DeclaredEntities,
    EncryptedFile,
    OversizedPicture,
    TruncatedFile,
    ZipBomb,
)
from coursecrafter.ingest.guard import (
    DeckWithoutSlides,
    DocumentKind,
    FileNotReadable,
    FileTooLarge,
    MacroDeck,
    NoPresentation,
    NotADeck,
    OldPowerPoint,
    WrongDocument,
    check_deck,
    check_document,
)
from decks import Sketch, make_deck, png_bytes, rewrite_parts

COMPOUND = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(512)
PNG_HEAD = b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR"


@pytest.fixture
def deck(tmp_path: Path) -> Path:
    return make_deck(tmp_path / "deck.pptx", [Sketch("One")])


def _zip(parts: dict[str, bytes]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, part in parts.items():
            archive.writestr(name, part)
    return stream.getvalue()


def _write(path: Path, content: bytes) -> Path:
    path.write_bytes(content)
    return path


def test_a_sound_deck_passes(deck: Path) -> None:
    check_deck(deck)


def test_the_guard_does_not_unpack_what_it_need_not_look_at(deck: Path) -> None:
    rewrite_parts(deck, {f"ppt/media/film{n}.bin": bytes(8 << 20) for n in range(6)})

    def unpack() -> None:
        with zipfile.ZipFile(deck) as archive:
            for name in archive.namelist():
                archive.read(name)

    guarded_s, unpacked_s = (min(took_s(act) for _ in range(3)) for act in (lambda: check_deck(deck), unpack))

    assert guarded_s < unpacked_s


def took_s(act: Callable[[], None]) -> float:
    """Processor seconds."""
    began = time.process_time()
    act()
    return time.process_time() - began


def test_a_text_file_is_no_deck(tmp_path: Path) -> None:
    with pytest.raises(NotADeck):
        check_deck(_write(tmp_path / "deck.pptx", b"Dear all, please find attached"))


def test_an_empty_file_is_no_deck(tmp_path: Path) -> None:
    with pytest.raises(NotADeck):
        check_deck(_write(tmp_path / "deck.pptx", b""))


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(FileNotReadable, match=r"nowhere\.pptx"):
        check_deck(tmp_path / "nowhere.pptx")


def test_a_huge_file_is_refused_unread(tmp_path: Path) -> None:
    path = tmp_path / "deck.pptx"
    with path.open("wb") as file:
        file.truncate(600 << 20)

    with pytest.raises(FileTooLarge):
        check_deck(path)


def test_a_protected_deck_is_told_from_an_old_one(tmp_path: Path) -> None:
    protected = _write(tmp_path / "a.pptx", COMPOUND + "EncryptedPackage".encode("utf-16-le"))
    old = _write(tmp_path / "b.pptx", COMPOUND + "PowerPoint Document".encode("utf-16-le"))
    other = _write(tmp_path / "c.pptx", COMPOUND + "WordDocument".encode("utf-16-le"))

    with pytest.raises(EncryptedFile):
        check_deck(protected)
    with pytest.raises(OldPowerPoint):
        check_deck(old)
    with pytest.raises(NotADeck):
        check_deck(other)


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9, 0.999])
def test_a_deck_that_is_cut_off_is_refused(deck: Path, share: float) -> None:
    content = deck.read_bytes()
    deck.write_bytes(content[: int(len(content) * share)])

    with pytest.raises(TruncatedFile):
        check_deck(deck)


def test_a_part_that_does_not_match_its_checksum_is_refused(deck: Path) -> None:
    with zipfile.ZipFile(deck) as archive:
        offset = archive.getinfo("ppt/presentation.xml").header_offset
    content = bytearray(deck.read_bytes())
    content[offset + 120] ^= 0xFF
    deck.write_bytes(content)

    with pytest.raises(TruncatedFile):
        check_deck(deck)


def test_a_protected_entry_is_refused(deck: Path) -> None:
    content = bytearray(deck.read_bytes())
    content[content.index(b"PK\x01\x02") + 8] |= 1
    deck.write_bytes(content)

    with pytest.raises(EncryptedFile):
        check_deck(deck)


def test_an_unusual_way_of_packing_is_refused(deck: Path) -> None:
    with zipfile.ZipFile(deck, "a", zipfile.ZIP_LZMA) as archive:
        archive.writestr("ppt/media/a.bin", bytes(100))

    with pytest.raises(TruncatedFile):
        check_deck(deck)


def test_macros_are_refused_by_part_and_by_type(deck: Path, tmp_path: Path) -> None:
    renamed = make_deck(tmp_path / "renamed.pptx", [Sketch("One")])
    with zipfile.ZipFile(renamed) as archive:
        types = archive.read("[Content_Types].xml")
    macro_type = b"application/vnd.ms-powerpoint.presentation.macroEnabled.main+xml"
    usual = b"application/vnd.openxmlformats-officedocument.presentationml.presentation.main+xml"
    rewrite_parts(renamed, {"[Content_Types].xml": types.replace(usual, macro_type)})
    rewrite_parts(deck, {"ppt/vbaProject.bin": COMPOUND})

    for path in (renamed, deck):
        with pytest.raises(MacroDeck):
            check_deck(path)


def test_a_bomb_in_text_is_refused(deck: Path) -> None:
    rewrite_parts(deck, {"ppt/slides/slide1.xml": b"<a>" + bytes(80 << 20)})

    with pytest.raises(ZipBomb):
        check_deck(deck)


def test_a_bomb_in_media_is_refused(deck: Path) -> None:
    rewrite_parts(deck, {"ppt/media/image1.bin": bytes(200 << 20)})

    with pytest.raises(ZipBomb):
        check_deck(deck)


def test_a_bomb_of_many_dense_parts_is_refused(deck: Path) -> None:
    rewrite_parts(deck, {f"ppt/media/image{n}.bin": bytes(15 << 20) for n in range(8)})

    with pytest.raises(ZipBomb):
        check_deck(deck)


def test_a_nested_bomb_is_refused(deck: Path) -> None:
    rewrite_parts(deck, {"ppt/embeddings/book.xlsx": _zip({"xl/sheet.xml": bytes(80 << 20)})})

    with pytest.raises(ZipBomb):
        check_deck(deck)


def test_deep_nesting_is_refused(deck: Path) -> None:
    inner = _zip({"a": b"a"})
    for _ in range(3):
        inner = _zip({"inner.zip": inner})
    rewrite_parts(deck, {"ppt/embeddings/a.zip": inner})

    with pytest.raises(ZipBomb):
        check_deck(deck)


def test_a_workbook_behind_a_chart_passes(deck: Path) -> None:
    rewrite_parts(deck, {"ppt/embeddings/book.xlsx": _zip({"xl/sheet.xml": b"<sheet/>"})})

    check_deck(deck)


def test_a_large_nested_archive_is_refused(deck: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("coursecrafter.ingest.archive.MAX_NESTED_BYTES", 10)
    rewrite_parts(deck, {"ppt/embeddings/book.xlsx": _zip({"a.bin": b"abcdefghijkl"})})

    with pytest.raises(ZipBomb):
        check_deck(deck)


def test_a_bomb_in_a_packed_metafile_is_refused(deck: Path) -> None:
    rewrite_parts(deck, {"ppt/media/image1.emz": gzip.compress(bytes(70 << 20))})

    with pytest.raises(ZipBomb):
        check_deck(deck)


def test_overlapping_parts_are_refused(tmp_path: Path) -> None:
    content = bytearray(_zip({"a.bin": b"0" * 100, "b.bin": b"1" * 100}))
    second = content.rindex(b"PK\x01\x02")
    content[second + 42 : second + 46] = struct.pack("<I", 4)

    with pytest.raises(ZipBomb):
        check_deck(_write(tmp_path / "deck.pptx", bytes(content)))


def test_too_many_parts_are_refused(deck: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("coursecrafter.ingest.archive.MAX_ENTRIES", 5)

    with pytest.raises(ZipBomb):
        check_deck(deck)


def test_parts_of_nested_archives_are_counted_too(deck: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with zipfile.ZipFile(deck) as archive:
        count = len(archive.namelist())
    rewrite_parts(deck, {"ppt/embeddings/a.zip": _zip({f"{n}.bin": b"" for n in range(count)})})
    monkeypatch.setattr("coursecrafter.ingest.archive.MAX_ENTRIES", count + 10)

    with pytest.raises(ZipBomb):
        check_deck(deck)


def test_a_wide_directory_is_counted_before_it_is_read(tmp_path: Path) -> None:
    wide = b"PK\x06\x06" + struct.pack("<QHHIIQQQQ", 44, 45, 45, 0, 0, 9_000_000, 9_000_000, 400_000_000, 0)
    locator = b"PK\x06\x07" + struct.pack("<IQI", 0, 4, 1)
    end = b"PK\x05\x06" + struct.pack("<HHHHIIH", 0, 0, 1, 1, 46, 4, 0)

    with pytest.raises(ZipBomb):
        check_deck(_write(tmp_path / "deck.pptx", b"PK\x03\x04" + wide + locator + end))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_declared_entities_are_refused(deck: Path, encoding: str) -> None:
    lol = '<?xml version="1.0"?><!-- <a --><!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'
    rewrite_parts(deck, {"ppt/slides/slide1.xml": lol.encode(encoding)})

    with pytest.raises(DeclaredEntities):
        check_deck(deck)


def test_a_part_that_is_no_xml_is_refused(deck: Path) -> None:
    rewrite_parts(deck, {"ppt/slides/slide1.xml": b"slide"})

    with pytest.raises(TruncatedFile):
        check_deck(deck)


def test_an_empty_part_passes(deck: Path) -> None:
    rewrite_parts(deck, {"docProps/custom.xml": b""})

    check_deck(deck)


@pytest.mark.parametrize(
    "head",
    [
        PNG_HEAD + struct.pack(">II", 60_000, 60_000),
        b"GIF89a" + struct.pack("<HH", 60_000, 60_000),
        b"BM" + bytes(16) + struct.pack("<ii", 60_000, -60_000),
        b"\xff\xd8\xff\xe0\x00\x04ab\xff\xff\xd0\xff\xc4\x00\x02\xff\xc0\x00\x0b\x08"
        + struct.pack(">HH", 60_000, 60_000),
    ],
    ids=["png", "gif", "bmp", "jpeg"],
)
def test_a_picture_of_absurd_size_is_refused(deck: Path, head: bytes) -> None:
    rewrite_parts(deck, {"ppt/media/image1.png": head + bytes(32)})

    with pytest.raises(OversizedPicture, match="60000 x 60000"):
        check_deck(deck)


@pytest.mark.parametrize("head", [b"\xff\xd8\xff", b"\xff\xd8\xff\xe0\x00\x02\x00\x00", b"BM", png_bytes(8, 8)])
def test_a_picture_of_usual_or_unknown_size_passes(deck: Path, head: bytes) -> None:
    rewrite_parts(deck, {"ppt/media/image1.png": head})

    check_deck(deck)


def test_a_zip_without_presentation_is_refused(tmp_path: Path) -> None:
    with pytest.raises(NoPresentation):
        check_deck(_write(tmp_path / "deck.pptx", _zip({"readme.md": b"hello"})))


def test_a_deck_whose_main_part_is_gone_is_refused(deck: Path) -> None:
    rewrite_parts(deck, {"ppt/presentation.xml": None})

    with pytest.raises(TruncatedFile):
        check_deck(deck)


def test_a_deck_without_slides_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DeckWithoutSlides):
        check_deck(make_deck(tmp_path / "empty.pptx", []))


def test_each_refusal_says_what_to_do() -> None:
    leaves = [leaf for leaf in IngestError.__subclasses__() if leaf.__module__.startswith("coursecrafter.ingest")]

    assert len({leaf.code for leaf in leaves}) == len(leaves)
    assert all("CC-0101" <= leaf.code <= "CC-0149" and leaf.remedy != IngestError.remedy for leaf in leaves)


def test_documents_are_known_by_name_and_content(tmp_path: Path) -> None:
    text = _write(tmp_path / "a.txt", "Grüße".encode("utf-16"))
    markdown = _write(tmp_path / "b.markdown", b"# Hello")
    pdf = _write(tmp_path / "c.PDF", b"%PDF-1.7")

    assert [check_document(path) for path in (text, markdown, pdf)] == [
        DocumentKind.TEXT,
        DocumentKind.MARKDOWN,
        DocumentKind.PDF,
    ]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.exe", b"MZ"),
        ("a.pdf", b"PK\x03\x04"),
        ("a.txt", b"\x7fELF\0\0"),
        ("a.docx", b"Hello"),
        ("a.docx", _zip({"a": b"a"})),
    ],
)
def test_a_document_that_is_not_what_its_name_says_is_refused(tmp_path: Path, name: str, content: bytes) -> None:
    with pytest.raises(WrongDocument):
        check_document(_write(tmp_path / name, content))


def test_a_protected_document_is_named_so(tmp_path: Path) -> None:
    with pytest.raises(EncryptedFile):
        check_document(_write(tmp_path / "a.docx", COMPOUND + "EncryptedPackage".encode("utf-16-le")))
