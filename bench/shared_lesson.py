"""One long lesson by one worker process and by two: how much sooner it is there, and what sharing costs.

Makes an embedded server of its own. Workers are `coursecrafter worker` with one render at once and one step at a time,
warmed up by small lessons. Each run is of an organisation of its own, so that its store is cold. The same pictures and
sounds must come out each time; others end it with an error.

    python bench/shared_lesson.py [--slides 40] [--rounds 1] [--json FILE]
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from uuid import UUID

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

import sqlalchemy as sa
from api_load.processes import children_of, cpu_s

from background_shops import NUMBERS, Shopfloor, until
from coursecrafter.authoring.assets import versions_of
from coursecrafter.authoring.author import Author
from coursecrafter.authoring.projects import create_project
from coursecrafter.authoring.slots import Slot
from coursecrafter.background.runner import Background
from coursecrafter.config import Settings
from coursecrafter.db.embedded import open_embedded, remove_embedded
from coursecrafter.db.organisations import ensure_organisation, ensure_user
from coursecrafter.db.session import Database, Identity
from coursecrafter.domain.course import Engine
from coursecrafter.storage.objects import ObjectStore
from decks import Sketch, make_deck

WORKERS = (1, 2)
_HELPED = sa.text(
    """
SELECT count(*) FROM queue.procrastinate_jobs j WHERE j.queue_name = 'help' AND j.args ->> 'subject_id' = :job
  AND EXISTS (SELECT FROM queue.procrastinate_events e WHERE e.job_id = j.id AND e.type = 'started')
"""
)


@dataclass(frozen=True, slots=True)
class Run:
    """One render.

    Attributes:
        cpu_s: of all workers and what they started.
        made: steps that the worker made which carried the render out.
        helped: workers that came to help.
        packets: hash of all pictures and sounds as they are coded; only the time of the course's last change differs.
        connections: to the database at once, at the most, of all workers, their processes and this program.
    """

    workers: int
    wall_s: float
    cpu_s: float
    made: int
    helped: int
    connections: int
    packets: str
    load: float


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--slides", type=int, default=40)
    parser.add_argument("--rounds", type=int, default=1, help="of one worker and of two")
    parser.add_argument("--json", type=Path, help="file for the figures")
    asked = parser.parse_args()
    print(f"{asked.slides} slides, {os.cpu_count()} cores, load of the machine {os.getloadavg()[0]:.1f}")
    runs = []
    with tempfile.TemporaryDirectory(prefix="cc-bench-lesson-") as folder, open_database(Path(folder)) as database:
        deck, small = make_decks(Path(folder), asked.slides)
        for _ in range(asked.rounds):
            for workers in WORKERS:
                runs.append(render(database, Path(folder), workers, deck, small))
                show(runs[-1])
    assert len({run.packets for run in runs}) == 1, "other pictures or sounds came out"
    alone, shared = (min(run.wall_s for run in runs if run.workers == workers) for workers in WORKERS)
    cpu_alone, cpu_shared = (min(run.cpu_s for run in runs if run.workers == workers) for workers in WORKERS)
    print(f"two workers: {alone / shared:.2f} times as fast, {cpu_shared / cpu_alone - 1:+.0%} CPU; the same film")
    if asked.json:
        asked.json.write_text(json.dumps([asdict(run) for run in runs], indent=2) + "\n")


def render(database: Database, home: Path, workers: int, deck: Path, small: list[Path]) -> Run:
    """Render the deck's lesson for an organisation that has nothing yet."""
    settings = Settings(home, str(home / "store"), None, None, 1)
    with open_workers(home, workers) as pids, ExitStack() as stack:
        background = Background(settings, database, is_working=False)
        stack.callback(background.close)
        floor = open_floor(database, settings, background)
        lessons = [prepare(floor, one) for one in (*small[:workers], deck)]
        # Each worker's process for renders is started, and has rendered.
        for job_id in [floor.order(Engine.E1, lesson_id) for lesson_id in lessons[:-1]]:
            floor.ended(job_id)
        before, begun = sum(map(tree_cpu_s, pids)), time.monotonic()
        job_id = floor.order(Engine.E1, lessons[-1])
        connections = 0

        def is_ended() -> bool:
            nonlocal connections
            connections = max(connections, connections_of(database))
            return floor.job(job_id).state not in {"queued", "in_progress"}

        until(is_ended, moved=floor.moved)
        wall_s = time.monotonic() - begun
        # A helper that is at its last step ends it.
        until(lambda: not unfinished(database))
        used_s = sum(map(tree_cpu_s, pids)) - before
        job = floor.job(job_id)
        assert job.state == "succeeded", job.error_message
        (version,) = floor.read(versions_of, Slot(floor.project_id, "final_video", Engine.E1, lessons[-1]))
        made = sum(count for count, _ in job.metadata["pace"].values())
        with database.queue() as conn:
            helped = int(conn.execute(_HELPED, {"job": str(job_id)}).scalar_one())
        return Run(
            workers, wall_s, used_s, made, helped, connections, hash_of(floor, version.stored.key), os.getloadavg()[0]
        )


def hash_of(floor: Shopfloor, key: str) -> str:
    """A hash of a film's packets."""
    assert floor.store.folder is not None
    film = floor.store.folder / floor.store.prefix / key
    argv = ["ffmpeg", "-v", "error", "-i", str(film), "-map", "0:v", "-map", "0:a", "-c", "copy", "-f", "hash", "-"]
    return subprocess.run(argv, capture_output=True, text=True, check=True).stdout.strip()


def show(run: Run) -> None:
    print(
        f"{run.workers} workers: {run.wall_s:6.1f} s, CPU {run.cpu_s:6.1f} s, {run.made} steps by the first,"
        f" {run.helped} helped, {run.connections} connections, load {run.load:.1f}",
        flush=True,
    )


def prepare(floor: Shopfloor, deck: Path) -> UUID:
    """A lesson whose plan is that of a deck."""
    lesson_id = floor.lesson(deck.stem)
    floor.upload(deck, "pptx", lesson_id)
    floor.ask("parse_ppt", lesson_id=lesson_id)
    return lesson_id


def make_decks(folder: Path, slides: int) -> tuple[Path, list[Path]]:
    """The long deck, and small ones of other words."""
    long = [
        Sketch(
            title=f"Rule {n} of the workshop",
            bullets=(f"Machine {n} has a guard that stays shut.", f"Whoever opens guard {n} first stops the machine."),
        )
        for n in range(1, slides + 1)
    ]
    small = [[Sketch(title=f"Warm up {n}, slide {m}") for m in range(2)] for n in range(max(WORKERS))]
    return make_deck(folder / "Workshop.pptx", long, language="en"), [
        make_deck(folder / f"Small {n}.pptx", sketches, language="en") for n, sketches in enumerate(small)
    ]


def open_floor(database: Database, settings: Settings, background: Background) -> Shopfloor:
    with database.admin() as admin:
        slug = f"lesson{next(NUMBERS)}"
        org_id = ensure_organisation(admin, slug.title(), slug)
        author = Author(org_id, ensure_user(admin, org_id, f"author@{slug}.example", "Author", role="owner"))
    store = ObjectStore(settings.store_url, org_id)
    # A film says the name of its course.
    with database.app(Identity(org_id, author.user_id)) as conn:
        project_id = create_project(conn, author, name="Workshop", code=None, language="en")
    return Shopfloor(database, settings, background, author, project_id, store)


@contextmanager
def open_database(home: Path) -> Iterator[Database]:
    try:
        with open_embedded(home) as urls:
            database = Database(urls, is_embedded=True)
            database.ensure_ready()
            yield database
            database.close()
    finally:
        remove_embedded(home)


@contextmanager
def open_workers(home: Path, count: int) -> Iterator[list[int]]:
    """Workers as an operator starts them; their processes."""
    own = {"COURSECRAFTER_HOME": str(home), "COURSECRAFTER_WORKERS": "1"}
    command = [sys.executable, "-m", "coursecrafter", "worker", "--renders", "1", "--calls", "1"]
    with ExitStack() as stack:
        processes = []
        for number in range(count):
            log = stack.enter_context((home / f"worker-{number}.log").open("ab"))
            argv = [*command, "--name", f"worker {number}"]
            process = subprocess.Popen(argv, env={**os.environ, **own}, stdout=log, stderr=log)
            processes.append(stack.enter_context(process))
            stack.callback(process.terminate)
        yield [process.pid for process in processes]


def unfinished(database: Database) -> bool:
    with database.queue() as conn:
        asked = "SELECT count(*) FROM queue.procrastinate_jobs WHERE queue_name IN ('renders', 'help')"
        return bool(conn.execute(sa.text(asked + " AND status IN ('todo', 'doing')")).scalar_one())


def connections_of(database: Database) -> int:
    with database.queue() as conn:
        asked = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
        return int(conn.execute(sa.text(asked)).scalar_one())


def tree_cpu_s(pid: int) -> float:
    """CPU time of a process and all below it."""
    try:
        return cpu_s(pid) + sum(map(tree_cpu_s, children_of_all(pid)))
    except (FileNotFoundError, ProcessLookupError):
        return 0.0


def children_of_all(pid: int) -> list[int]:
    """Processes that any of its threads started."""
    listed = (path.read_text().split() for path in Path(f"/proc/{pid}/task").glob("*/children"))
    return [*{*children_of(pid), *(int(child) for one in listed for child in one)}]


if __name__ == "__main__":
    main()
