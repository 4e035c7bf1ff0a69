"""A build with the deck's own film: taken in, matched, kept; another deck's film leaves nothing behind."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import sqlalchemy as sa

from coursecrafter.authoring.projects import find_project
from coursecrafter.build.course import Built, build_course
from coursecrafter.build.order import BuildOrder
from coursecrafter.db.tables import cc_source_files
from coursecrafter.domain.course import Engine
from coursecrafter.ingest.film_notes import NotesDoNotFit
from coursecrafter.media.film_match import OtherFilm
from coursecrafter.wiring import Workshop
from deck_films import Show, drawn_deck, frames_of, write_film


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("filmed")


@pytest.fixture(scope="module")
def order(folder: Path) -> BuildOrder:
    pictures = [picture[::2, ::2] for _, picture in drawn_deck(folder)]
    clip = write_film(folder / "film.mp4", frames_of([Show(picture, 0.5) for picture in pictures]))
    return BuildOrder(folder / "deck.pptx", folder / "out", film=clip, engines=(Engine.E1,))


@pytest.fixture(scope="module")
def built(order: BuildOrder, shop: Workshop) -> Built:
    return build_course(order, shop)


def test_each_build_is_the_film_s_own(built: Built) -> None:
    assert (built.made["film_changes"], built.made["film_match"], built.made["film_run"]) == (1, 1, 7)
    (finding,) = [finding for finding in built.renders[0].findings if finding.check == "film"]
    assert finding.sentence == "7 of 7 pictures are the film's own."


def test_the_film_is_a_source_of_the_project(built: Built, shop: Workshop) -> None:
    with shop.database.app(shop.identity(built.course.id)) as conn:
        rows = conn.execute(sa.select(cc_source_files.c.file_type, cc_source_files.c.purpose)).all()

    assert ("mp4", "engine1_mp4") in [tuple(row) for row in rows]


def test_a_second_build_makes_nothing(built: Built, order: BuildOrder, shop: Workshop) -> None:
    made = dict(built.made)

    assert build_course(order, shop).made == made


def test_a_film_of_another_deck_leaves_nothing_behind(built: Built, folder: Path, shop: Workshop) -> None:
    noise = np.random.default_rng(1).integers(0, 255, (7, 9, 16, 3), np.uint8).repeat(20, axis=1).repeat(20, axis=2)
    other = write_film(folder / "other.mp4", frames_of([Show(picture, 0.5) for picture in noise]))
    assert shop.store.folder is not None
    before = sorted(shop.store.folder.rglob("*"))

    with pytest.raises(OtherFilm, match="CC-0209"):
        build_course(
            BuildOrder(built.out.parent / "deck.pptx", folder / "none", film=other, engines=(Engine.E1,)), shop
        )

    left = {path.relative_to(shop.store.folder) for path in shop.store.folder.rglob("*") if path.is_file()}
    assert left == {path.relative_to(shop.store.folder) for path in before if path.is_file()}


def test_a_film_without_a_deck_is_built_with_its_notes(folder: Path, order: BuildOrder, shop: Workshop) -> None:
    """A scene for each picture that comes to stand; captions say by their times what belongs to which."""
    assert order.film is not None
    notes = folder / "notes.vtt"
    notes.write_text(
        "WEBVTT\n\n00:00.000 --> 00:00.400\nFire doors save lives.\n\n"
        "00:01.600 --> 00:01.900\n<v Ann>Report a damaged\ndoor.\n",
        encoding="utf-8",
    )
    alone = BuildOrder(order.film, folder / "alone", name="The film alone", engines=(Engine.E1,), notes=notes)

    built = build_course(alone, shop)

    (lesson,) = built.course.lessons
    assert [segment.text for segment in lesson.segments] == [
        "Fire doors save lives.", "", "", "Report a damaged door.", "", "", ""
    ][: len(lesson.segments)]  # fmt: skip
    assert len(lesson.segments) == 7
    (finding,) = [finding for finding in built.renders[0].findings if finding.check == "film"]
    assert finding.sentence == "7 of 7 pictures are the film's own."


def test_more_notes_than_pictures_leave_nothing_behind(folder: Path, order: BuildOrder, shop: Workshop) -> None:
    assert order.film is not None
    (folder / "long.txt").write_text("One.\n\n" * 9, encoding="utf-8")

    with pytest.raises(NotesDoNotFit, match="CC-0219"):
        build_course(
            BuildOrder(order.film, folder / "none", name="None", engines=(Engine.E1,), notes=folder / "long.txt"), shop
        )

    with shop.database.app(shop.identity()) as conn:
        assert find_project(conn, shop.author, name="None", code=None) is None
