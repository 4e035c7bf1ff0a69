"""A picture, film, recording or PDF from a stranger: looked into in the sandbox before it is taken."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

from coursecrafter.errors import IngestError
from coursecrafter.ingest.archive import MAX_PIXELS, EncryptedFile
from coursecrafter.ingest.characters import clean_line
from coursecrafter.ingest.picture_parser import MAX_FRAMES
from coursecrafter.ingest.sandbox import parse_sandboxed
from coursecrafter.media.clips import UnplayableClip
from coursecrafter.media.film import DamagedFilm, FilmTooLarge, FilmWithoutPictures, NotAFilm
from coursecrafter.media.recording import DamagedRecording, NotARecording, RecordingTooLong

MAX_PAGES = 2_000
MAX_SIDE_PX = 30_000
LONGEST_MESSAGE = 300
_REFUSALS = {
    refusal.code: refusal
    for refusal in (
        DamagedFilm,
        FilmTooLarge,
        FilmWithoutPictures,
        NotAFilm,
        DamagedRecording,
        NotARecording,
        RecordingTooLong,
        UnplayableClip,
    )
}


class Undecodable(IngestError):
    """The file is damaged: what should show or play it cannot."""

    code = "CC-0131"
    remedy = "Open it in the program that made it, save it anew and upload that copy."


class TooMuchToShow(IngestError):
    """The picture has more pixels, or the PDF more pages, than can be shown."""

    code = "CC-0132"
    status = 413
    remedy = "Make the picture smaller, or split the PDF, and upload that."


def inspect_picture(path: Path, reader: str) -> dict[str, Any]:
    """Width, height and frames of a picture that can be decoded.

    Args:
        path: the picture.
        reader: Pillow's name of the one format that is tried ("PNG").

    Returns:
        `width_px`, `height_px`, `frames`.

    Raises:
        Undecodable, TooMuchToShow: CC-0131, CC-0132.
    """
    found = _inspect("picture_parser", [reader], path, ("width_px", "height_px", "frames"))
    width, height, frames = found["width_px"], found["height_px"], found["frames"]
    if width * height * frames > MAX_PIXELS or max(width, height) > MAX_SIDE_PX or frames > MAX_FRAMES:
        drawn = f"{width} x {height} pixels" + (f" in {frames} frames" if frames > 1 else "")
        raise TooMuchToShow(f"The picture measures {drawn}, which is too much to draw.")
    return found


def inspect_film(path: Path) -> dict[str, Any]:
    """Size of a film that can be decoded: `width_px`, `height_px`.

    Raises:
        NotAFilm, FilmWithoutPictures, DamagedFilm, FilmTooLarge: CC-0205 to CC-0208.
        Undecodable: CC-0131, its decoder broke down.
    """
    return _inspect("film_parser", ["film", "mp4"], path, ("width_px", "height_px"))


def inspect_recording(path: Path, reader: str) -> dict[str, Any]:
    """How long a recording lasts: `duration_ms`.

    Args:
        path: the recording.
        reader: FFmpeg's name of the one format that is tried ("wav").

    Raises:
        NotARecording, DamagedRecording, RecordingTooLong: CC-0133 to CC-0135.
        Undecodable: CC-0131, its decoder broke down.
    """
    return _inspect("film_parser", ["recording", reader], path, ("duration_ms",))


def inspect_clip(path: Path, subject: str, reader: str) -> Fraction:
    """Refuse a film or recording that cannot play in a video's place, as far as its beginning tells.

    Args:
        path: the file.
        subject: "film" or "recording".
        reader: FFmpeg's name of the one format that is tried for a recording.

    Returns:
        How long it says that it lasts, in seconds; 0 where it does not say so.

    Raises:
        UnplayableClip: CC-0236.
        NotAFilm, FilmWithoutPictures, DamagedFilm, FilmTooLarge: CC-0205 to CC-0208.
        NotARecording, DamagedRecording, RecordingTooLong: CC-0133 to CC-0135.
        Undecodable: CC-0131, its decoder broke down.
    """
    return Fraction(_inspect("film_parser", [f"clip_{subject}", reader], path, ("duration_ms",))["duration_ms"], 1000)


def inspect_pdf(path: Path) -> dict[str, Any]:
    """How many pages a PDF has: `pages`.

    Raises:
        EncryptedFile: CC-0103.
        Undecodable, TooMuchToShow: CC-0131, CC-0132.
    """
    found = _inspect("pdf_parser", [], path, ("pages",))
    if not found["pages"]:
        raise EncryptedFile("The PDF is protected by a password.")
    if found["pages"] > MAX_PAGES:
        raise TooMuchToShow(f"The PDF has {found['pages']} pages; {MAX_PAGES} are the most.")
    return found


def _inspect(parser: str, arguments: Sequence[str], path: Path, measures: tuple[str, ...]) -> dict[str, Any]:
    answer, run = parse_sandboxed(f"coursecrafter.ingest.{parser}", arguments, path)
    try:
        if "refused" in answer:
            raise _REFUSALS[answer["refused"]](clean_line(answer["message"])[:LONGEST_MESSAGE])
        return {name: int(answer[name]) for name in measures}
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise Undecodable("The file is damaged: it cannot be shown or played.", detail=run.output) from error
