"""A file that is two kinds of file at once is refused, and nothing honest is taken for one."""

from __future__ import annotations

import io
import struct
import zipfile
from pathlib import Path

import pytest

from coursecrafter.errors import CourseCrafterError
from coursecrafter.uploads.kinds import FileKind
from coursecrafter.uploads.polyglots import PolyglotFile, require_one_kind
from upload_files import SampleFiles, check, zip_bytes

PAGE = b"<html><script>alert(document.cookie)</script></html>"
BINARY = [kind for kind in FileKind if kind not in {FileKind.TEXT, FileKind.MARKDOWN}]


@pytest.mark.parametrize("kind", BINARY)
def test_an_archive_behind_a_file_is_found(kind: FileKind, samples: SampleFiles, tmp_path: Path) -> None:
    path = tmp_path / "double"
    path.write_bytes(samples.bytes(kind) + zip_bytes())

    with pytest.raises(PolyglotFile, match="CC-0124"):
        require_one_kind(path, kind.facts.content)


@pytest.mark.parametrize("kind", BINARY)
def test_a_web_page_behind_a_file_is_found(kind: FileKind, samples: SampleFiles, tmp_path: Path) -> None:
    path = tmp_path / "double"
    path.write_bytes(samples.bytes(kind) + PAGE)

    with pytest.raises(PolyglotFile, match="CC-0124"):
        require_one_kind(path, kind.facts.content)


def test_what_is_looked_into_is_looked_at_for_a_second_kind_too(samples: SampleFiles, tmp_path: Path) -> None:
    with pytest.raises(PolyglotFile, match="CC-0124"):
        check(tmp_path, FileKind.PNG, samples.bytes("png") + PAGE)


@pytest.mark.parametrize("kind", ["gif", "jpg", "png", "wav"])
def test_an_archive_with_a_comment_behind_a_picture_is_found(kind: str, samples: SampleFiles, tmp_path: Path) -> None:
    """A GIFAR: the archive's end stands further in, before a comment."""
    archive = bytearray(zip_bytes())
    archive[-2:] = struct.pack("<H", 5000)

    path = tmp_path / "double"
    path.write_bytes(samples.bytes(kind) + archive + b"x" * 5000)

    with pytest.raises(PolyglotFile, match="archive is hidden"):
        require_one_kind(path, FileKind(kind).facts.content)


def test_an_archive_inside_a_films_own_box_is_found(samples: SampleFiles, tmp_path: Path) -> None:
    archive = zip_bytes()

    with pytest.raises(PolyglotFile, match="archive"):
        check(tmp_path, FileKind.MP4, samples.bytes("mp4") + struct.pack(">I4s", 8 + len(archive), b"free") + archive)


def test_bytes_behind_a_films_last_box_are_found(samples: SampleFiles, tmp_path: Path) -> None:
    with pytest.raises(PolyglotFile, match="appended"):
        check(tmp_path, FileKind.MP4, samples.bytes("mp4") + bytes(8) + b"\x01\x02rubbish")


def test_a_deck_that_begins_as_a_pdf_for_lenient_readers_is_found(samples: SampleFiles, tmp_path: Path) -> None:
    """PDF readers look a kilobyte far for their mark."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive, zipfile.ZipFile(samples.path("docx")) as honest:
        archive.writestr("a.txt", b"%PDF-1.7\n1 0 obj")
        for entry in honest.infolist():
            archive.writestr(entry.filename, honest.read(entry))

    with pytest.raises(PolyglotFile, match="PDF at once"):
        check(tmp_path, FileKind.DOCX, target.getvalue())


def test_an_archive_put_before_a_deck_is_found(samples: SampleFiles, tmp_path: Path) -> None:
    """Readers of the front see the first archive, readers of the end the second."""
    first = zip_bytes("word/document.xml", b"<x/>")[:-22]

    with pytest.raises(PolyglotFile, match="put before"):
        check(tmp_path, FileKind.DOCX, first + samples.bytes("docx"))


def test_pictures_that_a_camera_appends_are_no_second_file(samples: SampleFiles, tmp_path: Path) -> None:
    photo = samples.bytes("jpg")

    assert check(tmp_path, FileKind.JPEG, photo + bytes(100) + photo + bytes(7)).kind is FileKind.JPEG


def test_a_picture_full_of_markers_is_walked_in_time(samples: SampleFiles, tmp_path: Path) -> None:
    with pytest.raises(CourseCrafterError, match=r"CC-01(05|24|31)"):
        check(tmp_path, FileKind.JPEG, samples.bytes("jpg")[:-2] + b"\xff" * (8 << 20) + b"\0")
