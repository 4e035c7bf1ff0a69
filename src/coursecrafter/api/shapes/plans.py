"""A lesson's plan (schema 2.5, 2.6, 5)."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field

from coursecrafter.api.shapes.base import Id, Moment, ScriptEngine, Seconds, Shape, Timed, VideoEngine

Words = Annotated[str, Field(examples=["Find the exit."])]


class VoiceTrack(Timed):
    """A spoken script."""

    id: Id
    project_id: Id
    lesson_id: Id
    scene_id: Id | None
    segment_id: Id | None
    script_id: Id
    file_path: str
    voice_profile: Annotated[str, Field(examples=["en_female_neutral_1"])]
    duration_seconds: Seconds | None
    tts_provider: str
    status: Literal["generated", "approved", "rejected"]
    engine: ScriptEngine
    """Of its script."""


class VoiceTracks(Shape):
    """The voice tracks of a segment, the newest first."""

    segment_id: Id
    voice_tracks: list[VoiceTrack]


class ScriptRow(Timed):
    """The words of a segment or scene."""

    id: Id
    project_id: Id
    lesson_id: Id
    scene_id: Id
    segment_id: Id | None
    engine: ScriptEngine
    draft_text: Words | None
    final_text: Words | None
    status: Literal["draft", "review", "approved"]
    created_by: Id | None
    """Who last edited it."""


class Script(ScriptRow):
    """The words of a segment or scene, with their voices."""

    text: Words
    """What is spoken: the final text, else the draft."""
    voice_tracks: list[VoiceTrack]
    """The newest first."""


class ScriptChange(Shape):
    """One change of a script."""

    event_id: Id
    event_type: str
    at: Moment
    user_id: Id | None
    before: dict[str, Any] | None
    """The columns that changed; null where the script was made."""
    after: dict[str, Any]
    texts: dict[str, str | None]
    """Draft and final text once it was changed."""


class ScriptHistory(Shape):
    """Who changed a script, when, from what to what; the newest first."""

    changes: list[ScriptChange]


class ClipPlace(Shape):
    """Where a clip plays on its slide, as fractions of the picture's width and height from the top left."""

    left: float
    top: float
    width: float
    height: float


class PlayedClip(Shape):
    """What plays in a segment's place."""

    asset_id: Id
    name: str
    """Its file's own."""
    mime_type: str
    """`video/mp4`; or that of a recording, which sounds while the slide's picture stands."""
    place: ClipPlace | None
    """Null where it fills the frame, and for a recording."""


class SegmentRow(Timed):
    """A segment: one script, one visual, one timing block."""

    id: Id
    scene_id: Id
    lesson_id: Id
    source_type: Literal["ppt_slide", "ppt_animation", "text", "youtube", "other_video"]
    source_ref: str | None
    sequence: int
    script_text: Words | None
    """The words as they were approved."""
    on_screen_duration: Seconds | None
    """How long it stays at least, in seconds; null: as long as its voice."""
    gap_after: Seconds
    """Silence after it, in seconds."""
    is_youtube_embed: bool
    youtube_url: str | None
    status: Literal["draft", "approved"]


class Segment(SegmentRow):
    """A segment with the scripts of all engines."""

    picture_asset_id: Id | None
    """The active picture of its slide."""
    clip: PlayedClip | None
    scripts: list[Script]


class SegmentParts(Shape):
    """What a segment was parted into."""

    first: Segment
    second: Segment


class FilmMoment(Shape):
    """What the film of a deck shows of a segment."""

    state: Literal["found", "by_hand", "not_found"]
    appears_at_s: float | None
    """When it begins to come, in seconds of the film."""
    stands_at_s: float | None
    ends_at_s: float | None


class PlannedSegment(SegmentRow):
    """A segment in an engine's video."""

    picture_asset_id: Id | None
    """The active picture of its slide."""
    clip: PlayedClip | None
    is_own: bool
    """Whether this engine made it; of another's only the script is this engine's to change."""
    film: FilmMoment | None
    """Null where no film was matched with the lesson, or where the segment has no slide that a film could show."""
    script: Script


class SceneRow(Timed):
    """A scene: one conceptual chunk of a lesson."""

    id: Id
    lesson_id: Id
    title: str | None
    description: str | None
    sequence: int


class Scene(SceneRow):
    """A scene with its segments in order, of all engines."""

    segments: list[Segment]


class PlannedScene(SceneRow):
    """A scene with the segments that an engine's video has, in order."""

    segments: list[PlannedSegment]


class Plan(Shape):
    """The plan of an engine's video of a lesson, in playing order."""

    lesson_id: Id
    project_id: Id
    title: str
    status: str
    """Of the lesson."""
    engine: VideoEngine
    updated_at: Moment
    scenes: list[PlannedScene]
