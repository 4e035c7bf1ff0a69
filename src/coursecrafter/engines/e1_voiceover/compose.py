"""Put a narrated lesson together: timeline, MP4, captions, transcripts, poster, sidecar."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from typing import Any, TypeVar

from PIL import Image

from coursecrafter.domain.course import Course, LessonContent
from coursecrafter.domain.keys import content_key
from coursecrafter.domain.output import AssetType, Output
from coursecrafter.domain.speech import Speech, Word
from coursecrafter.domain.stored import StoredObject
from coursecrafter.engines.bench import Bench
from coursecrafter.engines.e1_voiceover.card import HEIGHT_PX, WIDTH_PX
from coursecrafter.engines.e1_voiceover.plan import Shot, VideoPlan
from coursecrafter.engines.e1_voiceover.produce import Parts, visual_pixels
from coursecrafter.jobs.steps import Produced, Step
from coursecrafter.media.captions import Caption, SpokenText, make_captions, to_srt, to_vtt
from coursecrafter.media.mp4 import MP4_VERSION, Chapter, write_mp4
from coursecrafter.media.probe import measure, onset_s
from coursecrafter.media.sound import VoiceBlock, lay_blocks
from coursecrafter.media.still_video import CodedRun, Shown
from coursecrafter.media.timeline import VIDEO_FPS, Cue, Span, Timeline, lay_out
from coursecrafter.media.transcript import Passage, to_html, to_text

T = TypeVar("T")

MUX_VERSION = 1
POSTER_SIZE = (1280, 720)
ONSET_MARGIN_S = Fraction(1, 25)
SILENT_DBTP = -70.0


@dataclass(frozen=True, slots=True)
class Composed:
    """A finished lesson.

    Attributes:
        measured: figures of the file, from `_measured`.
    """

    outputs: tuple[Output, ...]
    timeline: Timeline
    captions: tuple[Caption, ...]
    measured: Mapping[str, Any]


def compose(course: Course, lesson: LessonContent, plan: VideoPlan, parts: Parts, bench: Bench) -> Composed:
    """Mux the video and write what goes with it.

    Raises:
        VideoNotAssembled: CC-0203.
    """
    shots = plan.shots
    timeline = lay_out([_span(shot, parts, index) for index, shot in enumerate(shots)])
    (done,) = bench.steps.run([_mux_step(course, lesson, plan, parts, timeline, bench)])
    spoken = _spoken_texts(plan, parts, timeline)
    captions = make_captions(spoken, timeline.duration_s)
    passages = _passages(plan, timeline)
    texts = {
        "captions_vtt": (to_vtt(captions), ".vtt", "text/vtt"),
        "captions_srt": (to_srt(captions), ".srt", "application/x-subrip"),
        "transcript_txt": (to_text(lesson.title, passages), ".txt", "text/plain"),
        "transcript_html": (to_html(lesson.title, course.language, passages), ".html", "text/html"),
    }
    sidecar = json.dumps(_sidecar(course, lesson, plan, timeline, parts), indent=2, ensure_ascii=False)
    outputs = [
        Output("final_video", AssetType.VIDEO, done.files["video"], ".mp4", _video_metadata(course, timeline)),
        *(_document(bench, role, *text) for role, text in texts.items()),
        Output(
            "poster",
            AssetType.IMAGE,
            done.files["poster"],
            ".jpg",
            dict(zip(("width", "height"), POSTER_SIZE, strict=True)),
        ),
        _document(bench, "sidecar_json", sidecar, ".json", "application/json"),
    ]
    measured = json.loads(bench.store.get_bytes(done.files["measured"]))
    return Composed(tuple(outputs), timeline, tuple(captions), measured)


def _span(shot: Shot, parts: Parts, index: int) -> Span:
    block = parts.blocks[index]
    if block is None or not block.packets:
        return Span(Fraction(0), shot.gap_s, shot.at_least_s)
    return Span(block.sound_s, shot.gap_s, shot.at_least_s, block.onset_s)


def _mux_step(
    course: Course, lesson: LessonContent, plan: VideoPlan, parts: Parts, timeline: Timeline, bench: Bench
) -> Step:
    first = plan.shots[0].visual
    chapters = _chapters(plan, timeline)

    def make(folder: Path) -> Mapping[str, Produced]:
        video, poster, measured = folder / "video.mp4", folder / "poster.jpg", folder / "measured.json"
        write_mp4(
            video,
            [_shown(run, cue.frames) for run, cue in zip(parts.stills, timeline.cues, strict=True)],
            lay_blocks(_placed(parts, timeline), timeline.sound_frames),
            chapters=chapters,
            language=course.language,
            title=lesson.title,
            modified=course.modified,
        )
        picture = Image.fromarray(visual_pixels(bench, first)).resize(POSTER_SIZE, Image.Resampling.LANCZOS)
        picture.save(poster, quality=88)
        measured.write_text(json.dumps(_measured(video, parts, timeline)), encoding="utf-8")
        return {
            "video": Produced(video, "video/mp4"),
            "poster": Produced(poster, "image/jpeg"),
            "measured": Produced(measured, "application/json"),
        }

    key = content_key(
        "mux",
        MUX_VERSION,
        format=MP4_VERSION,
        poster=first.key,
        pictures=[[stored.sha256, cue.frames] for stored, cue in zip(parts.still_objects, timeline.cues, strict=True)],
        sounds=[
            [stored.sha256, cue.sound_frame]
            for stored, cue in zip(parts.block_objects, timeline.cues, strict=True)
            if stored
        ],
        chapters=[[str(chapter.start_s), chapter.title] for chapter in chapters],
        language=course.language,
        title=lesson.title,
        modified=course.modified,
    )
    return Step("mux", key, make, lesson.code)


def _shown(run: CodedRun, frames: int) -> Shown:
    """Show each picture of a run once and the last one for the rest; what is too much for the time is cut."""
    pictures = run.pictures[:frames]
    return Shown(replace(run, pictures=pictures), (*[1] * (len(pictures) - 1), frames - len(pictures) + 1))


def _placed(parts: Parts, timeline: Timeline) -> list[tuple[int, VoiceBlock]]:
    return [(cue.sound_frame, block) for cue, block in zip(timeline.cues, parts.blocks, strict=True) if block]


def _chapters(plan: VideoPlan, timeline: Timeline) -> list[Chapter]:
    return [
        Chapter(cues[0].start_s, scene.title)
        for scene, cues in zip(plan.scenes, _by_scene(plan, timeline.cues), strict=True)
    ]


def _by_scene(plan: VideoPlan, values: Sequence[T]) -> list[list[T]]:
    """One value per shot, grouped as the shots are in scenes."""
    rest = iter(values)
    return [[next(rest) for _ in scene.shots] for scene in plan.scenes]


def _measured(video: Path, parts: Parts, timeline: Timeline) -> dict[str, Any]:
    """Figures of the finished file; `drifts_s` is how much later than its picture each sound begins."""
    found = measure(video, Fraction(1, VIDEO_FPS))
    drifts_s = []
    for cue, block in list(zip(timeline.cues, parts.blocks, strict=True))[1:]:
        onset = onset_s(found.envelope, cue.start_s - ONSET_MARGIN_S, cue.end_s - ONSET_MARGIN_S) if block else None
        if onset is not None:
            drifts_s.append(float(onset - cue.start_s))
    return {
        "video_frames": found.video_frames,
        "video_s": float(found.video_s),
        "sound_s": float(found.sound_s),
        "longest_key_distance_s": float(found.longest_key_distance_s),
        "is_faststart": found.is_faststart,
        "is_silent": found.peak_dbtp < SILENT_DBTP,
        "lufs": max(found.lufs, SILENT_DBTP),
        "peak_dbtp": found.peak_dbtp,
        "drifts_s": drifts_s,
    }


def _spoken_texts(plan: VideoPlan, parts: Parts, timeline: Timeline) -> list[list[SpokenText]]:
    texts = [_spoken_text(*shot) for shot in zip(plan.shots, parts.speeches, parts.blocks, timeline.cues, strict=True)]
    return [[text for text in scene if text is not None] for scene in _by_scene(plan, texts)]


def _spoken_text(shot: Shot, speech: Speech | None, block: VoiceBlock | None, cue: Cue) -> SpokenText | None:
    if speech is None or block is None or not block.packets:
        return None
    shift_s = cue.sound_s - block.trimmed_s
    words = tuple(_shifted(word, shift_s, cue.sound_s) for word in speech.words)
    return SpokenText(shot.text, words, max(cue.sound_s, cue.start_s), cue.sound_s + block.sound_s)


def _shifted(word: Word, shift_s: Fraction, earliest_s: Fraction) -> Word:
    return replace(word, start_s=max(word.start_s + shift_s, earliest_s), end_s=max(word.end_s + shift_s, earliest_s))


def _passages(plan: VideoPlan, timeline: Timeline) -> list[Passage]:
    """What is spoken, scene by scene; scenes without words are left out."""
    return [
        Passage(scene.title, cues[0].start_s, lines)
        for scene, cues in zip(plan.scenes, _by_scene(plan, timeline.cues), strict=True)
        if (lines := tuple(line for shot in scene.shots for line in shot.text.splitlines()))
    ]


def _sidecar(
    course: Course, lesson: LessonContent, plan: VideoPlan, timeline: Timeline, parts: Parts
) -> dict[str, Any]:
    """Source: exports, "Formats"; version and time of the render are the asset's, and added where it is exported."""
    return {
        "engine": "e1",
        "project_id": str(course.id),
        "lesson_id": str(lesson.id),
        "duration_seconds": float(timeline.duration_s),
        "voice_profile": course.voice,
        "script_segments": [
            {
                "segment_id": str(shot.segment_id),
                "duration": voice_s,
                "gap": round(float(cue.frames / VIDEO_FPS) - voice_s, 6),
            }
            for shot, cue, block in zip(plan.shots, timeline.cues, parts.blocks, strict=True)
            if shot.segment_id
            for voice_s in [round(float(block.sound_s), 6) if block else 0.0]
        ],
    }


def _video_metadata(course: Course, timeline: Timeline) -> dict[str, Any]:
    return {
        "width": WIDTH_PX,
        "height": HEIGHT_PX,
        "fps": VIDEO_FPS,
        "duration_seconds": float(timeline.duration_s),
        "language": course.language,
        "voice_profile": course.voice,
    }


def _document(bench: Bench, role: str, text: str, suffix: str, mime_type: str) -> Output:
    stored: StoredObject = bench.store.put_bytes(text.encode("utf-8", "replace"), mime_type)
    return Output(role, AssetType.DOCUMENT, stored, suffix)
