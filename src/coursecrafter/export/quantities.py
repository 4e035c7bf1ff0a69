"""Sizes, times and counts as a reader says them."""

from __future__ import annotations

KILO = 1000
MINUTE_S, HOUR_S = 60, 3600


def bytes_in_words(size_bytes: int) -> str:
    """Say a size: `812 bytes`, `3.4 MB`."""
    if size_bytes < KILO:
        return f"{size_bytes} bytes"
    size, unit = size_bytes / KILO, "kB"
    for larger in ("MB", "GB"):
        if size < KILO:
            break
        size, unit = size / KILO, larger
    return f"{size:.1f} {unit}"


def duration_in_words(seconds: float) -> str:
    """Say a length: `48 s`, `4 min 05 s`, `1 h 20 min`."""
    whole = round(seconds)
    if whole < MINUTE_S:
        return f"{whole} s"
    if whole < HOUR_S:
        return f"{whole // MINUTE_S} min {whole % MINUTE_S:02} s"
    return f"{whole // HOUR_S} h {whole % HOUR_S // MINUTE_S:02} min"


def count_in_words(count: int, noun: str) -> str:
    """Say how many: `1 lesson`, `3 lessons`."""
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"
