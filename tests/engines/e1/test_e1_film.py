"""A lesson with the deck's own film: its frames move where they moved, and stand while more is said."""

from __future__ import annotations

import io
import json
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import accumulate
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from coursecrafter.domain.course import LessonContent
from coursecrafter.domain.film import FilmCut, Stretch
from coursecrafter.domain.output import Rendered, Severity
from coursecrafter.engines.e1_voiceover.engine import render
from coursecrafter.engines.e1_voiceover.film_runs import open_reel, sample_times_s
from coursecrafter.engines.e1_voiceover.plan import plan_video
from coursecrafter.media.film_changes import watch_film
from coursecrafter.media.film_match import match_film, small_picture
from coursecrafter.storage.objects import ObjectMissing, ObjectStore
from deck_films import Frame, Show, frames_of, starts_of, write_film
from narration import Workbench, make_course, make_lesson, make_picture, make_workbench

FPS = 30
SIZE = (640, 360)
SMALL = (160, 90)
LONG_MOVE_S = 5.3


@dataclass(frozen=True)
class Filmed:
    """A rendered lesson and the film it was cut from.

    Attributes:
        shows: the film's pictures, a little darker than the deck's, so that both can be told apart.
        frames: the rendered video, small.
        starts: the first frame of each segment.
    """

    workbench: Workbench
    lesson: LessonContent
    cut: FilmCut
    rendered: Rendered
    shows: Sequence[Show]
    film: np.ndarray
    frames: np.ndarray
    starts: Sequence[int]


def _decoded(path: object) -> np.ndarray:
    command = ["ffmpeg", "-v", "error", "-i", str(path), "-vf", f"scale={SMALL[0]}:{SMALL[1]}:flags=area"]
    command += ["-pix_fmt", "rgb24", "-f", "rawvideo", "-"]
    raw = subprocess.run(command, capture_output=True, check=True, timeout=120).stdout
    return np.frombuffer(raw, np.uint8).reshape(-1, SMALL[1], SMALL[0], 3).astype(np.int16)


@pytest.fixture(scope="module")
def filmed(tmp_path_factory: pytest.TempPathFactory) -> Filmed:
    """Four pictures, of which the film leaves out the third; the last comes slowly, and has words without a picture."""
    workbench = make_workbench(tmp_path_factory.mktemp("filmed"))
    words = [("1.0", "Doors", 20, ""), ("2.1", "Shut", 60, "Keep every fire door shut, all day and all night long.")]
    words += [("2.2", "Unseen", 120, "Look here."), ("3.0", "Slow", 170, "Slow.")]
    segments = [
        replace(make_picture(workbench, name, shade), source_ref=ref, text=text) for ref, name, shade, text in words
    ]
    pictures = [_picture(workbench, segment.picture) for segment in segments]
    ways = [("cut", 0.0, 1.0), ("slide", 1.0, 1.5), ("slide", LONG_MOVE_S, 1.0)]
    shown = [_darker(pictures[index]) for index in (0, 1, 3)]
    shows = [Show(one, stands, way, takes) for one, (way, takes, stands) in zip(shown, ways, strict=True)]
    clip = write_film(workbench.folder / "clip.mp4", frames_of(shows))
    small = [small_picture(Image.fromarray(picture), SIZE) for picture in pictures]
    found = zip(segments, match_film(watch_film(clip).changes, small), strict=True)
    stretches = tuple((segment.source_ref or "", stretch) for segment, stretch in found if stretch)
    cut = FilmCut(workbench.bench.store.put_file(clip, "video/mp4"), stretches)
    repeated = replace(segments[3], text="And no more.", picture=None, source_ref=None)
    lesson = make_lesson([("Doors", [segments[0]]), ("Shut", segments[1:3]), ("Slow", [segments[3], repeated])])
    rendered = render(make_course(lesson), lesson, workbench.bench, film=cut)
    sidecar = json.loads(workbench.text(rendered, "sidecar_json"))
    lengths = [round((one["duration"] + one["gap"]) * FPS) for one in sidecar["script_segments"]]
    starts = [0, *accumulate(lengths)]
    frames = _decoded(workbench.file(rendered, "final_video"))
    return Filmed(workbench, lesson, cut, rendered, shows, _decoded(clip), frames, starts)


def _picture(workbench: Workbench, stored: object) -> Frame:
    with Image.open(io.BytesIO(workbench.bench.store.get_bytes(stored))) as image:  # type: ignore[arg-type]  # has one
        return np.asarray(image.convert("RGB"))


def _darker(picture: Frame) -> Frame:
    return np.asarray(Image.fromarray(picture).resize(SIZE, Image.Resampling.LANCZOS)) // 10 * 9


def _apart(one: np.ndarray, other: np.ndarray) -> float:
    return float(np.abs(one - other).mean())


def test_what_moves_in_the_film_moves_at_the_segment_s_start(filmed: Filmed) -> None:
    begin = round(starts_of(filmed.shows)[1][0] * FPS)

    for later in (2, 10, 20, 28):
        shown = filmed.frames[filmed.starts[1] + later]
        nearest = min(range(begin - 6, begin + 40), key=lambda at: _apart(filmed.film[at], shown))
        assert abs(nearest - begin - later) <= 3
        assert _apart(filmed.film[nearest], shown) < 3


def test_the_last_frame_stands_while_more_is_said(filmed: Filmed) -> None:
    stands_from, until = filmed.starts[1] + 36, filmed.starts[2]
    standing = filmed.frames[stands_from:until]

    assert until - stands_from > 2 * FPS
    assert np.abs(standing - standing[0]).max() <= 1
    assert _apart(standing[0], filmed.film[round(starts_of(filmed.shows)[1][1] * FPS) + 15]) < 2


def test_movement_is_seen_to_its_end_where_less_is_said(filmed: Filmed) -> None:
    assert filmed.starts[4] - filmed.starts[3] >= (LONG_MOVE_S - 0.2) * FPS
    assert _apart(filmed.frames[filmed.starts[4] - 1], filmed.film[-5]) < 2


def test_words_without_a_picture_keep_the_one_that_stands(filmed: Filmed) -> None:
    assert _apart(filmed.frames[filmed.starts[4] + 5], filmed.film[-5]) < 2


def test_what_the_film_leaves_out_keeps_its_slide_picture_and_is_named(filmed: Filmed) -> None:
    slide = _picture(filmed.workbench, filmed.lesson.segments[2].picture)
    wanted = np.asarray(Image.fromarray(slide).resize(SMALL, Image.Resampling.BOX)).astype(np.int16)

    assert _apart(filmed.frames[filmed.starts[2] + 5], wanted) < 2
    (finding,) = [finding for finding in filmed.rendered.findings if finding.severity is not Severity.OK]
    assert (finding.check, finding.severity, finding.figure) == ("film", Severity.WARNING, 1)
    assert finding.sentence == (
        "3 of 4 pictures are the film's own. "
        "Slide 2 build 2 was not found in the film; its slide picture stands instead."
    )


def test_a_whole_film_is_well(filmed: Filmed) -> None:
    seen = replace(filmed.lesson.scenes[0])
    lesson = make_lesson([("Doors", list(seen.segments))])

    rendered = render(make_course(lesson), lesson, filmed.workbench.bench, film=filmed.cut)
    missed = render(make_course(lesson), lesson, filmed.workbench.bench, film=replace(filmed.cut, stretches=()))

    assert {finding.severity for finding in rendered.findings} == {Severity.OK}
    assert missed.findings[-1].sentence.endswith("Slide 1 was not found in the film; its slide picture stands instead.")


def test_building_again_with_the_film_makes_nothing(filmed: Filmed) -> None:
    made = filmed.workbench.runner.made.copy()

    again = render(make_course(filmed.lesson), filmed.lesson, filmed.workbench.bench, film=filmed.cut)

    assert again == filmed.rendered
    assert filmed.workbench.runner.made == made


def test_another_machine_makes_the_same_film_run(filmed: Filmed, workbench: Workbench) -> None:
    filmed.workbench.bench.store.copy_to(filmed.cut.film, workbench.folder / "clip.mp4")
    workbench.bench.store.put_file(workbench.folder / "clip.mp4", "video/mp4")
    segment = replace(filmed.lesson.segments[1], text="")
    workbench.bench.store.put_bytes(filmed.workbench.bench.store.get_bytes(segment.picture), "image/png")  # type: ignore[arg-type]  # has one
    lesson = make_lesson([("Shut", [segment])])

    videos = [
        render(make_course(lesson), lesson, one.bench, film=filmed.cut).outputs[0].object
        for one in (filmed.workbench, workbench)
    ]

    assert videos[0] == videos[1]


@pytest.mark.parametrize(
    ("text", "duration_s", "expected"),
    [("", None, Fraction(5, 2)), ("", Fraction(1), Fraction(6, 5)), ("Hi", None, Fraction(6, 5)), ("Hi", 9, 9)],
)
def test_a_moving_segment_lasts_at_least_as_long_as_it_moves(
    workbench: Workbench, text: str, duration_s: Fraction | None, expected: Fraction
) -> None:
    segment = replace(make_picture(workbench, "x", 1), text=text, duration_s=duration_s)
    lesson = make_lesson([(None, [segment])])
    cut = FilmCut(segment.picture, (("1.0", Stretch(Fraction(3), Fraction(4), Fraction(9))),))  # type: ignore[arg-type]  # any object

    assert plan_video(make_course(lesson), lesson, cut).shots[0].at_least_s == expected


def test_a_film_that_was_copied_half_is_copied_again(workbench: Workbench, monkeypatch: pytest.MonkeyPatch) -> None:
    """What another thread found half there it would keep as the film's own pictures."""
    store = workbench.bench.store
    film = store.put_bytes(b"all of the film", "video/mp4")

    def break_off(_store: ObjectStore, _film: object, target: Path) -> None:
        target.write_bytes(b"half")
        raise ObjectMissing("gone")

    with open_reel(store, film) as reel:
        assert reel
        with monkeypatch.context() as patched:
            patched.setattr(ObjectStore, "copy_to", break_off)
            with pytest.raises(ObjectMissing):
                reel.file()

        assert reel.file().read_bytes() == b"all of the film"


def test_only_what_moves_is_looked_at_frame_by_frame() -> None:
    def times(start: int, settled: int, end: int) -> tuple[int, Fraction]:
        found = sample_times_s(Stretch(Fraction(start), Fraction(settled), Fraction(end)))
        return len(found), found[-1]

    assert times(3, 3, 60) == (1, Fraction(7, 2))
    assert times(3, 4, 60) == (34, Fraction(9, 2))
    assert times(3, 4, 4) == (31, Fraction(4))
