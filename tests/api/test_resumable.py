"""Uploads in parts over HTTP, as tus clients make them."""

from __future__ import annotations

import base64
import hashlib
import socket
import time
from typing import Any
from uuid import uuid4

import httpx
import pytest

from api_people import Person, Service, code_of
from background_shops import until
from coursecrafter.api import upload_places
from upload_files import SampleFiles

TUS = {"tus-resumable": "1.0.0"}
PART = "application/offset+octet-stream"


class Client:
    """A tus client of somebody."""

    def __init__(self, service: Service) -> None:
        self.service = service
        self.who: Person = service.person(service.organisation(), "owner")
        self.project_id = self.who.made("/projects/create", {"name": f"Fire {uuid4()}"})["id"]

    def begin(self, length: int | str, name: str = "a.png", **told: str) -> httpx.Response:
        metadata = {"filename": name, "project_id": self.project_id, **told}
        header = ",".join(f"{key} {base64.b64encode(value.encode()).decode()}" for key, value in metadata.items())
        headers = {**TUS, "upload-length": str(length), "upload-metadata": header}
        return self.who.http.post("/cc/uploads/resumable", headers=headers)

    def send(self, url: str, offset: int, content: bytes, **headers: str) -> httpx.Response:
        told = {**TUS, "upload-offset": str(offset), "content-type": PART, **headers}
        return self.who.http.patch(url, content=content, headers=told)

    def offset(self, url: str) -> int:
        answer = self.who.http.head(url, headers=TUS)
        assert answer.status_code == 200, answer.status_code
        assert answer.headers["cache-control"] == "no-store"
        return int(answer.headers["upload-offset"])

    def coming(self) -> list[str]:
        """What of this organisation comes in at the moment."""
        folder = self.service.site.store(self.who.org_id).folder
        return [path.name for path in (folder / "incoming").glob("*")] if folder else []

    def state(self, url: str) -> dict[str, Any]:
        return dict(self.who.http.get(url, headers=TUS).json()["data"])


@pytest.fixture(scope="session")
def samples(tmp_path_factory: pytest.TempPathFactory) -> SampleFiles:
    return SampleFiles(tmp_path_factory.mktemp("samples"))


@pytest.fixture
def client(service: Service, monkeypatch: pytest.MonkeyPatch) -> Client:
    monkeypatch.setattr(upload_places, "enqueue_parse", lambda *_: 0)
    return Client(service)


def test_what_is_offered_is_said_to_anybody(service: Service) -> None:
    answer = service.stranger().options("/cc/uploads/resumable")

    assert answer.status_code == 204
    assert answer.headers["tus-version"] == answer.headers["tus-resumable"] == "1.0.0"
    assert set(answer.headers["tus-extension"].split(",")) == {"creation", "expiration", "checksum", "termination"}
    assert int(answer.headers["tus-max-size"]) > 0


def test_a_file_in_parts_becomes_a_source(client: Client, samples: SampleFiles) -> None:
    content = samples.bytes("png")
    begun = client.begin(len(content))
    url = begun.headers["location"]

    assert begun.status_code == 201
    assert begun.headers["upload-expires"].endswith("GMT")
    for start in range(0, len(content), 3000):
        sent = client.send(url, client.offset(url), content[start : start + 3000])
        assert (sent.status_code, sent.headers["tus-resumable"]) == (204, "1.0.0")

    state = client.state(url)
    source = client.who.read(f"/uploads/source/{state['result_id']}")
    assert (state["state"], client.offset(url)) == ("finished", len(content))
    assert source["checksum"] == hashlib.sha256(content).hexdigest()
    folder = client.service.site.store(client.who.org_id).folder
    assert folder is not None
    assert not [path for path in folder.rglob("uploads/*/*") if path.is_file()]


def test_a_cut_part_is_gone_on_with(client: Client, samples: SampleFiles) -> None:
    content = samples.bytes("png")
    url = client.begin(len(content)).headers["location"]
    address = httpx.URL(client.service.url)
    lines = [
        f"PATCH {url} HTTP/1.1",
        "Host: x",
        f"Authorization: {client.who.http.headers['authorization']}",
        "Tus-Resumable: 1.0.0",
        "Upload-Offset: 0",
        f"Content-Type: {PART}",
        f"Content-Length: {len(content)}",
    ]
    with socket.create_connection((address.host, address.port or 80), timeout=20) as connection:
        connection.sendall("\r\n".join([*lines, "", ""]).encode() + content[:2000])
        until(lambda: bool(client.coming()))
        connection.sendall(content[2000:4000])
        time.sleep(0.3)
        connection.shutdown(socket.SHUT_WR)
        while connection.recv(65536):
            pass

    until(lambda: bool(client.offset(url)))
    came = client.offset(url)
    assert 2000 <= came <= 4000
    assert client.send(url, came, content[came:]).status_code == 204
    assert client.state(url)["state"] == "finished"


def test_a_wrong_offset_and_a_wrong_checksum_change_nothing(client: Client, samples: SampleFiles) -> None:
    content = samples.bytes("png")
    url = client.begin(len(content)).headers["location"]
    right = base64.b64encode(hashlib.sha256(content[:100]).digest()).decode()

    early = client.send(url, 5, content[:100])
    wrong = client.send(url, 0, content[1:101], **{"upload-checksum": f"sha256 {right}"})
    unknown = client.send(url, 0, content[:100], **{"upload-checksum": "crc32 AAAA"})

    assert (early.status_code, code_of(early)) == (409, "CC-0136")
    assert (wrong.status_code, code_of(wrong)) == (460, "CC-0137")
    assert (unknown.status_code, code_of(unknown)) == (400, "CC-0138")
    assert client.offset(url) == 0
    assert client.send(url, 0, content[:100], **{"upload-checksum": f"sha256 {right}"}).status_code == 204


def test_a_refused_file_says_why_afterwards_too(client: Client) -> None:
    url = client.begin(8).headers["location"]

    answer = client.send(url, 0, b"%PDF-1.7")

    assert (answer.status_code, code_of(answer)) == (415, "CC-0122")
    assert answer.headers["tus-resumable"] == "1.0.0"
    state = client.state(url)
    assert (state["state"], state["problem"]["code"], state["result_id"]) == ("refused", "CC-0122", None)
    assert code_of(client.send(url, 8, b"x")) == "CC-0025"


def test_a_document_may_come_in_parts(client: Client) -> None:
    url = client.begin(5, "notes.md", becomes="document").headers["location"]
    client.send(url, 0, b"# Fi")
    client.send(url, 4, b"r")

    assert client.who.read(f"/context/documents/{client.state(url)['result_id']}")["file_type"] == "txt"


def test_a_cancelled_upload_is_gone(client: Client) -> None:
    url = client.begin(10).headers["location"]
    client.send(url, 0, b"\x89PNG")

    assert client.who.http.delete(url, headers=TUS).status_code == 204
    assert client.who.http.head(url, headers=TUS).status_code == 404
    assert code_of(client.who.http.delete(url, headers=TUS)) == "CC-0020"


def test_an_upload_is_its_senders_alone(client: Client) -> None:
    url = client.begin(10).headers["location"]
    other = client.service.person(client.who.org_id, "owner")

    for answer in (
        other.http.get(url, headers=TUS),
        other.http.patch(url, content=b"x", headers={**TUS, "upload-offset": "0", "content-type": PART}),
        other.http.delete(url, headers=TUS),
    ):
        assert (answer.status_code, code_of(answer)) == (404, "CC-0020")


@pytest.mark.parametrize(
    ("length", "name", "told", "code"),
    [
        (0, "a.png", {}, "CC-0125"),
        (20 << 30, "a.mp4", {}, "CC-0112"),
        ("-1", "a.png", {}, "CC-0037"),
        ("9" * 30, "a.png", {}, "CC-0037"),
        (5, "../../x", {}, "CC-0123"),
        (5, "a.exe", {}, "CC-0121"),
        (5, "", {}, "CC-0123"),
        (5, "a.png", {"project_id": "no"}, "CC-0037"),
        (5, "a.png", {"project_id": str(uuid4())}, "CC-0020"),
        (5, "a.png", {"lesson_id": str(uuid4())}, "CC-0020"),
        (5, "a.png", {"purpose": "Not A Word"}, "CC-0037"),
        (5, "a.png", {"becomes": "captain"}, "CC-0037"),
    ],
)
def test_a_bad_beginning_begins_nothing(
    client: Client, length: int | str, name: str, told: dict[str, str], code: str
) -> None:
    assert code_of(client.begin(length, name, **told)) == code


def test_a_sender_who_speaks_otherwise_is_told_the_version(client: Client) -> None:
    old = client.who.http.post("/cc/uploads/resumable", headers={"tus-resumable": "0.2.2", "upload-length": "5"})
    url = client.begin(10).headers["location"]
    plain = client.who.http.patch(
        url, content=b"x", headers={**TUS, "upload-offset": "0", "content-type": "text/plain"}
    )

    assert (old.status_code, code_of(old), old.headers["tus-version"]) == (412, "CC-0144", "1.0.0")
    assert (plain.status_code, code_of(plain)) == (415, "CC-0008")


def test_metadata_that_is_no_base64_is_refused(client: Client) -> None:
    headers = {**TUS, "upload-length": "5", "upload-metadata": "filename ???"}

    assert code_of(client.who.http.post("/cc/uploads/resumable", headers=headers)) == "CC-0037"
