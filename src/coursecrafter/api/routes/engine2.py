"""`/cc/engine2`: a lesson's branded video, from outline to approval."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from pydantic import ConfigDict, Field
from sqlalchemy import Connection
from starlette.responses import Response

from coursecrafter.api.call import Calling
from coursecrafter.api.examples import ONE, OTHER, example
from coursecrafter.api.fields import Body, Flag, Line, Title
from coursecrafter.api.orders import LookOrder, approve, order_render
from coursecrafter.api.plan_changes import PlanUpdate, changed_plan
from coursecrafter.api.routing import Routes
from coursecrafter.api.shapes.engines import ImagePrompts, ImagesDrawn, ProposedTemplates, ScenePreview
from coursecrafter.api.shapes.jobs import Job
from coursecrafter.api.shapes.outlines import Outline
from coursecrafter.api.shapes.plans import Plan
from coursecrafter.api.waiting import Running, lesson_work
from coursecrafter.authoring.brand_choices import BrandChoice, choose_brand, choose_scene_template
from coursecrafter.authoring.engine_flags import NothingToApprove
from coursecrafter.authoring.looks import NotMusic
from coursecrafter.authoring.ordering import PlaceRefused
from coursecrafter.authoring.places import project_of_lesson, scene_of_segment
from coursecrafter.authoring.plan_rows import NotInVideo
from coursecrafter.authoring.plans import NothingPlanned, approve_plan, reopen_plan
from coursecrafter.authoring.scene_clips import NotAClip, set_scene_clip
from coursecrafter.authoring.scene_images import ask_another_image
from coursecrafter.authoring.segment_edits import NotNeighbours
from coursecrafter.authoring.texts import NoSplitHere
from coursecrafter.authoring.voices import reject_voice_in_use
from coursecrafter.background.workers import WorkBrokeDown, WorkerDied, WorkTookTooLong
from coursecrafter.db.refusals import NotAllowed, NotFound, StateRefused, UnusableText, ValueRefused
from coursecrafter.domain.course import Brand, Engine
from coursecrafter.engines.e2_video.design import UnusableOutline
from coursecrafter.engines.e2_video.logo import UnreadableLogo
from coursecrafter.engines.e2_video.paint import UnreadableIllustration
from coursecrafter.engines.e2_video.produce import NothingToTell
from coursecrafter.engines.e2_video.templates import UnknownTemplate, template_named
from coursecrafter.gateway.errors import CallFailed
from coursecrafter.gateway.providers.offline_image import UndrawablePicture
from coursecrafter.gateway.providers.offline_voices import UnknownVoice
from coursecrafter.gateway.takes import NoOtherTake
from coursecrafter.media.clips import UnplayableClip
from coursecrafter.media.sound import UnusableSound
from coursecrafter.reading.outlines import read_outline
from coursecrafter.reading.plans import read_plan

routes = Routes("/cc/engine2", "Engine 2: branded video")

ANY_BRAND = Brand("")
ACT = (NotFound, NotAllowed)
ASKED = (*ACT, CallFailed, WorkerDied, WorkTookTooLong, WorkBrokeDown)
PREVIEWED = (
    *ASKED,
    NothingToTell,
    UnreadableLogo,
    UnreadableIllustration,
    UnplayableClip,
    NotMusic,
    UnknownVoice,
    NoOtherTake,
    UnusableSound,
)
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
    template_choice: Annotated[Line | None, Field(description="One of those that `templates` proposes.")] = None

    model_config = example(brand_profile_id=ONE)


class PreviewOrder(LookOrder):
    """Which scene to look at, and how."""

    scene_id: UUID

    model_config = example(scene_id=ONE, transition="zoom")


class SceneTemplate(Body):
    """How one scene should look; null: as its lesson."""

    scene_id: UUID
    template_choice: Line | None = None

    model_config = example(scene_id=ONE, template_choice="bold")


class SceneClip(Body):
    """The film that stands in a scene's picture."""

    scene_id: UUID
    source_id: UUID

    model_config = example(scene_id=ONE, source_id=OTHER)


class Remake(Body):
    """What of a segment the next render makes anew: its spoken script, its scene's picture, or both."""

    segment_id: UUID
    script: Flag = False
    image: Flag = False

    model_config = example(segment_id=ONE, script=True, image=False)


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


@routes.acts("/{lesson_id}/set-brand-profile", Outline, refuses=(*ACT, UnknownTemplate))
def set_brand_profile(call: Calling, lesson_id: UUID, body: BrandOrder) -> Response:
    """Choose the lesson's brand profile and template."""

    def work(conn: Connection) -> bytes:
        template_named(body.template_choice, ANY_BRAND)
        choice = BrandChoice(body.brand_profile_id, body.template_choice)
        choose_brand(conn, call.author, call.store, lesson_id, choice)
        return read_outline(conn, lesson_id)

    return call.act(work)


@routes.acts(
    "/{lesson_id}/propose-templates", ProposedTemplates, refuses=(*ASKED, UnreadableLogo), else_accepts=Running
)
def propose_lesson_templates(call: Calling, lesson_id: UUID) -> Response:
    """Show three templates in the lesson's brand, each as a sheet of samples, to choose from."""
    return lesson_work(call, lesson_id, "propose_templates", lambda _conn, done: done)


@routes.acts("/{lesson_id}/preview-scene", ScenePreview, refuses=PREVIEWED, else_accepts=Running)
def preview_one_scene(call: Calling, lesson_id: UUID, body: PreviewOrder) -> Response:
    """Make one scene alone, small, as it will be seen and heard in the video."""
    settings = {name: value for name, value in body.settings().items() if name != "scene_id"}
    order = {"scene_id": body.scene_id, "settings": settings}
    return lesson_work(call, lesson_id, "preview_scene", lambda _conn, done: done, **order)


@routes.acts("/{lesson_id}/set-scene-template", Outline, refuses=(*ACT, UnknownTemplate))
def set_scene_template(call: Calling, lesson_id: UUID, body: SceneTemplate) -> Response:
    """Let one scene look other than its lesson."""

    def work(conn: Connection) -> bytes:
        template_named(body.template_choice, ANY_BRAND)
        choose_scene_template(conn, call.author, call.store, lesson_id, body.scene_id, body.template_choice)
        return read_outline(conn, lesson_id)

    return call.act(work)


@routes.acts("/{lesson_id}/set-scene-clip", Outline, refuses=(*ACT, NotAClip))
def set_clip(call: Calling, lesson_id: UUID, body: SceneClip) -> Response:
    """Let an uploaded film stand in a scene's picture; deleting its asset brings the picture back."""

    def work(conn: Connection) -> bytes:
        set_scene_clip(conn, call.author, lesson_id, body.scene_id, body.source_id)
        return read_outline(conn, lesson_id)

    return call.act(work)


@routes.acts("/{lesson_id}/remake", Outline, refuses=(*ACT, NotInVideo))
def remake_segment(call: Calling, lesson_id: UUID, body: Remake) -> Response:
    """Mark a segment for the next render, which speaks its script anew, draws its scene's picture anew, or both.

    Everything else of the video is found again. What there was stays to be chosen again.
    """

    def work(conn: Connection) -> bytes:
        project_of_lesson(conn, lesson_id)
        scene_id = scene_of_segment(conn, lesson_id, body.segment_id, Engine.E2)
        if body.script:
            reject_voice_in_use(conn, call.author, lesson_id, body.segment_id, Engine.E2)
        if body.image:
            ask_another_image(conn, call.author, call.store, lesson_id, scene_id)
        return read_outline(conn, lesson_id)

    return call.act(work)


@routes.acts("/{lesson_id}/render-video", Job, status=202, refuses=(*ACT, StateRefused, NotMusic))
def render_video(call: Calling, lesson_id: UUID, body: LookOrder) -> Response:
    """Order the branded video; a lesson without narration gets one proposed first."""
    return order_render(call, Engine.E2, body, lesson_id=lesson_id)


@routes.acts("/{lesson_id}/approve-video", refuses=(*ACT, NothingToApprove))
def approve_video(call: Calling, lesson_id: UUID) -> Response:
    """Approve the active video: this publishes it and marks the engine done for the lesson."""
    return approve(call, Engine.E2, lesson_id=lesson_id)
