"""Frames made for the rows that changed are the frames of the whole picture."""

import numpy as np
import pytest

from coursecrafter.media.frames import FrameMaker, convert, plane_rows


@pytest.mark.parametrize(("top", "end"), [(0, 1), (37, 38), (36, 90), (100, 161), (238, 240), (0, 240), (5, 5)])
def test_a_frame_is_the_same_as_if_its_picture_were_converted_alone(top: int, end: int) -> None:
    dice = np.random.default_rng(7)
    before = dice.integers(0, 256, (240, 320, 3), dtype=np.uint8)
    after = before.copy()
    after[top:end, 40:90] = dice.integers(0, 256, after[top:end, 40:90].shape, dtype=np.uint8)
    maker = FrameMaker()

    maker.make(before)
    made = plane_rows(maker.make(after))

    assert all((one == other).all() for one, other in zip(made, plane_rows(convert(after)), strict=True))
