"""E3, the book factory: a course becomes a PDF and an EPUB."""

from __future__ import annotations

import json
from collections.abc import Sequence

from coursecrafter.domain.book import BookSection
from coursecrafter.domain.course import Course
from coursecrafter.domain.output import AssetType, Output, Rendered
from coursecrafter.domain.stored import StoredObject
from coursecrafter.engines.bench import Bench
from coursecrafter.engines.e3_book.check import check_book, report_left_out
from coursecrafter.engines.e3_book.cleaning import clean_line
from coursecrafter.engines.e3_book.epub import make_epub
from coursecrafter.engines.e3_book.manuscript import Manuscript, write_manuscript
from coursecrafter.engines.e3_book.pages import draw_pages
from coursecrafter.engines.e3_book.pdf import make_pdf
from coursecrafter.engines.e3_book.pictures import find_pictures, make_logo, make_pictures
from coursecrafter.engines.e3_book.plan import plan_sections
from coursecrafter.errors import BookError


class NothingToPrint(BookError):
    """The book has no section with text or pictures."""

    code = "CC-0503"
    status = 422
    remedy = "Give the course a lesson with slides, or write a section, and build again."


def design(course: Course, bench: Bench) -> tuple[BookSection, ...]:  # noqa: ARG001 - every engine designs at a bench
    """Propose the book's sections, for an author to approve or edit."""
    return plan_sections(course)


def render(course: Course, sections: Sequence[BookSection], title: str, subtitle: str, bench: Bench) -> Rendered:
    """Make the book.

    Args:
        sections: in reading order, as an author approved them.
        title: of the book; "" for the course's name.
        subtitle: "" for none.

    Returns:
        The PDF, the EPUB, the sidecar of the export, and pictures of the first pages.

    Raises:
        NothingToPrint: CC-0503.
        UnreadablePicture: CC-0501.
        TypesettingFailed: CC-0502.
    """
    originals = find_pictures(course, sections)
    logos = 1 if course.brand.logo else 0
    bench.steps.expect({"book_image": len(originals) + logos, "book_pdf": 1, "book_pages": 1, "book_epub": 1})
    pictures = make_pictures(originals, bench)
    logo = make_logo(course.brand.logo, bench)
    manuscript = write_manuscript(course, sections, title, subtitle, pictures, logo)
    book = manuscript.book
    if not book["chapters"]:
        raise NothingToPrint("The book is empty: none of its sections holds text or a picture.")
    used = [*pictures.values(), *([logo] if logo else [])]
    pdf, left_out = make_pdf(book, used, bench)
    cover, pages = draw_pages(pdf, bench)
    epub = make_epub(book, used, cover, bench)
    empty = [
        clean_line(section.title)
        for section, anchor in zip(sections, manuscript.anchors, strict=True)
        if anchor is None
    ]
    findings = check_book(book, bench.store.get_bytes(pdf), bench.store.get_bytes(epub))
    page_count = next(int(finding.figure or 0) for finding in findings if finding.check == "pages")
    described = {"pages": page_count, "chapters": len(book["chapters"]), "title": book["title"]}
    return Rendered(
        outputs=(
            Output("book_pdf", AssetType.BOOK, pdf, ".pdf", described),
            Output("book_epub", AssetType.BOOK, epub, ".epub", described),
            Output("sidecar_json", AssetType.DOCUMENT, _sidecar(course, sections, manuscript, bench), ".json"),
            *(
                Output(f"book_page_{place}", AssetType.IMAGE, page, ".jpg", {"page": place})
                for place, page in enumerate(pages, 1)
            ),
        ),
        findings=(*findings, *report_left_out(empty, left_out)),
        metadata=described,
    )


def _sidecar(course: Course, sections: Sequence[BookSection], manuscript: Manuscript, bench: Bench) -> StoredObject:
    """What the export says of the book. Source: exports, Formats (Book)."""
    printed = [
        {
            "section_id": anchor,
            "mapped_to": section.mapping_type,
            "id": str(section.mapping_id) if section.mapping_id else None,
            "title": clean_line(section.title),
        }
        for section, anchor in zip(sections, manuscript.anchors, strict=True)
        if anchor
    ]
    content = {"engine": "e3", "project_id": str(course.id), "sections": printed}
    written = json.dumps(content, ensure_ascii=False, indent=2, sort_keys=True).encode()
    return bench.store.put_bytes(written, "application/json")
