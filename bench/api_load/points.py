"""One point: a call, a number of clients, a server; what it took."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path
from statistics import quantiles

from api_load.calls import Call, requests_of
from api_load.processes import cpu_s, family_cpu_s, peak_mb
from api_load.servers import Served
from api_load.world import World

CLIENT = Path(__file__).with_name("client.py")


@dataclass(frozen=True, slots=True)
class Point:
    """What was measured.

    Attributes:
        server_cpu_ms, database_cpu_ms: CPU time per request, of the server's process and of PostgreSQL's.
        answer_kb: length of an answer.
        peak_mb: the most memory that the server's process held since its start.
    """

    server: str
    call: str
    clients: int
    requests: int
    errors: int
    per_second: float
    p50_ms: float
    p95_ms: float
    p99_ms: float
    server_cpu_ms: float
    database_cpu_ms: float
    answer_kb: float
    peak_mb: float

    @property
    def cpu_ms(self) -> float:
        """CPU time of a request on either side."""
        return self.server_cpu_ms + self.database_cpu_ms


def measure(world: World, served: Served, call: Call, clients: int, seconds: float) -> Point:
    """Ask for some seconds, and put the database back if that wrote to it."""
    ask, status, begins = (call.peers, 200, '{"data":{') if served.is_peer else (call.ours, call.status, '{"ok":true,')
    _require_whole(world, served, call)
    order = {
        "port": served.port,
        "seconds": seconds,
        "status": status,
        "begins": begins,
        "connections": list(requests_of(ask, world.people, clients)),
    }
    postmaster = world.postmaster()
    with subprocess.Popen(
        [sys.executable, CLIENT], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdin
        assert process.stdout
        process.stdin.write(json.dumps(order))
        process.stdin.close()
        process.stdout.readline()
        before = cpu_s(served.pid), family_cpu_s(postmaster)
        found = json.loads(process.stdout.readline())
        after = cpu_s(served.pid), family_cpu_s(postmaster)
    if call.writes:
        world.forget_new_lessons()
    if found["first_error"]:
        print(f"{served.name}, {call.name}: {found['first_error'][:500]}", file=sys.stderr)
    latencies = found["latencies_ms"]
    requests = len(latencies)
    cuts = quantiles(latencies, n=100)
    server_ms, database_ms = (1000 * (now - then) / requests for now, then in zip(after, before, strict=True))
    return Point(
        served.name,
        call.name,
        clients,
        requests,
        found["errors"],
        requests / seconds,
        cuts[49],
        cuts[94],
        cuts[98],
        server_ms,
        database_ms,
        found["answered_bytes"] / requests / 1024,
        peak_mb(served.pid),
    )


def _require_whole(world: World, served: Served, call: Call) -> None:
    """Both must answer the same thing: as many lessons, segments and texts."""
    person = world.people[0]
    request = (call.peers if served.is_peer else call.ours)(person, 0)
    head, _, body = request.partition("\r\n\r\n")
    method, path, _ = head.split("\r\n")[0].split()
    headers = dict(line.split(": ", 1) for line in head.split("\r\n")[1:])
    connection = HTTPConnection("127.0.0.1", served.port, timeout=30)
    connection.request(method, path, body or None, headers)
    answer = connection.getresponse().read().decode()
    ours, peers, number = call.holds
    stands = answer.count(peers if served.is_peer else ours)
    if stands != number:
        raise SystemExit(f"{served.name}, {call.name}: {stands} instead of {number}: {answer[:1000]}")
