"""Refuses hostile files before any parser sees them."""

from __future__ import annotations

from pathlib import Path


def check_deck(path: Path) -> None:
    """Refuse a file that is no deck or that would harm its reader."""
    path.stat()
