"""File names from outside, made fit to be shown; none of them ever becomes a path."""

from __future__ import annotations

import re
import unicodedata

from coursecrafter.errors import IngestError

LONGEST_NAME_BYTES = 255
LONGEST_ENDING = 20
# Controls, zero-width signs, marks of direction (their overrides turn "gpj.exe" round), private and unassigned signs.
_UNSHOWN = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
_RESERVED = re.compile(r"(con|prn|aux|nul|com[0-9\u00b9\u00b2\u00b3]|lpt[0-9\u00b9\u00b2\u00b3])(\..*)?", re.IGNORECASE)
_NOT_IN_NAMES = re.compile(r'[<>:"|?*]')


class UnsafeName(IngestError):
    """The file's name leads out of its folder, holds a NUL, or is no name."""

    code = "CC-0123"
    remedy = "Give the file a plain name, as “lesson 1.pptx”, and upload it again."


def safe_name(raw: str) -> str:
    """A name as it may be shown and offered for saving.

    Folders before it go, as do signs that cannot be seen; what no file system takes becomes “_”; a name that is too
    long loses its middle, never its ending.

    Returns:
        1 to 255 bytes in UTF-8, not a name that Windows keeps for itself, without blanks or dots at either end.

    Raises:
        UnsafeName: CC-0123.
    """
    steps = re.split(r"[/\\]", raw)
    if "\0" in raw or any(step.strip() == ".." for step in steps):
        raise UnsafeName(
            "The file's name would lead out of its folder, so the file is not taken.", detail=repr(raw[:300])
        )
    shown = "".join(
        sign for sign in unicodedata.normalize("NFC", steps[-1]) if unicodedata.category(sign) not in _UNSHOWN
    )
    name = _NOT_IN_NAMES.sub("_", " ".join(shown.split())).strip(". ")
    if not name:
        raise UnsafeName("The file has no name.", detail=repr(raw[:300]))
    return _shortened(f"_{name}" if _RESERVED.fullmatch(name) else name)


def ending(name: str) -> str:
    """A name's ending in lower case without its dot; "" where there is none."""
    stem, dot, last = name.rpartition(".")
    return last.lower() if dot and stem and len(last) <= LONGEST_ENDING else ""


def _shortened(name: str) -> str:
    tail = f".{name.rpartition('.')[2]}" if ending(name) else ""
    room = LONGEST_NAME_BYTES - len(tail.encode())
    stem = name.removesuffix(tail) if tail else name
    return stem.encode()[:room].decode(errors="ignore").rstrip() + tail
