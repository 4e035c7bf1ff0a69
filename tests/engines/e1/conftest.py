"""One narrated lesson for all tests of E1, and an empty bench for each that wants its own."""

from __future__ import annotations

from pathlib import Path

import pytest

from coursecrafter.engines.e1_voiceover.engine import render
from narration import Narrated, Workbench, make_course, make_workbench, narrated_lesson


@pytest.fixture(scope="session")
def narrated(tmp_path_factory: pytest.TempPathFactory) -> Narrated:
    workbench = make_workbench(tmp_path_factory.mktemp("e1"))
    lesson = narrated_lesson(workbench)
    course = make_course(lesson)
    return Narrated(workbench, course, lesson, render(course, lesson, workbench.bench))


@pytest.fixture
def workbench(tmp_path: Path) -> Workbench:
    return make_workbench(tmp_path)
