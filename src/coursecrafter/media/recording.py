"""A stranger's recording: opened with care, heard for a moment.

Only the reader of the kind it shows is tried, and only codecs of sound are taken, so that a file cannot choose a
playlist that reads other files.
"""

from __future__ import annotations

from contextlib import suppress
from fractions import Fraction
from pathlib import Path

import av
from av.container import InputContainer
from av.stream import Disposition

from coursecrafter.errors import IngestError

MAX_DURATION_S = 4 * 3600
MAX_CHANNELS = 8
CODECS = frozenset({"aac", "alac", "flac", "mp3", "mp3float", "opus", "vorbis", "libopus", "libvorbis"})


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


def _checked(container: InputContainer) -> Fraction:
    if not container.streams.audio:
        raise NotARecording("There is no sound in the file.")
    # A cover is a picture that goes along with the sound, not a film.
    if any(not stream.disposition & Disposition.attached_pic for stream in container.streams.video):
        raise NotARecording("There is a film in the file, although it is given as a recording.")
    stream = container.streams.audio[0]
    context = stream.codec_context
    if not (context.name in CODECS or context.name.startswith("pcm_")):
        raise NotARecording(f"The sound is coded as “{context.name}”, which is not taken.")
    if context.channels > MAX_CHANNELS:
        raise RecordingTooLong(f"The recording has {context.channels} channels; {MAX_CHANNELS} are the most.")
    duration_s = Fraction(0)
    with suppress(TypeError):  # not declared: what follows counts
        duration_s = Fraction(container.duration or 0, av.time_base)
    if duration_s > MAX_DURATION_S:
        raise RecordingTooLong(f"The recording lasts longer than {MAX_DURATION_S // 3600} hours.")
    return duration_s
