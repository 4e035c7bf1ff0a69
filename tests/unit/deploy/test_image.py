"""The image's recipe takes what is there, pins what it stands on and ends as nobody; no test here builds it."""

from __future__ import annotations

import re
import subprocess

import pytest

from coursecrafter import __version__
from deploy_files import CONTAINERFILE, IGNORED, ROOT, faults_of_recipe, instructions, unread_names

RECIPE = CONTAINERFILE.read_text("utf-8")
SENT = IGNORED.read_text("utf-8")


def test_the_recipe_has_no_fault() -> None:
    assert len(instructions(RECIPE)) > 20
    assert faults_of_recipe(RECIPE, SENT) == []


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("debian:13.1-slim", "debian:stable-slim", "the image docker.io/library/debian:stable-slim is not pinned"),
        ("COPY web web", "COPY webs web", "webs is not there"),
        ("COPY web web", "COPY tests web", "tests is not sent"),
        ("USER 10001:10001\n", "", "the last stage runs as root"),
        ("USER 10001:10001\n", "USER root\n", "the last stage runs as root"),
        ("COPY LICENSE NOTICE README.md", "ADD LICENSE NOTICE README.md", "ADD fetches what nobody has checked"),
    ],
)
def test_a_planted_fault_is_found(old: str, new: str, said: str) -> None:
    assert old in RECIPE

    assert said in faults_of_recipe(RECIPE.replace(old, new), SENT)


def test_its_packages_are_those_that_setup_names() -> None:
    """The command of the recipe is run as it stands there."""
    found = re.search(r"sed -n '.*?' /tmp/setup", RECIPE)
    assert found is not None

    said = subprocess.run(
        ["sh", "-c", found[0].replace("/tmp/setup", "tools/setup")],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split()

    wanted = re.search(
        r"^product_needs=\((.*?)^\)", (ROOT / "tools/setup").read_text("utf-8"), re.MULTILINE | re.DOTALL
    )
    assert wanted is not None
    assert said == re.findall(r"^  \".* ([\w.+-]+)\"$", wanted[1], re.MULTILINE)
    assert {"libreoffice-impress-nogui", "espeak-ng", "bubblewrap"} <= set(said)


def test_every_variable_is_one_that_somebody_reads() -> None:
    names = [name for word, rest in instructions(RECIPE) if word == "ENV" for name in re.findall(r"(\w+)=", rest)]

    assert len(names) > 3
    assert unread_names(names) == []


def test_it_says_its_version_and_keeps_the_notices() -> None:
    assert f'image.version="{__version__}"' in RECIPE
    assert re.search(
        r"^COPY LICENSE NOTICE deploy/IMAGE-NOTICE.md /usr/share/doc/coursecrafter/$", RECIPE, re.MULTILINE
    )
    assert "libx264" in (ROOT / "deploy" / "IMAGE-NOTICE.md").read_text("utf-8")


def test_docker_and_others_leave_out_the_same() -> None:
    assert (ROOT / ".dockerignore").read_bytes() == IGNORED.read_bytes()
