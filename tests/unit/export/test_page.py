"""The page of the output folder, in a real browser, from disk."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from coursecrafter.domain.course import Brand, Engine, ModuleContent, UnitContent
from coursecrafter.domain.look import Shape
from coursecrafter.domain.output import AssetType
from coursecrafter.export.folder import write_folder
from coursecrafter.export.items import ExportItem
from coursecrafter.export.page import page_html
from unit.export.export_course import VTT, FinishedCourse, make_course, make_lesson, with_course


@pytest.fixture
def open_page(chromium: Browser, tmp_path: Path) -> Iterator[Callable[..., Page]]:
    """Write a course's folder and open its page."""
    contexts = []

    def opened(finished: FinishedCourse, *, dark: bool = False, width: int = 1360) -> Page:
        out = tmp_path / "out"
        write_folder(out, finished.course, finished.items, finished.store, finished.figures)
        scheme = "dark" if dark else "light"
        context = chromium.new_context(color_scheme=scheme, viewport={"width": width, "height": 900})
        contexts.append(context)
        page = context.new_page()
        page.goto((out / "index.html").as_uri())
        return page

    yield opened
    for context in contexts:
        context.close()


def test_videos_play_from_disk_with_their_captions(finished: FinishedCourse, open_page: Callable[..., Page]) -> None:
    page = open_page(finished)

    shown = page.evaluate(
        """async () => {
          const video = document.querySelector('video'); video.muted = true; await video.play();
          await new Promise(done => video.addEventListener('timeupdate', done, {once: true}));
          const track = video.textTracks[0];
          const count = document.querySelectorAll('video').length;
          return {time: video.currentTime, mode: track.mode, cue: track.activeCues[0].text, count}
        }"""
    )

    assert shown["time"] > 0
    assert (shown["mode"], shown["cue"]) == ("showing", "Every site gets a password of its own.")
    assert shown["count"] == 4


def test_each_shape_has_a_card_of_its_own_and_files_are_called_what_they_are(
    finished: FinishedCourse, open_page: Callable[..., Page], add_item: Callable[..., ExportItem], film: bytes
) -> None:
    lesson = finished.course.units[0].modules[0].lessons[0]
    tall = [
        add_item(Engine.E2, lesson, "final_video_9x16", film, AssetType.VIDEO, ".mp4", duration_seconds=64.25),
        add_item(Engine.E2, lesson, "captions_vtt_9x16", VTT.encode(), suffix=".vtt"),
        add_item(Engine.E2, lesson, "chapters_vtt_9x16", VTT.encode(), suffix=".vtt"),
        add_item(Engine.E2, lesson, "report_html_9x16", b"<p>Well", suffix=".html"),
        add_item(Engine.E2, lesson, "transcript_html_9x16", b"<p>Said", suffix=".html"),
    ]
    figures = [replace(one, shape=Shape.TALL) if one.engine is Engine.E2 else one for one in finished.figures]
    page = open_page(replace(finished, items=(*finished.items, *tall), figures=tuple(figures)))

    card = page.get_by_label("Branded video, 9:16", exact=True)

    assert card.locator("video").count() == card.locator("track").count() == 1
    assert card.locator("li a").all_inner_texts() == ["Video", "Captions", "Chapters", "Report", "Transcript"]
    assert page.get_by_label("Branded video", exact=True).first.locator("li a").count() == 3
    assert "Branded video, 9:16, L1.1" in page.locator("#checks").inner_text()


def test_a_module_opens_inside_the_page(finished: FinishedCourse, open_page: Callable[..., Page]) -> None:
    page = open_page(finished)
    frame = page.locator("iframe").first
    frame.scroll_into_view_if_needed()

    assert frame.content_frame.locator("#said").inner_text() == "One leak opens many doors"


def test_every_link_and_picture_leads_to_a_file_of_the_folder(
    finished: FinishedCourse, open_page: Callable[..., Page], tmp_path: Path
) -> None:
    page = open_page(finished)

    addresses = page.evaluate(
        "[...document.querySelectorAll('[src],a[href]')].map(e => e.getAttribute('src') || e.getAttribute('href'))"
    )
    files = [one for one in addresses if not one.startswith(("data:", "#"))]
    assert len(files) > 20
    assert all((tmp_path / "out" / one).is_file() for one in files)
    assert page.evaluate("[...document.querySelectorAll('a[href^=\"#\"]')].every(a => document.querySelector(a.hash))")


def test_findings_are_shown_with_their_verdicts(finished: FinishedCourse, open_page: Callable[..., Page]) -> None:
    page = open_page(finished)

    checks = page.locator("#checks")

    assert "3 checks passed, 1 warning, 1 error." in checks.inner_text()
    assert checks.locator(".findings").nth(1).locator("li").first.inner_text().startswith("Error")
    assert "Made: 1 mux. Reused: 30 speech." in checks.inner_text()


@pytest.mark.parametrize("width", [360, 800, 1360])
def test_nothing_is_wider_than_the_window(finished: FinishedCourse, open_page: Callable[..., Page], width: int) -> None:
    long = with_course(finished, name="Unbreakablelongword" * 26)

    page = open_page(long, width=width)

    assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("primary", ["#14707f", "#ffe14d", "#000000", "#ffffff", "#ff00aa"])
def test_texts_can_be_read_in_any_brands_colours(
    finished: FinishedCourse, open_page: Callable[..., Page], primary: str, dark: bool
) -> None:
    page = open_page(
        with_course(replace(finished, items=finished.items[-12:]), brand=Brand("Harbour Training", primary)), dark=dark
    )

    contrasts = page.evaluate(
        """() => {
          const light = c => { const [r, g, b] = c.match(/[0-9.]+/g).slice(0, 3).map(v => v / 255)
            .map(v => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4); return .2126*r + .7152*g + .0722*b };
          const ratio = (a, b) => { const [x, y] = [light(a), light(b)].sort((p, q) => q - p); return (x+.05)/(y+.05) };
          const ground = e => { for (; e; e = e.parentElement) { const c = getComputedStyle(e).backgroundColor;
            if (c !== 'rgba(0, 0, 0, 0)') return c } return 'rgb(255, 255, 255)' };
          return [...document.querySelectorAll('h1, h2, h3, a, .quiet, .tag, .verdict, .place')]
            .map(e => [ratio(getComputedStyle(e).color, ground(e)), e.className || e.tagName, e.textContent]) }"""
    )

    assert [one for one in contrasts if one[0] < 4.5] == []


def test_what_an_author_wrote_stays_text(finished: FinishedCourse, open_page: Callable[..., Page]) -> None:
    attack = "\"><script>document.title='owned'</script><img src=x onerror=\"document.title='owned'\">\x00\ud800"
    lesson = replace(finished.items[0].lesson or make_lesson(1, "x"), title=attack, objective=attack)
    module = ModuleContent(lesson.id, "Basics", None, (lesson,))
    unit = UnitContent(lesson.id, attack, None, (module,))
    own = replace(finished, items=tuple(replace(one, lesson=lesson) for one in finished.items[:3]))

    page = open_page(
        with_course(own, name=attack, description=attack, units=(unit,), language='"><b>', brand=Brand(attack))
    )

    assert page.locator("script, img").count() == 0
    assert page.title().startswith('"><script>')
    assert page.locator("article .place").inner_text() == "Basics"


def test_the_page_asks_nothing_of_anyone(
    finished: FinishedCourse, open_page: Callable[..., Page], tmp_path: Path
) -> None:
    open_page(finished)

    html = (tmp_path / "out/index.html").read_text()

    assert "http:" not in html
    assert "https:" not in html
    assert "<script" not in html


def test_a_course_of_which_one_book_was_made_shows_that_only(
    finished: FinishedCourse, add_item: Callable[..., ExportItem], open_page: Callable[..., Page]
) -> None:
    pages = [add_item(Engine.E3, None, f"book_page_{n}", b"\x89PNG%d" % n, AssetType.IMAGE, ".png") for n in range(25)]
    book = [one for one in finished.items if one.output.role == "book_pdf"]

    page = open_page(replace(finished, items=(*book, *pages), figures=()))

    assert page.locator("video, iframe").count() == 0
    assert page.locator(".pages img").count() == 24
    assert "and 1 more page in the PDF" in page.locator("#book").inner_text()
    assert page.locator(".stats").inner_text().split("\n") == ["2 lessons", "1 book"]


def test_a_course_without_anything_made_has_a_page() -> None:
    course = replace(make_course(make_lesson(1, "L1.1")), brand=Brand("Safe sign-in"), description=None)

    html = page_html(course, [], [], captions={}, previews={})

    assert "0 checks passed" in html
    assert "publisher" not in html.split("</style>")[1]
