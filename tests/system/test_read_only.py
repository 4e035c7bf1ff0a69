"""As in a container: user 10001 without rights, nothing to be written but the home and the temporary folder."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from pptx import Presentation

ROOT = Path(__file__).parents[2]
USER = 10001
WALLS = ("--unshare-user", "--uid", str(USER), "--gid", str(USER), "--cap-drop", "ALL", "--die-with-parent")
PROGRAM = f"""
touch /usr/written 2> /dev/null && exit 9
"{sys.executable}" -m coursecrafter build deck.pptx --code SEC-101 --engines e4 --out out --json
"""


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A volume, which holds a deck."""
    folder = tmp_path_factory.mktemp("volume")
    deck = Presentation()
    slide = deck.slides.add_slide(deck.slide_layouts[1])
    slide.shapes.title.text = "Safe sign-in"
    slide.placeholders[1].text = "A long password holds."
    deck.save(str(folder / "deck.pptx"))
    yield folder
    assert not Path("/usr/written").exists()


def test_a_course_is_made_where_only_home_and_temporary_folder_can_be_written(home: Path, tmp_path: Path) -> None:
    # The recipe of the image makes this user; PostgreSQL does not run as one without a name.
    (tmp_path / "passwd").write_text(f"coursecrafter:x:{USER}:{USER}::{home}:/bin/sh\n")
    places = ("--ro-bind", "/", "/", "--ro-bind", str(tmp_path / "passwd"), "/etc/passwd", "--dev", "/dev")
    # This folder and the home may lie below the machine's own /tmp, which is hidden here.
    volumes = ("--proc", "/proc", "--tmpfs", "/tmp", "--ro-bind", str(ROOT), str(ROOT), "--bind", str(home), str(home))

    ended = subprocess.run(
        ["bwrap", *WALLS, *places, *volumes, "--chdir", str(home), "sh", "-euc", PROGRAM],
        env={
            "PATH": "/usr/local/bin:/usr/bin:/bin",
            "PYTHONPATH": str(ROOT / "src"),
            "PYTHONDONTWRITEBYTECODE": "1",
            "COURSECRAFTER_HOME": str(home / "home"),
        },
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )

    assert ended.returncode == 0, ended.stderr[-2000:]
    assert json.loads(ended.stdout)["made"]["scorm_zip"] == 1
    assert list((home / "out" / "scorm").glob("*.zip"))
