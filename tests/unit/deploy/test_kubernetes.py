"""The manifests are what Kubernetes takes and keep to its strictest level; each check finds a planted fault."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from typing import Any

import kubernetes_validate
import pytest

from coursecrafter import __version__, config
from coursecrafter.cli import cli
from coursecrafter.commands import serve
from deploy_files import (
    COMPOSE,
    MANIFESTS,
    containers,
    documents,
    loose_pods,
    pods,
    secrets_in_the_open,
    unmet_names,
    unparsed,
    unpinned,
    unread_names,
)

VERSION = "1.34"


@pytest.fixture
def manifests() -> list[dict[str, Any]]:
    return [one for path in MANIFESTS for one in documents(path.read_text("utf-8"))]


def named(manifests: list[dict[str, Any]], kind: str, name: str) -> Any:
    return next(one for one in manifests if (one["kind"], one["metadata"]["name"]) == (kind, name))


def test_all_of_them_are_read() -> None:
    assert [path.name for path in MANIFESTS] == [
        "00-namespace.yaml",
        "10-config.yaml",
        "20-migrate.yaml",
        "30-api.yaml",
        "40-worker.yaml",
        "50-keeper.yaml",
        "secret.yaml.example",
    ]


def test_each_is_what_kubernetes_takes(manifests: list[dict[str, Any]]) -> None:
    for one in manifests:
        kubernetes_validate.validate(one, VERSION, strict=True)


def misspell(api: Any) -> None:
    api["spec"]["template"]["spec"]["containers"][0]["readynessProbe"] = {}


def leave_out(api: Any) -> None:
    del api["spec"]["selector"]


@pytest.mark.parametrize("plant", [misspell, leave_out])
def test_what_kubernetes_does_not_take_is_found(manifests: list[dict[str, Any]], plant: Callable[[Any], None]) -> None:
    api = named(manifests, "Deployment", "coursecrafter-api")
    plant(api)

    with pytest.raises(kubernetes_validate.ValidationError):
        kubernetes_validate.validate(api, VERSION, strict=True)


def test_nothing_runs_as_root_or_may_become_it(manifests: list[dict[str, Any]]) -> None:
    assert len(list(pods(manifests))) == 4
    assert loose_pods(manifests) == []


def pod_of(one: Any) -> Any:
    return one["spec"]["template"]["spec"]


PLANTED: list[tuple[str, Callable[[Any], Any]]] = [
    ("may run as root", lambda pod: pod["securityContext"].pop("runAsNonRoot")),
    ("may run as root", lambda pod: pod["securityContext"].update(runAsUser=0)),
    ("has no seccomp profile", lambda pod: pod["securityContext"].pop("seccompProfile")),
    ("holds a token of the cluster", lambda pod: pod.pop("automountServiceAccountToken")),
    ("shares the node's namespaces", lambda pod: pod.update(hostPID=True)),
    ("may gain rights", lambda pod: pod["containers"][0]["securityContext"].pop("allowPrivilegeEscalation")),
    ("may change its image", lambda pod: pod["containers"][0]["securityContext"].pop("readOnlyRootFilesystem")),
    ("keeps capabilities", lambda pod: pod["containers"][0]["securityContext"].pop("capabilities")),
    ("runs as root", lambda pod: pod["containers"][0]["securityContext"].update(runAsUser=0)),
    ("does not say what it takes", lambda pod: pod["containers"][0]["resources"].pop("limits")),
]


@pytest.mark.parametrize(("said", "plant"), PLANTED, ids=[f"{n} {said}" for n, (said, _) in enumerate(PLANTED)])
def test_a_pod_that_may_more_is_found(manifests: list[dict[str, Any]], said: str, plant: Callable[[Any], Any]) -> None:
    planted = deepcopy(manifests)
    plant(pod_of(named(planted, "Deployment", "coursecrafter-worker")))

    assert [one.endswith(said) for one in loose_pods(planted)] == [True]


def test_images_are_pinned_to_this_version(manifests: list[dict[str, Any]]) -> None:
    images = [container["image"] for _, container in containers(manifests)]

    assert unpinned(images) == []
    assert set(images) == {f"coursecrafter:{__version__}"}


def test_every_variable_is_one_that_somebody_reads(manifests: list[dict[str, Any]]) -> None:
    names = [name for one in manifests for name in {**one.get("data", {}), **one.get("stringData", {})}]
    names += [one["name"] for _, container in containers(manifests) for one in container.get("env", [])]

    assert len(names) > 10
    assert unread_names(names) == []


def test_every_command_line_is_understood(manifests: list[dict[str, Any]]) -> None:
    commands = [container["args"] for _, container in containers(manifests)]

    assert [said for command in commands for said in unparsed(command, cli)] == []


def test_no_secret_stands_in_them(manifests: list[dict[str, Any]]) -> None:
    pairs = [{**one.get("data", {}), **one.get("stringData", {})} for one in manifests]

    assert [said for one in pairs for said in secrets_in_the_open(one)] == []


def test_whatever_is_named_is_there(manifests: list[dict[str, Any]]) -> None:
    assert unmet_names(manifests) == []


def test_what_is_named_and_not_there_is_found(manifests: list[dict[str, Any]]) -> None:
    worker = pod_of(named(manifests, "Deployment", "coursecrafter-worker"))["containers"][0]
    worker["envFrom"].append({"secretRef": {"name": "other"}})
    worker["livenessProbe"]["tcpSocket"]["port"] = "http"
    named(manifests, "HorizontalPodAutoscaler", "coursecrafter-worker")["spec"]["scaleTargetRef"]["name"] = "workers"
    named(manifests, "Service", "coursecrafter-api")["spec"]["selector"] = {"app": "api"}

    assert unmet_names(manifests) == [
        "coursecrafter-worker/worker names the Secret other",
        "coursecrafter-worker/worker probes the port http",
        "Service coursecrafter-api selects nothing",
        "coursecrafter-worker scales workers",
    ]


def test_all_but_the_namespace_stand_in_it(manifests: list[dict[str, Any]]) -> None:
    rest = [one for one in manifests if one["kind"] != "Namespace"]

    assert {one["metadata"]["namespace"] for one in rest} == {"coursecrafter"}
    assert (
        named(manifests, "Namespace", "coursecrafter")["metadata"]["labels"]["pod-security.kubernetes.io/enforce"]
        == "restricted"
    )


def test_the_administrators_login_is_nobodys_who_opens_strangers_files(manifests: list[dict[str, Any]]) -> None:
    holding = [
        name
        for name, container in containers(manifests)
        if {"secretRef": {"name": "coursecrafter-admin"}} in container["envFrom"]
    ]

    assert holding == ["coursecrafter-migrate/migrate", "coursecrafter-keeper/keeper"]
    keeper = pod_of(named(manifests, "Deployment", "coursecrafter-keeper"))["containers"][0]
    assert keeper["args"] == ["worker", "--name", "keeper", "--renders", "0", "--calls", "0"]


def test_the_api_is_asked_where_it_answers(manifests: list[dict[str, Any]]) -> None:
    api = pod_of(named(manifests, "Deployment", "coursecrafter-api"))["containers"][0]

    assert api["livenessProbe"]["httpGet"]["path"] == "/healthz"
    assert api["readinessProbe"]["httpGet"]["path"] == "/readyz"


def test_a_pod_that_stops_has_the_time_that_it_takes(manifests: list[dict[str, Any]]) -> None:
    api = pod_of(named(manifests, "Deployment", "coursecrafter-api"))
    waits_s = api["containers"][0]["lifecycle"]["preStop"]["sleep"]["seconds"]

    assert api["terminationGracePeriodSeconds"] >= waits_s + serve.GRACE_S + 10


def test_a_worker_that_stops_may_hand_over_its_step_first(manifests: list[dict[str, Any]]) -> None:
    worker = pod_of(named(manifests, "Deployment", "coursecrafter-worker"))
    in_compose = documents(COMPOSE.read_text("utf-8"))[0]["services"]["worker"]["stop_grace_period"]

    assert worker["terminationGracePeriodSeconds"] >= config.GRACE_S + 20
    assert int(in_compose.removesuffix("s")) >= config.GRACE_S + 20
