"""What a worker's machine has, in a few words that other machines may read; asked once, beside the worker's start."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Mapping
from functools import cache
from importlib import metadata

from coursecrafter.ingest.office import office_version
from coursecrafter.ingest.sandbox import sandbox_level

PROBE_TIMEOUT_S = 20


@cache
def facts_of_this_machine() -> Mapping[str, str]:
    """Sandbox level, and versions of what draws, speaks and sets; what is missing is called `none`. Takes a second."""
    return {
        "sandbox": sandbox_level(),
        "office": office_version() or "none",
        "speech": _speech_version(),
        "typst": metadata.version("typst"),
    }


def _speech_version() -> str:
    program = shutil.which("espeak-ng")
    if program is None:
        return "none"
    answer = subprocess.run(
        [program, "--version"], capture_output=True, text=True, check=False, timeout=PROBE_TIMEOUT_S
    )
    found = re.search(r"\d+(?:\.\d+)+", answer.stdout)
    return found.group() if found else "unknown"
