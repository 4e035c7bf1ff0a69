"""Names that are safe in a file name (exports, "Names")."""

from __future__ import annotations

import re
import unicodedata

LONGEST_SLUG = 40


def project_slug(code: str | None, name: str) -> str:
    """A project's part of a file name: its code without punctuation, or a slug of its name.

    Returns:
        1 to 40 of A-Z, a-z, 0-9 and "-": `HRA101` for "HRA-101", `fire-safety` for "Fire safety".
    """
    if code and (kept := re.sub(r"[^A-Za-z0-9]", "", _ascii(code))):
        return kept[:LONGEST_SLUG]
    slug = re.sub(r"[^a-z0-9]+", "-", _ascii(name).lower()).strip("-")
    return slug[:LONGEST_SLUG].strip("-") or "course"


def _ascii(text: str) -> str:
    return unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
