"""How the author of a deck has a film or recording played: trimmed, faded, cropped, muted.

Bookmarks and how loud it is are left out: a clip is as loud as the voices. What is to be repeated is played once.

Source: [MS-PPTX], CT_Media, CT_MediaTrim, CT_MediaFade, ST_UniversalTimeOffset; ECMA-376 Part 1, 19.5.29
(`p:cMediaNode`), 20.1.8.55 (`a:srcRect`), 22.9.2.9 (ST_Percentage).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from fractions import Fraction

from lxml import etree

from coursecrafter.domain.clip import LONGEST_MS, WHOLE, ClipPlayback
from coursecrafter.ingest.media_place import Insets
from coursecrafter.ingest.package import find_all

EMBEDDED = "./p:nvPicPr/p:nvPr/p:extLst/p:ext/p14:media"
BAD_TIME = "The {what} of “{name}” cannot be read in the deck, so it is not applied."
BAD_CROP = "The crop of “{name}” cannot be read in the deck, so it is not applied."
EMPTY_CROP = "The crop of “{name}” would leave nothing to be seen, so it is not applied."
_TIMES = {
    "start_ms": ("trim", "st", "trim at the beginning"),
    "end_ms": ("trim", "end", "trim at the end"),
    "fade_in_ms": ("fade", "in", "fade-in"),
    "fade_out_ms": ("fade", "out", "fade-out"),
}
_TIME = re.compile(r"\+?(\d{1,12}(?:\.\d{1,12})?)\s?(h|min|s|ms|µs|μs|ns)?", re.ASCII)
_UNIT_MS = {
    "h": Fraction(3_600_000), "min": Fraction(60_000), "s": Fraction(1000), "ms": Fraction(1), "µs": Fraction(1, 1000),
    "μs": Fraction(1, 1000), "ns": Fraction(1, 1_000_000),
}  # fmt: skip
_PERCENTAGE = re.compile(r"([+-]?\d{1,9})|([+-]?\d{1,6}(?:\.\d{1,9})?)%", re.ASCII)
_SIDES = ("l", "t", "r", "b")
NOT_CROPPED: tuple[tuple[int, int, int, int], Insets] = (0, 0, 0, 0), (Fraction(0),) * 4


@dataclass(frozen=True, slots=True)
class FoundPlayback:
    """How something is played.

    Attributes:
        playback: as far as the deck's own timing and its picture say; not turned.
        insets: how much narrower a film is than its frame, as parts of the frame: on the left, at the top, on the right
            and at the bottom.
        caveats: sentences on what is not applied.
    """

    playback: ClipPlayback
    insets: Insets
    caveats: tuple[str, ...]


def read_playback(picture: etree._Element, name: str, *, is_sound: bool, is_muted: bool) -> FoundPlayback:
    """How a film or recording is played.

    Args:
        picture: `p:pic`.
        name: as its author knows it.
        is_sound: whether it is a recording, whose picture is no part of it.
        is_muted: whether the slide's timing mutes it.
    """
    caveats: list[str] = []
    times = ClipPlayback.from_json(dict(_times(picture, name, caveats)))
    crop, insets = NOT_CROPPED if is_sound else _crop(picture, name, caveats)
    return FoundPlayback(replace(times, is_muted=is_muted, crop=crop), insets, tuple(caveats))


def read_muted(slide: etree._Element) -> frozenset[str]:
    """Ids of the shapes whose film or recording is not heard: muted, or with nothing of its volume left."""
    muted = set()
    for node in find_all(slide, ".//p:cMediaNode"):
        is_silent = _parts(node.get("vol") or "50%") == 0
        if is_silent or node.get("mute") in {"1", "true"}:
            muted |= {target.get("spid", "") for target in find_all(node, "./p:tgtEl/p:spTgt")}
    return frozenset(muted)


def crop_more(crop: tuple[int, int, int, int], cut: Insets) -> tuple[int, int, int, int]:
    """A crop that leaves of what another leaves only a part.

    Args:
        crop: the other.
        cut: what is cut off besides, as parts of what the other leaves.
    """
    left, top, right, bottom = crop
    across, down = WHOLE - left - right, WHOLE - top - bottom
    more = (int(part * side) for part, side in zip(cut, (across, down, across, down), strict=True))
    return left + next(more), top + next(more), right + next(more), bottom + next(more)


def _times(picture: etree._Element, name: str, caveats: list[str]) -> Iterator[tuple[str, int]]:
    for field, (element, attribute, what) in _TIMES.items():
        found = next(iter(find_all(picture, f"{EMBEDDED}/p14:{element}[@{attribute}]")), None)
        if found is None:
            continue
        time_ms = _time_ms(found.get(attribute, ""))
        if time_ms is None:
            caveats.append(BAD_TIME.format(what=what, name=name))
        else:
            yield field, time_ms


def _time_ms(written: str) -> int | None:
    """A time of [MS-PPTX]: milliseconds, unless it names another unit; None where it is none, or below zero."""
    match = _TIME.fullmatch(written.strip())
    if match is None:
        return None
    number, unit = match.groups()
    return min(round(Fraction(number) * _UNIT_MS[unit or "ms"]), LONGEST_MS)


def _crop(picture: etree._Element, name: str, caveats: list[str]) -> tuple[tuple[int, int, int, int], Insets]:
    """What is cut off a picture; and, where it is less than nothing, how much of its frame stays empty."""
    rectangle = next(iter(find_all(picture, "./p:blipFill/a:srcRect")), None)
    if rectangle is None:
        return NOT_CROPPED
    sides = [_parts(rectangle.get(side) or "0") for side in _SIDES]
    left, top, right, bottom = (0 if side is None else side for side in sides)
    if None in sides:
        caveats.append(BAD_CROP.format(name=name))
        return NOT_CROPPED
    across, down = WHOLE - left - right, WHOLE - top - bottom
    crop = max(left, 0), max(top, 0), max(right, 0), max(bottom, 0)
    if min(across, down) <= 0 or crop[0] + crop[2] >= WHOLE or crop[1] + crop[3] >= WHOLE:
        caveats.append(EMPTY_CROP.format(name=name))
        return NOT_CROPPED
    insets = (
        Fraction(max(-left, 0), across), Fraction(max(-top, 0), down),
        Fraction(max(-right, 0), across), Fraction(max(-bottom, 0), down),
    )  # fmt: skip
    return crop, insets


def _parts(percentage: str) -> int | None:
    """A percentage in 1/1000 of it, however it is written; None where it is none."""
    match = _PERCENTAGE.fullmatch(percentage.strip())
    if match is None:
        return None
    thousandths, percent = match.groups()
    return int(thousandths) if thousandths else round(Fraction(percent) * 1000)
