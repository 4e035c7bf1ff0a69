"""What is seen in a real database: planted jobs, workers, renders, costs and files, counted as they are."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest
import sqlalchemy as sa

from course_assets import put
from course_people import Cast
from coursecrafter.authoring.slots import Slot
from coursecrafter.db.session import Database
from coursecrafter.db.urls import DatabaseUrls
from coursecrafter.storage.objects import ObjectStore
from coursecrafter.watchdog.figures import Failures, LaneFigures
from coursecrafter.watchdog.looking import look, read_renders
from coursecrafter.watchdog.notes import note, read_notes
from coursecrafter.watchdog.report import as_report
from coursecrafter.watchdog.seldom import look_seldom
from coursecrafter.watchdog.settings import AlertSettings
from coursecrafter.watchdog.turn import take_turn
from coursecrafter.watchdog.verdict import judge
from planted_figures import age_rows, plant_call, plant_job, plant_renders, plant_worker


def lanes_of(database: Database) -> Mapping[str, LaneFigures]:
    return {one.lane: one for one in look(database).lanes}


def codes_of(database: Database) -> list[str]:
    return [one.code for one in judge(look(database))]


def slot_of(cast: Cast) -> Slot:
    return Slot(cast.project_id, "hero_image")


def test_an_empty_installation_is_at_rest(database: Database) -> None:
    seen = look(database)

    assert [(one.waiting, one.running, one.oldest_s, one.workers) for one in seen.lanes] == [(0, 0, None, 0)] * 4
    assert (seen.workers, seen.running, seen.seldom, seen.drift, seen.looked_at) == ((), (), None, None, None)
    assert judge(seen) == []


def test_lanes_tell_depth_age_and_who_works(database: Database) -> None:
    worker_id = plant_worker(database)
    plant_worker(database, host="two")
    plant_job(database, since="30 s")
    plant_job(database, since="90 s")
    plant_job(database, since="20 s", worker_id=worker_id)

    renders = lanes_of(database)["renders"]

    assert (renders.waiting, renders.running, renders.workers, renders.slots) == (2, 1, 2, 4)
    assert renders.oldest_s == pytest.approx(90, abs=10)
    assert lanes_of(database)["calls"].workers == 0


def test_a_job_that_was_put_back_waits_since_then_and_not_before_its_time(database: Database) -> None:
    first, later = plant_job(database, since="2 hours"), plant_job(database, since="1 hour")
    with database.queue() as conn:
        put_back = "INSERT INTO queue.procrastinate_events (job_id, type, at) VALUES (:id, 'deferred_for_retry', :at)"
        at = conn.execute(sa.text("SELECT now() - interval '40 s'")).scalar_one()
        conn.execute(sa.text(put_back), {"id": first, "at": at})
        put_off = "UPDATE queue.procrastinate_jobs SET attempts = 1, scheduled_at = now() + interval '1 min'"
        conn.execute(sa.text(f"{put_off} WHERE id = :id"), {"id": later})

    renders = lanes_of(database)["renders"]

    assert renders.oldest_s == pytest.approx(40, abs=10)
    assert (renders.waiting, renders.retries) == (2, 1)


def test_work_without_a_worker_is_an_alarm_until_one_lives(database: Database) -> None:
    plant_job(database, since="2 minutes")
    plant_worker(database, silent="10 minutes")

    assert codes_of(database) == ["CC-0630"]
    plant_worker(database, host="two")
    assert codes_of(database) == []


@pytest.mark.parametrize(("silent", "since", "is_stalled"), [("5 min", "10 s", True), ("1 s", "10 s", False)])
def test_a_job_of_a_silent_worker_is_stalled(database: Database, silent: str, since: str, *, is_stalled: bool) -> None:
    plant_job(database, since=since, worker_id=plant_worker(database, silent=silent))

    assert codes_of(database) == (["CC-0632"] if is_stalled else [])


@pytest.mark.parametrize(("still", "is_stalled"), [("16 min", True), ("14 min", False)])
def test_a_render_that_tells_nothing_is_stalled(cast: Cast, still: str, *, is_stalled: bool) -> None:
    database = cast.database
    [job_id] = plant_renders(cast, 1, state="in_progress")
    plant_job(database, since="20 min", worker_id=plant_worker(database), subject_id=job_id)

    before = codes_of(database)
    age_rows(database, "cc_video_render_jobs", still)

    assert before == []
    assert codes_of(database) == (["CC-0632"] if is_stalled else [])


def test_slow_renders_are_told_from_quick_ones(cast: Cast) -> None:
    plant_renders(cast, 5, took="100 s")
    quick = codes_of(cast.database)
    plant_renders(cast, 20, took="200 s")

    renders = read_renders(cast.database)

    assert quick == []
    assert codes_of(cast.database) == ["CC-0633"]
    assert renders is not None
    [times] = [one for one in renders.times if one.engine == "e1"]
    assert (times.p50_s, times.p95_s, times.max_s) == (200, 200, 200)


def test_failures_are_counted_by_code_for_a_day(cast: Cast) -> None:
    before = codes_of(cast.database)
    plant_renders(cast, 6, state="failed", code="CC-0609")
    plant_renders(cast, 1, state="failed", code="CC-0610")
    plant_renders(cast, 9, state="failed", code="CC-0611", ago="25 h")

    renders = read_renders(cast.database)

    assert before == []
    assert renders is not None
    assert renders.failures == (Failures("CC-0609", 6), Failures("CC-0610", 1))
    assert codes_of(cast.database) == ["CC-0634"]


def test_costs_of_today_stand_against_the_days_before(cast: Cast, tmp_path: Path) -> None:
    for days_ago in (1, 2, 4):
        plant_call(cast, 10.0, days_ago=days_ago)
    plant_call(cast, 500.0, days_ago=20)
    plant_call(cast, 31.0, days_ago=0)

    seldom = look_seldom(cast.database, str(tmp_path), read_notes(cast.database).at)

    assert seldom is not None
    [cost] = seldom.costs
    assert (cost.project_id, cost.today_usd, cost.mean_usd) == (str(cast.project_id), 31.0, 7.5)
    assert seldom.cost_today_usd == 31.0


def test_a_file_that_is_gone_is_missed_and_one_laid_aside_is_not(cast: Cast, tmp_path: Path) -> None:
    store = ObjectStore(str(tmp_path), cast.owner.org_id)
    with cast.database.admin() as conn:
        keys = "UPDATE course_crafter.cc_assets SET is_active = false"
        conn.execute(sa.text(keys))
    put(cast, slot_of(cast), "a picture")
    stored = store.put_bytes(b"a picture", "image/png")
    age_rows(cast.database, "cc_assets", "1 hour")

    def missing() -> tuple[int, int]:
        seldom = look_seldom(cast.database, str(tmp_path), read_notes(cast.database).at)
        assert seldom is not None
        return seldom.stored.sampled, seldom.stored.missing

    assert missing() == (1, 0)
    store.lay_aside(stored.key)
    assert missing() == (1, 0)
    store.fetch_back(stored.key)
    store.remove(stored)
    assert missing() == (1, 1)


def test_a_store_that_is_away_is_an_alarm_and_ends_no_turn(cast: Cast, tmp_path: Path) -> None:
    age_rows(cast.database, "cc_assets", "1 hour")
    blocked = tmp_path / "file"
    blocked.write_text("no folder")

    findings = take_turn(cast.database, str(blocked), AlertSettings())

    assert findings is not None
    assert [one.code for one in findings] == ["CC-0703"]


def test_what_was_noted_is_seen_by_all(database: Database, tmp_path: Path) -> None:
    note(database, "schema", {"differences": 3, "first": ["The table x is missing."]})
    note(database, "collected", {"removed": 4, "removed_bytes": 400})
    take_turn(database, str(tmp_path), AlertSettings())

    seen = look(database)

    assert seen.drift is not None
    assert seen.drift.found["differences"] == 3
    assert seen.collected is not None
    assert seen.collected.found["removed"] == 4
    assert seen.seldom is not None
    assert seen.looked_at is not None
    assert [one.code for one in judge(seen)] == ["CC-0638"]


def test_a_process_without_rights_of_an_administrator_sees_the_queue_and_says_so(database: Database) -> None:
    plant_job(database, since="2 minutes")
    urls = database.urls
    service = Database(DatabaseUrls(urls.app, urls.worker, urls.app), is_embedded=False)

    seen = look(service)

    service.close()
    assert seen.renders is None
    assert [one.code for one in judge(seen)] == ["CC-0630"]


def test_a_report_names_no_organisation_and_nobody(cast: Cast, tmp_path: Path) -> None:
    place = {"org_id": cast.owner.org_id, "project_id": cast.project_id}
    plant_job(cast.database, worker_id=plant_worker(cast.database), **place)
    plant_renders(cast, 2)
    take_turn(cast.database, str(tmp_path), AlertSettings())

    said = str(as_report(look(cast.database)))

    with cast.database.admin() as conn:
        people = conn.execute(sa.text("SELECT id::text, email, name FROM platform.users")).all()
        organisations = conn.execute(sa.text("SELECT id::text, slug, name FROM platform.organisations")).all()
    assert [word for row in (*people, *organisations) for word in row if word in said] == []
