"""`coursecrafter serve` starts and stops in order, and what cannot start is a sentence."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import httpx
import pytest

from coursecrafter import __version__
from coursecrafter.api.app import API_VERSION
from coursecrafter.commands.serve import AddressTaken, listening
from coursecrafter.db.embedded import remove_embedded

COMMAND = (sys.executable, "-m", "coursecrafter", "serve")
LONGEST_S = 120


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    folder = tmp_path_factory.mktemp("served")
    yield folder
    remove_embedded(folder)


@pytest.fixture(scope="module")
def port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        found: int = free.getsockname()[1]
    return found


@contextmanager
def serving(home: Path, port: int) -> Iterator[tuple[subprocess.Popen[str], list[str]]]:
    """The service as a process of its own, and the lines that it said until it was ready."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("DATABASE_")}
    service = subprocess.Popen(
        [*COMMAND, "--port", str(port)],
        env={**kept, "COURSECRAFTER_HOME": str(home)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert service.stdout is not None
    try:
        said: list[str] = []
        while not said or "Ctrl-C" not in said[-1]:
            line = service.stdout.readline()
            assert line, said
            said.append(line.rstrip())
        yield service, said
    finally:
        if service.poll() is None:
            service.kill()
        with suppress(subprocess.TimeoutExpired):
            service.communicate(timeout=LONGEST_S)


@dataclass(frozen=True)
class Start:
    """One start and stop of the service.

    Attributes:
        said, rest: the lines until it was ready, and all after that.
    """

    said: list[str]
    rest: str
    status: int
    health: dict[str, Any]
    accepted: list[int]

    @property
    def secret(self) -> str | None:
        return next((found[1] for line in self.said if (found := re.search(r"/cc/welcome#(\S+)", line))), None)


@pytest.fixture(scope="module")
def starts(home: Path, port: int) -> list[Start]:
    """Three starts on one home; in the second one the first administrator comes with the links that were printed."""
    done: list[Start] = []
    for how in (signal.SIGINT, signal.SIGTERM, signal.SIGTERM):
        with serving(home, port) as (service, said):
            health = httpx.get(f"http://localhost:{port}/cc/health", timeout=60).json()["data"]
            now = Start(said, "", 0, health, [])
            printed = [done[0].secret, now.secret, now.secret] if len(done) == 1 else []
            accepted = [accept(port, str(secret)) for secret in printed]
            service.send_signal(how)
            rest, _ = service.communicate(timeout=LONGEST_S)
        done.append(replace(now, rest=rest, status=service.returncode, accepted=accepted))
    return done


def accept(port: int, secret: str) -> int:
    me = {"email": "ada@acme.example", "name": "Ada", "password": "seven green kettles", "token": secret}
    return httpx.post(f"http://localhost:{port}/cc/accounts/invitation/accept", json=me, timeout=60).status_code


def test_it_says_where_it_is(starts: list[Start], port: int) -> None:
    for start in starts:
        assert any(f"http://localhost:{port}/cc/docs" in line for line in start.said)
        assert start.health == {"status": "ok", "program_version": __version__, "api_version": API_VERSION}


def test_a_signal_ends_it_in_order(starts: list[Start]) -> None:
    assert [start.status for start in starts] == [0, 0, 0]
    for start in starts:
        assert start.rest.splitlines()[-1].startswith("Stopped.")
        assert "Traceback" not in start.rest


def test_only_the_link_of_the_last_start_works_and_it_works_once(starts: list[Start]) -> None:
    assert starts[1].accepted == [410, 201, 410]
    assert starts[2].secret is None


def test_a_taken_port_is_said_before_anything_is_opened(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        ended = subprocess.run(
            [*COMMAND, "--port", str(taken.getsockname()[1])],
            env={**os.environ, "COURSECRAFTER_HOME": str(tmp_path)},
            capture_output=True,
            text=True,
            timeout=LONGEST_S,
            check=False,
        )

    assert ended.returncode == 1
    assert ended.stderr.startswith("CC-0038: ")
    assert "Traceback" not in ended.stderr
    assert not (tmp_path / "postgresql").exists()


@pytest.mark.parametrize("host", ["nowhere.invalid", "203.0.113.1"])
def test_an_address_that_is_not_of_this_machine_is_refused(host: str) -> None:
    with pytest.raises(AddressTaken, match=re.escape(host)):
        listening(host, 8400)


def test_no_other_command_loads_the_service() -> None:
    program = "import sys, coursecrafter.cli; print(*{'fastapi', 'uvicorn', 'starlette'} & set(sys.modules))"

    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=True)

    assert ended.stdout.strip() == ""
