"""From a lesson to everything its video is put together from, each piece a step."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from coursecrafter.domain.course import Brand, Course, Engine, LessonContent, SceneContent
from coursecrafter.domain.look import Look
from coursecrafter.domain.speech import Speech
from coursecrafter.domain.stored import StoredObject
from coursecrafter.engines.bench import Bench
from coursecrafter.engines.e2_video.layout import SceneLayout, SceneText, lay_out_scene
from coursecrafter.engines.e2_video.legibility import Legibility
from coursecrafter.engines.e2_video.palette import make_palette
from coursecrafter.engines.e2_video.pictures import HouseFiles, Scene, encode_shots, paint_stills, read_clips
from coursecrafter.engines.e2_video.shots import Shot, plan_shots
from coursecrafter.engines.e2_video.sketches import scene_sketch
from coursecrafter.engines.e2_video.templates import Template, is_template, template_named
from coursecrafter.engines.kept import read_block, read_run
from coursecrafter.engines.soundtrack import voice_block_step
from coursecrafter.errors import VideoError
from coursecrafter.gateway.image_step import Picture
from coursecrafter.gateway.ports import ImageRequest, Purpose
from coursecrafter.gateway.sketches import Sketch
from coursecrafter.gateway.speech_step import is_speakable, speak_texts
from coursecrafter.media.sound import VoiceBlock
from coursecrafter.media.still_video import Shown
from coursecrafter.media.timeline import Timeline

IMAGE_SIZE_PX = 1080
IMAGE_STYLE = {"text_zone": "none"}
SILENCE = VoiceBlock((), 0, 0, 0, -math.inf)


class NothingToTell(VideoError):
    """A lesson has no script that a video could tell."""

    code = "CC-0230"
    status = 422
    remedy = "Write at least one segment of text for the lesson's video, and render again."


@dataclass(frozen=True, slots=True)
class Film:
    """All parts of a video, before they are put together.

    Attributes:
        look: how it looks and moves.
        voices: per shot its sound as stored, "block" and "heard"; nothing for silence.
        runs, shown: per shot its coded pictures as stored, and how they are shown.
        legibility: of all texts, stills first.
    """

    look: Look
    scenes: tuple[Scene, ...]
    shots: tuple[Shot, ...]
    timeline: Timeline
    voices: tuple[Mapping[str, StoredObject], ...]
    runs: tuple[StoredObject, ...]
    shown: tuple[Shown, ...]
    legibility: tuple[Legibility, ...]


def produce(course: Course, lesson: LessonContent, bench: Bench, look: Look, only: UUID | None = None) -> Film:
    """Speak, illustrate, paint and encode a lesson.

    Args:
        look: how it looks and moves.
        only: the one scene that is made; None: all of them.
    """
    contents, layouts = _laid_out(course, lesson, look, only)
    segments = [segment for scene in contents for segment in scene.segments]
    if not segments:
        raise NothingToTell(f"The lesson “{lesson.title}” has no script for its video.")
    spoken = len({segment.text for segment in segments if is_speakable(segment.text)})
    bench.steps.expect(
        {
            "speech": spoken,
            "voice_block": spoken,
            "scene_image": sum(is_to_be_drawn(scene) for scene in contents),
            "scene_clip": len({scene.clip.sha256 for scene in contents if scene.clip}),
            "still": len(contents),
            "run": len(segments),
            "mux": 1,
            # Asked now: a key that cannot be used ends a render at its start.
            **({"sign": 1} if bench.signing() else {}),
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
        takes=[segment.takes for segment in segments],
    )
    voices = _voice_blocks(bench, speeches)
    blocks = [read_block(bench, voice["block"]) if voice else SILENCE for voice in voices]
    house = HouseFiles.of(course.brand, bench)
    scenes = _illustrate(course, lesson, bench, contents, layouts, house)
    scene_of = [index for index, scene in enumerate(contents) for _ in scene.segments]
    clip_frames = [scene.clip.clip.frames if scene.clip else None for scene in scenes]
    timeline, shots = plan_shots(segments, scene_of, layouts, speeches, blocks, look, clip_frames)
    runs, measured = encode_shots(bench, scenes, shots, house)
    shown = [Shown(read_run(bench, run), shot.plan.holds_frames) for run, shot in zip(runs, shots, strict=True)]
    legibility = [*(scene.legibility for scene in scenes), *measured]
    return Film(look, scenes, shots, timeline, tuple(voices), tuple(runs), tuple(shown), tuple(legibility))


def look_at_scenes(course: Course, lesson: LessonContent, bench: Bench, look: Look) -> None:
    """Ask for a lesson's illustrations and still pictures alone."""
    contents, layouts = _laid_out(course, lesson, look, None)
    _illustrate(course, lesson, bench, contents, layouts, HouseFiles.of(course.brand, bench))


def asked_pictures(course: Course, lesson: LessonContent, look: Look) -> list[ImageRequest]:
    """What a render asks for: an illustration for each scene that says something and whose author chose none."""
    return _picture_requests(course, lesson, *_laid_out(course, lesson, look, None))


def _laid_out(
    course: Course, lesson: LessonContent, look: Look, only: UUID | None
) -> tuple[list[SceneContent], list[SceneLayout]]:
    """The scenes that say something, each in its template; only one of them where only one is made."""
    told = [scene for scene in lesson.scenes if scene.segments]
    palette = make_palette(course.brand)
    laid_out = [
        (scene, lay_out_scene(text, palette, _template(look, scene, course.brand), look.size))
        for scene, text in zip(told, _scene_texts(course, lesson, told), strict=True)
        if only in {None, scene.id}
    ]
    return [scene for scene, _ in laid_out], [layout for _, layout in laid_out]


def is_to_be_drawn(scene: SceneContent) -> bool:
    """Whether a scene's illustration is asked of a model: its author chose neither a picture nor a clip."""
    return scene.illustration is None and scene.clip is None


def _template(look: Look, scene: SceneContent, brand: Brand) -> Template:
    """The scene's own, else its lesson's, else the brand's first; one that there is no more counts as none."""
    return template_named(next((one for one in _chosen(look, scene) if is_template(one)), None), brand)


def gone_templates(look: Look, scenes: Sequence[SceneContent]) -> dict[str, None]:
    """The names of templates that were chosen and that there are no more, in the scenes' order."""
    return dict.fromkeys(one for scene in scenes for one in _chosen(look, scene) if not is_template(one))


def _chosen(look: Look, scene: SceneContent) -> list[str]:
    return [one for one in (look.scene_templates.get(scene.id), look.template) if one is not None]


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


def _voice_blocks(bench: Bench, speeches: Sequence[Speech | None]) -> list[Mapping[str, StoredObject]]:
    """Each voice made ready for the sound track, as stored; nothing for None."""
    wanted = [voice_block_step(bench, speech.sound) for speech in speeches if speech is not None]
    done = iter(bench.steps.run(wanted))
    return [next(done).files if speech else {} for speech in speeches]


def _illustrate(
    course: Course,
    lesson: LessonContent,
    bench: Bench,
    contents: Sequence[SceneContent],
    layouts: Sequence[SceneLayout],
    house: HouseFiles,
) -> tuple[Scene, ...]:
    """An illustration, as its author chose it or drawn now, and a still picture for each scene."""
    purpose = Purpose(course.id, lesson.id, Engine.E2, "scene_image")
    drawn = iter(bench.draw(_picture_requests(course, lesson, contents, layouts), purpose))
    clips = read_clips(bench, contents)
    chosen: list[tuple[StoredObject, Picture | None]] = []
    for content, clip in zip(contents, clips, strict=True):
        own = content.illustration or (clip.poster if clip else None)
        chosen.append((own, None) if own else _of(next(drawn)))
    shown = [clip.poster if clip else image for (image, _), clip in zip(chosen, clips, strict=True)]
    stills = paint_stills(bench, layouts, shown, house)
    return tuple(
        Scene(
            content,
            layout,
            image,
            still,
            legibility,
            drawing.call_id if drawing else None,
            clip,
            _drawn_by(content, drawing),
        )
        for content, layout, (image, drawing), (still, legibility), clip in zip(
            contents, layouts, chosen, stills, clips, strict=True
        )
    )


def _picture_requests(
    course: Course, lesson: LessonContent, contents: Sequence[SceneContent], layouts: Sequence[SceneLayout]
) -> list[ImageRequest]:
    # Else the prompt is the heading and nothing else: a word changed in the narration must not change the picture, but
    # where it stands in a drawing. A model is shown no drawing.
    return [
        image_request(picture_prompt(content, lesson), course.brand, content.image_take, sketch=scene_sketch(layout))
        for content, layout in zip(contents, layouts, strict=True)
        if is_to_be_drawn(content)
    ]


def _drawn_by(content: SceneContent, drawing: Picture | None) -> tuple[str, str] | None:
    """Who drew what is seen: also a picture that an author chose may be a model's; a clip covers it."""
    if drawing is not None:
        return drawing.provider, drawing.model
    return None if content.clip else content.illustration_by


def picture_prompt(scene: SceneContent, lesson: LessonContent) -> str:
    """What a scene's illustration shows."""
    return scene.image_prompt or scene.title or lesson.title


def _of(picture: Picture) -> tuple[StoredObject, Picture]:
    return picture.image, picture


def image_request(prompt: str, brand: Brand, take: int = 0, sketch: Sketch | None = None) -> ImageRequest:
    """What is asked for the picture of a scene with this prompt or heading; each take is another picture."""
    return ImageRequest(
        prompt=prompt,
        width_px=IMAGE_SIZE_PX,
        height_px=IMAGE_SIZE_PX,
        palette=brand.colors,
        seed=int(hashlib.sha256(prompt.encode("utf-8", "surrogatepass")).hexdigest()[:8], 16) + take,
        style=IMAGE_STYLE,
        sketch=sketch,
    )
