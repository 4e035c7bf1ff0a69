"""The full package as the one who receives it finds it: with zipfile, hashlib, ffprobe, pdfium and SCORM's schema."""

from __future__ import annotations

import hashlib
import json
import subprocess
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pypdfium2
import pytest
from lxml import etree

from conformance.scorm import test_package as scorm
from coursecrafter.authoring.assets import delete_asset
from coursecrafter.authoring.branding import create_brand
from coursecrafter.authoring.hierarchy import delete_lesson
from coursecrafter.authoring.library import ensure_library
from coursecrafter.authoring.scenes import create_scene
from coursecrafter.authoring.segments import create_segment
from coursecrafter.authoring.slots import Slot
from coursecrafter.db.session import Database
from coursecrafter.db.tables import cc_lessons, cc_scripts, cc_voice_tracks
from coursecrafter.domain.course import Engine
from coursecrafter.domain.output import AssetType, Finding
from coursecrafter.export.package import write_assets, write_package
from coursecrafter.export.shipping import ExportDiskFull, NotRenderedYet, UnsoundExport
from coursecrafter.reading.exports import read_exported, write_calls
from rendered_course import (
    MANIFEST,
    VTT,
    RenderedCourse,
    book,
    empty_course,
    film,
    module,
    picture,
    publish,
    put_file,
    rendered_course,
    results,
    sound,
)

schema = scorm.schema

HERE = Path(__file__).parent
FILES = [
    "assets/audio/HRA101_jingle_v1.wav",
    "assets/images/HRA101_L1.1_E2_hero_image_v1.png",
    "assets/thumbnails/HRA101_L1.1_E1_poster_v1.png",
    "assets/thumbnails/HRA101_L1.2_E1_poster_v1.png",
    "book/epub/HRA101_BOOK_v1.epub",
    "book/pdf/HRA101_BOOK_v1.json",
    "book/pdf/HRA101_BOOK_v1.pdf",
    "logs/ai_calls.json",
    "logs/render_jobs.json",
    "metadata/lessons.json",
    "metadata/manifest.json",
    "metadata/project.json",
    "metadata/render_jobs.json",
    "scorm/HRA101_L1.1_SCORM_v1.json",
    "scorm/HRA101_L1.1_SCORM_v1.zip",
    "scorm/lesson_L1.1/assets/images/slide_1.png",
    "scorm/lesson_L1.1/imsmanifest.xml",
    "scorm/lesson_L1.1/index.html",
    "scorm/lesson_L1.1/slides/slide_1.html",
    "videos/engine1/HRA101_L1.1_E1_v1.json",
    "videos/engine1/HRA101_L1.1_E1_v1.mp4",
    "videos/engine1/HRA101_L1.1_E1_v1.vtt",
    "videos/engine1/HRA101_L1.2_E1_v1.json",
    "videos/engine1/HRA101_L1.2_E1_v1.mp4",
    "videos/engine1/HRA101_L1.2_E1_v1.vtt",
    "videos/engine2/HRA101_L1.1_E2_v1.json",
    "videos/engine2/HRA101_L1.1_E2_v1.mp4",
]
TALL, SQUARE = ((f"final_video_{shape}", AssetType.VIDEO, film(), "video/mp4") for shape in ("9x16", "1x1"))
FOLDERS = [
    "assets/audio",
    "assets/branding",
    "assets/images",
    "assets/logos",
    "assets/thumbnails",
    "book/epub",
    "book/html",
    "book/pdf",
    "logs",
    "metadata",
    "scorm",
    "scorm/lesson_L1.1/assets",
    "scorm/lesson_L1.1/scripts",
    "scorm/lesson_L1.1/slides",
    "videos/engine1",
    "videos/engine2",
]


@pytest.fixture(scope="module")
def made(database: Database, tmp_path_factory: pytest.TempPathFactory) -> RenderedCourse:
    return rendered_course(database, tmp_path_factory.mktemp("store"))


@pytest.fixture(scope="module")
def package(
    database: Database, made: RenderedCourse, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[zipfile.ZipFile]:
    path = tmp_path_factory.mktemp("out") / "package.zip"
    pack(database, made, path)
    with zipfile.ZipFile(path) as opened:
        yield opened


@pytest.fixture
def other(database: Database, tmp_path: Path) -> RenderedCourse:
    """A course of its own, to be spoiled."""
    return rendered_course(database, tmp_path / "store")


def pack(database: Database, made: RenderedCourse, path: Path) -> tuple[Finding, ...]:
    calls = path.with_suffix(".json")
    with database.app(made.course.identity) as conn, calls.open("wb") as file:
        course = read_exported(conn, made.course.project_id)
        write_calls(conn, made.course.project_id, file)
    with path.open("w+b") as file:
        return write_package(file, course, made.store, calls)


def read_json(package: zipfile.ZipFile, path: str) -> Any:
    return json.loads(package.read(f"HRA101/{path}"))


def test_the_package_has_the_folders_and_files_of_the_specification(package: zipfile.ZipFile) -> None:
    names = [entry.filename for entry in package.infolist()]

    assert package.testzip() is None
    assert sorted(name for name in names if not name.endswith("/")) == [f"HRA101/{name}" for name in FILES]
    assert sorted(name for name in names if name.endswith("/")) == [f"HRA101/{name}/" for name in FOLDERS]
    assert len({name.lower() for name in names}) == len(names)


def test_the_manifest_is_of_its_form(package: zipfile.ZipFile) -> None:
    wanted = json.loads((HERE / "manifest.schema.json").read_text(encoding="utf-8"))

    jsonschema.validate(read_json(package, "metadata/manifest.json"), wanted)


def test_the_manifest_has_the_hash_of_every_file_but_itself(package: zipfile.ZipFile) -> None:
    listed = {one["path"]: one for one in read_json(package, "metadata/manifest.json")["files"]}

    assert sorted(listed) == [name for name in FILES if name != "metadata/manifest.json"]
    for path, one in listed.items():
        content = package.read(f"HRA101/{path}")
        assert one == {"path": path, "size_bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}


def test_the_hash_of_the_whole_is_what_sha256sum_gives(package: zipfile.ZipFile, tmp_path: Path) -> None:
    package.extractall(tmp_path)
    folder = tmp_path / "HRA101"
    command = (
        "find . -type f ! -path ./metadata/manifest.json -printf '%P\\n' | LC_ALL=C sort | xargs sha256sum | sha256sum"
    )

    said = subprocess.run(command, shell=True, cwd=folder, check=True, capture_output=True, text=True)  # noqa: S602 - ours

    assert said.stdout.split()[0] == read_json(package, "metadata/manifest.json")["integrity"]["hash"]


def test_the_lessons_stand_in_course_order_with_their_files(package: zipfile.ZipFile) -> None:
    book_path = "book/pdf/HRA101_BOOK_v1.pdf"

    lessons = read_json(package, "metadata/lessons.json")

    assert lessons == [
        {
            "lesson_code": "L1.1",
            "title": "Finding the exit",
            "video": "videos/engine2/HRA101_L1.1_E2_v1.mp4",
            "ebook": book_path,
            "scorm": "scorm/HRA101_L1.1_SCORM_v1.zip",
        },
        {
            "lesson_code": "L1.2",
            "title": "Hearing the alarm",
            "video": "videos/engine1/HRA101_L1.2_E1_v1.mp4",
            "ebook": book_path,
            "scorm": None,
        },
        {"lesson_code": "L1.3", "title": "Leaving in order", "video": None, "ebook": book_path, "scorm": None},
    ]


def test_films_books_and_modules_open_in_other_programs(
    package: zipfile.ZipFile, schema: etree.XMLSchema, tmp_path: Path
) -> None:
    package.extractall(tmp_path)
    folder = tmp_path / "HRA101"
    video = folder / "videos/engine1/HRA101_L1.1_E1_v1.mp4"

    asked = ["-count_frames", "-select_streams", "v", "-show_entries", "stream=nb_read_frames", "-of", "csv=p=0"]

    frames = subprocess.run(
        ["ffprobe", "-v", "error", *asked, video], check=True, capture_output=True, text=True, timeout=60
    )

    assert frames.stdout.strip() == "30"
    assert frames.stderr == ""
    with pypdfium2.PdfDocument(folder / "book/pdf/HRA101_BOOK_v1.pdf") as opened:
        assert len(opened) == 2
    schema.assertValid(etree.parse(folder / "scorm/lesson_L1.1/imsmanifest.xml"))
    unpacked = folder / "scorm/lesson_L1.1"
    with zipfile.ZipFile(folder / "scorm/HRA101_L1.1_SCORM_v1.zip") as inner:
        assert {name: inner.read(name) for name in inner.namelist()} == {
            str(path.relative_to(unpacked)): path.read_bytes() for path in unpacked.rglob("*") if path.is_file()
        }


def test_the_logs_tell_of_calls_and_renders(package: zipfile.ZipFile, made: RenderedCourse) -> None:
    calls, jobs = read_json(package, "logs/ai_calls.json"), read_json(package, "logs/render_jobs.json")
    results_of = read_json(package, "metadata/render_jobs.json")

    assert [call["provider"] for call in calls] == ["offline"]
    assert [job["state"] for job in jobs] == ["succeeded"] * 5
    assert jobs[0]["log"][0]["text"] == "Half of it is done."
    assert {job["file"] for job in results_of if job["id"] == str(made.jobs[Engine.E3])} == {
        "book/pdf/HRA101_BOOK_v1.pdf"
    }
    assert all(job["file"] in FILES for job in results_of)


def test_a_sidecar_says_what_its_engine_said_and_names_its_files(
    package: zipfile.ZipFile, made: RenderedCourse
) -> None:
    sidecar = read_json(package, "videos/engine1/HRA101_L1.1_E1_v1.json")

    assert sidecar["duration_seconds"] == 3
    assert (sidecar["engine"], sidecar["version"]) == ("e1", 1)
    assert (sidecar["project_id"], sidecar["lesson_id"]) == (str(made.course.project_id), str(made.course.lessons[0]))
    assert sorted(file["role"] for file in sidecar["files"]) == ["captions_vtt", "final_video", "poster"]


def test_a_lesson_without_output_is_named(package: zipfile.ZipFile) -> None:
    findings = read_json(package, "metadata/manifest.json")["findings"]

    assert [one["sentence"] for one in findings] == ["L1.3 “Leaving in order” has no video and no module yet."]


def test_the_same_course_gives_the_same_bytes(
    database: Database, made: RenderedCourse, package: zipfile.ZipFile, tmp_path: Path
) -> None:
    pack(database, made, tmp_path / "again.zip")

    assert (tmp_path / "again.zip").read_bytes() == Path(str(package.filename)).read_bytes()


def test_a_new_render_is_the_next_version(database: Database, other: RenderedCourse, tmp_path: Path) -> None:
    again = [("final_video", AssetType.VIDEO, film() + b"\0\0\0\x08free", "video/mp4")]
    publish(database, other, Engine.E1, other.course.lessons[0], again)

    pack(database, other, tmp_path / "p.zip")

    with zipfile.ZipFile(tmp_path / "p.zip") as packed:
        names = packed.namelist()
    assert [name for name in names if name.endswith("E1_v2.mp4")] == ["HRA101/videos/engine1/HRA101_L1.1_E1_v2.mp4"]
    assert "HRA101/videos/engine1/HRA101_L1.1_E1_v1.mp4" not in names


def test_a_course_of_which_nothing_is_rendered_is_refused(database: Database, tmp_path: Path) -> None:
    made = empty_course(database, tmp_path / "store")

    with pytest.raises(NotRenderedYet, match="Nothing of “Fire drill” is rendered yet"):
        pack(database, made, tmp_path / "p.zip")


def test_doubled_and_missing_codes_give_way_to_the_place_in_the_tree(
    database: Database, other: RenderedCourse, tmp_path: Path
) -> None:
    first, second, third = other.course.lessons
    with database.admin() as admin:
        for lesson_id, code in ((first, "intro"), (second, "INTRO"), (third, None)):
            admin.execute(cc_lessons.update().values(code=code).where(cc_lessons.c.id == lesson_id))

    pack(database, other, tmp_path / "p.zip")

    with zipfile.ZipFile(tmp_path / "p.zip") as packed:
        lessons = json.loads(packed.read("HRA101/metadata/lessons.json"))
        assert "HRA101/scorm/lesson_L1.1.1/imsmanifest.xml" in packed.namelist()
    assert [lesson["lesson_code"] for lesson in lessons] == ["L1.1.1", "L1.1.2", "L1.1.3"]
    assert lessons[1]["video"] == "videos/engine1/HRA101_L1.1.2_E1_v1.mp4"


def test_shapes_and_languages_stand_before_the_version(
    database: Database, other: RenderedCourse, tmp_path: Path
) -> None:
    german = ("captions_de", AssetType.DOCUMENT, VTT.encode(), "text/vtt")
    publish(database, other, Engine.E1, other.course.lessons[0], [*results(Engine.E1), german])
    publish(database, other, Engine.E2, other.course.lessons[0], [TALL])

    pack(database, other, tmp_path / "p.zip")

    with zipfile.ZipFile(tmp_path / "p.zip") as packed:
        names = packed.namelist()
    assert "HRA101/videos/engine2/HRA101_L1.1_E2_9x16_v1.mp4" in names
    assert "HRA101/videos/engine1/HRA101_L1.1_E1_de_v1.vtt" in names


def test_a_lesson_that_has_no_wide_video_is_listed_with_the_one_it_has(
    database: Database, other: RenderedCourse, tmp_path: Path
) -> None:
    _, second, third = other.course.lessons
    publish(database, other, Engine.E2, second, [SQUARE])
    publish(database, other, Engine.E2, third, [SQUARE])
    publish(database, other, Engine.E2, third, [TALL])

    pack(database, other, tmp_path / "p.zip")

    with zipfile.ZipFile(tmp_path / "p.zip") as packed:
        listed = [one["video"] for one in read_json(packed, "metadata/lessons.json")]
        assert {f"HRA101/{path}" for path in listed} < set(packed.namelist())
    assert listed == [
        "videos/engine2/HRA101_L1.1_E2_v1.mp4",
        "videos/engine2/HRA101_L1.2_E2_1x1_v1.mp4",
        "videos/engine2/HRA101_L1.3_E2_9x16_v1.mp4",
    ]


def test_a_tall_video_that_no_render_made_is_held_back(
    database: Database, other: RenderedCourse, tmp_path: Path
) -> None:
    slot = Slot(other.course.project_id, TALL[0], Engine.E2, other.course.lessons[0])
    with database.app(other.course.identity) as conn:
        put_file(conn, other, slot, AssetType.VIDEO, film(), "video/mp4")

    with pytest.raises(UnsoundExport, match=r"_E2_9x16_v1\.mp4 is not from a render that succeeded"):
        pack(database, other, tmp_path / "p.zip")


def test_a_clip_that_stands_in_a_scene_is_material_and_no_result(
    database: Database, other: RenderedCourse, tmp_path: Path
) -> None:
    bare = empty_course(database, tmp_path / "store")
    for made in (other, bare):
        place = (made.course.project_id, "scene_clip", Engine.E2, made.course.lessons[0])
        with database.app(made.course.identity) as conn:
            scene_id = create_scene(conn, made.course.author, made.course.lessons[0], title="Doors")
            put_file(conn, made, Slot(*place, scene_id), AssetType.VIDEO, film(), "video/mp4")

    pack(database, other, tmp_path / "p.zip")
    with database.app(other.course.identity) as conn:
        course = read_exported(conn, other.course.project_id)
    with (tmp_path / "a.zip").open("w+b") as file:
        write_assets(file, course, other.store)

    with zipfile.ZipFile(tmp_path / "p.zip") as packed, zipfile.ZipFile(tmp_path / "a.zip") as assets:
        videos = [one["role"] for one in read_json(packed, "metadata/manifest.json")["videos"]]
        assert [name for name in packed.namelist() if "clip" in name] == []
        assert [name for name in assets.namelist() if "clip" in name] == [
            "assets/video/HRA101_L1.1_E2_scene_clip_v1.mp4"
        ]
    assert set(videos) == {"final_video"}
    with pytest.raises(NotRenderedYet):
        pack(database, bare, tmp_path / "bare.zip")


def test_the_logo_and_the_approved_voices_are_in_the_package(
    database: Database, other: RenderedCourse, tmp_path: Path
) -> None:
    course = other.course
    with database.app(course.identity) as conn:
        library = ensure_library(conn, course.author)
        logo = put_file(conn, other, Slot(library, "logo"), AssetType.IMAGE, picture("lime"), "image/png")
        create_brand(conn, course.author, course.project_id, name="B", primary_color="#336699", logo_asset_id=logo)
        scene_id = create_scene(conn, course.author, course.lessons[0], title="Doors")
        for text in ("Find it.", "Keep it free."):
            segment_id = create_segment(conn, course.author, scene_id, Engine.E1, text=text)
            spoken = other.store.put_bytes(sound() + text.encode(), "audio/wav")
            script = conn.execute(cc_scripts.select().where(cc_scripts.c.segment_id == segment_id)).one()
            track = {"voice_profile": "en_female_neutral_1", "tts_provider": "offline", "status": "approved"}
            place = {"project_id": course.project_id, "lesson_id": course.lessons[0], "scene_id": scene_id}
            made = {**track, **place, "segment_id": segment_id, "script_id": script.id, "file_path": spoken.key}
            conn.execute(cc_voice_tracks.insert().values(made))

    pack(database, other, tmp_path / "p.zip")

    with zipfile.ZipFile(tmp_path / "p.zip") as packed:
        assert packed.read("HRA101/assets/logos/HRA101_logo_v1.png") == picture("lime")
        voices = [packed.read(f"HRA101/assets/audio/HRA101_L1.1_E1_voice_{n}v1.wav") for n in ("", "2_")]
    assert voices == [sound() + b"Find it.", sound() + b"Keep it free."]


def test_what_is_deleted_stays_behind(database: Database, other: RenderedCourse, tmp_path: Path) -> None:
    with database.app(other.course.identity) as conn:
        delete_lesson(conn, other.course.author, other.course.lessons[1])
        delete_asset(conn, other.course.author, other.assets[Engine.E2, "final_video"])

    pack(database, other, tmp_path / "p.zip")

    with zipfile.ZipFile(tmp_path / "p.zip") as packed:
        names = packed.namelist()
    assert not [name for name in names if "L1.2" in name or "E2_v1.mp4" in name]
    assert "HRA101/videos/engine1/HRA101_L1.1_E1_v1.mp4" in names


def test_a_full_disk_is_said_in_words_of_ours(database: Database, made: RenderedCourse) -> None:
    with database.app(made.course.identity) as conn:
        course = read_exported(conn, made.course.project_id)

    with open("/dev/full", "w+b", buffering=0) as file, pytest.raises(ExportDiskFull, match="no room left"):  # noqa: PTH123 - a device
        write_assets(file, course, made.store)


def cut_film() -> bytes:
    """The first third of its frames, with the index of all."""
    whole = film()
    return whole[: len(whole) // 2]


SPOILED = {
    "a film that stops half-way": (
        Engine.E1,
        ("final_video", AssetType.VIDEO, cut_film, "video/mp4"),
        "L1.1 “Finding the exit”: HRA101_L1.1_E1_v2.mp4 cannot be played.*render the voice-over video again",
    ),
    "a film that is none": (
        Engine.E2,
        ("final_video", AssetType.VIDEO, lambda: b"no film", "video/mp4"),
        "HRA101_L1.1_E2_v2.mp4 cannot be played",
    ),
    "a film of another type": (
        Engine.E1,
        ("final_video", AssetType.VIDEO, book, "application/pdf"),
        "_E1_v2.pdf is stored as application/pdf",
    ),
    "a book that does not open": (
        Engine.E3,
        ("book_pdf", AssetType.BOOK, lambda: b"%PDF-1.7 nothing", "application/pdf"),
        "HRA101_BOOK_v2.pdf cannot be opened as a PDF; render the book again",
    ),
    "a module without manifest": (
        Engine.E4,
        ("scorm_package", AssetType.SCORM_PACKAGE, lambda: module(None), "application/zip"),
        "SCORM_v2.zip has no imsmanifest.xml; render the module again",
    ),
    "a module whose manifest is broken": (
        Engine.E4,
        ("scorm_package", AssetType.SCORM_PACKAGE, lambda: module("<manifest>"), "application/zip"),
        "imsmanifest.xml that cannot be read",
    ),
    "a module that lacks a file": (
        Engine.E4,
        (
            "scorm_package",
            AssetType.SCORM_PACKAGE,
            lambda: module(MANIFEST.replace("slide_1.html", "slide_2.html")),
            "application/zip",
        ),
        r"lacks a file that its imsmanifest.xml names \(slides/slide_2.html\)",
    ),
    "a module that launches nothing": (
        Engine.E4,
        (
            "scorm_package",
            AssetType.SCORM_PACKAGE,
            lambda: module(MANIFEST.replace('identifierref="r1"', 'identifierref="r9"')),
            "application/zip",
        ),
        "launches nothing",
    ),
    "a module that reaches out of its folder": (
        Engine.E4,
        (
            "scorm_package",
            AssetType.SCORM_PACKAGE,
            lambda: module(extra={"../../etc/x.html": b"x"}),
            "application/zip",
        ),
        "holds a file whose name leaves its folder; render the module again",
    ),
    "a picture of another kind": (
        Engine.E1,
        ("poster", AssetType.IMAGE, picture, "image/jpeg"),
        "poster_v2.jpg is image/png and not image/jpeg",
    ),
    "a picture that does not open": (
        Engine.E1,
        ("poster", AssetType.IMAGE, lambda: picture()[:60], "image/png"),
        "poster_v2.png cannot be opened as a picture",
    ),
    "captions that are none": (
        Engine.E1,
        ("captions_vtt", AssetType.DOCUMENT, VTT[3:].encode, "text/vtt"),
        "is not a caption file",
    ),
    "an empty file": (Engine.E1, ("captions_vtt", AssetType.DOCUMENT, bytes, "text/vtt"), "is empty"),
}


@pytest.mark.parametrize("spoiled", SPOILED.values(), ids=SPOILED.keys())
def test_what_would_not_open_is_held_back(
    database: Database,
    made: RenderedCourse,
    spoiled: tuple[Engine, tuple[str, AssetType, Callable[[], bytes], str], str],
    tmp_path: Path,
) -> None:
    engine, (role, kind, content, mime_type), sentence = spoiled
    own = rendered_course(database, tmp_path / "store")
    outputs = [one if one[0] != role else (role, kind, content(), mime_type) for one in results(engine)]
    publish(database, own, engine, None if engine is Engine.E3 else own.course.lessons[0], outputs)

    with pytest.raises(UnsoundExport, match=sentence) as refusal:
        pack(database, own, tmp_path / "p.zip")

    assert refusal.value.message.count(";") == 1


def test_a_file_that_the_store_lost_is_named(database: Database, other: RenderedCourse, tmp_path: Path) -> None:
    lost = other.store.put_bytes(book(), "application/pdf")
    (tmp_path / "store" / other.store.prefix / lost.key).unlink()

    with pytest.raises(UnsoundExport, match=r"HRA101_BOOK_v1\.pdf is missing from the store"):
        pack(database, other, tmp_path / "p.zip")


def test_a_file_that_changed_in_the_store_is_named(database: Database, other: RenderedCourse, tmp_path: Path) -> None:
    stored = other.store.put_bytes(picture("teal"), "image/png")
    (tmp_path / "store" / other.store.prefix / stored.key).write_bytes(picture("red"))

    with pytest.raises(UnsoundExport, match=r"poster_v1\.png was changed since it was made"):
        pack(database, other, tmp_path / "p.zip")


def test_a_result_of_no_succeeded_render_is_named(database: Database, other: RenderedCourse, tmp_path: Path) -> None:
    with database.app(other.course.identity) as conn:
        slot = Slot(other.course.project_id, "final_video", Engine.E1, other.course.lessons[2])
        put_file(conn, other, slot, AssetType.VIDEO, film(), "video/mp4")

    with pytest.raises(UnsoundExport, match=r"L1\.3.*E1_v1\.mp4 is not from a render that succeeded"):
        pack(database, other, tmp_path / "p.zip")
