"""Renders and questions whose models are paid for: routes, budgets, answers that are found, and who answers instead."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from background_shops import Shopfloor, chalk_deck
from coursecrafter.authoring.context import merge_settings
from coursecrafter.domain.course import Engine
from coursecrafter.gateway.attempts import BudgetReached
from coursecrafter.gateway.budgets import set_budget
from coursecrafter.gateway.ports import Kind
from coursecrafter.gateway.routes import RouteEntry, set_route
from providers.model_server import ModelServer
from providers.model_server_faults import busy

VOICE = RouteEntry("stand-in", "tts-1", {"voices": {"*": "alloy"}})
WRITER = RouteEntry("stand-in", "gpt-test", {})
TEXT = "Keep the door shut at all times. Smoke spreads faster than fire does."
BETTER = "Always keep the door shut. Smoke spreads faster than fire does."


def route(course: Shopfloor, kind: Kind, *entries: RouteEntry) -> None:
    with course.database.admin() as conn:
        set_route(conn, org_id=course.author.org_id, project_id=course.project_id, kind=kind, entries=entries)


def price(course: Shopfloor, model: str, **usd: str) -> None:
    """What the operator says that a model costs; a server on one's own machine costs nothing else."""
    statement = (
        "INSERT INTO platform.ai_prices (provider, model, valid_from, characters_usd, input_usd, output_usd, source)"
        " VALUES ('stand-in', :model, '2026-01-01', :characters_usd, :input_usd, :output_usd, 'test')"
        " ON CONFLICT DO NOTHING"
    )
    nothing: dict[str, Any] = {"characters_usd": None, "input_usd": None, "output_usd": None}
    with course.database.admin() as conn:
        conn.execute(sa.text(statement), {**nothing, **usd, "model": model})


def calls(course: Shopfloor) -> list[Any]:
    with course.database.admin() as conn:
        wanted = sa.text("SELECT * FROM course_crafter.cc_ai_calls WHERE project_id = :id ORDER BY id")
        return list(conn.execute(wanted, {"id": course.project_id}).all())


def lesson_of(course: Shopfloor, folder: Path) -> UUID:
    lesson_id = course.lesson()
    course.upload(chalk_deck(folder / "Chalk.pptx"), "pptx", lesson_id)
    course.ask("parse_ppt", lesson_id=lesson_id)
    return lesson_id


def test_a_video_speaks_with_the_courses_own_route_and_lexicon(
    floor: Shopfloor, models: ModelServer, tmp_path: Path
) -> None:
    course = floor.course()
    lesson_id = lesson_of(course, tmp_path)
    route(course, Kind.SPEECH, VOICE)
    price(course, "tts-1", characters_usd="15")
    course.do(merge_settings, course.project_id, {"lexicon": [{"written": "chalk", "spoken": "tchawk"}]})

    job = course.ended(course.order(Engine.E1, lesson_id))

    said = [json.loads(one.content)["input"] for one in models.requests if one.path.endswith("/audio/speech")]
    rows = [row for row in calls(course) if row.call_type == "tts"]
    assert job.state == "succeeded"
    assert any("tchawk" in text for text in said)
    assert not any("halk" in text for text in said)
    assert len(rows) == len(said)
    assert {row.provider for row in rows} == {"stand-in"}
    assert all(row.response_meta["cost_usd"] > 0 for row in rows)
    assert all(row.request_payload["context"] for row in rows)
    with course.database.admin() as conn:
        named = conn.execute(
            sa.text(
                "SELECT metadata -> 'ai_call_ids' FROM course_crafter.cc_assets"
                " WHERE project_id = :id AND role = 'final_video'"
            ),
            {"id": course.project_id},
        ).scalar_one()
    assert set(named) >= {str(row.id) for row in rows}


def test_a_render_that_a_budget_cannot_hold_is_not_begun(floor: Shopfloor, models: ModelServer, tmp_path: Path) -> None:
    course = floor.course()
    lesson_id = lesson_of(course, tmp_path)
    route(course, Kind.SPEECH, VOICE)
    price(course, "tts-1", characters_usd="15")
    with course.database.admin() as conn:
        place: Any = {"org_id": course.author.org_id, "project_id": course.project_id}
        set_budget(conn, **place, period="total", limit_usd=Decimal("0.0001"))

    job = course.ended(course.order(Engine.E1, lesson_id))

    assert job.state == "failed"
    assert job.metadata["error"]["code"] == BudgetReached.code
    assert "budget" in job.metadata["error"]["message"]
    assert models.total == 0


def test_what_was_asked_before_is_found_and_costs_nothing(floor: Shopfloor, models: ModelServer) -> None:
    course = floor.course()
    route(course, Kind.TEXT, WRITER)
    price(course, "gpt-test", input_usd="1", output_usd="2")
    models.answer_with({"text": BETTER})

    first = course.ask("ask_text", task="rewrite", payload={"text": TEXT})
    second = course.ask("ask_text", task="rewrite", payload={"text": TEXT})

    rows = calls(course)
    assert first["answer"] == second["answer"] == {"text": BETTER}
    assert first["cost_usd"] > 0
    assert (first["input_tokens"], first["output_tokens"]) == (120, 30)
    assert second["cost_usd"] == 0
    assert models.total == 1
    assert [row.response_meta.get("cached", False) for row in rows] == [False, True]
    assert rows[1].response_meta["first_call"] == str(rows[0].id)
    assert [str(row.id) for row in rows] == [first["ai_call_id"], second["ai_call_id"]]
    assert TEXT not in str([row.request_payload for row in rows])


def test_an_answer_that_another_course_asked_for_has_a_row_in_the_own_log(
    floor: Shopfloor, models: ModelServer
) -> None:
    asking, finding = floor.course(), floor.course()
    for course in (asking, finding):
        route(course, Kind.TEXT, WRITER)
    models.answer_with({"text": BETTER})
    order: Any = {"task": "rewrite", "payload": {"text": TEXT + " Test it once a month."}}

    first = asking.ask("ask_text", **order)
    second = finding.ask("ask_text", **order)

    (row,) = calls(finding)
    assert models.total == 1
    assert second["ai_call_id"] == str(row.id) != first["ai_call_id"]
    assert (row.response_meta["cached"], row.response_meta["first_call"]) == (True, first["ai_call_id"])


def test_a_voice_that_fails_is_replaced_for_the_whole_lesson_and_the_job_says_so(
    floor: Shopfloor, models: ModelServer, tmp_path: Path
) -> None:
    course = floor.course()
    lesson_id = lesson_of(course, tmp_path)
    route(course, Kind.SPEECH, VOICE, RouteEntry("offline", "", {}))
    models.fail_with(busy(retry_after=3600), times=20)

    job = course.ended(course.order(Engine.E1, lesson_id))

    spoken = [row for row in calls(course) if row.call_type == "tts" and row.status == "success"]
    assert job.state == "succeeded"
    assert {row.provider for row in spoken} == {"offline"}
    assert {row.request_payload["instead_of"] for row in spoken} == {"stand-in/tts-1"}
    assert any("asked instead" in line for _, line in job.log)
