"""An organisation's own deck becomes a brand profile, and its videos look like its slides."""

from __future__ import annotations

from pathlib import Path
from uuid import UUID

import pytest

from background_shops import Shopfloor, chalk_deck
from coursecrafter.authoring.branding import change_brand, create_brand
from coursecrafter.authoring.courses import read_brand
from coursecrafter.ingest.guard import NotADeck
from decks import png_bytes
from unit.ingest.test_ingest_house import make_house


def test_a_deck_of_its_own_is_a_brand_with_a_background(floor: Shopfloor, tmp_path: Path) -> None:
    course = floor.course()
    source_id = course.upload(chalk_deck(tmp_path / "House.pptx"), "pptx", None)

    told = course.ask("import_brand", source_id=source_id, name="House")

    brand = course.read(read_brand, UUID(told["brand_profile_id"]))
    assert brand.name == "House"
    assert brand.backdrop is not None
    assert brand.backdrop.start.startswith("#")
    assert told["notes"]


def test_an_import_that_is_asked_for_again_makes_no_second_profile(floor: Shopfloor, tmp_path: Path) -> None:
    course = floor.course()
    house = make_house(tmp_path / "House.pptx", logo=png_bytes(300, 150))
    source_id = course.upload(house, "pptx", None)

    first = course.ask("import_brand", source_id=source_id, name="House")
    again = course.ask("import_brand", source_id=source_id, name="House")
    other = course.ask("import_brand", source_id=source_id, name="Guest house")
    course.do(change_brand, UUID(first["brand_profile_id"]), primary_color="#101010")
    anew = course.ask("import_brand", source_id=source_id, name="House")

    assert again == first
    assert len({one["brand_profile_id"] for one in (first, other, anew)}) == 3


def test_what_is_no_deck_makes_no_brand(floor: Shopfloor, tmp_path: Path) -> None:
    course = floor.course()
    picture = tmp_path / "house.png"
    picture.write_bytes(b"\x89PNG")
    source_id = course.upload(picture, "image", None)

    with pytest.raises(NotADeck):
        course.ask("import_brand", source_id=source_id, name="House")


def test_what_a_program_wrote_into_a_profile_and_cannot_be_used_is_left(floor: Shopfloor) -> None:
    course = floor.course()
    brand_id = course.do(
        create_brand,
        course.project_id,
        name="Odd",
        primary_color="#336699",
        typography={"font": ["Inter"], "heading_font": "Literata"},
        style_prefs={"tone": 3, "layout": " left ", "backdrop": {"start": "red", "picture_asset_id": "none"}},
    )

    brand = course.read(read_brand, brand_id)

    assert (brand.font, brand.heading_font, brand.tone, brand.layout) == ("Inter", "Literata", None, "left")
    assert brand.backdrop is None
    assert brand.logo is None
