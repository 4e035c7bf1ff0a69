"""`/cc/engine4`: a lesson's e-learning module, from its activities to its approval."""

from __future__ import annotations

from uuid import UUID

from starlette.responses import Response

from coursecrafter.api.activity_bodies import InteractionUpdate, NewInteraction, NewLessonQuestion
from coursecrafter.api.call import Calling
from coursecrafter.api.orders import RenderOrder, approve, order_render
from coursecrafter.api.routes.interactions import CREATED, changed_interaction, made_interaction
from coursecrafter.api.routes.quizzes import QUESTIONED, made_question
from coursecrafter.api.routing import Routes
from coursecrafter.api.shapes.activities import Interaction, Interactions, Question
from coursecrafter.api.shapes.jobs import Job
from coursecrafter.api.waiting import Running, lesson_work
from coursecrafter.authoring.engine_flags import NothingToApprove
from coursecrafter.background.workers import WorkBrokeDown, WorkerDied, WorkTookTooLong
from coursecrafter.db.refusals import NotAllowed, NotFound, StateRefused
from coursecrafter.domain.course import Engine
from coursecrafter.engines.e4_elearning.player_files import PlayerMissing
from coursecrafter.gateway.errors import CallFailed
from coursecrafter.reading.activities import read_interactions

routes = Routes("/cc/engine4", "Engine 4: e-learning")

ACT = (NotFound, NotAllowed)
ASKED = (*ACT, CallFailed, PlayerMissing, WorkerDied, WorkTookTooLong, WorkBrokeDown)


@routes.acts("/{lesson_id}/propose-interactions", Interactions, refuses=ASKED, else_accepts=Running)
def propose_interactions(call: Calling, lesson_id: UUID) -> Response:
    """Propose the lesson's activities: its slides, what to remember of them, a quiz."""
    return lesson_work(call, lesson_id, "design_module", lambda conn, _done: read_interactions(conn, lesson_id))


@routes.acts("/{lesson_id}/create-interaction", Interaction, status=201, refuses=CREATED)
def create_interaction(call: Calling, lesson_id: UUID, body: NewInteraction) -> Response:
    """Add an activity to the lesson."""
    return made_interaction(call, lesson_id, body)


@routes.acts("/{lesson_id}/update-interaction", Interaction, refuses=CREATED, is_conditional=True)
def update_interaction(call: Calling, lesson_id: UUID, body: InteractionUpdate) -> Response:
    """Change an activity of the lesson."""
    return changed_interaction(call, body.interaction_id, body, lesson_id)


@routes.acts("/{lesson_id}/add-quiz-question", Question, status=201, refuses=QUESTIONED)
def add_quiz_question(call: Calling, lesson_id: UUID, body: NewLessonQuestion) -> Response:
    """Add a question to one of the lesson's quizzes, or to the lesson itself."""
    return made_question(call, lesson_id, body)


@routes.acts("/{lesson_id}/render-scorm", Job, status=202, refuses=(*ACT, StateRefused))
def render_scorm(call: Calling, lesson_id: UUID, body: RenderOrder) -> Response:
    """Order the lesson's SCORM package; a lesson without activities gets them proposed first."""
    return order_render(call, Engine.E4, body, lesson_id=lesson_id)


@routes.acts("/{lesson_id}/approve-module", refuses=(*ACT, NothingToApprove))
def approve_module(call: Calling, lesson_id: UUID) -> Response:
    """Approve the active package: this publishes it and marks the engine done for the lesson."""
    return approve(call, Engine.E4, lesson_id=lesson_id)
