"""What each engine makes of a course: design where there is none yet or it is asked for, then render."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from uuid import UUID

from sqlalchemy import Connection

from coursecrafter.authoring.activities import read_activities, set_activities
from coursecrafter.authoring.books import find_book, read_sections, set_book
from coursecrafter.authoring.courses import read_course
from coursecrafter.authoring.edits import made_by
from coursecrafter.authoring.outlines import keep_headings, read_outline
from coursecrafter.authoring.proposals import set_outline
from coursecrafter.build.estimates import estimate_lesson, require_affordable
from coursecrafter.db.refusals import NotFound
from coursecrafter.domain.activities import Interaction
from coursecrafter.domain.course import Course, Engine, LessonContent
from coursecrafter.domain.film import FilmCut
from coursecrafter.domain.look import Look
from coursecrafter.domain.outline import OutlineScene
from coursecrafter.domain.output import Rendered
from coursecrafter.engines.bench import Bench
from coursecrafter.engines.e1_voiceover import engine as e1
from coursecrafter.engines.e2_video import engine as e2
from coursecrafter.engines.e3_book import engine as e3
from coursecrafter.engines.e4_elearning import engine as e4
from coursecrafter.gateway.attempts import read_budget_states
from coursecrafter.gateway.speech_step import is_speakable
from coursecrafter.wiring import Workshop

Make = Callable[[Bench], Rendered]


def maker(
    engine: Engine,
    course: Course,
    lesson: LessonContent | None,
    shop: Workshop,
    film: FilmCut | None,
    *,
    is_proposed_anew: bool,
    look: Look | None = None,
) -> Make:
    """What renders a lesson, or the project's one book.

    Args:
        course, lesson: with the segments of E1.
        look: of a video; None: as for an author who chose nothing. The narrated one takes its music alone.
        is_proposed_anew: let the engine bring its design in line with the course first; else what its author made of it
            is rendered as it stands, and only where there is none the engine proposes one.
    """
    if lesson is None:
        return lambda bench: _book(course, shop, bench, is_proposed_anew=is_proposed_anew)
    if engine is Engine.E1:
        return lambda bench: _narrated_video(course, lesson, shop, bench, film, look)
    if engine is Engine.E2:
        return lambda bench: _branded_video(course, lesson, shop, bench, look, is_proposed_anew=is_proposed_anew)
    return lambda bench: _module(course, lesson, shop, bench, is_proposed_anew=is_proposed_anew)


def require_voice(course: Course, lesson: LessonContent | None, bench: Bench) -> None:
    """Refuse to begin what nobody could speak: not after a film was watched, or an outline paid for.

    Raises:
        UnknownVoice: CC-0303.
        VoiceEngineMissing: CC-0304.
    """
    if lesson is not None and any(is_speakable(segment.text) for segment in lesson.segments):
        bench.gateway.speakers(course.language, course.voice)


def propose_outline(course: Course, lesson: LessonContent, shop: Workshop, bench: Bench) -> None:
    """Give a lesson the narration and headings that E2 proposes.

    Raises:
        NotFound: CC-0020.
        NotAllowed: CC-0021.
        UnusableOutline: CC-0232.
        GatewayError: CC-03xx.
    """
    outline = e2.design(course, lesson, bench)
    with shop.database.app(shop.identity(course.id)) as conn, made_by(bench.gateway.noted):
        keep_outline(conn, shop, course.id, lesson.id, outline)


def keep_outline(
    conn: Connection, shop: Workshop, project_id: UUID, lesson_id: UUID, outline: Sequence[OutlineScene]
) -> None:
    """Write a proposal of E2 down as the lesson's narration and headings, approved.

    Raises:
        NotFound: CC-0020.
        NotAllowed: CC-0021.
    """
    earlier = read_outline(conn, shop.store, project_id, lesson_id)
    scenes = set_outline(conn, shop.author, lesson_id, outline, earlier)
    keep_headings(conn, shop.author, shop.store, (project_id, lesson_id), outline, scenes)


def propose_book(course: Course, shop: Workshop, bench: Bench) -> None:
    """Give a project's book the sections that E3 proposes.

    Raises:
        NotFound: CC-0020.
        NotAllowed: CC-0021.
    """
    proposed = e3.design(course, bench)
    with shop.database.app(shop.identity(course.id)) as conn, made_by(bench.gateway.noted):
        told = {"title": course.name, "subtitle": course.description or ""}
        set_book(conn, shop.author, course.id, **told, sections=proposed)


def propose_module(course: Course, lesson: LessonContent, shop: Workshop, bench: Bench) -> tuple[Interaction, ...]:
    """Give a lesson the activities that E4 proposes; as they are kept.

    Raises:
        NotFound: CC-0020.
        NotAllowed: CC-0021.
        GatewayError: CC-03xx.
    """
    proposed = e4.design(course, lesson, bench)
    with shop.database.app(shop.identity(course.id)) as conn, made_by(bench.gateway.noted):
        set_activities(conn, shop.author, course.id, lesson.id, proposed)
        return read_activities(conn, lesson.id)


def _narrated_video(
    course: Course, lesson: LessonContent, shop: Workshop, bench: Bench, film: FilmCut | None, look: Look | None
) -> Rendered:
    _afford(course, lesson, shop, bench, Engine.E1, is_proposed=True)
    return e1.render(course, lesson, bench, film=film, music=look.music if look else None)


def _afford(
    course: Course,
    lesson: LessonContent,
    shop: Workshop,
    bench: Bench,
    engine: Engine,
    *,
    is_proposed: bool,
    look: Look | None = None,
) -> None:
    """Begin nothing that a budget will not let end.

    Raises:
        BudgetReached: CC-0311.
    """
    with shop.database.worker(shop.identity(course.id)) as conn:
        budgets = read_budget_states(conn, course.id)
    if budgets:
        estimate = estimate_lesson(course, lesson, bench, engine, is_proposed=is_proposed, look=look)
        require_affordable(estimate, budgets)


def _branded_video(
    course: Course,
    lesson: LessonContent,
    shop: Workshop,
    bench: Bench,
    look: Look | None,
    *,
    is_proposed_anew: bool,
) -> Rendered:
    if is_proposed_anew or not narrated_lesson(course, lesson, shop)[1].segments:
        _afford(course, lesson, shop, bench, Engine.E2, is_proposed=False)
        propose_outline(course, lesson, shop, bench)
    narrated, own = narrated_lesson(course, lesson, shop)
    _afford(narrated, own, shop, bench, Engine.E2, is_proposed=True, look=look)
    return e2.render(narrated, own, bench, look)


def narrated_lesson(course: Course, lesson: LessonContent, shop: Workshop) -> tuple[Course, LessonContent]:
    """Course and lesson with E2's own segments and headings, in the course's voice and brand."""
    with shop.database.app(shop.identity(course.id)) as conn:
        narrated = read_course(conn, shop.store, course.id, Engine.E2)
    own = next((one for one in narrated.lessons if one.id == lesson.id), None)
    if own is None:
        raise NotFound("There is no such lesson.")
    return replace(narrated, voice=course.voice, brand=course.brand), own


def _module(course: Course, lesson: LessonContent, shop: Workshop, bench: Bench, *, is_proposed_anew: bool) -> Rendered:
    interactions: tuple[Interaction, ...] = ()
    if not is_proposed_anew:
        with shop.database.app(shop.identity(course.id)) as conn:
            interactions = read_activities(conn, lesson.id)
    _afford(course, lesson, shop, bench, Engine.E4, is_proposed=bool(interactions))
    if not interactions:
        interactions = propose_module(course, lesson, shop, bench)
    return e4.render(course, lesson, interactions, bench)


def _book(course: Course, shop: Workshop, bench: Bench, *, is_proposed_anew: bool) -> Rendered:
    if is_proposed_anew or not _has_sections(course, shop):
        propose_book(course, shop, bench)
    with shop.database.app(shop.identity(course.id)) as conn:
        sections, book = read_sections(conn, course.id), find_book(conn, course.id)
    title, subtitle = (book.title, book.subtitle) if book else (course.name, course.description)
    return e3.render(course, sections, title, subtitle or "", bench)


def _has_sections(course: Course, shop: Workshop) -> bool:
    with shop.database.app(shop.identity(course.id)) as conn:
        return bool(read_sections(conn, course.id))
