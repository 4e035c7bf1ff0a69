"""`/cc/export`: a finished course leaves."""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import BinaryIO
from uuid import UUID

from fastapi import Request
from starlette.responses import Response

from coursecrafter.api.call import Call, Calling
from coursecrafter.api.envelope import encoded
from coursecrafter.api.file_answers import FileContent, RangeOutside, answer_file, stored_file
from coursecrafter.api.ranges import is_unchanged
from coursecrafter.api.routing import Routes
from coursecrafter.api.shapes.files import ListedLesson
from coursecrafter.db.refusals import NotFound
from coursecrafter.domain.exported import ExportedCourse
from coursecrafter.export.lessons_list import list_lessons
from coursecrafter.export.names import course_name
from coursecrafter.export.package import find_module, write_assets, write_package
from coursecrafter.export.shipping import ExportDiskFull, NotRenderedYet, UnsoundExport
from coursecrafter.reading.exports import find_project_of, read_exported, write_calls

routes = Routes("/cc/export", "Exports")

ZIP = "application/zip"
PIECE_BYTES = 256 * 1024
HELD_BACK = (NotFound, NotRenderedYet, UnsoundExport, ExportDiskFull, RangeOutside)


@routes.reads("/{project_id}/thinkific-metadata", list[ListedLesson])
def read_lessons(call: Calling, project_id: UUID) -> Response:
    """The lessons in course order with their files, as an LMS is filled from them."""
    return call.read(lambda conn: encoded(list_lessons(read_exported(conn, project_id))), project_id=project_id)


@routes.gives("/{project_id}/package", (ZIP,), refuses=HELD_BACK)
def read_package(call: Calling, request: Request, project_id: UUID) -> Response:
    """A course's full package, checked file by file; whatever is not right is named, and nothing leaves.

    The same course gives the same bytes, so a download that broke off is taken up again by Range and If-Range.
    """
    with tempfile.NamedTemporaryFile(suffix=".json") as file:
        with call.site.database.app(call.identity(project_id)) as conn:
            course = read_exported(conn, project_id)
            write_calls(conn, project_id, file)
        file.seek(0)
        tag = _tag("package", course, hashlib.file_digest(file, "sha256").hexdigest())
        calls = Path(file.name)
        return _answer(request, course, "package", tag, lambda out: write_package(out, course, call.store, calls))


@routes.gives("/{project_id}/assets-zip", (ZIP,), refuses=HELD_BACK)
def read_assets(call: Calling, request: Request, project_id: UUID) -> Response:
    """All assets of a course as they are active now, with what was uploaded."""
    course = _course(call, project_id)
    tag = _tag("assets", course, "")
    return _answer(request, course, "assets", tag, lambda out: write_assets(out, course, call.store))


@routes.gives("/{lesson_id}/scorm", (ZIP,), refuses=HELD_BACK)
def read_module(call: Calling, request: Request, lesson_id: UUID) -> Response:
    """A lesson's SCORM package as it is active now, checked."""
    with call.site.database.app(call.identity()) as conn:
        course = read_exported(conn, find_project_of(conn, lesson_id))
    found = find_module(course, lesson_id, call.store)
    content = stored_file(call.store, found.stored.sha256, found.stored.mime_type, found.file_name)
    return answer_file(request, content)


def _course(call: Call, project_id: UUID) -> ExportedCourse:
    with call.site.database.app(call.identity(project_id)) as conn:
        return read_exported(conn, project_id)


def _tag(kind: str, course: ExportedCourse, calls: str) -> str:
    """What an archive is made of, as a hash: known before it is put together."""
    return hashlib.sha256(f"{kind} {calls} {asdict(course)}".encode()).hexdigest()


def _answer(
    request: Request, course: ExportedCourse, kind: str, tag: str, write: Callable[[BinaryIO], object]
) -> Response:
    """Put an archive together on disk, and answer it from there."""
    name = f"{course_name(course)}_{kind}.zip"
    if is_unchanged(request.headers, f'"{tag}"'):
        return answer_file(request, FileContent(name, ZIP, 0, tag, lambda _start, _length: iter(())))
    # It has no name, so that nothing of it is left behind whatever happens.
    file = tempfile.TemporaryFile()  # noqa: SIM115 - closed when the answer is sent
    try:
        write(file)
        size_bytes = file.seek(0, os.SEEK_END)
    except BaseException:
        file.close()
        raise
    content = FileContent(name, ZIP, size_bytes, tag, lambda start, length: _read(file, start, length), file.close)
    return answer_file(request, content)


def _read(file: BinaryIO, start: int, length: int) -> Iterator[bytes]:
    while length > 0 and (piece := os.pread(file.fileno(), min(length, PIECE_BYTES), start)):
        yield piece
        start, length = start + len(piece), length - len(piece)
