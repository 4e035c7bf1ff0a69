"""A narrated lesson from a PowerPoint deck to its MP4, everything included, through the command line.

For each length a deck is made, built in an empty home, and built again after one slide's text was changed: wall and CPU
seconds (the database server's not counted), the largest process, and the share of each kind of step in the first
build. Memory should not grow with the length; the second build should cost next to nothing. Judges nothing, since
machines differ.

    python bench/video_lessons.py [--minutes 10,60,180]
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from pptx import Presentation

SLIDES_PER_MINUTE = 4
WIDTH_EMU, HEIGHT_EMU = 12_192_000, 6_858_000
RULE = "A fire door keeps smoke out of the stairs for as long as it is shut, and that is why nobody may wedge it open."
REPORT = "Report gap {} of more than four millimetres to the caretaker before you leave the building tonight."


@dataclass(frozen=True)
class Cost:
    """What a program took.

    Attributes:
        largest_mb: resident memory of its largest process.
    """

    wall_s: float
    cpu_s: float
    largest_mb: float


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", default="10,60,180")
    parser.add_argument("--part", type=Path, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.part:
        build_with_times(asked.part)
        return
    for minutes in map(int, asked.minutes.split(",")):
        with tempfile.TemporaryDirectory(prefix="cc-bench-") as name:
            compare(Path(name), minutes)


def compare(folder: Path, minutes: int) -> None:
    """Build a lesson, change one slide, build again."""
    write_deck(folder / "deck.pptx", minutes * SLIDES_PER_MINUTE)
    first = build(folder)
    video = next((folder / "out" / "videos").glob("*_E1_v1.mp4"))
    size_mb = video.stat().st_size / 1e6
    print(f"{minutes} min: {length_s(video):.0f} s of video, {size_mb:.0f} MB; {told(first)}", flush=True)
    print(f"  by step, wall s of all threads: {(folder / 'steps.txt').read_text()}", flush=True)
    write_deck(folder / "deck.pptx", minutes * SLIDES_PER_MINUTE, changed=minutes * SLIDES_PER_MINUTE // 2)
    second = build(folder)
    print(f"  one slide changed: {told(second)}; CPU {second.cpu_s / first.cpu_s:.1%} of the first", flush=True)
    print(f"  made: {(folder / 'steps.txt').read_text()}", flush=True)


def write_deck(path: Path, slides: int, changed: int | None = None) -> None:
    deck = Presentation()
    deck.slide_width, deck.slide_height = WIDTH_EMU, HEIGHT_EMU
    for number in range(slides):
        slide = deck.slides.add_slide(deck.slide_layouts[1])
        slide.shapes.title.text = f"Rule {number + 1}: keep the door {'closed' if number == changed else 'shut'}"
        slide.placeholders[1].text_frame.text = RULE
        slide.placeholders[1].text_frame.add_paragraph().text = REPORT.format(number + 1)
    deck.save(str(path))


def build(folder: Path) -> Cost:
    """Build the deck of a folder, in its home."""
    environment = os.environ | {"COURSECRAFTER_HOME": str(folder / "home")}
    command = [sys.executable, __file__, "--part", str(folder)]
    before, begun = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    with subprocess.Popen(command, env=environment, cwd=folder, stdout=subprocess.DEVNULL) as process:
        _, status, used = os.wait4(process.pid, 0)
    if status:
        raise SystemExit("The build failed.")
    wall_s, after = time.monotonic() - begun, resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu_s = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Cost(wall_s, cpu_s, used.ru_maxrss / 1024)


def build_with_times(folder: Path) -> None:
    """The command itself, with a clock on its steps."""
    from collections import Counter  # noqa: PLC0415

    from coursecrafter.cli import main as command  # noqa: PLC0415
    from coursecrafter.jobs.steps import InlineRunner  # noqa: PLC0415

    spent: Counter[str] = Counter()
    made: Counter[str] = Counter()
    record = InlineRunner._tell  # noqa: SLF001  # each step's end passes here

    def tell(runner, done, label):  # noqa: ANN001, ANN202
        if not done.is_reused:
            spent[done.name] += done.seconds
            made[done.name] += 1
        record(runner, done, label)

    InlineRunner._tell = tell  # noqa: SLF001
    arguments = ["build", str(folder / "deck.pptx"), "--engines", "e1", "--out", str(folder / "out"), "--json"]
    sys.argv = ["coursecrafter", *arguments, "--name", "Doors", "--code", "D-1"]
    try:
        command()
    finally:
        lines = (f"{name} {seconds:.1f} ({made[name]})" for name, seconds in spent.most_common())
        (folder / "steps.txt").write_text(", ".join(lines))


def length_s(video: Path) -> float:
    command = ["ffprobe", "-v", "error", "-show_format", "-of", "json", str(video)]
    return float(json.loads(subprocess.run(command, capture_output=True, check=True).stdout)["format"]["duration"])


def told(cost: Cost) -> str:
    return f"{cost.cpu_s:.1f} CPU s, {cost.wall_s:.1f} s wall, largest process {cost.largest_mb:.0f} MB"


if __name__ == "__main__":
    main()
