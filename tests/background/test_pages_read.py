"""Scanned documents whose pages a model reads: by the course's own route, from upload to what is kept of them."""

from __future__ import annotations

import base64
import io
import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pypdfium2
import pytest
import sqlalchemy as sa
import typst
from PIL import Image

from background_shops import Shopfloor
from coursecrafter.authoring.documents import documents_of, read_documents, reparse_document
from coursecrafter.authoring.source_parses import read_source_parse
from coursecrafter.authoring.sources import find_source
from coursecrafter.gateway.budgets import set_budget
from coursecrafter.gateway.errors import ProviderBusy
from coursecrafter.gateway.ports import Kind
from coursecrafter.gateway.routes import RouteEntry, set_route
from coursecrafter.ingest import scan_pixels
from coursecrafter.ingest.scans import draw_scans, recognised_languages
from providers.model_server import ModelServer
from providers.model_server_faults import busy, refusal, used_up
from upload_files import make_scan

READER = RouteEntry("stand-in", "gpt-test", {})
EXIT, DOOR = "Find the exit before you need it.", "Keep the fire door shut at all times."
WRITTEN = "The assembly point is behind the house."


@pytest.fixture
def course(floor: Shopfloor, models: ModelServer) -> Shopfloor:
    """A course whose pages a model reads; its summaries are written without one."""
    course = floor.course()
    route(course, READER)
    return course


def route(course: Shopfloor, *entries: RouteEntry) -> None:
    with course.database.admin() as conn:
        place: Any = {"org_id": course.author.org_id, "project_id": course.project_id}
        set_route(conn, **place, kind=Kind.PARSE, entries=entries)


def calls(course: Shopfloor, call_type: str = "parse") -> list[Any]:
    with course.database.admin() as conn:
        wanted = sa.text(
            "SELECT * FROM course_crafter.cc_ai_calls WHERE project_id = :id AND call_type = :type ORDER BY id"
        )
        return list(conn.execute(wanted, {"id": course.project_id, "type": call_type}).all())


def kept(course: Shopfloor, role: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """What was found, and what its asset's row tells."""
    with course.database.admin() as conn:
        wanted = sa.text(
            "SELECT metadata FROM course_crafter.cc_assets WHERE project_id = :id AND role LIKE :role AND is_active"
        )
        told = conn.execute(wanted, {"id": course.project_id, "role": f"{role}%"}).scalar_one()
        path = conn.execute(
            sa.text(
                "SELECT file_path FROM course_crafter.cc_assets"
                " WHERE project_id = :id AND role LIKE :role AND is_active"
            ),
            {"id": course.project_id, "role": f"{role}%"},
        ).scalar_one()
    content = b"".join(course.store.read_key(path, 0, 1 << 20))
    return json.loads(content), told


def shown(body: dict[str, Any]) -> Image.Image:
    """The picture that was shown."""
    (url,) = [one["image_url"]["url"] for one in body["messages"][-1]["content"] if one["type"] == "image_url"]
    return Image.open(io.BytesIO(base64.b64decode(url.partition(",")[2]))).convert("L")


def is_full(body: dict[str, Any]) -> bool:
    """Whether much stands on the page that was shown."""
    dark = sum(shown(body).histogram()[:128])
    return dark > 20_000


def test_a_scanned_document_is_read_page_by_page_and_says_by_whom(
    course: Shopfloor, models: ModelServer, tmp_path: Path
) -> None:
    models.answer_with(lambda body: {"paragraphs": [EXIT, EXIT] if is_full(body) else [DOOR]})
    make_scan(tmp_path / "Handbook.pdf", "\n".join([EXIT] * 12), DOOR)
    document_id = course.document(tmp_path / "Handbook.pdf")

    answer = course.ask("parse_document", document_id=str(document_id))

    found, told = kept(course, "document_parse")
    (document,) = course.read(read_documents, course.store, course.project_id)
    rows = calls(course)
    assert answer["state"] == "parsed"
    assert document.paragraphs == ((EXIT, 1), (EXIT, 1), (DOOR, 2))
    assert found["read_by"] == [{"provider": "stand-in", "model": "gpt-test-0101", "pages": 2}]
    assert set(told["ai_call_ids"]) >= {str(row.id) for row in rows}
    assert {(row.provider, row.status, row.engine) for row in rows} == {("stand-in", "success", "global")}
    assert {row.request_payload["sources"][0] for row in rows} == {"Handbook.pdf, p. 1", "Handbook.pdf, p. 2"}
    assert EXIT not in json.dumps([row.request_payload for row in rows])
    assert {shown(one.json).size for one in models.requests} == {shown(models.requests[0].json).size}
    assert models.total == 2


def test_a_source_of_a_lesson_is_read_likewise_and_its_pages_are_found_again(
    course: Shopfloor, models: ModelServer, tmp_path: Path
) -> None:
    models.answer_with({"paragraphs": [EXIT]})
    make_scan(tmp_path / "Scan.pdf", EXIT)
    lesson_id = course.lesson()
    first, second = (course.upload(tmp_path / "Scan.pdf", "pdf", place) for place in (lesson_id, None))

    course.ask("parse_source", source_id=str(first))
    course.ask("parse_source", source_id=str(second))

    found = [course.read(read_source_parse, course.store, course.read(find_source, one)) for one in (first, second)]
    assert [one["paragraphs"] for one in found] == [[[EXIT, 1]]] * 2
    assert [one["read_by"][0]["pages"] for one in found] == [1, 1]
    assert found[0]["read_by"] == found[1]["read_by"]
    assert models.total == 1
    assert [row.lesson_id for row in calls(course)] == [lesson_id]


def test_pages_with_text_are_not_shown_to_anybody(course: Shopfloor, models: ModelServer, tmp_path: Path) -> None:
    models.answer_with({"paragraphs": [EXIT]})
    mixed(tmp_path / "Mixed.pdf", f"{EXIT}\nAnd know a second one.")
    document_id = course.document(tmp_path / "Mixed.pdf")

    course.ask("parse_document", document_id=str(document_id))

    (document,) = course.read(read_documents, course.store, course.project_id)
    assert document.paragraphs == ((EXIT, 1), (WRITTEN, 2))
    assert models.total == 1


def test_a_document_of_text_needs_no_model(course: Shopfloor, models: ModelServer, tmp_path: Path) -> None:
    (tmp_path / "Notes.md").write_text(f"# Fire\n\n{EXIT}\n")
    document_id = course.document(tmp_path / "Notes.md")

    answer = course.ask("parse_document", document_id=str(document_id))

    assert answer["state"] == "parsed"
    assert models.total == 0


@pytest.mark.skipif(not recognised_languages(), reason="tesseract is not installed")
def test_without_a_route_the_machine_recognises_what_it_can(
    floor: Shopfloor, models: ModelServer, tmp_path: Path
) -> None:
    course = floor.course()
    route(course, RouteEntry("offline", "", {}))
    make_scan(tmp_path / "Handbook.pdf", EXIT)
    document_id = course.document(tmp_path / "Handbook.pdf")

    course.ask("parse_document", document_id=str(document_id))

    found, _ = kept(course, "document_parse")
    assert any("Find the exit" in text for text, _ in found["paragraphs"])
    assert found["read_by"] == []
    assert models.total == 0


def test_a_budget_that_does_not_hold_a_page_is_why_a_scan_is_not_read(
    course: Shopfloor, models: ModelServer, tmp_path: Path
) -> None:
    price(course)
    with course.database.admin() as conn:
        place: Any = {"org_id": course.author.org_id, "project_id": course.project_id}
        set_budget(conn, **place, period="total", limit_usd=Decimal("0.000001"))
    make_scan(tmp_path / "Handbook.pdf", "A page that was never read before.")
    document_id = course.document(tmp_path / "Handbook.pdf")

    answer = course.ask("parse_document", document_id=str(document_id))

    (document,) = course.read(documents_of, course.store, course.project_id)
    found, _ = kept(course, "document_parse")
    assert answer["state"] == "failed"
    assert "budget" in (document.error or "")
    assert found["error"]["code"] == "CC-0311"
    assert models.total == 0
    assert [row.status for row in calls(course)] == ["failed"]


def test_a_reading_that_no_money_was_left_for_goes_on_once_there_is(
    course: Shopfloor, models: ModelServer, tmp_path: Path
) -> None:
    models.answer_with({"paragraphs": [DOOR]})
    models.fail_with(used_up())
    make_scan(tmp_path / "Handbook.pdf", "A page that nobody pays for at first.")
    document_id = course.document(tmp_path / "Handbook.pdf")

    first = course.ask("parse_document", document_id=str(document_id))
    course.do(reparse_document, document_id)
    second = course.ask("parse_document", document_id=str(document_id))

    assert (first["state"], second["state"]) == ("failed", "parsed")
    assert [row.status for row in calls(course)] == ["failed", "success"]


def test_a_provider_that_may_answer_later_leaves_the_document_pending(
    course: Shopfloor, models: ModelServer, tmp_path: Path
) -> None:
    models.fail_with(busy(retry_after=3600), times=5)
    make_scan(tmp_path / "Handbook.pdf", "A page that has to wait.")
    document_id = course.document(tmp_path / "Handbook.pdf")

    with pytest.raises(Exception, match=ProviderBusy.code):
        course.ask("parse_document", document_id=str(document_id))

    (document,) = course.read(documents_of, course.store, course.project_id)
    assert document.status == "pending"


def test_a_document_with_other_text_is_kept_without_the_pages_that_nobody_may_read(
    course: Shopfloor, models: ModelServer, tmp_path: Path
) -> None:
    models.fail_with(refusal())
    mixed(tmp_path / "Mixed.pdf", "A page that a model declines for good.")
    document_id = course.document(tmp_path / "Mixed.pdf")

    answer = course.ask("parse_document", document_id=str(document_id))

    found, _ = kept(course, "document_parse")
    assert answer["state"] == "parsed"
    assert [page for _, page in found["paragraphs"]] == [2]
    assert any("declined" in one for one in found["caveats"])
    assert "page 1" in found["caveats"][-1]


def test_pages_are_drawn_sharp_and_bounded_whatever_their_size(tmp_path: Path) -> None:
    """From a stamp to a poster of ten metres, which would have a gigabyte of pixels."""
    path, folder = tmp_path / "sizes.pdf", tmp_path / "drawn"
    folder.mkdir()
    document = pypdfium2.PdfDocument.new()
    for size in ((40, 40), (595, 842), (28_000, 28_000), (14_400, 10)):
        document.new_page(*size)
    document.save(path)

    drawn = draw_scans(path, [1, 2, 3, 4, 5], folder)

    sizes = {}
    for number, file in drawn.items():
        with Image.open(file) as picture:
            sizes[number] = picture.size
    assert list(drawn) == [1, 2, 3, 4]
    assert sizes[2] == (1240, 1755)
    assert all(w * h <= scan_pixels.MOST_PIXELS * 1.01 and max(w, h) <= 4001 for w, h in sizes.values())


def test_a_file_that_is_no_pdf_gives_no_pictures(tmp_path: Path) -> None:
    (tmp_path / "no.pdf").write_bytes(b"%PDF-1.4 nothing follows")
    folder = tmp_path / "drawn"
    folder.mkdir()

    assert draw_scans(tmp_path / "no.pdf", [1], folder) == {}


def price(course: Shopfloor) -> None:
    statement = (
        "INSERT INTO platform.ai_prices (provider, model, valid_from, input_usd, output_usd, source)"
        " VALUES ('stand-in', 'gpt-test', '2026-01-01', 1, 2, 'test') ON CONFLICT DO NOTHING"
    )
    with course.database.admin() as conn:
        conn.execute(sa.text(statement))


def mixed(path: Path, words: str) -> None:
    """A scan, and behind it a page with text; pages of the same picture are read once, whoever has them."""
    make_scan(path.with_suffix(".scan.pdf"), words)
    scanned = pypdfium2.PdfDocument(path.with_suffix(".scan.pdf"))
    scanned.import_pages(pypdfium2.PdfDocument(typst.compile(f"{WRITTEN}\n".encode())))
    scanned.save(path)
    scanned.close()
