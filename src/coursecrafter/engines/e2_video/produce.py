"""From a lesson to everything its video is put together from, each piece a step."""

from __future__ import annotations

import hashlib
import io
import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from PIL import Image

from coursecrafter.domain.course import Course, Engine, LessonContent, SceneContent
from coursecrafter.domain.keys import content_key
from coursecrafter.domain.speech import Speech
from coursecrafter.domain.stored import StoredObject
from coursecrafter.engines.bench import Bench
from coursecrafter.engines.e2_video.legibility import Legibility, measure_text, narration_parts
from coursecrafter.engines.e2_video.logo import open_logo
from coursecrafter.engines.e2_video.paint import (
    PAINT_VERSION,
    Pixels,
    paint_background,
    paint_ground,
    paint_lettering,
    still_lettering,
)
from coursecrafter.engines.e2_video.palette import Palette, make_palette
from coursecrafter.engines.e2_video.run import lettering_key, paint_run
from coursecrafter.engines.e2_video.shots import Shot, plan_shots
from coursecrafter.engines.e2_video.templates import SceneLayout, SceneText, lay_out_scene
from coursecrafter.errors import VideoError
from coursecrafter.gateway.ports import ImageRequest, Purpose
from coursecrafter.gateway.speech_step import is_speakable, speak_texts
from coursecrafter.jobs.steps import Done, Produced, Step
from coursecrafter.media.codec import CODEC_VERSION
from coursecrafter.media.sound import BLOCK_VERSION, VoiceBlock, make_voice_block
from coursecrafter.media.still_video import CodedRun, Shown, encode_pictures, plan_coding
from coursecrafter.media.timeline import Timeline

IMAGE_SIZE_PX = 1080
RUN_VERSION = 1
IMAGE_STYLE = {"text_zone": "none"}
SILENCE = VoiceBlock((), 0, 0, 0, -math.inf)


class NothingToTell(VideoError):
    """A lesson has no script that a video could tell."""

    code = "CC-0230"
    status = 422
    remedy = "Write at least one segment of text for the lesson's video, and render again."


@dataclass(frozen=True, slots=True)
class Scene:
    """A scene with its layout and its illustration."""

    content: SceneContent
    layout: SceneLayout
    image: StoredObject
    still: StoredObject
    legibility: Legibility


@dataclass(frozen=True, slots=True)
class Film:
    """All parts of a video, before they are put together.

    Attributes:
        blocks, runs, shown: per shot its sound as stored, its coded pictures as stored, and how they are shown.
        legibility: of all texts, stills first.
    """

    scenes: tuple[Scene, ...]
    shots: tuple[Shot, ...]
    timeline: Timeline
    blocks: tuple[StoredObject | None, ...]
    runs: tuple[StoredObject, ...]
    shown: tuple[Shown, ...]
    legibility: tuple[Legibility, ...]


def produce(course: Course, lesson: LessonContent, bench: Bench) -> Film:
    """Speak, illustrate, paint and encode a lesson."""
    contents = [scene for scene in lesson.scenes if scene.segments]
    palette = make_palette(course.brand)
    layouts = [lay_out_scene(text, palette) for text in _scene_texts(course, lesson, contents)]
    segments = [segment for scene in contents for segment in scene.segments]
    if not segments:
        raise NothingToTell(f"The lesson “{lesson.title}” has no script for its video.")
    spoken = len({segment.text for segment in segments if is_speakable(segment.text)})
    bench.steps.expect(
        {
            "speech": spoken,
            "voice_block": spoken,
            "scene_image": sum(scene.illustration is None for scene in contents),
            "still": len(contents),
            "run": len(segments),
            "mux": 1,
        }
    )
    speeches = speak_texts(
        bench.steps,
        bench.store,
        bench.gateway,
        [segment.text for segment in segments],
        language=course.language,
        voice=course.voice,
        purpose=Purpose(course.id, lesson.id, Engine.E2, "speech"),
        label=lambda index: f"segment {index + 1}",
    )
    block_objects = _voice_blocks(bench, speeches)
    blocks = [VoiceBlock.from_bytes(bench.store.get_bytes(stored)) if stored else SILENCE for stored in block_objects]
    scenes = _illustrate(course, lesson, bench, contents, layouts, palette)
    scene_of = [index for index, scene in enumerate(contents) for _ in scene.segments]
    timeline, shots = plan_shots(segments, scene_of, layouts, speeches, blocks)
    runs = _encode(bench, scenes, shots)
    stored = [done.files["run"] for done in runs]
    shown = [
        Shown(CodedRun.from_bytes(bench.store.get_bytes(run)), shot.plan.holds_frames)
        for run, shot in zip(stored, shots, strict=True)
    ]
    legibility = [*(scene.legibility for scene in scenes), *(_read_measured(bench, done) for done in runs)]
    return Film(scenes, shots, timeline, tuple(block_objects), tuple(stored), tuple(shown), tuple(legibility))


def _scene_texts(course: Course, lesson: LessonContent, contents: Sequence[SceneContent]) -> list[SceneText]:
    return [
        SceneText(
            number=number,
            count=len(contents),
            heading=scene.title or lesson.title,
            eyebrow=course.name if number == 1 else lesson.title,
            texts=tuple(segment.text for segment in scene.segments),
            brand_name=course.brand.name,
            language=course.language,
        )
        for number, scene in enumerate(contents, 1)
    ]


def _voice_blocks(bench: Bench, speeches: Sequence[Speech | None]) -> list[StoredObject | None]:
    """Each voice made ready for the sound track; None for None."""
    wanted = [_voice_block_step(bench, speech) for speech in speeches if speech is not None]
    done = iter(bench.steps.run(wanted))
    return [next(done).files["block"] if speech else None for speech in speeches]


def _voice_block_step(bench: Bench, speech: Speech) -> Step:
    def make(folder: Path) -> Mapping[str, Produced]:
        path = folder / "voice.block"
        path.write_bytes(make_voice_block(bench.store.get_bytes(speech.sound)).to_bytes())
        return {"block": Produced(path, "application/octet-stream")}

    # The same key as in the narrated video: a text that both speak is made ready once.
    key = content_key("voice_block", BLOCK_VERSION, sound=speech.sound.sha256, codec=CODEC_VERSION)
    return Step("voice_block", key, make)


def _illustrate(
    course: Course,
    lesson: LessonContent,
    bench: Bench,
    contents: Sequence[SceneContent],
    layouts: Sequence[SceneLayout],
    palette: Palette,
) -> tuple[Scene, ...]:
    """An illustration, as its author chose it or drawn now, and a still picture for each scene."""
    purpose = Purpose(course.id, lesson.id, Engine.E2, "scene_image")
    # The prompt is the heading and nothing else: a word changed in the narration must not change the picture.
    image_steps = [
        _image_step(bench, layout.text.heading, palette, purpose)
        for content, layout in zip(contents, layouts, strict=True)
        if content.illustration is None
    ]
    drawn = iter(bench.steps.run(image_steps))
    images = [content.illustration or next(drawn).files["image"] for content in contents]
    logo = bench.store.get_bytes(course.brand.logo) if course.brand.logo else None
    still_steps = [_still_step(bench, layout, image, logo) for layout, image in zip(layouts, images, strict=True)]
    return tuple(
        Scene(content, layout, image, done.files["picture"], _read_measured(bench, done))
        for content, layout, image, done in zip(contents, layouts, images, bench.steps.run(still_steps), strict=True)
    )


def _image_step(bench: Bench, prompt: str, palette: Palette, purpose: Purpose) -> Step:
    request = ImageRequest(
        prompt=prompt,
        width_px=IMAGE_SIZE_PX,
        height_px=IMAGE_SIZE_PX,
        palette=palette.picture,
        seed=int(hashlib.sha256(prompt.encode("utf-8", "surrogatepass")).hexdigest()[:8], 16),
        style=IMAGE_STYLE,
    )

    def make(folder: Path) -> Mapping[str, Produced]:
        answer = bench.gateway.draw(request, purpose)
        path = folder / "image"
        path.write_bytes(answer.content)
        return {"image": Produced(path, answer.mime_type)}

    inputs = {**asdict(request), "palette": list(palette.picture), "identity": bench.gateway.image_identity()}
    return Step("scene_image", content_key("scene_image", 1, **inputs), make, prompt)


def _still_step(bench: Bench, layout: SceneLayout, image: StoredObject, logo: bytes | None) -> Step:
    def make(folder: Path) -> Mapping[str, Produced]:
        pixels = paint_background(layout, bench.store.get_bytes(image), open_logo(logo) if logo else None)
        parts = still_lettering(layout, has_logo=logo is not None)
        measured = _written(folder, measure_text(pixels, parts, layout.illustration))
        for part in parts:
            paint_lettering(pixels, part)
        path = folder / "still.png"
        Image.fromarray(pixels).save(path, compress_level=1)
        return {"picture": Produced(path, "image/png"), "measured": measured}

    key = content_key(
        "still",
        PAINT_VERSION,
        image=image.sha256,
        logo=hashlib.sha256(logo).hexdigest() if logo else None,
        lettering=[lettering_key(part) for part in layout.still],
        ground=asdict(layout.ground),
        template=layout.template,
        illustration=asdict(layout.illustration),
        place=[layout.text.number, layout.text.count],
    )
    return Step("still", key, make, f"scene {layout.text.number}")


def _encode(bench: Bench, scenes: Sequence[Scene], shots: Sequence[Shot]) -> list[Done]:
    """The coded pictures of each shot."""
    steps = []
    for shot in shots:
        before = scenes[shot.scene - 1].still if shot.place.enters_scene and shot.scene else None
        steps.append(_run_step(bench, shot, scenes[shot.scene], before))
    return bench.steps.run(steps)


def _run_step(bench: Bench, shot: Shot, scene: Scene, before: StoredObject | None) -> Step:
    idr = plan_coding(shot.plan.holds_frames)

    def make(folder: Path) -> Mapping[str, Produced]:
        own = _read_still(bench, scene.still)
        first = _read_still(bench, before) if before else paint_ground(shot.plan.ground)
        parts = [part for page in shot.plan.pages for part in narration_parts(page, shot.plan.ground)]
        measured = _written(folder, measure_text(own, parts, scene.layout.illustration))
        path = folder / "pictures.run"
        path.write_bytes(encode_pictures(paint_run(shot.plan, own, first), idr).to_bytes())
        return {"run": Produced(path, "application/octet-stream"), "measured": measured}

    key = content_key(
        "run",
        RUN_VERSION,
        codec=CODEC_VERSION,
        still=scene.still.sha256,
        before=before.sha256 if before else None,
        pictures=shot.plan.to_key(),
        idr=idr,
    )
    return Step("run", key, make, f"segment {shot.content.sequence}")


def _written(folder: Path, found: Legibility) -> Produced:
    path = folder / "measured.json"
    path.write_text(json.dumps(asdict(found)), encoding="utf-8")
    return Produced(path, "application/json")


def _read_measured(bench: Bench, done: Done) -> Legibility:
    return Legibility(**json.loads(bench.store.get_bytes(done.files["measured"])))


def _read_still(bench: Bench, still: StoredObject) -> Pixels:
    with Image.open(io.BytesIO(bench.store.get_bytes(still))) as picture:
        return np.array(picture.convert("RGB"))
