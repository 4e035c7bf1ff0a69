"""The output folder's page: everything that was made, in one file that opens from disk, with no network, no script."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from pathlib import PurePosixPath
from urllib.parse import quote

from coursecrafter.domain.course import Course, Engine, LessonContent
from coursecrafter.domain.look import Shape, of_shape, shape_of
from coursecrafter.domain.output import AssetType
from coursecrafter.export.checks import checks_section
from coursecrafter.export.items import EngineFigures, ExportItem
from coursecrafter.export.markup import Html, element
from coursecrafter.export.page_colors import color_rules
from coursecrafter.export.quantities import bytes_in_words, count_in_words, duration_in_words

GENERATOR = "Course Crafter"
VIDEO_TITLES = {Engine.E1: "Voice-over video", Engine.E2: "Branded video"}
FILE_WORDS = {
    ".mp4": "Video",
    ".vtt": "Captions",
    ".srt": "Captions",
    ".txt": "Transcript",
    ".html": "Transcript",
    ".pdf": "Book",
    ".epub": "E-book",
    ".zip": "SCORM package",
}
ROLE_WORDS = {
    "chapters_vtt": "Chapters",
    "words_json": "Words with their times",
    "report_json": "Report",
    "report_html": "Report",
    "sidecar_json": "Description",
}
"""Files beside a video whose endings do not tell what they are."""
MOST_PAGE_PICTURES = 24
# No script, nothing from elsewhere: what an author wrote cannot call out, even if an escape were forgotten.
POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src 'self' file: data:; media-src 'self' file: data:; "
    "frame-src 'self' file:"
)

Placed = tuple[PurePosixPath, ExportItem]


@dataclass(frozen=True, slots=True)
class Preview:
    """A module that can be opened without an LMS; `start` is below the output folder."""

    start: PurePosixPath


def page_html(
    course: Course,
    placed: Sequence[Placed],
    figures: Sequence[EngineFigures],
    *,
    captions: Mapping[PurePosixPath, str],
    previews: Mapping[PurePosixPath, Preview],
) -> str:
    """Write the page.

    Args:
        course: whose tree gives the order.
        placed: the files with their paths below the page's folder.
        figures: of the renders.
        captions: WebVTT texts by path; they stand in the page, since a page on disk may not load tracks from files.
        previews: of modules, by the path of their packages.
    """
    lessons = [_lesson(course, lesson, _of(placed, lesson), captions, previews) for lesson in course.lessons]
    book = _book([one for one in placed if one[1].engine is Engine.E3])
    checks = checks_section(figures)
    body = element(
        "body",
        _header(course, placed),
        _navigation(course, has_book=bool(book)),
        element("main", element("section", *lessons, id="lessons", aria_label="Lessons"), book, checks),
        element("footer", f"Made with {GENERATOR}. Everything on this page is in this folder."),
    )
    head = element(
        "head",
        element("meta", charset="utf-8"),
        element("meta", name="generator", content=GENERATOR),
        element("meta", http_equiv="Content-Security-Policy", content=POLICY),
        element("meta", name="viewport", content="width=device-width, initial-scale=1"),
        element("meta", name="color-scheme", content="light dark"),
        element("title", course.name),
        element("style", Html(color_rules(course.brand) + files(__package__).joinpath("page.css").read_text("utf-8"))),
    )
    return "<!doctype html>\n" + element("html", head, body, lang="en") + "\n"


def _of(placed: Sequence[Placed], lesson: LessonContent) -> list[Placed]:
    return [one for one in placed if one[1].lesson is not None and one[1].lesson.id == lesson.id]


def _header(course: Course, placed: Sequence[Placed]) -> Html:
    lessons = list(course.lessons)
    videos = [item for _, item in placed if item.output.asset_type is AssetType.VIDEO]
    seconds = sum(float(item.output.metadata.get("duration_seconds", 0)) for item in videos)
    stats = [count_in_words(len(lessons), "lesson")]
    if videos:
        stats.append(f"{duration_in_words(seconds)} of video")
    if any(item.engine is Engine.E3 for _, item in placed):
        stats.append("1 book")
    modules = sum(item.engine is Engine.E4 for _, item in placed)
    if modules:
        stats.append(count_in_words(modules, "module"))
    return element(
        "header",
        element("p", course.brand.name, class_="publisher", dir="auto") if course.brand.name != course.name else "",
        element("h1", course.name, dir="auto", lang=course.language),
        element("p", course.description, class_="lead", dir="auto", lang=course.language) if course.description else "",
        element("ul", *(element("li", stat) for stat in stats), class_="stats"),
        class_="hero",
    )


def _navigation(course: Course, *, has_book: bool) -> Html:
    links = [
        element("a", element("b", lesson.code), f" {lesson.title}", href=f"#{_anchor(lesson)}", dir="auto")
        for lesson in course.lessons
    ]
    links += [element("a", "Book", href="#book")] if has_book else []
    links.append(element("a", "Checks", href="#checks"))
    return element("nav", element("div", *links), aria_label="Contents")


def _anchor(lesson: LessonContent) -> str:
    return f"lesson-{lesson.id}"


def _lesson(
    course: Course,
    lesson: LessonContent,
    placed: Sequence[Placed],
    captions: Mapping[PurePosixPath, str],
    previews: Mapping[PurePosixPath, Preview],
) -> Html:
    videos = [
        _video(course, lesson, engine, shape, placed, captions) for engine in (Engine.E1, Engine.E2) for shape in Shape
    ]
    modules = [_module(lesson, path, item, previews[path]) for path, item in placed if path in previews]
    return element(
        "article",
        element("p", place, class_="place", dir="auto") if (place := _place(course, lesson)) else "",
        element(
            "h2", element("span", lesson.code, class_="code"), f" {lesson.title}", dir="auto", lang=course.language
        ),
        element("p", lesson.objective, class_="objective", dir="auto", lang=course.language)
        if lesson.objective
        else "",
        element("div", *videos, class_="videos"),
        *modules,
        id=_anchor(lesson),
    )


def _place(course: Course, lesson: LessonContent) -> str:
    """Where a lesson stands: its unit and module, as far as they do not only repeat its title."""
    titles = next(
        (unit.title, module.title)
        for unit in course.units
        for module in unit.modules
        if any(one.id == lesson.id for one in module.lessons)
    )
    return " › ".join(dict.fromkeys(title for title in titles if title != lesson.title))


def _video(
    course: Course,
    lesson: LessonContent,
    engine: Engine,
    shape: Shape,
    placed: Sequence[Placed],
    captions: Mapping[PurePosixPath, str],
) -> Html:
    made = [(path, item) for path, item in placed if item.engine is engine and shape_of(item.output.role) is shape]
    own = [(path, item) for path, item in made if not str(path).startswith("assets/")]
    films = [(path, item) for path, item in own if item.output.asset_type is AssetType.VIDEO]
    if not films:
        return Html("")
    path, item = films[0]
    tracks = [
        element(
            "track", kind="captions", srclang=course.language, label="Captions", default=True, src=_track(captions[vtt])
        )
        for vtt, item in own
        if vtt in captions and item.output.role.startswith("captions")
    ][:1]
    title = VIDEO_TITLES[engine] + (f", {shape.ratio}" if shape is not Shape.WIDE else "")
    posters = [_address(one) for one, item in made if item.output.role == of_shape("poster", shape)]
    player = element(
        "video",
        *tracks,
        src=_address(path),
        poster=posters[0] if posters else None,
        controls=True,
        preload="metadata",
        aria_label=f"{title}: {lesson.title}",
    )
    seconds = item.output.metadata.get("duration_seconds")
    length = element("span", duration_in_words(float(seconds)), class_="quiet") if seconds else ""
    heading = element("h3", element("span", engine.value.upper(), class_="tag"), f" {title}")
    return element(
        "section", element("div", heading, length, class_="bar"), player, _links(own), class_="card", aria_label=title
    )


def _track(vtt: str) -> str:
    return "data:text/vtt;base64," + base64.b64encode(vtt.encode("utf-8", "replace")).decode("ascii")


def _module(lesson: LessonContent, path: PurePosixPath, item: ExportItem, preview: Preview) -> Html:
    start = _address(preview.start)
    frame = element(
        "iframe", src=start, title=f"E-learning module: {lesson.title}", loading="lazy", allow="autoplay; fullscreen"
    )
    heading = element("h3", element("span", "E4", class_="tag"), " E-learning module")
    opened = element("a", "Open on its own", href=start, target="_blank", rel="noopener")
    return element(
        "section",
        element("div", heading, opened, class_="bar"),
        frame,
        _links([(path, item)]),
        class_="card module",
        aria_label="E-learning module",
    )


def _links(placed: Sequence[Placed]) -> Html:
    """Files to take away, each with its kind and size."""
    rows = [
        element(
            "li",
            element("a", _word(path, item), href=_address(path), download=True),
            element(
                "span", f" {path.suffix[1:].upper()}, {bytes_in_words(item.output.object.size_bytes)}", class_="quiet"
            ),
        )
        for path, item in placed
        if item.output.asset_type is not AssetType.IMAGE
    ]
    return element("ul", *rows, class_="files")


def _word(path: PurePosixPath, item: ExportItem) -> str:
    """What a file is called."""
    role = item.output.role.removesuffix(f"_{shape_of(item.output.role)}")
    return ROLE_WORDS.get(role) or FILE_WORDS.get(path.suffix, "File")


def _book(placed: Sequence[Placed]) -> Html:
    volumes = [(path, item) for path, item in placed if item.output.asset_type is AssetType.BOOK]
    if not volumes:
        return Html("")
    pictures = [path for path, item in placed if item.output.role.startswith("book_page_")]
    shown = [
        element("img", src=_address(path), alt=f"Page {number} of the book", loading="lazy")
        for number, path in enumerate(pictures[:MOST_PAGE_PICTURES], 1)
    ]
    more = len(pictures) - len(shown)
    heading = element("h2", element("span", "E3", class_="tag"), " Book")
    return element(
        "section",
        heading,
        element(
            "div",
            _links(volumes),
            element("div", *shown, class_="pages") if shown else "",
            element("p", f"and {count_in_words(more, 'more page')} in the PDF", class_="quiet more") if more else "",
            class_="card",
        ),
        id="book",
        aria_label="Book",
    )


def _address(path: PurePosixPath) -> str:
    return quote(str(path))
