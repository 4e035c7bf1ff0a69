"""Spans reach a receiver, go on in another process, and cost nothing where nobody wants them."""

from __future__ import annotations

import subprocess
import sys
import timeit
from collections.abc import Iterator

import pytest

from coursecrafter import telemetry
from coursecrafter.errors import JobError
from coursecrafter.telemetry import is_sending, span, start_telemetry, stop_telemetry, traceparent
from otlp_receiver import Receiver, attributes_of, receiving

SERVER, CONSUMER = 2, 5
ERROR = 2


class Failed(JobError):
    code = "CC-0611"


@pytest.fixture
def receiver(monkeypatch: pytest.MonkeyPatch) -> Iterator[Receiver]:
    with receiving() as received:
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", received.url)
        assert start_telemetry("coursecrafter-test")
        yield received
        stop_telemetry()


def test_a_jobs_span_continues_that_of_its_request_through_a_string(receiver: Receiver) -> None:
    with span("GET", kind="server", **{"http.request.method": "GET"}) as call:
        carried = traceparent()
        call.rename("POST /cc/engine1/{lesson_id}/render-video")
    with span("render", parent=carried, kind="consumer", job_id="j1", attempts=2), span("step speech"):
        pass
    stop_telemetry()

    found = {one.name: one for one in receiver.spans}
    request, job, step = (
        found[name] for name in ("POST /cc/engine1/{lesson_id}/render-video", "render", "step speech")
    )
    assert carried[:53] == f"00-{request.trace_id.hex()}-{request.span_id.hex()}-"
    assert request.trace_id == job.trace_id == step.trace_id
    assert (job.parent_span_id, step.parent_span_id) == (request.span_id, job.span_id)
    assert (request.kind, job.kind) == (SERVER, CONSUMER)
    assert attributes_of(request) == {"http.request.method": "GET"}
    assert attributes_of(job) == {"coursecrafter.job_id": "j1", "coursecrafter.attempts": 2}
    assert receiver.services == {"coursecrafter-test"}
    assert set(receiver.paths) == {"/v1/traces"}


def test_an_error_is_told_by_its_code_and_none_of_its_words(receiver: Receiver) -> None:
    with pytest.raises(Failed), span("render"):
        raise Failed("The lesson “Redundancies in May” could not be rendered.")
    stop_telemetry()

    told = receiver.spans[0]
    assert told.status.code == ERROR
    assert attributes_of(told) == {"error.type": "CC-0611"}
    assert b"Redundancies" not in receiver.requests[0].SerializeToString()


@pytest.mark.parametrize("sent", ["", "nonsense", "00-0-0-01", "ff-" + "0" * 32])
def test_what_is_no_traceparent_begins_a_trace_of_its_own(receiver: Receiver, sent: str) -> None:
    with span("render", parent=sent) as begun:
        assert begun.traceparent
    stop_telemetry()

    assert receiver.spans[0].parent_span_id == b""


def test_nothing_is_sent_unless_an_endpoint_is_named() -> None:
    assert not start_telemetry("coursecrafter-test", {})
    assert not is_sending()
    assert traceparent() == ""
    with span("render") as nothing:
        nothing.rename("other")
        nothing.note(job_id="j1")
        nothing.fail("CC-0611")
        assert nothing.traceparent == ""


def test_a_missing_extra_is_said_and_stops_nobody(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(telemetry, "NEEDED", ("opentelemetry_that_is_not_there.sdk",))

    assert not start_telemetry("coursecrafter-test", {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:9"})

    assert "install coursecrafter[telemetry]" in caplog.text


def test_what_is_not_sent_costs_next_to_nothing() -> None:
    def enter() -> None:
        with span("render", job_id="j1"):
            pass

    # Measured at 0.4 µs; the bound leaves room for a machine that does other things meanwhile.
    assert min(timeit.repeat(enter, number=10_000, repeat=5)) / 10_000 < 5e-6


def test_the_sdk_is_not_loaded_unless_it_is_wanted() -> None:
    program = (
        "import sys; from coursecrafter.telemetry import start_telemetry; start_telemetry('x');"
        "print(any(name.startswith('opentelemetry') for name in sys.modules))"
    )

    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=True)

    assert ended.stdout.strip() == "False"
