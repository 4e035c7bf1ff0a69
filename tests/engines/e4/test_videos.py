"""A video of another site in a module: embedded when it is asked for, and linked."""

from __future__ import annotations

import io
import json
import zipfile
from dataclasses import replace
from pathlib import Path
from uuid import UUID

import pytest
from lxml import html

from coursecrafter.domain.course import SceneContent, SegmentContent, SourceType
from coursecrafter.engines.e4_elearning import engine
from e4_lesson import SLIDES, make_bench, make_course, with_scenes

ADDRESS = "https://www.youtube.com/watch?v=jNQXAC9IVRw&t=30"


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """A package of a slide, and of a page that is nothing but a video."""
    workbench = make_bench(tmp_path_factory.mktemp("e4") / "store")
    course = make_course(workbench.store, SLIDES[:1])
    segment = SegmentContent(UUID(int=99), 1, SourceType.YOUTUBE, None, "", youtube_url=ADDRESS)
    video = SceneContent(UUID(int=98), 2, "At the zoo", segments=(segment,))
    shown, lesson = with_scenes(course, (next(course.lessons).scenes[0], video))
    activities = engine.design(shown, lesson, workbench.bench)
    rendered = engine.render(shown, lesson, activities, workbench.bench)
    assert not rendered.has_error
    package = zipfile.ZipFile(io.BytesIO(workbench.store.get_bytes(rendered.outputs[0].object)))
    return {name: package.read(name) for name in package.namelist()}


def test_a_page_names_what_it_embeds_and_where_it_is_watched(files: dict[str, bytes]) -> None:
    slide, video, *_ = json.loads(files["scenes.json"])["pages"]

    assert "videos" not in slide
    assert video["videos"] == [
        {"link": ADDRESS, "embed": "https://www.youtube-nocookie.com/embed/jNQXAC9IVRw?start=30"}
    ]


def test_only_that_site_may_be_framed_and_only_by_the_player(files: dict[str, bytes]) -> None:
    def policy(name: str) -> str:
        return str(html.fromstring(files[name]).xpath("//meta[@http-equiv]/@content")[0])

    assert "frame-src https://www.youtube-nocookie.com" in policy("index.html")
    assert "frame-src" not in policy("slides/slide_2.html")
    assert "default-src 'none'" in policy("index.html")


def test_a_page_without_javascript_has_the_link(files: dict[str, bytes]) -> None:
    links = html.fromstring(files["slides/slide_2.html"]).xpath("//main//a/@href")

    assert ADDRESS in links
    assert ADDRESS not in html.fromstring(files["slides/slide_1.html"]).xpath("//main//a/@href")


def test_a_module_without_such_a_video_frames_nothing(tmp_path: Path) -> None:
    workbench = make_bench(tmp_path / "store")
    course = make_course(workbench.store, SLIDES[:1])
    lesson = replace(next(course.lessons))

    rendered = engine.render(course, lesson, engine.design(course, lesson, workbench.bench), workbench.bench)

    package = zipfile.ZipFile(io.BytesIO(workbench.store.get_bytes(rendered.outputs[0].object)))
    assert b"frame-src" not in package.read("index.html")
