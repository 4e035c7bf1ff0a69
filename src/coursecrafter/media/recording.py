"""A stranger's recording: opened with care, heard for a moment or as far as it is needed.

Only the reader of the kind it shows is tried, and only codecs of sound are taken, so that a file cannot choose a
playlist that reads other files.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from av.container import InputContainer
from av.stream import Disposition

from coursecrafter.errors import IngestError
from coursecrafter.media.codec import Samples
from coursecrafter.media.timeline import SAMPLE_RATE_HZ

MAX_DURATION_S = 4 * 3600
MAX_CHANNELS = 8
CODECS = frozenset({"aac", "alac", "flac", "mp3", "mp3float", "opus", "vorbis", "libopus", "libvorbis"})
FIRST_BYTES = 12
ID3, OGG, FLAC, RIFF, FTYP = b"ID3", b"OggS", b"fLaC", b"RIFF", b"ftyp"


class NotARecording(IngestError):
    """The file holds no sound that can be heard, or pictures beside it."""

    code = "CC-0133"
    status = 415
    remedy = "Export the sound alone as WAV, MP3, M4A, OGG or FLAC, and upload that file."


class DamagedRecording(IngestError):
    """The recording is cut short or cannot be decoded."""

    code = "CC-0134"
    remedy = "Play it to the end; if that fails too, export or copy it again."


class RecordingTooLong(IngestError):
    """The recording lasts longer, or has more channels, than is taken."""

    code = "CC-0135"
    status = 413
    remedy = "Export it in stereo, in parts of less than four hours."


def check_recording(path: Path, container_format: str) -> Fraction:
    """Refuse a file that is no recording we can hear; else say how long it lasts, in seconds.

    Args:
        path: the file.
        container_format: as FFmpeg calls the one reader that is tried ("wav", "mp3", "ogg", "flac", "mp4").

    Raises:
        NotARecording, DamagedRecording, RecordingTooLong: CC-0133 to CC-0135.
    """
    try:
        with av.open(
            str(path.absolute()), format=container_format, options={"protocol_whitelist": "file"}
        ) as container:
            duration_s = _checked(container)
            if next(container.decode(audio=0), None) is None:
                raise DamagedRecording("Nothing of the recording can be decoded.", detail=path.name)
            return duration_s
    except (av.FFmpegError, ValueError, MemoryError) as error:
        raise DamagedRecording("The recording is damaged and cannot be read.", detail=repr(error)) from error


def container_format(path: Path) -> str:
    """What a recording is by its first bytes, as FFmpeg calls the reader of it.

    Raises:
        NotARecording: CC-0133.
    """
    with path.open("rb") as file:
        head = file.read(FIRST_BYTES)
    for sign, name in ((RIFF, "wav"), (OGG, "ogg"), (FLAC, "flac"), (ID3, "mp3")):
        if head.startswith(sign):
            return name
    if head[4:8] == FTYP:
        return "mp4"
    if len(head) > 1 and head[0] == 0xFF and head[1] & 0xE0 == 0xE0:  # noqa: PLR2004  # the sync word of MPEG audio
        return "mp3"
    raise NotARecording("The file is no recording of a kind that is taken.")


def decode_recording(path: Path, most_s: int) -> Iterator[Samples]:
    """A recording's sound, mono at 48 kHz, piece by piece; what comes after `most_s` seconds is left out.

    Raises:
        NotARecording, DamagedRecording, RecordingTooLong: CC-0133 to CC-0135.
    """
    check_recording(path, name := container_format(path))
    left = most_s * SAMPLE_RATE_HZ
    try:
        with av.open(str(path.absolute()), format=name, options={"protocol_whitelist": "file"}) as container:
            resampler = av.AudioResampler(format="fltp", layout="mono", rate=SAMPLE_RATE_HZ)
            for frame in container.decode(audio=0):
                for part in resampler.resample(frame):
                    piece = part.to_ndarray()[0][:left]
                    left -= len(piece)
                    yield np.clip(np.nan_to_num(piece), -1, 1)
                if left <= 0:
                    return
    except (av.FFmpegError, ValueError, MemoryError) as error:
        raise DamagedRecording("The recording is damaged and cannot be read.", detail=repr(error)) from error


def _checked(container: InputContainer) -> Fraction:
    if not container.streams.audio:
        raise NotARecording("There is no sound in the file.")
    # A cover is a picture that goes along with the sound, not a film.
    if any(not stream.disposition & Disposition.attached_pic for stream in container.streams.video):
        raise NotARecording("There is a film in the file, although it is given as a recording.")
    stream = container.streams.audio[0]
    context = stream.codec_context
    name = getattr(context, "name", "unknown")  # None for a codec that nobody here knows
    if not (name in CODECS or name.startswith("pcm_")):
        raise NotARecording(f"The sound is coded as “{name}”, which is not taken.")
    if context.channels > MAX_CHANNELS:
        raise RecordingTooLong(f"The recording has {context.channels} channels; {MAX_CHANNELS} are the most.")
    duration_s = Fraction(0)
    with suppress(TypeError):  # not declared: what follows counts
        duration_s = Fraction(container.duration or 0, av.time_base)
    if duration_s > MAX_DURATION_S:
        raise RecordingTooLong(f"The recording lasts longer than {MAX_DURATION_S // 3600} hours.")
    return duration_s
