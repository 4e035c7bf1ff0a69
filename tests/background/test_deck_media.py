"""Films and recordings on slides, from upload to the lesson's video."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from uuid import UUID

import numpy as np
import pytest
import sqlalchemy as sa
from pptx.util import Inches

from background_shops import Shopfloor
from clips import flashing_clip, frames_of, recording, silent_clip
from coursecrafter.authoring.assets import versions_of
from coursecrafter.authoring.courses import read_course
from coursecrafter.authoring.hierarchy import change_lesson_status
from coursecrafter.authoring.plans import PlanLine, approve_plan, read_plan
from coursecrafter.authoring.segments import change_segment, delete_segment
from coursecrafter.authoring.slots import Slot
from coursecrafter.db.tables import cc_lessons
from coursecrafter.domain.clip import ClipPlayback
from coursecrafter.domain.course import Engine, SegmentContent
from coursecrafter.reading.provenance import read_provenance
from decks import Sketch, make_deck
from played_decks import add_film, playing

AUDIO_FILE = "{http://schemas.openxmlformats.org/drawingml/2006/main}audioFile"


def media_deck(path: Path, *, film: Path, bell: Path, broken: Path, left_in: float = 7) -> Path:
    def draw_films(slide: Any) -> None:
        slide.shapes.add_movie(str(film), *map(Inches, (left_in, 2, 5, 2.8125)))
        slide.shapes.add_movie(str(broken), *map(Inches, (0, 6, 1, 1)))

    def draw_sound(slide: Any) -> None:
        shape = slide.shapes.add_movie(str(bell), 0, 0, Inches(1), Inches(1))
        next(shape.element.iter("{*}videoFile")).tag = AUDIO_FILE

    sketches = [Sketch(title="Doors", draw=draw_films), Sketch(title="Bells", draw=draw_sound)]
    return make_deck(path, sketches, language="en")


@pytest.fixture(scope="module")
def media(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("media")
    broken = folder / "Old.wmv"
    broken.write_bytes(b"no film")
    return {"film": flashing_clip(folder / "Door.mp4"), "bell": recording(folder / "Bell.mp3"), "broken": broken}


def lesson_of(floor: Shopfloor, lesson_id: UUID) -> tuple[SegmentContent, ...]:
    course = floor.read(read_course, floor.store, floor.project_id, Engine.E1)
    return next(one for one in course.lessons if one.id == lesson_id).segments


def plan_of(floor: Shopfloor, lesson_id: UUID) -> list[PlanLine]:
    return list(floor.read(read_plan, lesson_id, Engine.E1))


def test_what_plays_on_a_slide_plays_in_the_video(floor: Shopfloor, media: dict[str, Path], tmp_path: Path) -> None:
    course = floor.course()
    lesson_id = course.lesson()
    course.upload(media_deck(tmp_path / "Media.pptx", **media), "pptx", lesson_id)

    course.ask("parse_ppt", lesson_id=lesson_id)
    plan = plan_of(course, lesson_id)
    job = course.rendered(Engine.E1, lesson_id)

    assert [(line.source_ref, line.source_type.value, line.text) for line in plan] == [
        ("1.0", "ppt_slide", "Doors"),
        ("1.0.1", "other_video", ""),
        ("2.0", "ppt_slide", "Bells"),
        ("2.0.1", "other_video", ""),
    ]
    assert all(line.picture_id for line in plan)
    (video,) = course.read(versions_of, Slot(course.project_id, "final_video", Engine.E1, lesson_id))
    assert video.id == job.result_asset_id
    course.store.copy_to(video.stored, tmp_path / "video.mp4")
    frames = frames_of(tmp_path / "video.mp4").astype(int)
    # 7 of 13.333 inches across, 2 of 7.5 down: the film stands at 168 to 288 and 48 to 115 of 320 x 180 pixels.
    inner = frames[:, 52:111, 172:284].reshape(len(frames), -1, 3).mean(axis=1)
    red = np.flatnonzero((inner[:, 0] > 180) & (inner[:, 1] < 80))
    assert len(red) > 60
    assert frames[red[10], 20:40, 20:300].mean() > 200  # the slide is white around it
    report = course.read(versions_of, Slot(course.project_id, "report_json", Engine.E1, lesson_id))[0].stored
    assert "“Old.wmv” is not played" in course.store.get_bytes(report).decode()


def test_a_deck_read_again_doubles_nothing_and_keeps_what_its_author_made(
    floor: Shopfloor, media: dict[str, Path], tmp_path: Path
) -> None:
    course = floor.course()
    lesson_id = course.lesson()
    course.upload(media_deck(tmp_path / "Media.pptx", **media), "pptx", lesson_id)
    course.ask("parse_ppt", lesson_id=lesson_id)
    before = plan_of(course, lesson_id)
    course.do(change_segment, before[1].segment_id, text="Watch the door.")
    course.do(delete_segment, before[3].segment_id)

    course.ask("parse_ppt", lesson_id=lesson_id)
    same = plan_of(course, lesson_id)
    course.upload(media_deck(tmp_path / "Moved.pptx", **media, left_in=1), "pptx", lesson_id)
    course.ask("parse_ppt", lesson_id=lesson_id)

    segment_id = before[1].segment_id
    (asset_id,) = (
        one.id
        for one in course.read(
            versions_of,
            Slot(course.project_id, "segment_clip", Engine.E1, lesson_id, before[1].scene_id, segment_id),
        )
    )
    for kind, subject, maker in (("segment", segment_id, "film"), ("asset", asset_id, "deck")):
        told = json.loads(course.read(read_provenance, course.store, kind, subject))
        assert (told["made_by"], told["sources"][0]["slide"]) == (maker, 1)
    assert [line.segment_id for line in same] == [line.segment_id for line in before[:3]]
    assert same[1].text == "Watch the door."
    clip = lesson_of(course, lesson_id)[1].clip
    assert [line.segment_id for line in plan_of(course, lesson_id)] == [line.segment_id for line in same]
    assert clip is not None
    assert clip.box is not None
    assert clip.box.left == pytest.approx(1 / 13.333, abs=1e-4)
    slot = Slot(course.project_id, "segment_clip", Engine.E1, lesson_id, before[1].scene_id, before[1].segment_id)
    assert len(course.read(versions_of, slot)) == 1


def test_another_film_takes_the_place_of_the_one_before(
    floor: Shopfloor, media: dict[str, Path], tmp_path: Path
) -> None:
    course = floor.course()
    lesson_id = course.lesson()
    course.upload(media_deck(tmp_path / "Media.pptx", **media), "pptx", lesson_id)
    course.ask("parse_ppt", lesson_id=lesson_id)
    other = silent_clip(tmp_path / "Window.mp4", 1)

    course.upload(media_deck(tmp_path / "Other.pptx", **{**media, "film": other}), "pptx", lesson_id)
    course.ask("parse_ppt", lesson_id=lesson_id)

    segments = lesson_of(course, lesson_id)
    assert [segment.clip.name if segment.clip else "" for segment in segments] == ["", "Window.mp4", "", "Bell.mp3"]
    assert segments[1].clip is not None
    assert course.store.get_bytes(segments[1].clip.stored) == other.read_bytes()


def test_a_film_that_is_trimmed_later_is_played_so_from_then_on(
    floor: Shopfloor, media: dict[str, Path], tmp_path: Path
) -> None:
    course = floor.course()
    lesson_id = course.lesson()
    draw = add_film(media["film"])
    found = []
    for name, drawn in (("Whole", draw), ("Part", playing(draw, trim={"st": "500"}, node='mute="1"')), ("Again", draw)):
        sketch = Sketch(title="Doors", draw=drawn)
        course.upload(make_deck(tmp_path / f"{name}.pptx", [sketch], language="en"), "pptx", lesson_id)
        course.ask("parse_ppt", lesson_id=lesson_id)
        clip = lesson_of(course, lesson_id)[1].clip
        assert clip is not None
        found.append(clip.playback)

    whole = ClipPlayback(fills_box=True)
    assert found == [whole, ClipPlayback(start_ms=500, is_muted=True, fills_box=True), whole]
    line = plan_of(course, lesson_id)[1]
    slot = Slot(course.project_id, "segment_clip", Engine.E1, lesson_id, line.scene_id, line.segment_id)
    assert len(course.read(versions_of, slot)) == 1


def test_a_lesson_is_no_longer_ready_once_a_film_of_it_is_trimmed(
    floor: Shopfloor, media: dict[str, Path], tmp_path: Path
) -> None:
    """Its words and pictures are the same, and stay approved."""
    course = floor.course()
    lesson_id = course.lesson()
    whole = make_deck(tmp_path / "Whole.pptx", [Sketch(title="Doors", draw=add_film(media["film"]))], language="en")
    trimmed = Sketch(title="Doors", draw=playing(add_film(media["film"]), trim={"st": "500"}))
    part = make_deck(tmp_path / "Part.pptx", [trimmed], language="en")
    course.upload(whole, "pptx", lesson_id)
    course.ask("parse_ppt", lesson_id=lesson_id)
    course.do(approve_plan, lesson_id, Engine.E1)
    course.do(change_lesson_status, lesson_id, "ready")

    seen = []
    for deck in (whole, part):
        course.upload(deck, "pptx", lesson_id)
        course.ask("parse_ppt", lesson_id=lesson_id)
        with floor.database.admin() as conn:
            status = conn.scalar(sa.select(cc_lessons.c.status).where(cc_lessons.c.id == lesson_id))
        seen.append((status, {line.status for line in plan_of(course, lesson_id)}))

    assert seen == [("ready", {"approved"}), ("in_design", {"approved"})]
