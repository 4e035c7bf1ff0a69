"""`/cc/engine1`: a lesson's own slides, spoken."""

from __future__ import annotations

from typing import Annotated, Literal
from uuid import UUID

from pydantic import ConfigDict, Field
from sqlalchemy import Connection
from starlette.responses import Response

from coursecrafter.api.call import Calling
from coursecrafter.api.fields import Body
from coursecrafter.api.orders import VideoOrder, approve, order_render
from coursecrafter.api.plan_changes import PlanUpdate, changed_plan
from coursecrafter.api.routing import Routes
from coursecrafter.api.shapes.engines import DeckImported, DeckPlanned, FilmCutsSet, FilmMatched, VoiceGenerated
from coursecrafter.api.shapes.jobs import Job
from coursecrafter.api.shapes.plans import Plan
from coursecrafter.api.waiting import Running, lesson_work, project_work
from coursecrafter.authoring.engine_flags import NothingToApprove
from coursecrafter.authoring.looks import NotMusic
from coursecrafter.authoring.ordering import PlaceRefused
from coursecrafter.authoring.plan_rows import NotInVideo
from coursecrafter.authoring.plans import NothingPlanned, approve_plan, reopen_plan
from coursecrafter.authoring.segment_edits import NotNeighbours
from coursecrafter.authoring.texts import NoSplitHere
from coursecrafter.background.films import CutRefused, NoSourceYet
from coursecrafter.background.parses import CourseHasItsOwnTree
from coursecrafter.background.workers import WorkBrokeDown, WorkerDied, WorkTookTooLong
from coursecrafter.db.refusals import EditedMeanwhile, NotAllowed, NotFound, StateRefused, UnusableText, ValueRefused
from coursecrafter.domain.course import Engine
from coursecrafter.gateway.errors import CallFailed
from coursecrafter.gateway.providers.offline_voices import UnknownVoice
from coursecrafter.gateway.takes import NoOtherTake
from coursecrafter.ingest.deck_reader import UnreadableDeck
from coursecrafter.ingest.film_notes import NotesDoNotFit, UnreadableNotes
from coursecrafter.ingest.office import OfficeMissing
from coursecrafter.media.film import DamagedFilm, FilmTooLarge, FilmWithoutPictures, NotAFilm
from coursecrafter.media.film_match import OtherFilm
from coursecrafter.reading.plans import read_plan

routes = Routes("/cc/engine1", "Engine 1: voice-over")

ACT = (NotFound, NotAllowed)
BROKEN = (WorkerDied, WorkTookTooLong, WorkBrokeDown)
PARSED = (*ACT, NoSourceYet, UnreadableDeck, OfficeMissing, *BROKEN)
FILMED = (
    *ACT,
    NoSourceYet,
    EditedMeanwhile,
    NotAFilm,
    FilmWithoutPictures,
    DamagedFilm,
    FilmTooLarge,
    OtherFilm,
    *BROKEN,
)
PLANNED = (*ACT, ValueRefused, UnusableText, PlaceRefused, NotInVideo, NoSplitHere, NotNeighbours)

VoiceProfile = Annotated[
    str, Field(pattern=r"^[a-z]{2,3}(-[a-z0-9]+)*_(female|male)_[a-z]+_\d$", examples=["en_female_neutral_1"])
]


class DeckOrder(Body):
    """How a deck becomes a plan."""

    script: Annotated[
        Literal["screen", "notes"] | None,
        Field(description="What is spoken: what stands on the slides, or their notes; else as before."),
    ] = None

    model_config = ConfigDict(json_schema_extra={"examples": [{"script": "screen"}]})


class VoiceOrder(Body):
    """Who speaks, and for which video."""

    voice_profile: VoiceProfile | None = None
    engine: Literal["e1", "e2"] = "e1"

    model_config = ConfigDict(json_schema_extra={"examples": [{"voice_profile": "en_female_neutral_1"}]})


class FilmOrder(Body):
    """What is said over a film that has no deck."""

    notes: Annotated[str, Field(max_length=200_000)] | None = None
    """A block of lines for each segment, a blank line between; or captions (WebVTT, SubRip) by their times."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"notes": "Keep it shut.\n\nCall 112."}]})


FilmTime = Annotated[float, Field(ge=0, le=4 * 3600, strict=True, examples=[12.4])]


class FilmCutOrder(Body):
    """When the film shows a segment, in seconds of the film."""

    segment_id: UUID
    appears_at_s: FilmTime | None = None
    """Null: what was found in the film counts again."""
    stands_at_s: FilmTime | None = None
    """When it has come to rest; null: as soon as it appears."""
    ends_at_s: FilmTime | None = None
    """When the next picture begins to come; null: where the next one that is known does."""


class CutsOrder(Body):
    """When the film shows segments."""

    cuts: Annotated[list[FilmCutOrder], Field(min_length=1, max_length=500)]

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"cuts": [{"segment_id": "01890a5d-ac96-774b-bcce-b302099a8057", "appears_at_s": 12.4}]}]
        }
    )


@routes.acts("/{project_id}/import-deck", DeckImported, refuses=(*PARSED, CourseHasItsOwnTree), else_accepts=Running)
def import_course_deck(call: Calling, project_id: UUID, body: DeckOrder | None = None) -> Response:
    """Make the course's units, modules and lessons of the deck that was uploaded for all of it."""
    return project_work(call, project_id, "import_deck", lambda _conn, done: done, script=body and body.script)


@routes.acts("/{lesson_id}/parse-ppt", DeckPlanned, refuses=PARSED, else_accepts=Running)
def parse_ppt(call: Calling, lesson_id: UUID, body: DeckOrder | None = None) -> Response:
    """Make the lesson's plan of its deck: a scene for each slide, a segment for each of its builds."""
    return lesson_work(call, lesson_id, "parse_ppt", lambda _conn, done: done, script=body and body.script)


@routes.acts(
    "/{lesson_id}/parse-mp4", FilmMatched, refuses=(*FILMED, UnreadableNotes, NotesDoNotFit), else_accepts=Running
)
def parse_mp4(call: Calling, lesson_id: UUID, body: FilmOrder | None = None) -> Response:
    """Find the lesson's slides and builds in the film of its deck; its video shows them from now on.

    A film without a deck becomes the lesson's plan: a segment for each picture that comes to stand.
    """
    return lesson_work(call, lesson_id, "parse_mp4", lambda _conn, done: done, notes=body and body.notes)


@routes.acts("/{lesson_id}/set-cuts", FilmCutsSet, refuses=(*FILMED, CutRefused), else_accepts=Running)
def set_cuts(call: Calling, lesson_id: UUID, body: CutsOrder) -> Response:
    """Say when the film shows segments, where it was not found or found at another moment."""
    cuts = [one.model_dump(mode="json") for one in body.cuts]
    return lesson_work(call, lesson_id, "set_cuts", lambda _conn, done: done, cuts=cuts)


@routes.reads("/{lesson_id}/plan", Plan)
def read_lesson_plan(call: Calling, lesson_id: UUID) -> Response:
    """The plan: scenes and segments with their words, durations, gaps and pictures."""
    return call.read(lambda conn: read_plan(conn, lesson_id, Engine.E1), is_versioned=True)


@routes.acts("/{lesson_id}/update-plan", Plan, refuses=PLANNED)
def update_lesson_plan(call: Calling, lesson_id: UUID, body: PlanUpdate) -> Response:
    """Carry out changes of the plan in their order, all or none: text, timing, gap, place, order, split, merge."""
    return changed_plan(call, lesson_id, Engine.E1, body)


@routes.acts("/{lesson_id}/approve-plan", Plan, refuses=(*ACT, NothingPlanned))
def approve_lesson_plan(call: Calling, lesson_id: UUID) -> Response:
    """Approve all segments of the plan with their words."""

    def work(conn: Connection) -> bytes:
        approve_plan(conn, call.author, lesson_id, Engine.E1)
        return read_plan(conn, lesson_id, Engine.E1)

    return call.act(work)


@routes.acts("/{lesson_id}/reopen-plan", Plan, refuses=(*ACT, NothingPlanned))
def reopen_lesson_plan(call: Calling, lesson_id: UUID) -> Response:
    """Take the approval of the plan back."""

    def work(conn: Connection) -> bytes:
        reopen_plan(conn, call.author, lesson_id, Engine.E1)
        return read_plan(conn, lesson_id, Engine.E1)

    return call.act(work)


@routes.acts(
    "/{lesson_id}/generate-voice",
    VoiceGenerated,
    refuses=(*ACT, UnknownVoice, CallFailed, NoOtherTake, *BROKEN),
    else_accepts=Running,
)
def generate_voice(call: Calling, lesson_id: UUID, body: VoiceOrder) -> Response:
    """Speak every segment of the plan in a voice, which the video has from now on."""
    order = {"voice_profile": body.voice_profile, "engine": body.engine}
    return lesson_work(call, lesson_id, "generate_voice", lambda _conn, done: done, **order)


@routes.acts("/{lesson_id}/render-video", Job, status=202, refuses=(*ACT, StateRefused, NotMusic))
def render_video(call: Calling, lesson_id: UUID, body: VideoOrder) -> Response:
    """Order the narrated video of the lesson."""
    return order_render(call, Engine.E1, body, lesson_id=lesson_id)


@routes.acts("/{lesson_id}/approve-video", refuses=(*ACT, NothingToApprove))
def approve_video(call: Calling, lesson_id: UUID) -> Response:
    """Approve the active video: this publishes it and marks the engine done for the lesson."""
    return approve(call, Engine.E1, lesson_id=lesson_id)
