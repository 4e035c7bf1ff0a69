"""Make what a module shows and plays: voices, one sound for each page, pictures small enough for the web."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from io import BytesIO
from pathlib import Path

import av
import numpy as np
from av.audio import AudioStream
from PIL import Image

from coursecrafter.domain.course import Course, Engine, LessonContent
from coursecrafter.domain.keys import content_key
from coursecrafter.domain.speech import Speech
from coursecrafter.domain.stored import StoredObject
from coursecrafter.engines.bench import Bench
from coursecrafter.engines.e4_elearning.plan import SlidePlan
from coursecrafter.gateway.ports import Purpose
from coursecrafter.gateway.speech_step import is_speakable, speak_texts
from coursecrafter.jobs.steps import Produced, Step
from coursecrafter.media.loudness import normalise
from coursecrafter.media.sound import read_wav
from coursecrafter.media.timeline import SAMPLE_RATE_HZ, Span, segment_duration_s

IMAGE_VERSION, SOUND_VERSION = 1, 2
PICTURE_WIDTH_PX = 1600
JPEG_QUALITY = 85
SOUND_BIT_RATE = 64_000
ENCODED_SAMPLES = 1024


@dataclass(frozen=True, slots=True)
class PageSound:
    """A page's sound and where its builds stand in it.

    Attributes:
        file: M4A (AAC-LC, mono, 48 kHz); None for a page on which nothing is said.
        starts_s: one per build, in seconds of the sound.
        voices: one per build; None for silence.
    """

    file: StoredObject | None
    duration_s: Fraction
    starts_s: tuple[Fraction, ...]
    voices: tuple[Speech | None, ...]


def make_sounds(course: Course, lesson: LessonContent, slides: Sequence[SlidePlan], bench: Bench) -> list[PageSound]:
    """Speak every text and join each page's voices into one sound, with the plan's gaps.

    Raises:
        GatewayError: CC-03xx.
        UnusableSound: CC-0204.
    """
    segments = [build.segment for slide in slides for build in slide.builds]
    texts = [segment.text for segment in segments]
    bench.steps.expect({"speech": len({text for text in texts if is_speakable(text)})})
    voices = iter(
        speak_texts(
            bench.steps,
            bench.store,
            bench.gateway,
            texts,
            language=course.language,
            voice=course.voice,
            purpose=Purpose(course.id, lesson.id, Engine.E4, "speech"),
            takes=[segment.takes for segment in segments],
        )
    )
    laid_out = [_lay_out(slide, tuple(next(voices) for _ in slide.builds)) for slide in slides]
    heard = [place for place, sound in enumerate(laid_out) if any(sound.voices)]
    bench.steps.expect({"sound_clip": len(heard)})
    clips = bench.steps.run([_sound_step(laid_out[place], f"page {place + 1}", bench) for place in heard])
    files = {place: done.files["sound"] for place, done in zip(heard, clips, strict=True)}
    return [
        PageSound(files.get(place), sound.duration_s, sound.starts_s, sound.voices)
        for place, sound in enumerate(laid_out)
    ]


def make_pictures(slides: Sequence[SlidePlan], bench: Bench) -> Mapping[str, StoredObject]:
    """The pictures of all builds for the web, by the SHA-256 of what they were made from; each once."""
    wanted = {build.picture.sha256: build.picture for slide in slides for build in slide.builds if build.picture}
    bench.steps.expect({"slide_image": len(wanted)})
    made = bench.steps.run([_picture_step(picture, bench) for picture in wanted.values()])
    return {sha256: done.files["picture"] for sha256, done in zip(wanted, made, strict=True)}


def _lay_out(slide: SlidePlan, voices: tuple[Speech | None, ...]) -> PageSound:
    starts_s: list[Fraction] = []
    at_s = Fraction(0)
    for build, voice in zip(slide.builds, voices, strict=True):
        starts_s.append(at_s)
        voice_s = voice.duration_s if voice else Fraction(0)
        at_s += segment_duration_s(Span(voice_s, build.segment.gap_after_s, build.segment.duration_s))
    return PageSound(None, at_s, tuple(starts_s), voices)


def _sound_step(sound: PageSound, label: str, bench: Bench) -> Step:
    placed = [(start_s, voice.sound) for start_s, voice in zip(sound.starts_s, sound.voices, strict=True) if voice]
    key = content_key(
        "sound_clip",
        SOUND_VERSION,
        placed=[[str(start_s), voice.sha256] for start_s, voice in placed],
        duration=str(sound.duration_s),
        bit_rate=SOUND_BIT_RATE,
    )

    def make(folder: Path) -> Mapping[str, Produced]:
        samples = np.zeros(int(sound.duration_s * SAMPLE_RATE_HZ), np.float32)
        for start_s, voice in placed:
            heard, _ = normalise(read_wav(bench.store.get_bytes(voice)))
            first = int(start_s * SAMPLE_RATE_HZ)
            heard = heard[: len(samples) - first]
            samples[first : first + len(heard)] = heard
        _write_m4a(folder / "sound.m4a", samples)
        return {"sound": Produced(folder / "sound.m4a", "audio/mp4")}

    return Step("sound_clip", key, make, label)


def _write_m4a(path: Path, samples: np.ndarray[tuple[int], np.dtype[np.float32]]) -> None:
    """Encode mono sound at 48 kHz; the index stands first, so that a browser can seek before all is loaded."""
    options = {"movflags": "+faststart", "fflags": "+bitexact"}
    with av.open(str(path), "w", format="ipod", options=options) as container:
        # Noise substitution off: an encoder that draws random numbers gives other bytes each time.
        stream = container.add_stream("aac", SAMPLE_RATE_HZ, options={"aac_coder": "fast", "aac_pns": "0"})
        stream.bit_rate = SOUND_BIT_RATE
        if isinstance(stream, AudioStream):
            stream.layout = "mono"
        for start in range(0, len(samples), ENCODED_SAMPLES):
            block = np.ascontiguousarray(samples[np.newaxis, start : start + ENCODED_SAMPLES])
            frame = av.AudioFrame.from_ndarray(block, format="fltp", layout="mono")
            frame.sample_rate, frame.pts, frame.time_base = SAMPLE_RATE_HZ, start, Fraction(1, SAMPLE_RATE_HZ)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))


def _picture_step(picture: StoredObject, bench: Bench) -> Step:
    key = content_key(
        "slide_image", IMAGE_VERSION, picture=picture.sha256, width_px=PICTURE_WIDTH_PX, quality=JPEG_QUALITY
    )

    def make(folder: Path) -> Mapping[str, Produced]:
        with Image.open(BytesIO(bench.store.get_bytes(picture))) as source:
            height_px = round(source.height * PICTURE_WIDTH_PX / source.width)
            small = source.convert("RGB").resize((PICTURE_WIDTH_PX, height_px), Image.Resampling.LANCZOS)
        # JPEG, not WebP: old LMS servers refuse files whose type they do not know. No chroma subsampling: it is text.
        small.save(folder / "picture.jpg", quality=JPEG_QUALITY, subsampling=0, optimize=True, progressive=True)
        return {"picture": Produced(folder / "picture.jpg", "image/jpeg")}

    return Step("slide_image", key, make)
