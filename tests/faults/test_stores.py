"""A store that fails every third call, and disks that are full: what may pass is tried again, what stays is said."""

from __future__ import annotations

import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import Connection

from background_shops import Shopfloor
from coursecrafter.authoring.author import Author
from coursecrafter.authoring.documents import documents_of
from coursecrafter.authoring.render_jobs import retry_render
from coursecrafter.config import Settings
from coursecrafter.db.session import Database
from coursecrafter.domain.course import Engine
from coursecrafter.jobs.queueing import PARSE_DOCUMENT, enqueue_parse, enqueue_render
from coursecrafter.jobs.room import NoRoom
from coursecrafter.storage.objects import StoreFull
from faults.crew import open_crew
from faults.floors import judge, new_course, settings_in, settled
from faults.lessons import lesson_of, plain_deck
from faults.nursery import Nursery
from faults.plan import FaultPlan
from s3_server import S3Server, environment_of, point_at, stumbling

SOON = {"MOST_TRIES": 3, "FIRST_WAIT_S": 0.2, "LONGEST_WAIT_S": 0.5}
MOUNTED = "/mnt"
SMALL_BYTES = 24 << 20
SPARE_BYTES = 200 << 10


@pytest.mark.parametrize("fault", ["503", "reset", "cut"])
def test_a_store_that_fails_every_third_call_loses_nothing(
    fault: str,
    database: Database,
    nursery: Nursery,
    s3_server: S3Server,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    plain: Path,
    undisturbed: list[str],
    counted: Callable[[str], None],
) -> None:
    point_at(monkeypatch, s3_server.port)
    bucket = f"s3://{s3_server.new_bucket()}/courses"
    settings = Settings(tmp_path, bucket, None, None, 2)
    harmed = new_course(database, settings)
    with open_crew(database, settings, nursery) as crew, stumbling(s3_server, fault, every=3) as way:
        first = crew.ready(environment=environment_of(s3_server.port))
        lesson_id = lesson_of(harmed, plain)
        first.kill()
        for _ in range(2):
            crew.ready(environment=environment_of(way.port), plan=FaultPlan(tries={**SOON, "MOST_TRIES": 6}))
        begun = time.monotonic()
        job_ids = [harmed.order(Engine.E3, None), harmed.order(Engine.E4, lesson_id)]
        jobs = [harmed.ended(job_id) for job_id in job_ids]
        took_s = time.monotonic() - begun
        settled(database)

    verdict = judge([harmed], undisturbed)
    tries = [job.metadata.get("tries", 0) for job in jobs]
    counted(
        f"store fails every third call ({fault}): {way.failed} of {way.seen} failed, tries of jobs {tries}, "
        f"{took_s:.1f} s; {verdict}"
    )
    assert [job.state for job in jobs] == ["succeeded", "succeeded"]
    assert way.failed > 10
    verdict.require()


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 24 MB."""
    folder = tmp_path / "small"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={SMALL_BYTES}", "tmpfs", str(folder)]
    if subprocess.run(mount, check=False, timeout=10).returncode:
        pytest.skip("this machine mounts nothing")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True, timeout=10)


def test_a_full_disk_is_said_after_some_tries_and_a_retry_with_room_succeeds(
    database: Database, nursery: Nursery, tmp_path: Path, small_disk: Path, counted: Callable[[str], None]
) -> None:
    settings = Settings(tmp_path, str(small_disk / "store"), None, None, 2)
    with open_crew(database, settings, nursery) as crew:
        crew.ready(plan=FaultPlan(tries=SOON))
        floor = new_course(database, settings)
        lesson_id = lesson_of(floor, plain_deck(tmp_path))
        filler = small_disk / "filler"
        filler.write_bytes(bytes(shutil.disk_usage(small_disk).free - SPARE_BYTES))

        failed = floor.ended(floor.order(Engine.E1, lesson_id))
        half_full = judge([floor], may_fail=True, is_over=False)
        filler.unlink()
        again = floor.ended(_retried(floor, failed.id))
        settled(database)
        crew.close()

    verdict = judge([floor], may_fail=True)
    said = failed.metadata["error"]
    counted(
        f"disk of the store full: {said['code']} after {failed.metadata['tries']} tries; with room {again.state}; "
        f"{verdict}"
    )
    assert failed.state == "failed"
    assert (said["code"], said["remedy"]) == (StoreFull.code, StoreFull.remedy)
    assert failed.metadata["tries"] == SOON["MOST_TRIES"]
    assert again.state == "succeeded"
    half_full.require()
    verdict.require()


def test_a_reading_that_is_given_up_on_a_full_disk_says_so(
    database: Database, nursery: Nursery, tmp_path: Path, small_disk: Path, counted: Callable[[str], None]
) -> None:
    settings = Settings(tmp_path, str(small_disk / "store"), None, None, 2)
    text = tmp_path / "Notes.md"
    text.write_text("# Chalk\n\nChalk is soft. Slate is hard.\n" * 2000)
    with open_crew(database, settings, nursery) as crew:
        crew.ready(plan=FaultPlan(tries=SOON))
        floor = new_course(database, settings)
        document_id = floor.document(text)
        (small_disk / "filler").write_bytes(bytes(shutil.disk_usage(small_disk).free))
        with floor.database.app(floor.identity) as conn:
            enqueue_parse(conn, PARSE_DOCUMENT, floor.project_id, document_id)
        settled(database)
        crew.close()

    (document,) = floor.read(documents_of, floor.store, floor.project_id)
    counted(f"a reading on a full disk: {document.status}")
    assert document.status == "failed"


def test_a_full_folder_of_temporary_files_is_said_and_a_retry_with_room_succeeds(
    database: Database, nursery: Nursery, tmp_path: Path, counted: Callable[[str], None]
) -> None:
    program = shutil.which("bwrap")
    assert program is not None
    inside = [program, "--dev-bind", "/", "/", "--size", str(SMALL_BYTES), "--tmpfs", MOUNTED]
    settings = settings_in(tmp_path)
    with open_crew(database, settings, nursery) as crew:
        worker = crew.ready(
            inside=inside,
            environment={"TMPDIR": MOUNTED},
            plan=FaultPlan(tries=SOON, patience_s=0.2),
            disk_mb=16,
        )
        floor = new_course(database, settings)
        lesson_id = lesson_of(floor, plain_deck(tmp_path))
        filler = Path("/proc", str(worker.pid), "root", MOUNTED[1:], "filler")
        filler.write_bytes(bytes(SMALL_BYTES // 2))

        failed = floor.ended(floor.order(Engine.E4, lesson_id))
        filler.unlink()
        again = floor.ended(_retried(floor, failed.id))
        settled(database)
        crew.close()

    verdict = judge([floor], may_fail=True)
    said = failed.metadata["error"]
    counted(
        f"temporary files full: {said['code']} after {failed.metadata['tries']} tries; with room {again.state}; "
        f"{verdict}"
    )
    assert (failed.state, said["code"], said["remedy"]) == ("failed", NoRoom.code, NoRoom.remedy)
    assert again.state == "succeeded"
    verdict.require()


def _retried(floor: Shopfloor, job_id: UUID) -> UUID:
    """The render that follows one that failed, on the queue."""

    def retry(conn: Connection, author: Author) -> UUID:
        job = retry_render(conn, author, job_id)
        enqueue_render(conn, floor.project_id, job.id, job.engine.value)
        return job.id

    again: UUID = floor.do(retry)
    return again
