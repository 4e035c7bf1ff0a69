"""A course with two of its three lessons rendered, as tiny real files: film, book, module, pictures."""

from __future__ import annotations

import io
import subprocess
import tempfile
import wave
import zipfile
from dataclasses import dataclass, replace
from functools import cache
from itertools import count
from pathlib import Path
from typing import Any
from uuid import UUID

import pypdfium2
import sqlalchemy as sa
from PIL import Image

from authored_course import AuthoredCourse, settle_author
from coursecrafter.authoring.assets import put_asset
from coursecrafter.authoring.edits import edit
from coursecrafter.authoring.events import Event
from coursecrafter.authoring.hierarchy import create_learning_unit, create_lesson, create_module
from coursecrafter.authoring.render_jobs import complete_render, report_progress, request_render, start_render
from coursecrafter.authoring.slots import Slot
from coursecrafter.authoring.sources import add_source
from coursecrafter.db.session import Database
from coursecrafter.db.tables import cc_ai_calls, cc_lessons, cc_projects
from coursecrafter.domain.course import Engine
from coursecrafter.domain.output import AssetType, Output
from coursecrafter.storage.objects import ObjectStore

NUMBERS = count(1)
FILM_SECONDS = 3
TITLES = ("Finding the exit", "Hearing the alarm", "Leaving in order")
CODES = ("L1.1", "L1.2", "L1.3")
VTT = "WEBVTT\n\n00:00.000 --> 00:03.000\nFind the exit.\n"
MANIFEST = """<?xml version="1.0" encoding="UTF-8"?>
<manifest identifier="m1" version="1.0" xmlns="http://www.imsproject.org/xsd/imscp_rootv1p1p2"
 xmlns:adlcp="http://www.adlnet.org/xsd/adlcp_rootv1p2">
 <metadata><schema>ADL SCORM</schema><schemaversion>1.2</schemaversion></metadata>
 <organizations default="o1"><organization identifier="o1"><title>Exits</title>
  <item identifier="i1" identifierref="r1"><title>Exits</title></item></organization></organizations>
 <resources><resource identifier="r1" type="webcontent" adlcp:scormtype="sco" href="index.html">
  <file href="index.html"/><file href="assets/images/slide_1.png"/><file href="slides/slide_1.html"/>
 </resource></resources></manifest>
"""


@dataclass(frozen=True)
class RenderedCourse:
    """A course with its store.

    Attributes:
        files: by engine and role, the bytes that the first lesson's renders (and the book's) published.
        jobs, assets: ids by the same.
    """

    course: AuthoredCourse
    store: ObjectStore
    files: dict[tuple[Engine, str], bytes]
    jobs: dict[Engine, UUID]
    assets: dict[tuple[Engine, str], UUID]


@cache
def film() -> bytes:
    """Three seconds of moving picture and sound."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "film.mp4")
        inputs = ["-f", "lavfi", "-i", "testsrc2=size=320x180:rate=10:duration=3", "-f", "lavfi", "-i", "sine=d=3"]
        coding = ["-c:v", "libx264", "-pix_fmt", "yuv420p", "-c:a", "aac", "-movflags", "+faststart"]
        subprocess.run(["ffmpeg", "-v", "error", *inputs, *coding, str(path)], check=True, timeout=60)
        return path.read_bytes()


@cache
def book() -> bytes:
    """A PDF of two pages."""
    document, saved = pypdfium2.PdfDocument.new(), io.BytesIO()
    for _ in range(2):
        document.new_page(200, 300)
    document.save(saved)
    document.close()
    return saved.getvalue()


def picture(color: str = "navy") -> bytes:
    saved = io.BytesIO()
    Image.new("RGB", (32, 18), color).save(saved, "PNG")
    return saved.getvalue()


def sound() -> bytes:
    saved = io.BytesIO()
    with wave.open(saved, "wb") as target:
        target.setnchannels(1)
        target.setsampwidth(2)
        target.setframerate(8000)
        target.writeframes(bytes(8000))
    return saved.getvalue()


def module(manifest: str | None = MANIFEST, extra: dict[str, bytes] | None = None) -> bytes:
    """A SCORM 1.2 package with one page."""
    saved = io.BytesIO()
    with zipfile.ZipFile(saved, "w") as archive:
        if manifest is not None:
            archive.writestr("imsmanifest.xml", manifest)
        archive.writestr("index.html", "<!doctype html><title>Exits</title>")
        archive.writestr("assets/images/slide_1.png", picture())
        archive.writestr("slides/slide_1.html", "<!doctype html><title>Exits</title>")
        for name, content in (extra or {}).items():
            archive.writestr(name, content)
    return saved.getvalue()


def epub() -> bytes:
    saved = io.BytesIO()
    with zipfile.ZipFile(saved, "w") as archive:
        archive.writestr("mimetype", "application/epub+zip")
        archive.writestr("META-INF/container.xml", "<container/>")
    return saved.getvalue()


Made = list[tuple[str, AssetType, bytes, str]]


def results(engine: Engine) -> Made:
    """What a render of an engine publishes: role, kind, bytes and media type."""
    sidecar = ("sidecar_json", AssetType.DOCUMENT, b'{"duration_seconds": 3}', "application/json")
    return {
        Engine.E1: [
            ("final_video", AssetType.VIDEO, film(), "video/mp4"),
            ("captions_vtt", AssetType.DOCUMENT, VTT.encode(), "text/vtt"),
            ("poster", AssetType.IMAGE, picture("teal"), "image/png"),
            sidecar,
        ],
        Engine.E2: [("final_video", AssetType.VIDEO, film(), "video/mp4")],
        Engine.E3: [
            ("book_pdf", AssetType.BOOK, book(), "application/pdf"),
            ("book_epub", AssetType.BOOK, epub(), "application/epub+zip"),
            sidecar,
        ],
        Engine.E4: [("scorm_package", AssetType.SCORM_PACKAGE, module(), "application/zip"), sidecar],
    }[engine]


def empty_course(database: Database, folder: Path, code: str | None = "HRA-101") -> RenderedCourse:
    """A course of three lessons in one module; nothing is rendered."""
    course = settle_author(database, f"house{next(NUMBERS)}")
    author = course.author
    with database.app(course.identity) as conn:
        course.units.append(create_learning_unit(conn, author, course.project_id, title="Before"))
        course.modules.append(create_module(conn, author, course.units[0], title="Before a fire"))
        for lesson_code, title in zip(CODES, TITLES, strict=True):
            course.lessons.append(create_lesson(conn, author, course.modules[0], title=title, code=lesson_code))
    with database.admin() as admin:
        admin.execute(cc_lessons.update().values(status="in_design"))
        admin.execute(cc_projects.update().values(code=code).where(cc_projects.c.id == course.project_id))
    return RenderedCourse(course, ObjectStore(str(folder), author.org_id), {}, {}, {})


def rendered_course(database: Database, folder: Path, code: str | None = "HRA-101") -> RenderedCourse:
    """The first lesson by three engines, the second by one, a book; the third lesson has nothing yet."""
    made = empty_course(database, folder, code)
    first, second, _ = made.course.lessons
    for engine, lesson_id in ((Engine.E1, first), (Engine.E2, first), (Engine.E4, first), (Engine.E3, None)):
        publish(database, made, engine, lesson_id, results(engine))
    spare = replace(made, files={}, jobs={}, assets={})
    publish(database, spare, Engine.E1, second, results(Engine.E1))
    with database.app(made.course.identity) as conn:
        add_material(conn, made)
    return made


def publish(database: Database, made: RenderedCourse, engine: Engine, lesson_id: UUID | None, outputs: Made) -> UUID:
    """Render, as far as the rows know; the job's id."""
    author, project_id = made.course.author, made.course.project_id
    kept = [
        Output(role, kind, made.store.put_bytes(content, mime_type), "") for role, kind, content, mime_type in outputs
    ]
    with database.app(made.course.identity) as conn:
        job = request_render(conn, author, engine, project_id, lesson_id)
    with database.worker(replace(made.course.identity, project_id=project_id)) as conn:
        start_render(conn, author, job.id)
        report_progress(conn, job.id, progress=0.5, line="Half of it is done.")
        versions = complete_render(conn, author, job.id, kept, {})
    made.jobs[engine] = job.id
    for (role, _, content, _), version in zip(outputs, versions, strict=True):
        made.files[engine, role] = content
        made.assets[engine, role] = version.id
    return job.id


def add_material(conn: sa.Connection, made: RenderedCourse) -> None:
    """An illustration, a sound, an upload and a call to a model."""
    author, project_id, lesson_id = made.course.author, made.course.project_id, made.course.lessons[0]
    put_file(conn, made, Slot(project_id, "hero_image", Engine.E2, lesson_id), AssetType.IMAGE, picture(), "image/png")
    put_file(conn, made, Slot(project_id, "jingle"), AssetType.AUDIO, sound(), "audio/wav")
    deck = made.store.put_bytes(b"PK deck", "application/octet-stream")
    add_source(conn, author, project_id, deck, file_type="pptx", purpose="engine1_ppt", name="a.pptx")
    call = {"engine": "e1", "call_type": "tts", "provider": "offline", "status": "success"}
    conn.execute(cc_ai_calls.insert().values(project_id=project_id, lesson_id=lesson_id, **call))


def put_file(
    conn: sa.Connection, made: RenderedCourse, slot: Slot, kind: AssetType, content: bytes, mime_type: str, **more: Any
) -> UUID:
    """Make bytes the active version of a slot, as an act of the author's."""
    stored = made.store.put_bytes(content, mime_type)
    place = {"project_id": slot.project_id, "lesson_id": slot.lesson_id}
    with edit(conn, made.course.author, Event.ASSETS_ADDED, **place) as act:
        return put_asset(act, slot, stored, kind, more).id
