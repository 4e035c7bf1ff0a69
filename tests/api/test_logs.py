"""What models were asked and what happened, filtered and page by page."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from api.served_course import ServedCourse, serve_course
from api_people import Service, code_of


@pytest.fixture(scope="module")
def served(service: Service) -> ServedCourse:
    return serve_course(service)


@pytest.mark.parametrize(
    ("filters", "count"),
    [
        ({}, 1),
        ({"engine": "e1"}, 1),
        ({"engine": "e2"}, 0),
        ({"call_type": "tts", "status": "success"}, 1),
        ({"call_type": "image"}, 0),
        ({"since": (datetime.now(UTC) + timedelta(days=1)).isoformat()}, 0),
        ({"until": (datetime.now(UTC) + timedelta(days=1)).isoformat()}, 1),
        ({"lesson_id": str(uuid4())}, 0),
    ],
)
def test_calls_are_filtered(served: ServedCourse, filters: dict[str, str], count: int) -> None:
    found = served.author.read(f"/logs/ai/{served.made.course.project_id}", params=filters)

    assert [call["provider"] for call in found["items"]] == ["offline"] * count


def test_events_come_page_by_page_without_loss(served: ServedCourse) -> None:
    path = f"/logs/events/{served.made.course.project_id}"
    everything = served.author.read(path, params={"limit": 200})["items"]

    paged, cursor = [], None
    while True:
        found = served.author.read(path, params={"limit": 7, **({"cursor": cursor} if cursor else {})})
        paged += found["items"]
        cursor = found["next_cursor"]
        if cursor is None:
            break

    assert paged == everything
    assert len(everything) > 14


def test_events_are_filtered_by_engine_and_kind(served: ServedCourse) -> None:
    path = f"/logs/events/{served.made.course.project_id}"

    renders = served.author.read(path, params={"engine": "e4", "event_type": "render_succeeded"})["items"]

    assert [event["lesson_id"] for event in renders] == [str(served.made.course.lessons[0])]


@pytest.mark.parametrize("filters", [{"engine": "e9"}, {"since": "yesterday"}, {"limit": "0"}, {"lesson_id": "x"}])
def test_a_filter_that_is_none_is_refused(served: ServedCourse, filters: dict[str, str]) -> None:
    answer = served.author.get(f"/logs/ai/{served.made.course.project_id}", params=filters)

    assert answer.status_code == 422


def test_a_cursor_of_another_list_is_refused(served: ServedCourse) -> None:
    events = served.author.read(f"/logs/events/{served.made.course.project_id}", params={"limit": 1})

    answer = served.author.get(f"/logs/ai/{served.made.course.project_id}", params={"cursor": events["next_cursor"]})

    assert code_of(answer) == "CC-0090"


@pytest.mark.parametrize("log", ["ai", "events"])
def test_another_organisations_log_is_answered_like_none(served: ServedCourse, log: str) -> None:
    theirs = served.stranger.get(f"/logs/{log}/{served.made.course.project_id}")

    assert (theirs.status_code, code_of(theirs)) == (404, "CC-0020")


def test_the_organisations_own_events_are_for_its_admins(service: Service, served: ServedCourse) -> None:
    member = service.person(served.made.course.author.org_id)

    assert member.read("/logs/events")["items"] == []
    assert all(event["project_id"] is None for event in served.author.read("/logs/events")["items"])
