"""What a render says stands in its job's row, also what it says last."""

from __future__ import annotations

from pathlib import Path

import pytest

from background_shops import Shopfloor, chalk_deck
from coursecrafter.authoring.render_jobs import cancel_render, start_render
from coursecrafter.background import job_progress
from coursecrafter.background.job_progress import JobProgress
from coursecrafter.domain.course import Engine


def test_what_is_said_last_is_written_when_asked_and_nothing_after_the_end(
    floor: Shopfloor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(job_progress, "WRITE_EVERY_S", 600)
    course = floor.course()
    lesson_id = course.lesson()
    course.upload(chalk_deck(tmp_path / "Chalk.pptx"), "pptx", lesson_id)
    course.ask("parse_ppt", lesson_id=lesson_id)
    floor.background.close()
    job_id = course.order(Engine.E1, lesson_id)
    course.do(start_render, job_id)

    with JobProgress(course.database, course.identity, job_id) as progress:
        progress.say("Another voice was asked instead.")
        progress.write()
        course.do(cancel_render, job_id)
        progress.say("Too late.")
        progress.write()

    assert [text for _, text in course.job(job_id).log] == ["Another voice was asked instead."]
