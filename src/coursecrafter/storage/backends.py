"""Where bytes lie: a folder, S3, GCS or Azure, opened by URL; its errors in our words, its objects listed and moved.

Another machine's store may stumble, so the library asks again by itself; one that is gone is said so within seconds.
"""

from __future__ import annotations

import errno
import os
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import obstore
from obstore.store import from_url

from coursecrafter.errors import AssetError

if TYPE_CHECKING:
    from obstore.store import ClientConfig, RetryConfig
    from obstore.store import ObjectStore as Backend

RETRIES: RetryConfig = {
    "max_retries": 10,
    "backoff": {"init_backoff": timedelta(milliseconds=100), "max_backoff": timedelta(seconds=2), "base": 2},
    "retry_timeout": timedelta(seconds=10),
}
"""The library's own three minutes would hold a person's call; jobs try again later by themselves."""
CLIENT: ClientConfig = {
    "connect_timeout": timedelta(seconds=3),
    # Between two pieces, or from a request to its answer: a part of 5 MB goes up in it at 2 Mbit/s.
    "read_timeout": timedelta(seconds=20),
    # Of a whole transfer. The library's 30 seconds would cut off a film on a slow line.
    "timeout": timedelta(hours=2),
}
REMOVING_S, PAUSE_S = 3.0, 0.2
"""How long a removal that failed is begun again, and after which pause; each may take what `RETRIES` allows."""
AGAIN_WITHIN_S = 3.0
"""A read whose answer broke off is asked for again; one of a store that is gone took longer than this already."""
T = TypeVar("T")
COPY_BYTES = 5 * 1024**3
"""What S3 copies by itself in one call (Amazon S3 API Reference, CopyObject); larger ones go through us, in parts."""
LISTED_AT_ONCE = 1000


class StoreFull(AssetError):
    """There is no room left where files are stored."""

    code = "CC-0701"
    status = 507
    retry = True
    remedy = "Free some space, or point COURSECRAFTER_STORE at a larger disk, and run the same command again."


class ObjectMissing(AssetError):
    """A stored file that a row or a record names is not in the store."""

    code = "CC-0702"
    remedy = "Build the course again: what is missing is made anew."


class StoreUnreachable(AssetError):
    """The store did not take or give a file."""

    code = "CC-0703"
    status = 503
    retry = True
    remedy = "Check COURSECRAFTER_STORE, its credentials and its permissions, and try again."


@dataclass(frozen=True, slots=True)
class Listed:
    """Something that lies in the store.

    Attributes:
        key: within the organisation, as `objects/ab/ab…`.
        changed_at: when it was written, UTC.
    """

    key: str
    size_bytes: int
    changed_at: datetime

    @property
    def name(self) -> str:
        """The last part of its key."""
        return self.key.rpartition("/")[2]


def open_remote(url: str) -> Backend:
    """Reach an object store by its URL; credentials come from the environment.

    Raises:
        StoreUnreachable: CC-0703, there is no such kind of store, or a setting of it cannot be meant.
    """
    # Options given here replace those that the library reads from the environment, so this one is read for it.
    may_be_plain = os.environ.get("AWS_ALLOW_HTTP", "").lower() in {"1", "true"}
    with translated():
        return from_url(url, client_options={**CLIENT, "allow_http": may_be_plain}, retry_config=RETRIES)


def listed(backend: Backend, prefix: str, folder: str) -> Iterator[list[Listed]]:
    """What lies below a folder, in lists of up to a thousand; not what is being written."""
    with translated():
        for batch in obstore.list(backend, f"{prefix}/{folder}", chunk_size=LISTED_AT_ONCE):
            yield [Listed(one["path"].removeprefix(f"{prefix}/"), one["size"], one["last_modified"]) for one in batch]


def remove(backend: Backend, path: str) -> None:
    """Take something away, if it is there.

    The library removes by POST and does not ask again when the connection breaks. Removing twice is as good as once.
    """
    begun = time.monotonic()
    while True:
        try:
            with translated(), suppress(FileNotFoundError):
                obstore.delete(backend, path)
        except StoreUnreachable:
            if time.monotonic() - begun > REMOVING_S:
                raise
            time.sleep(PAUSE_S)
        else:
            return


def copied(backend: Backend, source: str, target: str) -> bool:
    """Copy an object within a store, whole or not at all; whether there is one."""
    try:
        with translated():
            if obstore.head(backend, source)["size"] <= COPY_BYTES:
                obstore.copy(backend, source, target)
            else:
                _copy_through_us(backend, source, target)
    except ObjectMissing:
        return False
    return True


def _copy_through_us(backend: Backend, source: str, target: str) -> None:
    with tempfile.NamedTemporaryFile(prefix="cc-copy-") as file:
        for piece in obstore.get(backend, source).stream():
            file.write(piece)
        file.flush()
        obstore.put(backend, target, Path(file.name))


def moved(folder: Path, source: str, target: str) -> bool:
    """Move an object within a folder, in one moment, as if it were written now; whether there is one."""
    try:
        with translated():
            # Before it is moved, so that it is never old in its new place; and nothing is made where there is nothing.
            os.utime(folder / source)
            (folder / target).parent.mkdir(parents=True, exist_ok=True)
            (folder / source).replace(folder / target)
    except ObjectMissing:
        return False
    return True


def asked_again(read: Callable[[], T]) -> T:
    """What a read gives; one whose answer breaks off in its body is asked for again, as the client does for its head.

    Raises:
        ObjectMissing: CC-0702.
        StoreFull: CC-0701.
        StoreUnreachable: CC-0703.
    """
    ends = time.monotonic() + AGAIN_WITHIN_S
    while True:
        try:
            with translated():
                return read()
        except StoreUnreachable:
            if time.monotonic() + PAUSE_S > ends:
                raise
            time.sleep(PAUSE_S)


@contextmanager
def translated() -> Iterator[None]:
    """Turn the backend's words into ours."""
    try:
        yield
    except (OSError, obstore.exceptions.BaseError) as error:
        # A bucket that is not there comes as a file that is not there.
        if isinstance(error, FileNotFoundError) and "NoSuchBucket" not in str(error):
            raise ObjectMissing("A stored file is missing.", detail=str(error)) from error
        is_full = getattr(error, "errno", None) == errno.ENOSPC or "No space left" in str(error)
        if is_full:
            raise StoreFull("The disk that holds the course files is full.", detail=str(error)) from error
        raise StoreUnreachable("The file store did not answer as it should.", detail=str(error)) from error
