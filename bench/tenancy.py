"""What row-level security costs: the same calls with policies and without, on millions of rows.

Makes an embedded server of its own, fills it with courses of several organisations, and times each call in turns as
the application, under policies, and as the administrator, whom they do not bind, with the conditions that a careful
application would write itself. Users have access to 5, 50 and 2,000 projects. The machine's speed cancels out in the
ratio of medians; nothing is judged by milliseconds alone. Wrong rows end it with an error, a missed target does not.

    python bench/tenancy.py [--rows 2000000] [--postgresql 18] [--repetitions 100] [--json FILE]
"""

from __future__ import annotations

import argparse
import dataclasses
import json
from collections.abc import Iterator
from pathlib import Path

from many_projects.calls import CALLS
from many_projects.pairs import Line, open_pairs
from many_projects.rows import count_rows, find_users
from many_projects.server import Server, open_server

from coursecrafter.db.binaries import DEFAULT_VERSION

SECONDS_A_LINE = 8


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=2_000_000, help="segments and assets together, at least")
    parser.add_argument("--postgresql", type=int, choices=(16, 18), default=DEFAULT_VERSION)
    parser.add_argument("--repetitions", type=int, default=100, help="pairs for each call, if time allows")
    parser.add_argument("--keep", type=Path, help="folder in which the filled server stays, to be used again")
    parser.add_argument("--json", type=Path, help="file for the figures")
    asked = parser.parse_args()
    with open_server(asked.postgresql, asked.rows, asked.keep) as server:
        counts = count_rows(server.admin)
        print(f"PostgreSQL {asked.postgresql}:", ", ".join(f"{count:,} {table}" for table, count in counts.items()))
        print(f"{'':<32}{'without, ms':>20}{'with, ms':>20}")
        print(f"{'call':<32}{'median':>10}{'p95':>10}{'median':>10}{'p95':>10}{'ratio':>8}  target")
        lines = []
        for line in measure_all(server, asked.repetitions):
            lines.append(line)
            show(line)
    print(f"{sum(line.is_met for line in lines)} of {len(lines)} targets met")
    if asked.json:
        figures = {"postgresql": asked.postgresql, "rows": counts, "lines": [dataclasses.asdict(one) for one in lines]}
        asked.json.write_text(json.dumps(figures, indent=2) + "\n")


def measure_all(server: Server, repetitions: int) -> Iterator[Line]:
    """Each call of each user."""
    for user, (org_id, user_id, projects) in find_users(server.admin).items():
        print(f"{user} user, {projects:,} projects")
        with open_pairs(server) as pairs:
            drawn = pairs.draw(org_id, user_id)
            for call in CALLS:
                yield pairs.measure(call, drawn, repetitions, SECONDS_A_LINE).line(call, user, projects)


def show(line: Line) -> None:
    """One line of the table."""
    print(
        f"  {line.call:<30}{line.without_ms:>10.3f}{line.without_p95_ms:>10.3f}{line.with_ms:>10.3f}"
        f"{line.with_p95_ms:>10.3f}{line.ratio:>8.2f}  {'met' if line.is_met else 'MISSED'}",
        flush=True,
    )


if __name__ == "__main__":
    main()
