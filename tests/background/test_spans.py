"""A job and its steps are spans, sent by the process that makes them."""

from __future__ import annotations

from pathlib import Path

import pytest

from background_shops import chalk_deck, open_shopfloor, until
from coursecrafter.db.session import Database
from coursecrafter.domain.course import Engine
from otlp_receiver import attributes_of, receiving


def test_a_render_and_its_steps_are_told_as_one_trace(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with receiving() as receiver:
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", receiver.url)
        with open_shopfloor(database, tmp_path) as floor:
            lesson_id = floor.lesson()
            floor.upload(chalk_deck(tmp_path / "Chalk.pptx"), "pptx", lesson_id)
            floor.ask("parse_ppt", lesson_id=lesson_id)
            job = floor.rendered(Engine.E1, lesson_id)
        # What was not sent yet is sent when the child goes.
        until(lambda: any(span.name == "job render" for span in receiver.spans))

    (render,) = [span for span in receiver.spans if span.name == "job render"]
    steps = [span for span in receiver.spans if span.trace_id == render.trace_id and span.name.startswith("step ")]
    assert attributes_of(render)["coursecrafter.job_id"] == str(job.id)
    assert {"step speech", "step still", "step voice_block", "step mux"} <= {span.name for span in steps}
    assert "coursecrafter-worker" in receiver.services
