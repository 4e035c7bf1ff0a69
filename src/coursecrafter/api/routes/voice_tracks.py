"""`/cc/voice-tracks`: spoken scripts; one of a script is approved."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import Connection
from starlette.responses import Response

from coursecrafter.api.call import Calling
from coursecrafter.api.routing import Routes
from coursecrafter.api.shapes.plans import VoiceTrack
from coursecrafter.authoring import voices
from coursecrafter.db.refusals import NotAllowed, NotFound, StateRefused
from coursecrafter.reading.plans import read_voice_track

routes = Routes("/cc/voice-tracks", "Scripts and voices")
MOVED = (NotFound, NotAllowed, StateRefused)


@routes.reads("/{voice_track_id}", VoiceTrack)
def read_one(call: Calling, voice_track_id: UUID) -> Response:
    """One voice track."""
    return call.read(lambda conn: read_voice_track(conn, voice_track_id), is_versioned=True)


@routes.acts("/{voice_track_id}/approve", VoiceTrack, refuses=MOVED)
def approve(call: Calling, voice_track_id: UUID) -> Response:
    """Choose a track as its script's voice; the one chosen before is not any more."""

    def work(conn: Connection) -> bytes:
        voices.approve_voice(conn, call.author, voice_track_id)
        return read_voice_track(conn, voice_track_id)

    return call.act(work)


@routes.acts("/{voice_track_id}/reject", VoiceTrack, refuses=MOVED)
def reject(call: Calling, voice_track_id: UUID) -> Response:
    """Say that a track is not to be used."""

    def work(conn: Connection) -> bytes:
        voices.reject_voice(conn, call.author, voice_track_id)
        return read_voice_track(conn, voice_track_id)

    return call.act(work)
