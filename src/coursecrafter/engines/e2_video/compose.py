"""Put the video together: MP4, captions, transcript, poster, sidecar, and each scene's illustration to share."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from typing import Any

from PIL import Image

from coursecrafter.domain.course import Course, LessonContent
from coursecrafter.domain.keys import content_key
from coursecrafter.domain.output import AssetType, Output
from coursecrafter.engines.bench import Bench
from coursecrafter.engines.e2_video.measuring import measure_video
from coursecrafter.engines.e2_video.origins import credentials_of
from coursecrafter.engines.e2_video.pictures import Scene
from coursecrafter.engines.e2_video.produce import IMAGE_SIZE_PX, Film, is_to_be_drawn
from coursecrafter.engines.e2_video.shots import Shot
from coursecrafter.engines.finishing import Told, document, sign, text_outputs
from coursecrafter.engines.soundtrack import PlacedVoice, Soundtrack, lay_sound
from coursecrafter.jobs.steps import Produced, Step
from coursecrafter.media.captions import Caption, SpokenText, make_captions
from coursecrafter.media.credentials import Credentials
from coursecrafter.media.mp4 import MP4_VERSION, Chapter, write_mp4
from coursecrafter.media.timeline import VIDEO_FPS
from coursecrafter.media.transcript import Passage

MUX_VERSION = 3
POSTER_SIDE_PX = 720
HERO_ROLE = "hero_image"
"""Of the illustrations, which all shapes of a video share."""
PICTURE_SUFFIXES = {"image/png": ".png", "image/jpeg": ".jpg", "image/webp": ".webp"}


@dataclass(frozen=True, slots=True)
class Composed:
    """A finished video.

    Attributes:
        measured: figures of the file, from `measuring`.
        credentials: what its content credentials say.
    """

    outputs: tuple[Output, ...]
    captions: tuple[Caption, ...]
    measured: Mapping[str, Any]
    credentials: Credentials


def compose(course: Course, lesson: LessonContent, film: Film, bench: Bench) -> Composed:
    """Mux the video and write what goes with it.

    Raises:
        VideoNotAssembled: CC-0203.
        UnusableSigningKey, CredentialsNotMade: CC-0210, CC-0211.
        UnusableMusic: CC-0212; or CC-0133 to CC-0135, the music is no recording.
    """
    voices = zip(film.timeline.cues, film.voices, film.shots, strict=True)
    placed = [
        PlacedVoice(cue.sound_frame, voice["block"], shot.block, voice["heard"]) for cue, voice, shot in voices if voice
    ]
    sound = lay_sound(bench, placed, film.timeline.sound_frames, film.look.music)
    (done,) = bench.steps.run([_mux_step(course, lesson, film, bench, sound)])
    told = _told(course, lesson, film)
    credentials = credentials_of(course, lesson, film)
    video = sign(bench, done.files["video"], credentials, lesson.code)
    sidecar = json.dumps(_sidecar(course, lesson, film), indent=2, ensure_ascii=False)
    outputs = [
        Output("final_video", AssetType.VIDEO, video, ".mp4", _video_metadata(course, film)),
        *text_outputs(bench, told),
        Output(
            "poster",
            AssetType.IMAGE,
            done.files["poster"],
            ".jpg",
            dict(zip(("width", "height"), _poster_size(film), strict=True)),
        ),
        document(bench, "sidecar_json", sidecar, ".json", "application/json"),
        *_hero_images(film),
    ]
    measured = json.loads(bench.store.get_bytes(done.files["measured"]))
    return Composed(tuple(outputs), tuple(told.captions), measured, credentials)


def _mux_step(course: Course, lesson: LessonContent, film: Film, bench: Bench, sound: Soundtrack) -> Step:
    chapters = _chapters(lesson, film)
    opening = film.scenes[0].still

    def make(folder: Path) -> Mapping[str, Produced]:
        video, poster, measured = folder / "video.mp4", folder / "poster.jpg", folder / "measured.json"
        write_mp4(
            video,
            film.shown,
            sound.packets(),
            chapters=chapters,
            language=course.language,
            title=lesson.title,
            modified=course.modified,
        )
        with Image.open(io.BytesIO(bench.store.get_bytes(opening))) as picture:
            picture.convert("RGB").resize(_poster_size(film), Image.Resampling.LANCZOS).save(poster, quality=88)
        measured.write_text(json.dumps(measure_video(video, film, sound)), encoding="utf-8")
        return {
            "video": Produced(video, "video/mp4"),
            "poster": Produced(poster, "image/jpeg"),
            "measured": Produced(measured, "application/json"),
        }

    key = content_key(
        "mux",
        MUX_VERSION,
        format=MP4_VERSION,
        poster=opening.sha256,
        pictures=[[run.sha256, shown.holds_frames] for run, shown in zip(film.runs, film.shown, strict=True)],
        sounds=sound.key,
        chapters=[[str(chapter.start_s), chapter.title] for chapter in chapters],
        language=course.language,
        title=lesson.title,
        modified=course.modified,
    )
    return Step("mux", key, make, lesson.code)


def _poster_size(film: Film) -> tuple[int, int]:
    size = replace(film.look.size, short_side_px=min(film.look.size.short_side_px, POSTER_SIDE_PX))
    return size.width_px, size.height_px


def _first_shots(film: Film) -> list[Shot]:
    """The first shot of each scene."""
    return [shot for shot in film.shots if shot.place.enters_scene]


def _chapters(lesson: LessonContent, film: Film) -> list[Chapter]:
    return [
        Chapter(Fraction(shot.place.first_frame, VIDEO_FPS), scene.content.title or lesson.title)
        for shot, scene in zip(_first_shots(film), film.scenes, strict=True)
    ]


def _told(course: Course, lesson: LessonContent, film: Film) -> Told:
    spoken = [
        [
            SpokenText(shot.content.text, shot.words, shot.sound_s, shot.sound_end_s, str(shot.content.id))
            for shot in film.shots
            if shot.scene == index and shot.block.packets
        ]
        for index in range(len(film.scenes))
    ]
    return Told(
        title=lesson.title,
        language=course.language,
        captions=make_captions(spoken, film.timeline.duration_s),
        spoken=spoken,
        chapters=_chapters(lesson, film),
        passages=_passages(lesson, film),
        end_s=film.timeline.duration_s,
    )


def _passages(lesson: LessonContent, film: Film) -> list[Passage]:
    return [
        Passage(
            chapter.title,
            chapter.start_s,
            tuple(line for segment in scene.content.segments for line in segment.text.splitlines()),
        )
        for chapter, scene in zip(_chapters(lesson, film), film.scenes, strict=True)
    ]


def _sidecar(course: Course, lesson: LessonContent, film: Film) -> dict[str, Any]:
    """Source: exports, "Formats"; version and time of the render are the asset's, and added where it is exported."""
    return {
        "engine": "e2",
        "project_id": str(course.id),
        "lesson_id": str(lesson.id),
        "duration_seconds": float(film.timeline.duration_s),
        "voice_profile": course.voice,
        "script_segments": [
            {
                "segment_id": str(shot.content.id),
                "duration": round(float(shot.block.sound_s), 6),
                "gap": round(float(Fraction(cue.frames, VIDEO_FPS) - shot.block.sound_s), 6),
            }
            for shot, cue in zip(film.shots, film.timeline.cues, strict=True)
        ],
        "brand_profile_id": str(course.brand.profile_id) if course.brand.profile_id else None,
        "template_id": template_of(film),
        "shape": film.look.size.shape,
        "templates": [
            {
                "scene_id": str(scene.content.id),
                "template": scene.layout.template.name,
                "arrangement": scene.layout.arrangement,
            }
            for scene in film.scenes
        ],
        "image_assets": [
            {"scene_id": str(scene.content.id), "role": "hero_image", "sha256": scene.image.sha256}
            for scene in film.scenes
        ],
        "audio_tracks": [
            {
                "segment_id": str(shot.content.id),
                "sha256": shot.speech.sound.sha256,
                "provider": shot.speech.provider,
                "model": shot.speech.model,
            }
            for shot in film.shots
            if shot.speech
        ],
    }


def template_of(film: Film) -> str:
    """The lesson's template: what most of its scenes have, the first of several."""
    names = [scene.layout.template.name for scene in film.scenes]
    return max(names, key=names.count)


def _video_metadata(course: Course, film: Film) -> dict[str, Any]:
    return {
        "width": film.look.size.width_px,
        "height": film.look.size.height_px,
        "shape": film.look.size.shape,
        "fps": VIDEO_FPS,
        "duration_seconds": float(film.timeline.duration_s),
        "language": course.language,
        "voice_profile": course.voice,
        "transition": film.look.transition,
        "text": film.look.text,
        "template_id": template_of(film),
    }


def _hero_images(film: Film) -> list[Output]:
    """Illustrations, which the book and the module of the course use too."""
    return [
        Output(
            HERO_ROLE,
            AssetType.IMAGE,
            scene.image,
            PICTURE_SUFFIXES.get(scene.image.mime_type, ".png"),
            _told_image(scene),
            scene_id=scene.content.id,
        )
        for scene in film.scenes
    ]


def _told_image(scene: Scene) -> dict[str, Any]:
    """What is known of an illustration; of one that was not asked for now its own asset says the rest."""
    # Its own call, not all that the video was made with; of a picture that its author chose, none.
    told: dict[str, Any] = {"ai_call_ids": [str(scene.image_call)] if scene.image_call else []}
    if not is_to_be_drawn(scene.content):
        return told
    prompt = scene.content.image_prompt or scene.layout.text.heading
    return {"width": IMAGE_SIZE_PX, "height": IMAGE_SIZE_PX, "prompt": prompt, **told}
