"""The sound of a clip, made ready for a video: as long as it was, in step with its pictures, as loud as the voices.

Other than a voice it is not trimmed: silence at its beginning belongs to what is seen.

Source: EBU R 128; ITU-R BS.1770.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import suppress
from fractions import Fraction
from itertools import chain
from pathlib import Path

import av
import numpy as np
from av.audio.frame import AudioFrame
from av.audio.resampler import AudioResampler
from av.container import InputContainer
from av.stream import Disposition

from coursecrafter.domain.clip import AS_IT_IS, ClipPlayback
from coursecrafter.media.clips import LONGEST_CLIP_S, UnplayableClip, check_shape, film_lasts_s, playable
from coursecrafter.media.codec import Samples, encode_aac
from coursecrafter.media.loudness import normalise
from coursecrafter.media.recording import CODECS, MAX_CHANNELS, check_recording, container_format
from coursecrafter.media.sound import FADE_IN, FADE_OUT, SILENCE_DBFS, VoiceBlock
from coursecrafter.media.timeline import AAC_FRAME_SAMPLES, SAMPLE_RATE_HZ

CLIP_SOUND_VERSION = 3
"""Part of the block's content key; raise it when the same clip gives other packets."""

MOST_GAIN_DB = 30.0
"""A room in which nobody speaks must not become a roar."""
PIECE_SAMPLES = 10 * SAMPLE_RATE_HZ
LATE_S = Fraction(1, 50)
"""What stands further from its time than this is put there; less is how containers round."""
SILENCE = VoiceBlock((), 0, 0, 0, -math.inf)


def make_clip_block(path: Path, whose: str, *, is_sound: bool = False, playback: ClipPlayback = AS_IT_IS) -> VoiceBlock:
    """Make a clip's sound ready: 48 kHz mono, -16 LUFS, no peak above the limit, its own or short fades, AAC.

    Args:
        path: an MP4; or a recording.
        whose: as a message names it.
        is_sound: whether it is a recording, of which there must be something to be heard.
        playback: how it is played.

    Returns:
        A block that begins with the clip's first picture; without packets where nothing can be heard.

    Raises:
        UnplayableClip: CC-0236.
    """
    if playback.is_muted:
        return SILENCE
    with playable(whose):
        samples, lasts = _read_sound(path, whose, playback, is_sound=is_sound)
    peak = max((float(np.abs(piece).max(initial=0)) for piece in _pieces(samples)), default=0.0)
    if peak <= 10 ** (SILENCE_DBFS / 20):
        if is_sound:
            raise UnplayableClip(f"Nothing can be heard in the recording of {whose}.")
        return SILENCE
    _fade(samples, playback, lasts)
    levelled, lufs = normalise(samples, MOST_GAIN_DB)
    frames = -(-len(levelled) // AAC_FRAME_SAMPLES) + 1
    _, packets = encode_aac(np.pad(levelled, (0, frames * AAC_FRAME_SAMPLES - len(levelled))))
    return VoiceBlock(tuple(packets[:frames]), len(levelled), 0, 0, round(lufs, 3))


def check_clip(path: Path, reader: str, *, is_sound: bool) -> Fraction:
    """Refuse a film or recording that cannot play in a video's place; else say how long it says that it lasts.

    How much of it is to be played is not asked here, nor whether that is too much.

    Args:
        path: the file.
        reader: FFmpeg's name of the one format that is tried.
        is_sound: whether it is a recording.

    Raises:
        UnplayableClip: CC-0236.
        NotAFilm, FilmWithoutPictures, DamagedFilm, FilmTooLarge: CC-0205 to CC-0208.
        NotARecording, DamagedRecording, RecordingTooLong: CC-0133 to CC-0135.
    """
    lasts_s = check_recording(path, reader) if is_sound else check_shape(path)
    if not is_sound:
        try:
            with av.open(str(path.absolute()), format=reader, options={"protocol_whitelist": "file"}) as container:
                if container.streams.audio:
                    _check(container, "a slide")
                    next(container.decode(audio=0), None)
        except (av.FFmpegError, ValueError, MemoryError) as error:
            raise UnplayableClip("Its sound is damaged.", detail=repr(error)) from error
    return lasts_s


def _read_sound(path: Path, whose: str, playback: ClipPlayback, *, is_sound: bool) -> tuple[Samples, int]:
    """All of a clip's sound that is played, each sample where its time puts it; nothing where it has none.

    Returns:
        It; and how long the clip is played, with its pictures, in samples; 0 where it does not say so.
    """
    name = container_format(path)
    lasts_s = check_recording(path, name) if is_sound else film_lasts_s(path)
    begin_s, end_s = playback.span_s(lasts_s)
    try:
        with av.open(str(path.absolute()), format=name, options={"protocol_whitelist": "file"}) as container:
            if not container.streams.audio:
                return np.zeros(0, np.float32), 0
            _check(container, whose)
            samples = _placed(container, whose, begin_s, end_s)
            return samples, round(((lasts_s if end_s is None else end_s) - begin_s) * SAMPLE_RATE_HZ)
    except (av.FFmpegError, ValueError, MemoryError) as error:
        raise UnplayableClip(f"The sound of the clip of {whose} is damaged.", detail=repr(error)) from error


def _check(container: InputContainer, whose: str) -> None:
    context = container.streams.audio[0].codec_context
    name = getattr(context, "name", "unknown")  # None for a codec that nobody here knows
    if not (name in CODECS or name.startswith("pcm_")) or context.channels > MAX_CHANNELS:
        raise UnplayableClip(f"The sound of the clip of {whose} is coded as “{name}”, which is not taken.")


def _placed(container: InputContainer, whose: str, begin_s: Fraction, end_s: Fraction | None) -> Samples:
    """Put what is decoded at its time, from the first picture that is shown on; where nothing is, there is silence."""
    held = np.zeros(0, np.float32)
    begin, end = round(begin_s * SAMPLE_RATE_HZ), 0
    most = None if end_s is None else round(end_s * SAMPLE_RATE_HZ) - begin
    for place, whole in _parts(container):
        at = place - begin
        if most is not None and at >= most:
            break
        part = whole if most is None else whole[: most - at]
        first, last = max(at, 0), at + len(part)
        if last > LONGEST_CLIP_S * SAMPLE_RATE_HZ:
            raise UnplayableClip(f"The clip of {whose} lasts longer than {LONGEST_CLIP_S // 60} minutes.")
        if last > len(held):
            held = np.concatenate([held, np.zeros(max(last - len(held), len(held), SAMPLE_RATE_HZ), np.float32)])
        if last > first:
            held[first:last] = np.clip(np.nan_to_num(part[first - at :]), -1, 1)
            end = max(end, last)
    return held[:end]


def _parts(container: InputContainer) -> Iterator[tuple[int, Samples]]:
    """What is decoded at 48 kHz in one channel, with the place of its first sample."""
    start_s = _start_s(container)
    resampler, at, taken_s = _resampler(), 0, Fraction(0)
    begun_s: Fraction | None = None
    for frame in chain(container.decode(audio=0), [None]):
        wanted_s = None if frame is None else _time_s(frame, start_s)
        is_apart = wanted_s is not None and begun_s is not None and abs(wanted_s - begun_s - taken_s) > LATE_S
        if frame is None or is_apart:
            for part in _resampled(resampler, None):
                yield at, part
                at += len(part)
        if frame is None:
            return
        if begun_s is None or is_apart:
            begun_s, taken_s = (begun_s or Fraction(0)) + taken_s if wanted_s is None else wanted_s, Fraction(0)
            resampler, at = _resampler(), round(begun_s * SAMPLE_RATE_HZ)
        taken_s += Fraction(frame.samples, frame.sample_rate)
        for part in _resampled(resampler, frame):
            yield at, part
            at += len(part)


def _start_s(container: InputContainer) -> Fraction:
    """When the first picture is shown; of a recording, when its sound begins."""
    films = (one for one in container.streams.video if not one.disposition & Disposition.attached_pic)
    first = next(films, container.streams.audio[0])
    return (first.start_time or 0) * (first.time_base or Fraction(0))


def _time_s(frame: AudioFrame, start_s: Fraction) -> Fraction | None:
    return None if frame.pts is None or frame.time_base is None else frame.pts * Fraction(frame.time_base) - start_s


def _resampler() -> AudioResampler:
    return AudioResampler(format="fltp", layout="mono", rate=SAMPLE_RATE_HZ)


def _resampled(resampler: AudioResampler, frame: AudioFrame | None) -> Iterator[Samples]:
    with suppress(EOFError):  # a resampler that was never used has nothing to give back
        for part in resampler.resample(frame):
            yield np.asarray(part.to_ndarray()[0], np.float32)


def _pieces(samples: Samples) -> Iterator[Samples]:
    return (samples[start : start + PIECE_SAMPLES] for start in range(0, len(samples), PIECE_SAMPLES))


def _fade(samples: Samples, playback: ClipPlayback, lasts: int) -> None:
    """Let it come and go as its author wants; at least so that it begins and ends at zero and no seam clicks.

    Args:
        samples: from the clip's beginning on.
        playback: how it is played.
        lasts: how long the clip is played, in samples: its pictures may go on, and go, after its sound.
    """
    whole = max(len(samples), lasts)
    wanted = (ms * SAMPLE_RATE_HZ // 1000 for ms in (playback.fade_in_ms, playback.fade_out_ms))
    rise, fall = (min(max(own, short), whole) for own, short in zip(wanted, (FADE_IN, FADE_OUT), strict=True))
    _go(samples[::-1], rise)
    _go(samples, fall, whole - len(samples))
    if whole > len(samples):
        _go(samples, min(FADE_OUT, len(samples)))


def _go(samples: Samples, fall: int, later: int = 0) -> None:
    """Let what is heard go within so many samples; it would be gone so many later than it ends."""
    going = samples[max(len(samples) + later - fall, 0) :]
    last = later / fall
    going *= np.linspace(last + len(going) / fall, last, len(going), dtype=np.float32)
