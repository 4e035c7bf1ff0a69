"""The HTTP API under load, beside PostGraphile on the same database under the same row-level security.

Makes an embedded server of its own with courses of several organisations, starts `coursecrafter serve` and PostGraphile
as processes of their own, and lets 8 and 64 clients ask each in turns for a full tree of 64 lessons and a lesson's
plan, and create lessons. Ours creates with its event, its place among siblings and its answer as read anew; the peer
only inserts. The machine's speed cancels out in the ratio of CPU time per request; the limits in milliseconds are those
of the specification. A wrong answer ends it with an error, a missed target does not.

    python bench/api.py [--seconds 6] [--postgresql 18] [--alone] [--json FILE]
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import os
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

from api_load.calls import CALLS
from api_load.points import Point, measure
from api_load.servers import install_peer, open_ours, open_peer
from api_load.world import open_world

from coursecrafter.db.binaries import DEFAULT_VERSION

CLIENTS = (8, 64)
MOST_ERRORS = 0.01


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=6.0, help="for each point")
    parser.add_argument("--postgresql", type=int, choices=(16, 18), default=DEFAULT_VERSION)
    parser.add_argument("--alone", action="store_true", help="without the peer")
    parser.add_argument("--json", type=Path, help="file for the figures")
    asked = parser.parse_args()
    print(f"PostgreSQL {asked.postgresql}, {os.cpu_count()} cores, load of the machine {os.getloadavg()[0]:.1f}")
    print(f"{'':<58}{'latency, ms':>24}{'CPU, ms':>18}")
    print(
        f"{'call':<25}{'clients':>8} {'server':<15}{'per s':>8}{'p50':>9}{'p95':>8}{'p99':>8}"
        f"{'server':>9}{'database':>9}{'errors':>8}{'KB':>7}{'MB':>6}"
    )
    points = list(measure_all(asked.postgresql, asked.seconds, with_peer=not asked.alone))
    for name, is_met in targets(points):
        print(f"{name}: {'met' if is_met else 'MISSED'}")
    if asked.json:
        figures = {
            "postgresql": asked.postgresql,
            "cores": os.cpu_count(),
            "points": [dataclasses.asdict(one) for one in points],
        }
        asked.json.write_text(json.dumps(figures, indent=2) + "\n")


def measure_all(version: int, seconds: float, *, with_peer: bool) -> Iterator[Point]:
    """Each call by few and many clients, of ours and the peer in turns."""
    if with_peer:
        install_peer()
    with ExitStack() as stack:
        world = stack.enter_context(open_world(version))
        servers = [stack.enter_context(open_ours(world))]
        if with_peer:
            servers.append(stack.enter_context(open_peer(world)))
        for call in CALLS:
            for clients in CLIENTS:
                for served in servers:
                    point = measure(world, served, call, clients, seconds)
                    show(point)
                    yield point


def show(point: Point) -> None:
    """One line of the table."""
    print(
        f"{point.call:<25}{point.clients:>8} {point.server:<15}{point.per_second:>8.0f}"
        f"{point.p50_ms:>9.1f}{point.p95_ms:>8.1f}{point.p99_ms:>8.1f}"
        f"{point.server_cpu_ms:>9.2f}{point.database_cpu_ms:>9.2f}{point.errors:>8}{point.answer_kb:>7.1f}"
        f"{point.peak_mb:>6.0f}",
        flush=True,
    )


def targets(points: list[Point]) -> Iterator[tuple[str, bool]]:
    """What was asked for, and whether it was reached."""
    limits = {call.name: call.limit_ms for call in CALLS}
    peers = {(one.call, one.clients): one for one in points if one.server == "PostGraphile"}
    for one in points:
        if one.server == "PostGraphile":
            continue
        who = f"{one.call}, {one.clients} clients"
        yield f"{who}: p99 {one.p99_ms:.0f} ms < {limits[one.call]:.0f} ms", one.p99_ms < limits[one.call]
        yield (
            f"{who}: {one.errors} errors of {one.requests} < {MOST_ERRORS:.0%}",
            one.errors < MOST_ERRORS * one.requests,
        )
        peer = peers.get((one.call, one.clients))
        if peer is not None:
            ratio = one.cpu_ms / peer.cpu_ms
            yield f"{who}: CPU {one.cpu_ms:.2f} ms, {ratio:.2f} of the peer's {peer.cpu_ms:.2f} ms", ratio < 1


if __name__ == "__main__":
    main()
