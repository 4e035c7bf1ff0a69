"""Schemathesis against the running service: two users, all checks, all phases.

Run it alone for the whole of it::

    python tests/fuzzing.py --cases 100

It prints operations, cases and failures, and ends with 1 if there is any.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parent))

import sqlalchemy as sa

from api_people import Service, open_service, serve
from coursecrafter.accounts.caller import Scope
from coursecrafter.api.opening import make_site
from coursecrafter.background.runner import Background
from coursecrafter.db.tables import api_keys
from database import open_test_server
from http_things import NAMES
from http_world import Home, Idle, settle_home

HERE = Path(__file__).parent
REPLACED = "positive_data_acceptance"
"""See `fuzzing_hooks`: two checks of ours stand in its place."""
PHASES = "examples,coverage,fuzzing,stateful"
KNOWN_IDS = 0.6
"""How often an id is one of a thing that there is; the rest is made up, or from an answer."""


@dataclass(frozen=True)
class Fuzzed:
    """What a run found.

    Attributes:
        cases: by operation, how many calls were made and judged.
        answers: how many calls were answered with each status.
        report: as Schemathesis tells it.
        output: what it printed.
    """

    cases: Mapping[str, int]
    answers: Mapping[str, int]
    report: Mapping[str, Any]
    output: str

    @property
    def failures(self) -> list[str]:
        found = [f"{one['title']}: {', '.join(one['operations'])}" for one in self.report["failures"]]
        return found + [str(one["title"]) for one in self.report["errors"]]

    def __str__(self) -> str:
        fewest = min(self.cases.values(), default=0)
        return (
            f"{len(self.cases)} operations, {sum(self.cases.values())} cases (at least {fewest} for each),"
            f" {len(self.failures)} failures, {self.report['running_time']:.0f} s;"
            f" answered {', '.join(f'{status}: {count}' for status, count in sorted(self.answers.items()))}"
        )


def fuzz(
    service: Service,
    cases: int,
    folder: Path,
    *,
    seed: int | None = None,
    only: str | None = None,
    seconds: int | None = None,
) -> Fuzzed:
    """Let two users of two organisations try everything.

    Args:
        cases: for each operation and phase, at most.
        only: operations whose path matches this; None: all.
        seconds: after which no new call is made up; None: any time.
    """
    homes = settle_home(service.site, "anna"), settle_home(service.site, "bert")
    config = folder / "schemathesis.toml"
    config.write_text(_config(folder, service, homes, cases))
    counts, report = folder / "counts.json", folder / "report.json"
    program = str(Path(sys.executable).parent / "st")
    arguments = ["--config-file", str(config), "--no-color", "run", f"{service.url}/cc/openapi.json"]
    arguments += [
        "--checks",
        "all",
        "--exclude-checks",
        REPLACED,
        "--phases",
        PHASES,
        "--report-json-path",
        str(report),
        "--continue-on-failure",
    ]
    arguments += ["--seed", str(seed)] if seed is not None else []
    arguments += ["--include-path-regex", only] if only else []
    arguments += ["--max-time", str(seconds)] if seconds else []
    environment = {**os.environ, "SCHEMATHESIS_HOOKS": "fuzzing_hooks", "PYTHONPATH": str(HERE)}
    environment |= {"FUZZING_COUNTS": str(counts), "FUZZING_SPARED": json.dumps(_spared(service, homes))}
    ended = subprocess.run(
        [program, *arguments], env=environment, cwd=folder, capture_output=True, text=True, check=False
    )
    if not report.exists() or not counts.exists():
        raise AssertionError(ended.stdout[-4000:] + ended.stderr[-4000:])
    counted = json.loads(counts.read_text())
    return Fuzzed(counted["cases"], counted["answers"], json.loads(report.read_text()), ended.stdout)


@contextmanager
def quiet_service(service: Service) -> Iterator[Service]:
    """The same installation without renders: what is ordered waits."""
    site = service.site
    made = make_site(site.settings, site.service, site.accounts, site.database, cast("Background", Idle()))
    with serve(made) as url:
        yield Service(url, made)


def _config(folder: Path, service: Service, homes: tuple[Home, Home], cases: int) -> str:
    (folder / "users.json").write_text(json.dumps({"auth": [_user(service, home) for home in homes]}))
    lines = [
        'suppress-health-check = ["all"]',
        "request-timeout = 60.0",
        "workers = 1",
        "warnings = false",
        "max-stream-events = 1",
        "[generation]",
        f"max-examples = {cases}",
        "no-shrink = true",
        'database = "none"',
        "[phases.stateful]",
        "max-steps = 8",
        # A tus call is refused for a missing Tus-Resumable before anything else of it is looked at.
        "[checks.negative_data_rejection]",
        "expected-statuses = [400, 401, 403, 404, 405, 406, 409, 410, 412, 415, 422, 428, 429]",
        # The one call that is said not to exist yet.
        "[[operations]]",
        'include-name = "POST /cc/ai/video"',
        "[operations.checks.not_a_server_error]",
        'expected-statuses = ["2xx", "3xx", "4xx", 501]',
        "[auth.wfc]",
        f"path = {json.dumps(str(folder / 'users.json'))}",
        f"peers = {json.dumps([_name(home) for home in homes])}",
    ]
    things = {name: [str(home.things[thing]) for home in homes] for name, thing in NAMES.items()}
    lines += [f'[dictionaries."{name}"]\nvalues = {json.dumps(ids)}' for name, ids in things.items()]
    lines += ["[parameters]"]
    for name in things:
        for place in ("path", "query", "body"):
            lines.append(f'"{place}.{name}" = {{ dictionary = "{name}", probability = {KNOWN_IDS} }}')
    return "\n".join(lines) + "\n"


def _user(service: Service, home: Home) -> dict[str, Any]:
    client = service.client(home.org_id, home.owner_id, frozenset(Scope))
    header = {"name": "Authorization", "value": client.headers["authorization"]}
    client.close()
    return {"name": _name(home), "fixedHeaders": [header]}


def _spared(service: Service, homes: tuple[Home, Home]) -> list[str]:
    people = [home.owner_id for home in homes]
    with service.site.database.admin() as admin:
        # The keys that were made for this run; the one that each organisation has may be ended.
        mine = sa.select(api_keys.c.id).where(api_keys.c.user_id.in_(people), api_keys.c.name == "test")
        return [str(one) for one in (*people, *admin.scalars(mine))]


def _name(home: Home) -> str:
    return str(home.org_id)


def main() -> int:
    """Run the whole of it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=100)
    parser.add_argument("--seed", type=int)
    parser.add_argument("--only", help="operations whose path matches this")
    wanted = parser.parse_args()
    with open_test_server() as server, server.session_database() as database, tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        with open_service(database, home) as service, quiet_service(service) as quiet:
            found = fuzz(quiet, wanted.cases, home, seed=wanted.seed, only=wanted.only)
    print(found.output)
    for name, count in sorted(found.cases.items(), key=lambda pair: pair[1]):
        print(f"{count:6} {name}")
    print(found)
    return 1 if found.failures else 0


if __name__ == "__main__":
    sys.exit(main())
