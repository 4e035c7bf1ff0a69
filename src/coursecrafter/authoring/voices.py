"""Voice tracks of scripts (schema 5.2)."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from uuid import UUID

from sqlalchemy import Connection, select

from coursecrafter.db.tables import cc_scripts, cc_voice_tracks
from coursecrafter.domain.course import Engine
from coursecrafter.domain.output import SpokenSegment


def keep_voices(conn: Connection, engine: Engine, voice_profile: str, voices: Sequence[SpokenSegment]) -> None:
    """Keep the voice of each segment as its script's approved track; an earlier one goes back to `generated`."""
    for voice in voices:
        script = conn.execute(
            select(cc_scripts).where(cc_scripts.c.segment_id == voice.segment_id, cc_scripts.c.engine == engine.value)
        ).one()
        tracks = conn.execute(select(cc_voice_tracks).where(cc_voice_tracks.c.script_id == script.id)).all()
        path = voice.speech.sound.key
        for track in tracks:
            status = "approved" if track.file_path == path else "generated"
            if track.status != status:
                conn.execute(cc_voice_tracks.update().where(cc_voice_tracks.c.id == track.id).values(status=status))
        if not any(track.file_path == path for track in tracks):
            _add_track(conn, script.id, voice, voice_profile)


def _add_track(conn: Connection, script_id: UUID, voice: SpokenSegment, voice_profile: str) -> None:
    script = conn.execute(select(cc_scripts).where(cc_scripts.c.id == script_id)).one()
    conn.execute(
        cc_voice_tracks.insert().values(
            project_id=script.project_id,
            lesson_id=script.lesson_id,
            scene_id=script.scene_id,
            segment_id=script.segment_id,
            script_id=script.id,
            file_path=voice.speech.sound.key,
            voice_profile=voice_profile,
            duration_seconds=Decimal(voice.speech.duration_s.numerator) / Decimal(voice.speech.duration_s.denominator),
            tts_provider=voice.speech.provider,
            status="approved",
        )
    )
