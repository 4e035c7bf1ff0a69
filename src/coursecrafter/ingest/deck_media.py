"""Films and recordings taken out of a deck, each looked into in the sandbox before it is kept.

What cannot be played is left where it is: the slide says so, and the rest of the deck goes on.
"""

from __future__ import annotations

import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction
from pathlib import Path

from coursecrafter.domain.deck import Deck, Slide, SlideClip
from coursecrafter.errors import IngestError, VideoError
from coursecrafter.ingest.archive import open_archive, unpacking
from coursecrafter.ingest.inspection import inspect_clip
from coursecrafter.media.clips import LONGEST_CLIP_S
from coursecrafter.media.recording import container_format

MAX_CLIP_BYTES = 400 << 20
MAX_ALL_BYTES = 1 << 30
COPIED_BYTES = 1 << 20
UNPLAYED = "“{name}” is not played. {reason}"
TOO_LONG = f"It lasts longer than {LONGEST_CLIP_S // 60} minutes."
EMPTY_TRIM = "The trim of “{name}” would leave nothing of it, so it is not applied."
ENDLESS = "The trim at the end of “{name}” is not applied: its file does not say how long it lasts."
SOUND_TYPES = {"mp3": "audio/mpeg", "wav": "audio/wav", "mp4": "audio/mp4", "ogg": "audio/ogg", "flac": "audio/flac"}
FILM_TYPE = "video/mp4"


class ClipTooLarge(VideoError):
    """A film or recording in a deck is larger than is taken, or all of them are."""

    code = "CC-0246"
    status = 413
    remedy = "Compress the deck's media in PowerPoint (File, Info, Compress Media), and upload it again."


@dataclass(frozen=True, slots=True)
class TakenOut:
    """A file taken out of a deck.

    Attributes:
        lasts_s: as it says itself; 0 where it does not.
    """

    path: Path
    mime_type: str
    lasts_s: Fraction = Fraction(0)


@dataclass(slots=True)
class _Taker:
    """Takes parts out of one deck, each once."""

    archive: zipfile.ZipFile
    folder: Path
    taken: dict[tuple[str, bool], TakenOut | str] = field(default_factory=dict)
    left_bytes: int = MAX_ALL_BYTES

    def take(self, clip: SlideClip) -> TakenOut | str:
        """A clip's file; or why it is not played."""
        key = clip.part, clip.is_sound
        if key not in self.taken:
            target = self.folder / f"clip{len(self.taken)}"
            try:
                self._copy(clip.part, target)
                self.taken[key] = TakenOut(target, *_look_into(target, is_sound=clip.is_sound))
            except (IngestError, VideoError) as error:
                target.unlink(missing_ok=True)
                self.taken[key] = error.message
        return self.taken[key]

    def _copy(self, part: str, target: Path) -> None:
        """Unpack a part, no further than may be: what a directory says of its length is a stranger's word."""
        names = {name.lstrip("/"): name for name in self.archive.namelist()}
        most = min(MAX_CLIP_BYTES, self.left_bytes)
        copied = 0
        with unpacking(), self.archive.open(names[part]) as source, target.open("wb") as file:
            while content := source.read(COPIED_BYTES):
                copied += len(content)
                if copied > most:
                    raise ClipTooLarge(
                        f"It is larger than {MAX_CLIP_BYTES >> 20} MB, or the deck's media are more than"
                        f" {MAX_ALL_BYTES >> 30} GB."
                    )
                file.write(content)
        self.left_bytes -= copied


def take_out(path: Path, deck: Deck, folder: Path) -> tuple[Deck, Mapping[str, TakenOut]]:
    """Take out what plays on a deck's slides.

    Args:
        path: the file that the deck was read from.
        deck: what `read_deck` gave for it.
        folder: where the files are written.

    Returns:
        The deck, where clips that cannot be played have become caveats; and the files of the others, by their part, and
        by whether a recording is meant, as `clip_file` names it.
    """
    if not any(slide.clips for slide in deck.slides):
        return deck, {}
    with path.open("rb") as file, open_archive(file) as archive:
        taker = _Taker(archive, folder)
        slides = tuple(_played(slide, taker) for slide in deck.slides)
    played = {clip_file(clip): taker.take(clip) for slide in slides for clip in slide.clips}
    files = {name: one for name, one in played.items() if isinstance(one, TakenOut)}
    return replace(deck, slides=slides), files


def clip_file(clip: SlideClip) -> str:
    """The name of a clip's file among those that were taken out."""
    return f"{clip.part}/{clip.is_sound}"


def _played(slide: Slide, taker: _Taker) -> Slide:
    caveats: dict[str, None] = {}
    clips = []
    for clip in slide.clips:
        file = taker.take(clip)
        if isinstance(file, str):
            caveats[UNPLAYED.format(name=clip.name, reason=file)] = None
            continue
        playback = clip.playback
        if playback.leaves_nothing_of(file.lasts_s):
            caveats[EMPTY_TRIM.format(name=clip.name)] = None
            playback = replace(playback, start_ms=0, end_ms=0)
        if playback.end_ms and not file.lasts_s:
            caveats[ENDLESS.format(name=clip.name)] = None
            playback = replace(playback, end_ms=0)
        start_s, end_s = playback.span_s(file.lasts_s)
        if (file.lasts_s if end_s is None else end_s) - start_s > LONGEST_CLIP_S:
            caveats[UNPLAYED.format(name=clip.name, reason=TOO_LONG)] = None
            continue
        clips.append(replace(clip, playback=playback))
    return replace(slide, clips=tuple(clips), caveats=(*slide.caveats, *caveats))


def _look_into(path: Path, *, is_sound: bool) -> tuple[str, Fraction]:
    """The MIME type of a film or recording that can be played, and how long it says that it lasts, in seconds.

    Raises:
        IngestError, VideoError: it cannot.
    """
    if not is_sound:
        return FILM_TYPE, inspect_clip(path, "film", "mp4")
    reader = container_format(path)
    return SOUND_TYPES[reader], inspect_clip(path, "recording", reader)
