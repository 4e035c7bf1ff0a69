"""Books, modules and readings whose workers are killed before, in and after every kind of step."""

from __future__ import annotations

from pathlib import Path

from background_shops import Shopfloor, until
from coursecrafter.authoring.documents import documents_of
from coursecrafter.domain.course import Engine
from coursecrafter.jobs.queueing import PARSE_DOCUMENT, enqueue_parse
from faults.floors import new_course, settled
from faults.killing import Scene
from faults.lessons import lesson_of, pictured_deck, plain_deck
from faults.paid_provider import open_page_reader
from faults.points import listed, points_of
from upload_files import make_scan


def test_a_book_whose_worker_is_killed_at_every_step_is_the_undisturbed_one(scene: Scene, tmp_path: Path) -> None:
    deck = pictured_deck(tmp_path)

    scene.kill_at_every_step(Engine.E3, lambda floor: lesson_of(floor, deck) and None)


def test_a_module_whose_worker_is_killed_at_every_step_is_the_undisturbed_one(scene: Scene, tmp_path: Path) -> None:
    deck = plain_deck(tmp_path)

    scene.kill_at_every_step(Engine.E4, lambda floor: lesson_of(floor, deck))


def test_readings_whose_worker_is_killed_at_every_step_find_what_undisturbed_ones_find(
    scene: Scene, tmp_path: Path
) -> None:
    deck, text, scan = plain_deck(tmp_path), tmp_path / "Notes.md", tmp_path / "Scan.pdf"
    text.write_text("# Chalk\n\nChalk is soft. Slate is hard.\n")
    make_scan(scan, "Chalk is white.")
    calm, harmed = (new_course(scene.database, scene.settings) for _ in range(2))
    plan = listed(tmp_path, points_of(None))

    def read(floor: Shopfloor) -> None:
        for document_id in [floor.document(one) for one in (text, scan)]:
            with floor.database.app(floor.identity) as conn:
                enqueue_parse(conn, PARSE_DOCUMENT, floor.project_id, document_id)
        lesson_of(floor, deck)
        until(lambda: {one.status for one in floor.read(documents_of, floor.store, floor.project_id)} == {"parsed"})

    with open_page_reader(scene.database, scene.settings) as paid:
        first = scene.crew.ready()
        read(calm)
        first.kill()
        with scene.crew.kept(2, plan=plan):
            read(harmed)
            settled(scene.database)
        scene.crew.close()

    scene.judge("reading", calm, harmed, plan, points_of(None))
    # Asked with one key, whoever is killed meanwhile: it is charged for once.
    assert set(paid.charges.values()) == {1}
