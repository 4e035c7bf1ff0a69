"""What leaves of a course: its tree, its files, its renders and its calls, as values (schema 2, 4, 5, 7, 10.1).

All of it is read in one moment, so that a package that takes minutes to write shows one state of the course.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import PurePosixPath
from typing import IO, Any
from uuid import UUID

from sqlalchemy import Connection, Row, text

from coursecrafter.db.tables import cc_lessons, cc_projects
from coursecrafter.domain.course import Engine, LessonContent, ModuleContent, UnitContent
from coursecrafter.domain.exported import ExportedCourse, ExportedFile
from coursecrafter.domain.names import project_slug
from coursecrafter.domain.output import AssetType
from coursecrafter.reading.answers import missing

VOICE_ROLE = "voice"
CALLS_AT_A_TIME = 500
UPLOAD_KINDS = {"image": AssetType.IMAGE, "audio": AssetType.AUDIO, "mp4": AssetType.VIDEO}
UPLOAD_TYPES = {
    "pdf": "application/pdf",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    "mp4": "video/mp4",
    "txt": "text/plain",
}

_PROJECT = text("SELECT p.* FROM course_crafter.cc_projects p WHERE p.id = :project_id AND p.deleted_at IS NULL")

_NEWEST = text("""
SELECT (SELECT max(moment) FROM (
    SELECT p.updated_at AS moment
    UNION ALL SELECT max(updated_at) FROM course_crafter.cc_learning_units WHERE project_id = p.id
    UNION ALL SELECT max(updated_at) FROM course_crafter.cc_modules WHERE project_id = p.id
    UNION ALL SELECT max(updated_at) FROM course_crafter.cc_lessons WHERE project_id = p.id
    UNION ALL SELECT max(updated_at) FROM course_crafter.cc_assets WHERE project_id = p.id
    UNION ALL SELECT max(updated_at) FROM course_crafter.cc_voice_tracks WHERE project_id = p.id
    UNION ALL SELECT max(created_at) FROM course_crafter.cc_source_files WHERE project_id = p.id
    UNION ALL SELECT max(updated_at) FROM course_crafter.cc_video_render_jobs WHERE project_id = p.id
    UNION ALL SELECT max(updated_at) FROM course_crafter.cc_book_render_jobs WHERE project_id = p.id
    UNION ALL SELECT max(updated_at) FROM course_crafter.cc_scorm_render_jobs WHERE project_id = p.id
    UNION ALL SELECT max(created_at) FROM course_crafter.cc_ai_calls WHERE project_id = p.id
  ) moments)
FROM course_crafter.cc_projects p WHERE p.id = :project_id
""")

_LESSONS = text("""
SELECT u.id AS unit_id, u.title AS unit_title, u.description AS unit_description,
  m.id AS module_id, m.title AS module_title, m.description AS module_description,
  l.id, l.code, l.title, l.objective
FROM course_crafter.cc_learning_units u
LEFT JOIN course_crafter.cc_modules m ON m.learning_unit_id = u.id AND m.deleted_at IS NULL
LEFT JOIN course_crafter.cc_lessons l ON l.module_id = m.id AND l.deleted_at IS NULL
WHERE u.project_id = :project_id AND u.deleted_at IS NULL
ORDER BY u.sequence, u.id, m.sequence, m.id, l.sequence, l.id
""")

# What is deleted with its scene or segment is not the course's; the logo of its brand is, though it is the library's.
_FILES = text("""
SELECT a.id, a.engine, a.lesson_id, a.asset_type, a.role, a.file_path, a.mime_type, a.version, a.metadata
FROM course_crafter.cc_assets a
LEFT JOIN course_crafter.cc_scenes c ON c.id = a.scene_id
LEFT JOIN course_crafter.cc_segments g ON g.id = a.segment_id
WHERE a.is_active AND a.deleted_at IS NULL AND c.deleted_at IS NULL AND g.deleted_at IS NULL
  AND (a.project_id = :project_id OR a.id IN (
    SELECT b.logo_asset_id FROM course_crafter.cc_brand_profiles b WHERE b.project_id = :project_id))
ORDER BY a.engine, a.role, c.sequence, c.id, g.sequence, g.id, a.id
""")

_VOICES = text("""
SELECT v.id, s.engine, v.lesson_id, v.file_path, v.metadata
FROM (SELECT *, jsonb_build_object('voice_profile', voice_profile, 'segment_id', segment_id) AS metadata
      FROM course_crafter.cc_voice_tracks) v
JOIN course_crafter.cc_scripts s ON s.id = v.script_id
LEFT JOIN course_crafter.cc_scenes c ON c.id = v.scene_id
LEFT JOIN course_crafter.cc_segments g ON g.id = v.segment_id
WHERE v.project_id = :project_id AND v.status = 'approved' AND c.deleted_at IS NULL AND g.deleted_at IS NULL
ORDER BY s.engine, c.sequence, c.id, g.sequence, g.id, v.id
""")

_UPLOADS = text("""
SELECT u.*, f.mime_type FROM (
  SELECT id, project_id, lesson_id, file_path, file_type, purpose FROM course_crafter.cc_source_files
  UNION ALL
  SELECT id, project_id, NULL, file_path, file_type, 'document' FROM course_crafter.cc_project_documents
) u
JOIN course_crafter.cc_projects p ON p.id = u.project_id
LEFT JOIN platform.uploaded_files f ON f.org_id = p.org_id AND f.sha256 = split_part(u.file_path, '/', 3)
LEFT JOIN course_crafter.cc_lessons l ON l.id = u.lesson_id
WHERE u.project_id = :project_id AND l.deleted_at IS NULL ORDER BY u.id
""")

_JOBS = text("""
SELECT jsonb_build_object('id', j.id, 'engine', j.engine, 'lesson_id', j.lesson_id, 'state', j.job_state,
  'requested_at', j.requested_at, 'started_at', j.started_at, 'completed_at', j.completed_at,
  'result_asset_id', j.result_asset_id, 'error_message', j.error_message, 'settings', j.metadata->'settings',
  'retry_of', j.metadata->'retry_of', 'log', coalesce(j.metadata->'log', '[]'))
FROM (
  SELECT id, engine, lesson_id, project_id, job_state, requested_at, to_jsonb(started_at) AS started_at, completed_at,
    result_asset_id, error_message, job_metadata AS metadata FROM course_crafter.cc_video_render_jobs
  UNION ALL
  SELECT id, 'e3', NULL, project_id, job_state, requested_at, metadata->'started_at', completed_at,
    result_asset_id, error_message, metadata FROM course_crafter.cc_book_render_jobs
  UNION ALL
  SELECT id, 'e4', lesson_id, project_id, job_state, requested_at, metadata->'started_at', completed_at,
    result_asset_id, error_message, metadata FROM course_crafter.cc_scorm_render_jobs
) j
WHERE j.project_id = :project_id ORDER BY j.requested_at, j.id
""")

_CALLS = text("""
SELECT jsonb_build_object('id', id, 'lesson_id', lesson_id, 'engine', engine, 'call_type', call_type,
  'provider', provider, 'model_name', model_name, 'input_tokens', input_tokens, 'output_tokens', output_tokens,
  'request_payload', request_payload, 'response_meta', response_meta, 'status', status,
  'error_message', error_message, 'created_at', created_at)::text
FROM course_crafter.cc_ai_calls WHERE project_id = :project_id ORDER BY id
""")


def read_exported(conn: Connection, project_id: UUID) -> ExportedCourse:
    """A course with every file that is active in it.

    Returns:
        Its jobs are JSON objects: id, engine, lesson_id, state, requested_at, started_at, completed_at,
        result_asset_id, error_message, settings, retry_of and log, the lines of its log.

    Raises:
        NotFound: CC-0020.
    """
    asked = {"project_id": project_id}
    course = course_of(conn, project_id)
    places = {lesson.id: place for place, lesson in enumerate(course.lessons)}
    files = [asset_of(row) for row in conn.execute(_FILES, asked)]
    files += [_voice(row) for row in conn.execute(_VOICES, asked)]
    return replace(
        course,
        modified=_written(conn.execute(_NEWEST, asked).scalar_one()),
        files=_in_course_order(files, places),
        uploads=tuple(_upload(row) for row in conn.execute(_UPLOADS, asked)),
        jobs=tuple(conn.execute(_JOBS, asked).scalars()),
    )


def course_of(conn: Connection, project_id: UUID, files: tuple[ExportedFile, ...] = ()) -> ExportedCourse:
    """A course's tree with some files, without uploads and renders.

    Raises:
        NotFound: CC-0020.
    """
    asked = {"project_id": project_id}
    project = conn.execute(_PROJECT, asked).first()
    if project is None:
        raise missing(cc_projects)
    return ExportedCourse(
        id=project_id,
        code=project_slug(project.code, project.name),
        own_code=project.code,
        name=project.name,
        description=project.description,
        language=project.default_language,
        status=project.status,
        modified=_written(project.updated_at),
        units=_units(conn.execute(_LESSONS, asked)),
        files=files,
        uploads=(),
        jobs=(),
    )


def write_calls(conn: Connection, project_id: UUID, file: IO[bytes]) -> int:
    """Write a course's calls to models into a file as a JSON list, the first one first; how many there are.

    In bounded memory: a course may have tens of thousands.
    """
    calls = conn.execute(_CALLS, {"project_id": project_id}, execution_options={"yield_per": CALLS_AT_A_TIME})
    count = 0
    for count, call in enumerate(calls.scalars(), 1):
        file.write((",\n" if count > 1 else "[\n").encode() + call.encode())
    file.write(b"\n]\n" if count else b"[]\n")
    return count


def find_project_of(conn: Connection, lesson_id: UUID) -> UUID:
    """The project of a lesson that lives.

    Raises:
        NotFound: CC-0020.
    """
    wanted = cc_lessons.select().where(cc_lessons.c.id == lesson_id, cc_lessons.c.deleted_at.is_(None))
    row = conn.execute(wanted).first()
    if row is None:
        raise missing(cc_lessons)
    project_id: UUID = row.project_id
    return project_id


def _units(rows: Iterable[Row[Any]]) -> tuple[UnitContent, ...]:
    units: dict[UUID, Row[Any]] = {}
    modules: dict[UUID, dict[UUID, Row[Any]]] = defaultdict(dict)
    lessons: dict[UUID, list[LessonContent]] = defaultdict(list)
    for row in rows:
        units.setdefault(row.unit_id, row)
        if row.module_id is not None:
            modules[row.unit_id].setdefault(row.module_id, row)
        if row.id is not None:
            lessons[row.module_id].append(LessonContent(row.id, row.code or "", row.title, row.objective, ()))
    return tuple(
        UnitContent(
            unit_id,
            unit.unit_title,
            unit.unit_description,
            tuple(
                ModuleContent(one.module_id, one.module_title, one.module_description, tuple(lessons[one.module_id]))
                for one in modules[unit_id].values()
            ),
        )
        for unit_id, unit in units.items()
    )


def _in_course_order(files: Iterable[ExportedFile], places: Mapping[UUID, int]) -> tuple[ExportedFile, ...]:
    """Files by lesson, the whole course's last; what stands in a deleted lesson is left out."""
    kept = [file for file in files if file.lesson_id is None or file.lesson_id in places]
    last = len(places)
    return tuple(sorted(kept, key=lambda file: places[file.lesson_id] if file.lesson_id else last))


def asset_of(row: Row[Any]) -> ExportedFile:
    """The file that the row of an asset names."""
    return ExportedFile(
        row.id,
        Engine(row.engine) if row.engine else None,
        row.lesson_id,
        AssetType(row.asset_type),
        row.role,
        PurePosixPath(row.file_path).name,
        row.mime_type,
        row.version,
        row.metadata,
    )


def _voice(row: Row[Any]) -> ExportedFile:
    sha256, engine = PurePosixPath(row.file_path).name, Engine(row.engine)
    return ExportedFile(
        row.id, engine, row.lesson_id, AssetType.AUDIO, VOICE_ROLE, sha256, "audio/wav", 1, row.metadata
    )


def _upload(row: Row[Any]) -> ExportedFile:
    kind = UPLOAD_KINDS.get(row.file_type, AssetType.DOCUMENT)
    mime_type = row.mime_type or UPLOAD_TYPES.get(row.file_type, "application/octet-stream")
    sha256 = PurePosixPath(row.file_path).name
    return ExportedFile(row.id, None, row.lesson_id, kind, row.purpose, sha256, mime_type, 1, {})


def _written(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
