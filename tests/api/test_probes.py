"""What those who run the service ask: whether it lives, whether it is ready, how many calls it answers."""

from __future__ import annotations

import json
import logging
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from threading import Event
from uuid import uuid4

import httpx
import pytest
import sqlalchemy as sa
import uvicorn
from prometheus_client.parser import text_string_to_metric_families

from api_people import Service
from coursecrafter.api import probes
from coursecrafter.api.app import make_app
from coursecrafter.api.metrics import ServiceFigures
from coursecrafter.api.site import Site
from coursecrafter.db.session import Database
from coursecrafter.db.urls import DatabaseUrls
from coursecrafter.logs import JsonLine
from coursecrafter.observe.figures import Figure
from coursecrafter.telemetry import start_telemetry, stop_telemetry
from otlp_receiver import attributes_of, receiving


@contextmanager
def serve(site: Site, **options: object) -> Iterator[httpx.Client]:
    config = uvicorn.Config(make_app(site, **options), host="127.0.0.1", port=0, log_level="warning")  # type: ignore[arg-type]
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=30) as client:
        yield client
    server.should_exit = True
    thread.join(20)


def lost(database: Database) -> Database:
    """The database at an address where nobody listens."""
    nowhere = database.urls.app.set(host="127.0.0.1", port=9, query={})
    return Database(DatabaseUrls(nowhere, nowhere, nowhere), is_embedded=False)


def ready(client: httpx.Client) -> tuple[int, list[str]]:
    answer = client.get("/readyz")
    return answer.status_code, answer.json()["missing"]


def test_a_service_that_works_lives_and_is_ready(service: Service) -> None:
    with service.stranger() as stranger:
        assert stranger.get("/healthz").json() == {"alive": True}
        assert stranger.get("/readyz").json() == {"ready": True, "missing": []}
        assert stranger.head("/readyz").status_code == 200


def test_answers_to_probes_are_never_kept(service: Service) -> None:
    with service.stranger() as stranger:
        assert {stranger.get(path).headers["cache-control"] for path in ("/healthz", "/readyz")} == {"no-store"}


def test_without_its_database_it_lives_and_is_not_ready(service: Service) -> None:
    gone = lost(service.site.database)

    with serve(replace(service.site, database=gone)) as client:
        assert client.get("/healthz").status_code == 200
        assert ready(client) == (503, ["database"])
    gone.close()


def test_it_says_no_more_than_the_names_of_parts(service: Service) -> None:
    gone = lost(service.site.database)

    with serve(replace(service.site, database=gone)) as client:
        assert client.get("/readyz").json() == {"ready": False, "missing": ["database"]}
    gone.close()


@pytest.fixture
def at_revision(service: Service) -> Iterator[Callable[[str], None]]:
    def put(revision: str) -> None:
        with service.site.database.admin() as admin:
            admin.execute(sa.text("UPDATE platform.alembic_version SET version_num = :to"), {"to": revision})

    yield put
    put(probes._own_revision())


def test_an_older_schema_is_not_ready(service: Service, at_revision: Callable[[str], None]) -> None:
    at_revision("20261122_11")

    with serve(service.site) as client:
        assert ready(client) == (503, ["schema"])


def test_a_newer_schema_is_ready_so_that_an_upgrade_stops_nobody(
    service: Service, at_revision: Callable[[str], None]
) -> None:
    at_revision("29991231_01")

    with serve(service.site) as client:
        assert ready(client) == (200, [])


def test_a_store_that_is_gone_is_not_ready(service: Service, tmp_path: Path) -> None:
    settings = replace(service.site.settings, store_url=str(tmp_path / "store"))
    site = replace(service.site, settings=settings)

    with serve(site) as client:
        assert ready(client) == (200, [])
        # A file in the folder's place: nobody can make the folder again.
        (tmp_path / "store").rename(tmp_path / "taken away")
        (tmp_path / "store").write_bytes(b"")
        time.sleep(probes.KEPT_S)
        assert ready(client) == (503, ["store"])


def test_a_part_that_is_added_counts(service: Service) -> None:
    state = {"registered": False}

    with serve(service.site, looks={"worker": lambda: state["registered"]}) as client:
        assert ready(client) == (503, ["worker"])
        state["registered"] = True
        time.sleep(probes.KEPT_S)
        assert ready(client) == (200, [])


def test_a_part_that_hangs_is_named_in_time_and_not_waited_for_again(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(probes, "LONGEST_S", 0.3)
    monkeypatch.setattr(probes, "KEPT_S", 0)
    hangs, asked = Event(), []

    def hang() -> object:
        asked.append(1)
        return hangs.wait(30)

    with serve(service.site, looks={"worker": hang}) as client:
        assert [ready(client) for _ in range(3)] == [(503, ["worker"])] * 3
        hangs.set()
    assert len(asked) == 1


def test_many_who_ask_at_once_make_one_look(service: Service) -> None:
    asked: list[int] = []

    with serve(service.site, looks={"worker": lambda: asked.append(1)}) as client:
        threads = [threading.Thread(target=client.get, args=("/readyz",)) for _ in range(20)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert len(asked) == 1


def test_a_service_that_stops_takes_no_more(service: Service) -> None:
    site = replace(service.site, stopping=Event())

    with serve(site) as client:
        site.stopping.set()
        assert client.get("/healthz").status_code == 200
        assert ready(client) == (503, ["service"])


def test_probes_count_against_nobody(service: Service) -> None:
    from coursecrafter.api.rates import Rates

    with serve(replace(service.site, stranger_rates=Rates(2))) as client:
        assert {client.get("/readyz").status_code for _ in range(10)} == {200}
        assert 429 in {client.get("/cc/health").status_code for _ in range(10)}


def test_another_method_is_refused_in_the_envelope(service: Service) -> None:
    with service.stranger() as stranger:
        answer = stranger.post("/healthz")

    assert (answer.status_code, answer.headers["allow"]) == (405, "GET, HEAD")
    assert answer.json()["error"]["code"] == "CC-0007"


def test_figures_are_not_told_unless_the_operator_says_so(service: Service) -> None:
    with service.stranger() as stranger:
        assert stranger.get("/metrics").status_code == 404
    with serve(service.site, figures=ServiceFigures()) as client:
        assert client.get("/metrics").status_code == 404


def test_calls_are_counted_by_route_and_never_by_whose_they_are(service: Service) -> None:
    figures = ServiceFigures(lambda: [Figure("coursecrafter_jobs", "Jobs.", 2, {"state": "queued"})])
    person = service.person(service.organisation(), "owner")
    project = person.made("/projects/create", {"name": "Fire drill"})["id"]

    with serve(service.site, figures=figures, is_telling_figures=True) as client:
        for _ in range(3):
            client.get(f"/cc/projects/{project}", headers=person.http.headers)
        client.get(f"/cc/projects/{uuid4()}", headers=person.http.headers)
        client.get("/anything/at/all")
        client.request("PROPFIND", "/cc/health")
        text = client.get("/metrics").text

    samples = {
        (one.name, one.labels.get("route"), one.labels.get("method"), one.labels.get("status")): one.value
        for family in text_string_to_metric_families(text)
        for one in family.samples
        if not one.name.endswith("_bucket")
    }
    total, route = "coursecrafter_http_requests_total", "/cc/projects/{project_id}"
    assert samples[total, route, "GET", "200"] == 3
    assert samples[total, route, "GET", "404"] == 1
    assert samples[total, "none", "GET", "404"] == 1
    assert samples[total, "/cc/health", "other", "405"] == 1
    assert samples["coursecrafter_http_request_duration_seconds_count", route, "GET", None] == 4
    assert samples["coursecrafter_http_requests_in_flight", None, None, None] == 1
    assert samples["coursecrafter_jobs", None, None, None] == 2
    assert samples["process_resident_memory_bytes", None, None, None] > 1e6
    assert project not in text
    assert str(person.org_id) not in text


def test_each_call_is_a_span_that_goes_on_from_that_of_a_proxy(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    person = service.person(service.organisation(), "owner")
    project = person.made("/projects/create", {"name": "Fire drill"})["id"]
    trace_id, span_id = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"
    with receiving() as received:
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", received.url)
        start_telemetry("coursecrafter-api")
        with serve(service.site) as client:
            sent = {**person.http.headers, "traceparent": f"00-{trace_id}-{span_id}-01"}
            client.get(f"/cc/projects/{project}?search=secret-words", headers=sent)
            client.get("/nowhere")
        stop_telemetry()

    found = {one.name: one for one in received.spans}
    call = found["GET /cc/projects/{project_id}"]
    assert (call.trace_id.hex(), call.parent_span_id.hex()) == (trace_id, span_id)
    assert attributes_of(call) == {
        "http.request.method": "GET",
        "http.response.status_code": 200,
        "http.route": "/cc/projects/{project_id}",
    }
    assert attributes_of(found["GET"])["http.response.status_code"] == 404
    sent_bytes = b"".join(one.SerializeToString() for one in received.requests)
    assert b"secret-words" not in sent_bytes
    assert project.encode() not in sent_bytes


def test_the_line_of_a_call_tells_whose_and_how_long(service: Service, caplog: pytest.LogCaptureFixture) -> None:
    person = service.person(service.organisation(), "owner")
    project = person.made("/projects/create", {"name": "Fire drill"})["id"]

    with caplog.at_level("INFO", "coursecrafter.access"):
        answer = person.get(f"/projects/{project}?search=secret-words")

    record = next(one for one in caplog.records if answer.headers["x-request-id"] in one.getMessage())
    line = json.loads(JsonLine({}).format(record))
    assert (line["method"], line["route"], line["status"]) == ("GET", "/cc/projects/{project_id}", 200)
    assert (line["org_id"], line["project_id"]) == (str(person.org_id), project)
    assert 0 < line["duration_s"] < 30
    assert "secret-words" not in json.dumps(line)


def test_probes_that_go_well_are_not_logged(service: Service, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, "coursecrafter.access"), service.stranger() as stranger:
        stranger.get("/healthz")
        stranger.get("/readyz")
        stranger.get("/cc/health")

    assert [one for one in caplog.messages if "/healthz" in one or "/readyz" in one] == []
    assert any("/cc/health" in one for one in caplog.messages)
