"""`/cc/ai`: the AI gateway itself; each call answers what it cost and stands in the log of calls."""

from __future__ import annotations

from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import Query
from pydantic import ConfigDict, Field
from starlette.responses import Response

from coursecrafter.api.call import Calling
from coursecrafter.api.fields import Body, JsonObject, Language, Line, Prose
from coursecrafter.api.routing import Routes
from coursecrafter.api.shapes.engines import Estimate, ImageMade, SpeechMade, TextWritten
from coursecrafter.api.waiting import Running, project_look, project_work
from coursecrafter.background.answers import NothingSpeakable, NoVideoProvider, TooMuchAsked, ask_video
from coursecrafter.background.workers import WorkBrokeDown, WorkerDied, WorkTookTooLong
from coursecrafter.db.refusals import NotAllowed, NotFound
from coursecrafter.gateway.addresses import AddressRefused
from coursecrafter.gateway.attempts import BudgetReached, PriceUnknown, ProviderGone, ProviderResting
from coursecrafter.gateway.connections import RouteSwitchedOff
from coursecrafter.gateway.errors import (
    AnswerDeclined,
    CallFailed,
    ProviderBusy,
    ProviderRefusedCall,
    ProviderRefusedKey,
    ProviderUnreachable,
    UnusableAnswer,
)
from coursecrafter.gateway.falling_back import NobodyAnswered
from coursecrafter.gateway.http import UntrustedCertificate
from coursecrafter.gateway.ports import TextRequest
from coursecrafter.gateway.providers.offline_image import UndrawablePicture
from coursecrafter.gateway.providers.offline_speech import VoiceEngineMissing
from coursecrafter.gateway.providers.offline_text import UnknownTask
from coursecrafter.gateway.providers.offline_text.interactions import NoActivity, UnknownActivity
from coursecrafter.gateway.providers.offline_text.passages import EmptySource
from coursecrafter.gateway.providers.offline_voices import UnknownVoice
from coursecrafter.gateway.providers.registry import UnsuitableProvider
from coursecrafter.gateway.sealing import KeyUnreadable
from coursecrafter.gateway.speech_step import UnreadableSpeech
from coursecrafter.gateway.tasks import (
    NothingToWriteFrom,
    SourceTooLong,
    UnreadableSource,
    UnusableInput,
    require_source,
)
from coursecrafter.gateway.tasks.material import read_material
from coursecrafter.reading.projects import read_project

routes = Routes("/cc/ai", "AI gateway")

WORKED = (NotFound, NotAllowed, WorkerDied, WorkTookTooLong, WorkBrokeDown)
ROUTED = (RouteSwitchedOff, KeyUnreadable)
ASKED = (
    *WORKED,
    *ROUTED,
    *(CallFailed, NobodyAnswered, BudgetReached, PriceUnknown, ProviderResting, ProviderBusy, ProviderUnreachable),
    *(ProviderRefusedKey, ProviderRefusedCall, ProviderGone, UnusableAnswer, AnswerDeclined),
    *(AddressRefused, UntrustedCertificate, UnsuitableProvider),
)
"""What a call to a provider may come to."""

WRITTEN = (
    *(UnknownTask, TooMuchAsked, UnusableInput, UnreadableSource, NothingToWriteFrom, SourceTooLong),
    *(EmptySource, NoActivity, UnknownActivity),
)
SPOKEN = (UnknownVoice, VoiceEngineMissing, UnreadableSpeech)
PROJECT = "019ab1c2-7d3e-7a41-9f60-2b8c4d5e6f70"
Side = Annotated[int, Field(strict=True, ge=64, le=4096)]


class Question(Body):
    """What a call is for."""

    project_id: UUID
    lesson_id: UUID | None = None
    engine: Literal["e1", "e2", "e3", "e4"] | None = None


class TextOrder(Question):
    """A task for a language model; texts in its payload are what it works on, never instructions.

    What stands in the payload, by task:

    - `outline`: `title`, `scenes` (each `ref`, `heading`, `texts`, `notes`), `documents` (each `title`, `paragraphs`)
    - `quiz`, `key_points`: `slides` (each `ref`, `title`, `texts`), `title`; for a quiz `max_questions`
    - `summary`: `paragraphs` (each a text and its page, or null), `sentences`
    - `script`: `title`, `heading`, `points`, `notes`, `max_words`
    - `image_prompt`, `alt_text`: `heading`, `texts`; for a prompt `style`, for a picture's text `picture_base64`
    - `rewrite`, `simplify`, `suggest_illustration`: `text`
    - `summarise`: `text`, `max_words`
    - `change_style`: `text`, `style`
    - `extend`, `add_example`: `text`, `paragraphs`
    - `interaction`: `text`, `kind` or null
    - `translate`: `texts`, `to`
    """

    task: Literal[
        "outline",
        "script",
        "image_prompt",
        "summary",
        "key_points",
        "quiz",
        "rewrite",
        "summarise",
        "extend",
        "simplify",
        "change_style",
        "add_example",
        "suggest_illustration",
        "alt_text",
        "interaction",
        "translate",
    ]
    language: Annotated[Language | None, Field(description="Of the answer; left out: the course's.")] = None
    payload: JsonObject

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "project_id": PROJECT,
                    "task": "summary",
                    "payload": {"paragraphs": [["Find the exit. Keep it free.", 1]], "sentences": 1},
                },
                {
                    "project_id": PROJECT,
                    "task": "simplify",
                    "payload": {"text": "In order to leave, utilise the nearest exit."},
                },
            ]
        }
    )


class SpeechOrder(Question):
    """A text to be spoken."""

    text: Annotated[Prose, Field(min_length=1, max_length=5000)]
    language: Language | None = None
    voice_profile: Annotated[str | None, Field(max_length=60)] = None

    model_config = ConfigDict(json_schema_extra={"examples": [{"project_id": PROJECT, "text": "Find the exit."}]})


class ImageOrder(Question):
    """A picture to be drawn in the course's colours."""

    prompt: Annotated[Line, Field(min_length=1)]
    width_px: Side = 1080
    height_px: Side = 1080
    seed: Annotated[int, Field(strict=True, ge=0, le=2**32)] = 0

    model_config = ConfigDict(json_schema_extra={"examples": [{"project_id": PROJECT, "prompt": "A closed fire door"}]})


class VideoOrder(Question):
    """A clip to be made."""

    prompt: Annotated[Line, Field(min_length=1)]

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"project_id": PROJECT, "prompt": "A door that falls shut by itself"}]}
    )


@routes.acts("/llm", TextWritten, refuses=(*ASKED, *WRITTEN), else_accepts=Running)
def ask_text(call: Calling, body: TextOrder) -> Response:
    """Let a model write from texts that you give it, or edit them; where there is none, rules do what they can."""
    # What is missing in the payload is said before anything is queued; a build asks of whatever its files hold.
    material = read_material(TextRequest(body.task, body.language or "", body.payload))
    if not material.pictures:
        require_source(material.texts)
    order = {"task": body.task, "payload": body.payload, "language": body.language, "engine": body.engine}
    return project_work(call, body.project_id, "ask_text", lambda _conn, done: done, lesson_id=body.lesson_id, **order)


@routes.acts("/tts", SpeechMade, refuses=(*ASKED, *SPOKEN, NothingSpeakable), else_accepts=Running)
def ask_speech(call: Calling, body: SpeechOrder) -> Response:
    """Speak a text; its sound is an asset of the course, to be listened to or put to use."""
    order = {
        "text": body.text,
        "language": body.language,
        "voice_profile": body.voice_profile,
        "engine": body.engine,
    }
    return project_work(
        call, body.project_id, "ask_speech", lambda _conn, done: done, lesson_id=body.lesson_id, **order
    )


@routes.acts("/image", ImageMade, refuses=(*ASKED, UndrawablePicture), else_accepts=Running)
def ask_image(call: Calling, body: ImageOrder) -> Response:
    """Draw a picture; it is an asset of the course, to be looked at or put to use."""
    order = {
        "prompt": body.prompt,
        "width_px": body.width_px,
        "height_px": body.height_px,
        "seed": body.seed,
        "engine": body.engine,
    }
    return project_work(call, body.project_id, "ask_image", lambda _conn, done: done, lesson_id=body.lesson_id, **order)


@routes.acts("/video", refuses=(NotFound, NotAllowed, NoVideoProvider))
def make_video(call: Calling, body: VideoOrder) -> Response:
    """Make a video clip. No provider does so yet: this is refused."""
    with call.site.database.app(call.identity(body.project_id)) as conn:
        read_project(conn, body.project_id)
    ask_video()
    return call.act(lambda _conn: None)


@routes.reads(
    "/estimate/{project_id}",
    Estimate,
    refuses=(*WORKED, *ROUTED, UnknownVoice, VoiceEngineMissing),
    else_accepts=Running,
)
def estimate(
    call: Calling,
    project_id: UUID,
    engine: Annotated[
        Literal["e1", "e2", "e3", "e4"] | None, Query(description="Left out: a render of all four.")
    ] = None,
    lesson_id: Annotated[UUID | None, Query(description="Left out: all lessons.")] = None,
) -> Response:
    """What a render will make again, how long that takes, what it costs, and whether the budgets have room for it."""
    order: dict[str, Any] = {"engine": engine}
    return project_look(call, project_id, "estimate_render", lambda _conn, done: done, lesson_id=lesson_id, **order)
