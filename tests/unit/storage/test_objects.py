"""Objects are whole or absent, named by content, and apart for each organisation."""

import hashlib
import shutil
import subprocess
import sys
from pathlib import Path
from uuid import UUID

import pytest

from coursecrafter.domain.stored import StoredObject
from coursecrafter.storage.objects import ObjectMissing, ObjectStore, StoreFull, StoreUnreachable

A, B = UUID(int=1), UUID(int=2)


def test_what_goes_in_comes_out_under_its_hash(store_url: str, tmp_path: Path) -> None:
    store = ObjectStore(store_url, A)

    stored = store.put_bytes(b"chalk", "text/plain")
    store.copy_to(stored, tmp_path / "copy")

    assert stored == StoredObject(hashlib.sha256(b"chalk").hexdigest(), 5, "text/plain")
    assert store.get_bytes(stored) == (tmp_path / "copy").read_bytes() == b"chalk"


def test_another_organisation_does_not_find_the_same_bytes(store_url: str) -> None:
    stored = ObjectStore(store_url, A).put_bytes(b"chalk", "text/plain")

    other = ObjectStore(store_url, B)

    assert not other.has(stored)
    with pytest.raises(ObjectMissing, match="CC-0702"):
        other.get_bytes(stored)


def test_what_a_failed_block_wrote_is_taken_back_and_what_was_there_stays(store_url: str) -> None:
    store = ObjectStore(store_url, A)
    before = store.put_bytes(b"before", "text/plain")

    with pytest.raises(ValueError, match="no"), store.undone_on_error():
        again, after = store.put_bytes(b"before", "text/plain"), store.put_bytes(b"after", "text/plain")
        store.put_record("step", "key", {"file": after})
        raise ValueError("no")

    assert store.has(before)
    assert again == before
    assert not store.has(after)
    assert store.find_record("step", "key") is None


def test_a_folder_that_cannot_be_written_is_said_so(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder")

    with pytest.raises(StoreUnreachable, match="CC-0703"):
        ObjectStore(str(tmp_path / "file" / "store"), A)


FILL = """
import sys
from pathlib import Path
from uuid import UUID
from coursecrafter.storage.objects import ObjectStore, StoreFull
store = ObjectStore("/mnt/store", UUID(int=1))
small = store.put_bytes(b"small", "text/plain")
try:
    store.put_bytes(b"x" * 3_000_000, "text/plain")
except StoreFull as error:
    print(error, store.has(small), sorted(p.stat().st_size for p in Path("/mnt/store").rglob("*") if p.is_file()))
"""


def test_a_full_disk_is_named_and_leaves_no_half_file() -> None:
    """A tmpfs of one megabyte, in a namespace of its own."""
    program = shutil.which("bwrap")
    assert program is not None
    argv = [program, "--dev-bind", "/", "/", "--size", "1000000", "--tmpfs", "/mnt"]

    answer = subprocess.run([*argv, sys.executable, "-c", FILL], capture_output=True, text=True, timeout=60, check=True)

    assert answer.stdout.strip() == f"The disk that holds the course files is full. [{StoreFull.code}] True [5]"
