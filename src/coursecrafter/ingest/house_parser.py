"""Reads what a deck looks like: theme colours, fonts, the background behind its slides, the logo that repeats.

Runs in the sandbox: `python -m coursecrafter.ingest.house_parser DECK JSON`. Pictures are decoded here and leave
as plain PNG, so that nothing outside ever opens what a stranger packed.

Source: ECMA-376 Part 1, 20.1.6 (theme), 20.1.8 (fills), 19.3.1 (backgrounds, colour map).
"""

from __future__ import annotations

import base64
import colorsys
import io
import json
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lxml import etree
from PIL import Image

from coursecrafter.ingest.archive import MAX_PIXELS
from coursecrafter.ingest.characters import clean_line
from coursecrafter.ingest.package import A, Package, find_all, find_values

SLOTS = ("dk1", "lt1", "dk2", "lt2", "accent1", "accent2", "accent3", "accent4", "accent5", "accent6")
PLAIN_MAP = {"bg1": "lt1", "tx1": "dk1", "bg2": "lt2", "tx2": "dk2"}
LARGEST_LOGO, WHOLE_SLIDE = 0.2, 0.8
"""Shares of a slide: a logo covers no more than the first, a picture that covers the second is its background."""
FEWEST_REPEATS, REPEATED_ON = 3, 0.6
MOST_SLIDES = 200
LOGO_SIDE_PX, BACKDROP_SIZE_PX = 1040, (1920, 1920)
READERS = ("PNG", "JPEG", "GIF", "BMP", "TIFF", "WEBP")
FIRST_BACKGROUND = 1001
WHOLE = 100_000

Answer = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Placed:
    """A picture on a slide, a layout or a master.

    Attributes:
        part: its file in the package.
        share: of the slide's area that it covers.
        name: as its author called it.
        crop: what is cut off at the left, top, right and bottom, as shares.
    """

    part: str
    share: float
    name: str
    crop: tuple[float, float, float, float]


def parse_house(path: Path) -> Answer:
    """A deck's look as a JSON object; what cannot be told is None."""
    package = Package(path)
    layout, master = _used_layout(package)
    theme = package.related(master, "theme")
    colors = _scheme(package, theme)
    mapped = _color_map(package, master)
    placed = list(_placed(package, layout, master))
    backgrounds = [one for one in placed if one.share >= WHOLE_SLIDE]
    return {
        "colors": colors,
        "major": _font(package, theme, "major"),
        "minor": _font(package, theme, "minor"),
        "backdrop": _backdrop(package, (layout, master), theme, _resolver(colors, mapped), backgrounds),
        "logo": _logo(package, placed),
    }


def _used_layout(package: Package) -> tuple[str, str]:
    """Layout and master of most slides: the title's is often one of its own."""
    layouts = [package.related(part, "slideLayout") for _, part in package.slides()[:MOST_SLIDES]]
    counted = Counter(layout for layout in layouts if layout is not None)
    layout = counted.most_common(1)[0][0]
    master = package.related(layout, "slideMaster")
    if master is None:
        raise KeyError("slideMaster")
    return layout, master


def _scheme(package: Package, theme: str | None) -> dict[str, str]:
    if theme is None:
        return {}
    root = package.parse(theme)
    found = {}
    for slot in SLOTS:
        values = find_values(root, f"//a:clrScheme/a:{slot}/a:srgbClr/@val | //a:clrScheme/a:{slot}/a:sysClr/@lastClr")
        if values:
            found[slot] = _hex(values[0])
    return found


def _color_map(package: Package, master: str) -> dict[str, str]:
    mapping = next(iter(find_all(package.parse(master), "p:clrMap")), None)
    return PLAIN_MAP | (
        {str(name): str(value) for name, value in mapping.attrib.items()} if mapping is not None else {}
    )


def _font(package: Package, theme: str | None, kind: str) -> str | None:
    if theme is None:
        return None
    named = find_values(package.parse(theme), f"//a:fontScheme/a:{kind}Font/a:latin/@typeface")
    return clean_line(named[0])[:80] or None if named else None


Resolve = Callable[[Any, str | None], str | None]
"""The colour of an element that holds one, given what a placeholder stands for."""


def _resolver(colors: Mapping[str, str], mapped: Mapping[str, str]) -> Resolve:
    """What finds the colour of an element that holds one; `phClr` stands for the colour that a style is used with."""

    def resolve(holder: etree._Element, placeholder: str | None) -> str | None:
        for color in holder.iterchildren(f"{A}srgbClr", f"{A}schemeClr", f"{A}sysClr", f"{A}prstClr"):
            kind, value = etree.QName(color).localname, color.get("val", "")
            if kind == "schemeClr":
                plain = placeholder if value == "phClr" else colors.get(mapped.get(value, value))
            elif kind == "prstClr":
                plain = {"white": "#ffffff", "black": "#000000"}.get(value)
            else:
                plain = _hex(color.get("lastClr", value) if kind == "sysClr" else value)
            return None if plain is None else _modified(plain, color)
        return None

    return resolve


def _modified(plain: str, color: etree._Element) -> str:
    """The colour with the changes of its lightness applied in their order."""
    red, green, blue = (int(plain[at : at + 2], 16) / 255 for at in (1, 3, 5))
    for change in color:
        amount = _share(change.get("val", "100%"))
        hue, light, full = colorsys.rgb_to_hls(red, green, blue)
        kind = etree.QName(change).localname
        if kind == "lumMod":
            light *= amount
        elif kind == "lumOff":
            light += amount
        elif kind == "tint":
            light += (1 - light) * (1 - amount)
        elif kind == "shade":
            light *= amount
        elif kind == "satMod":
            full = min(full * amount, 1.0)
        red, green, blue = colorsys.hls_to_rgb(hue, min(max(light, 0.0), 1.0), full)
    return "#" + "".join(f"{round(value * 255):02x}" for value in (red, green, blue))


def _backdrop(
    package: Package, parts: Sequence[str], theme: str | None, resolve: Resolve, backgrounds: Sequence[Placed]
) -> Answer | None:
    """What stands behind the slides: the layout's own background, else the master's; a picture over all goes first."""
    for one in backgrounds:
        picture = _picture(package, one, BACKDROP_SIZE_PX)
        if picture is not None:
            return {"start": "#ffffff", "end": "#ffffff", "picture": picture}
    for part in parts:
        root = package.parse(part)
        for fill in find_all(root, "p:cSld/p:bg/p:bgPr/*"):
            found = _filled(package, part, fill, resolve, None)
            if found is not None:
                return found
        for reference in find_all(root, "p:cSld/p:bg/p:bgRef"):
            found = _referred(package, theme, reference, resolve)
            if found is not None:
                return found
    return None


def _referred(package: Package, theme: str | None, reference: etree._Element, resolve: Resolve) -> Answer | None:
    """A background by its number in the theme's list of fills."""
    color, number = resolve(reference, None), int(reference.get("idx", "0")) - FIRST_BACKGROUND
    if theme is None or number < 0:
        return None
    fills = find_all(package.parse(theme), "//a:bgFillStyleLst/*")
    return _filled(package, theme, fills[number], resolve, color) if number < len(fills) else None


def _filled(
    package: Package, part: str, fill: etree._Element, resolve: Resolve, placeholder: str | None
) -> Answer | None:
    kind = etree.QName(fill).localname
    if kind == "solidFill":
        color = resolve(fill, placeholder)
        return None if color is None else {"start": color, "end": color, "picture": None}
    if kind == "gradFill":
        stops = sorted(find_all(fill, "a:gsLst/a:gs"), key=lambda stop: _share(stop.get("pos", "0")))
        colors = [color for stop in stops if (color := resolve(stop, placeholder)) is not None]
        return {"start": colors[0], "end": colors[-1], "picture": None} if colors else None
    if kind == "blipFill":
        name = _blip_part(package, part, fill)
        picture = _picture(package, Placed(name, 1.0, "", (0, 0, 0, 0)), BACKDROP_SIZE_PX) if name else None
        return {"start": "#ffffff", "end": "#ffffff", "picture": picture} if picture else None
    return None


def _placed(package: Package, layout: str, master: str) -> Iterator[Placed]:
    """Pictures that repeat: on the master, on the layout, and on most slides; those of the master first."""
    size = next(iter(find_all(package.parse(package.presentation()), "p:sldSz")), None)
    slide = (float(size.get("cx", "1")), float(size.get("cy", "1"))) if size is not None else (1.0, 1.0)
    for part in (master, layout):
        yield from _pictures(package, part, slide)
    slides = [part for _, part in package.slides()[:MOST_SLIDES]]
    seen: dict[str, Placed] = {}
    counts: Counter[str] = Counter()
    for part in slides:
        shown = {one.part: one for one in _pictures(package, part, slide)}
        counts.update(list(shown))
        seen |= shown
    for name, count in counts.most_common():
        if count >= max(FEWEST_REPEATS, REPEATED_ON * len(slides)):
            yield seen[name]


def _pictures(package: Package, part: str, slide: tuple[float, float]) -> Iterator[Placed]:
    """Pictures that stand on the slide: templates keep their colour charts beside it."""
    for picture in find_all(package.parse(part), "//p:pic"):
        name = _blip_part(package, part, picture)
        places = find_all(picture, "p:spPr/a:xfrm/a:off | p:spPr/a:xfrm/a:ext")
        if name is None or len(places) != len(("off", "ext")):
            continue
        offset, extent = places
        x, y = float(offset.get("x", "0")), float(offset.get("y", "0"))
        width, height = float(extent.get("cx", "0")), float(extent.get("cy", "0"))
        if not (0 <= x + width / 2 <= slide[0] and 0 <= y + height / 2 <= slide[1]):
            continue
        called = " ".join(find_values(picture, "p:nvPicPr/p:cNvPr/@name | p:nvPicPr/p:cNvPr/@descr"))
        yield Placed(name, width * height / max(slide[0] * slide[1], 1.0), called, _crop(picture))


def _crop(picture: etree._Element) -> tuple[float, float, float, float]:
    cut = next(iter(find_all(picture, "p:blipFill/a:srcRect")), None)
    if cut is None:
        return (0, 0, 0, 0)
    left, top, right, bottom = (min(max(_share(cut.get(side, "0")), 0.0), 0.9) for side in "ltrb")
    return (left, top, right, bottom)


def _blip_part(package: Package, part: str, holder: etree._Element) -> str | None:
    named = find_values(holder, ".//a:blip/@r:embed")
    relationship = package.relationships(part).get(named[0]) if named else None
    is_there = relationship is not None and not relationship.is_external and relationship.target in package.names
    return relationship.target if relationship is not None and is_there else None


def _logo(package: Package, placed: Sequence[Placed]) -> str | None:
    """The picture that repeats and is small; one that is called a logo before all others."""
    small = [one for one in placed if 0 < one.share <= LARGEST_LOGO]
    for one in sorted(small, key=lambda one: "logo" not in f"{one.name} {one.part}".lower()):
        picture = _picture(package, one, (LOGO_SIDE_PX, LOGO_SIDE_PX))
        if picture is not None:
            return picture
    return None


def _picture(package: Package, placed: Placed, most_px: tuple[int, int]) -> str | None:
    """A picture decoded, cropped and made no larger than needed: base64 of a PNG; None for a kind we do not decode."""
    Image.MAX_IMAGE_PIXELS = MAX_PIXELS
    try:
        with Image.open(io.BytesIO(package.read(placed.part)), formats=READERS) as opened:
            image = opened.convert("RGBA")
    except (OSError, ValueError, Image.DecompressionBombError):
        return None
    left, top, right, bottom = placed.crop
    box = (image.width * left, image.height * top, image.width * (1 - right), image.height * (1 - bottom))
    image = image.crop(tuple(round(side) for side in box))  # type: ignore[arg-type]  # four of them
    if not image.width or not image.height:
        return None
    image.thumbnail(most_px)
    held = io.BytesIO()
    image.save(held, "PNG")
    return base64.b64encode(held.getvalue()).decode("ascii")


def _share(value: str) -> float:
    """A percentage as a share: in thousandths of a percent, or as strict files write it ("75%")."""
    return float(value[:-1]) / 100 if value.endswith("%") else int(value) / WHOLE


def _hex(value: str) -> str:
    return f"#{int(value[:6], 16):06x}"


def main(arguments: Sequence[str]) -> None:
    """Read the deck, write the JSON file."""
    source, target = arguments
    Path(target).write_text(json.dumps(parse_house(Path(source))), encoding="ascii")


if __name__ == "__main__":
    main(sys.argv[1:])
