"""The LibreOffice of this machine, and the fonts that it draws with."""

from __future__ import annotations

import hashlib
import re
import shutil
import subprocess
import unicodedata
from functools import lru_cache
from pathlib import Path

from coursecrafter.errors import IngestError

PROBE_TIMEOUT_S = 30
_NO_HOME = {"PATH": "/usr/bin:/bin", "HOME": "/nonexistent", "LC_ALL": "C.UTF-8"}


class OfficeMissing(IngestError):
    """LibreOffice, which draws the slides, is not installed."""

    code = "CC-0113"
    status = 503
    remedy = "Install it (Debian, Ubuntu: apt-get install libreoffice-impress-nogui) and run the same command again."


def find_office() -> Path:
    """The program's real path.

    Raises:
        OfficeMissing: CC-0113.
    """
    found = shutil.which("soffice") or shutil.which("libreoffice")
    if found is None:
        raise OfficeMissing("LibreOffice is not installed on this machine, so the slides cannot be drawn.")
    return Path(found).resolve()


@lru_cache(maxsize=1)
def office_version() -> str | None:
    """LibreOffice's version as it names itself ("7.4.7.2"), or None if there is none."""
    try:
        program = find_office()
    except OfficeMissing:
        return None
    answer = subprocess.run(
        [str(program), "--version"], capture_output=True, text=True, check=False, timeout=PROBE_TIMEOUT_S, env=_NO_HOME
    )
    found = re.search(r"\d+(?:\.\d+)+", answer.stdout)
    return found.group() if found else "unknown"


@lru_cache(maxsize=1)
def installed_fonts() -> str:
    """The list of fontconfig, sorted: one line for each face with file, families, style and version.

    A user's own fonts are left out, since the sandbox does not see them.
    """
    told = _ask_fontconfig("fc-list", "--format", "%{file}|%{family}|%{style}|%{fontversion}\n")
    return "\n".join(sorted(told.splitlines()))


def fonts_digest() -> str:
    """SHA-256 of the installed fonts, 64 hex digits: other fonts draw another picture."""
    return hashlib.sha256(installed_fonts().encode()).hexdigest()


def substitute_font(family: str) -> str:
    """The installed family that is drawn with instead of one that is missing; "" where nobody knows."""
    # A family's name may hold what fontconfig takes for a pattern.
    name = "".join(letter for letter in family if letter.isalnum() or letter == " ")
    return _ask_fontconfig("fc-match", "--format", "%{family}", name).split(",")[0].strip()


def missing_fonts(wanted: tuple[str, ...]) -> tuple[str, ...]:
    """Those of the wanted families that are not installed, sorted."""
    families = {
        family.strip().casefold() for line in installed_fonts().splitlines() for family in line.split("|")[1].split(",")
    }
    return tuple(sorted({name for name in wanted if name.casefold() not in families}))


def undrawn(text: str) -> str:
    """The characters of a text that no installed font has, each once, sorted; LibreOffice draws boxes for them.

    Nothing where fontconfig is missing, since then nobody knows.
    """
    drawn = _drawn_characters()
    wanted = {char for char in text if unicodedata.category(char)[0] in "LNPS"}
    return "".join(sorted(char for char in wanted if ord(char) not in drawn)) if drawn else ""


@lru_cache(maxsize=1)
def _drawn_characters() -> frozenset[int]:
    """The code points that any installed font has."""
    parts = set(_ask_fontconfig("fc-list", "--format", "%{charset} ").split())
    ranges = {tuple(int(end, 16) for end in part.split("-")) for part in parts}
    return frozenset(point for ends in ranges for point in range(ends[0], ends[-1] + 1))


def _ask_fontconfig(name: str, *arguments: str) -> str:
    """What one of its programs says; "" where it is missing."""
    program = shutil.which(name)
    if program is None:
        return ""
    answer = subprocess.run(
        [program, *arguments], capture_output=True, text=True, check=False, timeout=PROBE_TIMEOUT_S, env=_NO_HOME
    )
    return answer.stdout
