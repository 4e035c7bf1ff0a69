"""The book's pictures: what a slide's PNG and a publisher's logo become on paper and on a reader's screen."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from pathlib import Path

import resvg_py
from lxml import etree
from PIL import Image, UnidentifiedImageError

from coursecrafter.domain.book import BookSection
from coursecrafter.domain.course import Course
from coursecrafter.domain.stored import StoredObject
from coursecrafter.engines.bench import Bench
from coursecrafter.errors import BookError
from coursecrafter.jobs.steps import Produced, Step, content_key

PICTURE_WIDTH_PX = 1600
JPEG_QUALITY = 88
LOGO_WIDTH_PX = 1000


class UnreadablePicture(BookError):
    """A picture of the course or of the brand cannot be opened."""

    code = "CC-0501"
    remedy = "Replace the picture by a PNG, JPEG or SVG file that opens in an image viewer, and build again."


def find_pictures(course: Course, sections: Sequence[BookSection]) -> dict[str, StoredObject]:
    """The course's pictures that the sections name, by the address that Markdown gives them, `segment:UUID`."""
    markdown = "\n".join(section.content_markdown for section in sections)
    segments = {f"segment:{segment.id}": segment.picture for lesson in course.lessons for segment in lesson.segments}
    return {address: picture for address, picture in segments.items() if picture and address in markdown}


def make_pictures(pictures: Mapping[str, StoredObject], bench: Bench) -> dict[str, StoredObject]:
    """Make a JPEG of each picture, under the same address.

    Raises:
        UnreadablePicture: CC-0501.
    """
    done = bench.steps.run([_picture_step(picture, bench) for picture in pictures.values()])
    return {address: made.files["picture"] for address, made in zip(pictures, done, strict=True)}


def make_logo(logo: StoredObject | None, bench: Bench) -> StoredObject | None:
    """Make the publisher's logo a PNG.

    Raises:
        UnreadablePicture: CC-0501.
    """
    if logo is None:
        return None

    def make(folder: Path) -> dict[str, Produced]:
        content = bench.store.get_bytes(logo)
        png = _rasterised(content) if logo.mime_type == "image/svg+xml" else content
        picture = _opened(png)
        picture.thumbnail((LOGO_WIDTH_PX, LOGO_WIDTH_PX))
        picture.convert("RGBA").save(folder / "logo.png")
        return {"picture": Produced(folder / "logo.png", "image/png")}

    key = content_key("book_image", 1, logo=logo.sha256, mime_type=logo.mime_type, width_px=LOGO_WIDTH_PX)
    return bench.steps.run([Step("book_image", key, make, "logo")])[0].files["picture"]


def _picture_step(picture: StoredObject, bench: Bench) -> Step:
    def make(folder: Path) -> dict[str, Produced]:
        opened = _opened(bench.store.get_bytes(picture))
        opened.thumbnail((PICTURE_WIDTH_PX, PICTURE_WIDTH_PX), Image.Resampling.LANCZOS)
        # 4:4:4: coloured letters on a slide fray under subsampling.
        opened.convert("RGB").save(folder / "picture.jpg", quality=JPEG_QUALITY, subsampling=0, optimize=True)
        return {"picture": Produced(folder / "picture.jpg", "image/jpeg")}

    key = content_key("book_image", 1, picture=picture.sha256, width_px=PICTURE_WIDTH_PX, quality=JPEG_QUALITY)
    return Step("book_image", key, make)


def _opened(content: bytes) -> Image.Image:
    try:
        picture = Image.open(io.BytesIO(content), formats=("PNG", "JPEG"))
        picture.load()
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        raise UnreadablePicture("A picture for the book cannot be opened.", detail=repr(error)) from error
    return picture


def _rasterised(svg: bytes) -> bytes:
    try:
        root = etree.fromstring(svg, etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False))
        for element in root.iter():
            for name in [name for name in element.attrib if etree.QName(name).localname == "href"]:
                # A drawing may point into itself, but not at files of this machine.
                if not str(element.attrib[name]).startswith(("#", "data:")):
                    del element.attrib[name]
        drawing = etree.tostring(root, encoding="unicode")
        png: bytes = bytes(resvg_py.svg_to_bytes(svg_string=drawing, width=LOGO_WIDTH_PX))
    except (etree.XMLSyntaxError, ValueError) as error:
        raise UnreadablePicture("The brand's logo is not an SVG file that can be drawn.", detail=repr(error)) from error
    return png
