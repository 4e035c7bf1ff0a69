"""A film clip in a scene's picture: muted, filling the illustration's place, standing still once it has ended."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np

from coursecrafter.engines.e2_video.fitting import Box
from coursecrafter.media.clips import Pixels


@dataclass(slots=True)
class ShownClip:
    """The pictures of a clip that a run shows, one after the other.

    Attributes:
        pictures: as large as the box, one for each new index, in order.
        mask: coverage of what is seen of the illustration, 0 to 255.
    """

    pictures: Iterator[Pixels]
    box: Box
    mask: Pixels
    _index: int = field(default=0, init=False)
    _shown: Pixels | None = field(default=None, init=False)

    def lay(self, canvas: Pixels, index: int) -> None:
        """Lay a picture of the clip where the illustration is; round corners keep the edge of the still picture."""
        if index != self._index or self._shown is None:
            self._index, self._shown = index, next(self.pictures)
        area = canvas[self.box.y : self.box.bottom, self.box.x : self.box.right]
        np.copyto(area, self._shown, where=(self.mask == 255)[:, :, np.newaxis])  # noqa: PLR2004 - wholly covered
