"""Make the parts of a narrated lesson: speech, voice blocks, coded pictures; each found again by its content."""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import astuple, dataclass, replace
from pathlib import Path

import numpy as np
import resvg_py
from PIL import Image

from coursecrafter.domain.course import Course, Engine, LessonContent
from coursecrafter.domain.keys import content_key
from coursecrafter.domain.speech import Speech
from coursecrafter.domain.stored import StoredObject
from coursecrafter.engines.bench import Bench
from coursecrafter.engines.e1_voiceover.card import HEIGHT_PX, WIDTH_PX
from coursecrafter.engines.e1_voiceover.clip_parts import clip_run_step, clip_sound_step
from coursecrafter.engines.e1_voiceover.film_runs import (
    FULL_HD,
    Footage,
    PictureFormat,
    Reel,
    film_step,
    index_packets,
    sample_times_s,
)
from coursecrafter.engines.e1_voiceover.plan import Shot, VideoPlan, Visual
from coursecrafter.engines.kept import read_block, read_run
from coursecrafter.engines.soundtrack import voice_block_step
from coursecrafter.gateway.ports import Purpose
from coursecrafter.gateway.speech_step import speak_texts
from coursecrafter.jobs.steps import Produced, Step
from coursecrafter.media.codec import CODEC_VERSION
from coursecrafter.media.film import Pixels, fit_box
from coursecrafter.media.fonts import FONT_FOLDER
from coursecrafter.media.sound import VoiceBlock
from coursecrafter.media.still_video import CodedRun, encode_pictures

STILL_VERSION = 1


@dataclass(frozen=True, slots=True)
class Parts:
    """What a plan's shots are made of; each tuple holds one entry per shot.

    Attributes:
        speeches, blocks: None for silence; a clip's sound is a block without a speech.
        stills: the coded picture of each shot, or the film's frames up to the one that stands, or a clip's frames.
        block_objects, still_objects: the same as stored.
        heard_objects: what is heard of each block, as stored.
        posters: the first picture of each shot that shows a clip, as PNG.
        footage: the film, if any shot shows it; where its packets are taken over, those shots have no still.
    """

    speeches: tuple[Speech | None, ...]
    blocks: tuple[VoiceBlock | None, ...]
    stills: tuple[CodedRun | None, ...]
    block_objects: tuple[StoredObject | None, ...]
    heard_objects: tuple[StoredObject | None, ...]
    still_objects: tuple[StoredObject | None, ...]
    posters: tuple[StoredObject | None, ...]
    footage: Footage | None = None

    @property
    def picture_format(self) -> PictureFormat:
        """That of the video."""
        return self.footage.picture_format if self.footage else FULL_HD


def make_parts(course: Course, lesson: LessonContent, plan: VideoPlan, bench: Bench, reel: Reel | None = None) -> Parts:
    """Speak, encode and draw what the plan asks for; what has a stretch of the film is taken from it.

    Args:
        course, lesson, plan, bench: what is to be made, and the tools.
        reel: the film, for as long as the video is made.

    Raises:
        GatewayError: CC-03xx, a text could not be spoken.
        UnusableSound: CC-0204.
        DamagedFilm: CC-0207.
        UnplayableClip: CC-0236.
    """
    shots = plan.shots
    footage = _footage(plan, bench, reel)
    still_steps = _picture_steps(bench, shots, footage)
    spoken = {shot.text for shot in shots if shot.text}
    heard = _clip_sound_steps(bench, shots)
    counts = Counter(name for name, _ in {(step.name, step.key) for step in (*still_steps, *heard)})
    signing = {"sign": 1} if bench.signing() else {}  # asked now: a key that cannot be used ends a render at its start
    bench.steps.expect({"speech": len(spoken), "voice_block": len(spoken), **counts, "mux": 1, **signing})
    speeches = speak_texts(
        bench.steps,
        bench.store,
        bench.gateway,
        [shot.text for shot in shots],
        language=course.language,
        voice=course.voice,
        purpose=Purpose(course.id, lesson.id, Engine.E1, "speech"),
        label=lambda index: shots[index].label,
        takes=[shot.takes for shot in shots],
    )
    clips = iter(heard)
    block_steps = [
        next(clips) if speech is None else voice_block_step(bench, speech.sound, shot.label)
        for shot, speech in zip(shots, speeches, strict=True)
        if speech is not None or shot.heard
    ]
    done = bench.steps.run([*block_steps, *still_steps])
    made = iter(result.files for result in done[: len(block_steps)])
    blocks: list[Mapping[str, StoredObject]] = [
        {} if speech is None and not shot.heard else next(made) for shot, speech in zip(shots, speeches, strict=True)
    ]
    block_objects = tuple(one.get("block") for one in blocks)
    drawn = iter(result.files for result in done[len(block_steps) :])
    files = [next(drawn) if _has_still(shot, footage) else {} for shot in shots]
    still_objects = tuple(one.get(_still_file(shot)) for shot, one in zip(shots, files, strict=True))
    runs = {stored: read_run(bench, stored) for stored in still_objects if stored}
    return Parts(
        speeches=tuple(speeches),
        blocks=tuple(None if o is None else read_block(bench, o) for o in block_objects),
        stills=tuple(runs[stored] if stored else None for stored in still_objects),
        block_objects=block_objects,
        heard_objects=tuple(one.get("heard") for one in blocks),
        still_objects=still_objects,
        posters=tuple(one.get("poster") for one in files),
        footage=footage,
    )


def look_at_pictures(plan: VideoPlan, bench: Bench, reel: Reel | None) -> None:
    """Ask for all of a plan's parts that do not wait for a voice."""
    pictures = _picture_steps(bench, plan.shots, _footage(plan, bench, reel))
    bench.steps.run([*pictures, *_clip_sound_steps(bench, plan.shots)])


def _footage(plan: VideoPlan, bench: Bench, reel: Reel | None) -> Footage | None:
    """The film, where any shot shows it."""
    if reel is None or not any(shot.visual.stretch for shot in plan.shots):
        return None
    return Footage(reel, index_packets(bench, reel))


def _has_still(shot: Shot, footage: Footage | None) -> bool:
    """Whether a shot has a coded picture before its place is known: what packets of the film show has none."""
    return not (footage and footage.is_taken_over and shot.visual.stretch)


def _picture_steps(bench: Bench, shots: Sequence[Shot], footage: Footage | None) -> list[Step]:
    wanted = footage.picture_format if footage else FULL_HD
    return [_picture_step(bench, shot, footage, wanted) for shot in shots if _has_still(shot, footage)]


def _picture_step(bench: Bench, shot: Shot, footage: Footage | None, wanted: PictureFormat) -> Step:
    visual = shot.visual
    if footage and visual.stretch:
        return film_step(footage.reel, sample_times_s(visual.stretch), shot.label)
    if visual.clip is None:
        return still_step(bench, visual, shot.label, wanted)

    def base() -> Pixels:
        return _fitted(visual_pixels(bench, visual), wanted.width_px, wanted.height_px)

    return clip_run_step(bench, visual.clip, base, visual.base_key, shot.label, wanted)


def _still_file(shot: Shot) -> str:
    """Which file of a picture's step a shot shows: of a clip that does not play yet, its first picture."""
    return "first" if shot.visual.clip and not shot.visual.plays else "still"


def _clip_sound_steps(bench: Bench, shots: Sequence[Shot]) -> list[Step]:
    return [clip_sound_step(bench, shot.heard, shot.label) for shot in shots if shot.heard]


def still_step(bench: Bench, visual: Visual, label: str, wanted: PictureFormat = FULL_HD) -> Step:
    """The step that codes one picture: file "still"."""

    def make(folder: Path) -> Mapping[str, Produced]:
        still = folder / "picture.run"
        size = {"width_px": wanted.width_px, "height_px": wanted.height_px}
        pixels = _fitted(visual_pixels(bench, visual), **size)
        still.write_bytes(encode_pictures([pixels], [True], **size, set_id=wanted.set_id).to_bytes())
        return {"still": Produced(still, "application/octet-stream")}

    form = {} if wanted == FULL_HD else {"format": astuple(wanted)}
    return Step(
        "still", content_key("still", STILL_VERSION, visual=visual.key, codec=CODEC_VERSION, **form), make, label
    )


def _fitted(pixels: Pixels, width_px: int, height_px: int) -> Pixels:
    """A picture as large as it can be in a frame; black stands beside one of another shape."""
    if pixels.shape[:2] == (height_px, width_px):
        return pixels
    left, top, width, height = fit_box((pixels.shape[1], pixels.shape[0]), width_px, height_px)
    canvas = np.zeros((height_px, width_px, 3), np.uint8)
    scaled = Image.fromarray(pixels).resize((width, height), Image.Resampling.LANCZOS)
    canvas[top : top + height, left : left + width] = np.asarray(scaled)
    return canvas


def shot_pixels(bench: Bench, visual: Visual, poster: StoredObject | None) -> Pixels:
    """What is to be seen of a shot first: with a clip its poster, as large as the video; else 1080 x 1920 x 3."""
    return visual_pixels(bench, replace(visual, picture=poster) if poster else visual)


def visual_pixels(bench: Bench, visual: Visual) -> Pixels:
    """What is to be seen, were there no clip: 1080 x 1920 x 3."""
    png = bench.store.get_bytes(visual.picture) if visual.picture else _draw(visual.svg)
    with Image.open(io.BytesIO(png)) as image:
        return np.asarray(image.convert("RGB"))


def _draw(svg: str) -> bytes:
    drawn = resvg_py.svg_to_bytes(
        svg_string=svg, width=WIDTH_PX, height=HEIGHT_PX, font_dirs=[str(FONT_FOLDER)], sans_serif_family="Noto Sans"
    )
    return bytes(drawn)
