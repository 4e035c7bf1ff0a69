"""A finished course to take away: two lessons with films, captions, modules, and one book."""

from __future__ import annotations

import io
import subprocess
import zipfile
from collections.abc import Callable
from pathlib import Path
from uuid import UUID

import pytest
from PIL import Image, ImageDraw

from coursecrafter.domain.course import Engine, LessonContent
from coursecrafter.domain.output import AssetType, Finding, Output, Severity
from coursecrafter.export.items import EngineFigures, ExportItem
from coursecrafter.storage.objects import ObjectStore
from unit.export.export_course import TITLES, VTT, FinishedCourse, make_course, make_lesson


@pytest.fixture(scope="session")
def film(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """Four seconds of moving picture and sound."""
    path = tmp_path_factory.mktemp("film") / "film.mp4"
    source = "testsrc2=size=640x360:rate=10:duration=4"
    inputs = ["-f", "lavfi", "-i", source, "-f", "lavfi", "-i", "sine=duration=4"]
    coding = ["-c:v", "libx264", "-pix_fmt", "yuv420p", "-c:a", "aac", "-movflags", "+faststart"]
    subprocess.run(["ffmpeg", "-v", "error", *inputs, *coding, str(path)], check=True, timeout=60)
    return path.read_bytes()


@pytest.fixture
def store(tmp_path: Path) -> ObjectStore:
    return ObjectStore(str(tmp_path / "store"), UUID(int=7))


@pytest.fixture
def add_item(store: ObjectStore) -> Callable[..., ExportItem]:
    """Store a file and say what it is."""

    def add(
        engine: Engine | None,
        lesson: LessonContent | None,
        role: str,
        content: bytes,
        asset_type: AssetType = AssetType.DOCUMENT,
        suffix: str = ".txt",
        **metadata: object,
    ) -> ExportItem:
        stored = store.put_bytes(content, "application/octet-stream")
        return ExportItem(engine, lesson, Output(role, asset_type, stored, suffix, metadata), 1)

    return add


@pytest.fixture
def finished(film: bytes, store: ObjectStore, add_item: Callable[..., ExportItem]) -> FinishedCourse:
    lessons = [make_lesson(n + 1, f"L1.{n + 1}", title) for n, title in enumerate(TITLES)]
    items: list[ExportItem] = []
    for lesson in lessons:
        for engine in (Engine.E1, Engine.E2):
            items.append(add_item(engine, lesson, "final_video", film, AssetType.VIDEO, ".mp4", duration_seconds=64.25))
            items.append(add_item(engine, lesson, "captions_vtt", VTT.encode(), suffix=".vtt"))
            items.append(add_item(engine, lesson, "transcript_txt", VTT.encode()))
            items.append(add_item(engine, lesson, "poster", _page(4), AssetType.IMAGE, ".png"))
            items.append(add_item(engine, lesson, "sidecar_json", b'{"voice_profile": "en_1"}', suffix=".json"))
        items.append(add_item(Engine.E4, lesson, "scorm_package", _module(), AssetType.SCORM_PACKAGE, ".zip"))
    items.append(add_item(Engine.E3, None, "book_pdf", b"%PDF-1.7", AssetType.BOOK, ".pdf"))
    items.append(add_item(Engine.E3, None, "book_epub", b"PK", AssetType.BOOK, ".epub"))
    items += [
        add_item(Engine.E3, None, f"book_page_{number}", _page(number), AssetType.IMAGE, ".png")
        for number in range(1, 9)
    ]
    return FinishedCourse(make_course(*lessons), tuple(items), store, _figures())


def _module() -> bytes:
    page = (
        "<!doctype html><meta charset=utf-8><body style='margin:0;display:grid;place-items:center;height:100vh;"
        "font:600 2rem sans-serif;background:#eef6f7;color:#0f3d4a'><p id=said>One leak opens many doors"
    )
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as target:
        target.writestr("imsmanifest.xml", "<manifest/>")
        target.writestr("index.html", page)
        target.writestr("assets/images/slide_1.png", _page(1))
    return archive.getvalue()


def _page(number: int) -> bytes:
    image = Image.new("RGB", (420, 594), "white")
    draw = ImageDraw.Draw(image)
    draw.rectangle((40, 60, 300, 84), fill="#14707f")
    for line in range(number * 2):
        draw.rectangle((40, 120 + 26 * line, 380 - 40 * (line % 3), 128 + 26 * line), fill="#c9d2d6")
    saved = io.BytesIO()
    image.save(saved, "PNG")
    return saved.getvalue()


def _figures() -> tuple[EngineFigures, ...]:
    good = Finding("loudness", Severity.OK, "The loudness is -16.1 LUFS, as asked.", -16.1)
    warned = Finding("fonts", Severity.WARNING, "The deck asks for the font Segoe UI, which this machine lacks.")
    refused = Finding("duration", Severity.ERROR, "The film is 3.2 seconds shorter than its plan.", 3.2)
    counts = {"speech": 12, "picture": 14, "mux": 1}
    return (
        EngineFigures(Engine.E1, "L1.1", 9.4, counts, {}, (good, warned)),
        EngineFigures(Engine.E2, "L1.1", 21.9, {"mux": 1}, {"speech": 30}, (good, refused)),
        EngineFigures(Engine.E3, None, 3.8, {}, {"book_pdf": 1}, (good,)),
        EngineFigures(Engine.E4, "L1.1", 1.2, {"scorm_zip": 1}, {}, ()),
    )
