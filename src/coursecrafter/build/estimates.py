"""What a render will cost before it starts, and whether the budgets hold it.

Source: product, AI gateway (cost tracking); API, estimates. What a proposal will say nobody knows before it is made:
for a lesson that has none yet its narration is taken to be as long as its slides' own words.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from coursecrafter.domain.course import Course, Engine, LessonContent
from coursecrafter.domain.look import Look
from coursecrafter.engines.bench import Bench
from coursecrafter.engines.e2_video.design import outline_request
from coursecrafter.engines.e2_video.produce import asked_pictures, image_request, is_to_be_drawn, picture_prompt
from coursecrafter.engines.e4_elearning.activities import activity_requests
from coursecrafter.gateway.attempts import BudgetReached, BudgetState
from coursecrafter.gateway.foretelling import Foretold, foretell_pictures, foretell_speech, foretell_texts
from coursecrafter.gateway.ports import Purpose


@dataclass(frozen=True, slots=True)
class Estimate:
    """What a render will ask for.

    Attributes:
        parts: by kind of call.
        is_guess: whether something is reckoned that was not proposed yet.
    """

    parts: tuple[Foretold, ...]
    is_guess: bool = False

    @property
    def cost_usd(self) -> Decimal:
        """Of all calls whose price is known."""
        return sum((part.cost_usd for part in self.parts if part.cost_usd is not None), Decimal(0))

    @property
    def is_price_unknown(self) -> bool:
        """Whether there are calls that nobody knows the price of."""
        return any(part.cost_usd is None for part in self.parts)


def estimate_lesson(
    course: Course,
    lesson: LessonContent,
    bench: Bench,
    engine: Engine,
    *,
    is_proposed: bool,
    look: Look | None = None,
) -> Estimate:
    """What a lesson's render will cost.

    Args:
        course: as the engine reads it: in the voice and brand that the render will have.
        lesson: with the engine's own segments where it has any.
        is_proposed: whether the engine's outline or activities are there already.
        look: of a video; None: as for an author who chose nothing. What is drawn without a model depends on it.

    Raises:
        UnknownVoice: CC-0303.
        NoOtherTake: CC-0363.
    """
    purpose = Purpose(course.id, lesson.id, engine, "estimate")
    texts = [segment.text for segment in lesson.segments]
    takes = [segment.takes for segment in lesson.segments]
    voice = {"language": course.language, "voice": course.voice}
    speech = foretell_speech(bench.store, bench.gateway, texts, **voice, purpose=purpose, takes=takes)
    parts: list[Foretold] = [speech]
    if engine is Engine.E2:
        parts += _of_branded(course, lesson, bench, purpose, look or Look(), is_proposed=is_proposed)
    elif engine is Engine.E4 and not is_proposed:
        parts += foretell_texts(bench.store, bench.gateway, activity_requests(course, lesson), purpose)
    shown = tuple(part for part in parts if part.calls or part.found)
    return Estimate(shown, is_guess=engine is Engine.E2 and not is_proposed)


def require_affordable(estimate: Estimate, budgets: Sequence[BudgetState]) -> None:
    """Refuse work that would pass a budget on its way, before anything of it is paid for.

    Raises:
        BudgetReached: CC-0311.
    """
    for budget in budgets:
        if estimate.cost_usd > budget.left_usd:
            raise BudgetReached(
                budget.period,
                is_projects=budget.project_id is not None,
                limit_usd=budget.limit_usd,
                left_usd=budget.left_usd,
                most_usd=estimate.cost_usd,
            )


def _of_branded(
    course: Course, lesson: LessonContent, bench: Bench, purpose: Purpose, look: Look, *, is_proposed: bool
) -> Sequence[Foretold]:
    if is_proposed:
        return [foretell_pictures(bench.store, bench.gateway, asked_pictures(course, lesson, look), purpose)]
    wanted = [
        image_request(picture_prompt(scene, lesson), course.brand, scene.image_take)
        for scene in lesson.scenes
        if is_to_be_drawn(scene)
    ]
    return [
        foretell_pictures(bench.store, bench.gateway, wanted, purpose),
        *foretell_texts(bench.store, bench.gateway, [outline_request(course, lesson)], purpose),
    ]
