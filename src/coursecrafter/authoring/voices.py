"""Voice tracks of scripts, from generated to approved or rejected (schema 5.2). One of a script is approved."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Row, select

from coursecrafter.authoring.author import Author
from coursecrafter.authoring.edits import Edit, edit
from coursecrafter.authoring.events import Event
from coursecrafter.authoring.places import scene_of_segment
from coursecrafter.authoring.plan_rows import hold_lesson_of
from coursecrafter.authoring.rows import find_row, hold_row
from coursecrafter.authoring.states import require_move
from coursecrafter.db.tables import cc_lessons, cc_scripts, cc_segments, cc_voice_tracks
from coursecrafter.domain.course import Engine
from coursecrafter.domain.output import SpokenSegment
from coursecrafter.domain.speech import Takes


@dataclass(frozen=True, slots=True)
class VoiceTrack:
    """A spoken script.

    Attributes:
        file_path: its sound, as the store names it.
        status: generated, approved or rejected.
    """

    id: UUID
    script_id: UUID
    engine: Engine
    file_path: str
    voice_profile: str
    duration_s: Fraction | None
    provider: str
    status: str


def keep_voices(
    conn: Connection,
    author: Author,
    lesson_id: UUID,
    engine: Engine,
    voice_profile: str,
    voices: Sequence[SpokenSegment],
) -> None:
    """Keep the voice of each segment as its script's approved track; an earlier one goes back to `generated`.

    A voice that the author rejected stays rejected, also where the same one was made again.

    Raises:
        NotFound: CC-0020.
        NotAllowed: CC-0021.
    """
    lesson = hold_row(conn, cc_lessons, lesson_id)
    place = {"project_id": lesson.project_id, "lesson_id": lesson_id}
    with edit(conn, author, Event.VOICES_GENERATED, **place, engine=engine.value, voice_profile=voice_profile) as act:
        calls = {}
        for voice in voices:
            track_id = _keep_voice(act, engine, voice_profile, voice)
            if track_id is not None and voice.speech.call_id is not None:
                calls[str(track_id)] = str(voice.speech.call_id)
        if calls:
            # Beside the list for the whole act: which of them spoke which track.
            act.payload["ai_call_of"] = calls


def voices_of(conn: Connection, segment_id: UUID) -> tuple[VoiceTrack, ...]:
    """All voice tracks of a segment, the newest first.

    Raises:
        NotFound: CC-0020.
    """
    find_row(conn, cc_segments, segment_id)
    rows = conn.execute(
        select(cc_voice_tracks, cc_scripts.c.engine)
        .join(cc_scripts, cc_scripts.c.id == cc_voice_tracks.c.script_id)
        .where(cc_voice_tracks.c.segment_id == segment_id)
        .order_by(cc_voice_tracks.c.id.desc())
    ).all()
    return tuple(_track(row) for row in rows)


def voice_of_lesson(conn: Connection, lesson_id: UUID, engine: Engine) -> str | None:
    """The voice profile that an engine's video of a lesson speaks with: of its newest voice in use; None: none yet."""
    tracks = cc_voice_tracks
    in_use = (
        select(tracks.c.voice_profile)
        .join(cc_scripts, cc_scripts.c.id == tracks.c.script_id)
        .where(tracks.c.lesson_id == lesson_id, tracks.c.status == "approved", cc_scripts.c.engine == engine.value)
    )
    return conn.execute(in_use.order_by(tracks.c.updated_at.desc(), tracks.c.id.desc()).limit(1)).scalar()


def takes_of_project(conn: Connection, project_id: UUID, engine: Engine) -> Mapping[UUID, Takes]:
    """What authors think of the voices of an engine's segments, by segment; only those with a rejected one."""
    tracks = cc_voice_tracks
    chosen = (
        select(tracks.c.segment_id, tracks.c.file_path, tracks.c.status)
        .join(cc_scripts, cc_scripts.c.id == tracks.c.script_id)
        .where(tracks.c.project_id == project_id, cc_scripts.c.engine == engine.value)
    )
    rejected: dict[UUID, set[str]] = {}
    for row in conn.execute(chosen.where(tracks.c.status == "rejected")):
        rejected.setdefault(row.segment_id, set()).add(row.file_path)
    if not rejected:
        return {}
    in_use = chosen.where(tracks.c.status == "approved", tracks.c.segment_id.in_(rejected))
    approved = {row.segment_id: row.file_path for row in conn.execute(in_use)}
    return {one: Takes(approved.get(one), frozenset(paths)) for one, paths in rejected.items()}


def approve_voice(conn: Connection, author: Author, track_id: UUID) -> None:
    """Choose a track as its script's voice; the one chosen before goes back to `generated`.

    Raises:
        NotFound: CC-0020.
        NotAllowed: CC-0021.
    """
    lesson, row = hold_lesson_of(conn, cc_voice_tracks, track_id)
    require_move(cc_voice_tracks, row.status, "approved")
    with edit(conn, author, Event.VOICE_APPROVED, project_id=lesson.project_id, lesson_id=lesson.id) as act:
        _choose(act, row.script_id, row.id)


def reject_voice(conn: Connection, author: Author, track_id: UUID) -> None:
    """Say that a track is not to be used.

    Raises:
        NotFound: CC-0020.
        NotAllowed: CC-0021.
    """
    lesson, row = hold_lesson_of(conn, cc_voice_tracks, track_id)
    require_move(cc_voice_tracks, row.status, "rejected")
    with edit(conn, author, Event.VOICE_REJECTED, project_id=lesson.project_id, lesson_id=lesson.id) as act:
        act.change(cc_voice_tracks, row.id, status="rejected")


def reject_voice_in_use(conn: Connection, author: Author, lesson_id: UUID, segment_id: UUID, engine: Engine) -> None:
    """Say that the voice of a segment is to be made anew; a segment that nothing speaks yet needs no such word.

    Raises:
        NotFound: CC-0020, also a segment of another lesson.
        NotAllowed: CC-0021.
        NotInVideo: CC-0040.
    """
    scene_of_segment(conn, lesson_id, segment_id, engine)
    for track in voices_of(conn, segment_id):
        if track.engine is engine and track.status == "approved":
            reject_voice(conn, author, track.id)


def _keep_voice(act: Edit, engine: Engine, voice_profile: str, voice: SpokenSegment) -> UUID | None:
    """The track that is in use now; None where its author rejected it."""
    script = act.conn.execute(
        select(cc_scripts).where(cc_scripts.c.segment_id == voice.segment_id, cc_scripts.c.engine == engine.value)
    ).one()
    path = voice.speech.sound.key
    tracks = _tracks(act.conn, script.id)
    known = next((track for track in tracks if track.file_path == path), None)
    if known is None:
        known_id = _add_track(act, script, voice, voice_profile)
    elif known.status == "rejected":
        return None
    else:
        known_id = known.id
    _choose(act, script.id, known_id)
    return known_id


def _choose(act: Edit, script_id: UUID, track_id: UUID) -> None:
    for track in _tracks(act.conn, script_id):
        if track.status == "approved" and track.id != track_id:
            act.change(cc_voice_tracks, track.id, status="generated")
    act.change(cc_voice_tracks, track_id, status="approved")


def _tracks(conn: Connection, script_id: UUID) -> Sequence[Row[Any]]:
    wanted = select(cc_voice_tracks).where(cc_voice_tracks.c.script_id == script_id)
    return conn.execute(wanted.order_by(cc_voice_tracks.c.id)).all()


def _add_track(act: Edit, script: Row[Any], voice: SpokenSegment, voice_profile: str) -> UUID:
    duration_s = voice.speech.duration_s
    return act.add(
        cc_voice_tracks,
        project_id=script.project_id,
        lesson_id=script.lesson_id,
        scene_id=script.scene_id,
        segment_id=script.segment_id,
        script_id=script.id,
        file_path=voice.speech.sound.key,
        voice_profile=voice_profile,
        duration_seconds=Decimal(duration_s.numerator) / Decimal(duration_s.denominator),
        tts_provider=voice.speech.provider,
        status="approved",
    )


def _track(row: Row[Any]) -> VoiceTrack:
    length = None if row.duration_seconds is None else Fraction(row.duration_seconds)
    return VoiceTrack(
        row.id,
        row.script_id,
        Engine(row.engine),
        row.file_path,
        row.voice_profile,
        length,
        row.tts_provider,
        row.status,
    )
