"""A module in a learner's browser, with an LMS around it: scorm-again, or a strict one of ours."""

from __future__ import annotations

import io
import shutil
import threading
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, FrameLocator, Page

from coursecrafter.domain.output import Rendered
from coursecrafter.engines.e4_elearning import engine
from e4_lesson import Workbench, every_kind_of_activity, make_bench, make_course

HERE = Path(__file__).parent
NODE_MODULES = HERE.parents[2] / "web" / "node_modules"


@pytest.fixture(scope="session")
def workbench(tmp_path_factory: pytest.TempPathFactory) -> Workbench:
    return make_bench(tmp_path_factory.mktemp("scorm") / "store")


@pytest.fixture(scope="session")
def rendered(workbench: Workbench) -> Rendered:
    course = make_course(workbench.store)
    return engine.render(course, next(course.lessons), every_kind_of_activity(), workbench.bench)


@pytest.fixture(scope="session")
def package(workbench: Workbench, rendered: Rendered) -> bytes:
    return workbench.store.get_bytes(rendered.outputs[0].object)


@pytest.fixture(scope="session")
def package_folder(package: bytes, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site") / "package"
    zipfile.ZipFile(io.BytesIO(package)).extractall(folder)
    return folder


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  # the base class's name
        pass


@pytest.fixture(scope="session")
def site(package_folder: Path) -> Iterator[str]:
    """The LMS's address: host page, run-times and the unpacked module."""
    root = package_folder.parent
    for name in ("lms.html", "strict.js"):
        shutil.copy(HERE / name, root / name)
    shutil.copy(NODE_MODULES / "scorm-again/dist/scorm12.min.js", root / "scorm-again.js")
    (root / "favicon.ico").write_bytes(b"")  # browsers ask for one
    (root / "blank.html").write_text("<!doctype html><title>left</title>")
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=str(root))) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


@pytest.fixture
def page(chromium: Browser) -> Iterator[Page]:
    """A page of a learner who has not been here; errors of its scripts fail the test."""
    context = chromium.new_context(viewport={"width": 1280, "height": 800})
    opened = context.new_page()
    opened.set_default_timeout(10_000)
    problems: list[str] = []
    opened.on("pageerror", lambda error: problems.append(str(error)))
    opened.on("console", lambda message: problems.append(message.text) if message.type == "error" else None)
    yield opened
    context.close()
    assert problems == []


@dataclass(frozen=True)
class Lms:
    """An LMS in which a learner opens and leaves the module."""

    page: Page
    site: str
    runtime: str

    @property
    def module(self) -> FrameLocator:
        return self.page.frame_locator("iframe")

    def launch(self, mastery: int = 70) -> FrameLocator:
        self.page.goto(f"{self.site}/lms.html?runtime={self.runtime}&mastery={mastery}")
        self.module.locator("h1").wait_for()
        return self.module

    def leave(self) -> None:
        self.page.evaluate("leave()")

    def read(self, element: str) -> str:
        return str(self.page.evaluate("element => read(element)", element))

    def turn_to(self, title: str) -> None:
        self.module.get_by_role("navigation").get_by_role("button", name=title).click()

    def press(self, name: str) -> None:
        self.module.get_by_role("button", name=name, exact=True).click()

    def answer(self, *, right: bool) -> None:
        """Answer all questions of the lesson, and see the result."""
        self.turn_to("Check what you know")
        for picked in (
            (["Bumblebees"], ["Clover", "Borage"], ["True"]) if right else (["Drones"], ["Clover"], ["False"])
        ):
            for label in picked:
                self.module.get_by_label(label, exact=True).check()
            self.press("Check answer")
            self.press("Next question")
        self.module.get_by_label("Your answer").fill(" The Queen! " if right else "a worker")
        self.press("Check answer")
        self.press("See result")


@pytest.fixture
def lms(page: Page, site: str) -> Lms:
    return Lms(page, site, "scorm-again")


@pytest.fixture
def strict_lms(page: Page, site: str) -> Lms:
    return Lms(page, site, "strict")
