"""Films and recordings on slides of decks for tests, as PowerPoint writes them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from lxml import etree
from pptx.util import Inches

_A = "http://schemas.openxmlformats.org/drawingml/2006/main"
_P = "http://schemas.openxmlformats.org/presentationml/2006/main"
Draw = Callable[[Any], Any]


def add_film(path: Path, *, at: tuple[float, float] = (4, 2), size: tuple[float, float] = (6, 3.375)) -> Draw:
    """Draws a film on a slide, without an animation of its own; place and size in inches."""

    def draw(slide: Any) -> Any:
        movie = slide.shapes.add_movie(str(path), *map(Inches, (*at, *size)), mime_type="video/mp4")
        for timing in slide.element.findall("{*}timing"):
            slide.element.remove(timing)
        return movie

    return draw


def add_sound(path: Path) -> Draw:
    """Draws a recording on a slide, as PowerPoint writes it: `a:audioFile` where a film has `a:videoFile`."""

    def draw(slide: Any) -> Any:
        shape = add_film(path, at=(0, 0), size=(1, 1))(slide)
        shape.element.nvPicPr.nvPr.find(f"{{{_A}}}videoFile").tag = f"{{{_A}}}audioFile"
        return shape

    return draw


def playing(
    draw: Draw,
    *,
    trim: Mapping[str, str] | None = None,
    fade: Mapping[str, str] | None = None,
    crop: Mapping[str, str] | None = None,
    shape: Mapping[str, str] | None = None,
    node: str = "",
) -> Draw:
    """Draws the same film, played in another way.

    Args:
        trim, fade: attributes of `p14:trim` and `p14:fade`.
        crop: of `a:srcRect`.
        shape: of the shape's `a:xfrm`: rot, flipH, flipV.
        node: attributes of `p:cMediaNode` in the slide's timing, as XML; "" for no such node.
    """

    def redraw(slide: Any) -> Any:
        movie = draw(slide)
        picture = movie.element
        media = next(picture.iter("{*}media"))
        for name, chosen in (("trim", trim), ("fade", fade)):
            if chosen is not None:
                etree.SubElement(media, media.tag.replace("media", name), dict(chosen))
        if crop is not None:
            fill = picture.find(f"{{{_P}}}blipFill")
            for old in fill.findall(f"{{{_A}}}srcRect"):
                fill.remove(old)
            fill.insert(1, fill.makeelement(f"{{{_A}}}srcRect", dict(crop)))
        for name, value in (shape or {}).items():
            picture.spPr.find(f"{{{_A}}}xfrm").set(name, value)
        if node:
            slide.element.append(etree.fromstring(_timing(movie.shape_id, node)))
        return movie

    return redraw


def _timing(shape_id: int, node: str) -> str:
    return (
        f'<p:timing xmlns:p="{_P}"><p:tnLst><p:par><p:cTn id="1" dur="indefinite" restart="never" nodeType="tmRoot">'
        f'<p:childTnLst><p:video><p:cMediaNode {node}><p:cTn id="2" repeatCount="indefinite" fill="hold" '
        'display="0"><p:stCondLst><p:cond delay="indefinite"/></p:stCondLst></p:cTn><p:tgtEl>'
        f'<p:spTgt spid="{shape_id}"/></p:tgtEl></p:cMediaNode></p:video></p:childTnLst></p:cTn></p:par></p:tnLst>'
        "</p:timing>"
    )
