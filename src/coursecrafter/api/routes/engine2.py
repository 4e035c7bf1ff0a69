"""`/cc/engine2`: a lesson's branded video, from outline to approval."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from pydantic import ConfigDict, Field
from sqlalchemy import Connection
from starlette.responses import Response

from coursecrafter.api.call import Calling
from coursecrafter.api.examples import ONE, example
from coursecrafter.api.fields import Body, Line, Title
from coursecrafter.api.orders import RenderOrder, approve, order_render
from coursecrafter.api.plan_changes import PlanUpdate, changed_plan
from coursecrafter.api.routing import Routes
from coursecrafter.api.shapes.engines import ImagePrompts, ImagesDrawn
from coursecrafter.api.shapes.jobs import Job
from coursecrafter.api.shapes.outlines import Outline
from coursecrafter.api.shapes.plans import Plan
from coursecrafter.api.waiting import Running, lesson_work
from coursecrafter.authoring.brand_choices import BrandChoice, choose_brand
from coursecrafter.authoring.engine_flags import NothingToApprove
from coursecrafter.authoring.ordering import PlaceRefused
from coursecrafter.authoring.plan_rows import NotInVideo
from coursecrafter.authoring.plans import NothingPlanned, approve_plan, reopen_plan
from coursecrafter.authoring.segment_edits import NotNeighbours
from coursecrafter.authoring.texts import NoSplitHere
from coursecrafter.background.workers import WorkBrokeDown, WorkerDied, WorkTookTooLong
from coursecrafter.db.refusals import NotAllowed, NotFound, StateRefused, UnusableText, ValueRefused
from coursecrafter.domain.course import Engine
from coursecrafter.engines.e2_video.design import UnusableOutline
from coursecrafter.gateway.errors import CallFailed
from coursecrafter.gateway.providers.offline_image import UndrawablePicture
from coursecrafter.reading.outlines import read_outline
from coursecrafter.reading.plans import read_plan

routes = Routes("/cc/engine2", "Engine 2: branded video")

ACT = (NotFound, NotAllowed)
ASKED = (*ACT, CallFailed, WorkerDied, WorkTookTooLong, WorkBrokeDown)
PLANNED = (*ACT, ValueRefused, UnusableText, PlaceRefused, NotInVideo, NoSplitHere, NotNeighbours)


class ImageOrder(Body):
    """Which pictures to draw."""

    scene_id: UUID
    prompt: Title
    count: Annotated[int, Field(strict=True, ge=2, le=4)] = 2

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"scene_id": "019ab1c2-7d3e-7a41-9f60-2b8c4d5e6f70", "prompt": "A fire door, closed", "count": 3}
            ]
        }
    )


class BrandOrder(Body):
    """What the lesson should look like."""

    brand_profile_id: UUID | None = None
    template_choice: Annotated[Line | None, Field(description="Kept; layouts are chosen by what a scene shows.")] = None

    model_config = example(brand_profile_id=ONE)


@routes.reads("/{lesson_id}/outline", Outline)
def read_lesson_outline(call: Calling, lesson_id: UUID) -> Response:
    """The outline: scenes with their narration, image prompts and pictures to choose from."""
    return call.read(lambda conn: read_outline(conn, lesson_id), is_versioned=True)


@routes.acts("/{lesson_id}/generate-outline", Outline, refuses=(*ASKED, UnusableOutline), else_accepts=Running)
def generate_outline(call: Calling, lesson_id: UUID) -> Response:
    """Propose scenes and narration from the lesson's slides, its documents and the course's."""
    return lesson_work(call, lesson_id, "design_outline", lambda conn, _done: read_outline(conn, lesson_id))


@routes.acts("/{lesson_id}/update-script", Plan, refuses=PLANNED)
def update_script(call: Calling, lesson_id: UUID, body: PlanUpdate) -> Response:
    """Carry out changes of the narration in their order, all or none."""
    return changed_plan(call, lesson_id, Engine.E2, body)


@routes.acts("/{lesson_id}/approve-script", Plan, refuses=(*ACT, NothingPlanned))
def approve_script(call: Calling, lesson_id: UUID) -> Response:
    """Approve the narration of all scenes."""

    def work(conn: Connection) -> bytes:
        approve_plan(conn, call.author, lesson_id, Engine.E2)
        return read_plan(conn, lesson_id, Engine.E2)

    return call.act(work)


@routes.acts("/{lesson_id}/reopen-script", Plan, refuses=(*ACT, NothingPlanned))
def reopen_script(call: Calling, lesson_id: UUID) -> Response:
    """Take the approval of the narration back."""

    def work(conn: Connection) -> bytes:
        reopen_plan(conn, call.author, lesson_id, Engine.E2)
        return read_plan(conn, lesson_id, Engine.E2)

    return call.act(work)


@routes.acts("/{lesson_id}/generate-prompts", ImagePrompts, refuses=ASKED, else_accepts=Running)
def generate_prompts(call: Calling, lesson_id: UUID) -> Response:
    """Write an image prompt for each scene, of its heading and narration."""
    return lesson_work(call, lesson_id, "write_prompts", lambda _conn, done: done)


@routes.acts("/{lesson_id}/generate-images", ImagesDrawn, refuses=(*ASKED, UndrawablePicture), else_accepts=Running)
def generate_images(call: Calling, lesson_id: UUID, body: ImageOrder) -> Response:
    """Draw two to four pictures of a scene to choose from; the first is chosen where none was yet."""
    order = {"scene_id": body.scene_id, "prompt": body.prompt, "count": body.count}
    return lesson_work(call, lesson_id, "draw_images", lambda _conn, done: done, **order)


@routes.acts("/{lesson_id}/set-brand-profile", Outline)
def set_brand_profile(call: Calling, lesson_id: UUID, body: BrandOrder) -> Response:
    """Choose the lesson's brand profile; the template is kept with it."""

    def work(conn: Connection) -> bytes:
        choice = BrandChoice(body.brand_profile_id, body.template_choice)
        choose_brand(conn, call.author, call.store, lesson_id, choice)
        return read_outline(conn, lesson_id)

    return call.act(work)


@routes.acts("/{lesson_id}/render-video", Job, status=202, refuses=(*ACT, StateRefused))
def render_video(call: Calling, lesson_id: UUID, body: RenderOrder) -> Response:
    """Order the branded video; a lesson without narration gets one proposed first."""
    return order_render(call, Engine.E2, body, lesson_id=lesson_id)


@routes.acts("/{lesson_id}/approve-video", refuses=(*ACT, NothingToApprove))
def approve_video(call: Calling, lesson_id: UUID) -> Response:
    """Approve the active video: this publishes it and marks the engine done for the lesson."""
    return approve(call, Engine.E2, lesson_id=lesson_id)
