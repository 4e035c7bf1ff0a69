"""Put the video together: MP4, captions, transcript, poster, sidecar, and each scene's illustration to share."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

from PIL import Image

from coursecrafter.domain.course import Course, LessonContent
from coursecrafter.domain.keys import content_key
from coursecrafter.domain.output import AssetType, Output
from coursecrafter.engines.bench import Bench
from coursecrafter.engines.e2_video.produce import IMAGE_SIZE_PX, Film
from coursecrafter.engines.e2_video.shots import Shot
from coursecrafter.engines.e2_video.templates import HEIGHT_PX, WIDTH_PX
from coursecrafter.jobs.steps import Produced, Step
from coursecrafter.media.captions import Caption, SpokenText, make_captions, to_srt, to_vtt
from coursecrafter.media.mp4 import MP4_VERSION, Chapter, write_mp4
from coursecrafter.media.probe import measure
from coursecrafter.media.sound import lay_blocks
from coursecrafter.media.timeline import VIDEO_FPS
from coursecrafter.media.transcript import Passage, to_html, to_text

MUX_VERSION = 1
POSTER_SIZE = (1280, 720)
SILENT_DBTP = -70.0
PICTURE_SUFFIXES = {"image/png": ".png", "image/jpeg": ".jpg", "image/webp": ".webp"}
TEMPLATE_SET = "inter-grid-1"
"""Name of the set of templates in `templates.py`."""


@dataclass(frozen=True, slots=True)
class Composed:
    """A finished video.

    Attributes:
        measured: figures of the file, from `media.probe`.
    """

    outputs: tuple[Output, ...]
    captions: tuple[Caption, ...]
    measured: Mapping[str, Any]


def compose(course: Course, lesson: LessonContent, film: Film, bench: Bench) -> Composed:
    """Mux the video and write what goes with it.

    Raises:
        VideoNotAssembled: CC-0203.
    """
    (done,) = bench.steps.run([_mux_step(course, lesson, film, bench)])
    captions = make_captions(_spoken_texts(film), film.timeline.duration_s)
    passages = _passages(lesson, film)
    sidecar = json.dumps(_sidecar(course, lesson, film), indent=2, ensure_ascii=False)
    outputs = [
        Output("final_video", AssetType.VIDEO, done.files["video"], ".mp4", _video_metadata(course, film)),
        _document(bench, "captions_vtt", to_vtt(captions), ".vtt", "text/vtt"),
        _document(bench, "captions_srt", to_srt(captions), ".srt", "application/x-subrip"),
        _document(bench, "transcript_txt", to_text(lesson.title, passages), ".txt", "text/plain"),
        _document(bench, "transcript_html", to_html(lesson.title, course.language, passages), ".html", "text/html"),
        Output(
            "poster",
            AssetType.IMAGE,
            done.files["poster"],
            ".jpg",
            dict(zip(("width", "height"), POSTER_SIZE, strict=True)),
        ),
        _document(bench, "sidecar_json", sidecar, ".json", "application/json"),
        *_hero_images(film),
    ]
    return Composed(tuple(outputs), tuple(captions), json.loads(bench.store.get_bytes(done.files["measured"])))


def _mux_step(course: Course, lesson: LessonContent, film: Film, bench: Bench) -> Step:
    chapters = _chapters(lesson, film)
    opening = film.scenes[0].still

    def make(folder: Path) -> Mapping[str, Produced]:
        video, poster, measured = folder / "video.mp4", folder / "poster.jpg", folder / "measured.json"
        cues = film.timeline.cues
        write_mp4(
            video,
            film.shown,
            lay_blocks(
                [(cue.sound_frame, shot.block) for cue, shot in zip(cues, film.shots, strict=True)],
                film.timeline.sound_frames,
            ),
            chapters=chapters,
            language=course.language,
            title=lesson.title,
            modified=course.modified,
        )
        with Image.open(io.BytesIO(bench.store.get_bytes(opening))) as picture:
            picture.convert("RGB").resize(POSTER_SIZE, Image.Resampling.LANCZOS).save(poster, quality=88)
        measured.write_text(json.dumps(_measured(video)), encoding="utf-8")
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
        sounds=[
            [stored.sha256, cue.sound_frame]
            for stored, cue in zip(film.blocks, film.timeline.cues, strict=True)
            if stored
        ],
        chapters=[[str(chapter.start_s), chapter.title] for chapter in chapters],
        language=course.language,
        title=lesson.title,
        modified=course.modified,
    )
    return Step("mux", key, make, lesson.code)


def _measured(video: Path) -> dict[str, Any]:
    """Figures of the finished file."""
    found = measure(video, Fraction(1, VIDEO_FPS))
    return {
        "video_frames": found.video_frames,
        "video_s": float(found.video_s),
        "sound_s": float(found.sound_s),
        "longest_key_distance_s": float(found.longest_key_distance_s),
        "is_faststart": found.is_faststart,
        "is_silent": found.peak_dbtp < SILENT_DBTP,
        "lufs": max(found.lufs, SILENT_DBTP),
        "peak_dbtp": max(found.peak_dbtp, SILENT_DBTP),
    }


def _first_shots(film: Film) -> list[Shot]:
    """The first shot of each scene."""
    return [shot for shot in film.shots if shot.place.enters_scene]


def _chapters(lesson: LessonContent, film: Film) -> list[Chapter]:
    return [
        Chapter(Fraction(shot.place.first_frame, VIDEO_FPS), scene.content.title or lesson.title)
        for shot, scene in zip(_first_shots(film), film.scenes, strict=True)
    ]


def _spoken_texts(film: Film) -> list[list[SpokenText]]:
    """The spoken texts of each scene."""
    return [
        [
            SpokenText(shot.content.text, shot.words, shot.sound_s, shot.sound_end_s)
            for shot in film.shots
            if shot.scene == index and shot.block.packets
        ]
        for index in range(len(film.scenes))
    ]


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
        "brand_profile_id": None,  # the course's brand has no row of its own
        "template_id": TEMPLATE_SET,
        "templates": [{"scene_id": str(scene.content.id), "template": scene.layout.template} for scene in film.scenes],
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


def _video_metadata(course: Course, film: Film) -> dict[str, Any]:
    return {
        "width": WIDTH_PX,
        "height": HEIGHT_PX,
        "fps": VIDEO_FPS,
        "duration_seconds": float(film.timeline.duration_s),
        "language": course.language,
        "voice_profile": course.voice,
        "transition": "fade",
        "text": "word_highlight",
        "template_id": TEMPLATE_SET,
    }


def _hero_images(film: Film) -> list[Output]:
    """Illustrations, which the book and the module of the course use too."""
    return [
        Output(
            "hero_image",
            AssetType.IMAGE,
            scene.image,
            PICTURE_SUFFIXES.get(scene.image.mime_type, ".png"),
            {"width": IMAGE_SIZE_PX, "height": IMAGE_SIZE_PX, "prompt": scene.layout.text.heading},
            scene_id=scene.content.id,
        )
        for scene in film.scenes
    ]


def _document(bench: Bench, role: str, text: str, suffix: str, mime_type: str) -> Output:
    stored = bench.store.put_bytes(text.encode("utf-8", "replace"), mime_type)
    return Output(role, AssetType.DOCUMENT, stored, suffix)
