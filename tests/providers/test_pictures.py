"""Pictures that models drew: whole, large enough, and in the brand's colours or said not to be."""

from __future__ import annotations

import io
from dataclasses import replace

import pytest
from PIL import Image, ImageDraw

from coursecrafter.gateway.errors import UnusableAnswer
from coursecrafter.gateway.pictures import foreign_share, is_off_brand, require_whole_picture
from coursecrafter.gateway.ports import ImageAnswer, ImageRequest

PALETTE = ("#1f4e8c", "#f2b134")
REQUEST = ImageRequest("A door", 1024, 1024, PALETTE, 1)


def picture(*colours: str, size: tuple[int, int] = (1024, 1024), kind: str = "PNG") -> bytes:
    """Stripes of equal height, from the top."""
    image = Image.new("RGB", size, colours[0])
    pen = ImageDraw.Draw(image)
    height = size[1] // len(colours)
    for nth, colour in enumerate(colours):
        pen.rectangle((0, nth * height, size[0], (nth + 1) * height), fill=colour)
    file = io.BytesIO()
    image.save(file, kind)
    return file.getvalue()


def answer(content: bytes) -> ImageAnswer:
    return ImageAnswer(content, "application/octet-stream", "stand-in", "painter")


@pytest.mark.parametrize(("kind", "mime_type"), [("PNG", "image/png"), ("JPEG", "image/jpeg"), ("WEBP", "image/webp")])
def test_a_whole_picture_has_the_type_that_its_bytes_say(kind: str, mime_type: str) -> None:
    whole = require_whole_picture(answer(picture("#1f4e8c", kind=kind)), REQUEST)

    assert whole.mime_type == mime_type


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"<html>no picture</html>",
        picture("#fff")[:400],
        picture("#fff", size=(1023, 1024)),
        picture("#fff", kind="GIF"),
    ],
)
def test_what_is_no_whole_picture_of_the_size_is_refused_and_may_have_cost(content: bytes) -> None:
    with pytest.raises(UnusableAnswer) as refused:
        require_whole_picture(answer(content), REQUEST)

    assert refused.value.may_cost


def test_a_small_picture_that_was_asked_for_is_taken() -> None:
    small = require_whole_picture(
        answer(picture("#fff", size=(512, 512))), replace(REQUEST, width_px=512, height_px=512)
    )

    assert small.mime_type == "image/png"


@pytest.mark.parametrize(
    ("colours", "is_foreign"),
    [
        (("#1f4e8c", "#f2b134"), False),
        (("#16386a", "#5f8fd0", "#ffffff", "#222222"), False),
        (("#808080", "#f4f4f4"), False),
        (("#d0208a", "#20c060"), True),
        (("#1f4e8c", "#d0208a", "#20c060", "#d0208a"), True),
    ],
)
def test_shades_and_greys_are_the_brands_and_other_hues_are_not(colours: tuple[str, ...], is_foreign: bool) -> None:
    assert is_off_brand(picture(*colours), PALETTE) is is_foreign


def test_the_share_is_that_of_the_area() -> None:
    share = foreign_share(picture("#1f4e8c", "#d0208a"), PALETTE)

    assert 0.45 < share < 0.55
    assert not is_off_brand(picture("#d0208a"), ())
