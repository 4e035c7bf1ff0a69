"""Films and recordings that play in a segment's place, in the finished video as ffmpeg sees and hears it."""

from __future__ import annotations

import json
import math
from collections import Counter
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from uuid import UUID

import numpy as np
import pytest
from PIL import Image

from clips import (
    flashing_clip,
    frames_of,
    loudness_lufs,
    recording,
    run_ffmpeg,
    silent_clip,
    sound_of,
    talking_clip,
)
from coursecrafter.domain.clip import ClipBox, SegmentClip
from coursecrafter.domain.course import Course, LessonContent, SegmentContent, SourceType
from coursecrafter.domain.film import FilmCut, Stretch
from coursecrafter.domain.look import Music
from coursecrafter.domain.output import Rendered, Severity
from coursecrafter.engines.e1_voiceover import clip_parts
from coursecrafter.engines.e1_voiceover.engine import render
from coursecrafter.engines.e1_voiceover.foretell import foretell
from coursecrafter.engines.e1_voiceover.plan import plan_video
from coursecrafter.engines.soundtrack import _heard_in
from coursecrafter.media import clip_sound
from coursecrafter.media.clip_sound import make_clip_block
from coursecrafter.media.clips import UnplayableClip
from coursecrafter.media.music import decode_block, plan_stretches
from deck_films import Show, write_film
from deck_films import frames_of as deck_frames
from narration import Workbench, make_course, make_lesson, make_picture, make_workbench

BOX = ClipBox(0.5, 0.25, 0.4, 0.5)
"""In a frame of 320 x 180 pixels that is 160 to 288 across and 45 to 135 down; a wide clip fills 54 to 126."""
FRAME_S = 1 / 30


def clip_segment(
    workbench: Workbench, film: Path, text: str = "", box: ClipBox | None = BOX, mime_type: str = "video/mp4"
) -> SegmentContent:
    stored = workbench.bench.store.put_file(film, mime_type)
    clip = SegmentClip(stored, box, film.name)
    return SegmentContent(UUID(int=77), 2, SourceType.OTHER_VIDEO, None, text, clip=clip)


def render_clip(workbench: Workbench, segment: SegmentContent, *, is_first: bool = False) -> Rendered:
    slide = replace(make_picture(workbench, "slide", 10), text="This is the door.")
    after = replace(make_picture(workbench, "after", 60), text="So it shuts by itself.")
    before = [] if is_first else [slide]
    lesson = make_lesson([("Doors", [*before, segment, after])])
    return render(make_course(lesson), lesson, workbench.bench)


def is_red(area: np.ndarray) -> np.ndarray:
    """By frame, whether an area is red."""
    mean = area.reshape(len(area), -1, 3).mean(axis=1)
    return (mean[:, 0] > 180) & (mean[:, 1] < 80) & (mean[:, 2] < 80)


def is_white(area: np.ndarray) -> np.ndarray:
    return area.reshape(len(area), -1, 3).mean(axis=1).min(axis=1) > 200


def beep_s(sound: np.ndarray, after_s: float) -> float:
    """When a tone of 1 kHz begins, in seconds."""
    steps = sound[round(after_s * 48_000) :]
    level = np.abs(steps[: len(steps) // 48 * 48].reshape(-1, 48)).max(axis=1)
    return after_s + float(np.argmax(level > level.max() / 4)) / 1000


@dataclass(frozen=True)
class Played:
    """A lesson of a slide, a clip on it after a line, and a slide."""

    workbench: Workbench
    course: Course
    lesson: LessonContent
    rendered: Rendered
    video: Path
    frames: np.ndarray

    def plays(self) -> tuple[int, int]:
        """The first frame at which the clip is to be seen, and the one after its last."""
        seen = np.flatnonzero(is_red(self.frames[:, 70:110, 180:270]) | is_white(self.frames[:, 70:110, 180:270]))
        return int(seen[0]), int(seen[-1]) + 1


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Played:
    workbench = make_workbench(tmp_path_factory.mktemp("clip"))
    slide = replace(make_picture(workbench, "slide", 10), text="This is the door.")
    film = flashing_clip(workbench.folder / "Door.mp4")
    clip = clip_segment(workbench, film, "Watch how it shuts.")
    after = replace(make_picture(workbench, "after", 60), text="So it shuts by itself.")
    lesson = make_lesson([("Doors", [slide, clip, after])])
    course = make_course(lesson)
    rendered = render(course, lesson, workbench.bench)
    video = workbench.file(rendered, "final_video")
    return Played(workbench, course, lesson, rendered, video, frames_of(video))


def test_a_clip_plays_in_its_box_on_the_slide_that_stood_before_it(played: Played) -> None:
    first, end = played.plays()
    middle = played.frames[(first + end) // 2].astype(int)
    slide = played.frames[first - 10].astype(int)

    assert is_red(played.frames[first + 2 : first + 3, 58:122, 164:284]).all()
    assert np.abs(middle[:, :156] - slide[:, :156]).mean() < 3
    assert np.abs(middle[:50, 160:] - slide[:50, 160:]).mean() < 3
    assert not played.rendered.has_error


def test_the_flash_is_seen_when_the_beep_is_heard(played: Played) -> None:
    first, _ = played.plays()
    flash = np.flatnonzero(is_white(played.frames[:, 70:110, 180:270]))

    heard_s = beep_s(sound_of(played.video)[: round(flash[-1] * FRAME_S * 48_000)], flash[0] * FRAME_S - 0.5)

    assert abs(heard_s - flash[0] * FRAME_S) <= FRAME_S
    assert abs(len(flash) * FRAME_S - 0.4) <= 2 * FRAME_S
    assert flash[0] > first + 45


def test_its_line_is_spoken_over_its_first_picture(played: Played) -> None:
    plan = plan_video(played.course, played.lesson)
    _, says, plays, _, _ = plan.shots

    assert (says.text, plays.text) == ("Watch how it shuts.", "")
    assert says.segment_id == plays.segment_id
    first, end = played.plays()
    assert end - first > 3 * 30 + 30  # it stands for its line and for its gap too
    assert "Watch how it shuts." in played.workbench.text(played.rendered, "captions_vtt")


def test_the_sidecar_names_a_segment_once_and_all_of_it_is_there(played: Played) -> None:
    sidecar = json.loads(played.workbench.text(played.rendered, "sidecar_json"))

    segments = sidecar["script_segments"]

    assert len(segments) == len({one["segment_id"] for one in segments}) == 3
    clip = segments[1]
    assert clip["segment_id"] == str(UUID(int=77))
    assert clip["duration"] > 3 + 0.5
    total_s = sum(one["duration"] + one["gap"] for one in segments)
    assert total_s == pytest.approx(sidecar["duration_seconds"] - 3, abs=1.1)


def test_the_report_warns_that_a_clip_has_no_captions(played: Played) -> None:
    (found,) = [finding for finding in played.rendered.findings if finding.check == "clips"]

    assert found.severity is Severity.WARNING
    assert "no captions: the clip of scene 1" in found.sentence


def test_another_script_codes_no_picture_of_the_clip_again(played: Played) -> None:
    scene = played.lesson.scenes[0]
    said = replace(scene.segments[1], text="Look at the door.")
    lesson = replace(played.lesson, scenes=(replace(scene, segments=(scene.segments[0], said, scene.segments[2])),))
    told = Counter(ahead.name for ahead in foretell(make_course(lesson), lesson, played.workbench.bench))
    played.workbench.runner.made.clear()

    render(make_course(lesson), lesson, played.workbench.bench)

    assert +played.workbench.runner.made == {"speech": 1, "voice_block": 1, "mux": 1}
    assert told == +played.workbench.runner.made


def test_what_is_told_of_a_lesson_with_clips_is_what_is_made(workbench: Workbench) -> None:
    segment = clip_segment(workbench, flashing_clip(workbench.folder / "Door.mp4"), "Watch.")
    lesson = make_lesson([("Doors", [replace(make_picture(workbench, "slide", 10), text="A door."), segment])])
    course = make_course(lesson)

    told = Counter(ahead.name for ahead in foretell(course, lesson, workbench.bench))
    render(course, lesson, workbench.bench)

    assert told == +workbench.runner.made
    assert told["clip_run"] == told["clip_sound"] == 1
    assert foretell(course, lesson, workbench.bench) == ()


def test_a_soft_clip_is_as_loud_as_the_voices(workbench: Workbench) -> None:
    rendered = render_clip(workbench, clip_segment(workbench, talking_clip(workbench.folder / "Talk.mp4")))
    sidecar = json.loads(workbench.text(rendered, "sidecar_json"))["script_segments"]
    starts_s = 0.5 + sidecar[0]["duration"] + 0.35
    video = workbench.file(rendered, "final_video")

    assert loudness_lufs(workbench.folder / "Talk.mp4", 0, 6) < -35
    assert loudness_lufs(video, starts_s, starts_s + 6) == pytest.approx(-16, abs=0.6)
    assert not rendered.has_error


def test_a_video_that_begins_with_a_clip_keeps_it_in_step(workbench: Workbench) -> None:
    """The first picture of a video is there before its first sound."""
    segment = clip_segment(workbench, flashing_clip(workbench.folder / "Door.mp4"), box=None)
    rendered = render_clip(workbench, segment, is_first=True)
    video = workbench.file(rendered, "final_video")
    flash = np.flatnonzero(is_white(frames_of(video)[:, 70:110, 180:270]))

    heard_s = beep_s(sound_of(video)[: round(flash[-1] * FRAME_S * 48_000)], 0.8)

    assert abs(heard_s - flash[0] * FRAME_S) <= FRAME_S
    with Image.open(workbench.file(rendered, "poster")) as poster:
        assert poster.getpixel((640, 360))[0] > 200
    sidecar = json.loads(workbench.text(rendered, "sidecar_json"))
    assert len(sidecar["script_segments"]) == 2


@pytest.mark.parametrize(
    "more",
    [
        pytest.param(("-itsoffset", "0.3"), id="its sound begins later"),
        pytest.param(("-af", "aresample=48000,adelay=0"), id="another rate"),
        pytest.param(("-metadata:s:v", "rotate=90", "-c:a", "alac"), id="without loss"),
        pytest.param(("-vf", "select='not(mod(n,3))'", "-fps_mode", "vfr"), id="few pictures, variable rate"),
    ],
)
def test_pictures_and_sound_of_any_clip_stay_in_step(workbench: Workbench, more: tuple[str, ...]) -> None:
    whole = flashing_clip(workbench.folder / "whole.mp4")
    film = workbench.folder / "clip.mp4"
    if more[0] == "-itsoffset":
        # The same clip, its sound cut off before 0.3 s: the rest must not move to the front.
        run_ffmpeg("-i", whole, "-ss", "0.3", "-i", whole, "-itsoffset", "0.3", "-i", whole, "-map", "0:v", "-map",
                   "0:a", "-af", "atrim=0.3", "-c:v", "copy", film)  # fmt: skip
    else:
        run_ffmpeg("-i", whole, *more, film)

    rendered = render_clip(workbench, clip_segment(workbench, film, box=None))

    video = workbench.file(rendered, "final_video")
    flash = np.flatnonzero(is_white(frames_of(video)[:, 80:100, 140:180]))
    heard_s = beep_s(sound_of(video)[: round((flash[-1] + 1) * FRAME_S * 48_000)], flash[0] * FRAME_S - 0.4)
    at_most_s = FRAME_S + (0.08 if "vfr" in more else 0)  # a picture that was taken out is seen later
    assert abs(heard_s - flash[0] * FRAME_S) <= at_most_s


def test_a_clip_without_sound_is_silence_and_is_not_warned_of(workbench: Workbench) -> None:
    rendered = render_clip(workbench, clip_segment(workbench, silent_clip(workbench.folder / "Mute.mp4")))

    (found,) = [finding for finding in rendered.findings if finding.check == "clips"]
    assert found.severity is Severity.OK
    assert not rendered.has_error


def test_a_recording_sounds_while_the_slide_stands(workbench: Workbench) -> None:
    segment = clip_segment(workbench, recording(workbench.folder / "Bell.mp3"), "Hear the bell.", None, "audio/mpeg")
    rendered = render_clip(workbench, segment)

    video = workbench.file(rendered, "final_video")
    sound = np.abs(np.fft.rfft(sound_of(video)))
    assert abs(np.argmax(sound) / len(sound) * 24_000 - 1000) < 5
    frames = frames_of(video).astype(int)
    second = 30
    assert np.abs(frames[2 * second] - frames[5 * second]).mean() < 1
    assert not rendered.has_error


def test_music_steps_back_for_a_clip(workbench: Workbench) -> None:
    bed = workbench.folder / "bed.wav"
    run_ffmpeg("-f", "lavfi", "-i", "sine=frequency=300:duration=20", bed)
    music = Music(workbench.bench.store.put_file(bed, "audio/wav"))
    segment = clip_segment(workbench, talking_clip(workbench.folder / "Talk.mp4", seconds=12))
    lesson = make_lesson([("Doors", [segment])])
    rendered = render(make_course(lesson), lesson, workbench.bench, music=music)
    sound = sound_of(workbench.file(rendered, "final_video"))

    def bed_db(start_s: float) -> float:
        passage = sound[round(start_s * 48_000) :][:24_000]
        return 20 * math.log10(np.abs(np.fft.rfft(passage * np.hanning(24_000)))[148:153].max())

    assert bed_db(14.5) - bed_db(6) > 5
    assert not rendered.has_error


def test_a_part_of_a_clip_under_music_sounds_as_the_whole_does(tmp_path: Path) -> None:
    """Each stretch of a mix decodes what it needs, not ten minutes."""
    block = make_clip_block(talking_clip(tmp_path / "Talk.mp4", seconds=25), "slide 3")
    whole = decode_block(block)

    for stretch in plan_stretches([(10, block)], 1400):
        first, part = _heard_in(stretch, block, 10)

        begin, end = max(stretch.begin, 10), min(stretch.end, 10 + len(whole) // 1024)
        wanted = whole[(begin - 10) * 1024 : (end - 10) * 1024]
        assert np.array_equal(part[(begin - first) * 1024 :][: len(wanted)], wanted)


def test_a_clip_plays_between_packets_that_are_taken_over_from_a_film(workbench: Workbench) -> None:
    """The film's own format is that of all pictures beside it."""
    shades = [np.full((90, 160, 3), shade, np.uint8) for shade in (40, 120)]
    options = ["-preset", "veryfast", "-crf", "23", "-g", "30", "-colorspace", "bt709"]
    options += ["-vf", "scale=1920:1080:flags=neighbor:out_color_matrix=bt709"]
    film = write_film(workbench.folder / "film.mp4", deck_frames([Show(one, 2.0) for one in shades]), options=options)
    stretches = tuple(
        (f"{number}.0", Stretch(Fraction(start), Fraction(start), Fraction(start + 2)))
        for number, start in ((1, 0), (2, 2))
    )
    cut = FilmCut(workbench.bench.store.put_file(film, "video/mp4"), stretches)
    slides = [
        replace(
            make_picture(workbench, f"slide {number}", 40 * number), source_ref=f"{number}.0", duration_s=Fraction(2)
        )
        for number in (1, 2)
    ]
    played = replace(
        clip_segment(workbench, flashing_clip(workbench.folder / "Door.mp4")),
        source_ref="1.0.1",
        picture=slides[0].picture,
    )
    lesson = make_lesson([("Doors", [slides[0], played, slides[1]])])
    rendered = render(make_course(lesson), lesson, workbench.bench, film=cut)
    video = workbench.file(rendered, "final_video")
    frames, sound = frames_of(video), sound_of(video)

    sentences = {finding.check: finding.sentence for finding in rendered.findings}
    flash = np.flatnonzero(is_white(frames[:, 70:110, 180:270]))
    assert not rendered.has_error
    assert "were copied as they are" in sentences["film_packets"]
    assert sentences["film"] == "2 of 2 pictures are the film's own."
    assert abs(beep_s(sound, 2.6) - flash[0] * FRAME_S) <= FRAME_S
    assert np.abs(frames[20].astype(int) - 40).mean() < 6
    assert np.abs(frames[flash[-1] + 100].astype(int) - 120).mean() < 6


def broken(path: Path) -> Path:
    flashing_clip(path)
    path.write_bytes(path.read_bytes()[:4_000])
    return path


def sound_alone(path: Path) -> Path:
    run_ffmpeg("-f", "lavfi", "-i", "sine=duration=1", "-c:a", "aac", path)
    return path


def strange_sound(path: Path) -> Path:
    run_ffmpeg("-f", "lavfi", "-i", "testsrc2=size=64x36:duration=1", "-f", "lavfi", "-i", "sine=duration=1", "-c:a",
               "ac3", "-pix_fmt", "yuv420p", path)  # fmt: skip
    return path


@pytest.mark.parametrize("make", [broken, sound_alone, strange_sound])
def test_a_clip_that_cannot_be_played_names_its_segment(workbench: Workbench, make: object) -> None:
    segment = clip_segment(workbench, make(workbench.folder / "Bad.mp4"))  # type: ignore[operator]

    with pytest.raises(UnplayableClip, match="clip of scene 1") as refused:
        render_clip(workbench, segment)

    assert refused.value.code == "CC-0236"


def test_a_clip_longer_than_is_taken_is_refused(workbench: Workbench, monkeypatch: pytest.MonkeyPatch) -> None:
    film = silent_clip(workbench.folder / "Long.mp4", 2)
    sound = recording(workbench.folder / "Long.wav", 2)
    monkeypatch.setattr("coursecrafter.media.clips.LONGEST_CLIP_S", 1)
    monkeypatch.setattr(clip_sound, "LONGEST_CLIP_S", 1)
    monkeypatch.setattr(clip_parts, "LONGEST_CLIP_S", 1)

    with pytest.raises(UnplayableClip, match="longer than"):
        render_clip(workbench, clip_segment(workbench, film))
    with pytest.raises(UnplayableClip, match="longer than"):
        make_clip_block(sound, "slide 3", is_sound=True)


def test_a_recording_in_which_nothing_is_heard_is_refused(tmp_path: Path) -> None:
    run_ffmpeg("-f", "lavfi", "-i", "anullsrc=duration=1", tmp_path / "Hush.wav")

    with pytest.raises(UnplayableClip, match="Nothing can be heard in the recording of slide 3"):
        make_clip_block(tmp_path / "Hush.wav", "slide 3", is_sound=True)


def test_a_room_in_which_nobody_speaks_does_not_roar(tmp_path: Path) -> None:
    film = talking_clip(tmp_path / "Room.mp4", volume=0.005)

    block = make_clip_block(film, "slide 3")

    assert -45 < block.loudness_lufs < -30


def test_a_place_beside_the_slide_or_of_no_size_is_moved_onto_it(workbench: Workbench) -> None:
    film = flashing_clip(workbench.folder / "Door.mp4")
    rendered = render_clip(workbench, clip_segment(workbench, film, box=ClipBox(-0.2, 1.5, 0.5, 0.0)))

    frames = frames_of(workbench.file(rendered, "final_video"), 1920, 1080)[120:124]

    assert is_red(frames[:, 1065:1079, 466:490]).any()
