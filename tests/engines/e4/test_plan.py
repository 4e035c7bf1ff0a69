"""Pages, texts and captions, before anything is made."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest

from coursecrafter.domain.clip import SegmentClip
from coursecrafter.domain.course import SceneContent, SegmentContent
from coursecrafter.domain.deck import BlockKind, TextBlock
from coursecrafter.domain.speech import Speech, Word
from coursecrafter.domain.stored import StoredObject
from coursecrafter.engines.e4_elearning.cues import MOST_COLUMNS, caption
from coursecrafter.engines.e4_elearning.plan import plan_slides
from coursecrafter.engines.e4_elearning.player_files import PlayerMissing, direction, player_words, read_player
from coursecrafter.engines.e4_elearning.texts import one_line
from e4_lesson import make_bench, make_course, with_scenes

WORDS = {"slide": "Slide {n}"}
SOUND = StoredObject("0" * 64, 1, "audio/wav")
FILM = StoredObject("1" * 64, 1, "video/mp4")


def _speech(text: str) -> Speech:
    """Each word takes a second."""
    words, start = [], 0
    for number, word in enumerate(text.split()):
        start = text.index(word, start)
        words.append(Word(start, start + len(word), Fraction(number), Fraction(number + 1)))
        start += len(word)
    return Speech(SOUND, Fraction(len(words)), tuple(words), "p", "m")


def _scene(tmp_path: Path, **changes: object) -> tuple[SceneContent, SegmentContent]:
    course = make_course(make_bench(tmp_path).store, (("Title", ("One line",)),))
    scene = next(course.lessons).scenes[0]
    segment = replace(scene.segments[1], **changes)  # type: ignore[arg-type]  # the test names fields of a segment
    return replace(scene, segments=(scene.segments[0], segment)), segment


def test_a_changed_script_is_shown_as_its_lines(tmp_path: Path) -> None:
    scene, _ = _scene(tmp_path, text="Other words\nin two lines")
    course = make_course(make_bench(tmp_path).store, (("Title", ("One line",)),))
    _, lesson = with_scenes(course, (scene,))

    (slide,) = plan_slides(lesson, WORDS)

    assert [block.text for block in slide.builds[1].blocks] == ["Other words", "in two lines"]
    assert not any(block.is_bullet for block in slide.builds[1].blocks)


@pytest.mark.parametrize(("intro", "builds"), [("", 1), ("Watch how it shuts.", 2)])
def test_a_clip_that_plays_in_the_video_is_no_page_of_its_own(tmp_path: Path, intro: str, builds: int) -> None:
    scene, _ = _scene(tmp_path, text=intro, clip=SegmentClip(FILM), blocks=())
    course = make_course(make_bench(tmp_path).store, (("Title", ("One line",)),))
    _, lesson = with_scenes(course, (scene, replace(scene, segments=scene.segments[1:])))

    slide, alone = plan_slides(lesson, WORDS)

    assert (len(slide.builds), len(alone.builds)) == (builds, 1)


def test_a_table_stays_a_table(tmp_path: Path) -> None:
    table = TextBlock(BlockKind.TABLE, "a, b\n1, 2", rows=(("a", "b"), ("1", "2")))
    scene, _ = _scene(tmp_path, text=table.text, blocks=(table,))
    course = make_course(make_bench(tmp_path).store, (("Title", ("One line",)),))
    _, lesson = with_scenes(course, (scene,))

    (slide,) = plan_slides(lesson, WORDS)

    assert slide.builds[1].blocks == (table,)


def test_a_page_repeats_its_title_in_no_text(tmp_path: Path) -> None:
    course = make_course(make_bench(tmp_path).store, (("Title", ("One line",)),))

    (slide,) = plan_slides(next(course.lessons), WORDS)

    assert [[block.text for block in build.blocks] for build in slide.builds] == [[], ["One line"]]


def test_a_title_too_long_for_a_heading_is_read_in_full(tmp_path: Path) -> None:
    title = "A title that goes on " * 24
    course = make_course(make_bench(tmp_path).store, ((title, ()),))

    (slide,) = plan_slides(next(course.lessons), WORDS)

    assert slide.title.endswith("…")
    assert slide.builds[0].blocks[0].text == title


@pytest.mark.parametrize(
    ("text", "most", "line"),
    [
        ("short", 20, "short"),
        ("two\nlines  and\tblanks", 17, "two lines and…"),
        ("x" * 40, 20, "x" * 19 + "…"),
        ("a " + "x" * 40, 20, "a " + "x" * 17 + "…"),
        ("a\x00b\ud800", 20, "a b"),
    ],
)
def test_a_line_is_cut_between_words(text: str, most: int, line: str) -> None:
    assert one_line(text, most) == line


def test_captions_begin_with_their_first_word() -> None:
    text = "First line here\nSecond line"

    cues = caption(text, _speech(text))

    assert [(cue.text, cue.start_s, cue.end_s) for cue in cues] == [("First line here", 0, 3), ("Second line", 3, 5)]


def test_long_lines_are_cut_at_sentences_and_blanks() -> None:
    text = "A sentence that stands alone. " + "many words " * 20

    cues = caption(text, _speech(text))

    assert cues[0].text == "A sentence that stands alone."
    assert all(len(cue.text) <= MOST_COLUMNS for cue in cues)
    assert " ".join(cue.text for cue in cues).split() == text.split()


def test_a_script_without_blanks_is_cut_where_it_is_full() -> None:
    text = "人" * 100
    words = tuple(Word(n, n + 1, Fraction(n), Fraction(n + 1)) for n in range(100))

    cues = caption(text, Speech(SOUND, Fraction(100), words, "p", "m"))

    assert [len(cue.text) for cue in cues] == [42, 42, 16]
    assert [cue.start_s for cue in cues] == [0, 42, 84]


def test_a_voice_without_word_times_has_one_caption() -> None:
    cues = caption("Some text", Speech(SOUND, Fraction(4), (), "p", "m"))

    assert [(cue.text, cue.start_s, cue.end_s) for cue in cues] == [("Some text", 0, 4)]


def test_a_missing_player_says_how_to_build_it(tmp_path: Path) -> None:
    with pytest.raises(PlayerMissing) as raised:
        read_player(tmp_path)

    assert raised.value.code == "CC-0401"
    assert "npm" in raised.value.remedy


@pytest.mark.parametrize(("language", "word"), [("de-CH", "Weiter"), ("zh-Hans", "下一页"), ("tlh", "Next")])
def test_the_player_speaks_the_language_or_english(language: str, word: str) -> None:
    assert player_words(language)["next"] == word


@pytest.mark.parametrize(("language", "written"), [("ar-EG", "rtl"), ("he", "rtl"), ("en", "ltr")])
def test_a_language_has_a_direction(language: str, written: str) -> None:
    assert direction(language) == written
