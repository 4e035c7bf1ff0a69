"""Files of the store on this machine's disk, for readers that want a path."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from coursecrafter.authoring.sources import SourceFile
from coursecrafter.domain.stored import StoredObject
from coursecrafter.wiring import Workshop

ANY_TYPE = "application/octet-stream"


@contextmanager
def fetched(shop: Workshop, source: SourceFile | StoredObject, name: str) -> Iterator[Path]:
    """A stored file under a name; gone afterwards.

    Args:
        name: a plain file name; readers go by its ending, and some take its stem for a title.

    Raises:
        ObjectMissing: CC-0702.
    """
    stored = source if isinstance(source, StoredObject) else stored_source(source)
    with tempfile.TemporaryDirectory(prefix="cc-source-") as folder:
        path = Path(folder, Path(name).name or "file")
        shop.store.copy_to(stored, path)
        yield path


def stored_source(source: SourceFile) -> StoredObject:
    """A source file as the store knows it."""
    return StoredObject(source.checksum, source.size_bytes, ANY_TYPE)
