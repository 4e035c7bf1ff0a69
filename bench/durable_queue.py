"""The durable queue: jobs per second beside plain procrastinate, how soon a job begins, what a fetch costs.

Makes an embedded server of its own that writes to the disk, with the real queue and real workers, each a process with
one slot; only the work itself does nothing. The peer is procrastinate as it comes, in a database of its own on the same
server, in turns. The machine's speed cancels out in the ratio of CPU time per job. A job that is lost or done twice
ends it with an error, a missed target does not.

    python bench/durable_queue.py [--jobs 400] [--postgresql 18] [--waiting 10,1000,100000] [--json FILE]
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import os
from collections.abc import Iterator, Sequence
from itertools import chain
from pathlib import Path
from typing import Any

from queue_load.fetches import measure_behind_ended, measure_fetches
from queue_load.hands import percentile
from queue_load.rates import Rate, measure_again, measure_rate, measure_start
from queue_load.requests import measure_requests
from queue_load.world import World, open_world

from coursecrafter.db.binaries import DEFAULT_VERSION

WORKERS = (1, 2, 4)
ORGANISATIONS = 20
ENDED = 10_000
STARTS, RETRIES, RETRY_S = 60, 40, 0.5
MOST_START_MS, MOST_REQUEST_MS = 1000.0, 150.0


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--jobs", type=int, default=400, help="for each number of workers, of each side")
    parser.add_argument("--postgresql", type=int, choices=(16, 18), default=DEFAULT_VERSION)
    parser.add_argument("--waiting", default="10,1000,100000", help="jobs that wait while one is fetched")
    parser.add_argument("--without-requests", action="store_true", help="no calls over HTTP")
    parser.add_argument("--json", type=Path, help="file for the figures")
    asked = parser.parse_args()
    print(f"PostgreSQL {asked.postgresql}, {os.cpu_count()} cores, load of the machine {os.getloadavg()[0]:.1f}")
    figures: dict[str, Any] = {"postgresql": asked.postgresql, "cores": os.cpu_count()}
    with open_world(asked.postgresql, ORGANISATIONS) as world:
        rates = list(show_rates(world, asked.jobs))
        figures["rates"] = [one.as_json() for one in rates]
        figures["start_ms"] = show_times("from the commit to the child's first line", measure_start(world, STARTS))
        figures["again_ms"] = show_times("from when it may be tried again", measure_again(world, RETRIES, RETRY_S))
        figures["fetches"] = list(show_fetches(world, tuple(map(int, asked.waiting.split(",")))))
    if not asked.without_requests:
        figures["request_ms"] = show_times("POST …/render-video", measure_requests(asked.postgresql))
    for said, is_met in targets(figures, rates):
        print(f"{said}: {'met' if is_met else 'MISSED'}")
    if asked.json:
        asked.json.write_text(json.dumps(figures, indent=2) + "\n")


def show_rates(world: World, jobs: int) -> Iterator[Rate]:
    """A line for each number of workers and each side."""
    print(f"\n{jobs} jobs that do nothing, of {ORGANISATIONS} organisations")
    print(f"{'':<24}{'enqueue, ms':>21}{'jobs per s':>27}{'CPU ms per job':>27}")
    heads = ("p50", "p95", "p99", "in", "out", "through", "in", "out", "database", "load")
    print(f"{'side':<15}{'workers':>9}" + "".join(f"{head:>{9 if at > 2 else 7}}" for at, head in enumerate(heads)))
    for workers in WORKERS:
        for is_peer in (False, True):
            rate = measure_rate(world, workers, jobs, is_peer=is_peer)
            milliseconds = "".join(f"{one:>7.1f}" for one in rate.enqueue_ms)
            per_s = "".join(f"{one:>9.0f}" for one in (rate.enqueued_per_s, rate.drained_per_s, rate.end_to_end_per_s))
            cpu = "".join(f"{one:>9.2f}" for one in (rate.enqueue_cpu_ms, rate.drain_cpu_ms, rate.postgres_cpu_ms))
            print(f"{rate.who:<15}{workers:>9}{milliseconds}{per_s}{cpu}{rate.load:>9.1f}", flush=True)
            yield rate


def show_times(what: str, took_ms: Sequence[float]) -> dict[str, float]:
    """A line of percentiles."""
    cuts = {name: percentile(took_ms, share) for name, share in (("p50", 0.5), ("p95", 0.95), ("p99", 0.99))}
    said = ", ".join(f"{name} {value:.1f} ms" for name, value in cuts.items())
    print(f"{what}: {said} ({len(took_ms)} times, load {os.getloadavg()[0]:.1f})", flush=True)
    return cuts


def show_fetches(world: World, waiting: tuple[int, ...]) -> Iterator[dict[str, Any]]:
    """A line for each case."""
    print(f"\n{'waiting':>9}{'organisations':>15}  {'one fetch':<28}{'p50 ms':>8}{'p95 ms':>8}{'CPU ms':>8}{'load':>6}")
    for one in chain(measure_fetches(world, waiting), measure_behind_ended(world, min(max(waiting), ENDED))):
        print(
            f"{one.waiting:>9,}{one.organisations:>15}  {one.case:<28}{one.p50_ms:>8.2f}{one.p95_ms:>8.2f}"
            f"{one.cpu_ms:>8.2f}{os.getloadavg()[0]:>6.1f}",
            flush=True,
        )
        yield dataclasses.asdict(one)


def targets(figures: dict[str, Any], rates: Sequence[Rate]) -> Iterator[tuple[str, bool]]:
    """What was asked for, and whether it was reached."""
    by_side = {(one.who, one.workers): one for one in rates}
    for workers in WORKERS:
        ours, peer = by_side["ours", workers], by_side["procrastinate", workers]
        ratio, faster = ours.cpu_ms / peer.cpu_ms, ours.end_to_end_per_s / peer.end_to_end_per_s
        yield f"{workers} workers: CPU {ratio:.2f} and jobs per second {faster:.2f} of procrastinate's", ratio < 2
    start = figures["start_ms"]["p95"]
    yield f"a job is begun within {MOST_START_MS:.0f} ms: p95 {start:.0f} ms", start < MOST_START_MS
    if "request_ms" in figures:
        p95 = figures["request_ms"]["p95"]
        yield f"a render is asked for within {MOST_REQUEST_MS:.0f} ms: p95 {p95:.0f} ms", p95 < MOST_REQUEST_MS


if __name__ == "__main__":
    main()
