"""From one scene to the next: a picture between two, for each way of going over."""

from __future__ import annotations

import numpy as np
from PIL import Image

from coursecrafter.domain.look import Transition
from coursecrafter.engines.e2_video.paint import Pixels
from coursecrafter.engines.e2_video.plan import FULL

GROWTH, HALF = 0.24, 0.5
"""In a zoom the old scene grows by half of it, and the new one comes up to its size, as if one went towards both."""


def paint_between(
    transition: Transition, before: Pixels, bare: Pixels, still: Pixels, at: int, *, is_rtl: bool
) -> Pixels:
    """What is seen while a scene comes.

    Args:
        before: what stands on screen before it, height x width x 3.
        bare: what stands behind the scene.
        still: its own still picture.
        at: as `State.still`.
        is_rtl: whether it is read to the left, so that it comes from there.
    """
    if transition is Transition.SLIDE:
        return _slid(before, still, at, is_rtl=is_rtl)
    if transition is Transition.ZOOM:
        return _zoomed(before, bare, still, at)
    return mixed(before, bare, at + FULL) if at < 0 else mixed(bare, still, at)


def mixed(before: Pixels, after: Pixels, share: int) -> Pixels:
    """A picture between two; `share` of 256 is the later one."""
    return np.asarray(Image.blend(Image.fromarray(before), Image.fromarray(after), share / FULL))


def _slid(before: Pixels, still: Pixels, at: int, *, is_rtl: bool) -> Pixels:
    """The new scene pushes the old one out: to the side it is read from, in a tall frame upwards."""
    height, width = still.shape[:2]
    if height > width:
        moved = height * at // FULL
        return np.concatenate([before[moved:], still[:moved]])
    moved = width * at // FULL
    if is_rtl:
        return np.concatenate([still[:, width - moved :], before[:, : width - moved]], axis=1)
    return np.concatenate([before[:, moved:], still[:, :moved]], axis=1)


def _zoomed(before: Pixels, bare: Pixels, still: Pixels, at: int) -> Pixels:
    """The old scene grows and goes into the new one's ground, then the new one comes out of it, growing too."""
    height, width = still.shape[:2]
    part = at / FULL
    ground = Image.fromarray(bare)
    if part < HALF:
        # What is cut off on each side, so that the rest fills the frame.
        cut = (1 - 1 / (1 + GROWTH * part)) / 2
        box = (width * cut, height * cut, width * (1 - cut), height * (1 - cut))
        grown = Image.fromarray(before).resize((width, height), Image.Resampling.BILINEAR, box=box)
        return np.asarray(Image.blend(grown, ground, part / HALF))
    scale = 1 - GROWTH * (1 - part)
    size = (round(width * scale / 2) * 2, round(height * scale / 2) * 2)
    left, top = (width - size[0]) // 2, (height - size[1]) // 2
    small = Image.fromarray(still).resize(size, Image.Resampling.BILINEAR)
    under = ground.crop((left, top, left + size[0], top + size[1]))
    ground.paste(Image.blend(under, small, part / HALF - 1), (left, top))
    return np.asarray(ground)
