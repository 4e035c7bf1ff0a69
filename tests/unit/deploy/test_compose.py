"""compose.yaml keeps to its specification, holds no secret, runs nothing as root; each check finds a planted fault."""

from __future__ import annotations

import re
import subprocess
import sys
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
import yaml

from coursecrafter import __version__
from coursecrafter.cli import cli
from deploy_files import (
    COMPOSE,
    ROOT,
    environment_of,
    is_ours,
    loose_services,
    secrets_in_the_open,
    services,
    unparsed,
    unpinned,
    unread_names,
)

CHECK = Path(sys.executable).with_name("check-jsonschema")


@pytest.fixture
def compose() -> Any:
    return yaml.safe_load(COMPOSE.read_text("utf-8"))


def schema_says(path: Path) -> int:
    return subprocess.run(
        [CHECK, "--builtin-schema", "vendor.compose-spec", path], capture_output=True, timeout=120, check=False
    ).returncode


def test_it_keeps_to_the_compose_specification(compose: Any, tmp_path: Path) -> None:
    compose["services"]["api"]["healtcheck"] = {}
    (tmp_path / "compose.yaml").write_text(yaml.safe_dump(compose))

    assert schema_says(COMPOSE) == 0
    assert schema_says(tmp_path / "compose.yaml") == 1


def test_nothing_runs_as_root_or_may_become_it(compose: Any) -> None:
    assert loose_services(compose) == []


@pytest.mark.parametrize(
    ("service", "key", "value", "said"),
    [
        ("api", "user", "0:0", "api runs as root"),
        ("worker", "user", "", "worker runs as root"),
        ("database", "privileged", True, "database is privileged"),
        ("worker", "cap_add", ["SYS_ADMIN"], "worker keeps capabilities"),
        ("store", "security_opt", [], "store may gain rights"),
        ("api", "read_only", False, "api may change its image"),
    ],
)
def test_a_service_that_may_more_is_found(compose: Any, service: str, key: str, value: Any, said: str) -> None:
    planted = deepcopy(compose)
    planted["services"][service][key] = value

    assert loose_services(planted) == [said]


def test_images_are_pinned(compose: Any) -> None:
    images = [service["image"] for service in services(compose).values()]

    assert unpinned(images) == []
    assert {image for image in images if image.startswith("coursecrafter")} == {f"coursecrafter:{__version__}"}
    assert unpinned(["postgres", "postgres:latest", "postgres:18"]) == ["postgres", "postgres:latest", "postgres:18"]


def test_every_variable_is_one_that_somebody_reads(compose: Any) -> None:
    named = [name for service in services(compose).values() for name in environment_of(service)]

    assert unread_names(named) == []
    assert unread_names(["COURSECRAFTER_STORAGE", "DATABASE_URI"]) == ["COURSECRAFTER_STORAGE", "DATABASE_URI"]


def test_every_command_line_is_understood(compose: Any) -> None:
    commands = [service["command"] for service in services(compose).values() if is_ours(service)]

    assert len(commands) == 4
    assert [said for command in commands for said in unparsed(command, cli)] == []
    assert unparsed(["serve", "--hots", "localhost"], cli) != []
    assert unparsed(["migrate"], cli) != []


def test_no_secret_stands_in_it(compose: Any) -> None:
    found = [said for one in services(compose).values() for said in secrets_in_the_open(environment_of(one))]

    assert found == []
    assert secrets_in_the_open({"POSTGRES_PASSWORD": "kettle"}) == ["POSTGRES_PASSWORD holds a secret"]
    assert secrets_in_the_open({"DATABASE_URL": "postgresql://a:kettle@db/c"}) == ["DATABASE_URL holds a secret"]


def test_the_administrators_login_is_nobodys_who_opens_strangers_files(compose: Any) -> None:
    holding = {name: one for name, one in services(compose).items() if "DATABASE_ADMIN_URL" in environment_of(one)}

    assert set(holding) == {"migrate", "keeper"}
    assert holding["keeper"]["command"] == ["worker", "--name", "keeper", "--renders", "0", "--calls", "0"]


def test_whatever_it_asks_for_is_in_the_example_and_no_secret_is() -> None:
    example = (ROOT / ".env.example").read_text("utf-8")
    given = dict(re.findall(r"^([A-Z_]+)=(.*)$", example, re.MULTILINE))
    asked = set(re.findall(r"\$\{([A-Z_]+)", COMPOSE.read_text("utf-8")))

    assert set(given) == asked
    assert [
        name for name in given if "PASSWORD" in name or name.endswith("SECRET") or "KEY" in name if given[name]
    ] == []


def test_what_is_filled_in_is_not_committed() -> None:
    ended = subprocess.run(["git", "check-ignore", "--quiet", "--no-index", ".env"], cwd=ROOT, check=False, timeout=60)

    if (ROOT / ".git").exists():
        assert ended.returncode == 0
    assert "/.env" in (ROOT / ".gitignore").read_text("utf-8").splitlines()


def test_whoever_depends_on_health_depends_on_a_health_check(compose: Any) -> None:
    for name, service in services(compose).items():
        for other, how in service.get("depends_on", {}).items():
            if how["condition"] == "service_healthy":
                assert "healthcheck" in services(compose)[other], (name, other)


def test_files_that_are_mounted_are_there(compose: Any) -> None:
    mounted = [
        volume.split(":")[0]
        for service in services(compose).values()
        for volume in service.get("volumes", [])
        if volume.startswith("./deploy")
    ]

    assert mounted
    assert [path for path in mounted if not (ROOT / path).is_file()] == []
