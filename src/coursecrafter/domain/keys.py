"""Content keys: names of results by all that they depend on."""

from __future__ import annotations

import hashlib
import json
from typing import Any


def content_key(name: str, version: int, **inputs: Any) -> str:
    """Name a result by all that it depends on.

    Args:
        name: the step's name.
        version: of the code that makes it; raise it when the same inputs give other bytes.
        **inputs: JSON values (hashes of files, settings, texts).

    Returns:
        64 hex digits.
    """
    canonical = json.dumps([name, version, inputs], sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(canonical.encode("utf-8", "surrogatepass")).hexdigest()
