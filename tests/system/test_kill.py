"""A build that is killed at any point goes on from there, and ends with the very bytes of an undisturbed one."""

import os
import random
import signal
import subprocess
from pathlib import Path

import pytest

from system.courses import Installation, hashes, small_deck

KILLS = 20
LONGEST_DELAY_S = 6.0
UNSIGNED = {"COURSECRAFTER_C2PA_OFF": "1"}
"""Each installation signs with a key of its own, and no two signatures are alike."""


@pytest.fixture(scope="module")
def deck(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return small_deck(tmp_path_factory.mktemp("deck") / "Small deck.pptx")


def start_and_kill(installation: Installation, deck: Path, out: Path, delay_s: float) -> bool:
    """Kill the command and all its children after a while; True if it was still at work."""
    argv = installation.command("build", deck, "--out", out, "--json")
    with subprocess.Popen(
        argv,
        env=installation.environment(),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    ) as process:
        try:
            process.wait(delay_s)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            return True
    return False


def test_twenty_kills_at_random_points_change_nothing_in_the_end(deck: Path, tmp_path: Path) -> None:
    undisturbed = hashes(Installation(tmp_path / "calm", UNSIGNED).build(deck, tmp_path / "calm-out"))
    chance = random.Random(7)  # noqa: S311 - a repeatable choice of moments, no secret
    kills, rounds, delay_s = 0, 0, 1.0

    while kills < KILLS:
        rounds += 1
        installation, out = Installation(tmp_path / f"home-{rounds}", UNSIGNED), tmp_path / f"out-{rounds}"
        while kills < KILLS and start_and_kill(installation, deck, out, delay_s):
            kills, delay_s = kills + 1, chance.uniform(0.5, LONGEST_DELAY_S)
        assert hashes(installation.build(deck, out)) == undisturbed

    assert kills == KILLS
    print(f"{kills} kills in {rounds} installations")
