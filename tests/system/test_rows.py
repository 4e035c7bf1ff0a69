"""What a build writes: plans, scripts, voices, assets with versions, jobs, calls and events."""

from __future__ import annotations

import time
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from coursecrafter.authoring.locks import ProjectBusy, hold_project
from coursecrafter.build.course import Built, build_course
from coursecrafter.build.order import BuildOrder
from coursecrafter.db.tables import (
    cc_activity_log,
    cc_ai_calls,
    cc_assets,
    cc_book_render_jobs,
    cc_lessons,
    cc_projects,
    cc_scenes,
    cc_scorm_render_jobs,
    cc_scripts,
    cc_segments,
    cc_video_render_jobs,
    cc_voice_tracks,
)
from coursecrafter.domain.course import Engine
from coursecrafter.engines.e1_voiceover import engine as e1
from coursecrafter.errors import VideoError
from coursecrafter.wiring import Workshop
from system.courses import change_word, small_deck

JOBS = (cc_video_render_jobs, cc_book_render_jobs, cc_scorm_render_jobs)


@pytest.fixture(scope="module")
def deck(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return small_deck(tmp_path_factory.mktemp("deck") / "Chalk.pptx")


def rows(shop: Workshop, query: sa.Select[Any]) -> list[Any]:
    with shop.database.admin() as conn:
        return list(conn.execute(query).all())


def e1_plan(shop: Workshop) -> list[Any]:
    """Everything that is E1's: its scripts, and the rows of the segments and scenes they belong to."""
    segments = sa.select(cc_scripts.c.segment_id).where(cc_scripts.c.engine == "e1")
    scenes = sa.select(cc_segments.c.scene_id).where(cc_segments.c.id.in_(segments))
    return [
        rows(shop, sa.select(cc_scripts).where(cc_scripts.c.engine == "e1").order_by(cc_scripts.c.id)),
        rows(shop, sa.select(cc_segments).where(cc_segments.c.id.in_(segments)).order_by(cc_segments.c.id)),
        rows(shop, sa.select(cc_scenes).where(cc_scenes.c.id.in_(scenes)).order_by(cc_scenes.c.id)),
    ]


def build(shop: Workshop, deck: Path, *engines: Engine) -> Built:
    return build_course(BuildOrder(deck, deck.parent / "out", code="CH-1", engines=engines), shop)


@pytest.fixture(scope="module")
def after_e1(shop: Workshop, deck: Path) -> list[Any]:
    build(shop, deck, Engine.E1)
    return e1_plan(shop)


@pytest.fixture(scope="module")
def whole(shop: Workshop, deck: Path, after_e1: list[Any]) -> Built:
    return build(shop, deck, Engine.E1, Engine.E4, Engine.E3, Engine.E2)


def test_the_plan_of_e1_is_the_same_to_the_letter_after_e2(shop: Workshop, after_e1: list[Any], whole: Built) -> None:
    assert len(after_e1[1]) == 3

    plan = e1_plan(shop)

    assert plan == after_e1


def test_e2_has_segments_of_its_own_with_its_own_scripts_and_voices(shop: Workshop, whole: Built) -> None:
    joined = sa.select(cc_scripts.c.engine, cc_segments.c.source_type).join(
        cc_segments, cc_segments.c.id == cc_scripts.c.segment_id
    )

    by_engine = Counter(tuple(row) for row in rows(shop, joined))

    assert by_engine["e2", "text"] >= 2
    assert set(by_engine) == {("e1", "ppt_slide"), ("e2", "text")}
    voices = rows(shop, sa.select(cc_voice_tracks.c.script_id, cc_voice_tracks.c.status))
    assert len(voices) == sum(by_engine.values())
    assert {voice.status for voice in voices} == {"approved"}


def test_every_job_succeeded_and_names_its_result(shop: Workshop, whole: Built) -> None:
    for table in JOBS:
        jobs = rows(shop, sa.select(table))

        assert jobs
        assert {job.job_state for job in jobs} == {"succeeded"}
        assert all(job.result_asset_id and job.completed_at for job in jobs)


def test_every_call_is_in_the_ledger_of_the_offline_provider_and_no_text_with_it(shop: Workshop, whole: Built) -> None:
    calls = rows(shop, sa.select(cc_ai_calls))

    types = Counter(call.call_type for call in calls)
    assert types["tts"] >= 3
    assert types["llm_outline"] == 1
    assert types["image"] >= 1
    assert {(call.provider, call.status) for call in calls} == {("offline", "success")}
    assert not any("chalk" in str(call.request_payload).lower() for call in calls)


def test_events_tell_what_happened_in_order(shop: Workshop, whole: Built) -> None:
    events = [row.event_type for row in rows(shop, sa.select(cc_activity_log).order_by(cc_activity_log.c.id))]

    assert events[0] == "project_created"
    assert events.index("engine1_plan_approved") < events.index("render_started") < events.index("render_succeeded")
    assert {"source_uploaded", "engine2_outline_approved", "book_outline_changed", "interactions_changed"} <= {*events}


def test_the_lesson_says_which_engines_are_done(shop: Workshop, whole: Built) -> None:
    lesson = rows(shop, sa.select(cc_lessons))[0]

    assert lesson.engine_flags == {"e1": True, "e2": True, "e3": True, "e4": True}


def test_one_slot_has_one_active_version_and_a_changed_deck_makes_the_next(
    shop: Workshop, whole: Built, deck: Path, tmp_path: Path
) -> None:
    changed = tmp_path / "Chalk.pptx"
    change_word(deck, changed, "Tailors use wax.", "Tailors use soap.")

    build(shop, changed, Engine.E1)

    videos = sa.select(cc_assets).where(cc_assets.c.role == "final_video", cc_assets.c.engine == "e1")
    versions = rows(shop, videos.order_by(cc_assets.c.version))
    assert [(row.version, row.is_active) for row in versions] == [(1, False), (2, True)]
    build(shop, deck, Engine.E1)
    again = rows(shop, videos.order_by(cc_assets.c.version))
    assert [(row.version, row.is_active) for row in again] == [(1, True), (2, False)]


def test_one_changed_word_costs_both_videos_one_voice_and_one_mux(
    shop: Workshop, whole: Built, deck: Path, tmp_path: Path
) -> None:
    changed = tmp_path / "Chalk.pptx"
    change_word(deck, changed, "How a blackboard works", "How a whiteboard works")
    pictures = shop.runner.made["picture"]

    built = build(shop, changed, Engine.E1, Engine.E2)

    made = {render.engine: render.made for render in built.renders}
    assert shop.runner.made["picture"] - pictures == 1
    assert made[Engine.E1] == {"speech": 1, "voice_block": 1, "still": 1, "mux": 1, "sign": 1}
    assert made[Engine.E2]["mux"] == 1
    assert made[Engine.E2].get("speech", 0) <= 1
    assert made[Engine.E2].get("scene_image", 0) == 0


def test_a_shorter_deck_takes_its_surplus_scene_out_and_a_longer_one_adds_it(
    shop: Workshop, deck: Path, tmp_path: Path
) -> None:
    short = small_deck(tmp_path / "Chalk.pptx", slides=2)

    shorter = build(shop, short)
    longer = build(shop, deck)

    assert [len(lesson.scenes) for lesson in shorter.course.lessons] == [2]
    assert [len(lesson.scenes) for lesson in longer.course.lessons] == [3]


def test_a_deck_that_gains_sections_gains_lessons_and_loses_them_again(
    shop: Workshop, deck: Path, tmp_path: Path
) -> None:
    divided = small_deck(tmp_path / "Chalk.pptx", sections=("One", "Two"))

    two = build(shop, divided)
    one = build(shop, deck)

    assert [lesson.title for lesson in two.course.lessons] == ["One", "Two"]
    assert [lesson.title for lesson in one.course.lessons] == ["Chalk"]


def test_a_render_that_fails_says_why_in_its_job_and_publishes_nothing(
    shop: Workshop, deck: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_arguments: object, **_options: object) -> None:
        raise VideoError("The picture of slide 2 is damaged.")

    monkeypatch.setattr(e1, "render", broken)
    before = rows(shop, sa.select(sa.func.count()).select_from(cc_assets))

    with pytest.raises(VideoError, match="slide 2"):
        build(shop, deck, Engine.E1)

    last = rows(shop, sa.select(cc_video_render_jobs).order_by(cc_video_render_jobs.c.id.desc()).limit(1))[0]
    assert (last.job_state, last.error_message) == ("failed", "The picture of slide 2 is damaged.")
    assert rows(shop, sa.select(sa.func.count()).select_from(cc_assets)) == before


def test_a_job_that_a_kill_left_behind_is_failed_by_the_next_build(shop: Workshop, deck: Path, whole: Built) -> None:
    with shop.database.admin() as conn:
        job = conn.execute(sa.select(cc_video_render_jobs).limit(1)).one()
        left = {"project_id": job.project_id, "lesson_id": job.lesson_id, "engine": "e1", "version_label": "v1"}
        left_id = conn.execute(
            cc_video_render_jobs.insert()
            .values({**left, "job_state": "queued", "requested_at": job.requested_at})
            .returning(cc_video_render_jobs.c.id)
        ).scalar_one()

    build(shop, deck)

    found = rows(shop, sa.select(cc_video_render_jobs).where(cc_video_render_jobs.c.id == left_id))[0]
    assert found.job_state == "failed"
    assert "interrupted" in found.error_message


def test_two_builds_of_one_course_do_not_meet(shop: Workshop, deck: Path) -> None:
    with shop.database.app(shop.identity()) as conn:
        hold_project(conn, shop.author, name="Chalk", code="CH-1")

        with pytest.raises(ProjectBusy, match="CC-0601"):
            build(shop, deck)


def test_a_project_is_held_for_longer_than_a_session_may_be_idle(shop: Workshop) -> None:
    """A build of many slides takes longer than the five minutes after which whoever is silent is frozen."""
    with shop.database.app(shop.identity()) as conn:
        conn.execute(sa.text("SET LOCAL idle_in_transaction_session_timeout = '100ms'"))
        hold_project(conn, shop.author, name="Long", code="LONG-1")

        time.sleep(0.5)

        assert conn.scalar(sa.text("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND granted")) > 0


def test_the_same_code_is_the_same_project(shop: Workshop, deck: Path, whole: Built) -> None:
    build(shop, deck)

    assert len(rows(shop, sa.select(cc_projects))) == 1
