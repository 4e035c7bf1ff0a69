"""Propose a lesson's activities: its slides, what to remember of them, and a quiz."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from coursecrafter.domain.activities import Interaction, QuestionType, QuizQuestion
from coursecrafter.domain.course import Course, Engine, LessonContent
from coursecrafter.engines.bench import Bench
from coursecrafter.engines.e4_elearning.plan import QUIZ, REVIEWS, SLIDES, SlidePlan, plan_slides, untitled
from coursecrafter.engines.e4_elearning.player_files import player_words
from coursecrafter.engines.e4_elearning.texts import clean, one_line
from coursecrafter.gateway.ports import Purpose, TextRequest

FEWEST_ENTRIES = 2
FEWEST_QUESTIONS, MOST_QUESTIONS = 4, 8
MOST_OPTIONS = 8
FEWEST_OPTIONS = 2
TYPED_ANSWER_CHARS = 40  # the player's answer field and suspend_data hold no more (web: TYPED_ANSWER_LIMIT_CHARS)
QUESTION_CHARS = 600


def propose_activities(course: Course, lesson: LessonContent, bench: Bench) -> tuple[Interaction, ...]:
    """Ask the gateway for key points and questions about the lesson's slides, and take what is usable.

    Returns:
        "slides" first; then an accordion or timeline, and a quiz, where the lesson says enough for them.

    Raises:
        GatewayError: CC-03xx.
    """
    words = player_words(course.language)
    requests = activity_requests(course, lesson)
    key_points, quiz = (_ask(course, lesson, bench, request) for request in requests)
    most = requests[1].payload["max_questions"]
    shown = Interaction(SLIDES, words["slides"], "", {})
    return (shown, *_review(key_points, words), *_quiz(quiz, most, words))


def activity_requests(course: Course, lesson: LessonContent) -> tuple[TextRequest, TextRequest]:
    """The questions for a lesson's key points and its quiz."""
    words = player_words(course.language)
    slides = plan_slides(lesson, words)
    payload = {"slides": [_payload(slide, words) for slide in slides]}
    most = min(MOST_QUESTIONS, max(FEWEST_QUESTIONS, len(slides)))
    quiz = {"title": clean(lesson.title), **payload, "max_questions": most}
    return TextRequest("key_points", course.language, payload), TextRequest("quiz", course.language, quiz)


def _payload(slide: SlidePlan, words: Mapping[str, str]) -> dict[str, Any]:
    """What a slide says; a title that the player made ("Slide 2") is none, and a table is given with its cells."""
    blocks = [block for build in slide.builds for block in build.blocks]
    title = None if slide.title == untitled(slide.number, words) else slide.title
    payload = {"ref": slide.ref, "title": title, "texts": [block.text for block in blocks]}
    tables = [[list(row) for row in block.rows] for block in blocks if block.rows]
    return {**payload, "tables": tables} if tables else payload


def _ask(course: Course, lesson: LessonContent, bench: Bench, request: TextRequest) -> Any:
    sources = tuple(slide["ref"] for slide in request.payload["slides"])
    return bench.write(request, Purpose(course.id, lesson.id, Engine.E4, request.task, sources=sources)).value


def _review(answer: Mapping[str, Any], words: Mapping[str, str]) -> list[Interaction]:
    kind = answer["kind"] if answer["kind"] in REVIEWS else REVIEWS[0]
    entries = [
        {"title": one_line(entry["title"], QUESTION_CHARS), "text": clean(entry["text"]), "ref": entry["ref"]}
        for entry in answer["items"]
        if entry["title"].strip() and entry["text"].strip()
    ]
    title = one_line(answer["title"], QUESTION_CHARS) or words["keyPoints"]
    return [Interaction(kind, title, "", {"entries": entries})] if len(entries) >= FEWEST_ENTRIES else []


def _quiz(answer: Mapping[str, Any], most: int, words: Mapping[str, str]) -> list[Interaction]:
    read = [_question(question) for question in answer["questions"]]
    questions = tuple(question for question in read if is_answerable(question))[:most]
    return [Interaction(QUIZ, words["quiz"], "", {}, questions)] if questions else []


def _question(answer: Mapping[str, Any]) -> QuizQuestion:
    return QuizQuestion(
        text=clean(answer["text"]).strip()[:QUESTION_CHARS],
        question_type=QuestionType(answer["type"]),
        options=_cleaned(answer["options"]),
        correct=tuple(clean(right) if isinstance(right, str) else right for right in answer["correct"]),
        feedback=_cleaned(answer["feedback"]),
        source_ref=answer["ref"],
    )


def _cleaned(texts: Sequence[str]) -> tuple[str, ...]:
    return tuple(clean(text).strip() for text in texts)


def is_answerable(question: QuizQuestion) -> bool:
    """Whether a learner can answer it, and some answer is right and some is wrong."""
    if question.question_type is QuestionType.SHORT_ANSWER:
        typed = [right for right in question.correct if isinstance(right, str) and right.strip()]
        return bool(question.text and typed) and all(len(right) <= TYPED_ANSWER_CHARS for right in typed)
    rights = {right for right in question.correct if right in range(len(question.options))}
    is_many = question.question_type is QuestionType.MCQ_MULTI
    return (
        bool(question.text and rights)
        and len(rights) == len(question.correct)
        and (is_many or len(rights) == 1)
        and FEWEST_OPTIONS <= len(question.options) <= MOST_OPTIONS
        and len(set(question.options)) == len(question.options)
        and all(question.options)
    )
