"""One edited segment of a narrated lesson, beside the whole of it: what each change costs, in CPU seconds.

A lesson of forty segments is rendered, and again after one text, one picture or one pause was changed, and after
nothing was. Voices are spoken by espeak-ng. Prints seconds, their share of the whole, and what was made; judges
nothing, since machines differ.

    python bench/video_edit.py [--minutes 10] [--segments 40]
"""

from __future__ import annotations

import argparse
import resource
import sys
import tempfile
from collections import Counter
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests"))

from coursecrafter.domain.course import LessonContent, SegmentContent
from coursecrafter.engines.e1_voiceover.engine import render
from narration import Workbench, make_course, make_lesson, make_picture, make_workbench

SENTENCE = "A fire door keeps smoke out of the stairs for as long as it is shut, so nobody may wedge it open."
SENTENCE_S = 5.4


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--segments", type=int, default=40)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="cc-bench-") as folder:
        workbench = make_workbench(Path(folder))
        times = round(asked.minutes * 60 / asked.segments / SENTENCE_S)
        segments = [spoken(workbench, number, times) for number in range(asked.segments)]
        whole_s = measured(workbench, "everything", segments)
        middle = asked.segments // 2
        other = make_picture(workbench, "another picture", 200)
        edits = {
            "one text": {"text": segments[middle].text + " Remember that."},
            "one picture": {"picture": other.picture},
            "one pause": {"gap_after_s": Fraction(3)},
            "nothing": {},
        }
        for name, values in edits.items():
            edited = [*segments[:middle], replace(segments[middle], **values), *segments[middle + 1 :]]
            cpu_s = measured(workbench, name, edited)
            print(f"  {cpu_s / whole_s:.1%} of the whole", flush=True)


def spoken(workbench: Workbench, number: int, times: int) -> SegmentContent:
    picture = make_picture(workbench, f"Rule {number + 1}", 20 + 3 * number)
    return replace(picture, text=f"Rule {number + 1}. " + " ".join([SENTENCE] * times))


def measured(workbench: Workbench, name: str, segments: list[SegmentContent]) -> float:
    """CPU seconds of a render."""
    lesson = lesson_of(segments)
    before, made = cpu_s(), Counter(workbench.runner.made)
    rendered = render(make_course(lesson), lesson, workbench.bench)
    took_s = cpu_s() - before
    steps = ", ".join(f"{count} {step}" for step, count in (workbench.runner.made - made).items()) or "nothing"
    length_s = rendered.metadata["duration_seconds"]
    print(f"{name}: {took_s:.2f} CPU s for {length_s:.0f} s of video; made {steps}", flush=True)
    return took_s


def lesson_of(segments: list[SegmentContent]) -> LessonContent:
    return make_lesson([(f"Rule {number + 1}", [segment]) for number, segment in enumerate(segments)])


def cpu_s() -> float:
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)


if __name__ == "__main__":
    main()
