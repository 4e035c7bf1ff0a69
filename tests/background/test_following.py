"""The events of a job: each once, in order, and again from where a reader stopped."""

from __future__ import annotations

from uuid import UUID

import pytest

from background_shops import Shopfloor
from coursecrafter.authoring.hierarchy import change_lesson_status
from coursecrafter.authoring.render_jobs import LOG_LINES, fail_render, report_progress, start_render
from coursecrafter.background.following import Seen, news_of, read_event_id
from coursecrafter.db.refusals import NotFound
from coursecrafter.domain.course import Engine


@pytest.fixture
def job(floor: Shopfloor) -> tuple[Shopfloor, UUID]:
    course = floor.course()
    lesson_id = course.lesson()
    course.do(change_lesson_status, lesson_id, "in_design")
    return course, course.order(Engine.E1, lesson_id)


def test_a_reader_sees_each_line_and_each_step_forward_once(job: tuple[Shopfloor, UUID]) -> None:
    course, job_id = job
    first, seen = course.read(news_of, job_id, Seen())
    course.do(start_render, job_id)
    course.read(report_progress, job_id, progress=0.25, line="speaking")

    second, seen = course.read(news_of, job_id, seen)
    third, _ = course.read(news_of, job_id, seen)

    assert [(one.kind, one.content["state"]) for one in first] == [("progress", "queued")]
    assert [one.kind for one in second] == ["line", "progress"]
    assert (second[0].content["number"], second[0].content["text"]) == (1, "speaking")
    assert (second[1].content["state"], second[1].content["progress"]) == ("in_progress", 0.25)
    assert third == []


def test_a_reader_that_comes_back_goes_on_behind_the_last_event_it_had(job: tuple[Shopfloor, UUID]) -> None:
    course, job_id = job
    course.do(start_render, job_id)
    for line in ("one", "two"):
        course.read(report_progress, job_id, line=line)
    events, _ = course.read(news_of, job_id, Seen())
    course.read(report_progress, job_id, line="three")

    again, _ = course.read(news_of, job_id, read_event_id(events[0].id))

    assert [one.content.get("text") for one in again][:2] == ["two", "three"]


def test_the_last_event_is_the_end_with_its_error(job: tuple[Shopfloor, UUID]) -> None:
    course, job_id = job
    course.do(
        fail_render, job_id, "The slide is damaged.", told={"code": "CC-0601", "message": "The slide is damaged."}
    )

    events, seen = course.read(news_of, job_id, Seen())

    assert (events[-1].kind, seen.is_over) == ("end", True)
    assert events[-1].content["error"]["code"] == "CC-0601"
    assert course.read(news_of, job_id, read_event_id(events[-1].id))[0] == []


def test_lines_keep_their_numbers_when_old_ones_are_cut(job: tuple[Shopfloor, UUID]) -> None:
    course, job_id = job
    course.do(start_render, job_id)
    with course.database.worker(course.identity) as conn:
        for number in range(1, LOG_LINES + 3):
            report_progress(conn, job_id, line=f"line {number}")

    events, _ = course.read(news_of, job_id, Seen(lines=LOG_LINES))

    assert [one.content["text"] for one in events if one.kind == "line"] == ["line 201", "line 202"]


@pytest.mark.parametrize(
    "said", [None, "", "7", "1.2", "x.1.queued", "1.1.unheard", "-1.0.queued", "٣.1.queued", "....."]
)
def test_an_id_that_was_never_given_means_the_beginning(said: str | None) -> None:
    assert read_event_id(said) == Seen()


def test_a_job_of_nobody_has_no_events(floor: Shopfloor) -> None:
    with pytest.raises(NotFound):
        floor.read(news_of, UUID(int=5), Seen())
