"""Collection beside work: a step that finds what goes at that moment loses nothing; a kill leaves nothing broken."""

from __future__ import annotations

import os
import random
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event

import pytest

from course_people import Cast
from coursecrafter.db.session import Database
from coursecrafter.db.tables import cc_scenes
from coursecrafter.domain.stored import StoredObject
from coursecrafter.jobs.steps import InlineRunner, Produced, Step
from coursecrafter.storage.objects import ObjectStore, StoreUnreachable
from coursecrafter.upkeep.collecting import Collected, collect
from s3_server import S3Server, point_at, stumbling

TEXT = "text/plain"
GRACE_S = 5.0
"""Much longer than a step of the test takes, much shorter than the test."""
STRESS_S = 17.0


def later(days: float) -> datetime:
    return datetime.now(UTC) + timedelta(days=days)


def draw_step(number: int) -> Step:
    """A step whose picture is the same each time, one of a few that are asked for again and again."""

    def make(folder: Path) -> dict[str, Produced]:
        (folder / "picture").write_bytes(f"picture {number}".encode())
        (folder / "shared").write_bytes(b"shared by all")
        return {"picture": Produced(folder / "picture", TEXT), "shared": Produced(folder / "shared", TEXT)}

    return Step("draw", f"{number:064x}", make)


def name_in_scene(database: Database, cast: Cast, text: str | None) -> None:
    with database.admin() as conn:
        conn.execute(cc_scenes.update().where(cc_scenes.c.id == cast.rows["cc_scenes"]).values(description=text))


def test_a_step_that_found_an_old_record_keeps_its_files(
    cast: Cast, database: Database, store: ObjectStore, store_url: str
) -> None:
    """The record and its file go right after the step has found them; the course names the file a day later."""
    step, runner = draw_step(1), InlineRunner(store)
    runner.run([step])
    (found,) = runner.run([step])

    gone = collect(database, store_url, now=later(31))
    read = store.get_bytes(found.files["picture"])
    collect(database, store_url, now=later(31))
    name_in_scene(database, cast, found.files["picture"].key)
    collect(database, store_url, now=later(40))

    assert found.is_reused
    assert (gone.records, gone.laid_aside) == (1, 2)
    assert read == store.get_bytes(found.files["picture"]) == b"picture 1"


def test_a_file_that_was_there_already_is_kept_for_who_put_it_again(
    cast: Cast, database: Database, store: ObjectStore, store_url: str
) -> None:
    """Putting what is there writes nothing, so the file is still old."""
    store.put_bytes(b"chalk", TEXT)
    again = store.put_bytes(b"chalk", TEXT)

    assert collect(database, store_url, now=later(2)).laid_aside == 1
    name_in_scene(database, cast, again.key)
    assert collect(database, store_url, now=later(4)).removed == 0
    assert store.get_bytes(again) == b"chalk"


def test_a_row_that_is_written_during_the_collection_is_seen(
    cast: Cast, database: Database, store: ObjectStore, store_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The rows have been read when somebody names the file; before it goes, they are looked at again."""
    stored = store.put_bytes(b"chalk", TEXT)
    look = "coursecrafter.upkeep.collecting._Collection._bring_back"
    monkeypatch.setattr(look, lambda _: name_in_scene(database, cast, stored.key))

    assert collect(database, store_url, now=later(2)) == Collected()


@contextmanager
def collecting(database: Database, store_url: str) -> Iterator[list[Collected]]:
    """Collect over and over, with a grace of seconds, while something else goes on."""
    stop, collected = Event(), []

    def go_on() -> None:
        while not stop.is_set():
            collected.append(collect(database, store_url, grace_s=GRACE_S, records_kept_s=GRACE_S / 3))

    with ThreadPoolExecutor(2) as pool:
        collectors = [pool.submit(go_on) for _ in range(2)]
        try:
            yield collected
        finally:
            stop.set()
            for one in collectors:
                one.result()


def test_no_step_loses_a_file_while_two_collect(
    cast: Cast, database: Database, store: ObjectStore, store_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Steps find, make, name and read their files, rest for a while, and come back when all has been laid aside."""
    monkeypatch.setattr("coursecrafter.storage.objects.RECORD_USED", timedelta(seconds=GRACE_S / 10))
    chance = random.Random(8)  # noqa: S311 - the same each time
    runner, lost, named = InlineRunner(store, threads=2), [], StoredObject("", 0, TEXT)
    end = time.monotonic() + STRESS_S

    with collecting(database, store_url) as collected:
        while time.monotonic() < end:
            numbers = chance.sample(range(24), 4)
            for number, done in zip(numbers, runner.run([draw_step(one) for one in numbers]), strict=True):
                if store.get_bytes(done.files["picture"]) != f"picture {number}".encode():
                    lost.append(number)
                named = done.files["picture"]
            name_in_scene(database, cast, named.key)
            time.sleep(chance.choice([0, 0, 0.1, GRACE_S / 2]))
            store.get_bytes(named)

    total = sum(collected, Collected())
    assert lost == []
    assert store.has(named)
    assert min(total.laid_aside, total.removed, total.records, runner.reused["draw"]) > 0


def test_a_store_that_stumbles_or_goes_is_collected_in_the_end(
    cast: Cast, database: Database, s3_server: S3Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = f"s3://{s3_server.new_bucket()}/of/ours"
    point_at(monkeypatch, s3_server.port)
    store = ObjectStore(url, cast.owner.org_id)
    used = store.put_bytes(b"used", TEXT)
    name_in_scene(database, cast, used.key)
    for number in range(30):
        store.put_bytes(f"unused {number}".encode(), TEXT)

    with stumbling(s3_server, "503", every=1, skip=40) as way:
        point_at(monkeypatch, way.port)
        with pytest.raises(StoreUnreachable, match="CC-0703"):
            collect(database, url, now=later(2))
    with stumbling(s3_server, "reset") as way:
        point_at(monkeypatch, way.port)
        total = collect(database, url, now=later(2)) + collect(database, url, now=later(4))

    point_at(monkeypatch, s3_server.port)
    again = collect(database, url, now=later(6))

    # What was removed before an answer was lost is removed, and counted, once more.
    assert total.removed >= 30
    assert (again.laid_aside, again.removed) == (0, 0)
    assert store.get_bytes(used) == b"used"


KILLED = """
import sys
from datetime import UTC, datetime, timedelta
from sqlalchemy import make_url
from coursecrafter.db.session import Database
from coursecrafter.db.urls import DatabaseUrls
from coursecrafter.upkeep.collecting import collect
database = Database(DatabaseUrls(*map(make_url, sys.argv[1:4])), is_embedded=True)
print("begun", flush=True)
collect(database, sys.argv[4], now=datetime.now(UTC) + timedelta(days=int(sys.argv[5])))
"""


def kill_in_the_middle(database: Database, store_url: str, days: int, after_s: float) -> None:
    urls = [url.render_as_string(hide_password=False) for url in (database.urls.app, database.urls.worker)]
    admin = database.urls.admin.render_as_string(hide_password=False)
    argv = [sys.executable, "-c", KILLED, *urls, admin, store_url, str(days)]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("COVERAGE_")}
    environment["PYTHONPATH"] = os.pathsep.join(path for path in sys.path if path)
    with subprocess.Popen(argv, stdout=subprocess.PIPE, env=environment) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"begun\n"
        time.sleep(after_s)
        process.kill()


def test_kills_leave_nothing_broken(cast: Cast, database: Database, store: ObjectStore, store_url: str) -> None:
    """Four kills at four points; then all that is used is there, and all that is not goes."""
    used = store.put_bytes(b"used", TEXT)
    recorded = store.put_bytes(b"recorded", TEXT)
    store.put_record("step", "key", {"file": recorded})
    name_in_scene(database, cast, used.key)
    for number in range(400):
        store.put_bytes(f"unused {number}".encode(), TEXT)

    chance = random.Random(5)  # noqa: S311 - the same each time
    for days in (2, 2, 4, 4):
        kill_in_the_middle(database, store_url, days, chance.uniform(0.05, 0.5))
    collect(database, store_url, now=later(4))
    collect(database, store_url, now=later(6))

    left = {one.name for folder in ("objects", "aside") for batch in store.list_below(folder) for one in batch}
    assert left == {used.sha256, recorded.sha256}
    assert store.find_record("step", "key") == {"file": recorded}
    assert store.get_bytes(used) == b"used"
