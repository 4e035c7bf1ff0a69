"""How a video looks and moves, as its author chose it: templates, shapes, transitions, text, clips, previews."""

from __future__ import annotations

import io
import json
import subprocess
from dataclasses import dataclass, replace
from pathlib import Path
from uuid import UUID

import numpy as np
import pytest
from PIL import Image

from branded_films import SCENES, Studio, make_course, make_lesson, open_studio
from coursecrafter.domain.course import Backdrop, Brand, Course, LessonContent
from coursecrafter.domain.look import FrameSize, Look, ScreenText, Shape, Transition
from coursecrafter.domain.output import Rendered
from coursecrafter.engines.e2_video.engine import preview, preview_template, render, templates_for
from coursecrafter.engines.e2_video.origins import credentials_of
from coursecrafter.engines.e2_video.paint import mark_box
from coursecrafter.engines.e2_video.palette import make_palette
from coursecrafter.engines.e2_video.produce import Film, NothingToTell, produce
from coursecrafter.engines.e2_video.stages import Side
from coursecrafter.engines.e2_video.templates import UnknownTemplate, template_named
from coursecrafter.media.clips import UnplayableClip
from coursecrafter.media.credentials import Origin, Source

SMALL_PX = 360
CLIP_SCENE = UUID(int=200)
CLIP_FRAMES = 24


def frames_of(video: Path, width: int, height: int) -> np.ndarray:
    """All pictures of a video: N x height x width x 3."""
    run = subprocess.run(
        ["ffmpeg", "-v", "error", "-xerror", "-i", video, "-f", "rawvideo", "-pix_fmt", "rgb24", "-"],
        capture_output=True, check=True, timeout=120,
    )  # fmt: skip
    return np.frombuffer(run.stdout, np.uint8).reshape(-1, height, width, 3)


def packet_sizes(video: Path) -> list[int]:
    run = subprocess.run(
        ["ffprobe", "-v", "error", "-select_streams", "v:0", "-show_entries", "packet=size", "-of", "csv=p=0", video],
        capture_output=True, check=True, timeout=60, text=True,
    )  # fmt: skip
    return [int(line.strip(",")) for line in run.stdout.split()]


def make_clip(path: Path) -> Path:
    """0.8 s of a picture that moves, 25 a second, with a loud tone."""
    subprocess.run(
        ["ffmpeg", "-v", "error", "-f", "lavfi", "-i", "testsrc2=size=320x180:rate=25:duration=0.8", "-f", "lavfi",
         "-i", "sine=frequency=440:duration=0.8", "-pix_fmt", "yuv420p", "-c:v", "libx264", path],
        check=True, timeout=60,
    )  # fmt: skip
    return path


@dataclass(frozen=True)
class Tall:
    """A tall video with a clip, in one template but for one scene."""

    studio: Studio
    course: Course
    lesson: LessonContent
    look: Look
    rendered: Rendered
    film: Film
    frames: np.ndarray


@pytest.fixture(scope="module")
def tall(tmp_path_factory: pytest.TempPathFactory) -> Tall:
    folder = tmp_path_factory.mktemp("tall")
    studio = open_studio(folder)
    stored = studio.bench.store.put_file(make_clip(folder / "clip.mp4"), "video/mp4")
    lesson = make_lesson(SCENES)
    lesson = replace(
        lesson, scenes=tuple(replace(one, clip=stored) if one.id == CLIP_SCENE else one for one in lesson.scenes)
    )
    lesson = replace(lesson, scenes=(*lesson.scenes[:2], replace(lesson.scenes[2], image_prompt="A hand that waves")))
    look = Look(
        FrameSize(Shape.TALL, SMALL_PX), "editorial", {UUID(int=300): "bold"}, Transition.SLIDE, ScreenText.SENTENCE
    )
    course = make_course(lesson)
    course = replace(course, brand=replace(course.brand, profile_id=UUID(int=8)))
    rendered = render(course, lesson, studio.bench, look)
    film = produce(course, lesson, studio.bench, look)
    video = studio.file(rendered, "final_video_9x16")
    return Tall(studio, course, lesson, look, rendered, film, frames_of(video, SMALL_PX, 640))


def test_a_tall_video_is_tall_and_whole(tall: Tall) -> None:
    assert not tall.rendered.has_error
    assert len(tall.frames) == tall.film.timeline.video_frames
    metadata = tall.rendered.outputs[0].metadata
    assert (metadata["width"], metadata["height"], metadata["shape"]) == (360, 640, "9x16")


def test_roles_of_another_shape_never_take_the_place_of_the_wide_ones(tall: Tall) -> None:
    roles = {output.role for output in tall.rendered.outputs}

    assert {role for role in roles if not role.endswith("_9x16")} == {"hero_image"}
    with Image.open(tall.studio.file(tall.rendered, "poster_9x16")) as poster:
        assert poster.size == (360, 640)


def test_the_sidecar_names_brand_template_and_shape(tall: Tall) -> None:
    sidecar = json.loads(tall.studio.file(tall.rendered, "sidecar_json_9x16").read_text())

    assert (sidecar["shape"], sidecar["template_id"]) == ("9x16", "editorial")
    assert sidecar["brand_profile_id"] == str(UUID(int=8))
    assert [scene["template"] for scene in sidecar["templates"]] == ["editorial", "editorial", "bold"]


def test_size_and_prompt_are_those_of_the_picture_that_was_drawn(tall: Tall) -> None:
    images = {one.scene_id: one for one in tall.rendered.outputs if one.role == "hero_image"}
    drawn = images[UUID(int=300)].metadata

    assert (drawn["width"], drawn["height"], drawn["prompt"]) == (1080, 1080, "A hand that waves")
    assert "width" not in images[CLIP_SCENE].metadata


def test_only_pictures_that_differ_are_coded(tall: Tall) -> None:
    sizes = packet_sizes(tall.studio.file(tall.rendered, "final_video_9x16"))

    coded = sum(len(run.run.pictures) for run in tall.film.shown)
    repeated_idrs = len(sizes) // 150 + len(tall.film.shots)
    assert sum(size > 100 for size in sizes) <= coded + repeated_idrs
    assert coded < len(sizes) / 2


def test_a_clip_plays_where_the_illustration_is_and_stands_still_at_its_end(tall: Tall) -> None:
    scene = next(scene for scene in tall.film.scenes if scene.content.id == CLIP_SCENE)
    box, shots = scene.layout.illustration, [shot for shot in tall.film.shots if shot.content.id.int // 100 == 2]
    first = shots[0].place.first_frame + 12
    inner = tall.frames[:, box.y + 10 : box.bottom - 10, box.x + 10 : box.right - 10].astype(np.int16)

    moved = [np.abs(inner[at + 1] - inner[at]).mean() for at in range(first, shots[-1].place.end_frame - 1)]

    assert scene.clip is not None
    assert scene.clip.clip.frames == CLIP_FRAMES
    assert sum(change > 0.3 for change in moved[:CLIP_FRAMES]) >= 18
    assert max(moved[CLIP_FRAMES + 2 :]) < 1.5  # a key frame is coded anew
    assert all(image.role != "hero_image" or image.object != scene.clip.stored for image in tall.rendered.outputs)


def test_a_slide_moves_the_next_scene_in_from_below(tall: Tall) -> None:
    shot = tall.film.shots[1]
    at, states = shot.place.first_frame + 5, shot.plan.states
    moved = 640 * states[5].still // 256
    whole = tall.frames[shot.place.first_frame + 12].astype(np.int16)

    apart = np.abs(tall.frames[at][640 - moved :].astype(np.int16) - whole[:moved]).mean()

    assert 0 < moved < 640
    assert apart < 4


def test_one_scene_alone_reuses_its_voice_and_plays_at_once(tall: Tall) -> None:
    runner = tall.studio.runner
    runner.made.clear()

    shown = preview(tall.course, tall.lesson, CLIP_SCENE, tall.studio.bench, tall.look, short_side_px=180)

    assert set(runner.made) == {"still", "run", "mux"}
    assert shown.outputs[0].metadata["width"] == 180
    assert len(shown.voices) == 2
    assert not shown.has_error
    assert len(frames_of(tall.studio.file(shown, "final_video_9x16"), 180, 320)) < len(tall.frames) / 1.5


def test_a_model_s_picture_is_named_as_one_also_where_its_author_chose_it(tall: Tall) -> None:
    """The video's signed note would else say that a person made it; what a clip covers is not seen."""
    chosen = [
        replace(one, illustration=tall.film.scenes[2].image, illustration_by=("Studio", "painter"))
        for one in tall.lesson.scenes
    ]
    lesson = replace(tall.lesson, scenes=tuple(chosen))

    films = [produce(tall.course, lesson, tall.studio.bench, tall.look, one.id) for one in chosen[1:]]
    pictures = [credentials_of(tall.course, lesson, film).origins[1] for film in films]

    assert pictures == [Origin("pictures", Source.PERSON), Origin("pictures", Source.MODEL, "Studio painter")]


def test_a_scene_that_is_not_there_says_nothing(tall: Tall) -> None:
    with pytest.raises(NothingToTell):
        preview(tall.course, tall.lesson, UUID(int=9), tall.studio.bench)


def test_a_clip_that_is_no_film_is_refused(tall: Tall) -> None:
    stored = tall.studio.bench.store.put_bytes(b"no film at all", "video/mp4")
    scenes = (replace(tall.lesson.scenes[0], clip=stored),)

    with pytest.raises(UnplayableClip, match="cannot be played") as refused:
        render(tall.course, replace(tall.lesson, scenes=scenes), tall.studio.bench)
    assert refused.value.detail == "CC-0205"


ISOLATED = "Bread. Butter. Garden. Dinner. Doctor."


@pytest.mark.parametrize("template", ["panel", "editorial"])
def test_a_word_lights_up_within_80_ms_of_the_sound_of_it(template: str, studio: Studio) -> None:
    """Judged by the finished file alone: what is seen in its pictures, what is heard in its sound."""
    lesson = make_lesson([("Words", (ISOLATED,))])
    look = Look(FrameSize(Shape.WIDE, SMALL_PX), template, transition=Transition.NONE)
    course = make_course(lesson)
    video = studio.file(render(course, lesson, studio.bench, look), "final_video")
    page = produce(course, lesson, studio.bench, look).shots[0].plan.pages[0]
    palette = make_palette(course.brand)
    ground = palette.paper if template == "editorial" else palette.brand
    frames = frames_of(video, 640, SMALL_PX)

    lit_s = []
    for word in page.words:
        box = mark_box(word, page.face, ground.mark_style)
        row = box.y + (1 if box.height < 8 else 2)
        strip = frames[:, row, box.x + 6 : box.right - 6].astype(np.int16)
        is_lit = np.abs(strip - np.array(ground.mark, np.int16)).mean(axis=(1, 2)) < 40
        lit_s.append(int(np.argmax(is_lit)) / 30)

    heard_s = onsets_s(video)
    assert len(heard_s) == len(lit_s) == 5
    assert max(abs(lit - heard) for lit, heard in zip(lit_s, heard_s, strict=True)) <= 0.08


def onsets_s(video: Path) -> list[float]:
    """When a sound begins after at least 0.15 s of silence, in seconds."""
    run = subprocess.run(
        ["ffmpeg", "-v", "error", "-i", video, "-f", "f32le", "-ac", "1", "-ar", "48000", "-"],
        capture_output=True, check=True, timeout=60,
    )  # fmt: skip
    sound = np.frombuffer(run.stdout, np.float32)
    hop = 240
    level = np.sqrt((sound[: len(sound) // hop * hop].reshape(-1, hop) ** 2).mean(axis=1))
    is_loud = level > level.max() * 0.05
    onsets, quiet = [], 30
    for index, loud in enumerate(is_loud):
        if loud and quiet >= 30:
            onsets.append(index * hop / 48_000)
        quiet = 0 if loud else quiet + 1
    return onsets


def test_three_templates_are_proposed_and_the_tone_chooses_the_first() -> None:
    def names(**wishes: str) -> list[str]:
        return [template.name for template in templates_for(Brand("Acme", **wishes))]

    assert names() == names(tone="corporate") == ["panel", "bold", "editorial"]
    assert names(tone="Academic and calm") == ["editorial", "panel", "bold"]
    assert names(tone="energetic") == ["bold", "panel", "editorial"]


def test_the_backdrop_of_its_own_slides_goes_before_all() -> None:
    brand = Brand("Acme", backdrop=Backdrop("#112233", "#445566"))

    assert [template.name for template in templates_for(brand)] == ["house", "panel", "bold"]


def test_layout_and_type_of_a_brand_are_kept() -> None:
    plain, left, right = (
        template_named("panel", Brand("Acme", layout=wish))
        for wish in (None, "left_text_right_image", "image_left_text_right")
    )
    unclear = template_named("bold", Brand("Acme", layout="left right"))
    plainer = template_named("bold", Brand("Acme", layout="text"))
    serif = template_named("panel", Brand("Acme", font="Literata"))
    mixed = template_named("editorial", Brand("Acme", heading_font="Inter", font="Comic Sans", layout="alternating"))

    assert (plain.side, left.side, right.side) == (Side.ALTERNATING, Side.LEFT, Side.RIGHT)
    assert unclear.side == plainer.side == Side.START
    assert (serif.heading_family, serif.family, serif.heading_tracking_em) == ("Literata", "Literata", 0.0)
    assert (mixed.heading_family, mixed.family, mixed.side) == ("Inter", "Literata", Side.ALTERNATING)


def test_a_template_that_nobody_proposed_is_refused() -> None:
    with pytest.raises(UnknownTemplate, match="“baroque”"):
        template_named("baroque", Brand("Acme"))


@pytest.mark.parametrize("shape", Shape)
def test_templates_look_different_on_their_sample_sheets(shape: Shape, studio: Studio) -> None:
    logo = b'<svg xmlns="http://www.w3.org/2000/svg" width="4" height="1"><path d="M0 0h4v1h-4z" fill="#fff"/></svg>'
    picture = io.BytesIO()
    Image.new("RGB", (32, 32), (90, 20, 60)).save(picture, "PNG")
    store = studio.bench.store
    brand = Brand(
        "Acme",
        logo=store.put_bytes(logo, "image/svg+xml"),
        backdrop=Backdrop("#112233", "#445566", store.put_bytes(picture.getvalue(), "image/png")),
    )
    size = FrameSize(shape, 180)

    sheets = []
    for name in ("panel", "bold", "editorial", "house"):
        with Image.open(io.BytesIO(preview_template(name, brand, size, studio.bench))) as sheet:
            sheets.append(np.asarray(sheet.convert("RGB")).astype(np.int16))

    height, width = sheets[0].shape[:2]
    assert (width > 3 * size.width_px, height > 3 * size.height_px) == (shape is not Shape.WIDE, shape is Shape.WIDE)
    assert min(np.abs(one - other).mean() for i, one in enumerate(sheets) for other in sheets[i + 1 :]) > 8
    assert (np.abs(sheets[3] - np.array((90, 20, 60))).max(axis=2) < 6).mean() > 0.1
