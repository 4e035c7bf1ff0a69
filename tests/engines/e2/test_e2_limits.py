"""What fonts, colours and texts do at their limits, where a whole video does not take them."""

from __future__ import annotations

import io
from fractions import Fraction
from types import SimpleNamespace

import numpy as np
import pytest
from PIL import Image

from coursecrafter.domain.course import SegmentContent
from coursecrafter.domain.speech import Word
from coursecrafter.engines.e2_video import faces, palette, plan, run, shots, typesetting
from coursecrafter.engines.e2_video.faces import Face
from coursecrafter.engines.e2_video.fitting import Box, Lettering, Page
from coursecrafter.engines.e2_video.legibility import _lowest_contrast, measure_text
from coursecrafter.engines.e2_video.logo import UnreadableLogo, open_logo
from coursecrafter.engines.e2_video.typesetting import PlacedToken, Token, tokenize

NO_FONT_DRAWS = "\U00010600"  # Linear A
WHITE = (255, 255, 255)


def placed(text: str, x_px: float, baseline_px: int = 40) -> PlacedToken:
    return PlacedToken(tokenize(text)[0], x_px, baseline_px, Face(400, 30).length(text))


def test_a_letter_that_no_font_draws_takes_no_room() -> None:
    face = Face(400, 40)

    assert faces.undrawable(f"a{NO_FONT_DRAWS}") == NO_FONT_DRAWS
    assert face.length(f"a{NO_FONT_DRAWS}b") == face.length("ab")


def test_a_word_without_ink_covers_nothing() -> None:
    mask = Face(400, 40).mask("\u00a0", is_rtl=False)

    assert mask.pixels.size == 0


def test_a_collection_without_the_regions_font_gives_its_first(monkeypatch: pytest.MonkeyPatch) -> None:
    path = faces._system_font("NotoSansCJK", 400)
    assert path is not None
    assert path.suffix == ".ttc"
    monkeypatch.setattr(faces, "CJK_REGIONS", {"xx": "nowhere"})

    font = faces._open(path, Face(400, 41, "xx"))

    assert font.getlength("水") > 0


def test_words_beyond_the_picture_or_on_the_illustration_are_counted() -> None:
    pixels = np.full((100, 400, 3), 255, np.uint8)
    words = (placed("in", 10), placed("out", 390), placed("over", 200))

    measured = measure_text(pixels, [Lettering(words, Face(400, 30), (0, 0, 0))], Box(190, 0, 100, 100))

    assert (measured.words, measured.cut_words) == (3, 2)
    assert measured.lowest_contrast == 21.0


def test_nothing_behind_a_word_hides_nothing() -> None:
    assert _lowest_contrast(np.zeros((0, 0, 3), np.uint8), WHITE) == 21.0


def test_a_logo_of_too_many_pixels_is_refused() -> None:
    held = io.BytesIO()
    Image.new("1", (8000, 5001)).save(held, "PNG")

    with pytest.raises(UnreadableLogo, match="too many pixels"):
        open_logo(held.getvalue())


def test_a_contrast_out_of_reach_gets_the_farthest_shade() -> None:
    assert palette._settle(lambda light: (round(255 * light),) * 3, 0.5, 1.0, (0, 0, 0), 22.0) == WHITE


def test_an_ink_that_cannot_be_thinned_stays_whole() -> None:
    assert palette._dimmed((120, 120, 120), (118, 118, 118)) == (120, 120, 120)


def test_a_word_on_screen_lights_up_with_the_first_it_is_spoken_as() -> None:
    """A date is one word on screen and three in the voice."""
    page = SimpleNamespace(words=(SimpleNamespace(token=Token(0, 10, "24.12.2026", has_space=False)),))
    spoken = [
        Word(start, end, Fraction(at), Fraction(at + 1), is_estimated=False)
        for at, (start, end) in enumerate([(0, 2), (3, 5), (6, 10)])
    ]

    beats = plan.find_beats(page, spoken, Fraction(0), 0)

    assert beats.frames == (0,)


def test_a_page_whose_words_stay_is_not_painted_again() -> None:
    canvas = np.zeros((60, 60, 3), np.uint8)
    page = Page((placed("still", 5),), Face(400, 20))

    run._repaint(canvas, np.full_like(canvas, 9), page, None, [run.NOW], [run.NOW])

    assert not canvas.any()


def test_a_page_without_voice_is_shown_long_enough() -> None:
    segment = SegmentContent.__new__(SegmentContent)
    object.__setattr__(segment, "duration_s", None)
    block = SimpleNamespace(packets=(), sound_s=Fraction(0), onset_s=Fraction(0))

    span = shots._span(segment, block, Fraction(1, 2), [None, None])

    assert span.at_least_s == 2 * shots.SILENT_PAGE_S


def test_a_letter_keeps_its_marks_when_a_word_is_parted() -> None:
    """A vowel sign with a width of its own would stand alone at the start of the next line."""
    face = Face(400, 40, "hi")
    text = "\u0915\u0915\u093e\u0915"

    assert typesetting._fitting(text, face, face.length(text[:2])) == 1
    assert typesetting._fitting(text, face, face.length(text[:3])) == 3
