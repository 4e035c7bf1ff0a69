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
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
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
FEW = 100
NUMBERS = count(1)
KNOWN_IDS = 0.6
"""How often an id is one of a thing that there is; the rest is made up, or from an answer."""


GROUPS = (
    ("Projects", "Course tree"),
    ("Projects", "People of a course", "Logs", "Comments"),
    ("Course tree", "Scenes and segments"),
    ("Scenes and segments", "Scripts and voices", "History"),
    ("Projects", "Context", "Uploads"),
    ("Assets", "Library", "Brand and templates", "Provenance"),
    ("Course tree", "Interactions", "Quizzes", "Engine 4: e-learning"),
    ("Projects", "Engine 3: book"),
    ("Engine 1: voice-over", "Renders"),
    ("Engine 2: branded video", "Renders", "Brand and templates"),
    ("Projects", "Exports", "AI gateway", "Voices and providers"),
    ("Accounts", "Organisations", "Keys"),
)
"""Calls that are chained, by the page's sections: of all at once there are 17,000 links, and no chain is ever made."""


@dataclass(frozen=True)
class Fuzzed:
    """What runs found.

    Attributes:
        cases: by operation, how many calls were made and judged.
        chained: how many of them, in chains.
        answers: how many calls were answered with each status.
        failures: what and where; and errors of the program itself.
        output: what it printed.
        took_s: for all of it.
    """

    cases: Mapping[str, int]
    chained: int
    answers: Mapping[str, int]
    failures: list[str]
    output: str
    took_s: float

    def __str__(self) -> str:
        few = {name: count for name, count in self.cases.items() if count < FEW}
        return (
            f"{len(self.cases)} operations, {sum(self.cases.values())} cases, {self.chained} of them in chains;"
            f" {len(self.cases) - len(few)} operations with {FEW} cases or more;"
            f" {len(self.failures)} failures, {self.took_s:.0f} s;"
            f" answered {', '.join(f'{status}: {count}' for status, count in sorted(self.answers.items()))}"
        )


@dataclass(frozen=True)
class Run:
    """How to call the program, in a folder of its own."""

    service: Service
    folder: Path
    cases: int
    seed: int | None
    without_edges: Sequence[str] = ()

    def phases(self, names: str, *more: str) -> Fuzzed:
        """Run some phases, with two users whose courses nobody deleted yet."""
        number = next(NUMBERS)
        homes = settle_home(self.service.site, f"anna{number}"), settle_home(self.service.site, f"bert{number}")
        config = self.folder / "schemathesis.toml"
        config.write_text(_config(self.folder, self.service, homes, self.cases, self.without_edges))
        counts, report = self.folder / "counts.json", self.folder / "report.json"
        for path in (counts, report):
            path.unlink(missing_ok=True)
        program = str(Path(sys.executable).parent / "st")
        arguments = ["--config-file", str(config), "--no-color", "run", f"{self.service.url}/cc/openapi.json"]
        arguments += ["--checks", "all", "--exclude-checks", REPLACED, "--phases", names, "--continue-on-failure"]
        arguments += ["--report-json-path", str(report), *more]
        arguments += ["--seed", str(self.seed)] if self.seed is not None else []
        told = {"FUZZING_COUNTS": str(counts), "FUZZING_SPARED": json.dumps(_spared(self.service, homes))}
        environment = {**os.environ, "SCHEMATHESIS_HOOKS": "fuzzing_hooks", "PYTHONPATH": str(HERE), **told}
        ended = subprocess.run(
            [program, *arguments], env=environment, cwd=self.folder, capture_output=True, text=True, check=False
        )
        if not report.exists() or not counts.exists():
            raise AssertionError(f"it ended with {ended.returncode}: {ended.stdout[-4000:]}{ended.stderr[-4000:]}")
        counted, told_of = json.loads(counts.read_text()), json.loads(report.read_text())
        failures = [f"{one['title']}: {', '.join(one['operations'])}" for one in told_of["failures"]]
        failures += [str(one["title"]) for one in told_of["errors"]]
        chained = sum(counted["cases"].values()) if names == "stateful" else 0
        output = ended.stdout if failures else ""
        return Fuzzed(counted["cases"], chained, counted["answers"], failures, output, told_of["running_time"])


def fuzz(
    service: Service,
    cases: int,
    folder: Path,
    *,
    seed: int | None = None,
    only: str | None = None,
    groups: Sequence[Sequence[str]] = GROUPS,
    without_edges: Sequence[str] = (),
) -> Fuzzed:
    """Let two users of two organisations try everything.

    Args:
        cases: for each operation and phase, at most.
        only: operations whose path matches this, without chains; None: all.
        groups: sections whose calls are chained.
        without_edges: operations whose edge cases, some forty for each, are left to another run.
    """
    run = Run(service, folder, cases, seed, without_edges)
    chosen = ["--include-path-regex", only] if only else []
    found = [run.phases("examples,coverage,fuzzing", *chosen)]
    tags = [[part for tag in group for part in ("--include-tag", tag)] for group in (() if only else groups)]
    found += [run.phases("stateful", *some) for some in tags]
    return Fuzzed(
        sum((Counter(one.cases) for one in found), Counter()),
        sum(one.chained for one in found),
        sum((Counter(one.answers) for one in found), Counter()),
        [failure for one in found for failure in one.failures],
        "\n".join(one.output for one in found),
        sum(one.took_s for one in found),
    )


@contextmanager
def quiet_service(service: Service) -> Iterator[Service]:
    """The same installation without renders: what is ordered waits."""
    site = service.site
    made = make_site(site.settings, site.service, site.accounts, site.database, cast("Background", Idle()))
    with serve(made) as url:
        yield Service(url, made)


def _config(folder: Path, service: Service, homes: tuple[Home, Home], cases: int, without_edges: Sequence[str]) -> str:
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
        # A tus call is refused for a missing Tus-Resumable before anything else of it is looked at, and a body that is
        # too large before it is read.
        "[checks.negative_data_rejection]",
        "expected-statuses = [400, 401, 403, 404, 405, 406, 409, 410, 412, 413, 415, 422, 428, 429]",
        # The one call that is said not to exist yet.
        "[[operations]]",
        'include-name = "POST /cc/ai/video"',
        "[operations.checks.not_a_server_error]",
        'expected-statuses = ["2xx", "3xx", "4xx", 501]',
        *(["[[operations]]", f"include-name = {json.dumps(list(without_edges))}"] if without_edges else []),
        *(["[operations.phases.coverage]", "enabled = false"] if without_edges else []),
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
        with open_service(database, home, is_working=False) as service, quiet_service(service) as quiet:
            found = fuzz(quiet, wanted.cases, home, seed=wanted.seed, only=wanted.only)
    print(found.output)
    for name, cases in sorted(found.cases.items(), key=lambda pair: pair[1]):
        print(f"{cases:6} {name}")
    print(found)
    return 1 if found.failures else 0


if __name__ == "__main__":
    sys.exit(main())
