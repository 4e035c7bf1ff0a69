"""Put a narrated lesson together: timeline, MP4, captions, transcripts, poster, sidecar."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from typing import Any, TypeVar
from uuid import UUID

from PIL import Image

from coursecrafter.domain.course import Course, LessonContent
from coursecrafter.domain.keys import content_key
from coursecrafter.domain.look import Music
from coursecrafter.domain.output import AssetType, Output
from coursecrafter.domain.speech import Speech, Word
from coursecrafter.engines.bench import Bench
from coursecrafter.engines.e1_voiceover.film_track import FilmCutting, cut_footage
from coursecrafter.engines.e1_voiceover.measuring import measure_video
from coursecrafter.engines.e1_voiceover.plan import Shot, VideoPlan
from coursecrafter.engines.e1_voiceover.produce import Parts, shot_pixels
from coursecrafter.engines.finishing import Told, document, sign, text_outputs
from coursecrafter.engines.soundtrack import PlacedVoice, Soundtrack, lay_sound
from coursecrafter.jobs.steps import Produced, Step
from coursecrafter.media.captions import Caption, SpokenText, make_captions
from coursecrafter.media.credentials import Credentials, Origin, Source, origin_of_voice
from coursecrafter.media.mp4 import MP4_VERSION, Chapter, write_mp4
from coursecrafter.media.picture_track import PictureTrack, track_of
from coursecrafter.media.sound import VoiceBlock
from coursecrafter.media.still_video import CodedRun, Shown
from coursecrafter.media.timeline import VIDEO_FPS, Cue, Span, Timeline, lay_out
from coursecrafter.media.transcript import Passage

T = TypeVar("T")

MUX_VERSION = 4
POSTER_SIZE = (1280, 720)


@dataclass(frozen=True, slots=True)
class Composed:
    """A finished lesson.

    Attributes:
        measured: figures of the file, from `measuring`.
        cutting: the film's parts, where its packets are taken over.
        credentials: what its content credentials say.
    """

    outputs: tuple[Output, ...]
    timeline: Timeline
    captions: tuple[Caption, ...]
    measured: Mapping[str, Any]
    cutting: FilmCutting | None
    credentials: Credentials


def compose(
    course: Course, lesson: LessonContent, plan: VideoPlan, parts: Parts, bench: Bench, music: Music | None = None
) -> Composed:
    """Mux the video and write what goes with it.

    Raises:
        VideoNotAssembled: CC-0203.
        UnusableSigningKey, CredentialsNotMade: CC-0210, CC-0211.
        UnusableMusic: CC-0212; or CC-0133 to CC-0135, the music is no recording.
    """
    shots = plan.shots
    timeline = lay_out([_span(shot, parts, index) for index, shot in enumerate(shots)])
    cutting = None
    if parts.footage and parts.footage.is_taken_over:
        cutting = cut_footage(plan, timeline, parts.footage, parts.still_objects, bench)
    sound = lay_sound(bench, _placed(parts, timeline), timeline.sound_frames, music)
    (done,) = bench.steps.run([_mux_step(course, lesson, plan, parts, timeline, bench, cutting, sound)])
    told = _told(course, lesson, plan, parts, timeline)
    credentials = _credentials(course, lesson, parts, music)
    video = sign(bench, done.files["video"], credentials, lesson.code)
    sidecar = json.dumps(_sidecar(course, lesson, plan, timeline, parts), indent=2, ensure_ascii=False)
    outputs = [
        Output("final_video", AssetType.VIDEO, video, ".mp4", _video_metadata(course, parts, timeline)),
        *text_outputs(bench, told),
        Output(
            "poster",
            AssetType.IMAGE,
            done.files["poster"],
            ".jpg",
            dict(zip(("width", "height"), POSTER_SIZE, strict=True)),
        ),
        document(bench, "sidecar_json", sidecar, ".json", "application/json"),
    ]
    measured = json.loads(bench.store.get_bytes(done.files["measured"]))
    return Composed(tuple(outputs), timeline, tuple(told.captions), measured, cutting, credentials)


def _span(shot: Shot, parts: Parts, index: int) -> Span:
    block, run, at_least_s = parts.blocks[index], parts.stills[index], shot.at_least_s
    is_silent = block is None or not block.packets
    if shot.visual.plays and run:
        seen_s = Fraction(len(run.pictures), VIDEO_FPS) + (Fraction(0) if is_silent else shot.gap_s)
        at_least_s = max(seen_s, at_least_s or Fraction(0))
    if block is None or is_silent:
        return Span(Fraction(0), shot.gap_s, at_least_s)
    return Span(block.sound_s, shot.gap_s, at_least_s, block.onset_s)


def _mux_step(
    course: Course,
    lesson: LessonContent,
    plan: VideoPlan,
    parts: Parts,
    timeline: Timeline,
    bench: Bench,
    cutting: FilmCutting | None,
    sound: Soundtrack,
) -> Step:
    first = plan.shots[0].visual
    chapters = _chapters(plan, timeline)

    def make(folder: Path) -> Mapping[str, Produced]:
        video, poster, measured = folder / "video.mp4", folder / "poster.jpg", folder / "measured.json"
        track = cutting.track(bench) if cutting else _own_track(parts, timeline)
        write_mp4(
            video,
            track,
            sound.packets(),
            chapters=chapters,
            language=course.language,
            title=lesson.title,
            modified=course.modified,
            film=cutting.footage.reel.file() if cutting else None,
        )
        seen = Image.fromarray(shot_pixels(bench, first, parts.posters[0]))
        seen.resize(POSTER_SIZE, Image.Resampling.LANCZOS).save(poster, quality=88)
        measured.write_text(
            json.dumps(
                measure_video(video, plan, parts, timeline, bench, sound) | {"planned_frames": len(track.samples)}
            ),
            encoding="utf-8",
        )
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
        pictures=cutting.key if cutting else _still_key(parts, timeline),
        film=cutting.footage.reel.film.sha256 if cutting else None,
        sounds=sound.key,
        chapters=[[str(chapter.start_s), chapter.title] for chapter in chapters],
        language=course.language,
        title=lesson.title,
        modified=course.modified,
    )
    return Step("mux", key, make, lesson.code)


def _own_track(parts: Parts, timeline: Timeline) -> PictureTrack:
    return track_of([_shown(run, cue.frames) for run, cue in zip(parts.stills, timeline.cues, strict=True) if run])


def _still_key(parts: Parts, timeline: Timeline) -> list[list[str | int]]:
    placed = zip(parts.still_objects, timeline.cues, strict=True)
    return [[stored.sha256, cue.frames] for stored, cue in placed if stored]


def _shown(run: CodedRun, frames: int) -> Shown:
    """Show each picture of a run once and the last one for the rest; what is too much for the time is cut."""
    pictures = run.pictures[:frames]
    return Shown(replace(run, pictures=pictures), (*[1] * (len(pictures) - 1), frames - len(pictures) + 1))


def _placed(parts: Parts, timeline: Timeline) -> list[PlacedVoice]:
    placed = zip(timeline.cues, parts.block_objects, parts.blocks, parts.heard_objects, strict=True)
    return [
        PlacedVoice(cue.sound_frame, stored, block, heard)
        for cue, stored, block, heard in placed
        if stored and block and heard
    ]


def _chapters(plan: VideoPlan, timeline: Timeline) -> list[Chapter]:
    return [
        Chapter(cues[0].start_s, scene.title)
        for scene, cues in zip(plan.scenes, _by_scene(plan, timeline.cues), strict=True)
    ]


def _by_scene(plan: VideoPlan, values: Sequence[T]) -> list[list[T]]:
    """One value per shot, grouped as the shots are in scenes."""
    rest = iter(values)
    return [[next(rest) for _ in scene.shots] for scene in plan.scenes]


def _told(course: Course, lesson: LessonContent, plan: VideoPlan, parts: Parts, timeline: Timeline) -> Told:
    spoken = _spoken_texts(plan, parts, timeline)
    return Told(
        title=lesson.title,
        language=course.language,
        captions=make_captions(spoken, timeline.duration_s),
        spoken=spoken,
        chapters=_chapters(plan, timeline),
        passages=_passages(plan, timeline),
        end_s=timeline.duration_s,
    )


def _credentials(course: Course, lesson: LessonContent, parts: Parts, music: Music | None) -> Credentials:
    """The deck's words, pictures and clips are people's; only the voice is not."""
    voices = [(speech.provider, speech.model) for speech in parts.speeches if speech]
    origins = [Origin("script", Source.PERSON), Origin("pictures", Source.PERSON)]
    origins += [origin_of_voice(voices)] if voices else []
    origins += [Origin("music", Source.PERSON)] if music else []
    return Credentials(lesson.title, course.brand.name, tuple(origins))


def _spoken_texts(plan: VideoPlan, parts: Parts, timeline: Timeline) -> list[list[SpokenText]]:
    texts = [_spoken_text(*shot) for shot in zip(plan.shots, parts.speeches, parts.blocks, timeline.cues, strict=True)]
    return [[text for text in scene if text is not None] for scene in _by_scene(plan, texts)]


def _spoken_text(shot: Shot, speech: Speech | None, block: VoiceBlock | None, cue: Cue) -> SpokenText | None:
    if speech is None or block is None or not block.packets:
        return None
    shift_s = cue.sound_s - block.trimmed_s
    words = tuple(_shifted(word, shift_s, cue.sound_s) for word in speech.words)
    end_s = cue.sound_s + block.sound_s
    return SpokenText(shot.text, words, max(cue.sound_s, cue.start_s), end_s, str(shot.segment_id or ""))


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
        "script_segments": [_timed(*one) for one in _by_segment(plan, timeline, parts)],
    }


def _by_segment(plan: VideoPlan, timeline: Timeline, parts: Parts) -> list[tuple[UUID, Fraction, int]]:
    """Segments in playing order: how long each is heard in seconds, and seen in frames."""
    lasts: list[tuple[UUID, Fraction, int]] = []
    for shot, cue, block in zip(plan.shots, timeline.cues, parts.blocks, strict=True):
        if shot.segment_id is None:
            continue
        heard_s, frames = block.sound_s if block else Fraction(0), cue.frames
        # A clip goes on with what its segment said before.
        if shot.heard and lasts and lasts[-1][0] == shot.segment_id:
            _, said_s, stood = lasts.pop()
            heard_s, frames = heard_s + said_s, frames + stood
        lasts.append((shot.segment_id, heard_s, frames))
    return lasts


def _timed(segment_id: UUID, heard_s: Fraction, frames: int) -> dict[str, Any]:
    lasts_s = round(float(heard_s), 6)
    return {
        "segment_id": str(segment_id),
        "duration": lasts_s,
        "gap": round(float(frames / VIDEO_FPS) - lasts_s, 6),
    }


def _video_metadata(course: Course, parts: Parts, timeline: Timeline) -> dict[str, Any]:
    return {
        "width": parts.picture_format.width_px,
        "height": parts.picture_format.height_px,
        "fps": parts.footage.fps if parts.footage else VIDEO_FPS,
        "duration_seconds": float(timeline.duration_s),
        "language": course.language,
        "voice_profile": course.voice,
    }
