"""A branded video as ffmpeg, ffprobe and a viewer see it."""

from __future__ import annotations

import json
import subprocess
from collections import Counter
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from branded_films import SCENES, Branded, Studio, make_course, make_lesson
from coursecrafter.domain.look import Look
from coursecrafter.domain.output import Severity
from coursecrafter.domain.speech import Speech
from coursecrafter.engines.e2_video.engine import render
from coursecrafter.engines.e2_video.paint import mark_box
from coursecrafter.engines.e2_video.palette import make_palette
from coursecrafter.engines.e2_video.produce import NothingToTell, produce


def frame_at(video: Path, at_s: float) -> np.ndarray:
    run = subprocess.run(
        ["ffmpeg", "-v", "error", "-ss", f"{at_s:.4f}", "-i", video, "-frames:v", "1", "-f", "rawvideo",
         "-pix_fmt", "rgb24", "-"],
        capture_output=True, check=True, timeout=60,
    )  # fmt: skip
    return np.frombuffer(run.stdout, np.uint8).reshape(1080, 1920, 3)


def test_players_find_a_full_hd_video_with_sound_and_chapters(branded: Branded) -> None:
    run = subprocess.run(
        ["ffprobe", "-v", "error", "-show_streams", "-show_chapters", "-of", "json", branded.video],
        capture_output=True, check=True, timeout=60,
    )  # fmt: skip
    found = json.loads(run.stdout)

    video, sound = found["streams"][:2]
    assert (video["codec_name"], video["width"], video["height"], video["avg_frame_rate"]) == (
        "h264",
        1920,
        1080,
        "30/1",
    )
    assert (sound["codec_name"], sound["sample_rate"]) == ("aac", "48000")
    assert [chapter["tags"]["title"] for chapter in found["chapters"]] == [
        "Fire doors save lives",
        "What to do",
        "Fire doors",
    ]


def test_the_whole_video_decodes_without_an_error(branded: Branded) -> None:
    run = subprocess.run(
        ["ffmpeg", "-v", "error", "-xerror", "-i", branded.video, "-f", "null", "-"],
        capture_output=True, check=False, timeout=120,
    )  # fmt: skip

    assert (run.returncode, run.stderr) == (0, b"")


def test_its_own_check_finds_nothing_wrong(branded: Branded) -> None:
    assert {finding.check for finding in branded.rendered.findings if finding.severity is Severity.OK} >= {
        "frames", "duration", "loudness", "faststart", "seeking", "captions", "highlight", "contrast", "clipping",
        "headings", "fonts",
    }  # fmt: skip
    assert not branded.rendered.has_error


def test_the_word_that_is_spoken_is_the_one_in_the_box(branded: Branded) -> None:
    film = produce(branded.course, branded.lesson, branded.studio.bench, Look())
    shot = film.shots[1]
    mark = np.array(make_palette(branded.course.brand).light.mark, np.int32)
    page = shot.plan.pages[0]

    for index in (0, 2, 4):
        word, placed = shot.words[index], page.words[index]
        assert word.char_start == placed.token.char_start
        box = mark_box(placed, page.face)
        lit = [
            np.abs(
                frame_at(branded.video, float(at_s))[box.y + 4, box.x + 12 : box.right - 12].astype(np.int32) - mark
            ).mean()
            < 12
            for at_s in (
                word.start_s - Fraction(9, 100),
                word.start_s + Fraction(8, 100),
                word.end_s + Fraction(12, 100),
            )
        ]
        assert lit == [False, True, False]


def test_what_is_delivered_is_named_and_shared(branded: Branded) -> None:
    roles = Counter(output.role for output in branded.rendered.outputs)

    assert branded.rendered.outputs[0].role == "final_video"
    assert roles == Counter(
        [
            "final_video",
            "captions_vtt",
            "captions_srt",
            "words_json",
            "chapters_vtt",
            "transcript_txt",
            "transcript_html",
            "poster",
            "sidecar_json",
            "report_json",
            "report_html",
        ]
        + ["hero_image"] * 3
    )
    assert [o.scene_id for o in branded.rendered.outputs if o.role == "hero_image"] == [
        s.id for s in branded.lesson.scenes
    ]
    assert len(branded.rendered.voices) == 4
    with Image.open(branded.studio.file(branded.rendered, "poster")) as poster:
        assert poster.size == (1280, 720)


def test_the_sidecar_names_segments_images_and_sound(branded: Branded) -> None:
    sidecar = json.loads(branded.studio.file(branded.rendered, "sidecar_json").read_text())

    assert sidecar["engine"] == "e2"
    assert [entry["segment_id"] for entry in sidecar["script_segments"]] == [str(s.id) for s in branded.lesson.segments]
    total_s = sum(entry["duration"] + entry["gap"] for entry in sidecar["script_segments"])
    assert total_s == pytest.approx(sidecar["duration_seconds"], abs=0.001)
    assert len(sidecar["image_assets"]) == 3
    assert len(sidecar["audio_tracks"]) == 4


NAMING_ROWS = ("sidecar_json", "words_json", "report_json")


def test_the_same_lesson_gives_the_same_bytes_whatever_its_rows_are_called(branded: Branded, studio: Studio) -> None:
    studio.runner.threads = 1
    lesson = make_lesson(SCENES, ids=5000)

    again = render(make_course(lesson), lesson, studio.bench)

    first, second = (
        {o.role: o.object.sha256 for o in rendered.outputs if o.role not in {*NAMING_ROWS, "hero_image"}}
        for rendered in (branded.rendered, again)
    )
    assert first == second


def test_a_changed_word_costs_one_speech_and_one_run(branded: Branded, tmp_path: Path) -> None:
    changed = [SCENES[0], ("What to do", ("Keep every fire door closed, always.", SCENES[1][1][1])), SCENES[2]]
    lesson, runner = make_lesson(changed), branded.studio.runner
    runner.made.clear()
    calls = branded.studio.ledger.counts

    render(make_course(lesson), lesson, branded.studio.bench)

    assert runner.made == Counter(speech=1, voice_block=1, run=1, mux=1)
    assert branded.studio.ledger.counts - calls == Counter(tts=1)


def test_a_lesson_without_a_script_is_refused(studio: Studio) -> None:
    lesson = make_lesson([("Nothing", ())])

    with pytest.raises(NothingToTell):
        render(make_course(lesson), lesson, studio.bench)


def test_a_silent_segment_shows_its_signs_at_full_strength(studio: Studio) -> None:
    lesson = make_lesson([("Signs", ("→ ★",))])
    scene = lesson.scenes[0]
    lesson = replace(lesson, scenes=(replace(scene, segments=(replace(scene.segments[0], duration_s=Fraction(1)),)),))

    rendered = render(make_course(lesson), lesson, studio.bench)

    assert not rendered.has_error
    assert rendered.voices == ()
    film = produce(make_course(lesson), lesson, studio.bench, Look())
    assert film.shots[0].plan.states[-1].beat == film.shots[0].plan.beats[0] == 0
    assert not isinstance(film.shots[0].speech, Speech)
