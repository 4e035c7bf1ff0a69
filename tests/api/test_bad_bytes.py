"""Calls that no decent client sends: odd addresses, bodies that stop, lengths that lie, and very many bytes."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
from pathlib import Path
from time import monotonic, sleep
from urllib.parse import urlsplit

import httpx
import psutil
import pytest

from api_people import Person, Service
from background_shops import PATIENCE_S
from http_calls import JSON
from http_refusals import OURS, require_refused

HERE = Path(__file__).parents[1]
POST = "POST /cc/projects/create HTTP/1.1"
TYPE = "Content-Type: application/json"


@pytest.fixture(scope="module")
def person(service: Service) -> Person:
    return service.person(service.organisation(), "owner")


@pytest.mark.parametrize(
    "target",
    [
        "/cc/../../etc/passwd",
        "/cc/%2e%2e/%2e%2e/etc/passwd",
        "/cc/projects/..%2f..%2fetc%2fpasswd",
        "/cc//projects//list",
        "/cc/projects/list/",
        "/cc/projects%2flist",
        "/cc/projects/list%00",
        "/cc/\\..\\x",
        "/CC/PROJECTS/LIST",
        "/cc/projects/list;a=b",
        "/",
        "/cc",
        "/cc/",
        "/cc/docs/..%2f..%2fapp.py",
        "/cc/docs/%2e%2e%2fapp.py",
        "//evil.example/cc/projects/list",
        "/cc/" + "x" * 30_000,
        "/cc/projects/list?" + "a=b&" * 5_000,
        "/cc/projects/list?cursor=" + "x" * 50_000,
        "/cc/%ff%fe%fd",
    ],
)
def test_an_odd_address_leads_nowhere(service: Service, person: Person, target: str) -> None:
    status, _, body = raw_call(service.url, f"GET {target} HTTP/1.1", person)

    assert status in {200, 307, 400, 404, 405, 414, 422, 431}
    assert b"root:" not in body
    assert not OURS.search(body.decode("utf-8", "replace"))
    if status == 200:
        # What nobody asks for is left alone, and an encoded slash is a slash.
        assert target.startswith(("/cc/projects/list?a=b", "/cc/projects%2flist"))


def raw_call(url: str, *lines: object, body: bytes = b"", timeout_s: float = 10) -> tuple[int, bytes, bytes]:
    """Send bytes as they are, and read what comes until the end; a Person among the lines sends their key."""
    host, port = urlsplit(url).hostname, urlsplit(url).port
    head = [str(lines[0]), f"Host: {host}:{port}", "Connection: close"]
    head += [
        f"Authorization: {line.http.headers['authorization']}" if isinstance(line, Person) else str(line)
        for line in lines[1:]
    ]
    with socket.create_connection((host, port), timeout_s) as connection:
        connection.sendall("\r\n".join([*head, "", ""]).encode("latin-1") + body)
        read = b""
        while chunk := connection.recv(65536):
            read += chunk
    head_bytes, _, content = read.partition(b"\r\n\r\n")
    return int(read.split(b" ", 2)[1]) if read else 0, head_bytes, content


def projects(person: Person) -> int:
    return len(person.read("/projects/list", params={"limit": 200})["items"])


def test_a_body_that_stops_half_way_does_nothing(service: Service, person: Person) -> None:
    before = projects(person)
    host, port = urlsplit(service.url).hostname, urlsplit(service.url).port
    head = f"{POST}\r\nHost: x\r\n{TYPE}\r\nAuthorization: {person.http.headers['authorization']}\r\n"
    with socket.create_connection((host, port), 10) as connection:
        connection.sendall(head.encode() + b'Content-Length: 22\r\n\r\n{"name": "Fir')
        sleep(0.1)
    with socket.create_connection((host, port), 10) as connection:
        connection.sendall(head.encode() + b'Transfer-Encoding: chunked\r\n\r\n5\r\n{"nam\r\n')
        sleep(0.1)

    assert projects(person) == before


@pytest.mark.parametrize("length", ["-1", "x", "1e3", "99999999999999999999999", "22, 22", "+5", "0x10", ""])
def test_a_length_that_is_none_is_refused(service: Service, person: Person, length: str) -> None:
    before = projects(person)

    status, _, _ = raw_call(
        service.url, POST, TYPE, person, f"Content-Length: {length}", body=b'{"name": "Fire drill"}'
    )

    assert 400 <= status < 500
    assert projects(person) == before


def test_a_length_that_is_too_short_is_no_json(service: Service, person: Person) -> None:
    before = projects(person)

    status, _, body = raw_call(service.url, POST, TYPE, person, "Content-Length: 9", body=b'{"name": "Fire drill"}')

    assert status == 400
    assert b"CC-0003" in body
    assert projects(person) == before


def test_two_lengths_and_two_codings_are_no_call(service: Service, person: Person) -> None:
    """A proxy and this server could part such a call in two places. Source: RFC 9112, Message Body Length."""
    before = projects(person)
    both = ["Content-Length: 22", "Transfer-Encoding: chunked"]

    status, _, _ = raw_call(service.url, POST, TYPE, person, *both, body=b'{"name": "Fire drill"}')

    assert 400 <= status < 500
    assert projects(person) == before


def test_a_slow_body_holds_up_nobody(service: Service, person: Person) -> None:
    """More slow ones than there are threads, and a call beside them is answered at once."""
    host, port = urlsplit(service.url).hostname, urlsplit(service.url).port
    head = f"{POST}\r\nHost: x\r\n{TYPE}\r\nAuthorization: {person.http.headers['authorization']}\r\n"
    begun = monotonic()
    person.read("/projects/list")
    alone_s = monotonic() - begun
    slow = [socket.create_connection((host, port), PATIENCE_S) for _ in range(4 * service.site.service.threads)]
    try:
        for connection in slow:
            connection.sendall(head.encode() + b'Content-Length: 22\r\n\r\n{"na')
        begun = monotonic()
        person.read("/projects/list")
        took_s = monotonic() - begun
    finally:
        for connection in slow:
            connection.close()

    assert took_s < 2 + 10 * alone_s


@pytest.mark.parametrize("announced", [True, False])
def test_ten_megabytes_are_too_many(person: Person, announced: bool) -> None:
    before, content = projects(person), b'{"name": "' + b"x" * (10 << 20) + b'"}'
    chunks = content if announced else (content[at : at + 65536] for at in range(0, len(content), 65536))

    answer = person.http.post("/cc/projects/create", content=chunks, headers={"content-type": JSON})

    assert require_refused(answer, "10 MB") == "CC-0004"
    assert projects(person) == before


def test_memory_does_not_grow_with_bodies(tmp_path: Path, service: Service, person: Person) -> None:
    """Fifty bodies of 10 MB, with and without a length, to a server of its own: what it holds stays as it was."""
    urls = service.site.database.urls
    told = json.dumps([url.render_as_string(hide_password=False) for url in (urls.app, urls.worker, urls.admin)])
    program = [sys.executable, str(HERE / "http_server.py"), told, str(tmp_path)]
    server = subprocess.Popen(program, stdout=subprocess.PIPE, text=True)
    try:
        assert server.stdout is not None
        url = server.stdout.readline().strip()
        content = b'{"name": "' + b"x" * (10 << 20) + b'"}'
        headers = {"authorization": person.http.headers["authorization"], "content-type": JSON}
        with httpx.Client(base_url=url, headers=headers, timeout=60) as client:
            for _ in range(5):
                client.post("/cc/projects/create", content=b'{"name": 5}')
            before = psutil.Process(server.pid).memory_info().rss
            for number in range(50):
                chunks = content if number % 2 else (content[at : at + 65536] for at in range(0, len(content), 65536))
                try:
                    assert client.post("/cc/projects/create", content=chunks).status_code == 413
                except httpx.WriteError:
                    # It was refused before it was sent, and the connection closed.
                    continue
            after = psutil.Process(server.pid).memory_info().rss
    finally:
        server.terminate()
        server.communicate(timeout=20)

    assert after < before + (12 << 20), f"{before >> 20} MB before, {after >> 20} MB after"
