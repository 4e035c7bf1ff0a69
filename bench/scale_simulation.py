"""Many organisations on the real queue: who waits how long, what is written, and what a model says of it beforehand.

Makes an embedded server of its own that writes to the disk. Workers are processes of one slot, with the real worker and
a stand-in that sleeps instead of rendering. Three parts: organisations that come new behind one that has much, with one
worker; a backlog of many at once; and jobs that come by chance. A job that is lost or done twice ends it with an error.
`docs/scale.md` says what the model is.

    python bench/scale_simulation.py [--organisations 200] [--jobs 10000] [--workers 4] [--per-second 60] [--json FILE]
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import math
import os
import statistics
from pathlib import Path
from typing import Any

from queue_load.fetches import measure_empty
from queue_load.hands import percentile
from queue_load.simulation import LARGE, Load, jain, let_newcomers_come, let_work_come, share_of_backlog
from queue_load.world import World, open_world
from queue_load.written import Written, read_written

from coursecrafter.db.binaries import DEFAULT_VERSION

NEWCOMER_LENGTH_S = 0.05
BACKLOG_LENGTH_S = 0.002


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--organisations", type=int, default=200)
    parser.add_argument("--jobs", type=int, default=10_000)
    parser.add_argument("--workers", type=int, default=4)
    parser.add_argument("--per-second", type=float, default=60.0, help="jobs that come in a second, by chance")
    parser.add_argument("--length-ms", type=float, nargs=2, default=(2.0, 18.0), help="shortest and longest job")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--postgresql", type=int, choices=(16, 18), default=DEFAULT_VERSION)
    parser.add_argument("--json", type=Path, help="file for the figures")
    asked = parser.parse_args()
    print(f"PostgreSQL {asked.postgresql}, {os.cpu_count()} cores, load of the machine {os.getloadavg()[0]:.1f}")
    lengths_s = (asked.length_ms[0] / 1000, asked.length_ms[1] / 1000)
    with open_world(asked.postgresql, asked.organisations) as world:
        figures = {
            "newcomers": show_newcomers(world, asked.jobs // 20, min(asked.organisations - 1, 50)),
            "backlog": show_backlog(world, asked.jobs // 20, min(asked.organisations, 21), asked.workers),
        }
        world.empty()
        before = read_written(world)
        load = let_work_come(world, asked.jobs, asked.workers, asked.per_second, lengths_s, asked.seed)
        figures["load"] = show_load(load)
        figures["written"] = show_written(before, read_written(world), load)
        figures["vacuum"] = show_vacuum(world)
        figures["model"] = show_model(load, asked.per_second, asked.workers)
    figures["load_of_machine"] = os.getloadavg()[0]
    if asked.json:
        asked.json.write_text(json.dumps(figures, indent=2) + "\n")


def show_newcomers(world: World, jobs: int, newcomers: int) -> dict[str, Any]:
    found = let_newcomers_come(world, jobs, newcomers, NEWCOMER_LENGTH_S)
    length_ms = found.length_s * 1000
    print(f"\n{newcomers} organisations come new behind one with {jobs} jobs of {length_ms:.0f} ms, one worker")
    print(f"  passed by at most {max(found.passed_by)} of its jobs, waited at most {max(found.waited_s) * 1000:.0f} ms")
    print(f"  in the order of coming they would have waited for {jobs}", flush=True)
    return dataclasses.asdict(found)


def show_backlog(world: World, jobs: int, organisations: int, workers: int) -> dict[str, Any]:
    begun = share_of_backlog(world, jobs, organisations, workers, BACKLOG_LENGTH_S)
    index = jain(list(begun.values()))
    print(f"\n{organisations} organisations wait at once, one with {jobs} jobs, {workers} workers")
    print(
        f"  begun of each while all wait: {min(begun.values())} to {max(begun.values())}; Jain {index:.4f}", flush=True
    )
    return {"begun": list(begun.values()), "jain": index}


def show_load(load: Load) -> dict[str, Any]:
    waited = [1000 * one for waits in load.waited_s.values() for one in waits]
    small = {org: waits for org, waits in load.waited_s.items() if org >= len(LARGE)}
    of_large = [1000 * one for org, waits in load.waited_s.items() if org < len(LARGE) for one in waits]
    of_small = [1000 * one for waits in small.values() for one in waits]
    longest = [1000 * max(waits) for waits in small.values()]
    even = jain([statistics.fmean(waits) for waits in load.waited_s.values()])
    print(f"\n{load.jobs:,} jobs of {len(load.waited_s)} organisations, {load.workers} workers: {load.seconds:.0f} s,")
    print(f"  {load.jobs / load.seconds:.1f} a second; load of the machine {os.getloadavg()[0]:.1f}")
    for who, values in (("all", waited), ("large", of_large), ("small", of_small)):
        cuts = ", ".join(f"p{share:.0f} {percentile(values, share / 100):.1f}" for share in (50, 95, 99))
        print(f"  waited, {who:<6} {cuts}, at most {max(values):.1f} ms")
    print(
        f"  longest wait of a small organisation: median {statistics.median(longest):.1f} ms; Jain of means {even:.3f}"
    )
    print(f"  waiting: mean {statistics.fmean(load.depth):.2f}, at most {max(load.depth)}")
    print(f"  connections: {statistics.median(load.connections):.0f}, at most {max(load.connections)}")
    for who, cpu_s in (
        ("workers", load.workers_cpu_s),
        ("who asks", load.asking_cpu_s),
        ("database", load.postgres_cpu_s),
    ):
        print(f"  CPU, {who:<9} {cpu_s:.1f} s, {1000 * cpu_s / load.jobs:.2f} ms a job")
    print(f"  memory of a worker: {max(load.peak_mb):.0f} MB", flush=True)
    return {
        "jobs": load.jobs,
        "seconds": load.seconds,
        "waited_ms": {name: percentile(waited, share) for name, share in (("p50", 0.5), ("p95", 0.95), ("p99", 0.99))},
        "mean_wait_ms": statistics.fmean(waited),
        "small_max_ms": max(of_small),
        "jain_of_means": even,
        "mean_depth": statistics.fmean(load.depth),
        "connections": max(load.connections),
        "cpu_ms": [1000 * one / load.jobs for one in (load.workers_cpu_s, load.asking_cpu_s, load.postgres_cpu_s)],
        "worker_mb": max(load.peak_mb),
    }


def show_written(before: Written, after: Written, load: Load) -> dict[str, Any]:
    print("\nwritten, for each job")
    figures: dict[str, Any] = {}
    for table, counts in after.tables.items():
        changed = {
            name: counts[name] - before.tables[table][name] for name in ("inserted", "updated", "hot", "deleted")
        }
        per_job = {name: number / load.jobs for name, number in changed.items()}
        said = ", ".join(f"{value:.2f} {name}" for name, value in per_job.items())
        print(f"  {table:<22} {said}; {counts['dead']:,} dead, {counts['size_bytes'] / 1e6:.1f} MB")
        figures[table] = {**per_job, "dead": counts["dead"], "vacuums": counts["vacuums"]}
    wal, size = ((getattr(after, name) - getattr(before, name)) / load.jobs for name in ("wal_bytes", "size_bytes"))
    print(f"  log {wal / 1000:.1f} kB, database {size / 1000:.2f} kB", flush=True)
    return figures | {"wal_bytes": wal, "size_bytes": size}


def show_vacuum(world: World) -> dict[str, float]:
    """A fetch that finds nothing, before and after a vacuum."""
    before = measure_empty(world)
    world.settle()
    after = measure_empty(world)
    print(f"\na fetch that finds nothing: {before.p50_ms:.2f} ms, CPU {before.cpu_ms:.2f} ms; after a vacuum", end=" ")
    print(f"{after.p50_ms:.2f} ms, CPU {after.cpu_ms:.2f} ms", flush=True)
    return {"before_ms": before.p50_ms, "after_ms": after.p50_ms}


def show_model(load: Load, per_s: float, workers: int) -> dict[str, Any]:
    """What M/G/c foretells of waits and depth, from the mean and spread of what a place is taken for."""
    service_s = statistics.fmean(load.busy_s)
    spread = statistics.pvariance(load.busy_s) / service_s**2
    rate = load.jobs / load.seconds
    stay_s = waiting_time(rate, service_s, spread, workers) + service_s
    measured_s = (sum(one for waits in load.waited_s.values() for one in waits) + load.slept_s) / load.jobs
    there = statistics.fmean(load.depth) + statistics.fmean(load.running)
    print(f"\nmodel M/G/{workers}: a place is taken for {service_s * 1000:.1f} ms a job (spread {spread:.2f})", end="")
    print(f", {rate * service_s / workers:.0%} busy")
    rows = (
        ("jobs a second", per_s, rate),
        ("from commit to end, ms", 1000 * stay_s, 1000 * measured_s),
        ("jobs on the queue, waiting or running", rate * stay_s, there),
        ("the same by Little's law from the time", rate * measured_s, there),
    )
    print(f"  {'':<40}{'foretold':>10}{'measured':>10}{'error':>8}")
    for name, foretold, measured in rows:
        error = (foretold - measured) / measured if measured else math.nan
        print(f"  {name:<40}{foretold:>10.2f}{measured:>10.2f}{error:>+8.0%}")
    return {name: {"foretold": foretold, "measured": measured} for name, foretold, measured in rows}


def waiting_time(rate: float, service_s: float, spread: float, workers: int) -> float:
    """Mean wait of M/G/c by Allen and Cunneen's approximation: Erlang's C, and half of one plus the spread."""
    offered = rate * service_s
    busy = offered / workers
    if busy >= 1:
        return math.inf
    terms = [offered**n / math.factorial(n) for n in range(workers)]
    last = offered**workers / math.factorial(workers) / (1 - busy)
    waits = last / (sum(terms) + last)
    return waits * service_s / (workers * (1 - busy)) * (1 + spread) / 2


if __name__ == "__main__":
    main()
