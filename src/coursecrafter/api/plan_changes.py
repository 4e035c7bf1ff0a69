"""The changes of a plan as a call sends them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import ConfigDict, Field
from sqlalchemy import Connection
from starlette.responses import Response

from coursecrafter.api.call import Call
from coursecrafter.api.fields import Body, Ids, Position, Prose, Seconds
from coursecrafter.authoring import plans
from coursecrafter.domain.course import Engine
from coursecrafter.reading.plans import read_plan


class ChangeText(Body):
    """Say something else."""

    kind: Literal["text"]
    segment_id: UUID
    text: Prose


class ChangeTiming(Body):
    """Stay another time at least; null: as long as the voice."""

    kind: Literal["timing"]
    segment_id: UUID
    duration: Seconds | None


class ChangeGap(Body):
    """Be silent for another time after it."""

    kind: Literal["gap"]
    segment_id: UUID
    gap: Seconds


class ChangePlace(Body):
    """Stand elsewhere among the segments of the scene."""

    kind: Literal["place"]
    segment_id: UUID
    position: Position


class ChangeOrder(Body):
    """Let the segments of a scene stand in this order."""

    kind: Literal["order"]
    scene_id: UUID
    segment_ids: Ids


class SplitSegment(Body):
    """Part a segment between two words; `position` counts the signs before."""

    kind: Literal["split"]
    segment_id: UUID
    position: Annotated[int, Field(strict=True, ge=1, le=200_000)]


class MergeSegments(Body):
    """Make neighbours one."""

    kind: Literal["merge"]
    segment_ids: Annotated[Ids, Field(min_length=2)]


Change = Annotated[
    ChangeText | ChangeTiming | ChangeGap | ChangePlace | ChangeOrder | SplitSegment | MergeSegments,
    Field(discriminator="kind"),
]


class PlanUpdate(Body):
    """Changes of a plan, carried out in this order, all or none."""

    changes: Annotated[list[Change], Field(min_length=1, max_length=1000)]

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "changes": [
                        {
                            "kind": "text",
                            "segment_id": "019ab1c2-7d3e-7a41-9f60-2b8c4d5e6f70",
                            "text": "Find the nearest exit.",
                        },
                        {"kind": "gap", "segment_id": "019ab1c2-7d3e-7a41-9f60-2b8c4d5e6f70", "gap": 0.8},
                    ]
                }
            ]
        }
    )


_VERBS: dict[str, Callable[[Any], plans.PlanChange]] = {
    "text": lambda one: plans.ChangeText(one.segment_id, one.text),
    "timing": lambda one: plans.ChangeTiming(one.segment_id, one.duration),
    "gap": lambda one: plans.ChangeGap(one.segment_id, one.gap),
    "place": lambda one: plans.Place(one.segment_id, one.position),
    "order": lambda one: plans.Order(one.scene_id, tuple(one.segment_ids)),
    "split": lambda one: plans.Split(one.segment_id, one.position),
    "merge": lambda one: plans.Merge(tuple(one.segment_ids)),
}


def changed_plan(call: Call, lesson_id: UUID, engine: Engine, update: PlanUpdate) -> Response:
    """Carry out changes of an engine's plan, and answer with the plan as it is then."""
    changes = [_VERBS[one.kind](one) for one in update.changes]

    def work(conn: Connection) -> bytes:
        plans.update_plan(conn, call.author, lesson_id, engine, changes)
        return read_plan(conn, lesson_id, engine)

    return call.act(work)
