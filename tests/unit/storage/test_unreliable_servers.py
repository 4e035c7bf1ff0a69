"""A server that stumbles is asked again; one that is gone is said so soon; nothing half-written is ever seen."""

from __future__ import annotations

import os
import socket
import time
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest

from coursecrafter.domain.stored import StoredObject
from coursecrafter.storage.backends import RETRIES
from coursecrafter.storage.objects import ObjectMissing, ObjectStore, StoreUnreachable
from s3_server import S3Server, point_at, stumbling

ORG = UUID(int=1)
SOON_S = 60
"""Seconds of asking again, and what the last of them takes where the machine does other things meanwhile."""


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ask again for two seconds; an installation does for ten."""
    monkeypatch.setitem(RETRIES, "retry_timeout", timedelta(seconds=2))


def open_store(bucket: str) -> ObjectStore:
    return ObjectStore(f"s3://{bucket}/of/ours", ORG)


@pytest.mark.parametrize("fault", ["500", "503", "reset"])
def test_a_server_that_fails_every_third_call_loses_nothing(
    s3_server: S3Server, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, fault: str
) -> None:
    contents = [f"page {number}".encode() for number in range(12)]
    (tmp_path / "film").write_bytes(os.urandom(12_000_000))

    with stumbling(s3_server, fault) as way:
        point_at(monkeypatch, way.port)
        store = open_store(s3_server.new_bucket())
        pages = [store.put_bytes(content, "text/plain") for content in contents]
        film = store.put_file(tmp_path / "film", "video/mp4")
        store.put_record("step", "key", {"page": pages[0]})
        read = [store.get_bytes(page) for page in pages]
        store.copy_to(film, tmp_path / "copy")
        found = store.find_record("step", "key")
        for stored in (*pages, film):
            store.remove(stored)
        left = list(store.list_below("objects"))

    assert way.failed > 5
    assert left == []
    assert read == contents
    assert (tmp_path / "copy").read_bytes() == (tmp_path / "film").read_bytes()
    assert found == {"page": pages[0]}


def test_an_answer_that_is_cut_off_is_read_on(s3_server: S3Server, monkeypatch: pytest.MonkeyPatch) -> None:
    content = os.urandom(3_000_000)

    with stumbling(s3_server, "cut", every=2) as way:
        point_at(monkeypatch, way.port)
        store = open_store(s3_server.new_bucket())
        stored = store.put_bytes(content, "video/mp4")
        whole = store.get_bytes(stored)
        part = b"".join(store.read_range(stored, 5, 2_000_000))

    assert way.failed > 1
    assert whole == content
    assert part == content[5:2_000_005]


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize("fault", ["503", "reset"])
def test_a_server_that_always_fails_is_said_so_soon(
    s3_server: S3Server, monkeypatch: pytest.MonkeyPatch, fault: str
) -> None:
    with stumbling(s3_server, fault, every=1) as way:
        point_at(monkeypatch, way.port)
        store = open_store(s3_server.new_bucket())
        begun = time.monotonic()

        with pytest.raises(StoreUnreachable, match="CC-0703"):
            store.put_bytes(b"chalk", "text/plain")

    assert time.monotonic() - begun < SOON_S


@pytest.mark.usefixtures("impatient")
def test_a_server_that_is_gone_is_said_so_soon(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        point_at(monkeypatch, free.getsockname()[1])
        store, begun = open_store("courses"), time.monotonic()

        with pytest.raises(StoreUnreachable, match="CC-0703"):
            store.find_record("step", "key")

    assert time.monotonic() - begun < SOON_S


@pytest.mark.usefixtures("impatient")
def test_a_server_that_falls_silent_is_said_so(s3_server: S3Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("coursecrafter.storage.backends.CLIENT", {"read_timeout": "1s"})

    with stumbling(s3_server, "hang", every=1) as way:
        point_at(monkeypatch, way.port)
        store, begun = open_store(s3_server.new_bucket()), time.monotonic()
        with pytest.raises(StoreUnreachable, match="CC-0703"):
            store.get_bytes(StoredObject("0" * 64, 1, "text/plain"))

    assert time.monotonic() - begun < SOON_S


def test_a_bucket_that_is_not_there_is_no_missing_file(s3_server: S3Server, monkeypatch: pytest.MonkeyPatch) -> None:
    point_at(monkeypatch, s3_server.port)
    store = open_store("nobody-made-it")

    with pytest.raises(StoreUnreachable, match="CC-0703"):
        store.put_bytes(b"chalk", "text/plain")
    with pytest.raises(StoreUnreachable, match="CC-0703"):
        store.find_record("step", "key")
    with pytest.raises(StoreUnreachable, match="CC-0703"):
        store.get_bytes(StoredObject("0" * 64, 1, "text/plain"))


def test_a_kind_of_store_that_nobody_knows_is_said_so() -> None:
    with pytest.raises(StoreUnreachable, match="CC-0703"):
        ObjectStore("ftp://courses/of/ours", ORG)


def test_a_file_whose_parts_stop_coming_is_never_seen(
    s3_server: S3Server, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """It goes up in parts of five megabytes; the server answers until the second of them."""
    (tmp_path / "film").write_bytes(os.urandom(16_000_000))
    bucket = s3_server.new_bucket()

    with stumbling(s3_server, "503", every=1, skip=3) as way:
        point_at(monkeypatch, way.port)
        with pytest.raises(StoreUnreachable, match="CC-0703"):
            open_store(bucket).put_file(tmp_path / "film", "video/mp4")
    point_at(monkeypatch, s3_server.port)
    store = open_store(bucket)

    assert list(store.list_below("objects")) == []
    stored = store.put_file(tmp_path / "film", "video/mp4")
    assert store.has(stored)


def test_a_lost_object_is_missed(store_url: str) -> None:
    store = ObjectStore(store_url, ORG)

    assert not store.has(StoredObject("0" * 64, 1, "text/plain"))
    with pytest.raises(ObjectMissing, match="CC-0702"):
        store.get_bytes(StoredObject("0" * 64, 1, "text/plain"))
