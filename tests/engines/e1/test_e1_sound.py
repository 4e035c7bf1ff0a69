"""A narrated lesson's sound, report and credentials: music under it, nothing blank, signed once."""

from __future__ import annotations

import json
import math
import re
import subprocess
from collections import Counter
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import pairwise

import numpy as np
import pytest
from PIL import Image

from coursecrafter.domain.course import LessonContent
from coursecrafter.domain.look import Music
from coursecrafter.domain.output import Rendered, Severity
from coursecrafter.domain.stored import StoredObject
from coursecrafter.engines.e1_voiceover.engine import render
from coursecrafter.engines.e1_voiceover.measuring import measure_video
from coursecrafter.engines.e1_voiceover.plan import plan_video
from coursecrafter.engines.e1_voiceover.produce import make_parts
from coursecrafter.engines.soundtrack import PlacedVoice, lay_sound
from coursecrafter.media.credentials import read_credentials
from coursecrafter.media.signing import load_signing
from coursecrafter.media.sound import VoiceBlock
from coursecrafter.media.timeline import Span, lay_out
from narration import Workbench, make_course, make_lesson, make_picture, make_workbench

SENTENCES = ("Keep every fire door shut.", "Never wedge it open.", "Report a damaged door today.")


@dataclass(frozen=True)
class Scored:
    workbench: Workbench
    lesson: LessonContent
    music: Music
    rendered: Rendered

    def again(self, lesson: LessonContent) -> tuple[Rendered, Counter[str]]:
        """Another render, and the steps that it made."""
        before = self.workbench.runner.made.copy()
        rendered = render(make_course(lesson), lesson, self.workbench.bench, music=self.music)
        return rendered, self.workbench.runner.made - before


def spoken_lesson(workbench: Workbench, *texts: str, hold_s: int = 9) -> LessonContent:
    segments = [
        replace(make_picture(workbench, f"slide {number}", 20 + 30 * number), text=text, duration_s=Fraction(hold_s))
        for number, text in enumerate(texts)
    ]
    return make_lesson([(f"Part {number}", [segment]) for number, segment in enumerate(segments, 1)])


@pytest.fixture(scope="module")
def scored(tmp_path_factory: pytest.TempPathFactory) -> Scored:
    folder = tmp_path_factory.mktemp("scored")
    workbench = make_workbench(folder)
    workbench.bench = replace(workbench.bench, signing=lambda: load_signing(folder / "home", {}))
    tune = folder / "tune.ogg"
    source = "aevalsrc='0.3*sin(440*PI*t)*exp(-3*mod(t,0.5))+0.2*sin(554*PI*t)':d=5"
    subprocess.run(["ffmpeg", "-v", "error", "-f", "lavfi", "-i", source, tune], check=True, timeout=60)
    music = Music(workbench.bench.store.put_file(tune, "audio/ogg"))
    lesson = spoken_lesson(workbench, *SENTENCES)
    rendered = render(make_course(lesson), lesson, workbench.bench, music=music)
    return Scored(workbench, lesson, music, rendered)


def test_a_lesson_with_music_passes_every_check(scored: Scored) -> None:
    assert {finding.check for finding in scored.rendered.findings if finding.severity is not Severity.OK} == set()


def test_it_is_as_loud_as_one_without(scored: Scored) -> None:
    video = scored.workbench.file(scored.rendered, "final_video")
    command = ["ffmpeg", "-nostats", "-i", video, "-af", "ebur128=peak=true", "-f", "null", "-"]
    said = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60).stderr

    assert abs(float(re.findall(r"I:\s+(-?[\d.]+) LUFS", said)[-1]) + 16) <= 0.5
    assert float(re.findall(r"Peak:\s+(-?[\d.]+) dBFS", said)[-1]) <= -1.5


def test_the_same_again_makes_nothing(scored: Scored) -> None:
    rendered, made = scored.again(scored.lesson)

    assert made == Counter()
    assert rendered.outputs[0].object == scored.rendered.outputs[0].object


def test_a_changed_voice_makes_the_stretch_that_it_is_heard_in(scored: Scored) -> None:
    changed = spoken_lesson(scored.workbench, *SENTENCES[:2], "Thank you.")

    assert scored.workbench.runner.made["music_mix"] == 4

    _, made = scored.again(changed)

    assert made == Counter(speech=1, voice_block=1, music_mix=1, mux=1, sign=1)


def test_music_does_not_step_back_for_a_voice_that_cannot_be_heard(scored: Scored) -> None:
    bench, silent = scored.workbench.bench, VoiceBlock((), 0, 0, 0, -math.inf)
    stored = bench.store.put_bytes(silent.to_bytes(), "application/octet-stream")
    voice = PlacedVoice(50, stored, silent, heard=stored)

    assert lay_sound(bench, [voice], 400, scored.music).key == lay_sound(bench, [], 400, scored.music).key


def test_the_video_is_signed_and_says_where_it_came_from(scored: Scored) -> None:
    found = read_credentials(scored.workbench.file(scored.rendered, "final_video"))

    assert found is not None
    assert (found.holds, found.is_trusted) == (True, False)
    assert "Acme Safety" in str(found.note)


def test_the_report_stands_beside_it(scored: Scored) -> None:
    told = json.loads(scored.workbench.text(scored.rendered, "report_json"))
    page = scored.workbench.text(scored.rendered, "report_html")

    assert told["verdict"] == "ok"
    assert {one["check"]: one["verdict"] for one in told["checks"]} == {
        finding.check: finding.severity.value for finding in scored.rendered.findings
    }
    assert [one["part"] for one in told["provenance"]] == ["script", "pictures", "voice", "music"]
    assert sum(one["voice_s"] + one["gap_s"] for one in told["segments"]) == pytest.approx(
        scored.rendered.metadata["duration_seconds"], abs=0.01
    )
    assert all(finding.limit in page for finding in scored.rendered.findings)


def test_words_and_chapters_stand_beside_it(scored: Scored) -> None:
    words = json.loads(scored.workbench.text(scored.rendered, "words_json"))["words"]
    chapters = scored.workbench.text(scored.rendered, "chapters_vtt")

    assert [word["text"] for word in words] == " ".join(SENTENCES).replace(".", "").split()
    assert {word["segment_id"] for word in words} == {str(segment.id) for segment in scored.lesson.segments}
    assert all(before["start_s"] <= after["start_s"] for before, after in pairwise(words))
    assert re.findall(r"^Part \d$", chapters, re.MULTILINE) == ["Part 1", "Part 2", "Part 3"]
    assert {output.metadata.get("language") for output in scored.rendered.outputs if output.suffix == ".vtt"} == {"en"}


def test_pictures_that_did_not_come_are_found(workbench: Workbench) -> None:
    """A video that shows its first slide twice and then nothing is held against the plan it should have followed."""
    wanted = spoken_lesson(workbench, "", "", "", hold_s=1)
    first = wanted.segments[0].picture
    assert first is not None
    workbench.bench.store.copy_to(first, workbench.folder / "first.png")
    pixels = np.array(Image.open(workbench.folder / "first.png").convert("RGB"))
    pixels[0, 0] += 1
    got = [pixels, np.full((1080, 1920, 3), 90, np.uint8)]
    pictures = [first, *(stored(workbench, one) for one in got)]
    segments = [replace(one, picture=picture) for one, picture in zip(wanted.segments, pictures, strict=True)]
    shown = make_lesson([(None, [segment]) for segment in segments])
    rendered = render(make_course(shown), shown, workbench.bench)
    assert not rendered.has_error

    plan = plan_video(make_course(wanted), wanted)
    parts = make_parts(make_course(wanted), wanted, plan, workbench.bench)
    timeline = lay_out([Span(Fraction(0), shot.gap_s, shot.at_least_s) for shot in plan.shots])
    video = workbench.file(rendered, "final_video")
    sound = lay_sound(workbench.bench, [], timeline.sound_frames, None)
    measured = measure_video(video, plan, parts, timeline, workbench.bench, sound)

    assert (measured["looked_at"], measured["frozen"], measured["blank"]) == (4, [1], [2])


def stored(workbench: Workbench, pixels: np.ndarray) -> StoredObject:
    path = workbench.folder / "pixels.png"
    Image.fromarray(pixels).save(path)
    return workbench.bench.store.put_file(path, "image/png")
