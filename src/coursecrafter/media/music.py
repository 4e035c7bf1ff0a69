"""A bed of music under a whole video: repeated until it ends, quieter while somebody speaks, made in stretches.

Each stretch is mixed and coded by itself, from what is to be heard in it and shortly around it: after an edit, only
stretches from there on are made again. Every stretch is coded a few AAC frames beyond its ends. Neighbours so share
packets, and are joined at one where both encoders chose windows that fit together; else the overlap of the two windows
(see `sound`) would leave an echo of itself, a click.

Source: ISO/IEC 14496-3, AAC-LC (ics_info, window switching); the levels are those of broadcasters' guides to speech
over music.
"""

from __future__ import annotations

import math
import struct
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

from coursecrafter.errors import VideoError
from coursecrafter.media.codec import Samples, decode_aac, encode_aac
from coursecrafter.media.loudness import RELATIVE_GATE_LU, TARGET_LUFS, Meter, limit_peaks
from coursecrafter.media.recording import decode_recording
from coursecrafter.media.sound import AUDIO_CONFIG, VoiceBlock, audible_range
from coursecrafter.media.timeline import AAC_FRAME_SAMPLES, SAMPLE_RATE_HZ

MUSIC_VERSION = 2
"""Part of the content keys of beds and stretches; raise it when the same music and voices give other packets."""

STRETCH_FRAMES = 375
"""8 s, a whole number of both AAC frames and seconds."""
SPARE_FRAMES = 6
"""Packets that a stretch has beyond each end, to be joined at the best of them."""
WARM_FRAMES = 8
"""Before those, the encoder hears what comes before: what it chooses then no longer depends on where it began."""

LONGEST_BED_S = 300
SHORTEST_BED_S = 2
LOUDEST_DB, SOFTEST_DB = 0.0, -40.0
STEP_DB = 3.0
SWINGS_DB = (-3.0, 0.0, 3.0)
MOST_LU_OFF = 0.25
DUCKED_DB = -9.0
ATTACK_SAMPLES = SAMPLE_RATE_HZ * 2 // 5
HOLD_SAMPLES = SAMPLE_RATE_HZ * 6 // 5
RELEASE_SAMPLES = SAMPLE_RATE_HZ
FADE_IN_SAMPLES = SAMPLE_RATE_HZ
FADE_OUT_SAMPLES = SAMPLE_RATE_HZ * 5 // 2
CROSSFADE_SAMPLES = 2 * SAMPLE_RATE_HZ
AROUND_SAMPLES = ATTACK_SAMPLES + HOLD_SAMPLES + RELEASE_SAMPLES

BED_MAGIC, STRETCH_MAGIC = b"CCB1", b"CCM1"
BED_HEAD = struct.Struct(">4sId")
STRETCH_HEAD = struct.Struct(">4sI")
PACKET_HEAD = struct.Struct(">H")
LONG, START, SHORT, STOP = range(4)
FULL_SCALE = 32767

Floats = np.ndarray[Any, np.dtype[np.float64]]


class UnusableMusic(VideoError):
    """The music for a video is too short, or nothing can be heard in it."""

    code = "CC-0212"
    status = 422
    remedy = "Choose a recording of at least two seconds in which something can be heard, or render without music."


@dataclass(frozen=True, slots=True)
class Bed:
    """Music made ready to be repeated.

    Attributes:
        samples: at 48 kHz, without silence at its ends; at most five minutes.
        lufs: its loudness.
    """

    samples: np.ndarray[tuple[int], np.dtype[np.int16]]
    lufs: float

    def to_bytes(self) -> bytes:
        """The bed as one file."""
        return BED_HEAD.pack(BED_MAGIC, len(self.samples), self.lufs) + self.samples.astype("<i2").tobytes()

    @classmethod
    def from_bytes(cls, content: bytes) -> Bed:
        """The bed that `to_bytes` wrote."""
        _, _, lufs = BED_HEAD.unpack_from(content)
        return cls(np.frombuffer(content, "<i2", offset=BED_HEAD.size), lufs)

    def read(self, start: int, count: int) -> Floats:
        """Samples of the endless bed: its end fades over into its beginning."""
        fade = min(CROSSFADE_SAMPLES, len(self.samples) // 4)
        period = len(self.samples) - fade
        places = np.arange(start, start + count)
        within = places % period
        read = self.samples[within] / FULL_SCALE
        joint = (within < fade) & (places >= period)
        share = within[joint] / fade
        # Equal power: end and beginning have nothing to do with each other.
        tail = self.samples[period + within[joint]] / FULL_SCALE
        read[joint] = read[joint] * np.sin(share * np.pi / 2) + tail * np.cos(share * np.pi / 2)
        return np.asarray(read, np.float64)


@dataclass(frozen=True, slots=True)
class Stretch:
    """What is to be heard in a stretch of a video, and what else its sound depends on; all in AAC frames from 0.

    Attributes:
        first_frame: where it begins.
        end_frame: of the video's sound, if that is near; None: far away.
        voices: per voice in it its number and the frame at which it begins.
        speech: when somebody speaks, in samples, as far as the music knows of it.
    """

    first_frame: int
    end_frame: int | None
    voices: tuple[tuple[int, int], ...]
    speech: tuple[tuple[int, int], ...]

    @property
    def begin(self) -> int:
        """The first frame that is coded."""
        return max(0, self.first_frame - SPARE_FRAMES - WARM_FRAMES)

    @property
    def end(self) -> int:
        """The frame after the last one that is coded."""
        return self.first_frame + STRETCH_FRAMES + SPARE_FRAMES + 2


def make_bed(path: Path) -> Bed:
    """Read a recording as music for a bed; of a long one, its first five minutes.

    Raises:
        NotARecording, DamagedRecording, RecordingTooLong: CC-0133 to CC-0135.
        UnusableMusic: CC-0212.
    """
    pieces = [np.rint(part * FULL_SCALE).astype(np.int16) for part in decode_recording(path, LONGEST_BED_S)]
    samples = np.concatenate([np.zeros(0, np.int16), *pieces])
    heard = audible_range(_floating(samples))
    if heard is None:
        raise UnusableMusic("Nothing can be heard in the music.")
    samples = samples[heard[0] : heard[1]]
    if len(samples) < SHORTEST_BED_S * SAMPLE_RATE_HZ:
        raise UnusableMusic(f"The music lasts {len(samples) / SAMPLE_RATE_HZ:.1f} seconds.")
    meter = Meter()
    for start in range(0, len(samples), SAMPLE_RATE_HZ):
        meter.feed(_floating(samples[start : start + SAMPLE_RATE_HZ]))
    lufs = meter.integrated_lufs()
    if not np.isfinite(lufs):
        raise UnusableMusic("The music is too soft to be heard.")
    return Bed(samples, lufs)


def _floating(samples: np.ndarray[Any, np.dtype[np.int16]]) -> Samples:
    return np.asarray(samples / FULL_SCALE, np.float32)


def plan_stretches(placed: Sequence[tuple[int, VoiceBlock]], frames: int) -> list[Stretch]:
    """Part a video's sound into stretches, each with all that it depends on.

    Args:
        placed: per voice the AAC frame at which it begins, and its block.
        frames: length of the whole sound.
    """
    spans = [(first * AAC_FRAME_SAMPLES, first * AAC_FRAME_SAMPLES + block.samples) for first, block in placed]
    stretches = []
    for first_frame in range(0, frames, STRETCH_FRAMES):
        bare = Stretch(first_frame, None, (), ())
        begin, end = bare.begin * AAC_FRAME_SAMPLES, bare.end * AAC_FRAME_SAMPLES
        low, high = begin - AROUND_SAMPLES, end + AROUND_SAMPLES
        near = frames * AAC_FRAME_SAMPLES < end + FADE_OUT_SAMPLES
        stretches.append(
            Stretch(
                first_frame,
                frames if near else None,
                tuple(
                    (number, first)
                    for number, (first, block) in enumerate(placed)
                    if first < bare.end and first + len(block.packets) > bare.begin
                ),
                # What is further away than the music looks changes nothing, so it must not be in the key.
                tuple((max(start, low), min(stop, high)) for start, stop in spans if start < high and stop > low),
            )
        )
    return stretches


def mix_stretch(stretch: Stretch, bed: Bed, gain_db: float, voices: Sequence[tuple[int, Samples]]) -> list[bytes]:
    """Code a stretch: music, stepping back for speech, and the voices over it, no peak above the limit.

    Args:
        stretch: from `plan_stretches`.
        bed: the music.
        gain_db: of the music where nobody speaks.
        voices: per voice in it the frame at which it begins, and its samples.

    Returns:
        The packets of frames `begin` to `end` - 1; packet k carries frames `begin` + k - 1 and `begin` + k.
    """
    start, count = stretch.begin * AAC_FRAME_SAMPLES, (stretch.end - stretch.begin) * AAC_FRAME_SAMPLES
    mixed = bed.read(start, count) * 10 ** (gain_db / 20) * _envelope(stretch, start, count)
    for first_frame, voice in voices:
        at = first_frame * AAC_FRAME_SAMPLES - start
        here = slice(max(at, 0), min(at + len(voice), count))
        mixed[here] += voice[here.start - at : here.stop - at]
    packets = encode_aac(limit_peaks(np.asarray(mixed, np.float32)))[1]
    return packets[: stretch.end - stretch.begin]


def decode_block(block: VoiceBlock) -> Samples:
    """The samples of a voice as a player would hear them."""
    # The first frame that comes out is the one before the first.
    heard = list(decode_aac(AUDIO_CONFIG, block.packets))[1:]
    return np.concatenate([np.zeros(0, np.float32), *heard])


def pack_stretch(stretch: Stretch, packets: Sequence[bytes]) -> bytes:
    """A coded stretch as one file, without the packets that only warmed the encoder."""
    dropped = max(0, stretch.first_frame - SPARE_FRAMES) - stretch.begin
    kept = packets[dropped : dropped + STRETCH_FRAMES + 2 * SPARE_FRAMES]
    head = STRETCH_HEAD.pack(STRETCH_MAGIC, stretch.begin + dropped)
    return head + b"".join(PACKET_HEAD.pack(len(packet)) + packet for packet in kept)


def join_stretches(files: Sequence[bytes], frames: int) -> list[bytes]:
    """The packets of the whole sound, `frames` + 1 of them.

    Args:
        files: from `pack_stretch`, in order.
        frames: length of the whole sound, in AAC frames.
    """
    parts = [_unpacked(content) for content in files]
    # The last stretch may begin with the video's very end, which the one before it holds too.
    joints = [0, *(min(_joint(*pair), frames + 1) for pair in pairwise(parts)), frames + 1]
    return [
        packets[place - first]
        for (first, packets), (begin, end) in zip(parts, pairwise(joints), strict=True)
        for place in range(begin, end)
    ]


def _unpacked(content: bytes) -> tuple[int, list[bytes]]:
    _, first = STRETCH_HEAD.unpack_from(content)
    packets, at = [], STRETCH_HEAD.size
    while at < len(content):
        (size,) = PACKET_HEAD.unpack_from(content, at)
        at += PACKET_HEAD.size + size
        packets.append(content[at - size : at])
    return first, packets


def _joint(before: tuple[int, list[bytes]], after: tuple[int, list[bytes]]) -> int:
    """The place of the first packet that is taken from the later stretch."""
    (first, earlier), (begin, later) = before, after
    places = range(begin + 1, first + len(earlier))

    def unfit(place: int) -> tuple[bool, bool, int]:
        left, right = earlier[place - 1 - first], later[place - begin]
        is_same = left == later[place - 1 - begin] and earlier[place - first] == right
        return not is_same, not _fits(left, later[place - 1 - begin], right), abs(place - begin - SPARE_FRAMES)

    return min(places, key=unfit)


def _fits(left: bytes, instead_of: bytes, right: bytes) -> bool:
    """Whether the window that one packet ends with goes with the one that the next begins with."""
    ends_long = _window(left)[0] in {LONG, STOP}
    begins_long = _window(right)[0] in {LONG, START}
    # A decoder shapes the first half of a window like the window before it.
    return ends_long == begins_long and _window(left)[1] == _window(instead_of)[1]


def _window(packet: bytes) -> tuple[int, int]:
    """Sequence and shape, which stand after the element's id and tag, its gain, and one reserved bit."""
    return packet[2] >> 6, packet[2] >> 5 & 1


def _envelope(stretch: Stretch, start: int, count: int) -> Floats:
    """The music's gain at each sample: down before a voice begins, up when nobody goes on, and faded at both ends."""
    ducked = np.zeros(count)
    places = np.arange(start, start + count)
    for begin, end in _held(stretch.speech):
        rise = np.clip((places - (begin - ATTACK_SAMPLES)) / ATTACK_SAMPLES, 0, 1)
        fall = np.clip((end + RELEASE_SAMPLES - places) / RELEASE_SAMPLES, 0, 1)
        ducked = np.maximum(ducked, np.minimum(rise, fall))
    # A cosine has no corners; in decibels it is even to the ear.
    smooth = (1 - np.cos(np.pi * ducked)) / 2
    gain = 10 ** (DUCKED_DB * smooth / 20)
    gain *= np.clip(places / FADE_IN_SAMPLES, 0, 1)
    if stretch.end_frame is not None:
        gain *= np.clip((stretch.end_frame * AAC_FRAME_SAMPLES - places) / FADE_OUT_SAMPLES, 0, 1)
    return np.asarray(gain, np.float64)


def _held(speech: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """Speech with short silences closed: music that comes up for each breath is a nuisance."""
    held: list[tuple[int, int]] = []
    for begin, end in speech:
        if held and begin - held[-1][1] <= HOLD_SAMPLES:
            held[-1] = held[-1][0], max(end, held[-1][1])
        else:
            held.append((begin, end))
    return held


def music_level_db(wanted_db: float, placed: Sequence[tuple[int, VoiceBlock]], frames: int) -> float:
    """The level of the music below the voice at which the programme is as loud as the voice.

    Loudness is measured over all that is not much softer than the rest. Where people speak little, music counts, and
    would make the programme too soft as a whole: it goes down until it does not. In steps, so that an edit seldom
    changes the level of all the music.

    Args:
        wanted_db: what the author chose.
        placed: per voice the AAC frame at which it begins, and its block.
        frames: length of the whole sound.
    """
    level_db = min(max(wanted_db, SOFTEST_DB), LOUDEST_DB)
    spans = [(first * AAC_FRAME_SAMPLES, first * AAC_FRAME_SAMPLES + block.samples) for first, block in placed]
    whole = max(frames * AAC_FRAME_SAMPLES, 1)
    spoken = sum(end - begin for begin, end in spans) / whole
    if not spoken:
        return 0.0
    ducked = sum(end - begin + (ATTACK_SAMPLES + RELEASE_SAMPLES) // 2 for begin, end in _held(spans)) / whole
    free = max(0.0, 1 - ducked)
    while level_db > SOFTEST_DB and _foretold_lu(level_db, spoken, free) < -MOST_LU_OFF:
        level_db -= STEP_DB
    return level_db


def _foretold_lu(level_db: float, spoken: float, free: float) -> float:
    """By how much the programme is louder than the voice: blocks of voice, and of music that is softer and louder."""
    blocks = [(0.0, spoken)] + [(level_db + swing_db, free / len(SWINGS_DB)) for swing_db in SWINGS_DB]
    gate_db = _mean_db(blocks) + RELATIVE_GATE_LU
    return _mean_db([(db, share) for db, share in blocks if db > gate_db])


def _mean_db(blocks: Sequence[tuple[float, float]]) -> float:
    energy = sum(share * 10 ** (db / 10) for db, share in blocks)
    return 10 * math.log10(energy / sum(share for _, share in blocks))


def music_gain_db(bed: Bed, level_db: float) -> float:
    """How much the music is turned up.

    Args:
        bed: the music.
        level_db: from `music_level_db`.
    """
    return TARGET_LUFS + level_db - bed.lufs
