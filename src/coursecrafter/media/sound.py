"""Sound blocks: a voice made ready once, and laid out with silence between without being encoded again.

AAC frames overlap: packet k of a stream carries frames k - 1 and k. Blocks can still be joined packet by packet, since
each ends with a frame of silence: the packet after it then holds nothing of the block before.
"""

from __future__ import annotations

import io
import math
import struct
import wave
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cache
from itertools import chain
from operator import itemgetter
from typing import overload

import numpy as np

from coursecrafter.errors import VideoError
from coursecrafter.media.codec import Samples, encode_aac, resample
from coursecrafter.media.loudness import normalise
from coursecrafter.media.timeline import AAC_FRAME_SAMPLES, SAMPLE_RATE_HZ

BLOCK_VERSION = 3
"""Part of a voice block's content key; raise it when the same WAV gives other packets."""

AUDIO_CONFIG = bytes.fromhex("1188")
"""AudioSpecificConfig: AAC-LC, 48 kHz, one channel (ISO/IEC 14496-3, 1.6.2.1)."""

BLOCK_MAGIC = b"CCV1"
BLOCK_HEAD = struct.Struct(">4sIIId")
PACKET_HEAD = struct.Struct(">H")
SAMPLE_BYTES = 2
PACKETS_AT_ONCE = 1000
SILENCE_BELOW_PEAK_DB = 45
SILENCE_DBFS = -65
ENVELOPE_SAMPLES = SAMPLE_RATE_HZ // 200
KEPT_BEFORE = SAMPLE_RATE_HZ // 100
KEPT_AFTER = SAMPLE_RATE_HZ * 2 // 25
FADE_IN, FADE_OUT = SAMPLE_RATE_HZ // 200, SAMPLE_RATE_HZ // 33


class UnusableSound(VideoError):
    """A voice's sound file is not 16-bit PCM."""

    code = "CC-0204"
    remedy = "Choose another voice: this one sends a kind of sound that cannot be used."


@dataclass(frozen=True, slots=True)
class VoiceBlock:
    """A voice as it goes into a video: trimmed, at -16 LUFS, encoded.

    Attributes:
        packets: AAC packets; the sound fills them but for one to two frames of silence at the end. Empty: nothing
            can be heard in the sound.
        samples: length of the sound at 48 kHz.
        onset_samples: from its start to the first audible sample.
        trimmed_samples: how much was cut from the start of the voice's file; word times move by as much.
        loudness_lufs: of the sound before it was encoded.
    """

    packets: Sequence[bytes]
    samples: int
    onset_samples: int
    trimmed_samples: int
    loudness_lufs: float

    @property
    def sound_s(self) -> Fraction:
        """Length of the sound in seconds."""
        return Fraction(self.samples, SAMPLE_RATE_HZ)

    @property
    def onset_s(self) -> Fraction:
        """From the block's start to the first audible sample, in seconds."""
        return Fraction(self.onset_samples, SAMPLE_RATE_HZ)

    @property
    def trimmed_s(self) -> Fraction:
        """How much was cut from the start, in seconds."""
        return Fraction(self.trimmed_samples, SAMPLE_RATE_HZ)

    def to_bytes(self) -> bytes:
        """The block as one file."""
        head = BLOCK_HEAD.pack(BLOCK_MAGIC, self.samples, self.onset_samples, self.trimmed_samples, self.loudness_lufs)
        return head + b"".join(PACKET_HEAD.pack(len(packet)) + packet for packet in self.packets)

    @classmethod
    def from_bytes(cls, content: bytes) -> VoiceBlock:
        """The block that `to_bytes` wrote.

        Raises:
            UnusableSound: CC-0204, it is something else.
        """
        if content[:4] != BLOCK_MAGIC:
            raise UnusableSound("A sound in the store is broken.", detail=content[:4].hex())
        _, samples, onset, trimmed, lufs = BLOCK_HEAD.unpack_from(content)
        packets, at = [], BLOCK_HEAD.size
        while at < len(content):
            (size,) = PACKET_HEAD.unpack_from(content, at)
            at += PACKET_HEAD.size + size
            packets.append(content[at - size : at])
        return cls(tuple(packets), samples, onset, trimmed, lufs)

    @classmethod
    def kept(cls, read: Callable[[], bytes]) -> VoiceBlock:
        """The same, its packets left where they are kept: three hours of them are 170 megabytes.

        Args:
            read: gives what `to_bytes` wrote, whenever packets are asked for.

        Raises:
            UnusableSound: CC-0204, it is something else.
        """
        block = cls.from_bytes(read())
        return replace(block, packets=KeptPackets(len(block.packets), lambda: cls.from_bytes(read()).packets))


class KeptPackets(Sequence[bytes]):
    """Packets that are read each time they are asked for."""

    def __init__(self, count: int, read: Callable[[], Sequence[bytes]]) -> None:
        self._count, self._read = count, read

    def __len__(self) -> int:
        return self._count

    def __iter__(self) -> Iterator[bytes]:
        return iter(self._read())

    @overload
    def __getitem__(self, place: int) -> bytes: ...
    @overload
    def __getitem__(self, place: slice) -> Sequence[bytes]: ...
    def __getitem__(self, place: int | slice) -> bytes | Sequence[bytes]:
        return self._read()[place]


class LaidPackets(Sequence[bytes]):
    """The packets of a whole sound: blocks in their places, and silence. No more than one block is held."""

    def __init__(self, placed: Sequence[tuple[int, VoiceBlock]], count: int) -> None:
        self._placed, self._count = sorted(placed, key=itemgetter(0)), count
        self._firsts = [first for first, _ in self._placed]
        self._held: tuple[int, Sequence[bytes]] = (-1, ())

    def __len__(self) -> int:
        return self._count

    def __iter__(self) -> Iterator[bytes]:
        return chain.from_iterable(self[at : at + PACKETS_AT_ONCE] for at in range(0, self._count, PACKETS_AT_ONCE))

    @overload
    def __getitem__(self, place: int) -> bytes: ...
    @overload
    def __getitem__(self, place: slice) -> Sequence[bytes]: ...
    def __getitem__(self, place: int | slice) -> bytes | Sequence[bytes]:
        if isinstance(place, int):
            return self[slice(place, place + 1)][0]
        start, stop, _ = place.indices(self._count)
        stream = [silent_packet()] * (stop - start)
        for number in range(max(0, bisect_right(self._firsts, start) - 1), bisect_left(self._firsts, stop)):
            first, packets = self._firsts[number], self._packets(number)
            begin, end = max(first, start), min(first + len(packets), stop)
            if begin < end:
                stream[begin - start : end - start] = packets[begin - first : end - first]
        return stream

    def _packets(self, number: int) -> Sequence[bytes]:
        if self._held[0] != number:
            self._held = (number, tuple(self._placed[number][1].packets))
        return self._held[1]


def make_voice_block(wav: bytes) -> VoiceBlock:
    """Make a voice ready: 48 kHz mono, silence cut off at both ends, -16 LUFS, short fades, AAC.

    Args:
        wav: 16-bit PCM of any rate.

    Raises:
        UnusableSound: CC-0204, it is something else.
    """
    samples = read_wav(wav)
    heard = audible_range(samples)
    if heard is None:
        return VoiceBlock((), 0, 0, 0, -math.inf)
    first, last = heard
    start, end = max(0, first - KEPT_BEFORE), min(len(samples), last + KEPT_AFTER)
    voice, lufs = normalise(_faded(samples[start:end]))
    frames = -(-len(voice) // AAC_FRAME_SAMPLES) + 1
    padded = np.pad(voice, (0, frames * AAC_FRAME_SAMPLES - len(voice)))
    _, packets = encode_aac(padded)
    return VoiceBlock(
        packets=tuple(packets[:frames]),
        samples=len(voice),
        onset_samples=first - start,
        trimmed_samples=start,
        loudness_lufs=round(lufs, 3),
    )


def lay_blocks(placed: Sequence[tuple[int, VoiceBlock]], frames: int) -> Sequence[bytes]:
    """Join blocks into one stream of packets, with silence between.

    Args:
        placed: for each block the AAC frame at which it begins (`Cue.sound_frame`); blocks do not overlap.
        frames: length of the whole sound, in AAC frames.

    Returns:
        `frames` + 1 packets; the first only fills the decoder.
    """
    return LaidPackets(placed, frames + 1)


def read_wav(wav: bytes) -> Samples:
    """A WAV's sound at 48 kHz, its channels mixed into one.

    Raises:
        UnusableSound: CC-0204, it is not 16-bit PCM.
    """
    try:
        with wave.open(io.BytesIO(wav)) as file:
            width, channels, rate = file.getsampwidth(), file.getnchannels(), file.getframerate()
            content = file.readframes(file.getnframes())
    except (wave.Error, EOFError) as error:
        raise UnusableSound("A voice sent a sound that cannot be read.", detail=str(error)) from error
    if width != SAMPLE_BYTES:
        raise UnusableSound("A voice sent a sound that is not 16-bit PCM.", detail=f"{width * 8} bit")
    whole = len(content) - len(content) % (SAMPLE_BYTES * channels)
    pcm = np.frombuffer(content[:whole], "<i2").reshape(-1, channels).mean(axis=1, dtype=np.float32)
    return resample(pcm / np.float32(32768), rate)


def audible_range(samples: Samples) -> tuple[int, int] | None:
    """First and last audible sample, judged in steps of 5 ms; None for silence."""
    steps = len(samples) // ENVELOPE_SAMPLES
    if steps == 0:
        return None
    blocks = samples[: steps * ENVELOPE_SAMPLES].reshape(steps, ENVELOPE_SAMPLES)
    level = np.sqrt(np.einsum("ij,ij->i", blocks, blocks, dtype=np.float64) / ENVELOPE_SAMPLES)
    threshold = max(float(level.max()) * 10 ** (-SILENCE_BELOW_PEAK_DB / 20), 10 ** (SILENCE_DBFS / 20))
    audible = np.flatnonzero(level > threshold)
    if not len(audible):
        return None
    return int(audible[0]) * ENVELOPE_SAMPLES, (int(audible[-1]) + 1) * ENVELOPE_SAMPLES


def _faded(voice: Samples) -> Samples:
    """A voice that begins and ends at zero, so that no seam clicks."""
    faded = voice.copy()
    rise, fall = min(FADE_IN, len(voice)), min(FADE_OUT, len(voice))
    faded[:rise] *= np.linspace(0, 1, rise, dtype=np.float32)
    faded[len(voice) - fall :] *= np.linspace(1, 0, fall, dtype=np.float32)
    return faded


@cache
def silent_packet() -> bytes:
    """An AAC packet of two frames of silence."""
    _, packets = encode_aac(np.zeros(4 * AAC_FRAME_SAMPLES, np.float32))
    return packets[2]
