"""What an author chooses of a branded video: template, transition, shape, music, clip, another picture."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any
from uuid import UUID, uuid4

import pytest

from authored_course import AuthoredCourse, write_course
from coursecrafter.authoring.assets import delete_asset, versions_of
from coursecrafter.authoring.brand_choices import BrandChoice, choose_brand, choose_scene_template
from coursecrafter.authoring.context import SettingRefused, merge_settings
from coursecrafter.authoring.courses import read_course
from coursecrafter.authoring.history import undo_last
from coursecrafter.authoring.looks import NotMusic, read_look
from coursecrafter.authoring.ordering import PlaceRefused
from coursecrafter.authoring.places import scene_of_segment
from coursecrafter.authoring.plan_rows import NotInVideo
from coursecrafter.authoring.scene_clips import NotAClip, set_scene_clip
from coursecrafter.authoring.scene_images import (
    add_scene_images,
    ask_another_image,
    read_image_prompts,
    set_image_prompts,
)
from coursecrafter.authoring.scenes import create_scene
from coursecrafter.authoring.segments import create_clip_segment, create_segment
from coursecrafter.authoring.slots import Slot
from coursecrafter.authoring.sources import CLIP, MUSIC, PLAYED_CLIP, add_source, newest_source
from coursecrafter.authoring.voices import reject_voice_in_use
from coursecrafter.db.refusals import NotFound
from coursecrafter.db.session import Database
from coursecrafter.domain.clip import ClipBox
from coursecrafter.domain.course import Engine, SceneContent, SegmentContent, SourceType
from coursecrafter.domain.look import FrameSize, Look, Music, ScreenText, Shape, Transition
from coursecrafter.storage.objects import ObjectStore


@dataclasses.dataclass
class Desk:
    """A course with two scenes of a branded video, and its author's store."""

    database: Database
    course: AuthoredCourse
    store: ObjectStore

    @property
    def lesson_id(self) -> UUID:
        return self.course.lessons[0]

    def do(self, verb: Callable[..., Any], *arguments: Any, **named: Any) -> Any:
        with self.database.app(self.course.identity) as conn:
            return verb(conn, self.course.author, *arguments, **named)

    def read(self, reader: Callable[..., Any], *arguments: Any) -> Any:
        with self.database.app(self.course.identity) as conn:
            return reader(conn, *arguments)

    def look(self, **settings: Any) -> Look:
        look = self.read(read_look, self.store, self.course.project_id, self.lesson_id, settings)
        assert isinstance(look, Look)
        return look

    def lesson_scenes(self) -> tuple[SceneContent, ...]:
        course = self.read(read_course, self.store, self.course.project_id, Engine.E2)
        scenes: tuple[SceneContent, ...] = next(iter(course.lessons)).scenes
        return scenes

    def scene(self, place: int) -> SceneContent:
        return next(one for one in self.lesson_scenes() if one.id == self.course.scenes[place])

    def segment(self, segment_id: UUID) -> SegmentContent:
        course = self.read(read_course, self.store, self.course.project_id, Engine.E1)
        return next(one for lesson in course.lessons for one in lesson.segments if one.id == segment_id)

    def upload(self, content: bytes, file_type: str, purpose: str) -> UUID:
        kept = self.store.put_bytes(content, "application/octet-stream")
        told = {"file_type": file_type, "purpose": purpose, "name": "file"}
        source_id = self.do(add_source, self.course.project_id, kept, lesson_id=self.lesson_id, **told)
        assert isinstance(source_id, UUID)
        return source_id


@pytest.fixture(scope="module")
def desk(database: Database, tmp_path_factory: pytest.TempPathFactory) -> Desk:
    course = write_course(database, "looks")
    store = ObjectStore(str(tmp_path_factory.mktemp("store")), course.author.org_id)
    desk = Desk(database, course, store)
    for scene_id in course.scenes:
        desk.do(create_segment, scene_id, Engine.E2, text="Keep the door shut.")
    return desk


def test_a_lesson_of_which_nothing_was_said_has_the_plain_look(desk: Desk) -> None:
    assert desk.look() == Look()


def test_a_render_goes_before_the_course_and_the_course_before_what_is_usual(desk: Desk) -> None:
    effects = {"transition": "zoom", "text": "sentence", "shape": "1x1", "timing": "manual"}
    desk.do(merge_settings, desk.course.project_id, {"effects": effects})

    look = desk.look(transition="none", short_side_px=2160)
    desk.do(merge_settings, desk.course.project_id, {"effects": None})

    assert (look.transition, look.text) == (Transition.NONE, ScreenText.SENTENCE)
    assert look.size == FrameSize(Shape.SQUARE, 2160)
    assert (look.size.width_px, look.size.height_px) == (2160, 2160)


@pytest.mark.parametrize(
    ("shape", "size_px"), [(Shape.WIDE, (1920, 1080)), (Shape.TALL, (1080, 1920)), (Shape.SQUARE, (1080, 1080))]
)
def test_each_shape_has_its_size(shape: Shape, size_px: tuple[int, int]) -> None:
    size = FrameSize(shape)

    assert (size.width_px, size.height_px) == size_px


def test_an_unknown_shape_is_refused(desk: Desk) -> None:
    with pytest.raises(SettingRefused, match="16x9, 9x16 or 1x1"):
        desk.do(merge_settings, desk.course.project_id, {"effects": {"shape": "4x3"}})


def test_a_scene_goes_its_own_way_until_its_author_takes_that_back(desk: Desk) -> None:
    scene_id = desk.course.scenes[1]
    desk.do(choose_brand, desk.store, desk.lesson_id, BrandChoice(None, "bold"))
    desk.do(choose_scene_template, desk.store, desk.lesson_id, scene_id, "calm")

    chosen = desk.look()
    desk.do(choose_scene_template, desk.store, desk.lesson_id, scene_id, None)

    assert (chosen.template, chosen.scene_templates) == ("bold", {scene_id: "calm"})
    assert desk.look().scene_templates == {}


def test_a_scene_of_another_lesson_is_no_scene_of_this_one(desk: Desk) -> None:
    other = desk.course.lessons[1]

    for verb, last in ((choose_scene_template, "bold"), (set_scene_clip, uuid4())):
        given = (desk.store,) if verb is choose_scene_template else ()
        with pytest.raises(NotFound):
            desk.do(verb, *given, other, desk.course.scenes[0], last)
    with pytest.raises(NotFound):
        desk.do(ask_another_image, desk.store, other, desk.course.scenes[0])


def test_music_is_a_recording_of_the_course(desk: Desk) -> None:
    song = desk.upload(b"song", "audio", MUSIC)
    deck = desk.upload(b"deck", "pptx", "engine1_ppt")

    look = desk.look(music_source_id=str(song), music_level_db=-20)

    assert look.music is not None
    assert (desk.store.get_bytes(look.music.sound), look.music.level_db) == (b"song", -20.0)
    assert desk.look(music_source_id=str(song)).music == Music(look.music.sound, -14.0)
    with pytest.raises(NotMusic):
        desk.look(music_source_id=str(deck))
    with pytest.raises(NotFound):
        desk.look(music_source_id=str(uuid4()))


def test_a_clip_stands_in_its_scene_and_is_no_film_of_the_deck(desk: Desk) -> None:
    clip, picture = desk.upload(b"clip", "mp4", CLIP), desk.upload(b"picture", "image", "engine2_reference")

    version = desk.do(set_scene_clip, desk.lesson_id, desk.course.scenes[0], clip)
    shown = desk.scene(0).clip
    desk.do(delete_asset, version.id)

    assert shown is not None
    assert desk.store.get_bytes(shown) == b"clip"
    assert desk.scene(0).clip is None
    assert desk.read(newest_source, desk.course.project_id, desk.lesson_id, "mp4") is None
    with pytest.raises(NotAClip):
        desk.do(set_scene_clip, desk.lesson_id, desk.course.scenes[0], picture)


def test_a_film_plays_in_a_segments_place_and_is_no_film_of_the_deck(desk: Desk) -> None:
    film = desk.upload(b"played", "mp4", PLAYED_CLIP)
    scene_id, box = desk.course.scenes[0], ClipBox(0.5, 0.25, 0.4, 0.5)
    placed = desk.do(create_clip_segment, scene_id, source_id=film, intro="Watch.", box=box)
    whole = desk.do(create_clip_segment, scene_id, source_id=film, position=1)

    first, second = (desk.segment(one) for one in (placed, whole))

    assert (first.text, first.source_type) == ("Watch.", SourceType.OTHER_VIDEO)
    assert first.clip is not None
    assert (desk.store.get_bytes(first.clip.stored), first.clip.box, first.clip.name) == (b"played", box, "file")
    assert second.clip is not None
    assert (second.text, second.clip.box) == ("", None)
    assert desk.read(newest_source, desk.course.project_id, desk.lesson_id, "mp4") is None
    assert all(one.clip is None for scene in desk.lesson_scenes() for one in scene.segments)


def test_what_is_no_film_of_the_course_plays_nowhere(desk: Desk) -> None:
    picture = desk.upload(b"still", "image", "engine2_reference")
    scene_id = desk.course.scenes[0]

    with pytest.raises(NotAClip):
        desk.do(create_clip_segment, scene_id, source_id=picture)
    with pytest.raises(NotFound):
        desk.do(create_clip_segment, scene_id, source_id=uuid4())
    with pytest.raises(PlaceRefused):
        desk.do(create_clip_segment, scene_id, source_id=desk.upload(b"late", "mp4", PLAYED_CLIP), position=99)


def test_another_picture_is_asked_for_without_losing_the_one_that_stood(desk: Desk) -> None:
    scene_id = desk.course.scenes[0]
    slot = Slot(desk.course.project_id, "scene_image", Engine.E2, desk.lesson_id, scene_id)
    desk.do(set_image_prompts, desk.store, desk.lesson_id, {scene_id: "A red door"})
    image = desk.store.put_bytes(b"picture", "image/png")
    desk.do(add_scene_images, desk.lesson_id, scene_id, [(image, {})])
    before = desk.scene(0)

    desk.do(ask_another_image, desk.store, desk.lesson_id, scene_id)
    once = desk.scene(0)
    desk.do(ask_another_image, desk.store, desk.lesson_id, scene_id)

    assert (before.illustration, before.image_prompt, before.image_take) == (image, "A red door", 0)
    assert (once.illustration, once.image_prompt, once.image_take) == (None, "A red door", 1)
    assert desk.scene(0).image_take == 2
    assert [one.is_active for one in desk.read(versions_of, slot)] == [False]
    assert desk.scene(1).image_take == 0


def test_a_segment_of_another_engines_video_is_not_made_anew(desk: Desk) -> None:
    """It was answered as done, and the next render made nothing."""
    narrated = desk.do(create_segment, desk.course.scenes[0], Engine.E1, text="Open the door.")

    with pytest.raises(NotInVideo):
        desk.do(reject_voice_in_use, desk.lesson_id, narrated, Engine.E2)
    with pytest.raises(NotInVideo):
        desk.read(scene_of_segment, desk.lesson_id, narrated, Engine.E2)
    assert desk.read(scene_of_segment, desk.lesson_id, narrated, Engine.E1) == desk.course.scenes[0]


def test_who_drew_a_chosen_picture_is_known(desk: Desk) -> None:
    """A video's credentials name it: chosen by a person is not made by one."""
    drawn, brought = (desk.store.put_bytes(content, "image/png") for content in (b"drawn", b"brought"))
    scenes = [desk.do(create_scene, desk.lesson_id, title="Chosen") for _ in range(2)]
    for scene_id, image, told in zip(
        scenes, (drawn, brought), ({"provider": "Studio", "model": "painter"}, {}), strict=True
    ):
        desk.do(create_segment, scene_id, Engine.E2, text="Keep it shut.")
        desk.do(add_scene_images, desk.lesson_id, scene_id, [(image, told)])

    found = {one.id: one for one in desk.lesson_scenes()}
    assert [found[scene_id].illustration_by for scene_id in scenes] == [("Studio", "painter"), None]


def test_asking_for_another_picture_is_undone(desk: Desk) -> None:
    scene_id = desk.course.scenes[1]
    image = desk.store.put_bytes(b"another picture", "image/png")
    desk.do(add_scene_images, desk.lesson_id, scene_id, [(image, {})])

    desk.do(ask_another_image, desk.store, desk.lesson_id, scene_id)
    desk.do(undo_last, desk.course.project_id)

    assert (desk.scene(1).illustration, desk.scene(1).image_take) == (image, 0)
    assert scene_id not in desk.read(read_image_prompts, desk.store, desk.lesson_id)
