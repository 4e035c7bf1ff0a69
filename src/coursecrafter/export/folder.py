"""Fill the output folder from the store: every file whole or not at all, and nothing written twice."""

from __future__ import annotations

import errno
import hashlib
import json
import zipfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from io import BytesIO
from itertools import count
from pathlib import Path, PurePosixPath
from typing import Any
from uuid import UUID

from coursecrafter.domain.course import Course, Engine
from coursecrafter.domain.output import AssetType
from coursecrafter.domain.stored import StoredObject
from coursecrafter.errors import ExportError
from coursecrafter.export.items import EngineFigures, ExportItem, Written
from coursecrafter.export.names import file_name, folder_name, lesson_names
from coursecrafter.export.page import GENERATOR, Preview, page_html
from coursecrafter.storage.objects import ObjectStore, StoreFull

PAGE = PurePosixPath("index.html")
SIDECAR_ROLE = "sidecar_json"
RESULT_TYPES = {AssetType.VIDEO, AssetType.BOOK, AssetType.SCORM_PACKAGE}
MOST_PREVIEW_BYTES = 2 * 1024**3

Placed = tuple[PurePosixPath, ExportItem]
Maker = tuple[Engine | None, UUID | None]


class FolderTaken(ExportError):
    """The output folder holds a page that Course Crafter did not write."""

    code = "CC-0801"
    status = 409
    remedy = "Name another folder with --out, or move the file away that is named index.html."


class FolderUnusable(ExportError):
    """The output folder cannot be written to."""

    code = "CC-0802"
    status = 409
    remedy = "Name a folder with --out that you may write to, and run the same command again: nothing is made anew."


class FolderFull(ExportError):
    """There is no room left where the output folder is."""

    code = "CC-0803"
    status = 507
    retry = True
    remedy = "Free some space, or name a folder on a larger disk with --out, and run the same command again."


class UnsafePackage(ExportError):
    """A module's package holds a name that would leave its folder, or more than a preview may hold."""

    code = "CC-0804"
    remedy = "Build the module again; if it happens again, report it with the log."


def write_folder(
    out: Path, course: Course, items: Sequence[ExportItem], store: ObjectStore, figures: Sequence[EngineFigures]
) -> list[Written]:
    """Write a course's files, their sidecars, previews of its modules, and the page that shows it all.

    A file that is there with the same bytes stays untouched. A file with one of our names is replaced; no other is.

    Args:
        out: made if it is missing.
        course: whose names, brand and tree the page shows.
        items: what was made, the newest versions.
        store: where the bytes are.
        figures: of the renders, for the page.

    Returns:
        Every file of ours in the folder, items in their order first, the page last.

    Raises:
        FolderTaken: CC-0801, an `index.html` that is not ours; nothing is written.
        FolderUnusable: CC-0802.
        FolderFull: CC-0803; files already written are whole.
        ObjectMissing: CC-0702, the store lost a file.
    """
    _refuse_a_strangers_page(out)
    placed = place_items(course, [item for item in items if item.output.role != SIDECAR_ROLE])
    written = [Written(path, item, _copy(out / path, item.output.object, store)) for path, item in placed]
    written += [_write_bytes(out, path, _json(sidecar)) for path, sidecar in _sidecars(course, placed, items, store)]
    previews = {}
    for path, item in placed:
        if item.engine is Engine.E4 and item.output.asset_type is AssetType.SCORM_PACKAGE:
            folder = PurePosixPath("preview", path.stem)
            written += _unpack(out, folder, store.get_bytes(item.output.object))
            previews[path] = Preview(folder / "index.html")
    captions = {path: store.get_bytes(item.output.object).decode() for path, item in placed if path.suffix == ".vtt"}
    html = page_html(course, placed, figures, captions=captions, previews=previews)
    written.append(_write_bytes(out, PAGE, html.encode()))
    return written


def place_items(course: Course, items: Sequence[ExportItem]) -> list[Placed]:
    """Give each item its path below the output folder; a name asked for twice is numbered."""
    names = lesson_names(course)
    taken: set[str] = set()
    placed = []
    for item in items:
        lesson_name, folder = names[item.lesson.id] if item.lesson else None, folder_name(item)
        path = next(
            path
            for number in count(1)
            if str(path := PurePosixPath(folder, file_name(course, item, lesson_name, number))).lower() not in taken
        )
        taken.add(str(path).lower())
        placed.append((path, item))
    return placed


def _refuse_a_strangers_page(out: Path) -> None:
    page = out / PAGE
    with _translated(out):
        is_strangers = page.exists() and GENERATOR.encode() not in page.read_bytes()[:2000]
    if is_strangers:
        raise FolderTaken(f"The folder {out.name} holds an index.html of something else.", detail=str(page))


def _sidecars(
    course: Course, placed: Sequence[Placed], items: Sequence[ExportItem], store: ObjectStore
) -> Iterator[tuple[PurePosixPath, dict[str, Any]]]:
    """One JSON beside each result, for programs: what its engine says, and what its files are (exports, "Formats")."""
    said = {_maker(item): store.get_bytes(item.output.object) for item in items if item.output.role == SIDECAR_ROLE}
    described: set[Maker] = set()
    for path, item in placed:
        maker = _maker(item)
        if item.output.asset_type not in RESULT_TYPES or maker in described:
            continue
        described.add(maker)
        own = [(other_path, other) for other_path, other in placed if _maker(other) == maker]
        facts = {
            "engine": item.engine.value if item.engine else None,
            "project_id": str(course.id),
            "lesson_id": str(item.lesson.id) if item.lesson else None,
            "version": item.version,
            "files": [_file_facts(other_path, other) for other_path, other in own],
        }
        yield path.with_suffix(".json"), {**json.loads(said.get(maker, b"{}")), **facts}


def _maker(item: ExportItem) -> Maker:
    return item.engine, item.lesson.id if item.lesson else None


def _file_facts(path: PurePosixPath, item: ExportItem) -> dict[str, Any]:
    stored = item.output.object
    return {
        "path": str(path),
        "role": item.output.role,
        "version": item.version,
        "mime_type": stored.mime_type,
        "size_bytes": stored.size_bytes,
        "sha256": stored.sha256,
    }


def _json(value: dict[str, Any]) -> bytes:
    return json.dumps(value, indent=2, sort_keys=True, ensure_ascii=False).encode("utf-8", "replace") + b"\n"


def _unpack(out: Path, folder: PurePosixPath, package: bytes) -> Iterator[Written]:
    """A module's files, to be opened without an LMS."""
    with zipfile.ZipFile(BytesIO(package)) as archive:
        members = [member for member in archive.infolist() if not member.is_dir()]
        total = sum(member.file_size for member in members)
        names = [PurePosixPath(member.filename) for member in members]
        if total > MOST_PREVIEW_BYTES or any(name.is_absolute() or ".." in name.parts for name in names):
            raise UnsafePackage("The module's package cannot be unpacked for its preview.", detail=f"{total} bytes")
        for name, member in zip(names, members, strict=True):
            yield _write_bytes(out, folder / name, archive.read(member))


def _copy(target: Path, stored: StoredObject, store: ObjectStore) -> bool:
    def fill(part: Path) -> None:
        try:
            store.copy_to(stored, part)
        except StoreFull as error:  # reading fills no disk: it is the folder's
            raise FolderFull("The disk of the output folder is full.", detail=error.detail) from error

    return _write(target, stored, fill)


def _write_bytes(out: Path, path: PurePosixPath, content: bytes) -> Written:
    stored = StoredObject(hashlib.sha256(content).hexdigest(), len(content), "")
    return Written(path, None, _write(out / path, stored, lambda file: file.write_bytes(content)))


def _write(target: Path, wanted: StoredObject, fill: Callable[[Path], object]) -> bool:
    """Put a file in its place by renaming it; whether that was needed."""
    part = target.with_name(f".{target.name[:100]}.part")
    with _translated(target):
        if _has(target, wanted):
            return False
        target.parent.mkdir(parents=True, exist_ok=True)
        try:
            part.touch()
            fill(part)
            part.replace(target)
        finally:
            part.unlink(missing_ok=True)
    return True


def _has(target: Path, wanted: StoredObject) -> bool:
    if not target.is_file() or target.stat().st_size != wanted.size_bytes:
        return False
    with target.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest() == wanted.sha256


@contextmanager
def _translated(target: Path) -> Iterator[None]:
    """Turn the file system's words into ours."""
    try:
        yield
    except OSError as error:
        if error.errno in {errno.ENOSPC, errno.EDQUOT}:
            raise FolderFull("The disk of the output folder is full.", detail=f"{target}: {error}") from error
        raise FolderUnusable(
            f"The output folder cannot be written to ({error.strerror}).", detail=str(target)
        ) from error
