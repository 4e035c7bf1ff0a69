"""Decodes a picture and measures it.

Runs in the sandbox: `python -m coursecrafter.ingest.picture_parser FORMAT FILE JSON`.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from PIL import Image, ImageSequence

from coursecrafter.ingest.archive import MAX_PIXELS

MAX_FRAMES = 2_000


def parse_picture(reader: str, path: Path) -> dict[str, Any]:
    """Width, height and number of frames, all of them decoded; a picture with too many pixels is not decoded.

    Args:
        reader: Pillow's name of the one format that is tried.
        path: the picture.
    """
    Image.MAX_IMAGE_PIXELS = None
    with Image.open(path, formats=[reader]) as image:
        pixels = image.width * image.height
        frames = getattr(image, "n_frames", 1) if pixels <= MAX_PIXELS else 1
        measures = {"width_px": image.width, "height_px": image.height, "frames": frames}
    if pixels * frames > MAX_PIXELS or frames > MAX_FRAMES:
        return measures
    with Image.open(path, formats=[reader]) as image:
        image.verify()
    with Image.open(path, formats=[reader]) as image:
        for frame in ImageSequence.Iterator(image):
            frame.load()
    return measures


def main(arguments: Sequence[str]) -> None:
    """Look into the file, write the JSON file."""
    reader, source, target = arguments
    Path(target).write_text(json.dumps(parse_picture(reader, Path(source))), encoding="ascii")


if __name__ == "__main__":
    main(sys.argv[1:])
