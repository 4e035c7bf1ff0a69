"""Figures are told in Prometheus's own form, where an installation wants them, and never whose they are."""

from __future__ import annotations

import socket
from collections.abc import Iterable

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

from coursecrafter.config import UnusableSetting
from coursecrafter.observe.figures import Figure, make_registry
from coursecrafter.observe.metrics_server import (
    MetricsAddressTaken,
    MetricsSettings,
    load_metrics_settings,
    telling_figures,
)

QUEUED = Figure("coursecrafter_jobs", "Jobs by state.", 3, {"state": "queued", "engine": "e1"})
RUNNING = Figure("coursecrafter_jobs", "Jobs by state.", 1, {"state": "in_progress", "engine": "e1"})
DONE = Figure("coursecrafter_jobs_done", "Jobs that ended.", 7, kind="counter")


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        found: int = free.getsockname()[1]
    return found


def told(figures: Iterable[Figure] | Exception) -> dict[tuple[str, frozenset[tuple[str, str]]], float]:
    def give() -> Iterable[Figure]:
        if isinstance(figures, Exception):
            raise figures
        return figures

    settings = load_metrics_settings({"COURSECRAFTER_METRICS_ADDRESS": f"127.0.0.1:{free_port()}"})
    with telling_figures(settings, make_registry(give)):
        text = httpx.get(f"http://{settings.host}:{settings.port}/metrics").text
    families = text_string_to_metric_families(text)
    return {(one.name, frozenset(one.labels.items())): one.value for family in families for one in family.samples}


def test_figures_of_the_queue_are_those_of_the_moment() -> None:
    found = told([QUEUED, RUNNING, DONE])

    assert found["coursecrafter_jobs", frozenset({("state", "queued"), ("engine", "e1")})] == 3
    assert found["coursecrafter_jobs", frozenset({("state", "in_progress"), ("engine", "e1")})] == 1
    assert found["coursecrafter_jobs_done_total", frozenset()] == 7
    assert found["coursecrafter_figures_up", frozenset()] == 1
    assert found["process_resident_memory_bytes", frozenset()] > 1e6


def test_figures_that_cannot_be_had_do_not_keep_others_from_being_told() -> None:
    found = told(RuntimeError("the database is gone"))

    assert found["coursecrafter_figures_up", frozenset()] == 0
    assert found["process_resident_memory_bytes", frozenset()] > 1e6


@pytest.mark.parametrize("label", ["org", "org_id", "organisation", "tenant", "user_id", "project", "job_id", "email"])
def test_a_figure_that_would_tell_whose_it_is_is_not_told(label: str) -> None:
    found = told([Figure("coursecrafter_jobs", "Jobs.", 1, {label: "acme"})])

    assert found["coursecrafter_figures_up", frozenset()] == 0
    assert not [name for name, _ in found if name == "coursecrafter_jobs"]


def test_nobody_listens_unless_the_operator_says_so() -> None:
    settings = load_metrics_settings({})

    assert settings == MetricsSettings(is_beside_api=False)
    assert not settings.is_on
    with telling_figures(settings, make_registry()):
        pass


def test_the_address_is_free_again_afterwards() -> None:
    settings = MetricsSettings(is_beside_api=False, host="127.0.0.1", port=free_port())

    for _ in range(2):
        with telling_figures(settings, make_registry()):
            assert httpx.get(f"http://127.0.0.1:{settings.port}/").status_code == 200


def test_a_taken_address_is_said() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        settings = MetricsSettings(is_beside_api=False, host="127.0.0.1", port=taken.getsockname()[1])
        with pytest.raises(MetricsAddressTaken), telling_figures(settings, make_registry()):
            pass


def test_an_address_of_version_6_is_understood() -> None:
    assert load_metrics_settings({"COURSECRAFTER_METRICS_ADDRESS": "[::1]:9400"}).host == "::1"


@pytest.mark.parametrize(
    "address", ["9400", ":9400", "127.0.0.1", "127.0.0.1:", "127.0.0.1:0", "127.0.0.1:70000", "a:b"]
)
def test_what_is_no_address_is_refused(address: str) -> None:
    with pytest.raises(UnusableSetting, match="COURSECRAFTER_METRICS_ADDRESS"):
        load_metrics_settings({"COURSECRAFTER_METRICS_ADDRESS": address})


def test_metrics_takes_yes_or_no() -> None:
    with pytest.raises(UnusableSetting, match="COURSECRAFTER_METRICS"):
        load_metrics_settings({"COURSECRAFTER_METRICS": "yes"})
