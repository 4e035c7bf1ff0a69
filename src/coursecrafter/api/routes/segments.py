"""`/cc/segments`: the units of rendering, each of the engine that made it."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from pydantic import Field
from sqlalchemy import Connection
from starlette.responses import Response

from coursecrafter.api.call import Calling
from coursecrafter.api.confined import within
from coursecrafter.api.examples import ONE, OTHER, example
from coursecrafter.api.fields import Body, Ids, Line, Position, Prose, Seconds
from coursecrafter.api.routing import Routes, given
from coursecrafter.api.shapes.base import VideoEngine
from coursecrafter.api.shapes.plans import Scene, Segment, SegmentParts, VoiceTracks
from coursecrafter.authoring import segments
from coursecrafter.authoring.deletion import ParentDeleted
from coursecrafter.authoring.ordering import PlaceRefused
from coursecrafter.authoring.plan_rows import NotInVideo
from coursecrafter.authoring.scene_clips import NotAClip
from coursecrafter.authoring.segment_edits import NotNeighbours
from coursecrafter.authoring.texts import NoSplitHere
from coursecrafter.authoring.youtube import NotYouTube, NoYouTubeHere
from coursecrafter.db.confining import Part
from coursecrafter.db.refusals import NotAllowed, NotFound, ValueRefused
from coursecrafter.domain.clip import ClipBox
from coursecrafter.domain.course import Engine
from coursecrafter.reading.plans import read_scene, read_segment, read_voice_tracks

routes = Routes("/cc/segments", "Scenes and segments")
OWN = (NotFound, NotAllowed, NotInVideo)
PLACED = (*OWN, PlaceRefused)

Share = Annotated[float, Field(strict=True, ge=0, le=1, allow_inf_nan=False)]


class NewSegment(Body):
    """A spoken segment of an engine's video; without a place, it stands behind the engine's own of the scene."""

    scene_id: UUID
    engine: VideoEngine
    text: Prose
    duration_s: Seconds | None = None
    gap_s: Seconds = 0
    sequence: Position | None = None

    model_config = example(scene_id=ONE, engine="e2", text="Keep the door shut.", gap_s=0.5)


class NewYoutubeSegment(Body):
    """A YouTube video that is shown whole: a card with an intro line in a film, an embed in a module."""

    scene_id: UUID
    engine: VideoEngine
    youtube_url: Line
    intro: Prose = ""
    sequence: Position | None = None

    model_config = example(scene_id=ONE, engine="e1", youtube_url="https://www.youtube.com/watch?v=dQw4w9WgXcQ")


class ClipPlace(Body):
    """Where a film plays on its slide, as fractions of the picture's width and height from the top left."""

    left: Share
    top: Share
    width: Share
    height: Share

    model_config = example(left=0.5, top=0.25, width=0.4, height=0.5)


class NewClipSegment(Body):
    """An uploaded film that plays in place with its own sound; without a place, it fills the frame."""

    scene_id: UUID
    source_id: UUID
    intro: Prose = ""
    place: ClipPlace | None = None
    sequence: Position | None = None

    model_config = example(
        scene_id=ONE,
        source_id=OTHER,
        intro="Watch how it shuts.",
        place={"left": 0.5, "top": 0.25, "width": 0.4, "height": 0.5},
    )


class SegmentChanges(Body):
    """What should be otherwise; what is left out stays. Without a duration, it stays as long as its voice."""

    text: Prose = Field(default_factory=str)
    duration_s: Seconds | None = None
    gap_s: Seconds = Field(default_factory=float)

    model_config = example(text="Keep every fire door shut.", duration_s=6.5)


class SegmentPlace(Body):
    """Where a segment should stand among its engine's own of a scene of its lesson; without a place, at the end."""

    scene_id: UUID
    sequence: Position | None = None

    model_config = example(scene_id=OTHER, sequence=1)


class SegmentOrder(Body):
    """All of an engine's own segments of a scene, in order."""

    scene_id: UUID
    engine: VideoEngine
    segment_ids: Ids

    model_config = example(scene_id=ONE, engine="e1", segment_ids=[OTHER, ONE])


class SplitPlace(Body):
    """Where a segment parts: how many signs of its text stand before."""

    position: Annotated[int, Field(strict=True, ge=0, le=1_000_000)]

    model_config = example(position=20)


class Neighbours(Body):
    """Segments that follow each other in one scene, in order."""

    segment_ids: Ids

    model_config = example(segment_ids=[ONE, OTHER])


@routes.acts("/create", Segment, status=201, refuses=(*PLACED, ValueRefused))
def create(call: Calling, body: NewSegment) -> Response:
    """Add a spoken segment to an engine's video."""

    def work(conn: Connection) -> bytes:
        made = segments.create_segment(
            conn,
            call.author,
            body.scene_id,
            Engine(body.engine),
            text=body.text,
            duration_s=body.duration_s,
            gap_s=body.gap_s,
            position=body.sequence,
        )
        return read_segment(conn, made)

    return call.act(within(Part.SCENE, body.scene_id, work), status=201)


@routes.acts("/create-youtube", Segment, status=201, refuses=(*PLACED, NotYouTube, NoYouTubeHere))
def create_youtube(call: Calling, body: NewYoutubeSegment) -> Response:
    """Add a YouTube video to the voice-over video; the link is checked without asking YouTube."""

    def work(conn: Connection) -> bytes:
        made = segments.create_youtube_segment(
            conn,
            call.author,
            body.scene_id,
            Engine(body.engine),
            youtube_url=body.youtube_url,
            intro=body.intro,
            position=body.sequence,
        )
        return read_segment(conn, made)

    return call.act(within(Part.SCENE, body.scene_id, work), status=201)


@routes.acts("/create-clip", Segment, status=201, refuses=(*PLACED, NotAClip))
def create_clip(call: Calling, body: NewClipSegment) -> Response:
    """Add a film that was uploaded with the purpose `engine1_clip` to the narrated video; it plays in place."""

    def work(conn: Connection) -> bytes:
        made = segments.create_clip_segment(
            conn,
            call.author,
            body.scene_id,
            source_id=body.source_id,
            intro=body.intro,
            box=ClipBox(**body.place.model_dump()) if body.place else None,
            position=body.sequence,
        )
        return read_segment(conn, made)

    return call.act(within(Part.SCENE, body.scene_id, work), status=201)


@routes.acts("/reorder", Scene, refuses=PLACED)
def reorder(call: Calling, body: SegmentOrder) -> Response:
    """Put all of an engine's own segments of a scene into an order."""

    def work(conn: Connection) -> bytes:
        segments.reorder_segments(conn, call.author, body.scene_id, Engine(body.engine), body.segment_ids)
        return read_scene(conn, body.scene_id)

    return call.act(within(Part.SCENE, body.scene_id, work))


@routes.acts("/merge", Segment, refuses=(*OWN, NotNeighbours))
def merge(call: Calling, body: Neighbours) -> Response:
    """Make neighbours one segment: the first of them, with the words of all."""
    return call.act(
        within(
            Part.SEGMENT,
            body.segment_ids[0],
            lambda conn: read_segment(conn, segments.merge_segments(conn, call.author, body.segment_ids)),
        )
    )


@routes.reads("/{segment_id}", Segment)
def read_one(call: Calling, segment_id: UUID) -> Response:
    """One segment, with its scripts and voices of all engines."""
    return call.read(lambda conn: read_segment(conn, segment_id), is_versioned=True)


@routes.reads("/{segment_id}/voice-tracks", VoiceTracks)
def read_voices(call: Calling, segment_id: UUID) -> Response:
    """All voice tracks of a segment, the newest first."""
    return call.read(lambda conn: read_voice_tracks(conn, segment_id))


@routes.acts("/{segment_id}/update", Segment, refuses=(*OWN, ValueRefused), is_conditional=True)
def update(call: Calling, segment_id: UUID, body: SegmentChanges) -> Response:
    """Change a segment's words or timing; what was approved of it waits for approval again."""

    def work(conn: Connection) -> bytes:
        seen = call.unless_changed_since
        segments.change_segment(conn, call.author, segment_id, unless_changed_since=seen, **given(body))
        return read_segment(conn, segment_id)

    return call.act(work)


@routes.acts("/{segment_id}/move", Segment, refuses=PLACED)
def move(call: Calling, segment_id: UUID, body: SegmentPlace) -> Response:
    """Put a segment at another place, also of another scene of its lesson."""

    def work(conn: Connection) -> bytes:
        segments.move_segment(conn, call.author, segment_id, body.scene_id, body.sequence)
        return read_segment(conn, segment_id)

    return call.act(work)


@routes.acts("/{segment_id}/split", SegmentParts, refuses=(*OWN, NoSplitHere))
def split(call: Calling, segment_id: UUID, body: SplitPlace) -> Response:
    """Part a segment between two words."""

    def work(conn: Connection) -> bytes:
        second = segments.split_segment(conn, call.author, segment_id, body.position)
        return b'{"first":%b,"second":%b}' % (read_segment(conn, segment_id), read_segment(conn, second))

    return call.act(work)


@routes.acts("/{segment_id}/delete", refuses=OWN)
def delete(call: Calling, segment_id: UUID) -> Response:
    """Delete a segment with its script and pictures; it can be restored."""
    return call.act(lambda conn: segments.delete_segment(conn, call.author, segment_id))


@routes.acts("/{segment_id}/restore", Segment, refuses=(*OWN, ParentDeleted))
def restore(call: Calling, segment_id: UUID) -> Response:
    """Take back the deletion of a segment."""

    def work(conn: Connection) -> bytes:
        segments.restore_segment(conn, call.author, segment_id)
        return read_segment(conn, segment_id)

    return call.act(work)
