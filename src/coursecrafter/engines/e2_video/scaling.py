"""A layout in another size of frame: everything in proportion, so that lines break where they did."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

from coursecrafter.engines.e2_video.faces import REDUCED_BY, Face
from coursecrafter.engines.e2_video.fitting import Box, Lettering, Page
from coursecrafter.engines.e2_video.ornaments import Plate
from coursecrafter.engines.e2_video.typesetting import PlacedToken


def scaled_box(box: Box, scale: Fraction) -> Box:
    """The box; neighbours that touched still do."""
    left, top, right, bottom = (round(side * scale) for side in (box.x, box.y, box.right, box.bottom))
    return Box(left, top, right - left, bottom - top)


def scaled_plate(plate: Plate, scale: Fraction) -> Plate:
    """The plate; a thin line keeps a pixel."""
    box = scaled_box(plate.box, scale)
    box = replace(box, width=max(box.width, 1), height=max(box.height, 1))
    return replace(plate, box=box, radius_px=round(plate.radius_px * scale))


def scaled_lettering(part: Lettering, scale: Fraction) -> Lettering:
    """The text in its own face of the other size."""
    return replace(part, words=_words(part.words, scale), face=_face(part.face, scale))


def scaled_page(page: Page, scale: Fraction) -> Page:
    """The page with all that stands on it."""
    standing = tuple(scaled_lettering(part, scale) for part in page.standing)
    return Page(_words(page.words, scale), _face(page.face, scale), standing, page.stayed)


def _words(words: tuple[PlacedToken, ...], scale: Fraction) -> tuple[PlacedToken, ...]:
    return tuple(
        replace(
            word,
            x_px=word.x_px * float(scale),
            baseline_px=round(word.baseline_px * scale),
            width_px=word.width_px * float(scale),
        )
        for word in words
    )


def _face(face: Face, scale: Fraction) -> Face:
    # Rounded up, words would be wider than their places, and run into each other; in whole pixels their spaces differ.
    return replace(face, size_px=max(int(face.size_px * scale * REDUCED_BY) / REDUCED_BY, 1.0))
