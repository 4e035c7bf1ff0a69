"""What one look of the watchdog costs, with a full queue and a week of many renders.

Run: python bench/watchdog.py [QUEUED] [RENDERS]
"""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path

import sqlalchemy as sa

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from course_people import Cast, settle_cast
from coursecrafter.db.session import Database
from coursecrafter.watchdog.looking import look, look_at_queue, read_renders
from coursecrafter.watchdog.telling import InstallationFigures
from database import open_test_server

ROUNDS = 15
QUEUE = sa.text(
    """
INSERT INTO queue.procrastinate_jobs (queue_name, task_name, priority, args)
SELECT (ARRAY['renders', 'calls', 'help'])[1 + n % 3], 'render', -n, jsonb_build_object(
  'org_id', platform.uuidv7(), 'user_id', platform.uuidv7(), 'project_id', CAST(:project AS uuid),
  'subject_id', platform.uuidv7(), 'kind', 'e1') FROM generate_series(1, :count) n
"""
)
ENDED = sa.text(
    """
INSERT INTO queue.procrastinate_jobs (queue_name, task_name, priority, args, status)
SELECT 'renders', 'render', -n, '{"kind": "e1"}', 'succeeded' FROM generate_series(1, :count) n
"""
)
# As rows are once they have been rendered: a log and a pace in their metadata, some 4 kB.
RENDERS = sa.text(
    """
INSERT INTO course_crafter.cc_video_render_jobs (id, project_id, lesson_id, engine, version_label, job_state,
  requested_at, started_at, completed_at, job_metadata)
SELECT CAST(lpad(to_hex(CAST(extract(epoch FROM at) * 1000 AS bigint)), 12, '0') || left(md5(n::text), 20) AS uuid),
  :project, :lesson, CASE n % 2 WHEN 0 THEN 'e1' ELSE 'e2' END, 'v1',
  CASE n % 20 WHEN 0 THEN 'failed' ELSE 'succeeded' END, at, at, at + make_interval(secs => n % 300),
  jsonb_build_object('log', (SELECT jsonb_agg(jsonb_build_object('at', at, 'text', md5(i::text) || md5(n::text)))
    FROM generate_series(1, 30) i), 'error', jsonb_build_object('code', 'CC-060' || n % 9))
FROM (SELECT n, now() - make_interval(secs => n * :days * 86400.0 / :count) AS at FROM generate_series(1, :count) n) t
"""
)


def main() -> None:
    """Plant the rows and measure."""
    queued, renders = (int(word) for word in (*sys.argv[1:3], "10000", "100000")[:2])
    with open_test_server() as server, server.session_database() as database:
        cast = settle_cast(database)
        for days in (30, 7):
            plant(cast, queued, renders, days)
            print(f"{queued:,} jobs wait, {queued:,} have ended; {renders:,} renders of the last {days} days")
            tell("queue alone", lambda: look_at_queue(database))
            tell("renders alone", lambda: read_renders(database))
            tell("all of it", lambda: look(database))
            tell("figures for Prometheus, again", telling(database))


def plant(cast: Cast, queued: int, renders: int, days: int) -> None:
    """Rows as they are in a large installation; those of before are gone."""
    place = {"project": cast.project_id, "lesson": cast.rows["cc_lessons"]}
    with cast.database.admin() as conn:
        conn.execute(sa.text("ALTER TABLE course_crafter.cc_video_render_jobs DISABLE TRIGGER USER"))
        conn.execute(sa.text("DELETE FROM course_crafter.cc_video_render_jobs"))
        conn.execute(RENDERS, {**place, "count": renders, "days": days})
        conn.execute(sa.text("ALTER TABLE course_crafter.cc_video_render_jobs ENABLE TRIGGER USER"))
        conn.execute(sa.text("SET LOCAL ROLE cc_owner"))
        conn.execute(sa.text("SET LOCAL search_path = queue, pg_catalog"))
        conn.execute(sa.text("DELETE FROM queue.procrastinate_jobs"))
        conn.execute(QUEUE, {"project": cast.project_id, "count": queued})
        conn.execute(ENDED, {"count": queued})
    with cast.database.admin() as conn:
        conn.execute(sa.text("SET LOCAL ROLE cc_owner"))
        for table in (
            "queue.procrastinate_jobs",
            "queue.procrastinate_events",
            "course_crafter.cc_video_render_jobs",
        ):
            conn.execute(sa.text(f"ANALYZE {table}"))


def telling(database: Database) -> Callable[[], object]:
    """The seam of the metrics, asked once already."""
    figures = InstallationFigures()
    figures.watch(database)
    figures()
    return figures


def tell(what: str, act: Callable[[], object]) -> None:
    """Print how long it takes."""
    act()
    took = []
    for _ in range(ROUNDS):
        begun = time.perf_counter()
        act()
        took.append((time.perf_counter() - begun) * 1000)
    print(f"  {what:<30} {min(took):7.1f} ms at least, {statistics.median(took):7.1f} median, {max(took):7.1f} at most")


if __name__ == "__main__":
    main()
