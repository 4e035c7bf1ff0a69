"""Parts of an object: the right bytes, in small pieces."""

from __future__ import annotations

from uuid import UUID

import pytest

from coursecrafter.domain.stored import StoredObject
from coursecrafter.storage.objects import PIECE_BYTES, ObjectMissing, ObjectStore

CONTENT = bytes(number % 251 for number in range(3 * PIECE_BYTES))


@pytest.fixture
def store(store_url: str) -> ObjectStore:
    return ObjectStore(store_url, UUID(int=1))


@pytest.mark.parametrize(
    ("start", "length"),
    [(0, 1), (0, len(CONTENT)), (7, 100), (PIECE_BYTES - 1, 2), (len(CONTENT) - 3, 3), (len(CONTENT) - 3, 99)],
)
def test_a_part_is_exactly_what_stands_there(store: ObjectStore, start: int, length: int) -> None:
    stored = store.put_bytes(CONTENT, "video/mp4")

    assert b"".join(store.read_range(stored, start, length)) == CONTENT[start : start + length]


@pytest.mark.parametrize(("start", "length"), [(len(CONTENT), 1), (5, 0)])
def test_a_part_without_length_has_no_piece(store: ObjectStore, start: int, length: int) -> None:
    stored = store.put_bytes(CONTENT, "video/mp4")

    assert list(store.read_range(stored, start, length)) == []


def test_pieces_are_small(store: ObjectStore) -> None:
    stored = store.put_bytes(CONTENT, "video/mp4")

    assert max(map(len, store.read_range(stored, 0, len(CONTENT)))) <= 2 * PIECE_BYTES


def test_a_lost_object_is_missed_before_the_first_piece(store: ObjectStore) -> None:
    with pytest.raises(ObjectMissing, match="CC-0702"):
        store.read_range(StoredObject("0" * 64, 9, "video/mp4"), 0, 9)


def test_an_object_is_found_by_its_name_with_its_length(store: ObjectStore) -> None:
    stored = store.put_bytes(CONTENT, "video/mp4")

    assert store.find(stored.sha256, "video/mp4") == stored
    with pytest.raises(ObjectMissing, match="CC-0702"):
        store.find("0" * 64, "video/mp4")
