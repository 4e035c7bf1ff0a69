"""The page on the API's use tells the truth: its commands run as they stand, on a machine that has nothing yet."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import zipfile
from pathlib import Path

import pytest

from coursecrafter.db.embedded import remove_embedded

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "howto" / "use-the-api.md"
BLOCK = re.compile(r"^```bash\n(.*?)^```$", re.MULTILINE | re.DOTALL)
LONGEST_S = 900


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What `make setup` leaves, without anything that anybody made."""
    folder = tmp_path_factory.mktemp("howto")
    for name in (".venv", "examples"):
        (folder / name).symlink_to(ROOT / name)
    return folder


@pytest.fixture(scope="module")
def said(folder: Path) -> str:
    """All that the page's commands print, in one shell."""
    home = folder / "home"
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("COURSECRAFTER_", "DATABASE_"))}
    script = "set -euo pipefail\ntrap 'kill $(jobs -p) 2> /dev/null || true; wait' EXIT\n" + "\n".join(blocks())
    try:
        ended = subprocess.run(
            ["bash", "-c", script],
            cwd=folder,
            env={**kept, "COURSECRAFTER_HOME": str(home), "PORT": str(port)},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=LONGEST_S,
            check=False,
        )
    finally:
        remove_embedded(home)
    log = folder / "serve.log"
    assert ended.returncode == 0, ended.stdout[-3000:] + (log.read_text()[-3000:] if log.exists() else "")
    return ended.stdout


def blocks() -> list[str]:
    found: list[str] = BLOCK.findall(PAGE.read_text(encoding="utf-8"))
    assert len(found) > 12
    return found


def test_the_commands_of_the_page_make_a_video(said: str, folder: Path) -> None:
    assert "job_state" not in said
    assert "\nsucceeded\n" in said
    assert (folder / "lesson.mp4").read_bytes()[4:8] == b"ftyp"
    assert (folder / "first-bytes").read_bytes() == (folder / "lesson.mp4").read_bytes()[:100]


def test_they_make_a_module(said: str, folder: Path) -> None:
    with zipfile.ZipFile(folder / "module.zip") as package:
        names = package.namelist()

    assert "imsmanifest.xml" in names
    assert "event: end" in (folder / "events.txt").read_text() or "succeeded" in (folder / "events.txt").read_text()


def test_the_page_shows_an_error_as_it_comes(said: str) -> None:
    shown = re.search(r'"message": "(.*)",\n    "remedy": "(.*)"', PAGE.read_text(encoding="utf-8"))

    assert shown is not None
    assert "CC-0026" in said
    assert all(words in said for words in shown.groups())


def test_a_repeated_call_made_one_course(said: str) -> None:
    ids = re.findall(r"^([0-9a-f]{8}-[0-9a-f-]{27})$", said, re.MULTILINE)

    assert len(ids) == 2
    assert ids[0] == ids[1]


def test_the_service_stopped_in_order(said: str, folder: Path) -> None:
    assert said.rstrip().endswith("at the next start.")
    assert "Traceback" not in (folder / "serve.log").read_text()
