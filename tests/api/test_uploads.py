"""Files come in over HTTP, whole or not at all, and what strangers try ends in a sentence."""

from __future__ import annotations

import json
import resource
import socket
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
import sqlalchemy as sa

from api_people import Person, Service, code_of, data_of
from background_shops import until
from coursecrafter.api import upload_places
from coursecrafter.api.file_forms import FileForm
from coursecrafter.authoring.author import Author
from coursecrafter.authoring.hierarchy import create_learning_unit, create_lesson, create_module
from coursecrafter.db.session import Identity
from coursecrafter.db.tables import cc_source_files, organisations, uploaded_files
from upload_files import SampleFiles, zip_bytes


class Course:
    """A course, its owner, and everything that the service keeps of it."""

    def __init__(self, service: Service) -> None:
        self.service = service
        self.org_id = service.organisation()
        self.owner = service.person(self.org_id, "owner")
        self.project_id = self.owner.made("/projects/create", {"name": f"Fire {uuid4()}"})["id"]
        self.lesson_id = self._lesson()

    def _lesson(self) -> str:
        author = Author(self.org_id, self.owner.user_id)
        with self.service.site.database.app(Identity(self.org_id, self.owner.user_id)) as conn:
            unit = create_learning_unit(conn, author, UUID(self.project_id), title="Before")
            module = create_module(conn, author, unit, title="Exits")
            return str(create_lesson(conn, author, module, title="Doors"))

    @property
    def source(self) -> str:
        return f"/uploads/{self.lesson_id}/source"

    @property
    def document(self) -> str:
        return f"/context/{self.project_id}/upload-doc"

    def kept(self) -> tuple[int, int, list[str]]:
        """Rows of sources and files of the organisation, and what lies in the store but for steps."""
        with self.service.site.database.admin() as conn:
            sources = conn.scalar(
                sa.select(sa.func.count()).select_from(cc_source_files).filter_by(project_id=self.project_id)
            )
            files = conn.scalar(sa.select(sa.func.count()).select_from(uploaded_files).filter_by(org_id=self.org_id))
        folder = self.service.site.store(self.org_id).folder
        assert folder is not None
        lying = [*(folder / "incoming").glob("*"), *(folder / f"org/{self.org_id}").rglob("objects/*/*")]
        return int(sources or 0), int(files or 0), [path.name for path in lying]


NOTHING = (0, 0, [])


@pytest.fixture(scope="session")
def samples(tmp_path_factory: pytest.TempPathFactory) -> SampleFiles:
    return SampleFiles(tmp_path_factory.mktemp("samples"))


@pytest.fixture
def course(service: Service) -> Course:
    return Course(service)


@pytest.fixture
def quiet(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, Any]]:
    """What would have been queued to be read; nothing is."""
    told: list[tuple[str, Any]] = []
    monkeypatch.setattr(
        upload_places, "enqueue_parse", lambda _conn, task, _project, row_id: told.append((task, row_id))
    )
    return told


def raw(who: Person, path: str, name: str, content: Any, **headers: str) -> httpx.Response:
    return who.http.post(
        f"/cc{path}",
        params={"name": name},
        content=content,
        headers={"content-type": "application/octet-stream", **headers},
    )


@pytest.mark.parametrize("kind", ["pptx", "mp4", "docx", "pdf", "png", "wav"])
def test_a_source_of_each_type_is_taken(course: Course, samples: SampleFiles, quiet: Any, kind: str) -> None:
    made = data_of(raw(course.owner, course.source, f"lesson.{kind}", samples.bytes(kind)))

    assert made["size_bytes"] == len(samples.bytes(kind))
    assert made["file_type"] == {"png": "image", "wav": "audio"}.get(kind, kind)
    assert made["purpose"] == {"pptx": "engine1_ppt", "mp4": "engine1_mp4"}.get(kind, "engine2_reference")
    assert [str(told[1]) for told in quiet] == [made["id"]]


def test_a_form_with_a_file_is_taken(course: Course, samples: SampleFiles, quiet: Any) -> None:
    form = {"file": ("C:\\me\\Übung.pdf", samples.bytes("pdf"), "text/html")}

    made = data_of(course.owner.http.post(f"/cc{course.source}", files=form, data={"note": "x"}))

    assert (made["file_type"], made["size_bytes"]) == ("pdf", len(samples.bytes("pdf")))


def test_the_same_bytes_again_are_the_same_source(course: Course, samples: SampleFiles, quiet: Any) -> None:
    first, second = (data_of(raw(course.owner, course.source, "a.png", samples.bytes("png"))) for _ in range(2))

    assert first["id"] == second["id"]
    assert course.kept()[:2] == (1, 1)


def test_a_repeated_key_takes_the_same_file_and_no_other(course: Course, samples: SampleFiles, quiet: Any) -> None:
    key = {"idempotency-key": str(uuid4())}
    first = raw(course.owner, course.source, "a.png", samples.bytes("png"), **key)
    again = raw(course.owner, course.source, "a.png", samples.bytes("png"), **key)
    other = raw(course.owner, course.source, "a.png", samples.bytes("png")[:-1] + b"x", **key)
    third = raw(course.owner, course.source, "a.wav", samples.bytes("wav"), **key)

    assert data_of(first) == data_of(again)
    assert other.status_code == 422
    assert code_of(third) == "CC-0018"
    assert course.kept()[:2] == (1, 1)


def test_pasted_notes_become_a_document(course: Course, quiet: Any) -> None:
    made = course.owner.made(course.document, {"title": "Notes", "text": "Find the exit — always."})

    assert (made["title"], made["file_type"], made["parsed_status"]) == ("Notes", "txt", "pending")
    assert course.owner.read(f"/context/{course.project_id}/documents")["items"] == [made]
    assert [told[0] for told in quiet] == ["parse_document"]
    course.owner.made(f"/context/documents/{made['id']}/delete")
    assert course.owner.read(f"/context/{course.project_id}/documents")["items"] == []


def test_a_markdown_file_is_a_text_document(course: Course, quiet: Any) -> None:
    made = data_of(raw(course.owner, course.document, "Read me.markdown", b"# Fire\n\nFind the exit."))
    changed = course.owner.made(f"/context/documents/{made['id']}/update", {"title": "Fire"})

    assert (made["file_type"], changed["title"]) == ("txt", "Fire")


def test_a_picture_fills_its_slot(course: Course, samples: SampleFiles) -> None:
    path = f"/uploads/{course.project_id}/picture"
    first = data_of(raw(course.owner, path, "logo.png", samples.bytes("png")))
    second = data_of(raw(course.owner, path, "logo.jpg", samples.bytes("jpg")))

    assert (first["version"], second["version"], second["is_active"], second["role"]) == (1, 2, True, "logo")
    assert second["metadata"]["original_name"] == "logo.jpg"
    assert second["metadata"]["width_px"] == 64


def test_a_youtube_link_becomes_a_segment(course: Course) -> None:
    made = course.owner.made(course.source, {"youtube_url": "https://youtu.be/jNQXAC9IVRw"})

    assert made["source_type"] == "youtube"
    assert made["youtube_url"] == "https://www.youtube.com/watch?v=jNQXAC9IVRw"
    for link, code in (("https://youtu.be.evil.example/jNQXAC9IVRw", "CC-0044"), (7, "CC-0005")):
        assert code_of(course.owner.post(course.source, {"youtube_url": link})) == code


def test_sources_are_listed_and_deleted(course: Course, samples: SampleFiles, quiet: Any) -> None:
    made = data_of(raw(course.owner, course.source, "a.png", samples.bytes("png")))
    whole = data_of(raw(course.owner, f"/uploads/project/{course.project_id}/source", "a.png", samples.bytes("png")))

    assert [one["id"] for one in course.owner.read(f"/uploads/{course.lesson_id}/sources")["items"]] == [made["id"]]
    course.owner.made(f"/uploads/source/{made['id']}/delete")
    left = course.owner.read(f"/uploads/project/{course.project_id}/sources")["items"]
    assert [one["id"] for one in left] == [whole["id"]]


BAD = {
    "0 bytes": ("a.png", b"", 422, "CC-0125"),
    "no such kind": ("a.exe", b"MZ", 415, "CC-0121"),
    "wrong ending": ("a.png", b"%PDF-1.7", 415, "CC-0122"),
    "out of its folder": ("../../x", b"x", 422, "CC-0123"),
    "out of its folder, as a deck": ("../../x.pptx", b"x", 422, "CC-0123"),
    "an archive": ("a.pptx", zip_bytes(), 415, "CC-0111"),
    "text": ("a.txt", b"text", 415, "CC-0121"),
    "damaged": ("a.png", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + bytes(100), 422, "CC-0131"),
}


@pytest.mark.parametrize(("name", "content", "status", "code"), BAD.values(), ids=BAD)
@pytest.mark.parametrize("way", ["raw", "form"])
def test_a_bad_file_is_refused_and_nothing_is_kept(
    course: Course, name: str, content: bytes, status: int, code: str, way: str
) -> None:
    if way == "raw":
        answer = raw(course.owner, course.source, name, content)
    else:
        answer = course.owner.http.post(f"/cc{course.source}", files={"file": (name, content)})

    assert (answer.status_code, code_of(answer)) == (status, code)
    assert course.kept() == NOTHING


def test_a_name_with_nul_is_refused(course: Course, samples: SampleFiles) -> None:
    assert code_of(raw(course.owner, course.source, "a\0.png", samples.bytes("png"))) == "CC-0123"
    assert course.kept() == NOTHING


def test_a_polyglot_is_refused(course: Course, samples: SampleFiles) -> None:
    answer = raw(course.owner, course.source, "a.png", samples.bytes("png") + zip_bytes())

    assert code_of(answer) == "CC-0124"
    assert course.kept() == NOTHING


def send(course: Course, head: str, body: bytes, *, is_cut: bool = False) -> bytes:
    """Speak HTTP by hand; what the service answers."""
    url = httpx.URL(course.service.url)
    key = course.owner.http.headers["authorization"]
    path = f"/cc{course.source}?name=a.png"
    with socket.create_connection((url.host, url.port or 80), timeout=20) as connection:
        connection.sendall(
            f"POST {path} HTTP/1.1\r\nHost: x\r\nAuthorization: {key}\r\nConnection: close\r\n{head}\r\n\r\n".encode()
            + body
        )
        if is_cut:
            connection.shutdown(socket.SHUT_WR)
        answer = b""
        while piece := connection.recv(65536):
            answer += piece
    return answer


def test_twenty_gigabytes_are_refused_before_they_come(course: Course) -> None:
    answer = send(course, f"Content-Type: image/png\r\nContent-Length: {20 << 30}", b"")

    assert b"413" in answer.split(b"\r\n")[0]
    assert b"CC-0112" in answer
    assert course.kept() == NOTHING


def test_a_form_of_twenty_gigabytes_is_refused_before_it_comes(course: Course) -> None:
    answer = send(course, f"Content-Type: multipart/form-data; boundary=x\r\nContent-Length: {20 << 30}", b"")

    assert b"CC-0112" in answer
    assert course.kept() == NOTHING


def test_a_body_that_stops_half_way_leaves_nothing(course: Course, samples: SampleFiles) -> None:
    content = samples.bytes("png")

    send(course, f"Content-Type: image/png\r\nContent-Length: {len(content) + 10}", content, is_cut=True)

    assert course.kept() == NOTHING


def test_a_length_that_is_a_lie_leaves_nothing(course: Course, samples: SampleFiles) -> None:
    """The server reads as much as was announced: the rest would be another call."""
    content = samples.bytes("png")

    answer = send(course, f"Content-Type: image/png\r\nContent-Length: {len(content) - 10}", content)

    assert b" 4" in answer.split(b"\r\n")[0]
    assert course.kept() == NOTHING


@pytest.mark.parametrize(
    "body",
    [
        b"--x\r\nContent-Disposition: form-data; name=file; filename=a.png\r\n\r\nhalf",
        b"--x\r\nContent-Disposition: form-data; name=note\r\n\r\nno file\r\n--x--\r\n",
        b"--x\r\nContent-Disposition: form-data; name=file; filename=a.png\r\n\r\na\r\n" * 2 + b"--x--\r\n",
        b"--x\r\nContent-Disposition: form-data; name=note\r\n\r\n" + b"n" * 100_000 + b"\r\n--x--\r\n",
        b"no form at all",
        b"--x\r\n" + b"A: b\r\n" * 1000,
    ],
    ids=["cut off", "no file", "two files", "much beside", "no form", "many headers"],
)
def test_a_bad_form_is_refused(course: Course, body: bytes) -> None:
    answer = course.owner.http.post(
        f"/cc{course.source}", content=body, headers={"content-type": "multipart/form-data; boundary=x"}
    )

    assert (answer.status_code, code_of(answer)) == (400, "CC-0143")
    assert course.kept() == NOTHING


def test_a_form_without_a_boundary_and_a_body_without_a_name_are_refused(course: Course) -> None:
    form = course.owner.http.post(f"/cc{course.source}", content=b"x", headers={"content-type": "multipart/form-data"})
    nameless = course.owner.http.post(f"/cc{course.source}", content=b"x", headers={"content-type": "image/png"})

    assert (code_of(form), code_of(nameless)) == ("CC-0143", "CC-0140")


def test_the_room_of_an_organisation_is_held_to(course: Course, samples: SampleFiles, quiet: Any) -> None:
    with course.service.site.database.admin() as conn:
        conn.execute(sa.update(organisations).filter_by(id=course.org_id).values(quota_bytes=len(samples.bytes("png"))))

    assert raw(course.owner, course.source, "a.png", samples.bytes("png")).status_code == 201
    full = raw(course.owner, course.source, "a.jpg", samples.bytes("jpg"))

    assert (full.status_code, code_of(full)) == (413, "CC-0127")
    assert course.kept()[:2] == (1, 1)


def test_nobody_else_puts_a_file_there(course: Course, samples: SampleFiles, quiet: Any) -> None:
    colleague = course.service.person(course.org_id)
    foreign = course.service.person(course.service.organisation(), "owner")

    for who in (colleague, foreign):
        for path in (course.source, course.document, f"/uploads/{course.project_id}/picture"):
            assert code_of(raw(who, path, "a.png" if "doc" not in path else "a.pdf", samples.bytes("png"))) == "CC-0020"
    assert course.kept() == NOTHING


def test_an_infected_file_is_refused_where_scanning_is_required(
    course: Course, samples: SampleFiles, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COURSECRAFTER_SCAN", "required")
    monkeypatch.setenv("COURSECRAFTER_SCANNER", "127.0.0.1:1")

    answer = raw(course.owner, course.source, "a.png", samples.bytes("png"))

    assert (answer.status_code, code_of(answer)) == (503, "CC-0129")
    assert course.kept() == NOTHING


def test_a_document_is_read_in_the_background(course: Course, samples: SampleFiles) -> None:
    made = data_of(raw(course.owner, course.document, "drill.docx", samples.bytes("docx")))
    place = f"/context/documents/{made['id']}"
    until(lambda: course.owner.read(place)["parsed_status"] != "pending")

    found = course.owner.read(place)
    assert found["parsed_status"] == "parsed"
    assert "exit" in found["parsed_summary"]
    assert json.dumps(found["parse"])
    assert Path(found["file_path"]).parts[0] == "objects"


def test_a_form_is_read_alike_however_its_bytes_are_cut() -> None:
    body = (
        b"--x\r\nContent-Disposition: form-data; name=note\r\n\r\nhello\r\n"
        b'--x\r\nContent-Disposition: form-data; name=file; filename="\xc3\x9cbung.pdf"\r\n'
        b"Content-Type: application/pdf\r\n\r\n%PDF\r\n--\r\n--y\r\n\r\n--x--\r\n"
    )

    for length in (1, 2, 7, len(body)):
        form = FileForm("multipart/form-data; boundary=x")
        pieces = [piece for at in range(0, len(body), length) for piece in form.feed(body[at : at + length])]
        form.finish()
        assert [piece.name for piece in pieces if piece.name is not None] == ["Übung.pdf"]
        assert b"".join(piece.content for piece in pieces) == b"%PDF\r\n--\r\n--y\r\n"


def test_memory_does_not_grow_with_the_body(course: Course, quiet: Any) -> None:
    """Client and service share this process: neither may hold the file."""
    size = 160 << 20
    sound = struct.pack("<4sIHHIIHH", b"fmt ", 16, 1, 1, 48_000, 96_000, 2, 16)
    head = struct.pack("<4sI4s", b"RIFF", size - 8, b"WAVE") + sound + struct.pack("<4sI", b"data", size - 44)
    chunk = bytes(range(256)) * 256

    def body() -> Iterator[bytes]:
        yield b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.wav"\r\n\r\n' + head
        for _ in range((size - 44) // len(chunk)):
            yield chunk
        yield chunk[: (size - 44) % len(chunk)] + b"\r\n--x--\r\n"

    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    made = data_of(
        course.owner.http.post(
            f"/cc{course.source}", content=body(), headers={"content-type": "multipart/form-data; boundary=x"}
        )
    )
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) * 1024

    assert made["size_bytes"] == size
    assert grown < size / 5
