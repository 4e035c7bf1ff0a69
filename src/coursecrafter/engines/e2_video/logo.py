"""A brand's logo as pixels: it comes from outside, so it is opened in bounded memory and may name no other file."""

from __future__ import annotations

import io
import warnings

import resvg_py
from lxml import etree
from PIL import Image

from coursecrafter.errors import VideoError

MOST_PIXELS = 40_000_000
SVG_WIDTH_PX = 1040
LINKS = ("href", "{http://www.w3.org/1999/xlink}href")


class UnreadableLogo(VideoError):
    """The brand's logo is not a picture that can be opened."""

    code = "CC-0231"
    status = 422
    remedy = "Upload the logo again as PNG or as a plain SVG."


def open_logo(content: bytes) -> Image.Image:
    """The logo with its transparency.

    Args:
        content: PNG, JPEG, WebP or SVG.

    Raises:
        UnreadableLogo: CC-0231.
    """
    is_text = content[:256].lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(_render_svg(content) if is_text else content), formats=FORMATS) as picture:
                if picture.width * picture.height > MOST_PIXELS:
                    raise UnreadableLogo("The logo has too many pixels.", detail=f"{picture.size}")
                return picture.convert("RGBA")
    except (OSError, ValueError, Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise UnreadableLogo("The logo cannot be opened.", detail=str(error)) from error


FORMATS = ("PNG", "JPEG", "WEBP")


def _render_svg(content: bytes) -> bytes:
    """The SVG as PNG, without any link that leaves it."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        root = etree.fromstring(content, parser)
    except etree.XMLSyntaxError as error:
        raise UnreadableLogo("The logo's SVG is not well-formed.", detail=str(error)) from error
    if b"<!DOCTYPE" in content:
        raise UnreadableLogo("The logo's SVG declares a document type, which is not taken.")
    for element in root.iter():
        for name in LINKS:
            link = element.attrib.get(name) if isinstance(element.tag, str) else None
            if link is not None and not str(link).startswith("#"):
                del element.attrib[name]
    drawn = resvg_py.svg_to_bytes(
        svg_string=etree.tostring(root, encoding="unicode"), width=SVG_WIDTH_PX, skip_system_fonts=True
    )
    return bytes(drawn)
