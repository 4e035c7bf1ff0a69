"""What the gateway adds to a call, beside plain httpx that sends the same bytes to the same server.

Makes an embedded database that writes to the disk and a stand-in for a provider in a process of its own. Measured are
single calls for text and speech (httpx, our client through the door, and the door with its ledger, in turns), a hundred
speeches at once, what has to be loaded, and the offline provider with and without the door around it. The machine's
speed cancels out in the ratios. A call that fails ends it with an error, a missed target does not.

    python bench/gateway.py [--calls 150] [--at-once 100] [--postgresql 18] [--json FILE]
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import multiprocessing
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from api_load.processes import cpu_s, peak_mb
from gateway_load.sides import PICTURE, REWRITE, SPEECH, Call, Place, at_once, bodies_of, offline, ours, plain
from gateway_load.stand_in import open_stand_in
from queue_load.hands import percentile

from coursecrafter.authoring.author import Author
from coursecrafter.authoring.projects import create_project
from coursecrafter.db.binaries import DEFAULT_VERSION
from coursecrafter.db.embedded import open_embedded, remove_embedded
from coursecrafter.db.organisations import ensure_organisation, ensure_user
from coursecrafter.db.session import Database, Identity
from coursecrafter.db.urls import DatabaseUrls
from coursecrafter.gateway.connections import add_provider
from coursecrafter.gateway.providers.offline_image import OfflineImage
from coursecrafter.gateway.providers.offline_speech import OfflineSpeech
from coursecrafter.gateway.providers.offline_text import OfflineText
from coursecrafter.gateway.sealing import load_keyring

MS = 1000
WARM_UPS = 10
ROUNDS = 3
CLIENTS = "openai_compatible, openai_speech, openai_images, anthropic, azure_speech, elevenlabs"
LOADED = {
    "import httpx": "import httpx",
    "the door": "import coursecrafter.gateway.door",
    "the registry with all its clients": f"from coursecrafter.gateway.providers import registry, {CLIENTS}",
    "the door and the registry": (
        f"import coursecrafter.gateway.door; from coursecrafter.gateway.providers import registry, {CLIENTS}"
    ),
}
MOST_AT_ONCE = 2.0
MOST_ADDED_SHARE = 1.0
MOST_OFFLINE = 2.0


@dataclass(frozen=True, slots=True)
class Times:
    """What calls took.

    Attributes:
        cpu_ms: of this process, per call.
    """

    what: str
    side: str
    p50_ms: float
    p95_ms: float
    cpu_ms: float


@dataclass(frozen=True, slots=True)
class Crowd:
    """Many calls at once, in a process that does nothing else: wall time, CPU time and the most memory of it."""

    side: str
    wall_ms: float
    cpu_ms: float
    grown_mb: float
    peak_mb: float


@dataclass(frozen=True, slots=True)
class Loaded:
    """What it takes a fresh process to import something."""

    what: str
    import_ms: float
    peak_mb: float


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--calls", type=int, default=150, help="of each kind by each side")
    parser.add_argument("--at-once", type=int, default=100, help="speeches that begin together")
    parser.add_argument("--postgresql", type=int, choices=(16, 18), default=DEFAULT_VERSION)
    parser.add_argument("--json", type=Path, help="file for the figures")
    asked = parser.parse_args()
    print(f"PostgreSQL {asked.postgresql}, {os.cpu_count()} cores, load of the machine {os.getloadavg()[0]:.1f}")
    with open_stand_in() as url, open_place(asked.postgresql, url) as (place, database):
        bodies = bodies_of(place)
        with plain(place, bodies) as peer:
            sides = {"httpx": peer, "door": ours(place, None), "door and ledger": ours(place, database)}
            calls = show("through a provider", measure(sides, asked.calls))
        crowds = show_crowds(place, database.urls, bodies, asked.at_once)
        bare: Mapping[str, Call] = bare_offline()
        sides = {"bare": bare, "door": offline(place, None), "door and ledger": offline(place, database)}
        without = show("offline", measure(sides, max(10, asked.calls // 3)))
    loaded = show_loaded()
    for said, is_met in targets(calls, crowds, without, loaded):
        print(f"{said}: {'met' if is_met else 'MISSED'}")
    if asked.json:
        parts = {"calls": calls, "at_once": crowds, "offline": without, "loaded": loaded}
        figures = {name: [dataclasses.asdict(one) for one in found] for name, found in parts.items()}
        asked.json.write_text(json.dumps(figures, indent=2) + "\n")


@contextmanager
def open_place(version: int, url: str) -> Iterator[tuple[Place, Database]]:
    """A database with an organisation, a project and the stand-in's row in it; removed afterwards."""
    with TemporaryDirectory(prefix="cc-bench-gateway-") as folder:
        home = Path(folder)
        try:
            with open_embedded(home, version) as urls:
                database = Database(urls, is_embedded=True)
                database.ensure_ready()
                yield _settle(database, home, url), database
                database.close()
        finally:
            remove_embedded(home)


def _settle(database: Database, home: Path, url: str) -> Place:
    with database.admin() as admin:
        org_id = ensure_organisation(admin, "Organisation", "organisation")
        user_id = ensure_user(admin, org_id, "author@courses.example", "Author", role="owner")
        told = {"name": "stand-in", "protocol": "openai_compatible", "base_url": f"{url}/v1"}
        provider = add_provider(admin, load_keyring(home), org_id=None, **told)
    with database.app(Identity(org_id, user_id)) as conn:
        project_id = create_project(conn, Author(org_id, user_id), name="Fire drill", code=None, language="en")
    return Place(url, provider.id, Identity(org_id, user_id, project_id))


def measure(sides: Mapping[str, Mapping[str, Call]], count: int) -> Iterator[Times]:
    """Each kind of call by all sides in turns, so that what else the machine does befalls all of them."""
    for what in next(iter(sides.values())):
        calls = {side: found[what] for side, found in sides.items()}
        for call in calls.values():
            for _ in range(WARM_UPS):
                call()
        took: dict[str, list[float]] = {side: [] for side in calls}
        spent = dict.fromkeys(calls, 0.0)
        for _ in range(count):
            for side, call in calls.items():
                begun, begun_cpu = time.perf_counter(), time.process_time()
                call()
                took[side].append((time.perf_counter() - begun) * MS)
                spent[side] += time.process_time() - begun_cpu
        for side, one in took.items():
            yield Times(what, side, percentile(one, 0.5), percentile(one, 0.95), spent[side] * MS / count)


def bare_offline() -> Mapping[str, Call]:
    """The offline provider by itself."""
    text, speech, picture = OfflineText(), OfflineSpeech(), OfflineImage()
    return {
        "text": lambda: text.write(REWRITE),
        "speech": lambda: speech.speak(SPEECH),
        "picture": lambda: picture.draw(PICTURE),
    }


def show(title: str, found: Iterator[Times]) -> list[Times]:
    """A line for each kind of call and side, with how many times as long it takes as the first side."""
    print(f"\n{title:<20}{'side':<18}{'p50 ms':>9}{'p95 ms':>9}{'CPU ms':>9}{'times':>8}{'added ms':>10}{'load':>6}")
    shown: list[Times] = []
    for one in found:
        shown.append(one)
        first = next(other for other in shown if other.what == one.what)
        print(
            f"{one.what:<20}{one.side:<18}{one.p50_ms:>9.2f}{one.p95_ms:>9.2f}{one.cpu_ms:>9.2f}"
            f"{one.p50_ms / first.p50_ms:>8.2f}{one.p50_ms - first.p50_ms:>10.2f}{os.getloadavg()[0]:>6.1f}",
            flush=True,
        )
    return shown


def show_crowds(place: Place, urls: DatabaseUrls, bodies: Mapping[str, bytes], count: int) -> list[Crowd]:
    """Many speeches at once by each side in turns, each round in a process of its own; the middle of the rounds."""
    print(f"\n{count} speeches at once{'wall ms':>25}{'CPU ms':>9}{'grown MB':>10}{'peak MB':>9}{'load':>6}")
    rounds: dict[str, list[Crowd]] = {}
    for _ in range(ROUNDS):
        for side in ("httpx", "door and ledger"):
            context = multiprocessing.get_context("spawn")
            with ProcessPoolExecutor(1, mp_context=context) as pool:
                crowd = pool.submit(crowd_of, side, place, urls, bodies, count).result()
            rounds.setdefault(side, []).append(crowd)
    found = [_middle(side, crowds) for side, crowds in rounds.items()]
    for one in found:
        print(
            f"{one.side:<38}{one.wall_ms:>9.0f}{one.cpu_ms:>9.0f}{one.grown_mb:>10.1f}{one.peak_mb:>9.1f}"
            f"{os.getloadavg()[0]:>6.1f}",
            flush=True,
        )
    return found


def _middle(side: str, crowds: Sequence[Crowd]) -> Crowd:
    return Crowd(
        side,
        median(one.wall_ms for one in crowds),
        median(one.cpu_ms for one in crowds),
        median(one.grown_mb for one in crowds),
        median(one.peak_mb for one in crowds),
    )


def crowd_of(side: str, place: Place, urls: DatabaseUrls, bodies: Mapping[str, bytes], count: int) -> Crowd:
    """Make the calls, after a few that warm up; in a process of its own."""
    database = Database(urls, is_embedded=True)
    with plain(place, bodies) as peer:
        call = peer["speech"] if side == "httpx" else ours(place, database)["speech"]
        for _ in range(2):
            call()
        pid, before_mb = os.getpid(), peak_mb(os.getpid())
        begun, begun_cpu = time.perf_counter(), cpu_s(pid)
        at_once(call, count)
        wall_s, spent_s, peak = time.perf_counter() - begun, cpu_s(pid) - begun_cpu, peak_mb(pid)
    database.close()
    return Crowd(side, wall_s * MS, spent_s * MS, peak - before_mb, peak)


def show_loaded() -> list[Loaded]:
    """What a fresh process takes to import each, in turns; the middle of the rounds."""
    print(f"\n{'a fresh process imports':<38}{'ms':>9}{'peak MB':>10}{'load':>6}")
    rounds: dict[str, list[Loaded]] = {}
    for _ in range(ROUNDS):
        for what, code in LOADED.items():
            rounds.setdefault(what, []).append(_loaded(what, code))
    found = []
    for what, several in rounds.items():
        one = Loaded(what, median(x.import_ms for x in several), median(x.peak_mb for x in several))
        found.append(one)
        print(f"{what:<38}{one.import_ms:>9.0f}{one.peak_mb:>10.1f}{os.getloadavg()[0]:>6.1f}", flush=True)
    return found


def _loaded(what: str, code: str) -> Loaded:
    measured = (
        f"import time; begun = time.perf_counter(); {code}; took = time.perf_counter() - begun\n"
        "print(took, open('/proc/self/status').read().split('VmHWM:')[1].split()[0])"
    )
    answer = subprocess.run([sys.executable, "-c", measured], capture_output=True, text=True, check=True)
    took_s, peak_kb = answer.stdout.split()
    return Loaded(what, float(took_s) * MS, float(peak_kb) / 1024)


def targets(
    calls: Sequence[Times], crowds: Sequence[Crowd], without: Sequence[Times], loaded: Sequence[Loaded]
) -> Iterator[tuple[str, bool]]:
    """What was asked for, as ratios, and whether it was reached."""
    by_call = {(one.what, one.side): one for one in calls}
    for what in ("text", "speech"):
        ratio = by_call[what, "door and ledger"].p50_ms / by_call[what, "httpx"].p50_ms - 1
        yield f"{what}: the door and its ledger add {ratio:.2f} of httpx's time", ratio < MOST_ADDED_SHARE
    by_side = {one.side: one for one in crowds}
    ratio = by_side["door and ledger"].wall_ms / by_side["httpx"].wall_ms
    yield f"speeches at once take {ratio:.2f} times httpx's time", ratio < MOST_AT_ONCE
    by_offline = {(one.what, one.side): one for one in without}
    for what in ("speech", "picture"):
        ratio = by_offline[what, "door"].p50_ms / by_offline[what, "bare"].p50_ms
        yield f"offline {what} takes {ratio:.2f} times as long through the door", ratio < MOST_OFFLINE
    by_what = {one.what: one for one in loaded}
    ratio = by_what["the registry with all its clients"].import_ms / by_what["import httpx"].import_ms
    yield f"the registry and its clients load in {ratio:.1f} times the time of httpx", ratio < 3


if __name__ == "__main__":
    main()
