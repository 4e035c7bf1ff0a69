"""What fonts, colours and texts do at their limits, where a whole video does not take them."""

from __future__ import annotations

import io
import subprocess
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from PIL import Image

from coursecrafter.domain.course import Brand, SegmentContent
from coursecrafter.domain.look import FrameSize, Shape, Transition
from coursecrafter.domain.speech import Word
from coursecrafter.engines.e2_video import faces, paint, palette, plan, run, shots, typesetting
from coursecrafter.engines.e2_video.faces import Face
from coursecrafter.engines.e2_video.fitting import Box, Lettering, Page
from coursecrafter.engines.e2_video.layout import SceneText, lay_out_scene
from coursecrafter.engines.e2_video.legibility import _lowest_contrast, measure_text
from coursecrafter.engines.e2_video.logo import UnreadableLogo, open_logo
from coursecrafter.engines.e2_video.stages import Arrangement, Side
from coursecrafter.engines.e2_video.templates import PANEL
from coursecrafter.engines.e2_video.transitions import paint_between
from coursecrafter.engines.e2_video.typesetting import PlacedToken, Token, tokenize
from coursecrafter.media import clips

NO_FONT_DRAWS = "\U00010600"  # Linear A
WHITE = (255, 255, 255)


def placed(text: str, x_px: float, baseline_px: int = 40) -> PlacedToken:
    return PlacedToken(tokenize(text)[0], x_px, baseline_px, Face(400, 30).length(text))


@pytest.mark.parametrize("tracking_em", [0, -0.02])
def test_a_letter_that_no_font_draws_takes_no_room_and_leaves_no_box(tracking_em: float) -> None:
    face = Face(400, 40, tracking_em=tracking_em)

    assert faces.undrawable(f"a{NO_FONT_DRAWS}") == NO_FONT_DRAWS
    assert face.length(f"a{NO_FONT_DRAWS}b") == face.length("ab")
    found, wanted = (face.mask(text, is_rtl=False).pixels for text in (f"a{NO_FONT_DRAWS}b", "ab"))
    assert np.array_equal(found, wanted)


def test_words_that_no_font_draws_leave_no_gap() -> None:
    tokens = typesetting.tokenize(f"Keep {NO_FONT_DRAWS}\u200d calm {NO_FONT_DRAWS}.")

    assert [token.text for token in tokens] == ["Keep", "calm."]


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


BEFORE, BARE, STILL = (np.full((90, 160, 3), value, np.uint8) for value in (10, 110, 210))


def painted(way: Transition, at: int, *, is_rtl: bool = False, is_tall: bool = False) -> np.ndarray:
    pictures = [one.transpose(1, 0, 2).copy() if is_tall else one for one in (BEFORE, BARE, STILL)]
    return paint_between(way, *pictures, at, is_rtl=is_rtl)[..., 0]


def test_a_slide_comes_from_where_the_language_goes_to() -> None:
    to_left, to_right, upwards = (
        painted(Transition.SLIDE, 64),
        painted(Transition.SLIDE, 64, is_rtl=True),
        painted(Transition.SLIDE, 64, is_tall=True),
    )

    assert (to_left[0, 119], to_left[0, 120]) == (10, 210)
    assert (to_right[0, 39], to_right[0, 40]) == (210, 10)
    assert (upwards[119, 0], upwards[120, 0]) == (10, 210)


def test_a_fade_and_a_zoom_go_through_the_bare_ground() -> None:
    fade = [int(painted(Transition.FADE, at)[45, 80]) for at in (-256, -128, 0, 128, 256)]
    zoom = [int(painted(Transition.ZOOM, at)[45, 80]) for at in (0, 64, 128, 192, 256)]

    assert fade == zoom == [10, 60, 110, 160, 210]
    assert painted(Transition.ZOOM, 192)[0, 0] == 110


def test_points_that_do_not_fit_together_come_page_by_page() -> None:
    long = tuple("Donaudampfschifffahrtsgesellschaftskapitän " * 2 + "x" * 15 for _ in range(4))
    text = SceneText(2, 9, "heading " * 30, "A lesson", long, "Acme")

    layout = lay_out_scene(text, palette.make_palette(Brand("Acme")), PANEL, FrameSize(Shape.SQUARE))

    assert layout.arrangement is Arrangement.SPLIT
    assert not layout.keeps_words


@pytest.mark.parametrize(
    ("text", "place", "begins"),
    [
        ("Schifffahrt", 6, True),
        ("Sache", 3, False),
        ("Kapitän", 2, True),
        ("机器学习", 2, False),
        ("ab12", 2, False),
    ],
)
def test_words_that_must_be_parted_are_parted_before_a_syllable(text: str, place: int, begins: bool) -> None:
    assert typesetting._begins_syllable(text, place) is begins


def test_a_word_wider_than_its_line_takes_a_hyphen() -> None:
    face = Face(400, 40)
    lines = typesetting.break_lines(tokenize("Donaudampfschifffahrt"), face, face.length("Donaudampfschifff-"))

    assert [line.tokens[0].text for line in lines] == ["Donaudampfschiff-", "fahrt"]


def test_of_a_long_clip_only_what_a_scene_may_show_is_looked_through(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    film = tmp_path / "clip.mp4"
    subprocess.run(
        ["ffmpeg", "-v", "error", "-f", "lavfi", "-i", "testsrc=size=64x36:rate=10:duration=4", "-pix_fmt", "yuv420p",
         film],
        check=True, timeout=60,
    )  # fmt: skip
    monkeypatch.setattr(clips, "LONGEST_CLIP_S", 1)

    assert clips.measure_clip(film).frames == 34


def test_a_clip_that_is_a_strip_is_refused_before_it_is_made_large(tmp_path: Path) -> None:
    """What covers a place is as large as the strip is long: a file of a few kilobytes would take gigabytes."""
    film = tmp_path / "clip.mp4"
    subprocess.run(
        ["ffmpeg", "-v", "error", "-f", "lavfi", "-i", "testsrc=size=32x512:rate=10:duration=0.2", "-pix_fmt",
         "yuv420p", film],
        check=True, timeout=60,
    )  # fmt: skip

    with pytest.raises(clips.UnplayableClip, match="narrow"):
        clips.measure_clip(film)


def logo(value: int) -> Image.Image:
    return Image.new("RGBA", (40, 20), (value, value, value, 255))


def test_a_logo_gets_a_plate_only_where_it_would_not_be_seen() -> None:
    made = palette.make_palette(Brand("Acme"))

    plates = [paint._logo_plate(logo(value), ground) for value in (250, 20) for ground in (made.paper, made.brand)]

    assert plates == [made.paper.ink, None, None, WHITE]


def test_another_transition_codes_only_the_pictures_in_which_it_is_seen() -> None:
    ground = palette.make_palette(Brand("Acme")).light

    def key(still: int, transition: Transition) -> list[object]:
        states = (plan.State(still, 0, -1, 0, 0, 6), plan.State(plan.FULL, 0, 1, plan.FULL, 0, 30))
        page = Page((placed("a", 0),), Face(400, 30))
        return run.RunPlan((page,), ground, run.Way(transition), ((0,),), (1,), states).to_key()

    assert key(plan.FULL, Transition.SLIDE) == key(plan.FULL, Transition.FADE)
    assert key(128, Transition.SLIDE) != key(128, Transition.FADE)


def test_points_that_were_spoken_stay_while_the_next_is() -> None:
    text = SceneText(2, 9, "Rules", "A lesson", ("One door.", "Two doors.", "Three doors."), "Acme")
    layout = lay_out_scene(text, palette.make_palette(Brand("Acme")), PANEL, FrameSize(Shape.WIDE, 180))
    (page,) = layout.pages[1]
    state = plan.State(plan.FULL, 0, 1, plan.FULL, 0, 1)
    whole = run.RunPlan((page,), layout.ground, run.Way(), ((0, 1),), (2,), (state,))
    still = np.full((180, 320, 3), 255, np.uint8)

    (shown,) = run.paint_run(whole, still, still, paint.backing_of(layout))

    first = page.standing[1].words[0]
    left = round(first.x_px)
    assert shown[first.baseline_px - 4 : first.baseline_px, left : left + 8].min() < 128


def test_points_that_stand_do_not_blink_when_the_next_one_comes() -> None:
    text = SceneText(2, 9, "Rules", "A lesson", ("One door.", "Two doors.", "Three doors."), "Acme")
    layout = lay_out_scene(text, palette.make_palette(Brand("Acme")), PANEL, FrameSize(Shape.WIDE, 360))
    (page,) = layout.pages[1]
    coming, there, going = (
        plan.State(plan.FULL, 0, -1, words, lift_px, 1) for words, lift_px in ((20, 20), (plan.FULL, 0), (20, 0))
    )
    whole = run.RunPlan((page,), layout.ground, run.Way(), ((0, 1),), (2,), (coming, there, going))
    still = np.full((360, 640, 3), 255, np.uint8)

    shown = [pixels.copy() for pixels in run.paint_run(whole, still, still, paint.backing_of(layout))]

    middle = (page.standing[0].words[0].baseline_px + page.words[0].baseline_px) // 2
    first, second = ([int(pixels[rows].min()) for pixels in shown] for rows in (slice(0, middle), slice(middle, None)))
    assert first[0] == first[1] < 100 < first[2]
    assert second[0] > 200 > second[1]


@pytest.mark.parametrize(("side", "is_left"), [(Side.LEFT, True), (Side.RIGHT, False)])
def test_a_brands_own_layout_goes_before_the_language(side: Side, is_left: bool) -> None:
    text = SceneText(3, 9, "هدف", "درس", ("أولا ثانيا ثالثا رابعا خامسا.", "سادسا."), "Acme", "ar")

    layout = lay_out_scene(text, palette.make_palette(Brand("Acme")), replace(PANEL, side=side))

    assert (layout.still[2].words[0].x_px < layout.illustration.x) is is_left
