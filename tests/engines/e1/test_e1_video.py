"""A narrated lesson, judged by ffmpeg: what is seen, what is heard, and when."""

from __future__ import annotations

import json
import re
import subprocess
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import groupby
from pathlib import Path

import numpy as np
import pytest
from lxml import html
from PIL import Image

from coursecrafter.domain.output import Severity
from coursecrafter.engines.e1_voiceover.check import check_video
from coursecrafter.engines.e1_voiceover.engine import render
from coursecrafter.engines.e1_voiceover.plan import Shot, Visual
from coursecrafter.media.captions import Caption
from coursecrafter.media.timeline import Span, lay_out
from narration import Narrated, Workbench, make_course, make_lesson, make_picture, make_workbench, narrated_lesson

SIZE = (160, 90)
SCALE = "scale=160:90:flags=area+accurate_rnd+full_chroma_int"


@dataclass(frozen=True)
class Seen:
    """A video as ffmpeg decodes it.

    Attributes:
        changes: numbers of the frames at which the picture changes, from 0.
        frames: all frames, made small: N x 90 x 160 x 3.
    """

    changes: list[int]
    frames: np.ndarray


@pytest.fixture(scope="module")
def seen(narrated: Narrated) -> Seen:
    raw = narrated.workbench.folder / "frames.rgb"
    command = ["ffmpeg", "-v", "error", "-y", "-i", narrated.video]
    command += ["-map", "0:v", "-vf", SCALE, "-pix_fmt", "rgb24", "-f", "rawvideo", raw]
    command += ["-map", "0:v", "-f", "framemd5", "-"]
    listed = subprocess.run(command, capture_output=True, text=True, check=True, timeout=120).stdout
    hashes = [line.split(",")[-1] for line in listed.splitlines() if not line.startswith("#")]
    lengths = [len(list(run)) for _, run in groupby(hashes)]
    frames = np.fromfile(raw, np.uint8).reshape(-1, 90, 160, 3)
    return Seen([sum(lengths[:index]) for index in range(len(lengths))], frames)


@pytest.fixture(scope="module")
def heard(narrated: Narrated) -> np.ndarray:
    """Sound as ffmpeg plays it, mono at 48 kHz."""
    command = [
        "ffmpeg",
        "-v",
        "error",
        "-i",
        narrated.video,
        "-map",
        "0:a",
        "-f",
        "f32le",
        "-ac",
        "1",
        "-ar",
        "48000",
        "-",
    ]
    return np.frombuffer(subprocess.run(command, capture_output=True, check=True, timeout=120).stdout, np.float32)


def test_every_check_is_passed(narrated: Narrated) -> None:
    assert {finding.check: finding.severity for finding in narrated.rendered.findings} == dict.fromkeys(
        [
            "spoken",
            "frames",
            "duration",
            "script",
            "pictures",
            "loudness",
            "peak",
            "clicks",
            "sync",
            "captions",
            "caption_form",
            "faststart",
            "seeking",
        ],
        Severity.OK,
    )


def test_each_picture_stands_still_until_the_next(seen: Seen) -> None:
    # eight shots; the fourth repeats the third's picture
    assert len(seen.changes) == 7


def test_pictures_change_within_a_frame_of_the_sound(seen: Seen, heard: np.ndarray) -> None:
    sound = np.abs(heard)
    spoken = [seen.changes[index] for index in (1, 2, 5)]

    for frame in spoken:
        at = frame * 1600
        passage = sound[at - 4800 : at + 24_000]
        onset = int(np.argmax(passage > passage.max() / 100)) - 4800
        assert abs(onset) <= 1600


def test_seeking_gives_the_picture_of_that_second(narrated: Narrated, seen: Seen, tmp_path: Path) -> None:
    for second in (0, 3, 11, 19, 21):
        target = tmp_path / f"{second}.png"
        command = [
            "ffmpeg",
            "-v",
            "error",
            "-ss",
            str(second),
            "-i",
            narrated.video,
            "-frames:v",
            "1",
            "-vf",
            "scale=160:90:flags=area+accurate_rnd+full_chroma_int",
            target,
        ]
        subprocess.run(command, check=True, timeout=60)
        found = np.asarray(Image.open(target).convert("RGB")).astype(int)
        assert np.abs(found - seen.frames[second * 30]).max() <= 2


def test_it_is_as_loud_as_it_should_be(narrated: Narrated) -> None:
    command = ["ffmpeg", "-nostats", "-i", narrated.video, "-af", "ebur128=peak=true", "-f", "null", "-"]
    said = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60).stderr

    assert abs(float(re.findall(r"I:\s+(-?[\d.]+) LUFS", said)[-1]) + 16) <= 0.5
    assert float(re.findall(r"Peak:\s+(-?[\d.]+) dBFS", said)[-1]) <= -1.5


def test_no_seam_clicks(heard: np.ndarray) -> None:
    quiet = np.abs(heard).reshape(-1, 64).max(axis=1) < 0.002
    jumps = np.abs(np.diff(heard))[: len(quiet) * 64 - 64].reshape(-1, 64).max(axis=1)
    assert quiet.any()
    assert jumps[quiet[:-1]].max() < 0.01


def test_the_picture_is_the_slide_s(narrated: Narrated, seen: Seen) -> None:
    slide = narrated.lesson.segments[1].picture
    assert slide is not None
    narrated.workbench.bench.store.copy_to(slide, narrated.workbench.folder / "slide.png")

    wanted = np.asarray(Image.open(narrated.workbench.folder / "slide.png").resize(SIZE, Image.Resampling.BOX)).astype(
        int
    )

    assert np.abs(seen.frames[seen.changes[1]] - wanted).mean() < 2


def test_captions_say_the_script_when_it_is_spoken(narrated: Narrated) -> None:
    vtt = narrated.workbench.text(narrated.rendered, "captions_vtt")
    srt = narrated.workbench.text(narrated.rendered, "captions_srt")

    assert re.findall(r"^[A-Z].*", vtt, re.MULTILINE)[1:] == re.findall(r"^[A-Z].*", srt, re.MULTILINE)
    first = re.search(r"(\d\d):(\d\d):(\d\d\.\d\d\d) --> .*\nFire doors save lives", vtt)
    assert first
    assert abs(float(first[3]) - 0.5) < 0.05


def test_the_transcript_says_what_is_spoken(narrated: Narrated) -> None:
    text = narrated.workbench.text(narrated.rendered, "transcript_txt")
    page = html.document_fromstring(narrated.workbench.text(narrated.rendered, "transcript_html").encode())

    spoken = [line for segment in narrated.lesson.segments[:4] for line in segment.text.splitlines()]
    assert [line for line in text.splitlines() if line in spoken] == spoken
    assert [paragraph.text for paragraph in page.iter("p")][:-1] == spoken
    assert "★" not in text


def test_the_sidecar_names_each_segment(narrated: Narrated) -> None:
    sidecar = json.loads(narrated.workbench.text(narrated.rendered, "sidecar_json"))

    assert (sidecar["engine"], sidecar["voice_profile"]) == ("e1", "en_female_neutral_1")
    segments = sidecar["script_segments"]
    assert [entry["segment_id"] for entry in segments] == [str(segment.id) for segment in narrated.lesson.segments]
    whole_s = sum(entry["duration"] + entry["gap"] for entry in segments)
    assert abs(whole_s + 3 - sidecar["duration_seconds"]) < 0.1


def test_the_poster_is_the_first_picture(narrated: Narrated) -> None:
    with Image.open(narrated.workbench.file(narrated.rendered, "poster")) as poster:
        assert poster.size == (1280, 720)


def test_each_voice_is_handed_back(narrated: Narrated) -> None:
    assert [voice.segment_id for voice in narrated.rendered.voices] == [
        narrated.lesson.segments[index].id for index in (0, 1, 2, 3, 6)
    ]


def test_building_again_makes_nothing(narrated: Narrated) -> None:
    made = dict(narrated.workbench.runner.made)

    again = render(narrated.course, narrated.lesson, narrated.workbench.bench)

    assert again == narrated.rendered
    assert narrated.workbench.runner.made == made


def test_another_machine_makes_the_same_files(narrated: Narrated, workbench: Workbench) -> None:
    lesson = narrated_lesson(workbench)

    rendered = render(make_course(lesson), lesson, workbench.bench)

    assert [output.object for output in rendered.outputs] == [output.object for output in narrated.rendered.outputs]


def test_other_row_ids_find_the_same_results(narrated: Narrated) -> None:
    made = dict(narrated.workbench.runner.made)
    scenes = tuple(
        replace(scene, segments=tuple(replace(segment, id=narrated.course.id) for segment in scene.segments))
        for scene in narrated.lesson.scenes
    )

    rendered = render(narrated.course, replace(narrated.lesson, scenes=scenes), narrated.workbench.bench)

    assert narrated.workbench.runner.made == made
    assert rendered.outputs[0] == narrated.rendered.outputs[0]


def test_one_changed_word_makes_one_voice_and_one_mux(workbench: Workbench) -> None:
    first, second = (
        replace(make_picture(workbench, words, shade), text=words, duration_s=Fraction(1))
        for words, shade in (("One.", 10), ("Two.", 90))
    )
    lesson = make_lesson([("A", [first]), ("B", [second])])
    changed = make_lesson([("A", [first]), ("B", [replace(second, text="Three.")])])
    render(make_course(lesson), lesson, workbench.bench)
    before = workbench.runner.made.copy()

    render(make_course(changed), changed, workbench.bench)

    assert workbench.runner.made - before == {"speech": 1, "voice_block": 1, "mux": 1}
    assert workbench.gateway.spoken in (["One.", "Two.", "Three."], ["Two.", "One.", "Three."])


@pytest.mark.parametrize(
    ("language", "voice", "text", "caption"),
    [
        ("ar", "ar_male_neutral_1", "السلامة أولا، ثم العمل.", "السلامة أولا، ثم العمل."),
        ("zh", "zh_female_neutral_1", "安全第一，然后工作。", "安全第一，然后工作。"),
        ("en", "en_female_neutral_1", "Lone \ud800 & <b>\x00</b>", "Lone &amp; &lt;b&gt; &lt;/b&gt;"),
    ],
)
def test_any_script_and_a_title_of_500_characters_work(
    workbench: Workbench, language: str, voice: str, text: str, caption: str
) -> None:
    segment = replace(make_picture(workbench, "x", 5), text=text)
    lesson = make_lesson([("T" * 500, [segment])], text * 25)

    rendered = render(make_course(lesson, language, voice), lesson, workbench.bench)

    assert not rendered.has_error
    assert workbench.text(rendered, "captions_vtt").splitlines()[4:] == [caption]


def test_a_lesson_without_a_word_is_silent(tmp_path: Path) -> None:
    workbench = make_workbench(tmp_path)
    lesson = make_lesson([(None, [make_picture(workbench, "x", 5)])])

    rendered = render(make_course(lesson), lesson, workbench.bench)

    assert not rendered.has_error
    assert rendered.voices == ()
    assert workbench.text(rendered, "captions_vtt") == "WEBVTT\n"
    assert rendered.metadata["duration_seconds"] == pytest.approx(6.0)


def test_bad_figures_are_found() -> None:
    timeline = lay_out([Span(Fraction(1))])
    measured = {
        "video_frames": timeline.video_frames + 1,
        "planned_frames": timeline.video_frames,
        "video_s": 2.0,
        "sound_s": 1.0,
        "longest_key_distance_s": 9.0,
        "is_faststart": False,
        "is_silent": False,
        "lufs": -20.0,
        "peak_dbtp": -0.5,
        "clicks": 2,
        "drifts_s": [0.0, -0.04],
        "has_music": False,
        "looked_at": 2,
        "blank": [0],
        "frozen": [0],
    }
    shots = [Shot(None, "", Visual(svg="<svg/>"), None, Fraction(0), "slide 1")]

    findings = check_video(shots, Fraction(1), timeline, [Caption(Fraction(0), Fraction(1), ("x" * 50,))], measured)

    assert [(finding.check, finding.severity) for finding in findings] == [
        ("frames", Severity.ERROR),
        ("duration", Severity.ERROR),
        ("script", Severity.ERROR),
        ("pictures", Severity.ERROR),
        ("loudness", Severity.WARNING),
        ("peak", Severity.WARNING),
        ("clicks", Severity.WARNING),
        ("sync", Severity.ERROR),
        ("captions", Severity.WARNING),
        ("caption_form", Severity.WARNING),
        ("faststart", Severity.ERROR),
        ("seeking", Severity.ERROR),
    ]
    assert "Nothing but one colour is to be seen of slide 1." in findings[3].sentence


def test_the_plan_fills_the_video(narrated: Narrated, seen: Seen) -> None:
    assert len(seen.frames) == round(narrated.rendered.metadata["duration_seconds"] * 30)
