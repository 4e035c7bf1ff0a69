"""What each engine costs on real decks: wall and CPU seconds, peak memory, length of what it makes.

Each engine runs as a command of its own, in the order of a build, on an installation that begins empty; reading and
drawing the deck is counted with the first. Folder of decks: COURSECRAFTER_TEST_DECKS, else the example.

Run: python bench/decks.py
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

ENGINES = ("e1", "e4", "e3", "e2")
ROOT = Path(__file__).parents[1]


def main() -> None:
    folder = os.environ.get("COURSECRAFTER_TEST_DECKS")
    decks = sorted(Path(folder).glob("*.pptx")) if folder else sorted((ROOT / "examples").glob("*.pptx"))
    print(f"{'deck':<16} {'engine':<7} {'wall s':>8} {'CPU s':>8} {'peak MB':>8}  steps made")
    for deck in decks:
        with tempfile.TemporaryDirectory(prefix="cc-bench-") as home:
            for engine in ENGINES:
                show(deck, engine, build(deck, engine, Path(home)))


def build(deck: Path, engine: str, home: Path) -> dict[str, object]:
    """The command's JSON for one engine."""
    argv = [sys.executable, "-m", "coursecrafter", "build", str(deck), "--engines", engine]
    argv += ["--out", str(home / "out"), "--json"]
    environment = {**os.environ, "COURSECRAFTER_HOME": str(home / "home")}
    answer = subprocess.run(argv, env=environment, stdout=subprocess.PIPE, timeout=3600, check=True)
    value: dict[str, object] = json.loads(answer.stdout)
    return value


def show(deck: Path, engine: str, built: dict[str, object]) -> None:
    renders = built["engines"]
    assert isinstance(renders, list)
    cpu_s = built["cpu_seconds"]
    peak_mb = max(render["peak_memory_mb"] for render in renders)
    print(f"{deck.stem:<16} {engine:<7} {built['seconds']:>8} {cpu_s:>8} {peak_mb:>8}  {built['made']}", flush=True)


if __name__ == "__main__":
    main()
