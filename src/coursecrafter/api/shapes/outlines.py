"""A branded video's outline (product, E2)."""

from __future__ import annotations

from coursecrafter.api.shapes.assets import Asset
from coursecrafter.api.shapes.base import Id, Moment, Shape
from coursecrafter.api.shapes.plans import SceneRow, ScriptRow, SegmentRow


class OutlineSegment(SegmentRow):
    """A segment with its script in the branded video."""

    script: ScriptRow


class OutlineScene(SceneRow):
    """A scene with what it may be made of; of each slot one version is active."""

    segments: list[OutlineSegment]
    templates: list[Asset]
    """What was chosen for it alone, all versions."""
    prompts: list[Asset]
    """What its pictures should show, all versions."""
    images: list[Asset]
    """Pictures to choose from, all versions."""


class Outline(Shape):
    """The outline of a lesson's branded video, in playing order."""

    lesson_id: Id
    project_id: Id
    title: str
    status: str
    updated_at: Moment
    templates: list[Asset]
    """What was chosen for the whole lesson, all versions."""
    scenes: list[OutlineScene]
