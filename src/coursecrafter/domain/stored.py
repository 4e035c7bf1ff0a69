"""What the store knows of an object."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class StoredObject:
    """An immutable object in the store, named by its content.

    Attributes:
        sha256: 64 hex digits over the bytes.
        size_bytes: its length.
        mime_type: what it is; the same bytes may be stored once and named with two types.
    """

    sha256: str
    size_bytes: int
    mime_type: str

    @property
    def key(self) -> str:
        """The store's key, as it stands in a `file_path` column."""
        return f"objects/{self.sha256[:2]}/{self.sha256}"
