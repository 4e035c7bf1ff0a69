"""An object that is laid aside comes back to whoever asks for it, by whichever way they ask."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest

from coursecrafter.domain.stored import StoredObject
from coursecrafter.storage.objects import ObjectMissing, ObjectStore, aside_of

ORG = UUID(int=1)


@pytest.fixture
def store(store_url: str) -> ObjectStore:
    return ObjectStore(store_url, ORG)


@pytest.fixture
def stored(store: ObjectStore) -> StoredObject:
    """An object that a step made and that was laid aside."""
    made = store.put_bytes(b"chalk", "text/plain")
    store.put_record("step", "key", {"file": made})
    assert store.lay_aside(made.key)
    return made


def names(store: ObjectStore, folder: str) -> list[str]:
    return sorted(one.name for batch in store.list_below(folder) for one in batch)


def test_what_is_laid_aside_is_no_object_any_more(store: ObjectStore, stored: StoredObject) -> None:
    assert names(store, "objects") == []
    assert names(store, "aside") == [stored.sha256]


WAYS: dict[str, Callable[[ObjectStore, StoredObject, Path], object]] = {
    "bytes": lambda store, stored, _: store.get_bytes(stored),
    "copy": lambda store, stored, folder: store.copy_to(stored, folder / "copy"),
    "range": lambda store, stored, _: list(store.read_range(stored, 1, 2)),
    "find": lambda store, stored, _: store.find(stored.sha256, stored.mime_type),
    "has": lambda store, stored, _: store.has(stored),
    "record": lambda store, _, __: store.find_record("step", "key"),
    "put": lambda store, _, __: store.put_bytes(b"chalk", "text/plain"),
}


@pytest.mark.parametrize("way", WAYS)
def test_whoever_asks_for_it_gets_it_back(store: ObjectStore, stored: StoredObject, tmp_path: Path, way: str) -> None:
    WAYS[way](store, stored, tmp_path)

    assert names(store, "objects") == [stored.sha256]
    assert store.get_bytes(stored) == b"chalk"


def test_it_is_as_new_when_it_comes_back(store: ObjectStore, stored: StoredObject) -> None:
    store.fetch_back(stored.key)

    found = store.look(stored.key)
    assert found is not None
    assert datetime.now(UTC) - found.changed_at < timedelta(minutes=1)


def test_what_nobody_has_is_neither_laid_aside_nor_brought_back(store: ObjectStore) -> None:
    lost = StoredObject("0" * 64, 1, "text/plain")

    assert not store.lay_aside(lost.key)
    assert not store.fetch_back(lost.key)
    with pytest.raises(ObjectMissing, match="CC-0702"):
        store.get_bytes(lost)


def test_asking_for_what_is_not_there_makes_no_folder(tmp_path: Path) -> None:
    store = ObjectStore(str(tmp_path / "store"), ORG)

    assert not store.has(StoredObject("0" * 64, 1, "text/plain"))
    assert list((tmp_path / "store").iterdir()) == []


def test_laying_aside_twice_loses_nothing(store: ObjectStore, stored: StoredObject) -> None:
    store.put_bytes(b"chalk", "text/plain")

    assert store.lay_aside(stored.key)
    assert not store.lay_aside(stored.key)
    assert store.look(aside_of(stored.key)) is not None
    assert store.has(stored)


def test_what_is_too_large_for_one_copy_goes_in_parts(
    store: ObjectStore, stored: StoredObject, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("coursecrafter.storage.backends.COPY_BYTES", 2)

    assert store.get_bytes(stored) == b"chalk"


def test_a_record_that_is_used_is_young_again(
    store: ObjectStore, stored: StoredObject, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = "steps/step/key.json"
    before = store.look(key)
    monkeypatch.setattr("coursecrafter.storage.objects.RECORD_USED", timedelta(seconds=-5))

    with pytest.raises(ValueError, match="no"), store.undone_on_error():
        store.find_record("step", "key")
        raise ValueError("no")

    after = store.look(key)
    assert before is not None
    assert after is not None
    assert after.changed_at >= before.changed_at
    assert store.find_record("step", "key") == {"file": stored}
