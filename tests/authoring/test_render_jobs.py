"""Render jobs: each move with its event, wrong moves refused, and the lesson's status after them."""

from __future__ import annotations

import math
from collections.abc import Callable
from itertools import product
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa

from course_assets import output
from course_people import Cast, all_at_once, settle_cast
from coursecrafter.authoring.deletion import delete_row
from coursecrafter.authoring.engine_flags import approve_output
from coursecrafter.authoring.events import Event
from coursecrafter.authoring.job_rows import TABLES, RenderJob, find_job
from coursecrafter.authoring.render_jobs import (
    LOG_LINES,
    LONGEST_LINE,
    NothingRendered,
    NotRetried,
    cancel_render,
    close_interrupted,
    complete_render,
    fail_render,
    report_progress,
    request_render,
    retry_render,
    start_render,
)
from coursecrafter.db.refusals import NotAllowed, NotFound, StateRefused, ValueMissing
from coursecrafter.db.session import Database, Identity
from coursecrafter.db.tables import cc_assets, cc_lessons, cc_video_render_jobs
from coursecrafter.domain.course import Engine
from coursecrafter.domain.states import LIFECYCLES
from coursecrafter.errors import CourseCrafterError

RESULTS = {Engine.E1: "final_video", Engine.E2: "final_video", Engine.E3: "book_pdf", Engine.E4: "scorm_package"}
STATES = ("queued", "in_progress", "succeeded", "failed", "cancelled")


@pytest.fixture
def cast(database: Database) -> Cast:
    cast = settle_cast(database)
    set_status(cast, "in_design")
    return cast


def set_status(cast: Cast, *statuses: str) -> None:
    with cast.session() as conn:
        for status in statuses:
            conn.execute(cc_lessons.update().values(status=status).where(cc_lessons.c.id == cast.rows["cc_lessons"]))


def request(cast: Cast, engine: Engine = Engine.E1, **fields: Any) -> UUID:
    job: RenderJob = cast.do(request_render, engine, cast.project_id, cast.rows["cc_lessons"], **fields)
    return job.id


def started(cast: Cast, engine: Engine = Engine.E1) -> UUID:
    job_id = request(cast, engine)
    cast.do(start_render, job_id)
    return job_id


def complete(cast: Cast, job_id: UUID, content: str = "result", **who: Any) -> None:
    engine = read(cast, job_id).engine
    cast.do(
        complete_render, job_id, [output(RESULTS[engine], content), output("sidecar_json", content)], {"n": 1}, **who
    )


def read(cast: Cast, job_id: UUID) -> RenderJob:
    with cast.session() as conn:
        return find_job(conn, job_id)


def status(cast: Cast) -> str:
    found: str = cast.read(cc_lessons, cast.rows["cc_lessons"]).status
    return found


def note(cast: Cast, job_id: UUID, **noted: Any) -> None:
    with cast.session() as conn:
        report_progress(conn, job_id, **noted)


def job_events(cast: Cast, job_id: UUID) -> list[sa.Row[Any]]:
    return [event for event in cast.events() if event.event_payload.get("job_id") == str(job_id)]


MOVES: dict[str, Callable[[Cast, UUID], Any]] = {
    "in_progress": lambda cast, job_id: cast.do(start_render, job_id),
    "succeeded": complete,
    "failed": lambda cast, job_id: cast.do(fail_render, job_id, "The disk is full."),
    "cancelled": lambda cast, job_id: cast.do(cancel_render, job_id),
}


def brought_to(cast: Cast, engine: Engine, state: str) -> UUID:
    job_id = request(cast, engine)
    for step in {"queued": (), "in_progress": ("in_progress",)}.get(state, ("in_progress", state)):
        MOVES[step](cast, job_id)
    return job_id


@pytest.mark.parametrize("engine", list(Engine))
def test_a_render_that_succeeds_leaves_three_events_and_names_its_result(cast: Cast, engine: Engine) -> None:
    job_id = request(cast, engine, settings={"voice": "calm"})
    cast.do(start_render, job_id)
    complete(cast, job_id)

    job = read(cast, job_id)
    assert (job.state, job.progress, job.settings, job.metadata["n"]) == ("succeeded", 1.0, {"voice": "calm"}, 1)
    assert job.started_at <= job.completed_at
    result = cast.read(cc_assets, job.result_asset_id or UUID(int=0))
    assert (result.role, result.engine, result.is_active) == (RESULTS[engine], engine.value, True)
    events = job_events(cast, job_id)
    assert [one.event_type for one in events] == ["render_requested", "render_started", "render_succeeded"]
    assert {one.lesson_id for one in events} == {job.lesson_id}
    last = events[-1].event_payload
    assert (last["engine"], last["asset_id"]) == (engine.value, str(result.id))
    (moved,) = [one for one in last["changes"] if one["table"] == TABLES[engine].name]
    assert (moved["before"]["job_state"], moved["after"]["job_state"]) == ("in_progress", "succeeded")


@pytest.mark.parametrize("engine", [Engine.E1, Engine.E3, Engine.E4])
def test_every_move_goes_where_the_states_allow_and_is_refused_elsewhere(cast: Cast, engine: Engine) -> None:
    lifecycle = LIFECYCLES[TABLES[engine].name]
    wrong = []
    for before, after in product(STATES, MOVES):
        job_id = brought_to(cast, engine, before)
        may = after in lifecycle.moves[before] or before == after == "cancelled"
        told = len(cast.events())
        try:
            MOVES[after](cast, job_id)
        except StateRefused:
            went = False
        else:
            went = True
        is_told = len(cast.events()) - told == (went and before != after)
        if went != may or not is_told or read(cast, job_id).state != (after if may else before):
            wrong.append((before, after))

    assert not wrong


def test_a_wrong_move_says_where_the_job_is_and_where_it_can_go(cast: Cast) -> None:
    job_id = request(cast)

    with pytest.raises(StateRefused, match="is queued; it can become only in progress, cancelled or failed"):
        complete(cast, job_id)
    cast.do(start_render, job_id)
    with pytest.raises(StateRefused, match="The video job is in progress already"):
        cast.do(start_render, job_id)

    with cast.session() as conn:
        assert conn.scalar(sa.select(sa.func.count()).where(cc_assets.c.role == "final_video")) == 0


def test_a_failure_says_in_the_job_and_in_the_event_what_happened(cast: Cast) -> None:
    job_id = started(cast)

    cast.do(fail_render, job_id, "The disk is full.\0\ud800")

    message = "The disk is full.\N{REPLACEMENT CHARACTER}?"
    assert read(cast, job_id).error_message == message
    assert job_events(cast, job_id)[-1].event_payload["message"] == message


def test_a_cancelled_render_publishes_nothing_any_more(cast: Cast) -> None:
    job_id = started(cast)
    cast.do(cancel_render, job_id)
    cast.do(cancel_render, job_id)

    with pytest.raises(StateRefused):
        complete(cast, job_id)
    with pytest.raises(StateRefused, match="is cancelled, not in progress"):
        note(cast, job_id, progress=0.5)

    assert [one.event_type for one in job_events(cast, job_id)][2:] == ["render_cancelled"]


def test_a_render_without_a_result_is_not_done(cast: Cast) -> None:
    job_id = started(cast)

    with pytest.raises(NothingRendered, match="CC-0603"):
        cast.do(complete_render, job_id, [], {})

    assert read(cast, job_id).state == "in_progress"


def test_progress_never_falls_and_stays_between_nothing_and_all(cast: Cast) -> None:
    job_id = started(cast)
    seen = []

    for figure in (-1.0, 0.4, 0.2, math.nan, 0.6, -math.inf, 7.0, 0.1):
        note(cast, job_id, progress=figure)
        seen.append(read(cast, job_id).progress)

    assert seen == [0.0, 0.4, 0.4, 0.4, 0.6, 0.6, 1.0, 1.0]


def test_step_log_and_time_left_are_noted_without_an_event_and_the_rest_stays(cast: Cast) -> None:
    job_id = started(cast, Engine.E4)
    told = len(cast.events())

    note(cast, job_id, progress=0.25, step="packing", line="one\0", time_left_s=12.5)
    note(cast, job_id, line="two" * LONGEST_LINE, time_left_s=math.inf)

    job = read(cast, job_id)
    assert (job.progress, job.metadata["step"], job.metadata["time_left_s"]) == (0.25, "packing", 12.5)
    assert [text for _at, text in job.log] == ["one\N{REPLACEMENT CHARACTER}", ("two" * LONGEST_LINE)[:LONGEST_LINE]]
    assert job.started_at
    assert len(cast.events()) == told


@pytest.mark.parametrize("end", ["failed", "cancelled"])
def test_nobody_waits_for_what_was_left_of_a_job_that_was_given_up(cast: Cast, end: str) -> None:
    job_id = started(cast)
    note(cast, job_id, step="speech", time_left_s=12.5)

    MOVES[end](cast, job_id)

    job = read(cast, job_id)
    assert job.metadata["step"] == "speech"
    assert "time_left_s" not in job.metadata


def test_the_log_keeps_its_last_lines(cast: Cast) -> None:
    job_id = started(cast)
    with cast.session() as conn:
        for number in range(LOG_LINES + 5):
            report_progress(conn, job_id, line=f"line {number}")

    log = read(cast, job_id).log

    assert (len(log), log[0][1], log[-1][1]) == (LOG_LINES, "line 5", f"line {LOG_LINES + 4}")


def test_a_job_that_only_waits_has_no_progress(cast: Cast) -> None:
    job_id = request(cast)

    with pytest.raises(StateRefused, match="is queued, not in progress"):
        note(cast, job_id, progress=0.5)


@pytest.mark.parametrize("end", ["failed", "cancelled"])
def test_a_render_is_tried_again_as_a_job_of_its_own(cast: Cast, end: str) -> None:
    job_id = request(cast, Engine.E2, settings={"voice": "calm"})
    cast.do(start_render, job_id)
    note(cast, job_id, progress=0.5, line="half")
    MOVES[end](cast, job_id)

    again: RenderJob = cast.do(retry_render, job_id)
    once_more: RenderJob = cast.do(retry_render, job_id)

    assert (again.state, again.engine, again.retry_of, again.settings) == (
        "queued",
        Engine.E2,
        job_id,
        {"voice": "calm"},
    )
    assert (again.progress, again.log, once_more.id) == (0.0, (), again.id)
    assert read(cast, job_id).state == end
    assert [one.event_type for one in job_events(cast, again.id)] == ["render_requested"]


@pytest.mark.parametrize("state", ["queued", "in_progress", "succeeded"])
def test_a_render_that_waits_runs_or_succeeded_is_not_tried_again(cast: Cast, state: str) -> None:
    job_id = brought_to(cast, Engine.E1, state)

    with pytest.raises(NotRetried, match="CC-0604"):
        cast.do(retry_render, job_id)


def test_what_a_killed_process_left_is_closed_with_an_event_for_each(cast: Cast) -> None:
    left = [request(cast, Engine.E1), started(cast, Engine.E2), started(cast, Engine.E3), request(cast, Engine.E4)]
    done = brought_to(cast, Engine.E1, "succeeded")

    count = cast.do(close_interrupted, cast.project_id)
    again = cast.do(close_interrupted, cast.project_id)

    # The tenant's own three rows wait too.
    assert (count, again) == (len(left) + 3, 0)
    assert {read(cast, one).state for one in left} == {"failed"}
    assert read(cast, done).state == "succeeded"
    assert len(cast.events("render_failed")) == count
    assert status(cast) == "ready"


def test_the_lesson_renders_while_a_job_of_it_runs_and_is_ready_once_one_succeeded(cast: Cast) -> None:
    seen = [status(cast)]
    first, second = started(cast, Engine.E1), request(cast, Engine.E4)
    seen.append(status(cast))
    cast.do(start_render, second)
    complete(cast, first)
    seen.append(status(cast))
    cast.do(fail_render, second, "No.")
    seen.append(status(cast))

    assert seen == ["in_design", "rendering", "rendering", "ready"]


@pytest.mark.parametrize("end", ["failed", "cancelled"])
def test_a_lesson_of_which_nothing_was_ever_rendered_goes_back_to_its_design(cast: Cast, end: str) -> None:
    job_id = started(cast)

    MOVES[end](cast, job_id)

    assert status(cast) == "in_design"


def test_a_render_that_fails_leaves_a_lesson_ready_that_was_rendered_before(cast: Cast) -> None:
    complete(cast, started(cast))

    cast.do(fail_render, started(cast), "No.")

    assert status(cast) == "ready"


def test_a_waiting_job_and_a_book_leave_the_lesson_alone(cast: Cast) -> None:
    waiting = request(cast)
    complete(cast, started(cast, Engine.E3))
    cast.do(cancel_render, waiting)

    assert status(cast) == "in_design"


def test_a_lesson_that_an_author_took_back_meanwhile_stays_there(cast: Cast) -> None:
    job_id = started(cast)
    set_status(cast, "in_design")

    complete(cast, job_id)

    assert status(cast) == "in_design"


@pytest.mark.parametrize("before", ["draft", "archived"])
def test_a_draft_and_an_archived_lesson_are_not_rendered(cast: Cast, before: str) -> None:
    waiting = request(cast)
    set_status(cast, "archived")
    if before == "draft":
        with cast.database.admin() as admin:
            admin.execute(sa.text("ALTER TABLE course_crafter.cc_lessons DISABLE TRIGGER cc_lessons_state_moves"))
            admin.execute(cc_lessons.update().values(status="draft"))
            admin.execute(sa.text("ALTER TABLE course_crafter.cc_lessons ENABLE TRIGGER cc_lessons_state_moves"))

    with pytest.raises(StateRefused, match=f"The lesson is {before}"):
        request(cast)
    with pytest.raises(StateRefused, match=f"The lesson is {before}"):
        cast.do(start_render, waiting)

    assert read(cast, waiting).state == "queued"


def test_a_job_of_a_deleted_lesson_publishes_nothing_but_ends(cast: Cast) -> None:
    running, waiting = started(cast), request(cast)
    lesson = cast.rows["cc_lessons"]
    cast.do(delete_row, Event.LESSON_DELETED, cc_lessons, lesson, project_id=cast.project_id)

    for verb in (lambda: complete(cast, running), lambda: cast.do(start_render, waiting), lambda: request(cast)):
        with pytest.raises(NotFound, match="There is no such lesson"):
            verb()
    cast.do(fail_render, running, "The lesson is gone.")
    cast.do(cancel_render, waiting)

    assert [read(cast, one).state for one in (running, waiting)] == ["failed", "cancelled"]


def test_a_video_needs_a_lesson_and_a_package_of_a_module_does_not(cast: Cast) -> None:
    with pytest.raises(ValueMissing, match="lesson of the video job"):
        cast.do(request_render, Engine.E1, cast.project_id, None)
    package: RenderJob = cast.do(request_render, Engine.E4, cast.project_id, None)
    cast.do(start_render, package.id)
    complete(cast, package.id)

    assert read(cast, package.id).lesson_id is None


def test_a_lesson_of_another_project_and_a_missing_one_are_answered_alike(cast: Cast) -> None:
    pairs = [
        (cast.project_id, cast.others["cc_lessons"]),
        (cast.project_id, UUID(int=7)),
        (cast.project_id, cast.rows["cc_modules"]),
        (cast.others["cc_projects"], cast.rows["cc_lessons"]),
    ]

    for project_id, lesson_id in pairs:
        with pytest.raises(NotFound, match="There is no such lesson"):
            cast.do(request_render, Engine.E1, project_id, lesson_id)
    for project_id in (cast.others["cc_projects"], UUID(int=7)):
        with pytest.raises(NotFound, match="There is no such project"):
            cast.do(request_render, Engine.E3, project_id, None)


def test_a_foreign_job_and_a_missing_one_are_answered_alike(cast: Cast) -> None:
    verbs: list[Callable[[UUID], Any]] = [
        lambda one: cast.do(start_render, one),
        lambda one: cast.do(complete_render, one, [output("final_video", "x")], {}),
        lambda one: cast.do(fail_render, one, "No."),
        lambda one: cast.do(cancel_render, one),
        lambda one: cast.do(retry_render, one),
        lambda one: note(cast, one, progress=1.0),
        lambda one: read(cast, one),
    ]
    strangers = (cast.others["cc_video_render_jobs"], UUID(int=7), cast.rows["cc_lessons"])

    for verb, one in product(verbs, strangers):
        with pytest.raises(NotFound, match="There is no such render"):
            verb(one)


def test_editors_render_and_reviewers_and_viewers_do_not(cast: Cast) -> None:
    job_id = request(cast, author=cast.editor)
    place = (Engine.E1, cast.project_id, cast.rows["cc_lessons"])

    for person in (cast.reviewer, cast.viewer):
        for verb, args in (
            (request_render, place),
            (start_render, (job_id,)),
            (fail_render, (job_id, "No.")),
            (cancel_render, (job_id,)),
        ):
            with pytest.raises(NotAllowed):
                cast.do(verb, *args, author=person)
        with pytest.raises(NotAllowed), cast.session(person) as conn:
            report_progress(conn, job_id, progress=1.0)

    assert [one.event_type for one in job_events(cast, job_id)] == ["render_requested"]


def test_a_worker_in_the_jobs_project_carries_it_out(cast: Cast) -> None:
    job_id = request(cast)
    who = Identity(cast.owner.org_id, cast.owner.user_id, cast.project_id)

    with cast.database.worker(who) as conn:
        start_render(conn, cast.owner, job_id)
        report_progress(conn, job_id, progress=0.5)
        complete_render(conn, cast.owner, job_id, [output("final_video", "film")], {})
        approve_output(conn, cast.owner, Engine.E1, cast.project_id, cast.rows["cc_lessons"])

    lesson = cast.read(cc_lessons, cast.rows["cc_lessons"])
    assert (read(cast, job_id).state, lesson.status, lesson.engine_flags) == ("succeeded", "ready", {"e1": True})


def test_of_twenty_workers_that_take_a_job_one_gets_it(cast: Cast) -> None:
    job_id = request(cast)

    answers = all_at_once([lambda: cast.do(start_render, job_id)] * 20)

    refused = [one for one in answers if isinstance(one, CourseCrafterError)]
    assert len(refused) == 19
    assert all(isinstance(one, StateRefused) for one in refused)
    assert len(cast.events("render_started")) == 1


def test_of_all_ends_at_once_one_comes_true(cast: Cast) -> None:
    job_id = started(cast)
    acts: list[Callable[[], Any]] = [
        *[lambda: complete(cast, job_id)] * 5,
        *[lambda: cast.do(fail_render, job_id, "No.")] * 5,
        *[lambda: cast.do(cancel_render, job_id)] * 5,
        *[lambda: note(cast, job_id, progress=0.5)] * 5,
    ]

    answers = all_at_once(acts)

    assert all(isinstance(one, StateRefused) for one in answers if one is not None)
    ends = [one.event_type for one in job_events(cast, job_id)][2:]
    assert ends == [f"render_{read(cast, job_id).state}"]
    assert status(cast) == ("ready" if ends == ["render_succeeded"] else "in_design")


def test_twenty_who_try_again_at_once_get_one_job(cast: Cast) -> None:
    job_id = brought_to(cast, Engine.E3, "failed")

    answers = all_at_once([lambda: cast.do(retry_render, job_id)] * 20)

    assert len({one.id for one in answers}) == 1


def test_jobs_of_one_lesson_that_run_and_end_at_once_leave_it_ready(cast: Cast) -> None:
    jobs = [request(cast, engine) for engine in (Engine.E1, Engine.E2, Engine.E4) for _ in range(6)]

    def render(job_id: UUID) -> None:
        cast.do(start_render, job_id)
        complete(cast, job_id, f"result of {job_id}")

    answers = all_at_once([lambda one=one: render(one) for one in jobs])

    assert answers == [None] * len(jobs)
    assert status(cast) == "ready"
    with cast.session() as conn:
        results = sa.select(cc_assets).where(cc_assets.c.role.in_(set(RESULTS.values())), cc_assets.c.is_active)
        assert len(conn.execute(results).all()) == 3
        done = sa.select(sa.func.count()).where(cc_video_render_jobs.c.job_state == "succeeded")
        assert conn.scalar(done) == 12
