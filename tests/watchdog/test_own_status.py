"""What the API tells: a member of their own work alone, and who runs the installation of all machines."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from api_people import Service, data_of, open_service
from course_people import Cast
from coursecrafter.api.identify import Doors
from coursecrafter.api.metrics import ServiceFigures
from coursecrafter.db.session import Database
from coursecrafter.watchdog.figures import AnsweredCalls
from coursecrafter.watchdog.verdict import NobodyWorks
from planted_figures import plant_job, plant_worker


@pytest.fixture
def service(database: Database, tmp_path: Path) -> Iterator[Service]:
    with open_service(database, tmp_path, is_working=False) as service:
        yield service


def status_of(service: Service, cast: Cast, who: str) -> Any:
    author = getattr(cast, who)
    return data_of(service.client(author.org_id, author.user_id).get("/cc/watchdog/status"))


def plant(cast: Cast) -> None:
    ours = {"org_id": cast.owner.org_id, "project_id": cast.project_id}
    theirs = {"org_id": cast.stranger.org_id, "project_id": cast.others["cc_projects"]}
    worker_id = plant_worker(cast.database)
    plant_job(cast.database, since="30 s", **ours)
    plant_job(cast.database, lane="calls", worker_id=worker_id, **ours)
    for _ in range(5):
        plant_job(cast.database, since="3 min", **theirs)


@pytest.mark.parametrize("who", ["owner", "viewer"])
def test_people_see_the_lanes_of_their_own_projects(service: Service, cast: Cast, who: str) -> None:
    plant(cast)

    told = status_of(service, cast, who)

    lanes = {lane["lane"]: (lane["waiting"], lane["running"]) for lane in told["lanes"]}
    assert lanes == {"renders": (1, 0), "calls": (0, 1)}
    assert told["lanes"][1]["oldest_s"] < 60
    assert told["installation"] is None


def test_a_member_without_a_role_in_the_project_sees_nothing_of_it(service: Service, cast: Cast) -> None:
    plant(cast)

    assert status_of(service, cast, "colleague")["lanes"] == []


def test_another_organisation_sees_its_own_work_and_no_more(service: Service, cast: Cast) -> None:
    plant(cast)

    told = status_of(service, cast, "stranger")

    assert [(lane["lane"], lane["waiting"], lane["running"]) for lane in told["lanes"]] == [("renders", 5, 0)]
    assert told["installation"] is None


def test_a_job_that_names_anothers_project_is_not_shown_to_them(service: Service, cast: Cast) -> None:
    plant_job(cast.database, org_id=cast.stranger.org_id, project_id=cast.project_id)
    plant_job(cast.database, org_id=cast.owner.org_id, project_id=cast.others["cc_projects"])

    assert [status_of(service, cast, who)["lanes"] for who in ("owner", "stranger")] == [[], []]


def test_who_runs_the_installation_sees_all_machines(
    service: Service, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    plant(cast)
    plant_job(cast.database, lane="calls", since="2 min")
    # A key never speaks for an operator, and a session needs a browser's sign-in.
    find = Doors.find
    monkeypatch.setattr(Doors, "find", lambda doors, request: replace(find(doors, request), is_operator=True))
    monkeypatch.setattr(Doors, "remembered", lambda _doors, _request: None)

    told = status_of(service, cast, "owner")["installation"]

    assert told["light"] == "red"
    assert [one["code"] for one in told["findings"]] == [NobodyWorks.code]
    assert {lane["lane"]: lane["waiting"] for lane in told["lanes"]}["renders"] == 6
    assert told["workers"][0]["facts"]["sandbox"] == "bubblewrap"
    assert told["calls"] is None


def test_calls_are_counted_with_their_faults() -> None:
    figures = ServiceFigures()
    for status, count in (("200", 7), ("404", 2), ("500", 1), ("503", 2)):
        figures.calls.labels("/cc/health", "GET", status).inc(count)

    assert figures.answered() == AnsweredCalls(12, 3)
