"""What a look of the branded video costs: CPU seconds of its stills and of its coded pictures, for each look named.

One lesson of six scenes in one thread; voices and illustrations are not counted, since all looks share them. Prints
seconds, and how many pictures were coded of how many frames; judges nothing, since machines differ.

    python bench/looks.py [16x9-1080-fade-panel 9x16-1080-zoom-bold ...]
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests"))

from branded_films import make_course, make_lesson, open_studio
from coursecrafter.domain.look import FrameSize, Look, Shape, Transition
from coursecrafter.engines.e2_video.produce import Film, produce
from coursecrafter.jobs.steps import Done, InlineRunner, Step

LOOKS = (
    "16x9-1080-fade-panel",
    "16x9-1080-slide-panel",
    "16x9-1080-zoom-panel",
    "16x9-1080-none-panel",
    "9x16-1080-fade-editorial",
    "1x1-1080-fade-bold",
    "16x9-540-fade-panel",
    "16x9-2160-fade-panel",
)
SCENES: list[tuple[str | None, tuple[str, ...]]] = [
    ("Fire doors save lives", ("A fire door holds back smoke for thirty minutes, long enough for everyone to leave.",)),
    ("What to do", ("Keep every fire door shut, even when it is hot.", "Report a gap: four millimetres let smoke in.")),
    ("Three rules", ("Never wedge a door.", "Never paint its seals.", "Never remove its closer.")),
    ("Shut it.", ("A shut door saves lives.",)),
    ("Why it matters", ("Smoke kills more people than flames do. It fills a staircase in less than two minutes.",)),
    ("Thank you", ("Thank you for watching.",)),
]


@dataclass
class TimedRunner:
    """Runs steps one by one and counts the CPU seconds of each kind."""

    runner: InlineRunner
    spent: Counter[str] = field(default_factory=Counter)

    def expect(self, counts: Mapping[str, int]) -> None:
        self.runner.expect(counts)

    def run(self, steps: Iterable[Step]) -> list[Done]:
        done = []
        for step in steps:
            begun = time.process_time()
            done += self.runner.run([step])
            self.spent[step.name] += time.process_time() - begun
        return done


def main(names: list[str]) -> None:
    """Make the lesson in each look, in one store."""
    with tempfile.TemporaryDirectory(prefix="cc-bench-") as folder:
        studio = open_studio(Path(folder))
        lesson = make_lesson(SCENES)
        for name in names:
            timed = TimedRunner(studio.runner)
            film = produce(make_course(lesson), lesson, replace(studio.bench, steps=timed), look_of(name))
            seconds = f"stills {timed.spent['still']:.2f}, pictures {timed.spent['run']:.2f} CPU s"
            print(f"{name}: {seconds}; {describe(film)}", flush=True)


def look_of(name: str) -> Look:
    """`16x9-1080-fade-panel` as a look."""
    shape, short_side, transition, template = name.split("-")
    return Look(FrameSize(Shape(shape), int(short_side)), template, transition=Transition(transition))


def describe(film: Film) -> str:
    coded = sum(len(shown.run.pictures) for shown in film.shown)
    return f"{coded} pictures coded of {film.timeline.video_frames} frames"


if __name__ == "__main__":
    main(sys.argv[1:] or list(LOOKS))
