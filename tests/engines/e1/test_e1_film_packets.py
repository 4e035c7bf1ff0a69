"""A lesson with a film that is H.264 in HD already: its packets are in the video as they were, and it plays through."""

from __future__ import annotations

import json
import subprocess
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from coursecrafter.domain.course import LessonContent
from coursecrafter.domain.film import FilmCut, Stretch
from coursecrafter.domain.output import Rendered
from coursecrafter.engines.e1_voiceover.engine import render
from coursecrafter.engines.e1_voiceover.film_runs import PictureFormat
from coursecrafter.engines.e1_voiceover.plan import Visual
from coursecrafter.engines.e1_voiceover.produce import still_step
from coursecrafter.media.h264 import parameter_set_id
from coursecrafter.media.still_video import CodedRun
from deck_films import Show, frames_of, write_film
from firefox import plays_in_firefox
from narration import Workbench, make_course, make_lesson, make_picture, make_workbench

FPS = 30
SMALL = (160, 90)
SHADES = (30, 90, 150, 210)
STANDS_S = 1.5
MOVES_S = 0.5
OPTIONS = ("-preset", "veryfast", "-crf", "23", "-bf", "3", "-colorspace", "bt709")


@dataclass(frozen=True)
class Copied:
    """A rendered lesson, its film and what both show, small."""

    workbench: Workbench
    lesson: LessonContent
    rendered: Rendered
    clip: Path
    video: Path
    film: np.ndarray
    shown: Sequence[tuple[float, np.ndarray]]
    starts_s: Sequence[float]


def packets(path: Path) -> list[dict[str, Any]]:
    command = [
        "ffprobe",
        "-v",
        "error",
        "-select_streams",
        "v",
        "-show_packets",
        "-show_data_hash",
        "md5",
        "-of",
        "json",
    ]
    return json.loads(subprocess.run([*command, path], capture_output=True, check=True, timeout=60).stdout)["packets"]


def decoded(path: Path) -> np.ndarray:
    """Every frame, any fault of decoding being an error."""
    command = [
        "ffmpeg",
        "-v",
        "error",
        "-xerror",
        "-err_detect",
        "explode",
        "-i",
        str(path),
        "-fps_mode",
        "passthrough",
    ]
    command += ["-vf", f"scale={SMALL[0]}:{SMALL[1]}:flags=area", "-pix_fmt", "rgb24", "-f", "rawvideo", "-"]
    raw = subprocess.run(command, capture_output=True, check=True, timeout=120).stdout
    return np.frombuffer(raw, np.uint8).reshape(-1, SMALL[1], SMALL[0], 3).astype(np.int16)


def apart(one: np.ndarray, other: np.ndarray) -> float:
    return float(np.abs(one - other).mean())


def make_film(workbench: Workbench, name: str, *options: str, size: str = "1920:1080") -> Path:
    """Four pictures with a box that moves in, each for two seconds; drawn small and made large by ffmpeg."""
    shows = []
    for shade in SHADES:
        picture = np.full((90, 160, 3), shade, np.uint8)
        boxed = picture.copy()
        boxed[30:45, 100:140] = 255 - shade
        shows += [Show(picture, STANDS_S / 2), Show(boxed, STANDS_S / 2, "slide", MOVES_S)]
    return write_film(
        workbench.folder / name,
        frames_of(shows),
        options=[*OPTIONS, "-vf", f"scale={size}:flags=neighbor:out_color_matrix=bt709", *options],
    )


def cut_of(workbench: Workbench, clip: Path) -> FilmCut:
    """Each slide begins with a cut and then moves."""
    length = Fraction(len(list(packets(clip))), 4 * FPS)
    stretches = [
        (f"{index + 1}.0", Stretch(index * length, index * length + Fraction(13, 10), (index + 1) * length))
        for index in range(4)
    ]
    return FilmCut(workbench.bench.store.put_file(clip, "video/mp4"), tuple(stretches))


def lesson_of(workbench: Workbench, order: Sequence[int], lasts_s: Sequence[float]) -> LessonContent:
    segments = [
        replace(
            make_picture(workbench, f"slide {index}", SHADES[index]),
            source_ref=f"{index + 1}.0",
            duration_s=Fraction(lasts).limit_denominator(30),
        )
        for index, lasts in zip(order, lasts_s, strict=True)
    ]
    return make_lesson([("Doors", segments)])


@pytest.fixture(scope="module")
def copied(tmp_path_factory: pytest.TempPathFactory) -> Copied:
    """Slide 1 stands longer than the film, 2 and 3 change places, 4 is cut short; a key frame each 45 frames."""
    workbench = make_workbench(tmp_path_factory.mktemp("copied"))
    clip = make_film(workbench, "clip.mp4", "-g", "45")
    lesson = lesson_of(workbench, (0, 2, 1, 3), (8, 2, 2, 1.5))
    lesson = replace(
        lesson,
        scenes=(
            replace(
                lesson.scenes[0],
                segments=(*lesson.segments[:2], replace(lesson.segments[2], text="One two."), lesson.segments[3]),
            ),
        ),
    )
    rendered = render(make_course(lesson), lesson, workbench.bench, film=cut_of(workbench, clip))
    video = workbench.file(rendered, "final_video")
    sidecar = json.loads(workbench.text(rendered, "sidecar_json"))
    starts = np.cumsum([0, *(one["duration"] + one["gap"] for one in sidecar["script_segments"])])
    times = sorted(float(one["pts_time"]) for one in packets(video))
    shown = list(zip(times, decoded(video), strict=True))
    return Copied(workbench, lesson, rendered, clip, video, decoded(clip), shown, starts.tolist())


def finding(rendered: Rendered, check: str) -> str:
    return next(one.sentence for one in rendered.findings if one.check == check)


def test_packets_of_the_film_are_in_the_video_as_they_were(copied: Copied) -> None:
    film, video = (Counter(one["data_hash"] for one in packets(path)) for path in (copied.clip, copied.video))

    sentence = finding(copied.rendered, "film_packets")

    copies = (film & video).total()
    assert sentence.startswith(f"{copies} pictures of the film were copied as they are")
    assert copies > film.total() / 2
    assert {one.severity.value for one in copied.rendered.findings} == {"ok"}


def test_every_moment_shows_what_the_film_showed(copied: Copied) -> None:
    """A time of a segment is the same time of its stretch, until the film has shown it all or the segment ends."""
    length_s = len(copied.film) / 4 / FPS

    for place, index in enumerate((0, 2, 1, 3)):
        start, end = copied.starts_s[place : place + 2]
        for into in np.arange(0.05, end - start - 0.1, 0.1):
            frame = [picture for at, picture in copied.shown if at <= start + into + 1e-6][-1]
            expected = round((index * length_s + min(into, length_s - 0.02)) * FPS)
            nearest = copied.film[max(0, expected - 3) : expected + 4]
            assert min(apart(one, frame) for one in nearest) < 3, (place, into)


def test_a_longer_narration_freezes_the_frame_by_its_time(copied: Copied) -> None:
    """No picture is sent while it stands, but a key frame each five seconds."""
    length_s = len(copied.film) / 4 / FPS
    standing = [at for at, _ in copied.shown if length_s + 0.1 < at < copied.starts_s[1] - 0.1]
    keys = [float(one["pts_time"]) for one in packets(copied.video) if "K" in one["flags"]]

    assert copied.starts_s[1] > 7
    assert len([at for at in standing if at < min(key for key in keys if key > length_s)]) == 0
    assert max(np.diff([*keys, copied.shown[-1][0]])) <= 5


def test_the_file_says_when_each_picture_is_shown(copied: Copied) -> None:
    found = packets(copied.video)
    times = [float(one["pts_time"]) for one in found]

    assert min(times) == 0
    assert all(float(one["dts_time"]) <= float(one["pts_time"]) + 1e-6 for one in found)
    decode = [float(one["dts_time"]) for one in found]
    assert decode == sorted(set(decode))


def test_another_machine_makes_the_same_bytes(copied: Copied, tmp_path: Path) -> None:
    other = make_workbench(tmp_path)
    for segment in copied.lesson.segments:
        other.bench.store.put_bytes(copied.workbench.bench.store.get_bytes(segment.picture), "image/png")

    again = render(make_course(copied.lesson), copied.lesson, other.bench, film=cut_of(other, copied.clip))

    assert again.outputs[0].object == copied.rendered.outputs[0].object


SEEK = """async times => {
  const video = document.querySelector('video'), seen = [];
  const canvas = Object.assign(document.createElement('canvas'), {width: 160, height: 90});
  for (const at of times) {
    await new Promise(done => { video.onseeked = done; video.currentTime = at });
    await new Promise(done => video.requestVideoFrameCallback ? setTimeout(done, 60) : done());
    canvas.getContext('2d').drawImage(video, 0, 0, 160, 90);
    seen.push([...canvas.getContext('2d').getImageData(0, 0, 160, 90).data].filter((_, i) => i % 4 < 3));
  }
  return seen;
}"""


LOAD = """async () => {
  const film = await (await fetch('v.mp4')).blob();
  document.querySelector('video').src = URL.createObjectURL(film);
}"""


def test_it_plays_and_seeks_in_chromium(copied: Copied, chromium: Any) -> None:
    page = chromium.new_page()
    page.route("http://film.test/", lambda route: route.fulfill(body="<video muted></video>", content_type="text/html"))
    page.route("http://film.test/v.mp4", lambda route: route.fulfill(path=copied.video, content_type="video/mp4"))
    page.goto("http://film.test/")
    page.evaluate(LOAD)
    page.wait_for_function("document.querySelector('video').readyState >= 3")
    end_s = copied.shown[-1][0]
    times = [
        0.3,
        1.2,
        3.5,
        6.5,
        7.5,
        copied.starts_s[1] + 1,
        copied.starts_s[2] + 0.5,
        copied.starts_s[3] + 0.7,
        end_s - 1,
    ]

    seen = page.evaluate(SEEK, times)
    for at, picture in zip(times, seen, strict=True):
        wanted = [frame for when, frame in copied.shown if when <= at + 1e-6][-1]
        assert apart(np.array(picture).reshape(90, 160, 3), wanted) < 6, at

    page.evaluate(
        "v => { v = document.querySelector('video'); v.currentTime = 0; v.playbackRate = 4; return v.play() }"
    )
    page.wait_for_function("document.querySelector('video').ended", timeout=30_000)
    assert page.evaluate("document.querySelector('video').error") is None
    page.close()


def test_it_plays_and_seeks_in_firefox(copied: Copied) -> None:
    ended_s = plays_in_firefox(copied.video)

    assert ended_s == pytest.approx(copied.shown[-1][0], abs=0.2)


def test_a_video_of_a_film_s_size_and_rate_says_so(tmp_path: Path) -> None:
    workbench = make_workbench(tmp_path)
    size = [*OPTIONS, "-vf", "scale=1920:1200:flags=neighbor:out_color_matrix=bt709"]
    clip = write_film(tmp_path / "clip.mp4", [np.full((90, 144, 3), SHADES[1], np.uint8)] * 30, fps=60, options=size)
    cut = FilmCut(
        workbench.bench.store.put_file(clip, "video/mp4"), (("1.0", Stretch(Fraction(0), Fraction(0), Fraction(1, 2))),)
    )
    lesson = lesson_of(workbench, (0,), (0.5,))

    rendered = render(make_course(lesson), lesson, workbench.bench, film=cut)

    metadata = rendered.outputs[0].metadata
    assert (metadata["width"], metadata["height"], metadata["fps"]) == (1920, 1200, 60)
    assert json.loads(workbench.text(rendered, "report_json"))["facts"]["Picture"] == "1920 × 1200"


def test_pictures_of_our_own_stand_in_a_frame_of_the_film_s_size(tmp_path: Path) -> None:
    workbench = make_workbench(tmp_path)
    visual = Visual(make_picture(workbench, "Exit", 90).picture)

    (done,) = workbench.runner.run([still_step(workbench.bench, visual, "slide", PictureFormat(1920, 1200, 3))])

    run = CodedRun.from_bytes(workbench.bench.store.get_bytes(done.files["still"]))
    assert (run.width_px, run.height_px) == (1920, 1200)
    assert (parameter_set_id(run.sps), parameter_set_id(run.pps)) == (3, 3)
