"""Fill a migrated database with courses of several organisations, as its administrator, all constraints on.

A course has 2 units of 2 modules with 2, 4 or 6 lessons each; a lesson has 3 scenes of 7 segments. Each segment has a
script and a picture, every tenth picture has a version before it. Lessons are written in random order of courses, as
authors do, and what lies below follows them: rows of one course lie apart, ids and `created_at` ascend together.
"""

from __future__ import annotations

import math
from concurrent.futures import ThreadPoolExecutor
from typing import LiteralString
from uuid import UUID

import psycopg
from psycopg import sql

SEGMENTS_OF_A_COURSE = 336
"""On average: 2 units x 2 modules x 4 lessons x 3 scenes x 7 segments."""
WRITERS = 2
ORGANISATIONS = 8
SIZES = {"narrow": 5, "middle": 50, "wide": 2000}
"""Users, and to how many projects each has access."""

PEOPLE: tuple[LiteralString, ...] = (
    """
INSERT INTO platform.organisations (name, slug)
SELECT 'Organisation ' || n, 'organisation-' || n FROM generate_series(1, %(organisations)s::int) n
""",
    """
INSERT INTO platform.users (email, name)
SELECT 'colleague-' || n || '@courses.example', 'Colleague ' || n FROM generate_series(1, 200) n
""",
    """
INSERT INTO platform.memberships (org_id, user_id, role)
SELECT o.id, u.id, 'member' FROM platform.organisations o, platform.users u
WHERE o.slug = 'organisation-' || (1 + right(u.id::text, 1)::bit(4)::int %% %(organisations)s)
""".replace("right(u.id::text, 1)::bit(4)::int", "get_byte(uuid_send(u.id), 15)"),
    # Four of five projects belong to the first organisation, the only one whose projects suffice for the wide user.
    """
INSERT INTO course_crafter.cc_projects (org_id, name, code, description, status, created_at, updated_at)
SELECT o.id, 'Course ' || md5(n::text), 'C-' || n, 'What everybody on the site must know. ' || repeat('More. ', 20),
       (ARRAY['draft', 'in_progress'])[1 + n %% 2], now() - n * interval '3 hours',
       now() - random() * n * interval '3 hours'
FROM generate_series(1, %(projects)s::int) n
JOIN platform.organisations o
  ON o.slug = 'organisation-' || CASE WHEN n %% 5 > 0 THEN 1 ELSE 2 + n / 5 %% (%(organisations)s - 1) END
""",
    # Colleagues see some twenty projects each, so that the access table is not the measured users' alone.
    """
INSERT INTO platform.project_access (user_id, project_id, org_id, role)
SELECT m.user_id, p.id, p.org_id, (ARRAY['owner', 'editor', 'reviewer', 'viewer'])[1 + (random() * 3)::int]
FROM platform.memberships m JOIN course_crafter.cc_projects p ON p.org_id = m.org_id
WHERE random() * (SELECT count(*) FROM course_crafter.cc_projects o WHERE o.org_id = m.org_id) < 20
""",
)
USER: tuple[LiteralString, ...] = (
    "INSERT INTO platform.users (email, name) VALUES (%(name)s || '@courses.example', %(name)s)",
    """
INSERT INTO platform.memberships (org_id, user_id, role)
SELECT o.id, u.id, 'member' FROM platform.organisations o, platform.users u
WHERE o.slug = 'organisation-1' AND u.email = %(name)s || '@courses.example'
""",
    """
INSERT INTO platform.project_access (user_id, project_id, org_id, role)
SELECT m.user_id, p.id, p.org_id, 'editor'
FROM platform.users u JOIN platform.memberships m ON m.user_id = u.id
JOIN course_crafter.cc_projects p ON p.org_id = m.org_id
WHERE u.email = %(name)s || '@courses.example' ORDER BY random() LIMIT %(projects)s
""",
)

_MINE: LiteralString = "get_byte(uuid_send(l.project_id), 15) %% %(writers)s = %(writer)s"
COURSES: tuple[LiteralString, ...] = (
    """
INSERT INTO course_crafter.cc_learning_units (project_id, title, description, sequence)
SELECT l.id, 'Unit ' || n, 'What this unit is about.', n
FROM course_crafter.cc_projects l, generate_series(1, 2) n
WHERE get_byte(uuid_send(l.id), 15) %% %(writers)s = %(writer)s
""",
    """
INSERT INTO course_crafter.cc_modules (project_id, learning_unit_id, title, sequence)
SELECT l.project_id, l.id, 'Module ' || n, n
FROM course_crafter.cc_learning_units l, generate_series(1, 2) n
WHERE {mine}
""",
    """
INSERT INTO course_crafter.cc_lessons
  (project_id, learning_unit_id, module_id, title, objective, status, sequence, created_at)
SELECT project_id, learning_unit_id, id, 'Lesson ' || n || ' on ' || (ARRAY['doors', 'ladders', 'chemicals', 'noise',
       'screens', 'forklifts', 'first aid', 'passwords'])[1 + (random() * 7)::int] || ' '
       || left(md5(random()::text), 6),
       'Know what to do, and whom to ask.', 'in_design', n,
       now() - interval '365 days' * (1 - row_number() OVER (ORDER BY place) / total::float)
FROM (SELECT l.*, n, random() AS place, count(*) OVER () AS total
      FROM course_crafter.cc_modules l JOIN course_crafter.cc_projects p ON p.id = l.project_id
      CROSS JOIN LATERAL generate_series(1, 2 + 2 * (substr(p.code, 3)::int %% 3)) n
      WHERE {mine}) AS lessons
ORDER BY place
""",
    """
INSERT INTO course_crafter.cc_scenes (lesson_id, title, sequence, created_at)
SELECT l.id, 'Scene ' || n, n, l.created_at
FROM course_crafter.cc_lessons l, generate_series(1, 3) n
WHERE {mine} ORDER BY l.id, n
""",
    """
INSERT INTO course_crafter.cc_segments
  (scene_id, lesson_id, source_type, source_ref, sequence, script_text, on_screen_duration, gap_after, created_at)
SELECT s.id, l.id, 'ppt_slide', n::text AS slide, n,
       'A fire door keeps smoke out of the stairs for as long as it is shut, so nobody may wedge it open.', 6.5, 0.7,
       l.created_at
FROM course_crafter.cc_lessons l JOIN course_crafter.cc_scenes s ON s.lesson_id = l.id, generate_series(1, 7) n
WHERE {mine} ORDER BY s.id, n
""",
    """
INSERT INTO course_crafter.cc_scripts
  (project_id, lesson_id, scene_id, segment_id, engine, draft_text, final_text, status, created_at)
SELECT l.project_id, l.id, s.scene_id, s.id, 'e1', 'A fire door keeps smoke out.', s.script_text, 'approved',
       s.created_at
FROM course_crafter.cc_lessons l JOIN course_crafter.cc_segments s ON s.lesson_id = l.id
WHERE {mine} ORDER BY s.id
""",
    """
INSERT INTO course_crafter.cc_assets (project_id, lesson_id, scene_id, segment_id, engine, asset_type, role, file_path,
  mime_type, metadata, version, is_active, created_at)
SELECT l.project_id, l.id, s.scene_id, s.id, 'e1', 'image', 'slide_image', 'sha256/' || s.id || version, 'image/png',
       '{"width": 1920, "height": 1080}', version, version = latest, s.created_at
FROM course_crafter.cc_lessons l JOIN course_crafter.cc_segments s ON s.lesson_id = l.id
CROSS JOIN LATERAL (SELECT 1 + (get_byte(uuid_send(s.id), 14) < 26)::int AS latest) v
CROSS JOIN LATERAL generate_series(1, latest) AS version
WHERE {mine} ORDER BY s.id, version
""",
    """
INSERT INTO course_crafter.cc_video_render_jobs
  (project_id, lesson_id, engine, version_label, requested_at, created_at)
SELECT l.project_id, l.id, engine, 'v1', l.created_at, l.created_at
FROM course_crafter.cc_lessons l, unnest(ARRAY['e1', 'e2']) AS engine
WHERE {mine} ORDER BY l.id, engine
""",
    # One job in a hundred waits and one is under way; a job moves from state to state as it would.
    """
UPDATE course_crafter.cc_video_render_jobs AS l SET job_state = 'in_progress', started_at = requested_at
WHERE {mine} AND get_byte(uuid_send(id), 14) >= 3
""",
    """
UPDATE course_crafter.cc_video_render_jobs AS l
SET job_state = CASE WHEN get_byte(uuid_send(id), 14) < 25 THEN 'failed' ELSE 'succeeded' END,
    completed_at = requested_at
WHERE {mine} AND get_byte(uuid_send(id), 14) >= 6
""",
    """
INSERT INTO course_crafter.cc_activity_log (org_id, project_id, lesson_id, event_type, event_payload, created_at)
SELECT p.org_id, p.id, l.id, (ARRAY['segment_edited', 'render_started', 'engine1_plan_approved'])[1 + n %% 3],
       '{"field": "script_text"}', l.created_at + n * interval '1 minute'
FROM course_crafter.cc_lessons l JOIN course_crafter.cc_projects p ON p.id = l.project_id, generate_series(1, 5) n
WHERE {mine} ORDER BY l.id, n
""",
)


def fill(admin: str, rows: int) -> None:
    """Write at least that many segments and assets, half of them segments; vacuum and analyse.

    Args:
        admin: how to connect as `cc_admin`.
    """
    projects = max(10, math.ceil(rows / 2 / SEGMENTS_OF_A_COURSE))
    with psycopg.connect(admin) as connection:
        connection.execute("SELECT setseed(0.5)")
        for statement in PEOPLE:
            connection.execute(statement, {"organisations": ORGANISATIONS, "projects": projects})
        for name, size in SIZES.items():
            for statement in USER:
                connection.execute(statement, {"name": name, "projects": size})
    with psycopg.connect(admin, autocommit=True) as connection:
        # The planner must know the parents' number before it joins them, as it would in a database that grew.
        connection.execute("ANALYZE")
    with ThreadPoolExecutor(WRITERS) as pool:
        list(pool.map(lambda writer: _write_courses(admin, writer), range(WRITERS)))
    with psycopg.connect(admin, autocommit=True) as connection:
        connection.execute("VACUUM (ANALYZE)")


def _write_courses(admin: str, writer: int) -> None:
    """The courses of one writer: each statement commits, and its table is analysed for the next."""
    with psycopg.connect(admin, autocommit=True) as connection:
        connection.execute("SELECT setseed(0.5)")
        for statement in COURSES:
            connection.execute(statement.replace("{mine}", _MINE), {"writers": WRITERS, "writer": writer})
            connection.execute("ANALYZE course_crafter." + statement.split("course_crafter.", 1)[1].split()[0])


def count_rows(admin: str) -> dict[str, int]:
    """How many rows each filled table has."""
    tables = ("cc_projects", "cc_lessons", "cc_segments", "cc_scripts", "cc_assets", "cc_video_render_jobs")
    with psycopg.connect(admin) as connection:
        counts = {}
        for table in (*tables, "cc_activity_log"):
            name = sql.Identifier("course_crafter", table)
            counts[table] = connection.execute(sql.SQL("SELECT count(*) FROM {}").format(name)).fetchone()
    return {table: found[0] for table, found in counts.items() if found}


def find_users(admin: str) -> dict[str, tuple[UUID, UUID, int]]:
    """The measured users: organisation, id, number of projects."""
    users = {}
    with psycopg.connect(admin) as connection:
        for name in SIZES:
            users[name] = connection.execute(
                "SELECT a.org_id, a.user_id, count(*) FROM platform.users u JOIN platform.project_access a"
                " ON a.user_id = u.id WHERE u.email = %s || '@courses.example' GROUP BY 1, 2",
                [name],
            ).fetchone()
    return {name: (found[0], found[1], found[2]) for name, found in users.items() if found}
