"""Make the parts of a narrated lesson: speech, voice blocks, coded pictures; each found again by its content."""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import resvg_py
from PIL import Image

from coursecrafter.domain.course import Course, Engine, LessonContent
from coursecrafter.domain.film import FilmCut
from coursecrafter.domain.keys import content_key
from coursecrafter.domain.speech import Speech
from coursecrafter.domain.stored import StoredObject
from coursecrafter.engines.bench import Bench
from coursecrafter.engines.e1_voiceover.card import HEIGHT_PX, WIDTH_PX
from coursecrafter.engines.e1_voiceover.film_runs import Reel, film_step, open_reel
from coursecrafter.engines.e1_voiceover.plan import Shot, VideoPlan, Visual
from coursecrafter.gateway.ports import Purpose
from coursecrafter.gateway.speech_step import speak_texts
from coursecrafter.jobs.steps import Produced, Step
from coursecrafter.media.codec import CODEC_VERSION
from coursecrafter.media.fonts import FONT_FOLDER
from coursecrafter.media.sound import BLOCK_VERSION, VoiceBlock, make_voice_block
from coursecrafter.media.still_video import CodedRun, encode_pictures

STILL_VERSION = 1


@dataclass(frozen=True, slots=True)
class Parts:
    """What a plan's shots are made of; each tuple holds one entry per shot.

    Attributes:
        speeches, blocks: None for silence.
        stills: the coded picture of each shot, or the film's frames up to the one that stands.
        block_objects, still_objects: the same as stored.
    """

    speeches: tuple[Speech | None, ...]
    blocks: tuple[VoiceBlock | None, ...]
    stills: tuple[CodedRun, ...]
    block_objects: tuple[StoredObject | None, ...]
    still_objects: tuple[StoredObject, ...]


def make_parts(
    course: Course, lesson: LessonContent, plan: VideoPlan, bench: Bench, film: FilmCut | None = None
) -> Parts:
    """Speak, encode and draw what the plan asks for; what has a stretch of the film is taken from it.

    Raises:
        GatewayError: CC-03xx, a text could not be spoken.
        UnusableSound: CC-0204.
        DamagedFilm: CC-0207.
    """
    with open_reel(bench.store, film.film if film else None) as reel:
        return _make_parts(course, lesson, plan, bench, [_picture_step(bench, shot, reel) for shot in plan.shots])


def _make_parts(course: Course, lesson: LessonContent, plan: VideoPlan, bench: Bench, still_steps: list[Step]) -> Parts:
    shots = plan.shots
    spoken = {shot.text for shot in shots if shot.text}
    counts = Counter(name for name, _ in {(step.name, step.key) for step in still_steps})
    bench.steps.expect({"speech": len(spoken), "voice_block": len(spoken), **counts, "mux": 1})
    speeches = speak_texts(
        bench.steps,
        bench.store,
        bench.gateway,
        [shot.text for shot in shots],
        language=course.language,
        voice=course.voice,
        purpose=Purpose(course.id, lesson.id, Engine.E1, "speech"),
        label=lambda index: shots[index].label,
    )
    block_steps = [
        voice_block_step(bench, speech.sound, shot.label)
        for shot, speech in zip(shots, speeches, strict=True)
        if speech is not None
    ]
    done = bench.steps.run([*block_steps, *still_steps])
    made = iter(result.files["block"] for result in done[: len(block_steps)])
    block_objects = tuple(None if speech is None else next(made) for speech in speeches)
    still_objects = tuple(result.files["still"] for result in done[len(block_steps) :])
    runs = {stored.sha256: CodedRun.from_bytes(bench.store.get_bytes(stored)) for stored in still_objects}
    return Parts(
        speeches=tuple(speeches),
        blocks=tuple(None if o is None else VoiceBlock.from_bytes(bench.store.get_bytes(o)) for o in block_objects),
        stills=tuple(runs[stored.sha256] for stored in still_objects),
        block_objects=block_objects,
        still_objects=still_objects,
    )


def _picture_step(bench: Bench, shot: Shot, reel: Reel | None) -> Step:
    if reel and shot.visual.stretch:
        return film_step(reel, shot.visual.stretch, shot.label)
    return still_step(bench, shot.visual, shot.label)


def voice_block_step(bench: Bench, sound: StoredObject, label: str) -> Step:
    """The step that makes a voice ready for a video: file "block"."""

    def make(folder: Path) -> Mapping[str, Produced]:
        block = folder / "voice.block"
        block.write_bytes(make_voice_block(bench.store.get_bytes(sound)).to_bytes())
        return {"block": Produced(block, "application/octet-stream")}

    key = content_key("voice_block", BLOCK_VERSION, sound=sound.sha256, codec=CODEC_VERSION)
    return Step("voice_block", key, make, label)


def still_step(bench: Bench, visual: Visual, label: str) -> Step:
    """The step that codes one picture: file "still"."""

    def make(folder: Path) -> Mapping[str, Produced]:
        still = folder / "picture.run"
        still.write_bytes(encode_pictures([visual_pixels(bench, visual)], [True]).to_bytes())
        return {"still": Produced(still, "application/octet-stream")}

    return Step("still", content_key("still", STILL_VERSION, visual=visual.key, codec=CODEC_VERSION), make, label)


def visual_pixels(bench: Bench, visual: Visual) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    """What is to be seen: 1080 x 1920 x 3."""
    png = bench.store.get_bytes(visual.picture) if visual.picture else _draw(visual.svg)
    with Image.open(io.BytesIO(png)) as image:
        return np.asarray(image.convert("RGB"))


def _draw(svg: str) -> bytes:
    drawn = resvg_py.svg_to_bytes(
        svg_string=svg, width=WIDTH_PX, height=HEIGHT_PX, font_dirs=[str(FONT_FOLDER)], sans_serif_family="Noto Sans"
    )
    return bytes(drawn)
