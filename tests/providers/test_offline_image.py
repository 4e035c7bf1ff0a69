"""Composed pictures: size, colours, quiet zones and topics."""

from __future__ import annotations

import io
from typing import Any
from xml.etree import ElementTree as ET

import numpy as np
import numpy.typing as npt
import pytest
from coloraide import Color
from PIL import Image

from coursecrafter.gateway.ports import ImageRequest
from coursecrafter.gateway.providers.offline_image import OfflineImage, UndrawablePicture, compose_svg
from coursecrafter.gateway.providers.picture_compositions import COMPOSITIONS
from coursecrafter.gateway.providers.picture_icons import FALLBACKS, FOLDER, choose_icon, icon_paths, keyword_table

BRAND = ("#1f4e8c", "#f2a33a")


def request(prompt: str = "Recycling", seed: int = 0, palette: tuple[str, ...] = BRAND, **style: Any) -> ImageRequest:
    return ImageRequest(prompt, 480, 270, palette, seed, style)


def pixels(asked: ImageRequest) -> npt.NDArray[np.float64]:
    return np.asarray(Image.open(io.BytesIO(OfflineImage().draw(asked).content)).convert("RGB"), float)


def hue_share(asked: ImageRequest, name: str) -> float:
    """Share of coloured pixels whose hue is within 25 degrees of a colour's."""
    wanted = Color(name).convert("hsv")["hue"] * 255 / 360
    hsv = np.asarray(Image.fromarray(pixels(asked).astype(np.uint8)).convert("HSV"), float)
    coloured = hsv[hsv[..., 1] > 10]
    distance = np.abs(coloured[:, 0] - wanted)
    return float((np.minimum(distance, 255 - distance) < 25 * 255 / 360).mean())


@pytest.mark.parametrize("size", [(1920, 1080), (1024, 1024), (1080, 1920)])
def test_a_picture_has_the_size_asked_for(size: tuple[int, int]) -> None:
    answer = OfflineImage().draw(ImageRequest("Team", *size, BRAND, 3, {}))

    with Image.open(io.BytesIO(answer.content)) as picture:
        assert (picture.size, picture.format, answer.mime_type) == (size, "PNG", "image/png")


@pytest.mark.parametrize("seed", range(len(COMPOSITIONS)))
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_each_composition_wears_the_brands_colours(seed: int, scheme: str) -> None:
    asked = request(seed=seed, scheme=scheme)

    assert hue_share(asked, BRAND[0]) > 0.5
    assert hue_share(asked, BRAND[0]) + hue_share(asked, BRAND[1]) > 0.95
    assert (pixels(asked).mean() > 150) == (scheme == "light")


def test_the_same_request_gives_the_same_bytes_and_another_seed_another_picture() -> None:
    pictures = [OfflineImage().draw(request(seed=seed)).content for seed in (0, 0, 8, 1)]

    assert pictures[0] == pictures[1]
    assert len(set(pictures)) == 3


@pytest.mark.parametrize("seed", range(len(COMPOSITIONS)))
@pytest.mark.parametrize("zone", ["left", "right", "bottom"])
def test_a_quiet_zone_is_calm_and_the_rest_is_not(seed: int, zone: str) -> None:
    drawn = pixels(request(seed=seed, text_zone=zone)).mean(axis=2)

    height, width = drawn.shape
    parts = {
        "left": drawn[:, : width * 2 // 5],
        "right": drawn[:, -width * 2 // 5 :],
        "bottom": drawn[-height * 2 // 5 :],
    }
    assert parts[zone].std() < 6
    assert drawn.std() > 2 * parts[zone].std()


@pytest.mark.parametrize("seed", range(len(COMPOSITIONS)))
def test_a_background_is_calm_everywhere_and_shows_no_icon(seed: int) -> None:
    asked = request(seed=seed, mode="background")

    assert pixels(asked).mean(axis=2).std() < 12
    assert icon_paths("recycle") not in compose_svg(asked)


@pytest.mark.parametrize(
    "palette", [(), ("#000000",), ("#ffffff",), ("#ffffff", "#e30613"), ("#ffcc00", "#111111"), ("#808080", "#808080")]
)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_odd_palettes_still_show_the_topic(palette: tuple[str, ...], scheme: str) -> None:
    drawn = pixels(request(palette=palette, seed=1, scheme=scheme)).mean(axis=2)

    middle = drawn[60:170, 190:290]
    assert np.percentile(middle, 99) - np.percentile(middle, 1) > 90


def test_a_dark_picture_of_a_yellow_brand_is_not_brown() -> None:
    asked = request(palette=("#ffcc00", "#111111"), scheme="dark", seed=3)

    corner = pixels(asked)[:20, :20].reshape(-1, 3)

    assert (corner.max(axis=1) - corner.min(axis=1)).mean() < 60


@pytest.mark.parametrize(
    ("prompt", "icon"),
    [
        ("Passwords and data privacy", "lock-key"),
        ("Wie wir Abfall recyceln und Entsorgung planen", "recycle"),
        ("Datenschutz im Unternehmen", "lock-key"),
        ("La sécurité au travail", "shield-check"),
        ("El trabajo en equipo", "users-three"),
        ("Crescimento das vendas", "chart-line-up"),
        ("AI in the office", "robot"),
    ],
)
def test_the_icon_is_chosen_by_the_words_of_the_prompt(prompt: str, icon: str) -> None:
    assert choose_icon(prompt) == icon


@pytest.mark.parametrize("prompt", ["", "xyzzy", "\ud800\x00", "你好"])
def test_a_prompt_without_known_words_gets_a_neutral_icon(prompt: str) -> None:
    assert choose_icon(prompt) in FALLBACKS


def test_each_icon_of_the_table_ships_with_its_licence() -> None:
    shipped = {file.stem for file in FOLDER.glob("*.svg")}

    assert set(keyword_table()) | set(FALLBACKS) == shipped
    assert all(icon_paths(icon).count("<path") == 2 for icon in shipped)
    assert "MIT License" in (FOLDER / "LICENSE").read_text("utf-8")


def test_no_word_of_the_prompt_reaches_the_drawing() -> None:
    svg = compose_svg(request("</svg><script>alert(1)</script><image href='file:///etc/passwd'/> &xxe;"))

    tags = {element.tag.rpartition("}")[2] for element in ET.fromstring(svg).iter()}  # noqa: S314  # our own drawing
    assert tags <= {
        "svg",
        "defs",
        "linearGradient",
        "stop",
        "rect",
        "circle",
        "path",
        "g",
        "polygon",
        "ellipse",
        "line",
    }
    assert "alert" not in svg


@pytest.mark.parametrize(
    "asked",
    [
        ImageRequest("x", 0, 100, BRAND, 1),
        ImageRequest("x", 100, 9000, BRAND, 1),
        ImageRequest("x", 100, 100, ("red",), 1),
        ImageRequest("x", 100, 100, ('#12345"',), 1),
        ImageRequest("x", 100, 100, BRAND, 1, {"text_zone": "top"}),
    ],
)
def test_what_cannot_be_composed_is_refused(asked: ImageRequest) -> None:
    with pytest.raises(UndrawablePicture, match="CC-0307"):
        OfflineImage().draw(asked)
