"""Files as a browser takes them: it plays and shows what is harmless, and saves what it could run."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import quote, unquote

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page

from api.served_course import ServedCourse, serve_course
from api_people import Service
from coursecrafter.authoring.slots import Slot
from coursecrafter.domain.course import Engine
from coursecrafter.domain.output import AssetType
from rendered_course import FILM_SECONDS, picture, put_file

SEEK = """async () => {
  const video = document.querySelector("video");
  const soon = name => new Promise((done, fail) => {
    video.addEventListener(name, done, {once: true});
    setTimeout(() => fail(new Error(`no ${name}: ${video.readyState} ${video.error?.message}`)), 8000);
  });
  if (video.readyState < 2) await soon("loadeddata");
  const seeked = soon("seeked");
  video.currentTime = 2.5;
  await seeked;
  return [Math.round(video.duration), Math.round(video.currentTime * 10) / 10, video.error];
}"""
SCRIPT = b"<script>document.title = 'it ran'</script>"
DRAWING = b"<svg xmlns='http://www.w3.org/2000/svg'><script>document.title = 'it ran'</script></svg>"


@pytest.fixture(scope="module")
def served(service: Service) -> ServedCourse:
    return serve_course(service)


@pytest.fixture
def page(chromium: Browser) -> Iterator[Page]:
    """A page that nobody is signed in on; what it complains of fails the test."""
    context = chromium.new_context()
    opened = context.new_page()
    opened.set_default_timeout(10_000)
    problems: list[str] = []

    def note(message: ConsoleMessage) -> None:
        # Every browser asks a site for an icon of its own.
        if message.type == "error" and not message.location["url"].endswith("/favicon.ico"):
            problems.append(message.text)

    opened.on("console", note)
    yield opened
    context.close()
    assert problems == []


class _Elsewhere(BaseHTTPRequestHandler):
    """A page of somebody else's; its text is the query."""

    def do_GET(self) -> None:
        body = unquote(self.path.partition("?")[2]).encode()
        self.send_response(200)
        self.send_header("content-type", "text/html")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # the base class's name
        pass


@pytest.fixture(scope="module")
def elsewhere() -> Iterator[str]:
    """The address of a site that is not the service's; `?` and a page's text gives that page."""
    with ThreadingHTTPServer(("127.0.0.1", 0), _Elsewhere) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://localhost:{server.server_port}/page"
        server.shutdown()
        thread.join()


def on_a_page(elsewhere: str, html: str) -> str:
    return f"{elsewhere}?{quote('<link rel=icon href=data:,>' + html)}"


def link_to(service: Service, served: ServedCourse, asset_id: object) -> str:
    url = str(served.author.made(f"/assets/{asset_id}/link")["url"])
    return service.url + url.removeprefix("http://localhost")


def add(service: Service, served: ServedCourse, role: str, content: bytes, mime_type: str) -> str:
    slot = Slot(served.made.course.project_id, role)
    with service.site.database.app(served.made.course.identity) as conn:
        asset_id = put_file(conn, served.made, slot, AssetType.DOCUMENT, content, mime_type)
    return link_to(service, served, asset_id)


def test_a_film_plays_in_a_tab_and_can_be_sought_through(service: Service, served: ServedCourse, page: Page) -> None:
    page.goto(link_to(service, served, served.made.assets[Engine.E1, "final_video"]))

    assert page.evaluate(SEEK) == [FILM_SECONDS, 2.5, None]


def test_a_film_and_a_picture_show_on_a_page_of_another_address(
    service: Service, served: ServedCourse, elsewhere: str, page: Page
) -> None:
    film, poster = (link_to(service, served, served.made.assets[Engine.E1, one]) for one in ("final_video", "poster"))

    page.goto(on_a_page(elsewhere, f"<video muted preload=auto src='{film}'></video><img src='{poster}'>"))

    assert page.evaluate(SEEK) == [FILM_SECONDS, 2.5, None]
    assert page.evaluate("document.images[0].naturalWidth") == 32


def test_a_text_is_shown_as_text(service: Service, served: ServedCourse, page: Page) -> None:
    page.goto(add(service, served, "note", "Grüße <b>".encode(), "text/plain"))

    assert page.evaluate("document.body.innerText") == "Grüße <b>"


@pytest.mark.parametrize(
    ("role", "content", "mime_type", "name"),
    [
        ("page", SCRIPT, "text/html", "HRA101_page_v1.html"),
        ("drawing", DRAWING, "image/svg+xml", "HRA101_drawing_v1.svg"),
        ("unknown", SCRIPT + b" ", "nonsense", "HRA101_unknown_v1"),
    ],
)
def test_what_could_run_is_saved_under_its_name(
    service: Service, served: ServedCourse, page: Page, role: str, content: bytes, mime_type: str, name: str
) -> None:
    url = add(service, served, role, content, mime_type)

    with page.expect_download() as begun:
        page.evaluate("url => { location.href = url }", url)

    assert begun.value.suggested_filename == name
    assert Path(begun.value.path()).read_bytes() == content
    assert page.title() == ""


def test_a_drawing_still_shows_as_a_picture_of_a_page(
    service: Service, served: ServedCourse, elsewhere: str, page: Page
) -> None:
    url = add(service, served, "logo", DRAWING.replace(b"<svg", b"<svg width='40' height='30'"), "image/svg+xml")

    page.goto(on_a_page(elsewhere, f"<img src='{url}'>"))

    assert page.evaluate("document.images[0].decode().then(() => document.images[0].naturalWidth)") == 40
    assert page.title() == ""


def test_a_text_that_claims_to_be_a_picture_runs_nothing(service: Service, served: ServedCourse, page: Page) -> None:
    page.goto(add(service, served, "polyglot", SCRIPT + picture(), "image/png"))

    assert page.title() != "it ran"
