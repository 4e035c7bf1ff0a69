"""What the files of a deployment say, and what would be refused in them: a check gives sentences, or none."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import click
import yaml

ROOT = Path(__file__).parents[1]
COMPOSE = ROOT / "compose.yaml"
MANIFESTS = (*sorted((ROOT / "deploy" / "kubernetes").glob("*.yaml")), ROOT / "deploy/kubernetes/secret.yaml.example")
CONTAINERFILE = ROOT / "deploy" / "Containerfile"
IGNORED = ROOT / ".containerignore"

OURS = re.compile(r"\b(?:COURSECRAFTER|DATABASE|OTEL)_[A-Z][A-Z0-9_]*\b")
OF_OTHERS = re.compile(r"AWS_[A-Z_]+|POSTGRES_[A-Z_]+|ROOT_[A-Z]+_KEY|PYTHON[A-Z]+|PATH|LOGIN_PASSWORD")
"""Read by the store's library, the images of database and store, the interpreter, and our script for the database."""

SECRET_NAME = re.compile(r"PASSWORD|SECRET|ACCESS_KEY|DATABASE_(?:ADMIN_)?URL")
FILLED_IN = re.compile(r"\$\{[A-Z_]+(?::[?-][^}]*)?\}|REPLACE")
PINNED = re.compile(r"[\w./-]+:v?\d+\.\d+[\w.-]*(?:@sha256:[0-9a-f]{64})?")


def documents(text: str) -> list[dict[str, Any]]:
    """The documents of a file of YAML."""
    return [one for one in yaml.safe_load_all(text) if one]


def names_that_are_read() -> set[str]:
    """Every variable that the program reads, as its source names it."""
    # A name may be put together: COURSECRAFTER_SMTP_ and HOST.
    sources = [path.read_text("utf-8") for path in (ROOT / "src").rglob("*.py")]
    return {name for source in sources for name in OURS.findall(source)}


def unread_names(names: Iterator[str] | list[str]) -> list[str]:
    """Variables that nobody reads."""
    read = names_that_are_read()
    return [name for name in names if name not in read and not OF_OTHERS.fullmatch(name)]


def unparsed(command: list[str], cli: click.Command) -> list[str]:
    """Why a command line cannot be parsed."""
    try:
        context = cli.make_context("coursecrafter", list(command), resilient_parsing=False)
        group, rest = cli, [*context._protected_args, *context.args]
        while isinstance(group, click.Group):
            name, found, rest = group.resolve_command(context, rest)
            assert found is not None
            context = found.make_context(name, list(rest), parent=context)
            group, rest = found, [*context._protected_args, *context.args]
    except click.exceptions.Exit:
        return []
    except click.ClickException as error:
        return [f"coursecrafter {shlex.join(command)}: {error.format_message()}"]
    return []


def unpinned(images: list[str]) -> list[str]:
    """Images that mean another thing tomorrow."""
    return [image for image in images if not PINNED.fullmatch(image)]


# --- compose ----------------------------------------------------------------------------------------------------------


def services(compose: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    return dict(compose["services"])


def is_ours(service: Mapping[str, Any]) -> bool:
    return str(service.get("image", "")).startswith("coursecrafter:")


def loose_services(compose: Mapping[str, Any]) -> list[str]:
    """Services that run as root, may gain rights, or may write into their image."""
    found = []
    for name, service in services(compose).items():
        user = str(service.get("user", "root")).split(":", 1)[0]
        if user in {"root", "0", ""}:
            found.append(f"{name} runs as root")
        if service.get("privileged"):
            found.append(f"{name} is privileged")
        if service.get("cap_drop") != ["ALL"] or service.get("cap_add"):
            found.append(f"{name} keeps capabilities")
        if "no-new-privileges:true" not in service.get("security_opt", []):
            found.append(f"{name} may gain rights")
        if service.get("read_only") is not True:
            found.append(f"{name} may change its image")
    return found


def environment_of(service: Mapping[str, Any]) -> dict[str, str]:
    found = service.get("environment") or {}
    return dict(one.split("=", 1) for one in found) if isinstance(found, list) else dict(found)


def secrets_in_the_open(pairs: Mapping[str, str]) -> list[str]:
    """Secrets that stand in a file, instead of the name of what holds them."""
    found = []
    for name, value in pairs.items():
        if not SECRET_NAME.search(name):
            continue
        bare = re.sub(r"^.*?://[^:@/]*:(.*)@[^@]*$", r"\1", value) if "://" in value else value
        if bare and not FILLED_IN.fullmatch(bare):
            found.append(f"{name} holds a secret")
    return found


# --- Kubernetes -------------------------------------------------------------------------------------------------------


def pods(manifests: list[dict[str, Any]]) -> Iterator[tuple[str, dict[str, Any]]]:
    for one in manifests:
        if one["kind"] in {"Deployment", "Job", "StatefulSet", "DaemonSet"}:
            yield one["metadata"]["name"], one["spec"]["template"]["spec"]


def containers(manifests: list[dict[str, Any]]) -> Iterator[tuple[str, dict[str, Any]]]:
    for name, pod in pods(manifests):
        for container in [*pod["containers"], *pod.get("initContainers", [])]:
            yield f"{name}/{container['name']}", container


def loose_pods(manifests: list[dict[str, Any]]) -> list[str]:
    """What the level `restricted` of Kubernetes' pod security standards refuses, and what we ask for besides."""
    found = []
    for name, pod in pods(manifests):
        whole = pod.get("securityContext", {})
        if whole.get("runAsNonRoot") is not True or whole.get("runAsUser", 0) == 0:
            found.append(f"{name} may run as root")
        if whole.get("seccompProfile", {}).get("type") not in {"RuntimeDefault", "Localhost"}:
            found.append(f"{name} has no seccomp profile")
        if pod.get("automountServiceAccountToken") is not False:
            found.append(f"{name} holds a token of the cluster")
        if any(pod.get(key) for key in ("hostNetwork", "hostPID", "hostIPC")):
            found.append(f"{name} shares the node's namespaces")
    return [*found, *(said for name, container in containers(manifests) for said in _loose(name, container))]


def _loose(name: str, container: Mapping[str, Any]) -> Iterator[str]:
    own, resources = container.get("securityContext", {}), container.get("resources", {})
    if own.get("allowPrivilegeEscalation") is not False or own.get("privileged"):
        yield f"{name} may gain rights"
    if own.get("readOnlyRootFilesystem") is not True:
        yield f"{name} may change its image"
    if own.get("capabilities") != {"drop": ["ALL"]}:
        yield f"{name} keeps capabilities"
    if own.get("runAsUser", 1) == 0:
        yield f"{name} runs as root"
    if not {"cpu", "memory"} <= set(resources.get("requests", {})) or "memory" not in resources.get("limits", {}):
        yield f"{name} does not say what it takes"


def unmet_names(manifests: list[dict[str, Any]]) -> list[str]:
    """Config maps, secrets, workloads and ports that are named and are not there."""
    there = {(one["kind"], one["metadata"]["name"]) for one in manifests}
    found = []
    for name, container in containers(manifests):
        for source in container.get("envFrom", []):
            for key, kind in (("configMapRef", "ConfigMap"), ("secretRef", "Secret")):
                if key in source and (kind, source[key]["name"]) not in there:
                    found.append(f"{name} names the {kind} {source[key]['name']}")
        ports = {port["name"] for port in container.get("ports", [])}
        for probe in ("startupProbe", "livenessProbe", "readinessProbe"):
            asked = container.get(probe, {})
            port = (asked.get("httpGet") or asked.get("tcpSocket") or {}).get("port")
            if port is not None and port not in ports:
                found.append(f"{name} probes the port {port}")
    for one in manifests:
        target = one["spec"].get("scaleTargetRef") if one["kind"] == "HorizontalPodAutoscaler" else None
        if target is not None and (target["kind"], target["name"]) not in there:
            found.append(f"{one['metadata']['name']} scales {target['name']}")
        selected = _selected(one)
        if selected is not None and not any(selected.items() <= labels.items() for labels in _labels(manifests)):
            found.append(f"{one['kind']} {one['metadata']['name']} selects nothing")
    return found


def _selected(manifest: Mapping[str, Any]) -> dict[str, str] | None:
    spec = manifest.get("spec", {})
    if manifest["kind"] == "Service":
        return dict(spec["selector"])
    if manifest["kind"] in {"PodDisruptionBudget", "Deployment"}:
        return dict(spec["selector"]["matchLabels"])
    return dict(spec["podSelector"]["matchLabels"]) if manifest["kind"] == "NetworkPolicy" else None


def _labels(manifests: list[dict[str, Any]]) -> list[dict[str, str]]:
    return [one["spec"]["template"]["metadata"]["labels"] for one in manifests if one["kind"] in {"Deployment", "Job"}]


# --- the image's recipe -----------------------------------------------------------------------------------------------


def instructions(text: str) -> list[tuple[str, str]]:
    """Each instruction with its arguments, on one line."""
    joined = re.sub(r"\\\n(?:\s*#[^\n]*\n)*", " ", re.sub(r"^#[^\n]*\n", "", text, flags=re.MULTILINE))
    lines = [line.strip() for line in joined.splitlines() if line.strip()]
    return [(line.split(None, 1)[0].upper(), line.split(None, 1)[1]) for line in lines]


def faults_of_recipe(text: str, ignored: str) -> list[str]:
    """Base images that move, files that are not there or not sent, and a last stage that runs as root."""
    found, stages, user = [], set(), "root"
    for word, rest in instructions(text):
        if word == "FROM":
            image, *named = rest.split()
            if image not in stages and not PINNED.fullmatch(image):
                found.append(f"the image {image} is not pinned")
            stages |= {named[1]} if named else set()
            user = "root"
        if word in {"COPY", "ADD"} and "--from=" not in rest:
            found += [f"{source} is not there" for source in rest.split()[:-1] if not (ROOT / source).exists()]
            found += [
                f"{source} is not sent"
                for source in rest.split()[:-1]
                if f"!{source}" not in ignored.splitlines()
                and not any(source.startswith(f"{line[1:]}/") for line in ignored.splitlines() if line.startswith("!"))
            ]
        if word == "USER":
            user = rest.split(":")[0]
        if word == "ADD":
            found.append("ADD fetches what nobody has checked")
    if user in {"root", "0"}:
        found.append("the last stage runs as root")
    return found
