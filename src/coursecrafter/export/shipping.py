"""Put stored files into an archive, and look at each as the one who receives it will."""

from __future__ import annotations

import errno
import io
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import PurePosixPath
from typing import BinaryIO

from coursecrafter.domain.course import Engine
from coursecrafter.domain.exported import ExportedCourse, ExportedFile
from coursecrafter.domain.look import VIDEO_ROLES
from coursecrafter.domain.output import AssetType
from coursecrafter.errors import ExportError
from coursecrafter.export.archive import COMPRESSED_SUFFIXES, Archive, Entry
from coursecrafter.export.faults import fault_of, module_fault
from coursecrafter.export.layout import PlacedFile
from coursecrafter.storage.objects import ObjectMissing, ObjectStore

RESULT_ROLES = frozenset({*VIDEO_ROLES, "book_pdf", "scorm_package"})
MAKING = {
    Engine.E1: "render the voice-over video",
    Engine.E2: "render the branded video",
    Engine.E3: "render the book",
    Engine.E4: "render the module",
}
MEDIA_TYPES: Mapping[AssetType, tuple[str, ...]] = {
    AssetType.VIDEO: ("video/",),
    AssetType.AUDIO: ("audio/",),
    AssetType.IMAGE: ("image/",),
    AssetType.BOOK: ("application/pdf", "application/epub+zip", "application/zip", "text/html"),
    AssetType.SCORM_PACKAGE: ("application/zip",),
}
MOST_NAMED = 10


class NotRenderedYet(ExportError):
    """What is to be exported was not rendered yet."""

    code = "CC-0805"
    status = 409
    remedy = "Render what is named, and export again."


class UnsoundExport(ExportError):
    """A file that is to leave is missing, damaged, or not from a render that succeeded."""

    code = "CC-0806"
    status = 409
    remedy = "Render or upload what is named again, or make an earlier version of it active, and export again."


class ExportDiskFull(ExportError):
    """There is no room for the export while it is put together."""

    code = "CC-0807"
    status = 507
    retry = True
    remedy = "Free some space where temporary files are kept (TMPDIR), and export again."


def ship(archive: Archive, root: PurePosixPath, placed: PlacedFile, store: ObjectStore) -> tuple[Entry | None, str]:
    """Put a stored file into an archive and look at it there.

    Returns:
        Its entry, None if there is nothing to put in; and what is wrong with it, as the rest of a sentence, or "".
    """
    file = placed.file
    if not file.mime_type.startswith(MEDIA_TYPES.get(file.asset_type, ("",))):
        return None, f"is stored as {file.mime_type}"
    try:
        stored = store.find(file.sha256, file.mime_type)
        if stored.size_bytes == 0:
            return None, "is empty"
        entry = archive.add(root / placed.path, store.read_range(stored, 0, stored.size_bytes), stored.size_bytes)
    except ObjectMissing:
        return None, "is missing from the store"
    if entry.sha256 != file.sha256:
        return entry, "was changed since it was made"
    if placed.suffix in COMPRESSED_SUFFIXES:
        content: BinaryIO = io.BytesIO(store.get_bytes(stored))
    else:
        content = archive.open(entry)
    is_module = file.asset_type is AssetType.SCORM_PACKAGE
    return entry, (module_fault(content) if is_module else fault_of(content, file.mime_type)) or ""


def unmade(course: ExportedCourse, placed: Sequence[PlacedFile]) -> list[str]:
    """Problems of results that no render made: none that succeeded names them."""
    made = {job["result_asset_id"] for job in course.jobs if job["state"] == "succeeded"}
    return [
        problem(one, "is not from a render that succeeded")
        for one in placed
        if one.file.role in RESULT_ROLES and one.file.engine is not None and str(one.file.id) not in made
    ]


def problem(placed: PlacedFile, fault: str) -> str:
    """Say to an author what is wrong with a file, and what to do."""
    where = f"{placed.lesson.code} “{placed.lesson.title}”: ".lstrip() if placed.lesson else ""
    return f"{where}{placed.path.name} {fault}; {_remedy(placed.file)}"


def refuse(problems: Sequence[str]) -> None:
    """Refuse an export that something is wrong with.

    Raises:
        UnsoundExport: CC-0806.
    """
    if not problems:
        return
    said = ". ".join(problems[:MOST_NAMED])
    more = f". And {len(problems) - MOST_NAMED} more" if len(problems) > MOST_NAMED else ""
    raise UnsoundExport(f"The export is held back. {said}{more}.", detail="\n".join(problems))


@contextmanager
def room() -> Iterator[None]:
    """Say it in our words if the disk of the archive is full.

    Raises:
        ExportDiskFull: CC-0807.
    """
    try:
        yield
    except OSError as error:
        if error.errno not in {errno.ENOSPC, errno.EDQUOT}:
            raise
        raise ExportDiskFull("There is no room left to put the export together.", detail=str(error)) from error


def _remedy(file: ExportedFile) -> str:
    if file.engine is not None:
        return f"{MAKING[file.engine]} again"
    return "upload it again, or delete it"
