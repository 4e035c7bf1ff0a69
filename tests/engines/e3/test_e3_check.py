"""The book's own checks can fail, and say how."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pypdfium2
import pytest
import typst

from coursecrafter.domain.output import Finding, Severity
from coursecrafter.engines.e3_book import check, pdf
from coursecrafter.engines.e3_book.check import check_book, report_left_out
from coursecrafter.engines.e3_book.pdf import TypesettingFailed
from e3_books import Book

CONTENTS = """
#set document(title: "T")
#set page(numbering: "1", width: 200pt, height: 200pt)
#heading(outlined: false, bookmarked: true)[Contents]
#link(<one>)[One ..... {printed}]
#pagebreak()
#heading[One] <one>
text
#pagebreak()
{second}
"""


def typeset(printed: int, second: str = "#heading(bookmarked: false)[More]") -> bytes:
    source = CONTENTS.replace("{printed}", str(printed)).replace("{second}", second)
    made: bytes = typst.compile(source.encode(), format="pdf", timestamp=0)
    return made


def found(pdf_bytes: bytes, epub: bytes, alt: str = "A ship") -> dict[str, Finding]:
    figure = {"kind": "figure", "number": "1.1", "alt": alt}
    listed = {"kind": "list", "entries": [[figure]]}
    book = {"chapters": [{"blocks": [listed], "sections": []}]}
    return {finding.check: finding for finding in check_book(book, pdf_bytes, epub)}


def test_a_sound_book_has_no_findings(harbour_book: Book) -> None:
    findings = found(typeset(2), harbour_book.epub)

    assert {finding.severity for finding in findings.values()} == {Severity.OK}
    assert findings["pages"].figure == 3


def test_a_blank_page_is_found(harbour_book: Book) -> None:
    findings = found(typeset(2, second=""), harbour_book.epub)

    assert findings["blank_pages"].sentence == "Wrong in the book: page 3 is blank."


def test_a_wrong_page_number_is_found(harbour_book: Book) -> None:
    findings = found(typeset(7), harbour_book.epub)

    assert findings["contents"].sentence == "Wrong in the book: page 2 in the contents."


def test_a_chapter_that_the_contents_forget_is_found(harbour_book: Book) -> None:
    findings = found(typeset(2, second="#heading[Two]"), harbour_book.epub)

    assert findings["contents"].sentence == "Wrong in the book: no entry in the contents for page 3."


def test_a_font_that_is_not_embedded_is_found(harbour_book: Book) -> None:
    document = pypdfium2.PdfDocument(typeset(2))
    text = pypdfium2.raw.FPDFPageObj_NewTextObj(document, b"Helvetica", 12)
    pypdfium2.raw.FPDFText_SetText(text, (pypdfium2.raw.c_ushort * 3)(104, 105, 0))
    page = document[1]
    pypdfium2.raw.FPDFPage_InsertObject(page, text)
    page.gen_content()
    content = io.BytesIO()
    document.save(content)

    findings = found(content.getvalue(), harbour_book.epub)

    assert findings["fonts"].sentence == "Wrong in the book: the font Helvetica is not embedded."


def test_a_picture_without_description_is_found(harbour_book: Book) -> None:
    findings = found(typeset(2), harbour_book.epub, alt=" ")

    assert findings["descriptions"].sentence == "Wrong in the book: figure 1.1 has no description."


def test_an_epub_that_lacks_a_file_is_found(harbour_book: Book, tmp_path: Path) -> None:
    path = tmp_path / "broken.epub"
    with zipfile.ZipFile(harbour_book.epub_path) as whole, zipfile.ZipFile(path, "w") as broken:
        for name in whole.namelist():
            if name != "EPUB/c2.xhtml":
                broken.writestr(name, whole.read(name))

    findings = found(typeset(2), path.read_bytes())

    assert findings["epub"].severity is Severity.ERROR
    assert "c2.xhtml in EPUB/nav.xhtml" in findings["epub"].sentence


def test_what_was_left_out_is_named() -> None:
    findings = report_left_out([f"Part {number}" for number in range(12)], ["U+1F1E6"])

    assert [finding.severity for finding in findings] == [Severity.WARNING] * 2
    assert findings[0].sentence.endswith("Part 9 and 2 more.")
    assert findings[1].sentence == "Left out, because no installed font can draw them: U+1F1E6."
    assert report_left_out([], []) == ()


def test_a_template_that_fails_is_reported_with_its_words(tmp_path: Path) -> None:
    (tmp_path / "template.typ").write_text('#panic("no")')

    with pytest.raises(TypesettingFailed, match="CC-0502") as raised:
        pdf.typeset({}, tmp_path)

    assert "panicked" in raised.value.detail


def test_typesetting_gives_up_on_a_font_that_draws_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pdf, "MOST_TRIES", 1)
    (tmp_path / "template.typ").write_text('#set document(title: "T")\n#json("book.json").text')

    with pytest.raises(TypesettingFailed, match="more scripts"):
        pdf.typeset({"text": "\U0001f1e6"}, tmp_path)


def test_a_long_list_is_cut() -> None:
    assert check._listed(["a"] * 11) == ", ".join(["a"] * 10) + " and 1 more"
