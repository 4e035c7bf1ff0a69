"""The typeface that ships with the product."""

import typst
from PIL import ImageFont

from coursecrafter.media.fonts import FONT_FAMILY, FONT_FOLDER, font_file, font_files


def test_every_cut_is_of_the_family_and_opens() -> None:
    names = [ImageFont.truetype(path).getname() for path in font_files()]

    assert len(names) == 7
    assert all(family is not None and family.split()[0] == FONT_FAMILY for family, _ in names)


def test_the_nearest_cut_is_chosen() -> None:
    assert [font_file(weight).stem for weight in (300, 450, 640, 900)] == [
        "Inter-Regular",
        "Inter-Regular",
        "Inter-SemiBold",
        "Inter-ExtraBold",
    ]
    assert all(font_file(weight) in font_files() for weight in (400, 500, 600, 700, 800))


def test_typst_knows_the_family_by_its_name() -> None:
    families = typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(FONT_FOLDER)])

    assert FONT_FAMILY in families.families()


def test_the_licence_lies_beside_the_fonts() -> None:
    assert "SIL OPEN FONT LICENSE Version 1.1" in (FONT_FOLDER / "OFL.txt").read_text()
