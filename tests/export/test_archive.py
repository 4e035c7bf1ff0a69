"""An archive under way: nothing of it in memory, twice the same, and readable before it is done."""

from __future__ import annotations

import hashlib
import io
import subprocess
import sys
import zipfile
from pathlib import Path, PurePosixPath

import pytest

from coursecrafter.export.archive import open_archive

MOMENT = "2026-03-01T12:00:03Z"
LARGE = """
import resource, sys
from pathlib import Path, PurePosixPath
from coursecrafter.export.archive import open_archive

size, piece = int(sys.argv[2]), bytes(1 << 20)
with Path(sys.argv[1]).open("w+b") as file, open_archive(file, "2026-03-01T12:00:00Z") as archive:
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    entry = archive.add(PurePosixPath("film.mp4"), (piece for _ in range(size >> 20)), size)
    with archive.open(entry) as film:
        film.seek(-5, 2)
        assert film.read() == bytes(5)
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
"""


def test_a_file_is_read_back_while_the_archive_is_written(tmp_path: Path) -> None:
    content = bytes(range(256)) * 4096
    with (tmp_path / "a.zip").open("w+b") as file, open_archive(file, MOMENT) as archive:
        first = archive.add_bytes(PurePosixPath("a/film.mp4"), content)
        with archive.open(first) as film:
            film.seek(300_000)
            part = film.read(5)
            film.seek(-7, io.SEEK_END)
            end = film.read()
        archive.add_bytes(PurePosixPath("a/words.txt"), b"words " * 100)

    assert (part, end) == (content[300_000:300_005], content[-7:])
    with zipfile.ZipFile(tmp_path / "a.zip") as packed:
        assert packed.testzip() is None
        assert packed.read("a/film.mp4") == content
        assert [entry.compress_type for entry in packed.infolist()] == [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED]
        assert {entry.date_time for entry in packed.infolist()} == {(2026, 3, 1, 12, 0, 2)}
    assert first.sha256 == hashlib.sha256(content).hexdigest()


def test_what_failed_half_way_leaves_no_open_file(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="no"), (tmp_path / "a.zip").open("w+b") as file, open_archive(file, MOMENT):
        raise ValueError("no")


def test_a_time_before_zips_is_the_first_that_they_can_name(tmp_path: Path) -> None:
    with (tmp_path / "a.zip").open("w+b") as file, open_archive(file, "1970-01-01T00:00:00Z") as archive:
        archive.add_folder(PurePosixPath("a"))

    with zipfile.ZipFile(tmp_path / "a.zip") as packed:
        assert [(entry.filename, entry.date_time[0]) for entry in packed.infolist()] == [("a/", 1980)]


def test_a_large_file_takes_no_more_memory_than_a_small_one(tmp_path: Path) -> None:
    size = 200 << 20

    said = subprocess.run(
        [sys.executable, "-c", LARGE, str(tmp_path / "a.zip"), str(size)],
        check=True,
        capture_output=True,
        text=True,
        timeout=120,
    )

    assert int(said.stdout) * 1024 < size / 10
