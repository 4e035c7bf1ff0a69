"""A lesson's plan: scenes, segments, scripts and voices (schema 2.5, 2.6, 5).

One plan per lesson; a segment is in an engine's video when it has a script of that engine (product, domain model).
"""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import Connection

from coursecrafter.db.tables import cc_lessons, cc_scenes, cc_scripts, cc_segments, cc_voice_tracks
from coursecrafter.domain.course import Engine
from coursecrafter.reading.answers import answer, columns, fill, many, one, read_one

_VOICES = fill(
    "SELECT {columns}, s.engine FROM course_crafter.cc_voice_tracks v", columns=columns(cc_voice_tracks, "v")
)

_SCRIPT = fill(
    "SELECT {columns}, coalesce(s.final_text, s.draft_text, '') AS text, {voices} AS voice_tracks",
    columns=columns(cc_scripts, "s"),
    voices=many("{voices} WHERE v.script_id = s.id ORDER BY v.id DESC", voices=_VOICES),
)

# The thumbnail is the picture of the slide; of the versions that a segment has, one is active.
_SEGMENT = fill(
    """
SELECT {columns},
  (SELECT a.id FROM course_crafter.cc_assets a WHERE a.segment_id = g.id AND a.role = 'slide_picture'
    AND a.is_active AND a.deleted_at IS NULL) AS picture_asset_id,
  (SELECT jsonb_build_object('asset_id', a.id, 'name', coalesce(a.metadata ->> 'original_name', ''),
      'mime_type', a.mime_type, 'place', a.metadata -> 'box')
    FROM course_crafter.cc_assets a WHERE a.segment_id = g.id AND a.role = 'segment_clip'
    AND a.is_active AND a.deleted_at IS NULL) AS clip
""",
    columns=columns(cc_segments, "g"),
)

_SEGMENT_WITH_SCRIPTS = fill(
    "{segment}, {scripts} AS scripts FROM course_crafter.cc_segments g",
    segment=_SEGMENT,
    scripts=many(
        "{script} FROM course_crafter.cc_scripts s WHERE s.segment_id = g.id ORDER BY s.engine, s.id", script=_SCRIPT
    ),
)

# What an author said goes before what was found in the film; without either it is said that it was not found.
_FILM = one(
    """
SELECT m.state, CAST(m.times ->> 0 AS float) AS appears_at_s, CAST(m.times ->> 1 AS float) AS stands_at_s,
  CAST(m.times ->> 2 AS float) AS ends_at_s
FROM course_crafter.cc_assets a CROSS JOIN LATERAL (
  SELECT 1 AS place, 'by_hand' AS state, a.metadata -> 'by_hand' -> CAST(g.id AS text) AS times
  UNION ALL SELECT 2, 'found', a.metadata -> 'stretches' -> g.source_ref
  UNION ALL SELECT 3, 'not_found', NULL
) m
WHERE a.lesson_id = g.lesson_id AND a.role = 'film_cut' AND a.is_active AND a.deleted_at IS NULL
  AND (m.times IS NOT NULL OR (m.place = 3 AND g.source_ref IS NOT NULL AND g.source_type <> 'other_video'))
ORDER BY m.place LIMIT 1
"""
)

# An engine's own segments are those for which no engine before it has a script.
_PLAN = answer(
    """
SELECT l.id AS lesson_id, l.project_id, l.title, l.status, CAST(:engine AS text) AS engine, l.updated_at,
  {scenes} AS scenes
FROM course_crafter.cc_lessons l WHERE l.id = :lesson_id AND l.deleted_at IS NULL
""",
    scenes=many(
        """
SELECT {columns}, {segments} AS segments FROM course_crafter.cc_scenes c
WHERE c.lesson_id = l.id AND c.deleted_at IS NULL ORDER BY c.sequence, c.id
""",
        columns=columns(cc_scenes, "c"),
        segments=many(
            """
{segment},
  NOT EXISTS (SELECT 1 FROM course_crafter.cc_scripts o WHERE o.segment_id = g.id AND o.engine < :engine) AS is_own,
  {film} AS film, {script} AS script
FROM course_crafter.cc_segments g JOIN course_crafter.cc_scripts x ON x.segment_id = g.id AND x.engine = :engine
WHERE g.scene_id = c.id AND g.deleted_at IS NULL ORDER BY g.sequence, g.id
""",
            segment=_SEGMENT,
            film=_FILM,
            script=one("{script} FROM course_crafter.cc_scripts s WHERE s.id = x.id", script=_SCRIPT),
        ),
    ),
)

_SCENE = answer(
    """
SELECT {columns}, {segments} AS segments FROM course_crafter.cc_scenes c
WHERE c.id = :scene_id AND c.deleted_at IS NULL
""",
    columns=columns(cc_scenes, "c"),
    segments=many(
        "{segment} WHERE g.scene_id = c.id AND g.deleted_at IS NULL ORDER BY g.sequence, g.id",
        segment=_SEGMENT_WITH_SCRIPTS,
    ),
)

_ONE_SEGMENT = answer("{segment} WHERE g.id = :segment_id AND g.deleted_at IS NULL", segment=_SEGMENT_WITH_SCRIPTS)

# Scripts and voices have no mark of deletion: they are hidden with what they stand in.
_LIVES = """
  JOIN course_crafter.cc_scenes c ON c.id = s.scene_id AND c.deleted_at IS NULL
  LEFT JOIN course_crafter.cc_segments g ON g.id = s.segment_id
"""

_ONE_SCRIPT = answer(
    "{script} FROM course_crafter.cc_scripts s {lives} WHERE s.id = :script_id AND g.deleted_at IS NULL",
    script=_SCRIPT,
    lives=_LIVES,
)

_ONE_VOICE = answer(
    """
{voices} JOIN course_crafter.cc_scripts s ON s.id = v.script_id {lives}
WHERE v.id = :voice_track_id AND g.deleted_at IS NULL
""",
    voices=_VOICES,
    lives=_LIVES,
)

_VOICES_OF_SEGMENT = answer(
    """
SELECT g.id AS segment_id, {voices} AS voice_tracks
FROM course_crafter.cc_segments g WHERE g.id = :segment_id AND g.deleted_at IS NULL
""",
    voices=many(
        """
{voices} JOIN course_crafter.cc_scripts s ON s.id = v.script_id WHERE v.segment_id = g.id ORDER BY v.id DESC
""",
        voices=_VOICES,
    ),
)


def read_plan(conn: Connection, lesson_id: UUID, engine: Engine) -> bytes:
    """The plan of an engine's video in playing order; a scene without a segment in it is shown empty.

    Raises:
        NotFound: CC-0020.
    """
    return read_one(conn, _PLAN, {"lesson_id": lesson_id, "engine": engine.value}, cc_lessons)


def read_scene(conn: Connection, scene_id: UUID) -> bytes:
    """A scene with its segments and their scripts, of all engines.

    Raises:
        NotFound: CC-0020.
    """
    return read_one(conn, _SCENE, {"scene_id": scene_id}, cc_scenes)


def read_segment(conn: Connection, segment_id: UUID) -> bytes:
    """A segment with its scripts, of all engines.

    Raises:
        NotFound: CC-0020.
    """
    return read_one(conn, _ONE_SEGMENT, {"segment_id": segment_id}, cc_segments)


def read_script(conn: Connection, script_id: UUID) -> bytes:
    """A script with its voice tracks.

    Raises:
        NotFound: CC-0020, also where its scene or segment is deleted.
    """
    return read_one(conn, _ONE_SCRIPT, {"script_id": script_id}, cc_scripts)


def read_voice_tracks(conn: Connection, segment_id: UUID) -> bytes:
    """All voice tracks of a segment, the newest first.

    Raises:
        NotFound: CC-0020.
    """
    return read_one(conn, _VOICES_OF_SEGMENT, {"segment_id": segment_id}, cc_segments)


def read_voice_track(conn: Connection, voice_track_id: UUID) -> bytes:
    """One voice track.

    Raises:
        NotFound: CC-0020, also where its scene or segment is deleted.
    """
    return read_one(conn, _ONE_VOICE, {"voice_track_id": voice_track_id}, cc_voice_tracks)
