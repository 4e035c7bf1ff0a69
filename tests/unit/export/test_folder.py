"""The output folder: filled whole, filled once, and nobody else's file touched."""

from __future__ import annotations

import errno
import io
import json
import os
import subprocess
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from coursecrafter.domain.course import Engine
from coursecrafter.domain.output import AssetType
from coursecrafter.export import folder
from coursecrafter.export.folder import FolderFull, FolderTaken, FolderUnusable, UnsafePackage, write_folder
from coursecrafter.export.items import ExportItem, Written
from coursecrafter.storage.objects import ObjectStore, StoreFull
from unit.export.export_course import VTT, FinishedCourse, make_course, make_lesson


def write(finished: FinishedCourse, out: Path) -> list[Written]:
    return write_folder(out, finished.course, finished.items, finished.store, finished.figures)


def files_below(out: Path) -> dict[str, bytes]:
    return {str(path.relative_to(out)): path.read_bytes() for path in sorted(out.rglob("*")) if path.is_file()}


def test_every_file_stands_in_its_folder_with_its_bytes(finished: FinishedCourse, film: bytes, tmp_path: Path) -> None:
    written = write(finished, tmp_path / "out")

    found = files_below(tmp_path / "out")
    assert {str(one.path) for one in written} == set(found)
    assert found["videos/HRA101_L1.1_E1_v1.mp4"] == found["videos/HRA101_L1.2_E2_v1.mp4"] == film
    assert found["videos/HRA101_L1.1_E1_v1.vtt"] == VTT.encode()
    assert {"book/HRA101_BOOK_v1.pdf", "book/HRA101_BOOK_v1.epub", "scorm/HRA101_L1.1_SCORM_v1.zip"} <= set(found)
    assert found["preview/HRA101_L1.1_SCORM_v1/assets/images/slide_1.png"].startswith(b"\x89PNG")


def test_a_sidecar_says_what_its_file_is(finished: FinishedCourse, tmp_path: Path) -> None:
    write(finished, tmp_path / "out")

    sidecar = json.loads((tmp_path / "out/videos/HRA101_L1.1_E1_v1.json").read_text())
    video, lesson = finished.items[0].output.object, finished.items[0].lesson
    assert lesson is not None
    assert sidecar.pop("files")[0] == {
        "path": "videos/HRA101_L1.1_E1_v1.mp4",
        "role": "final_video",
        "version": 1,
        "mime_type": "application/octet-stream",
        "size_bytes": video.size_bytes,
        "sha256": video.sha256,
    }
    assert sidecar == {
        "voice_profile": "en_1",
        "engine": "e1",
        "project_id": str(finished.course.id),
        "lesson_id": str(lesson.id),
        "version": 1,
    }


def test_a_book_in_two_formats_has_one_sidecar(finished: FinishedCourse, tmp_path: Path) -> None:
    write(finished, tmp_path / "out")

    (sidecar,) = (tmp_path / "out/book").glob("*.json")
    described = json.loads(sidecar.read_text())
    assert [one["path"] for one in described["files"]][:2] == ["book/HRA101_BOOK_v1.pdf", "book/HRA101_BOOK_v1.epub"]


def test_a_second_time_nothing_is_written(finished: FinishedCourse, tmp_path: Path) -> None:
    write(finished, tmp_path / "out")
    times = {path: path.stat().st_mtime_ns for path in (tmp_path / "out").rglob("*")}

    again = write(finished, tmp_path / "out")

    assert not any(one.is_new for one in again)
    assert {path: path.stat().st_mtime_ns for path in (tmp_path / "out").rglob("*")} == times


def test_two_folders_of_one_course_are_equal(finished: FinishedCourse, tmp_path: Path) -> None:
    write(finished, tmp_path / "one")
    write(finished, tmp_path / "two")

    assert files_below(tmp_path / "one") == files_below(tmp_path / "two")


def test_a_damaged_file_is_put_right_and_a_strangers_file_stays(finished: FinishedCourse, tmp_path: Path) -> None:
    write(finished, tmp_path / "out")
    before = files_below(tmp_path / "out")
    film = tmp_path / "out/videos/HRA101_L1.1_E1_v1.mp4"
    film.write_bytes(film.read_bytes()[:-1] + b"?")
    (tmp_path / "out/videos/mine.txt").write_text("my own notes")

    written = write(finished, tmp_path / "out")

    assert [str(one.path) for one in written if one.is_new] == ["videos/HRA101_L1.1_E1_v1.mp4"]
    assert files_below(tmp_path / "out") == {**before, "videos/mine.txt": b"my own notes"}


def test_a_folder_with_a_strangers_page_is_refused_before_anything_is_written(
    finished: FinishedCourse, tmp_path: Path
) -> None:
    (tmp_path / "index.html").write_text("<h1>My home page</h1>")

    with pytest.raises(FolderTaken, match=r"index\.html of something else\. \[CC-0801\]"):
        write(finished, tmp_path)

    assert not (tmp_path / "videos").exists()


def test_a_folder_that_is_a_file_is_refused(finished: FinishedCourse, tmp_path: Path) -> None:
    (tmp_path / "out").write_text("")

    with pytest.raises(FolderUnusable, match="CC-0802"):
        write(finished, tmp_path / "out")


def test_a_full_disk_is_named_and_leaves_whole_files_only(
    finished: FinishedCourse, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_room(_store: ObjectStore, _stored: object, target: Path) -> None:
        target.write_bytes(b"half")
        raise StoreFull("The disk is full.")

    monkeypatch.setattr(ObjectStore, "copy_to", no_room)

    with pytest.raises(FolderFull, match="disk of the output folder is full"):
        write(finished, tmp_path / "out")

    assert files_below(tmp_path / "out") == {}


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may mount a small disk")
def test_a_page_that_finds_no_room_is_named_too(tmp_path: Path) -> None:
    small = tmp_path / "small"
    small.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=16k", "tmpfs", str(small)], check=False, timeout=10)
    if mounted.returncode:
        pytest.skip("this machine mounts nothing")
    store = ObjectStore(str(tmp_path / "store"), make_course().id)
    long_name = make_course(make_lesson(1, "L1.1", "A very long title " * 2000))

    try:
        with pytest.raises(FolderFull) as caught:
            write_folder(small, long_name, [], store, [])
        left = files_below(small)
    finally:
        subprocess.run(["umount", str(small)], check=True, timeout=10)

    assert caught.value.__cause__ is not None
    assert getattr(caught.value.__cause__, "errno", None) == errno.ENOSPC
    assert left == {}


@pytest.mark.parametrize("name", ["../outside.html", "/etc/outside", "assets/../../outside"])
def test_a_package_that_would_leave_its_folder_is_not_unpacked(
    name: str, store: ObjectStore, add_item: Callable[..., ExportItem], tmp_path: Path
) -> None:
    package = io.BytesIO()
    with zipfile.ZipFile(package, "w") as archive:
        archive.writestr("assets/", "")
        archive.writestr(name, "outside")
    lesson = make_lesson(1, "L1.1")
    module = add_item(Engine.E4, lesson, "scorm_package", package.getvalue(), AssetType.SCORM_PACKAGE, ".zip")

    with pytest.raises(UnsafePackage, match="CC-0804"):
        write_folder(tmp_path / "out", make_course(lesson), [module], store, [])

    assert not list(tmp_path.rglob("outside*"))


def test_a_package_larger_than_a_preview_may_be_is_not_unpacked(
    finished: FinishedCourse, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(folder, "MOST_PREVIEW_BYTES", 100)

    with pytest.raises(UnsafePackage):
        write(finished, tmp_path / "out")
