"""Bytes are counted while they come, and nothing is left of what does not come whole."""

from __future__ import annotations

import hashlib
import subprocess
import sys
import time
from pathlib import Path
from uuid import UUID

import pytest

from coursecrafter.ingest.guard import FileTooLarge
from coursecrafter.storage.incoming import open_incoming
from coursecrafter.storage.objects import ObjectStore
from coursecrafter.uploads.quotas import RoomUsedUp
from coursecrafter.uploads.receiving import EmptyFile, Limits, WrongLength, receiving

ORG = UUID(int=1)
MB = 1 << 20


@pytest.fixture
def store(tmp_path: Path) -> ObjectStore:
    return ObjectStore(str(tmp_path), ORG)


def files_in(store: ObjectStore) -> list[Path]:
    assert store.folder is not None
    return [path for path in store.folder.rglob("*") if path.is_file()]


def test_a_whole_file_becomes_an_object_named_by_its_hash(store: ObjectStore) -> None:
    with receiving(store, Limits(10, declared_bytes=10), ".txt") as receiver:
        for piece in (b"abc", b"", b"defghij"):
            receiver.write(piece)
        stored, is_new = receiver.finish().keep("text/plain")

    assert is_new
    assert stored.sha256 == hashlib.sha256(b"abcdefghij").hexdigest()
    assert store.get_bytes(stored) == b"abcdefghij"
    assert len(files_in(store)) == 1


def test_the_same_bytes_twice_are_one_object(store: ObjectStore) -> None:
    for is_first in (True, False):
        with receiving(store, Limits(10)) as receiver:
            receiver.write(b"same")
            assert receiver.finish().keep("text/plain")[1] is is_first

    assert len(files_in(store)) == 1


@pytest.mark.parametrize(
    ("limits", "refusal"),
    [
        (Limits(MB, declared_bytes=20 << 30), FileTooLarge),
        (Limits(30 << 30, room_bytes=MB, declared_bytes=20 << 30), RoomUsedUp),
        (Limits(MB, declared_bytes=0), EmptyFile),
    ],
    ids=["20 GB", "no room for 20 GB", "0 bytes"],
)
def test_an_announced_length_is_refused_before_a_byte_is_read(
    store: ObjectStore, limits: Limits, refusal: type[Exception]
) -> None:
    with pytest.raises(refusal), receiving(store, limits):
        pytest.fail("a byte was asked for")

    assert not files_in(store)


@pytest.mark.parametrize(
    ("limits", "refusal"),
    [
        (Limits(2 * MB), FileTooLarge),
        (Limits(9 * MB, room_bytes=2 * MB), RoomUsedUp),
        (Limits(9 * MB, declared_bytes=2 * MB), WrongLength),
    ],
    ids=["limit", "room", "announced"],
)
def test_the_piece_that_is_too_much_is_not_written(
    store: ObjectStore, limits: Limits, refusal: type[Exception]
) -> None:
    with pytest.raises(refusal), receiving(store, limits) as receiver:
        for _ in range(3):
            assert receiver.file.size_bytes <= 2 * MB
            receiver.write(bytes(MB))

    assert not files_in(store)


@pytest.mark.parametrize("sent", [0, 1, 9])
def test_fewer_bytes_than_announced_leave_nothing(store: ObjectStore, sent: int) -> None:
    with pytest.raises(WrongLength, match="CC-0126"), receiving(store, Limits(MB, declared_bytes=10)) as receiver:
        receiver.write(bytes(sent))
        receiver.finish()

    assert not files_in(store)


def test_a_file_of_no_bytes_leaves_nothing(store: ObjectStore) -> None:
    with pytest.raises(EmptyFile, match="CC-0125"), receiving(store, Limits(MB)) as receiver:
        receiver.finish()

    assert not files_in(store)


def test_a_sender_who_stops_half_way_leaves_nothing(store: ObjectStore) -> None:
    with pytest.raises(ConnectionResetError), receiving(store, Limits(MB)) as receiver:
        receiver.write(b"half")
        raise ConnectionResetError

    assert not files_in(store)


def test_what_a_killed_process_left_is_cleared_away_later(store: ObjectStore) -> None:
    import os

    store.incoming_folder.mkdir()
    for name, age_s in (("old", 25 * 3600), ("young", 60)):
        path = store.incoming_folder / name
        path.write_bytes(b"left")
        os.utime(path, (time.time() - age_s,) * 2)

    with open_incoming(store) as file:
        left = {path.name for path in store.incoming_folder.iterdir()}

    assert left == {"young", file.path.name}


MEASURE = """
import resource, sys, tracemalloc
from pathlib import Path
from uuid import UUID
from coursecrafter.storage.objects import ObjectStore
from coursecrafter.uploads.receiving import Limits, receiving

def peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024

store = ObjectStore(sys.argv[1], UUID(int=1))
before = peak()
chunk = bytes(range(256)) * 256
tracemalloc.start()
with receiving(store, Limits(1 << 30)) as receiver:
    for number in range(300 * 16):
        receiver.write(chunk[number % 256 :])
    stored, _ = receiver.finish().keep("video/mp4")
    received = tracemalloc.get_traced_memory()[1]
    length = sum(len(piece) for piece in store.read_range(stored, 0, stored.size_bytes))
print(stored.size_bytes, length, received, peak() - before)
"""


def test_memory_does_not_grow_with_the_file(tmp_path: Path) -> None:
    run = subprocess.run(
        [sys.executable, "-c", MEASURE, str(tmp_path)], check=True, capture_output=True, text=True, timeout=120
    )

    size, length, traced, grown = map(int, run.stdout.split())

    assert size == length > 299 * MB
    assert traced < size / 200
    assert grown < size / 10
