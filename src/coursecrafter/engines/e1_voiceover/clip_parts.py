"""A clip in a narrated lesson: its pictures in their place on the slide's, and its sound at the loudness of the voices.

Both are keyed by the clip and its place alone, so that another script makes neither of them again.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import astuple, replace
from itertools import repeat
from pathlib import Path

import numpy as np
from PIL import Image

from coursecrafter.domain.clip import ClipPlayback, SegmentClip
from coursecrafter.domain.keys import content_key
from coursecrafter.engines.bench import Bench
from coursecrafter.engines.e1_voiceover.film_runs import PictureFormat
from coursecrafter.engines.soundtrack import block_files
from coursecrafter.jobs.steps import Produced, Step
from coursecrafter.media.clip_sound import CLIP_SOUND_VERSION, make_clip_block
from coursecrafter.media.clips import LONGEST_CLIP_S, Clip, Pixels, UnplayableClip, measure_clip, read_clip
from coursecrafter.media.codec import CODEC_VERSION
from coursecrafter.media.film import PICTURES_VERSION, fit_box
from coursecrafter.media.heard import HEARD_VERSION
from coursecrafter.media.still_video import LONGEST_GOP_FRAMES, encode_pictures
from coursecrafter.media.timeline import VIDEO_FPS

CLIP_RUN_VERSION = 2
BINARY = "application/octet-stream"
FEWEST_PX = 16
"""A place that is smaller is no place to see anything in."""
DRAWN_WIDER_PX = 0.5
"""By as much a picture of a slide may reach beyond its place once it is drawn."""
PICTURE_SIZE_PX = (1920, 1080)
"""Of the pictures that boxes are measured on."""


def clip_sound_step(bench: Bench, clip: SegmentClip, label: str) -> Step:
    """The step that makes a clip's sound ready: as `voice_block_step`, without packets for a clip that is silent."""

    def make(folder: Path) -> Mapping[str, Produced]:
        film = _fetched(bench, clip, folder)
        return block_files(make_clip_block(film, label, is_sound=clip.is_sound, playback=clip.playback), folder)

    playback = {"playback": clip.playback.heard} if clip.playback.heard else {}
    key = content_key(
        "clip_sound",
        CLIP_SOUND_VERSION,
        clip=clip.stored.sha256,
        is_sound=clip.is_sound,
        codec=CODEC_VERSION,
        heard=HEARD_VERSION,
        **playback,
    )
    return Step("clip_sound", key, make, label)


def clip_run_step(
    bench: Bench, clip: SegmentClip, base: Callable[[], Pixels], base_key: str, label: str, wanted: PictureFormat
) -> Step:
    """The step that codes a clip: files "still" (all of it), "first" (its first picture) and "poster" (that as PNG).

    Args:
        bench, clip: the tools, and what plays.
        base: reads what it plays on, as large as the video's pictures.
        base_key: equal for equal ones.
        label: whose it is.
        wanted: how the video's pictures are coded.
    """

    def make(folder: Path) -> Mapping[str, Produced]:
        film = _fetched(bench, clip, folder)
        found = measure_clip(film, label, clip.playback)
        if found.is_too_long:
            raise UnplayableClip(f"The clip of {label} lasts longer than {LONGEST_CLIP_S // 60} minutes.")
        size = {"width_px": wanted.width_px, "height_px": wanted.height_px}
        canvas = np.zeros((wanted.height_px, wanted.width_px, 3), np.uint8) if clip.box is None else base()
        last = found.frames - 1
        idr = [index % LONGEST_GOP_FRAMES == 0 or index == last for index in range(found.frames)]
        run = encode_pictures(_pictures(film, found, clip, canvas, label), idr, **size, set_id=wanted.set_id)
        paths = {name: folder / name for name in ("still", "first", "poster")}
        paths["still"].write_bytes(run.to_bytes())
        paths["first"].write_bytes(replace(run, pictures=run.pictures[:1]).to_bytes())
        first = next(_pictures(film, found, clip, canvas, label))
        Image.fromarray(first).save(paths["poster"], "PNG", compress_level=1)
        return {name: Produced(path, "image/png" if name == "poster" else BINARY) for name, path in paths.items()}

    playback = {"playback": clip.playback.seen} if clip.playback.seen else {}
    key = content_key(
        "clip_run",
        CLIP_RUN_VERSION,
        clip=clip.stored.sha256,
        box=clip.box and clip.box.to_json(),
        base=clip.box and base_key,
        format=astuple(wanted),
        codec=CODEC_VERSION,
        pictures=PICTURES_VERSION,
        **playback,
    )
    return Step("clip_run", key, make, label)


def _fetched(bench: Bench, clip: SegmentClip, folder: Path) -> Path:
    path = folder / "clip"
    bench.store.copy_to(clip.stored, path)
    return path


def _pictures(path: Path, found: Clip, clip: SegmentClip, base: Pixels, label: str) -> Iterator[Pixels]:
    """What is seen while a clip plays, 30 times a second; a film beside its slide has no place, and is only heard."""
    if clip.playback.fills_box and clip.box and not clip.box.width * clip.box.height:
        return repeat(base, found.frames)
    return _in_place(path, found, clip, base, label)


def _in_place(path: Path, found: Clip, clip: SegmentClip, base: Pixels, label: str) -> Iterator[Pixels]:
    """The pictures of a clip in its place: as large as that lets it be, in its middle.

    Where its author lets it come or go, it does so over what stands there.
    """
    left, top, width, height = _place(clip, found.seen_px(clip.playback), base.shape[1], base.shape[0])
    indices = list(range(found.frames))
    for index, pixels in enumerate(read_clip(path, found, indices, (width, height), label, clip.playback)):
        canvas = base.copy()
        area = canvas[top : top + height, left : left + width]
        share = _share(clip.playback, index, found.frames)
        area[:] = pixels if share >= 1 else np.rint(area + (pixels - area.astype(np.float32)) * share)
        yield canvas


def _share(playback: ClipPlayback, index: int, frames: int) -> float:
    """How much is seen of a picture while a clip comes or goes, 0 to 1; that takes no longer than the clip."""
    last = frames - 1
    come, go = (min(VIDEO_FPS * ms / 1000, last) for ms in (playback.fade_in_ms, playback.fade_out_ms))
    return (min(index / come, 1.0) if come else 1.0) * (min((last - index) / go, 1.0) if go else 1.0)


def _place(clip: SegmentClip, clip_px: tuple[int, int], width_px: int, height_px: int) -> tuple[int, int, int, int]:
    """Where a clip stands in a frame: left, top, width and height in pixels."""
    if clip.box is None:
        return fit_box(clip_px, width_px, height_px)
    # The slide's picture may stand between bars itself, where the video has the shape of a film.
    left, top, width, height = fit_box(PICTURE_SIZE_PX, width_px, height_px)
    span = _covered if clip.playback.fills_box else _span
    x, room_x = span(clip.box.left, clip.box.width, left, width)
    y, room_y = span(clip.box.top, clip.box.height, top, height)
    if clip.playback.fills_box:
        return x, y, room_x, room_y
    inner_left, inner_top, inner_width, inner_height = fit_box(clip_px, room_x, room_y)
    return x + inner_left, y + inner_top, inner_width, inner_height


def _span(start: float, length: float, first_px: int, room_px: int) -> tuple[int, int]:
    """Begin and length of a side in pixels; what would stand beside the picture is moved onto it."""
    wanted = min(max(round(length * room_px), FEWEST_PX), room_px)
    at = min(max(round(start * room_px), 0), room_px - wanted)
    return first_px + at, wanted


def _covered(start: float, length: float, first_px: int, room_px: int) -> tuple[int, int]:
    """The same of all pixels that are touched, so that no edge of what is drawn in the clip's place is left."""
    begin, end = start * room_px - DRAWN_WIDER_PX, (start + length) * room_px + DRAWN_WIDER_PX
    first, last = max(math.floor(begin), 0), min(math.ceil(end), room_px)
    return _span(first / room_px, (last - first) / room_px, first_px, room_px)
