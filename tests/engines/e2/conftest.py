"""One branded video for all tests of E2, and an empty bench for each that wants its own."""

from __future__ import annotations

from pathlib import Path

import pytest

from branded_films import SCENES, Branded, Studio, make_course, make_lesson, open_studio
from coursecrafter.engines.e2_video.engine import render


@pytest.fixture(scope="session")
def branded(tmp_path_factory: pytest.TempPathFactory) -> Branded:
    studio = open_studio(tmp_path_factory.mktemp("e2"))
    lesson = make_lesson(SCENES)
    course = make_course(lesson)
    return Branded(studio, course, lesson, render(course, lesson, studio.bench))


@pytest.fixture
def studio(tmp_path: Path) -> Studio:
    return open_studio(tmp_path)
