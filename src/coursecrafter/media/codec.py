"""The one module that knows the encoder: H.264 and AAC in, access units out, and a decoder for measuring.

PyAV brings FFmpeg and x264. Nothing outside this module and `frames` imports it, so that another encoder can take its
place. Settings are fixed here: equal pictures and samples give equal bytes.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction
from itertools import chain
from pathlib import Path
from typing import Any, cast

import av
import numpy as np
from av.audio.frame import AudioFrame
from av.video.codeccontext import VideoCodecContext
from av.video.frame import PictureType
from PIL import Image

from coursecrafter.media.frames import FrameMaker
from coursecrafter.media.timeline import AAC_FRAME_SAMPLES, SAMPLE_RATE_HZ, VIDEO_FPS

CODEC_VERSION = 2
"""Part of the content key of all that is encoded here; raise it with any setting below."""

Picture = np.ndarray[Any, np.dtype[np.uint8]] | Path
"""A picture: height x width x 3, 8-bit RGB, or the path of a picture file."""

Samples = np.ndarray[Any, np.dtype[np.float32]]
"""Mono sound at 48 kHz, -1 to 1."""

Floats = np.ndarray[Any, np.dtype[np.float64]]

AAC_BIT_RATE = 112_000
SECTION = ("b0", "b1", "b2", "a0", "a1", "a2")
# One slice in one thread and no look-ahead: the same picture gives the same bytes on any number of cores. `stitchable`
# keeps SPS and PPS free of the pictures, so that runs can be joined; qcomp=1 codes each picture as well as the next.
# One reference and no B-frames: see `h264`.
X264_PARAMS = (
    "keyint=infinite:min-keyint=1:scenecut=0:bframes=0:ref=1:weightp=0:rc-lookahead=0:sync-lookahead=0:mbtree=0:"
    "sliced-threads=0:threads=1:open-gop=0:force-cfr=1:stitchable=1:qcomp=1:"
    "colorprim=bt709:transfer=bt709:colormatrix=bt709:range=tv"
)
X264_OPTIONS = {
    "preset": "veryfast",
    "profile": "high",
    "crf": "18",
    "tune": "stillimage",
    "forced-idr": "1",
    "x264-params": X264_PARAMS,
}
GLOBAL_HEADER, BIT_EXACT = 1 << 22, 1 << 23  # the latter leaves out the encoder's name


def encode_h264(
    pictures: Iterable[Picture], idr: Sequence[bool], width_px: int, height_px: int, set_id: int = 0
) -> tuple[bytes, list[bytes]]:
    """Encode pictures as IDR and P pictures, in bounded memory.

    Args:
        pictures: N pictures, all of the size given.
        idr: N flags; the first is True.
        width_px, height_px: even.
        set_id: of SPS and PPS, 0 to 31; another than a stranger's pictures in the same track have.

    Returns:
        SPS and PPS, and N access units; all in Annex B. Each IDR has `idr_pic_id` 0.
    """
    encoder: VideoCodecContext | None = None
    parameter_sets, units = b"", []
    frames = FrameMaker()
    for index, (picture, is_idr) in enumerate(zip(pictures, idr, strict=True)):
        if is_idr:
            # An encoder would spend on a later IDR what the pictures before it say, and count on from the one before.
            units += _flushed(encoder)
            encoder = _open_h264(width_px, height_px, set_id)
            parameter_sets = bytes(encoder.extradata or b"")
        frame = frames.make(read_picture(picture))
        frame.pts, frame.time_base = index, Fraction(1, VIDEO_FPS)
        frame.pict_type = PictureType.I if is_idr else PictureType.NONE
        units += [bytes(packet) for packet in cast("VideoCodecContext", encoder).encode(frame)]
    return parameter_sets, units + _flushed(encoder)


def _open_h264(width_px: int, height_px: int, set_id: int) -> VideoCodecContext:
    context = av.CodecContext.create("libx264", "w")
    context.width, context.height, context.pix_fmt = width_px, height_px, "yuv420p"
    context.framerate, context.time_base = Fraction(VIDEO_FPS), Fraction(1, VIDEO_FPS)
    context.options = X264_OPTIONS | ({"x264-params": f"{X264_PARAMS}:sps-id={set_id}"} if set_id else {})
    context.flags |= GLOBAL_HEADER
    context.thread_count = 1
    context.open()
    return context


def _flushed(encoder: VideoCodecContext | None) -> list[bytes]:
    return [bytes(packet) for packet in encoder.encode(None) if packet.size] if encoder else []


def read_picture(picture: Picture) -> np.ndarray[Any, np.dtype[np.uint8]]:
    """The pixels of a picture, height x width x 3."""
    if isinstance(picture, Path):
        with Image.open(picture) as image:
            return np.asarray(image.convert("RGB"))
    return picture


def encode_aac(samples: Samples) -> tuple[bytes, list[bytes]]:
    """Encode mono sound as AAC-LC.

    Args:
        samples: N whole AAC frames.

    Returns:
        The AudioSpecificConfig, and N + 1 packets: packet k carries frames k - 1 and k, since the MDCT overlaps.

    Source: ISO/IEC 14496-3, AAC-LC; the encoder's delay is one frame.
    """
    context = av.CodecContext.create("aac", "w")
    context.sample_rate, context.layout, context.format = SAMPLE_RATE_HZ, "mono", "fltp"
    context.bit_rate = AAC_BIT_RATE
    # What the fast search leaves as noise lies lower than what the thorough one leaves at 128 kbit/s, at a third of the
    # cost, and lower still without noise shaping in time; noise substitution would decode to other samples each time.
    context.options = {"aac_coder": "fast", "aac_pns": "0", "aac_tns": "0"}
    context.flags |= GLOBAL_HEADER | BIT_EXACT
    packets: list[bytes] = []
    for start in range(0, len(samples), AAC_FRAME_SAMPLES):
        block = np.asarray(samples[start : start + AAC_FRAME_SAMPLES], np.float32)
        frame = _mono_frame(block, SAMPLE_RATE_HZ, start)
        packets += [bytes(packet) for packet in context.encode(frame)]
    packets += [bytes(packet) for packet in context.encode(None) if packet.size]
    return bytes(context.extradata or b""), packets


def resample(samples: Samples, rate_hz: int) -> Samples:
    """Mono sound of any rate at 48 kHz."""
    if rate_hz == SAMPLE_RATE_HZ or not len(samples):
        return samples
    resampler = av.AudioResampler(format="fltp", layout="mono", rate=SAMPLE_RATE_HZ)
    # A second at a time: of an hour at once it keeps ten copies.
    fed = (_mono_frame(samples[at : at + rate_hz], rate_hz, at) for at in range(0, len(samples), rate_hz))
    parts = (part.to_ndarray()[0] for frame in chain(fed, [None]) for part in resampler.resample(frame))
    return np.concatenate([np.zeros(0, np.float32), *parts])


class Cascade:
    """Second-order filters one after the other, on sound that comes in pieces."""

    def __init__(self, sections: Sequence[Sequence[float]]) -> None:
        """Args: sections: for each filter b0, b1, b2, a0, a1, a2 of its transfer function, in z to the power of -n."""
        self._graph = av.filter.Graph()
        last = self._source = self._graph.add_abuffer(
            sample_rate=SAMPLE_RATE_HZ, format="dblp", layout="mono", time_base=Fraction(1, SAMPLE_RATE_HZ)
        )
        for section in sections:
            values = ":".join(f"{name}={float(value)!r}" for name, value in zip(SECTION, section, strict=True))
            biquad = self._graph.add("biquad", f"{values}:precision=f64:transform=tdii")
            last.link_to(biquad)
            last = biquad
        self._sink = self._graph.add("abuffersink")
        last.link_to(self._sink)
        self._graph.configure()
        self._fed = 0

    def feed(self, samples: Samples) -> Floats:
        """What comes out for the next samples, as many."""
        if not len(samples):
            return np.zeros(0)
        self._source.push(_mono_frame(np.asarray(samples, np.float64), SAMPLE_RATE_HZ, self._fed))
        self._fed += len(samples)
        weighted = cast("AudioFrame", self._sink.pull())
        # Through the plane's buffer: PyAV's own way to an array takes longer than the filters.
        return np.frombuffer(memoryview(weighted.planes[0]), np.float64)[: weighted.samples].copy()


def _mono_frame(samples: Samples | Floats, rate_hz: int, at: int = 0) -> AudioFrame:
    form = "dblp" if samples.dtype == np.float64 else "fltp"
    block = cast("Samples | Floats", np.ascontiguousarray(samples[np.newaxis]))
    frame = AudioFrame.from_ndarray(block, format=form, layout="mono")
    frame.sample_rate, frame.pts, frame.time_base = rate_hz, at, Fraction(1, rate_hz)
    return frame


def decode_sound(path: Path) -> Iterator[Samples]:
    """The sound of a file as a player would give it, piece by piece: edit list applied, mono, 48 kHz."""
    with av.open(str(path)) as container:
        resampler = av.AudioResampler(format="fltp", layout="mono", rate=SAMPLE_RATE_HZ)
        for frame in chain(container.decode(audio=0), [None]):  # None: what the resampler still holds
            for part in resampler.resample(frame):
                yield part.to_ndarray()[0]


def decode_aac(config: bytes, packets: Iterable[bytes]) -> Iterator[Samples]:
    """The frames that a player hears for AAC packets of mono sound; the first is the one before the first packet's.

    Args:
        config: the AudioSpecificConfig.
    """
    decoder = cast("Any", av.CodecContext.create("aac", "r"))
    decoder.extradata = config
    for packet in packets:
        for frame in decoder.decode(av.Packet(packet)):
            # Through the plane's buffer: PyAV's own way to an array takes longer than the decoder.
            yield np.frombuffer(frame.planes[0], np.float32)[: frame.samples]


def read_sound_packets(path: Path) -> Iterator[bytes]:
    """The packets of a file's sound as they stand in it."""
    with av.open(str(path)) as container, path.open("rb") as file:
        for entry in container.streams.audio[0].index_entries:
            file.seek(entry.pos)
            yield file.read(entry.size)


def read_picture_times(path: Path) -> tuple[Fraction, list[tuple[int, int, bool]]]:
    """The time base of a file's pictures in seconds, and for each its time and duration in it, in the file's order.

    Also whether a viewer can seek to it.
    """
    with av.open(str(path)) as container:
        times = [
            (packet.pts, packet.duration or 0, packet.is_keyframe)
            for packet in container.demux(video=0)
            if packet.pts is not None and packet.size
        ]
        return Fraction(container.streams.video[0].time_base or 1), times
