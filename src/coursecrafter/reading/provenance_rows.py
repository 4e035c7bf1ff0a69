"""What rows tell of where something comes from, in one statement: see `provenance`.

It is as long as there are kinds of things to ask about: each has its own way to its course and to its words.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Table, TextClause

from coursecrafter.db.tables import (
    cc_assets,
    cc_book_sections,
    cc_interactions,
    cc_project_documents,
    cc_quiz_questions,
    cc_scenes,
    cc_scripts,
    cc_segments,
    cc_voice_tracks,
)
from coursecrafter.reading.answers import answer, fill, many, read_one

KINDS: Mapping[str, Table] = {
    "script": cc_scripts,
    "segment": cc_segments,
    "voice_track": cc_voice_tracks,
    "asset": cc_assets,
    "interaction": cc_interactions,
    "question": cc_quiz_questions,
    "section": cc_book_sections,
    "document": cc_project_documents,
    "scene": cc_scenes,
}
"""What may be asked about, and the table that its row stands in."""

# Every subject has the same columns: `tracked` are the rows whose events are told, the first of them the one whose
# words are its own; `lessons` are those whose files count.
_SCRIPT_FACTS = """
jsonb_build_object('draft_text', s.draft_text, 'source_type', g.source_type, 'source_ref', g.source_ref,
  'link', g.youtube_url, 'engine', s.engine, 'clip', (SELECT a.metadata -> 'source_file_id'
    FROM course_crafter.cc_assets a WHERE a.segment_id = g.id AND a.role = 'segment_clip' AND a.is_active
    AND a.deleted_at IS NULL))
"""
_SPOKEN = "coalesce(s.final_text, s.draft_text)"
_SUBJECTS: Mapping[str, str] = {
    "script": """
SELECT s.id, s.project_id, s.lesson_id, s.scene_id, c.title, {spoken} AS said, {facts} AS facts,
  ARRAY[s.id] AS tracked, ARRAY[s.lesson_id] AS lessons
FROM course_crafter.cc_scripts s {lives} WHERE s.id = :id AND g.deleted_at IS NULL
""",
    "segment": """
SELECT g.id, l.project_id, g.lesson_id, g.scene_id, c.title, coalesce({spoken}, g.script_text) AS said,
  {facts} AS facts, array_remove(ARRAY[s.id, g.id], NULL) AS tracked, ARRAY[g.lesson_id] AS lessons
FROM course_crafter.cc_segments g JOIN course_crafter.cc_scenes c ON c.id = g.scene_id
JOIN course_crafter.cc_lessons l ON l.id = g.lesson_id
LEFT JOIN LATERAL (
  SELECT * FROM course_crafter.cc_scripts x WHERE x.segment_id = g.id ORDER BY x.engine LIMIT 1
) s ON true
WHERE g.id = :id AND g.deleted_at IS NULL
""",
    "voice_track": """
SELECT v.id, v.project_id, v.lesson_id, s.scene_id, c.title, {spoken} AS said,
  {facts} || jsonb_build_object('provider', v.tts_provider) AS facts,
  ARRAY[v.id, s.id] AS tracked, ARRAY[v.lesson_id] AS lessons
FROM course_crafter.cc_voice_tracks v JOIN course_crafter.cc_scripts s ON s.id = v.script_id {lives}
WHERE v.id = :id AND g.deleted_at IS NULL
""",
    "asset": """
SELECT a.id, a.project_id, a.lesson_id, a.scene_id, a.role AS title, a.metadata ->> 'prompt' AS said,
  jsonb_build_object('role', a.role, 'engine', a.engine, 'asset_type', a.asset_type, 'source_ref', g.source_ref,
    'provider', a.metadata -> 'provider', 'calls', {of_asset}) AS facts,
  ARRAY[a.id] AS tracked, array_remove(ARRAY[a.lesson_id], NULL) AS lessons
FROM course_crafter.cc_assets a JOIN course_crafter.cc_projects p ON p.id = a.project_id AND p.deleted_at IS NULL
LEFT JOIN course_crafter.cc_segments g ON g.id = a.segment_id
WHERE a.id = :id AND a.deleted_at IS NULL
""",
    "interaction": """
SELECT i.id, i.project_id, i.lesson_id, NULL::uuid AS scene_id, i.title,
  coalesce(nullif(i.description, ''), i.config #>> '{{entries,0,text}}', q.texts[1]) AS said,
  jsonb_build_object('type', i.interaction_type, 'refs',
    coalesce(jsonb_path_query_array(i.config, '$.entries[*].ref'), '[]') || coalesce(to_jsonb(q.refs), '[]')) AS facts,
  ARRAY[i.id] || q.ids AS tracked, ARRAY[i.lesson_id] AS lessons
FROM course_crafter.cc_interactions i
JOIN course_crafter.cc_lessons l ON l.id = i.lesson_id AND l.deleted_at IS NULL,
LATERAL (
  SELECT array_agg(one.id ORDER BY one.sequence) AS ids, array_agg(one.question_text ORDER BY one.sequence) AS texts,
    array_agg(one.feedback ->> 'source_ref' ORDER BY one.sequence) AS refs
  FROM course_crafter.cc_quiz_questions one WHERE one.interaction_id = i.id
) q
WHERE i.id = :id
""",
    "question": """
SELECT q.id, q.project_id, q.lesson_id, NULL::uuid AS scene_id, NULL AS title, q.question_text AS said,
  jsonb_build_object('type', 'quiz', 'refs', jsonb_build_array(q.feedback -> 'source_ref')) AS facts,
  ARRAY[q.id] AS tracked, ARRAY[q.lesson_id] AS lessons
FROM course_crafter.cc_quiz_questions q
JOIN course_crafter.cc_lessons l ON l.id = q.lesson_id AND l.deleted_at IS NULL
WHERE q.id = :id
""",
    "section": """
SELECT s.id, b.project_id, CASE WHEN s.mapping_type = 'lesson' THEN s.mapping_id END AS lesson_id,
  NULL::uuid AS scene_id, s.title, s.content_markdown AS said,
  jsonb_build_object('mapping', s.mapping_type, 'refs', array_remove(ARRAY[s.mapping_id], NULL)) AS facts,
  ARRAY[s.id] AS tracked, m.lessons
FROM course_crafter.cc_book_sections s JOIN course_crafter.cc_book_structures b ON b.id = s.book_id
JOIN course_crafter.cc_projects p ON p.id = b.project_id AND p.deleted_at IS NULL,
LATERAL (
  SELECT coalesce(array_agg(l.id ORDER BY d.sequence, l.sequence, l.id), '{{}}') AS lessons
  FROM course_crafter.cc_lessons l JOIN course_crafter.cc_modules d ON d.id = l.module_id
  WHERE l.deleted_at IS NULL AND l.project_id = b.project_id AND s.mapping_id = CASE s.mapping_type
    WHEN 'lesson' THEN l.id WHEN 'module' THEN d.id WHEN 'learning_unit' THEN d.learning_unit_id END
) m
WHERE s.id = :id
""",
    "document": """
SELECT d.id, d.project_id, NULL::uuid AS lesson_id, NULL::uuid AS scene_id, d.title, d.parsed_summary AS said,
  jsonb_build_object('summary', coalesce(d.parsed_summary, '')) AS facts,
  ARRAY[d.id] AS tracked, '{{}}'::uuid[] AS lessons
FROM course_crafter.cc_project_documents d
JOIN course_crafter.cc_projects p ON p.id = d.project_id AND p.deleted_at IS NULL
WHERE d.id = :id
""",
    "scene": """
SELECT c.id, l.project_id, c.lesson_id, c.id AS scene_id, c.title, c.description AS said, '{{}}'::jsonb AS facts,
  ARRAY[c.id] AS tracked, ARRAY[c.lesson_id] AS lessons
FROM course_crafter.cc_scenes c JOIN course_crafter.cc_lessons l ON l.id = c.lesson_id
WHERE c.id = :id AND c.deleted_at IS NULL
""",
}
_LIVES = """
JOIN course_crafter.cc_scenes c ON c.id = s.scene_id AND c.deleted_at IS NULL
LEFT JOIN course_crafter.cc_segments g ON g.id = s.segment_id
"""
# Metadata may come from a worker of somebody else's: whatever is no list counts as none.
_OF_ASSET = """
CASE WHEN jsonb_typeof(a.metadata -> 'ai_call_ids') = 'array' THEN a.metadata -> 'ai_call_ids' ELSE '[]' END
  || coalesce(a.metadata -> 'ai_call_id', '[]')
"""

_FAMILY = "SELECT unnest(tracked)::text AS id FROM subject"
# A script that an author split off another one has words that were written for that one.
_SPLIT_FAMILY = (
    _FAMILY
    + """
UNION
SELECT other.change ->> 'id'
FROM family, subject, course_crafter.cc_activity_log e, jsonb_array_elements(e.event_payload -> 'changes') made,
  jsonb_array_elements(e.event_payload -> 'changes') other(change)
WHERE e.project_id = subject.project_id
  AND e.event_type IN ('segment_split', 'engine1_plan_changed', 'engine2_outline_changed')
  AND e.event_payload @> jsonb_build_object('changes',
    jsonb_build_array(jsonb_build_object('id', family.id, 'before', NULL)))
  AND made ->> 'id' = family.id AND made -> 'before' = 'null' AND other.change ->> 'table' = 'cc_scripts'
  AND strpos(coalesce(other.change #>> '{{before,final_text}}', other.change #>> '{{before,draft_text}}'),
    coalesce(made #>> '{{after,final_text}}', made #>> '{{after,draft_text}}')) > 0
"""
)
# Which events are looked into is found out without taking each apart: of 5,000 that costs a fifth of the time.
_EVENTS = """
SELECT e.id, e.event_type, e.created_at, e.user_id, coalesce(e.event_payload -> 'ai_call_ids', '[]') AS ai_call_ids,
  coalesce(e.event_payload -> 'ai_call_of', '{{}}') AS ai_call_of, e.event_payload ->> 'role' AS role,
  e.event_payload ->> 'name' AS name, (
    SELECT coalesce(jsonb_agg(one.change ORDER BY one.place), '[]')
    FROM jsonb_array_elements(e.event_payload -> 'changes') WITH ORDINALITY one(change, place)
    WHERE one.change ->> 'id' IN (SELECT id FROM family)
  ) AS changes
FROM subject, course_crafter.cc_activity_log e
WHERE e.project_id = subject.project_id AND (
  e.event_payload @> ANY (CAST((SELECT wanted FROM told) AS jsonb[]))
  OR e.event_type = 'project_copied' OR (e.event_type = 'lesson_copied' AND e.lesson_id = subject.lesson_id)
)
"""
_CALL = """
c.id, c.created_at, c.call_type, c.request_payload ->> 'task' AS task, c.provider, c.model_name AS model,
c.request_payload ->> 'template' AS template, c.status, c.response_meta -> 'cost_usd' AS cost_usd,
c.request_payload ->> 'instead_of' AS instead_of, c.request_payload ->> 'language' AS language,
c.request_payload ->> 'voice' AS voice, c.request_payload ->> 'context' AS context, c.lesson_id,
c.request_payload -> 'sources' AS sources, c.response_meta ->> 'first_call' AS first_call
"""
# What was found in a file has a slot that its id names; the newest version of it is the one in use.
_PARSE = """
(SELECT a.file_path FROM course_crafter.cc_assets a WHERE a.project_id = one.project_id AND a.is_active
  AND a.role = '{role}_' || one.id AND a.deleted_at IS NULL ORDER BY a.version DESC LIMIT 1) AS parse
"""
_NAMED = """
(SELECT n.name FROM named n WHERE n.id = one.id::text LIMIT 1) AS name
"""
_VERSIONS = """
SELECT a.lesson_id, a.created_at, a.is_active, a.file_path FROM course_crafter.cc_assets a
WHERE a.project_id = subject.project_id AND a.role = '{role}' AND a.scene_id IS NULL AND a.segment_id IS NULL
  AND (a.lesson_id = ANY (subject.lessons) OR a.lesson_id IS NULL) AND a.deleted_at IS NULL
"""

_ALL = """
WITH RECURSIVE subject AS MATERIALIZED ({subject}),
family AS ({family}),
told AS MATERIALIZED (
  SELECT array_agg(jsonb_build_object('changes', jsonb_build_array(jsonb_build_object('id', id)))) AS wanted FROM family
),
events AS MATERIALIZED ({events}),
called AS MATERIALIZED (
  SELECT jsonb_array_elements_text(ai_call_ids) AS id FROM events
  UNION SELECT one.value FROM events, jsonb_each_text(ai_call_of) one
  UNION SELECT jsonb_array_elements_text(coalesce(facts -> 'calls', '[]')) FROM subject
),
named AS MATERIALIZED (
  SELECT change ->> 'id' AS id, e.event_payload ->> 'name' AS name
  FROM subject, course_crafter.cc_activity_log e, jsonb_array_elements(e.event_payload -> 'changes') change
  WHERE e.project_id = subject.project_id AND e.event_type IN ('source_uploaded', 'document_uploaded')
)
SELECT subject.id, subject.project_id, subject.lesson_id, subject.scene_id, subject.title, subject.said,
  subject.facts, subject.tracked, subject.lessons, {told} AS events, {calls} AS calls, {people} AS people,
  {decks} AS decks, {outlines} AS outlines, {cuts} AS cuts, {files} AS files, {documents} AS documents,
  {segments} AS segments
FROM subject
"""


def _statement(kind: str, subject: str) -> TextClause:
    own = fill(subject, spoken=_SPOKEN, facts=_SCRIPT_FACTS, lives=_LIVES, of_asset=_OF_ASSET)
    return answer(
        _ALL,
        subject=own,
        family=fill(_SPLIT_FAMILY if kind in {"script", "segment"} else _FAMILY),
        events=fill(_EVENTS),
        told=many("SELECT * FROM events ORDER BY id"),
        calls=many(
            """
SELECT {call} FROM course_crafter.cc_ai_calls c WHERE c.project_id = subject.project_id AND
  (c.id::text IN (SELECT id FROM called) OR c.response_meta ->> 'first_call' IN (SELECT id FROM called)
    OR c.id::text IN (SELECT x.response_meta ->> 'first_call' FROM course_crafter.cc_ai_calls x
      WHERE x.project_id = subject.project_id AND x.id::text IN (SELECT id FROM called)))
ORDER BY c.id
""",
            call=_CALL,
        ),
        people=many(
            """
SELECT one.user_id AS id, one.name FROM platform.project_people(subject.project_id) one
WHERE one.user_id IN (SELECT user_id FROM events)
"""
        ),
        decks=many(_VERSIONS + " AND a.engine IS NULL ORDER BY a.version", role="source_parse"),
        outlines=many(_VERSIONS + " ORDER BY a.is_active DESC, a.version DESC", role="script_outline"),
        cuts=many(_VERSIONS + " AND a.is_active", role="film_cut"),
        files=many(
            """
SELECT one.id, one.lesson_id, one.file_type, one.created_at, one.checksum, {named}, {parse}
FROM course_crafter.cc_source_files one WHERE one.project_id = subject.project_id
  AND (one.lesson_id = ANY (subject.lessons) OR one.lesson_id IS NULL) ORDER BY one.id
""",
            named=_NAMED,
            parse=fill(_PARSE, role="source_parse"),
        ),
        documents=many(
            """
SELECT one.id, one.title, one.file_type, {named}, {parse}
FROM course_crafter.cc_project_documents one WHERE one.project_id = subject.project_id ORDER BY one.id
""",
            named=_NAMED,
            parse=fill(_PARSE, role="document_parse"),
        ),
        segments=many(
            """
SELECT g.id, c.id AS scene_id, c.lesson_id, g.source_type, g.source_ref,
  EXISTS (SELECT 1 FROM course_crafter.cc_scripts s WHERE s.segment_id = g.id AND s.engine = 'e1') AS is_in_first
FROM course_crafter.cc_scenes c JOIN course_crafter.cc_segments g ON g.scene_id = c.id AND g.deleted_at IS NULL
WHERE c.lesson_id = ANY (subject.lessons) AND c.deleted_at IS NULL
ORDER BY array_position(subject.lessons, c.lesson_id), c.sequence, c.id, g.sequence, g.id
"""
        ),
    )


_STATEMENTS = {kind: _statement(kind, subject) for kind, subject in _SUBJECTS.items()}


def read_rows(conn: Connection, kind: str, subject_id: UUID) -> dict[str, Any]:
    """What rows tell of a subject, its events, its calls and the files of its course, as JSON gives it.

    Raises:
        NotFound: CC-0020.
    """
    found: dict[str, Any] = json.loads(read_one(conn, _STATEMENTS[kind], {"id": subject_id}, KINDS[kind]))
    return found
