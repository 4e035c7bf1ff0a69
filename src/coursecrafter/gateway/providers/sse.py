"""Server-sent events, as language models send their answers. Source: HTML Living Standard, Server-sent events."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

LINE_END = re.compile(rb"\r\n|\n|\r")
BOM = b"\xef\xbb\xbf"


@dataclass(frozen=True, slots=True)
class Event:
    """An event.

    Attributes:
        name: "message" where the server gives none.
        content: its lines of data, joined by line ends.
    """

    name: str
    content: str


def read_events(chunks: Iterable[bytes]) -> Iterator[Event]:
    """The events of a stream, each as soon as its empty line has come; one that breaks off before it is none."""
    name, lines = "", list[str]()
    for line in _lines(chunks):
        if not line:
            if lines:
                yield Event(name or "message", "\n".join(lines))
            name, lines = "", []
            continue
        key, _, value = line.partition(":")
        value = value.removeprefix(" ")
        if key == "event":
            name = value
        elif key == "data":
            lines.append(value)
        # Comments (an empty key), `id` and `retry` say nothing to us.


def _lines(chunks: Iterable[bytes]) -> Iterator[str]:
    """Whole lines; a line end of two bytes may be cut between two chunks.

    What was looked at once is not looked at again: a line that never ends would hold a worker for an hour.
    """
    parts, is_first = list[bytes](), True
    for chunk in chunks:
        is_cut = bool(parts) and parts[-1].endswith(b"\r")
        parts.append(chunk)
        if not (is_cut or b"\n" in chunk or b"\r" in chunk):
            continue
        rest, kept = b"".join(parts), b""
        if rest.endswith(b"\r"):
            rest, kept = rest[:-1], b"\r"
        *whole, rest = LINE_END.split(rest)
        parts = [rest + kept]
        for line in whole:
            yield (line.removeprefix(BOM) if is_first else line).decode("utf-8", "replace")
            is_first = False
