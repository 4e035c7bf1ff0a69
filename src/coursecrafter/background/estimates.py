"""What a render will make again, how long that takes and what it costs, told before it is ordered."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import Connection

from coursecrafter.authoring.activities import read_activities
from coursecrafter.authoring.brand_choices import read_brand_choice
from coursecrafter.authoring.courses import read_brand, read_course
from coursecrafter.authoring.job_rows import read_pace
from coursecrafter.authoring.looks import read_look
from coursecrafter.authoring.voices import voice_of_lesson
from coursecrafter.background.films import film_of_lesson
from coursecrafter.background.lessons import lesson_in
from coursecrafter.build.estimates import Estimate, estimate_lesson
from coursecrafter.domain.course import Course, Engine, LessonContent
from coursecrafter.domain.film import FilmCut
from coursecrafter.domain.look import Look
from coursecrafter.domain.step_kinds import STEP_KINDS
from coursecrafter.engines.e1_voiceover.foretell import foretell as foretell_narrated
from coursecrafter.engines.e2_video.foretell import foretell as foretell_branded
from coursecrafter.errors import CourseCrafterError, VideoError
from coursecrafter.gateway.budgets import BudgetState, read_budget_states
from coursecrafter.gateway.falling_back import name_of
from coursecrafter.gateway.foretelling import Foretold
from coursecrafter.gateway.ports import OFFLINE, Candidate, Kind
from coursecrafter.gateway.takes import NoOtherTake
from coursecrafter.jobs.looking import Ahead, NotThereYet
from coursecrafter.wiring import Workshop

OF_LESSONS = (Engine.E1, Engine.E2, Engine.E4)
"""Engines that ask models; the book is made of what is there."""

MOST_NAMED = 20
UNSEEN = "A film was not looked at yet: until the first render, this is told as if it showed nothing of the slides."


@dataclass(frozen=True, slots=True)
class _Work:
    """A lesson as an engine will render it.

    Attributes:
        is_proposed: whether what the engine proposes is there already.
        look: of a video; None: it is none.
    """

    engine: Engine
    course: Course
    lesson: LessonContent
    is_proposed: bool
    look: Look | None = None


def estimate_render(
    shop: Workshop, project_id: UUID, *, engine: Engine | None = None, lesson_id: UUID | None = None
) -> dict[str, Any]:
    """Tell what a render will make, how long that takes and what it costs; nothing is made.

    Args:
        engine: None for all four.
        lesson_id: None for all lessons of the course.

    Raises:
        NotFound: CC-0020.
        UnknownVoice: CC-0303.
        GatewayError: CC-03xx, a route that cannot be used.
    """
    wanted = None if engine is None else Engine(engine)
    asking = [one for one in OF_LESSONS if wanted in {None, one}]
    works = _works(shop, project_id, lesson_id, asking)
    refused: list[str] = []
    estimates = [_estimate(shop, work, refused, is_whole=wanted is None) for work in works]
    ahead = [(work.engine, one) for work in works for one in _ahead(shop, project_id, work, refused)]
    parts = _joined(part for estimate in estimates for part in estimate.parts)
    whole = Estimate(parts, is_guess=any(one.is_guess for one in estimates))
    with shop.database.app(shop.identity(project_id)) as conn:
        budgets = [_told(state, whole) for state in read_budget_states(conn, project_id)]
        paces = {engine: read_pace(conn, project_id, engine) for engine in asking}
    return {
        "cost_usd": float(whole.cost_usd),
        "is_guess": whole.is_guess,
        "is_price_unknown": whole.is_price_unknown,
        "provider": parts[0].provider if parts else OFFLINE.name,
        "parts": [_line(part) for part in parts],
        "steps": _steps(ahead),
        "time_s": _time_s(ahead, paces, shop.runner.threads),
        "budgets": budgets,
        "explanation": " ".join([_explanation(whole, wanted, budgets), *dict.fromkeys(refused)]),
    }


def _works(shop: Workshop, project_id: UUID, lesson_id: UUID | None, engines: Sequence[Engine]) -> list[_Work]:
    with shop.database.app(shop.identity(project_id)) as conn:
        plain = read_course(conn, shop.store, project_id, Engine.E1)
        narrated = read_course(conn, shop.store, project_id, Engine.E2) if Engine.E2 in engines else plain
        lessons = [lesson_in(plain, lesson_id)] if lesson_id else list(plain.lessons)
        return [_work(conn, shop, engine, lesson, plain, narrated) for lesson in lessons for engine in engines]


def _estimate(shop: Workshop, work: _Work, refused: list[str], *, is_whole: bool) -> Estimate:
    bench = shop.bench(work.course.id)
    settings: Any = {"is_proposed": work.is_proposed, "look": work.look}
    try:
        estimate = estimate_lesson(work.course, work.lesson, bench, work.engine, **settings)
    except (VideoError, NoOtherTake) as error:
        refused.append(_refusal(error))
        return Estimate(())
    # A module says what its lesson's video says, in the same voice: it is spoken once for both.
    is_spoken = is_whole and work.engine is Engine.E4
    return replace(estimate, parts=tuple(one for one in estimate.parts if not (is_spoken and one.kind is Kind.SPEECH)))


def _ahead(shop: Workshop, project_id: UUID, work: _Work, refused: list[str]) -> Sequence[Ahead]:
    """The steps that a video's render will make; of what is not proposed yet nobody knows them.

    Args:
        refused: takes what a render would be refused with, and what is not known of it.
    """
    if not work.lesson.segments or not work.is_proposed:
        return ()
    bench = shop.bench(project_id)
    try:
        if work.engine is Engine.E1:
            unseen, film = _film(shop, project_id, work.lesson)
            refused += [UNSEEN] if unseen else []
            music = work.look.music if work.look else None
            return (*unseen, *foretell_narrated(work.course, work.lesson, bench, film=film, music=music))
        return foretell_branded(work.course, work.lesson, bench, work.look) if work.engine is Engine.E2 else ()
    except (VideoError, NoOtherTake) as error:
        refused.append(_refusal(error))
        return ()


def _film(shop: Workshop, project_id: UUID, lesson: LessonContent) -> tuple[Sequence[Ahead], FilmCut | None]:
    """What must be done to know the lesson's film, and what is known of it: a person waits, so none is watched."""
    try:
        return (), film_of_lesson(shop, project_id, lesson.id, may_watch=False)
    except NotThereYet:
        return [Ahead("film_changes", lesson.code), Ahead("film_match", lesson.code)], None


def _refusal(error: CourseCrafterError) -> str:
    return f"It cannot be rendered as it stands: {error.message} {error.remedy}"


def _steps(ahead: Iterable[tuple[Engine, Ahead]]) -> list[dict[str, Any]]:
    """By engine and kind, how many and of what."""
    labels: dict[tuple[Engine, str], list[str]] = {}
    for engine, one in ahead:
        labels.setdefault((engine, one.name), []).append(one.label)
    return [
        {
            "engine": engine.value,
            "kind": name,
            "doing": STEP_KINDS[name].words,
            "count": len(of_kind),
            "places": [label for label in of_kind if label][:MOST_NAMED],
        }
        for (engine, name), of_kind in labels.items()
    ]


def _time_s(
    ahead: Iterable[tuple[Engine, Ahead]], paces: Mapping[Engine, Mapping[str, float]], at_once: int
) -> float | None:
    """How long the steps take, by the project's last renders; None where some of them were never made here."""
    counts = Counter((engine, one.name) for engine, one in ahead)
    if not all(name in paces[engine] for engine, name in counts):
        return None
    return round(sum(paces[engine][name] * count for (engine, name), count in counts.items()) / at_once, 1)


def _work(
    conn: Connection, shop: Workshop, engine: Engine, lesson: LessonContent, plain: Course, narrated: Course
) -> _Work:
    speaker = Engine.E1 if engine is Engine.E4 else engine
    voice = voice_of_lesson(conn, lesson.id, speaker) or plain.voice
    if engine is Engine.E4:
        return _Work(engine, replace(plain, voice=voice), lesson, bool(read_activities(conn, lesson.id)))
    look = read_look(conn, shop.store, plain.id, lesson.id, {})
    if engine is Engine.E1:
        return _Work(engine, replace(plain, voice=voice), lesson, is_proposed=True, look=look)
    choice = read_brand_choice(conn, shop.store, plain.id, lesson.id)
    brand = read_brand(conn, choice.brand_profile_id) if choice and choice.brand_profile_id else plain.brand
    own = lesson_in(narrated, lesson.id)
    is_proposed = bool(own.segments)
    course = narrated if is_proposed else plain
    return _Work(engine, replace(course, voice=voice, brand=brand), own if is_proposed else lesson, is_proposed, look)


def _joined(parts: Iterable[Foretold]) -> tuple[Foretold, ...]:
    """One line for each kind of call and whom it is asked of."""
    found: dict[tuple[Kind, str], Foretold] = {}
    for part in parts:
        before = found.get((part.kind, part.provider))
        found[part.kind, part.provider] = part if before is None else _sum(before, part)
    return tuple(found[key] for key in sorted(found))


def _sum(one: Foretold, other: Foretold) -> Foretold:
    is_known = one.cost_usd is not None and other.cost_usd is not None
    cost = (one.cost_usd or Decimal(0)) + (other.cost_usd or Decimal(0)) if is_known else None
    return replace(one, calls=one.calls + other.calls, found=one.found + other.found, cost_usd=cost)


def _line(part: Foretold) -> dict[str, Any]:
    cost = None if part.cost_usd is None else float(part.cost_usd)
    return {
        "kind": part.kind.value,
        "provider": part.provider,
        "calls": part.calls,
        "found": part.found,
        "cost_usd": cost,
    }


def _told(state: BudgetState, whole: Estimate) -> dict[str, Any]:
    is_refused = state.refuses_unknown and whole.is_price_unknown
    return {
        "project_id": str(state.project_id) if state.project_id else None,
        "period": state.period,
        "limit_usd": float(state.limit_usd),
        "left_usd": float(state.left_usd),
        "fits": whole.cost_usd <= state.left_usd and not is_refused,
    }


def _explanation(whole: Estimate, engine: Engine | None, budgets: Sequence[dict[str, Any]]) -> str:
    """What an author reads: whole sentences, the most important one first."""
    what = f"A render of {engine.upper()}" if engine else "A render of all four"
    calls, found = sum(part.calls for part in whole.parts), sum(part.found for part in whole.parts)
    offline = name_of(Candidate(OFFLINE, ""))
    if not whole.parts:
        return f"{what} asks no model, and costs nothing."
    if all(part.provider.partition("/")[0] == offline.partition("/")[0] for part in whole.parts):
        return f"The offline provider does all the work of {what[0].lower()}{what[1:]}, and asks nothing for it."
    if not calls:
        return f"{what} costs nothing: all {found} answers are there already."
    said = [f"{what} makes {calls} calls and costs about {whole.cost_usd:.2f} USD."]
    if found:
        said.append(f"{found} answers are there already, and cost nothing.")
    if whole.is_guess:
        said.append("It is a guess, since some of what will be said or shown is not proposed yet.")
    if whole.is_price_unknown:
        said.append("Nobody knows the price of some of these calls; they are not counted.")
    if not all(budget["fits"] for budget in budgets):
        said.append("A budget does not have room for it.")
    return " ".join(said)
