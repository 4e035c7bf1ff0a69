"""Segments: one script, one visual, one timing block (schema 2.6).

A segment is in an engine's video when it has a script of that engine, and only the engine that made it changes it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection

from coursecrafter.authoring.author import Author
from coursecrafter.authoring.deletion import mark_deleted, take_back
from coursecrafter.authoring.edits import Edit, edit
from coursecrafter.authoring.events import Event
from coursecrafter.authoring.ordering import PlaceRefused, place_among
from coursecrafter.authoring.plan_rows import (
    UNCHANGED,
    VIDEO_ENGINES,
    NotInVideo,
    Unchanged,
    engine_of,
    first_place,
    hold_lesson_of,
    hold_segment,
    number_segments,
    own_segment,
    own_segments,
    reopen_lesson,
)
from coursecrafter.authoring.rows import hold_row
from coursecrafter.authoring.scene_clips import film_for
from coursecrafter.authoring.segment_clips import put_clip
from coursecrafter.authoring.segment_edits import (
    NotNeighbours,
    Seconds,
    add_script,
    change_fields,
    exact_seconds,
    merge,
    order_segments,
    place_segment,
    reopen,
    split,
)
from coursecrafter.authoring.source_parses import source_name
from coursecrafter.authoring.sources import find_source
from coursecrafter.authoring.youtube import NoYouTubeHere, canonical_link
from coursecrafter.db.tables import cc_scenes, cc_segments
from coursecrafter.domain.clip import ClipBox, SegmentClip
from coursecrafter.domain.course import Engine, SourceType


def create_segment(
    conn: Connection,
    author: Author,
    scene_id: UUID,
    engine: Engine,
    *,
    text: str,
    duration_s: Seconds | None = None,
    gap_s: Seconds = 0,
    position: int | None = None,
) -> UUID:
    """Add a spoken segment to an engine's video.

    Args:
        text: what is spoken; "" is silence.
        duration_s: how long it stays at least; None: as long as its voice.
        position: among the engine's own of the scene; None: the end.

    Raises:
        NotFound: CC-0020.
        NotAllowed: CC-0021.
        ValueRefused: CC-0022.
        PlaceRefused: CC-0031.
        NotInVideo: CC-0040, the engine makes no video.
    """
    timing: dict[str, Any] = {
        "on_screen_duration": None if duration_s is None else exact_seconds("on_screen_duration", duration_s),
        "gap_after": exact_seconds("gap_after", gap_s),
    }
    return _create(conn, author, scene_id, engine, text, position, source_type=SourceType.TEXT.value, **timing)


def create_youtube_segment(
    conn: Connection,
    author: Author,
    scene_id: UUID,
    engine: Engine,
    *,
    youtube_url: str,
    intro: str = "",
    position: int | None = None,
) -> UUID:
    """Add a YouTube video that is shown whole: a card with an intro line in the film, an embed in a module.

    Raises:
        NotYouTube: CC-0044.
        NoYouTubeHere: CC-0238, the engine is E2.
        NotFound: CC-0020.
        NotAllowed: CC-0021.
        PlaceRefused: CC-0031.
        NotInVideo: CC-0040, the engine makes no video.

    Source: product, E1 ("optionally YouTube links", "a card in the MP4 and an embed in E4").
    """
    if engine is Engine.E2:
        raise NoYouTubeHere("A branded video shows no YouTube video.")
    link: dict[str, Any] = {"youtube_url": canonical_link(youtube_url), "is_youtube_embed": True}
    return _create(conn, author, scene_id, engine, intro, position, source_type=SourceType.YOUTUBE.value, **link)


def create_clip_segment(
    conn: Connection,
    author: Author,
    scene_id: UUID,
    *,
    source_id: UUID,
    intro: str = "",
    box: ClipBox | None = None,
    position: int | None = None,
) -> UUID:
    """Add an uploaded film that plays in place, with its own sound, to the narrated video.

    Args:
        source_id: a film of the same project.
        intro: what is spoken over its first picture.
        box: where it plays on the picture before it; None: it fills the frame.
        position: among E1's own of the scene; None: the end.

    Raises:
        NotFound: CC-0020, also a file of another project.
        NotAllowed: CC-0021.
        PlaceRefused: CC-0031.
        NotAClip: CC-0245.
    """
    lesson, _ = hold_lesson_of(conn, cc_scenes, scene_id)
    stored = film_for(conn, lesson.project_id, source_id)
    clip = SegmentClip(stored, box, source_name(conn, find_source(conn, source_id)))

    def fill(act: Edit, place: tuple[UUID, UUID, UUID, UUID]) -> None:
        put_clip(act, place, clip, {"source_file_id": str(source_id)})

    made = SourceType.OTHER_VIDEO.value
    return _create(conn, author, scene_id, Engine.E1, intro, position, fill=fill, source_type=made)


def change_segment(
    conn: Connection,
    author: Author,
    segment_id: UUID,
    *,
    text: str | Unchanged = UNCHANGED,
    duration_s: Seconds | Unchanged | None = UNCHANGED,
    gap_s: Seconds | Unchanged = UNCHANGED,
    unless_changed_since: datetime | None = None,
) -> None:
    """Give a segment other words or another timing; what was approved of it waits for approval again.

    Args:
        text: what its own engine speaks.
        duration_s: how long it stays at least, from 0 to 24 hours; None: as long as its voice.
        gap_s: silence after it, from 0 to 24 hours.
        unless_changed_since: the segment's `updated_at` as the author saw it; a change of its script moves it too.

    Raises:
        NotFound: CC-0020.
        NotAllowed: CC-0021.
        ValueRefused: CC-0022.
        EditedMeanwhile: CC-0026.
        UnusableText: CC-0027.
        NotInVideo: CC-0040.
    """
    lesson, row, _ = hold_segment(conn, segment_id)
    since = unless_changed_since
    with edit(conn, author, Event.SEGMENT_CHANGED, project_id=lesson.project_id, lesson_id=lesson.id) as act:
        change_fields(act, author, row, text=text, duration_s=duration_s, gap_s=gap_s, unless_changed_since=since)


def reorder_segment(conn: Connection, author: Author, segment_id: UUID, position: int) -> None:
    """Put a segment at another place among its engine's own of the scene.

    Raises:
        NotFound: CC-0020.
        NotAllowed: CC-0021.
        PlaceRefused: CC-0031.
        NotInVideo: CC-0040.
    """
    lesson, row, engine = hold_segment(conn, segment_id)
    with edit(conn, author, Event.SEGMENTS_REORDERED, project_id=lesson.project_id, lesson_id=lesson.id) as act:
        place_segment(act, row, engine, position)


def reorder_segments(
    conn: Connection, author: Author, scene_id: UUID, engine: Engine, segment_ids: Sequence[UUID]
) -> None:
    """Put all of an engine's own segments of a scene into this order.

    Raises:
        NotFound: CC-0020.
        NotAllowed: CC-0021.
        PlaceRefused: CC-0031.
    """
    lesson, _ = hold_lesson_of(conn, cc_scenes, scene_id)
    with edit(conn, author, Event.SEGMENTS_REORDERED, project_id=lesson.project_id, lesson_id=lesson.id) as act:
        order_segments(act, lesson.id, scene_id, engine, segment_ids)


def move_segment(
    conn: Connection, author: Author, segment_id: UUID, scene_id: UUID, position: int | None = None
) -> None:
    """Move a segment to a place in another scene of its lesson; script, voices and assets go with it.

    Raises:
        NotFound: CC-0020.
        NotAllowed: CC-0021.
        PlaceRefused: CC-0031, no such place, or a scene of another lesson.
        NotInVideo: CC-0040.
    """
    lesson, row, engine = hold_segment(conn, segment_id)
    scene = hold_row(conn, cc_scenes, scene_id)
    if scene.lesson_id != lesson.id:
        raise PlaceRefused("A segment moves only to a scene of its own lesson.")
    order = place_among([one.id for one in own_segments(conn, scene_id, engine)], row.id, position)
    with edit(conn, author, Event.SEGMENT_MOVED, project_id=lesson.project_id, lesson_id=lesson.id) as act:
        if scene_id != row.scene_id:
            # The database takes the copies of scene_id below it along.
            act.change(cc_segments, row.id, scene_id=scene_id)
            number_segments(act, row.scene_id, engine)
        number_segments(act, scene_id, engine, order)
        if act.changes:
            reopen(act, row)


def split_segment(conn: Connection, author: Author, segment_id: UUID, position: int) -> UUID:
    """Split a segment between two words; the second part's id.

    Args:
        position: signs of the text before the place.

    Raises:
        NotFound: CC-0020.
        NotAllowed: CC-0021.
        NotInVideo: CC-0040.
        NoSplitHere: CC-0042.
    """
    lesson, row, engine = hold_segment(conn, segment_id)
    with edit(conn, author, Event.SEGMENT_SPLIT, project_id=lesson.project_id, lesson_id=lesson.id) as act:
        second_id = split(act, author, row, engine, position)
        act.payload |= {"first": str(row.id), "second": str(second_id)}
    return second_id


def merge_segments(conn: Connection, author: Author, segment_ids: Sequence[UUID]) -> UUID:
    """Make neighbours of one scene one segment, the first of them; its id.

    Raises:
        NotFound: CC-0020.
        NotAllowed: CC-0021.
        NotInVideo: CC-0040.
        NotNeighbours: CC-0043.
    """
    if not segment_ids:
        raise NotNeighbours("There is nothing to make one segment of.")
    lesson, _, engine = hold_segment(conn, segment_ids[0])
    with edit(conn, author, Event.SEGMENTS_MERGED, project_id=lesson.project_id, lesson_id=lesson.id) as act:
        first_id = merge(act, author, lesson.id, engine, segment_ids)
        act.payload |= {"into": str(first_id), "merged": [str(one) for one in segment_ids]}
    return first_id


def delete_segment(conn: Connection, author: Author, segment_id: UUID) -> None:
    """Delete a segment with its pictures; its script and voices are hidden with it.

    Raises:
        NotFound: CC-0020.
        NotAllowed: CC-0021.
        NotInVideo: CC-0040.
    """
    lesson, row, engine = hold_segment(conn, segment_id)
    with edit(conn, author, Event.SEGMENT_DELETED, project_id=lesson.project_id, lesson_id=lesson.id) as act:
        mark_deleted(act, cc_segments, row.id)
        number_segments(act, row.scene_id, engine)
        reopen_lesson(act, lesson.id)


def restore_segment(conn: Connection, author: Author, segment_id: UUID) -> None:
    """Take back the deletion of a segment, to its place or as near to it as there is one.

    Raises:
        NotFound: CC-0020, there is none, or it is not deleted.
        NotAllowed: CC-0021.
        ParentDeleted: CC-0033.
    """
    lesson, row = hold_lesson_of(conn, cc_segments, segment_id, deleted=True)
    engine = engine_of(conn, row.id)
    with edit(conn, author, Event.SEGMENT_RESTORED, project_id=lesson.project_id, lesson_id=lesson.id) as act:
        others = [one.id for one in own_segments(conn, row.scene_id, engine)]
        take_back(act, cc_segments, row.id)
        place = min(max(row.sequence - first_place(engine) + 1, 1), len(others) + 1)
        number_segments(act, row.scene_id, engine, place_among(others, row.id, place))
        reopen(act, own_segment(conn, lesson.id, engine, row.id))


def _create(
    conn: Connection,
    author: Author,
    scene_id: UUID,
    engine: Engine,
    text: str,
    position: int | None,
    fill: Callable[[Edit, tuple[UUID, UUID, UUID, UUID]], None] | None = None,
    **values: Any,
) -> UUID:
    if engine not in VIDEO_ENGINES:
        raise NotInVideo(f"{engine.value.upper()} makes no video, so it has no segments.")
    lesson, scene = hold_lesson_of(conn, cc_scenes, scene_id)
    others = [one.id for one in own_segments(conn, scene.id, engine)]
    at = first_place(engine) + len(others)
    # Its own id is not known yet: a stand-in shows whether there is such a place before anything is written.
    place_among(others, scene.id, position)
    with edit(conn, author, Event.SEGMENT_CREATED, project_id=lesson.project_id, lesson_id=lesson.id) as act:
        segment_id = act.add(cc_segments, scene_id=scene.id, lesson_id=lesson.id, sequence=at, status="draft", **values)
        add_script(act, author, lesson.project_id, (lesson.id, scene.id, segment_id), engine, None, text)
        number_segments(act, scene.id, engine, place_among(others, segment_id, position))
        if fill is not None:
            fill(act, (lesson.project_id, lesson.id, scene.id, segment_id))
        reopen_lesson(act, lesson.id)
    return segment_id
