"""Files over HTTP: the bytes of the store, in any part, to those who may read them and to nobody else."""

from __future__ import annotations

import email
from uuid import uuid4

import httpx
import pytest

from api.served_course import ServedCourse, serve_course
from api_people import Service, code_of
from coursecrafter.authoring.slots import Slot
from coursecrafter.domain.course import Engine
from coursecrafter.domain.output import AssetType
from rendered_course import film, publish, put_file, results

SIZE = len(film())


@pytest.fixture(scope="module")
def served(service: Service) -> ServedCourse:
    return serve_course(service)


@pytest.fixture(scope="module")
def video(served: ServedCourse) -> str:
    return f"/assets/{served.asset(Engine.E1, 'final_video')}/file"


def add(service: Service, served: ServedCourse, role: str, content: bytes, mime_type: str) -> str:
    slot = Slot(served.made.course.project_id, role)
    with service.site.database.app(served.made.course.identity) as conn:
        return str(put_file(conn, served.made, slot, AssetType.DOCUMENT, content, mime_type))


def test_a_file_comes_whole_with_its_name_and_its_hash(served: ServedCourse, video: str) -> None:
    answer = served.author.get(video)

    assert answer.content == film()
    assert answer.headers["content-type"] == "video/mp4"
    assert answer.headers["content-length"] == str(SIZE)
    assert answer.headers["accept-ranges"] == "bytes"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["content-disposition"].startswith('inline; filename="HRA101_L1.1_E1_v1.mp4"')
    metadata = served.author.read(video.removesuffix("/file"))["metadata"]
    assert answer.headers["etag"] == f'"{metadata["sha256"]}"'


@pytest.mark.parametrize(
    ("asked", "start", "end"),
    [
        ("bytes=0-0", 0, 1),
        ("bytes=0-", 0, SIZE),
        ("bytes=10-99", 10, 100),
        ("bytes=100-999999999999", 100, SIZE),
        ("bytes=-7", SIZE - 7, SIZE),
        ("bytes=-99999999999", 0, SIZE),
        (f"bytes={SIZE - 1}-", SIZE - 1, SIZE),
        ("BYTES = 5-6", 5, 7),
    ],
)
def test_a_part_is_exactly_the_bytes_that_stand_there(
    served: ServedCourse, video: str, asked: str, start: int, end: int
) -> None:
    answer = served.author.get(video, headers={"range": asked})

    assert answer.status_code == 206
    assert answer.content == film()[start:end]
    assert answer.headers["content-range"] == f"bytes {start}-{end - 1}/{SIZE}"
    assert answer.headers["content-length"] == str(end - start)


def test_several_parts_come_as_one_body_of_parts(served: ServedCourse, video: str) -> None:
    answer = served.author.get(video, headers={"range": "bytes=500-599, 0-9 ,-3"})

    said = f"content-type: {answer.headers['content-type']}\r\n\r\n".encode() + answer.content
    parts = email.message_from_bytes(said).get_payload()
    assert answer.status_code == 206
    assert int(answer.headers["content-length"]) == len(answer.content)
    assert [part["content-range"] for part in parts] == [
        f"bytes 500-599/{SIZE}",
        f"bytes 0-9/{SIZE}",
        f"bytes {SIZE - 3}-{SIZE - 1}/{SIZE}",
    ]
    for span in (slice(500, 600), slice(0, 10), slice(-3, None)):
        assert b"\r\n\r\n" + film()[span] + b"\r\n--" in answer.content


@pytest.mark.parametrize(
    "asked",
    [
        "bytes",
        "bytes=",
        "bytes=a-b",
        "bytes=5-2",
        "bytes=-",
        "bytes=1-2,x",
        "lines=1-2",
        "bytes=0-9,5-14",
        "bytes=" + ",".join(f"{n}-{n}" for n in range(17)),
        "bytes=" + "9" * 40 + "-",
        "bytes=" + "0-0," * 400,
    ],
)
def test_a_range_that_makes_no_sense_gives_the_whole_file(served: ServedCourse, video: str, asked: str) -> None:
    answer = served.author.get(video, headers={"range": asked})

    assert (answer.status_code, answer.content) == (200, film())


@pytest.mark.parametrize("asked", [f"bytes={SIZE}-", f"bytes={SIZE + 5}-{SIZE + 9}", "bytes=-0"])
def test_a_range_beyond_the_end_is_told_the_length(served: ServedCourse, video: str, asked: str) -> None:
    answer = served.author.get(video, headers={"range": asked})

    assert (answer.status_code, code_of(answer)) == (416, "CC-0707")
    assert answer.headers["content-range"] == f"bytes */{SIZE}"


def test_a_part_of_another_version_is_the_whole_file(served: ServedCourse, video: str) -> None:
    etag = served.author.get(video).headers["etag"]

    same = served.author.get(video, headers={"range": "bytes=0-1", "if-range": etag})
    other = served.author.get(video, headers={"range": "bytes=0-1", "if-range": '"0"'})
    dated = served.author.get(video, headers={"range": "bytes=0-1", "if-range": "Wed, 21 Oct 2026 07:28:00 GMT"})

    assert [one.status_code for one in (same, other, dated)] == [206, 200, 200]


def test_a_file_that_the_client_has_is_not_sent_again(served: ServedCourse, video: str) -> None:
    etag = served.author.get(video).headers["etag"]

    answers = [served.author.get(video, headers={"if-none-match": one}) for one in (etag, f'"x", W/{etag}', "*", '"x"')]

    assert [one.status_code for one in answers] == [304, 304, 304, 200]
    assert answers[0].content == b""
    assert answers[0].headers["etag"] == etag


def test_a_look_tells_the_length_without_the_bytes(served: ServedCourse, video: str) -> None:
    answer = served.author.http.head(f"/cc{video}", headers={"range": "bytes=0-5"})

    assert (answer.status_code, answer.content) == (200, b"")
    assert answer.headers["content-length"] == str(SIZE)
    assert answer.headers["content-type"] == "video/mp4"


def test_the_bytes_are_the_same_for_a_client_that_takes_gzip(service: Service, served: ServedCourse) -> None:
    text = b"a line of captions\n" * 1000
    asset_id = add(service, served, "transcript_txt", text, "text/plain")

    answer = served.author.get(f"/assets/{asset_id}/file", headers={"accept-encoding": "gzip"})

    assert answer.content == text
    assert answer.headers["content-encoding"] == "identity"
    assert answer.headers["content-length"] == str(len(text))


@pytest.mark.parametrize(
    ("mime_type", "sent_as"),
    [
        ("text/html", "text/html; charset=utf-8"),
        ("image/svg+xml", "image/svg+xml"),
        ("application/xml", "application/xml"),
        ("application/xhtml+xml", "application/xhtml+xml"),
        ("text/javascript", "text/javascript; charset=utf-8"),
        ("application/zip", "application/zip"),
        ("text/html\r\nx-evil: 1", "application/octet-stream"),
        ("nonsense", "application/octet-stream"),
    ],
)
def test_what_a_browser_could_run_is_saved_and_sandboxed(
    service: Service, served: ServedCourse, mime_type: str, sent_as: str
) -> None:
    asset_id = add(service, served, f"page_{uuid4()}", b"<script>alert(1)</script>" + mime_type.encode(), mime_type)

    answer = served.author.get(f"/assets/{asset_id}/file")

    assert answer.headers["content-type"] == sent_as
    assert answer.headers["content-disposition"].startswith("attachment; ")
    assert answer.headers["content-security-policy"].startswith("sandbox;")
    assert "x-evil" not in answer.headers


def test_a_film_is_saved_if_that_is_asked_for(served: ServedCourse, video: str) -> None:
    answer = served.author.get(video, params={"download": "true"})

    assert answer.headers["content-disposition"].startswith("attachment; ")


@pytest.mark.parametrize(
    "call",
    [
        lambda http, asset: http.get(f"/cc/assets/{asset}/file"),
        lambda http, asset: http.head(f"/cc/assets/{asset}/file"),
        lambda http, asset: http.get(f"/cc/assets/{asset}"),
        lambda http, asset: http.get(f"/cc/assets/{asset}/versions"),
        lambda http, asset: http.post(f"/cc/assets/{asset}/link"),
        lambda http, asset: http.post(f"/cc/assets/{asset}/set-active"),
        lambda http, asset: http.post(f"/cc/assets/{asset}/delete"),
        lambda http, asset: http.post(f"/cc/assets/{asset}/restore"),
    ],
)
def test_another_organisations_asset_is_answered_like_none(served: ServedCourse, call: object) -> None:
    asset_id = served.asset(Engine.E1, "final_video")

    theirs, none = (call(served.stranger.http, one) for one in (asset_id, uuid4()))  # type: ignore[operator]

    assert (theirs.status_code, none.status_code) == (404, 404)
    if theirs.request.method != "HEAD":
        assert code_of(theirs) == code_of(none) == "CC-0020"
        assert theirs.json()["error"]["message"] == none.json()["error"]["message"]


def test_nobody_without_a_key_reads_a_file(service: Service, video: str) -> None:
    assert service.stranger().get(f"/cc{video}").status_code == 401


def test_versions_are_chosen_deleted_and_restored(service: Service) -> None:
    served = serve_course(service)
    first = served.asset(Engine.E1, "final_video")
    again = [(role, kind, content + b"\n", mime) for role, kind, content, mime in results(Engine.E1)]
    publish(service.site.database, served.made, Engine.E1, served.made.course.lessons[0], again)
    second = served.asset(Engine.E1, "final_video")
    author = served.author

    versions = author.read(f"/assets/{first}/versions")["versions"]
    assert [(one["id"], one["version"], one["is_active"]) for one in versions] == [(first, 1, False), (second, 2, True)]
    assert author.made(f"/assets/{first}/set-active")["is_active"] is True
    assert author.made(f"/assets/{second}/delete") == {}
    assert code_of(author.get(f"/assets/{second}/file")) == "CC-0020"
    assert author.made(f"/assets/{second}/restore")["version"] == 2
    assert author.get(f"/assets/{second}/file").content == film() + b"\n"


def test_a_lessons_assets_are_listed_by_what_they_are(served: ServedCourse) -> None:
    lesson_id, project_id = served.made.course.lessons[0], served.made.course.project_id

    videos = served.author.read(f"/assets/{lesson_id}/list", params={"asset_type": "video", "active": "true"})
    books = served.author.read(f"/assets/project/{project_id}/list", params={"engine": "e3"})

    assert sorted(one["engine"] for one in videos["items"]) == ["e1", "e2"]
    assert sorted(one["role"] for one in books["items"]) == ["book_epub", "book_pdf", "sidecar_json"]


def test_a_file_that_the_store_lost_is_said_before_anything_is_sent(service: Service, served: ServedCourse) -> None:
    asset_id = add(service, served, "lost", b"lost", "text/plain")
    path = served.author.read(f"/assets/{asset_id}")["file_path"]
    (service.site.settings.home / "store" / served.made.store.prefix / path).unlink()

    answer: httpx.Response = served.author.get(f"/assets/{asset_id}/file")

    assert (answer.status_code, code_of(answer)) == (410, "CC-0708")
