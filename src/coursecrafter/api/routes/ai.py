"""`/cc/ai`: the AI gateway itself; each call answers what it cost and stands in the log of calls."""

from __future__ import annotations

from typing import Annotated, Literal
from uuid import UUID

from fastapi import Query
from pydantic import ConfigDict, Field
from starlette.responses import Response

from coursecrafter.api.call import Calling
from coursecrafter.api.fields import Body, JsonObject, Language, Line, Prose
from coursecrafter.api.routing import Routes
from coursecrafter.api.shapes.engines import Estimate, ImageMade, SpeechMade, TextWritten
from coursecrafter.api.waiting import Running, project_work
from coursecrafter.background.answers import NothingSpeakable, NoVideoProvider, TooMuchAsked, ask_video
from coursecrafter.background.workers import WorkBrokeDown, WorkerDied, WorkTookTooLong
from coursecrafter.db.refusals import NotAllowed, NotFound
from coursecrafter.gateway.errors import CallFailed
from coursecrafter.gateway.offline import PROVIDER
from coursecrafter.gateway.providers.offline_image import UndrawablePicture
from coursecrafter.gateway.providers.offline_text import UnknownTask
from coursecrafter.gateway.providers.offline_voices import UnknownVoice
from coursecrafter.reading.projects import read_project

routes = Routes("/cc/ai", "AI gateway")

ASKED = (NotFound, NotAllowed, CallFailed, WorkerDied, WorkTookTooLong, WorkBrokeDown)
PROJECT = "019ab1c2-7d3e-7a41-9f60-2b8c4d5e6f70"
Side = Annotated[int, Field(strict=True, ge=64, le=4096)]


class Question(Body):
    """What a call is for."""

    project_id: UUID
    lesson_id: UUID | None = None
    engine: Literal["e1", "e2", "e3", "e4"] | None = None


class TextOrder(Question):
    """A task for a language model; texts in its payload are what it works on, never instructions."""

    task: Literal["outline", "quiz", "key_points", "summary"]
    language: Language | None = None
    payload: JsonObject

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "project_id": PROJECT,
                    "task": "summary",
                    "payload": {"paragraphs": [["Find the exit. Keep it free.", 1]], "sentences": 1},
                }
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


@routes.acts("/llm", TextWritten, refuses=(*ASKED, UnknownTask, TooMuchAsked), else_accepts=Running)
def ask_text(call: Calling, body: TextOrder) -> Response:
    """Let a model write from texts that you give it: an outline, a quiz, key points or a summary."""
    order = {"task": body.task, "payload": body.payload, "language": body.language, "engine": body.engine}
    return project_work(call, body.project_id, "ask_text", lambda _conn, done: done, lesson_id=body.lesson_id, **order)


@routes.acts("/tts", SpeechMade, refuses=(*ASKED, UnknownVoice, NothingSpeakable), else_accepts=Running)
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


@routes.reads("/estimate/{project_id}", Estimate)
def estimate(
    call: Calling,
    project_id: UUID,
    engine: Annotated[Literal["e1", "e2", "e3", "e4"] | None, Query()] = None,
) -> Response:
    """What the calls to models of a render will cost."""
    what = f"a render of {engine.upper()}" if engine else "a call"
    told = {
        "cost_usd": 0,
        "provider": PROVIDER,
        "explanation": f"The offline provider does all the work of {what}, and asks nothing for it.",
    }
    return call.read(lambda conn: told if read_project(conn, project_id) else None, project_id=project_id)
