"""A course that leaves by HTTP: whole and checked, or not at all."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from contextlib import suppress
from pathlib import Path
from uuid import uuid4

import httpx
import pytest

from api.served_course import ServedCourse, serve_course
from api_people import Service, code_of
from coursecrafter.domain.course import Engine
from rendered_course import MANIFEST, module, publish, results


@pytest.fixture(scope="module")
def served(service: Service) -> ServedCourse:
    return serve_course(service)


@pytest.fixture(scope="module")
def package(served: ServedCourse) -> httpx.Response:
    return served.author.get(f"/export/{served.made.course.project_id}/package")


def names_in(answer: httpx.Response) -> list[str]:
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        assert archive.testzip() is None
        return archive.namelist()


def test_the_package_comes_as_one_zip(package: httpx.Response) -> None:
    assert package.headers["content-type"] == "application/zip"
    assert package.headers["content-disposition"].startswith('attachment; filename="HRA101_package.zip"')
    assert package.headers["content-length"] == str(len(package.content))
    with zipfile.ZipFile(io.BytesIO(package.content)) as archive:
        files = json.loads(archive.read("HRA101/metadata/manifest.json"))["files"]
        for one in files:
            assert hashlib.sha256(archive.read(f"HRA101/{one['path']}")).hexdigest() == one["sha256"]
    assert len(files) == 26


def test_a_package_leaves_nothing_open(served: ServedCourse, package: httpx.Response) -> None:
    before = open_lists()

    for _ in range(3):
        served.author.get(f"/export/{served.made.course.project_id}/package", headers={"range": "bytes=0-9"})

    assert open_lists() == before


def open_lists() -> set[str]:
    """Lists of calls that this process, which is the service's too, holds open."""
    held = set()
    for entry in Path("/proc/self/fd").iterdir():
        with suppress(FileNotFoundError):
            held.add(str(entry.readlink()))
    return {name for name in held if ".json" in name}


def test_a_package_that_broke_off_is_taken_up_again(served: ServedCourse, package: httpx.Response) -> None:
    begun = {"range": "bytes=1000-", "if-range": package.headers["etag"]}

    rest = served.author.get(f"/export/{served.made.course.project_id}/package", headers=begun)

    assert rest.status_code == 206
    assert package.content[:1000] + rest.content == package.content


def test_a_package_that_the_client_has_is_not_made_again(served: ServedCourse, package: httpx.Response) -> None:
    known = {"if-none-match": package.headers["etag"]}

    answer = served.author.get(f"/export/{served.made.course.project_id}/package", headers=known)

    assert (answer.status_code, answer.content) == (304, b"")


def test_a_package_is_another_one_after_a_change(service: Service) -> None:
    served = serve_course(service)
    path = f"/export/{served.made.course.project_id}/package"
    before = served.author.get(path).headers["etag"]
    served.author.made(f"/assets/{served.asset(Engine.E2, 'final_video')}/delete")

    after = served.author.get(path, headers={"if-none-match": before})

    assert after.status_code == 200
    assert not [name for name in names_in(after) if name.endswith("E2_v1.mp4")]


def test_the_lessons_are_listed_as_an_lms_wants_them(served: ServedCourse, package: httpx.Response) -> None:
    lessons = served.author.read(f"/export/{served.made.course.project_id}/thinkific-metadata")

    assert [(one["lesson_code"], one["title"]) for one in lessons] == [
        ("L1.1", "Finding the exit"),
        ("L1.2", "Hearing the alarm"),
        ("L1.3", "Leaving in order"),
    ]
    named = {one[kind] for one in lessons for kind in ("video", "ebook", "scorm") if one[kind]}
    assert len(named) == 4
    assert {f"HRA101/{name}" for name in named} <= set(names_in(package))


def test_all_assets_come_with_what_was_uploaded(served: ServedCourse) -> None:
    answer = served.author.get(f"/export/{served.made.course.project_id}/assets-zip")

    names = names_in(answer)
    assert sorted(name for name in names if not name.endswith("/")) == [
        "assets/audio/HRA101_jingle_v1.wav",
        "assets/images/HRA101_L1.1_E2_hero_image_v1.png",
        "assets/raw_uploads/HRA101_engine1_ppt_v1.pptx",
        "assets/thumbnails/HRA101_L1.1_E1_poster_v1.png",
        "assets/thumbnails/HRA101_L1.2_E1_poster_v1.png",
        "assets/video/HRA101_L1.1_E1_v1.mp4",
        "assets/video/HRA101_L1.1_E1_v1.vtt",
        "assets/video/HRA101_L1.1_E2_v1.mp4",
        "assets/video/HRA101_L1.2_E1_v1.mp4",
        "assets/video/HRA101_L1.2_E1_v1.vtt",
    ]
    assert sorted(name for name in names if name.endswith("/")) == [
        f"assets/{name}/" for name in ("audio", "branding", "images", "raw_uploads", "thumbnails", "video")
    ]


def test_a_module_comes_as_it_was_rendered(served: ServedCourse) -> None:
    answer = served.author.get(f"/export/{served.made.course.lessons[0]}/scorm")

    assert answer.content == served.made.files[Engine.E4, "scorm_package"]
    assert answer.headers["content-disposition"].startswith('attachment; filename="HRA101_L1.1_SCORM_v1.zip"')


def test_a_module_that_is_not_rendered_yet_is_named(served: ServedCourse) -> None:
    answer = served.author.get(f"/export/{served.made.course.lessons[1]}/scorm")

    assert (answer.status_code, code_of(answer)) == (409, "CC-0805")
    assert "“Hearing the alarm”" in answer.json()["error"]["message"]


def test_a_course_without_renders_has_lessons_and_no_package(service: Service) -> None:
    author = service.person(service.organisation(), "owner")
    project_id = author.made("/projects/create", {"name": "Empty"})["id"]

    assert author.read(f"/export/{project_id}/thinkific-metadata") == []
    for kind in ("package", "assets-zip"):
        answer = author.get(f"/export/{project_id}/{kind}")
        assert (answer.status_code, code_of(answer)) == (409, "CC-0805")


def test_a_damaged_course_is_held_back_and_says_what_to_do(service: Service) -> None:
    served = serve_course(service)
    broken = module(MANIFEST.replace('identifierref="r1"', 'identifierref="r9"'))
    outputs = [one if one[0] != "scorm_package" else (*one[:2], broken, one[3]) for one in results(Engine.E4)]
    publish(service.site.database, served.made, Engine.E4, served.made.course.lessons[0], outputs)

    for path in (f"{served.made.course.project_id}/package", f"{served.made.course.lessons[0]}/scorm"):
        answer = served.author.get(f"/export/{path}")
        assert (answer.status_code, code_of(answer)) == (409, "CC-0806")
        said = answer.json()["error"]["message"]
        assert "L1.1 “Finding the exit”: HRA101_L1.1_SCORM_v2.zip" in said
        assert "render the module again" in said


@pytest.mark.parametrize("kind", ["package", "assets-zip", "thinkific-metadata"])
def test_another_organisations_course_is_answered_like_none(served: ServedCourse, kind: str) -> None:
    theirs = served.stranger.get(f"/export/{served.made.course.project_id}/{kind}")
    none = served.stranger.get(f"/export/{uuid4()}/{kind}")

    assert (theirs.status_code, code_of(theirs)) == (none.status_code, code_of(none)) == (404, "CC-0020")


def test_another_organisations_module_is_answered_like_none(served: ServedCourse) -> None:
    theirs = served.stranger.get(f"/export/{served.made.course.lessons[0]}/scorm")

    assert (theirs.status_code, code_of(theirs)) == (404, "CC-0020")
