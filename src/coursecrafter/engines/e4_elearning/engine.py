"""Engine 4: design and render a lesson's module."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from coursecrafter.domain.activities import Interaction
from coursecrafter.domain.course import Course, LessonContent
from coursecrafter.domain.output import AssetType, Output, Rendered
from coursecrafter.engines.bench import Bench
from coursecrafter.engines.e4_elearning.activities import propose_activities
from coursecrafter.engines.e4_elearning.check import check_package
from coursecrafter.engines.e4_elearning.compose import Material, Package, compose_package, pack_step
from coursecrafter.engines.e4_elearning.plan import SlidePlan, plan_pages, plan_slides
from coursecrafter.engines.e4_elearning.player_files import player_words
from coursecrafter.engines.e4_elearning.produce import make_pictures, make_sounds
from coursecrafter.errors import ElearningError

SILENT_SLIDE_S, ENTRY_S, QUESTION_S = 10, 12, 25
"""How long a learner stays with what does not speak, for the estimate."""


class PackageNotBuilt(ElearningError):
    """A lesson has no page that a package could hold."""

    code = "CC-0402"
    status = 422
    remedy = "Give the lesson a slide or a quiz, and build again."


def design(course: Course, lesson: LessonContent, bench: Bench) -> tuple[Interaction, ...]:
    """Propose a lesson's activities: its slides, an accordion or timeline, a quiz.

    Raises:
        PlayerMissing: CC-0401.
        GatewayError: CC-03xx.
    """
    return propose_activities(course, lesson, bench)


def render(course: Course, lesson: LessonContent, interactions: Sequence[Interaction], bench: Bench) -> Rendered:
    """Make a lesson's SCORM 1.2 package: outputs "scorm_package" and "sidecar_json".

    Args:
        interactions: the lesson's pages in order, as designed or as the author has changed them.

    Raises:
        PlayerMissing: CC-0401.
        PackageNotBuilt: CC-0402.
        UnknownActivity: CC-0403.
        GatewayError: CC-03xx.
    """
    pages = plan_pages(plan_slides(lesson, player_words(course.language)), interactions)
    if not pages:
        raise PackageNotBuilt(f"The lesson “{lesson.title}” has nothing to show.")
    slides = {index: page for index, page in enumerate(pages) if isinstance(page, SlidePlan)}
    sounds = make_sounds(course, lesson, list(slides.values()), bench)
    pictures = make_pictures(list(slides.values()), bench)
    package = compose_package(course, lesson, pages, Material(dict(zip(slides, sounds, strict=True)), pictures))
    bench.steps.expect({"scorm_zip": 1})
    (done,) = bench.steps.run([pack_step(course, package, bench)])
    stored = done.files["package"]
    figures = _figures(lesson, interactions, package)
    sidecar = json.dumps(figures, indent=2, sort_keys=True).encode() + b"\n"
    return Rendered(
        outputs=(
            Output("scorm_package", AssetType.SCORM_PACKAGE, stored, ".zip", figures),
            Output("sidecar_json", AssetType.DOCUMENT, bench.store.put_bytes(sidecar, "application/json"), ".json"),
        ),
        findings=check_package(bench.store.get_bytes(stored)),
        metadata={"scorm_version": "1.2"},
    )


def _figures(lesson: LessonContent, interactions: Sequence[Interaction], package: Package) -> Mapping[str, Any]:
    """What exports say of a package (exports, "Formats")."""
    return {
        "engine": "e4",
        "lesson_id": str(lesson.id),
        "scorm_version": "1.2",
        "interactions": [{"type": one.interaction_type, "title": one.title} for one in interactions],
        "quizzes": [{"title": one.title, "questions": len(one.questions)} for one in interactions if one.questions],
        "pages": len(package.lesson["pages"]),
        "duration_estimate_seconds": round(sum(_stay_s(page) for page in package.lesson["pages"])),
    }


def _stay_s(page: Mapping[str, Any]) -> float:
    if page["kind"] == "slide":
        return float(page["audio"]["duration_s"]) if page["audio"] else SILENT_SLIDE_S
    return ENTRY_S * len(page.get("entries", [])) + QUESTION_S * len(page.get("questions", []))
