"""All tasks by their names: template, shape, checks, limits, and who carries them out without a model."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from importlib import import_module
from typing import Any, Literal

from pydantic import BaseModel

from coursecrafter.gateway.ports import TextRequest
from coursecrafter.gateway.tasks import judges, shapes, templates
from coursecrafter.gateway.tasks.asking import answer_language, asks, system_turn
from coursecrafter.gateway.tasks.judging import MOST_COMPLAINTS, Judged, judged, material_of
from coursecrafter.gateway.tasks.language_names import is_language
from coursecrafter.gateway.tasks.material import Material
from coursecrafter.gateway.tasks.refusing import (
    UnusableInput,
    has_text,
    is_readable,
    require_readable,
    require_short,
    require_text,
)
from coursecrafter.gateway.tasks.task import Prompt, Task

MOST_CHARS = 60_000  # of a source, in one call: some 20,000 tokens
MOST_EDITED_CHARS = 20_000
MOST_QUESTION_CHARS = 1500
SCENE_ANSWER_CHARS = 900
EDITING = "coursecrafter.gateway.providers.offline_text.editing"
OFFLINE = "coursecrafter.gateway.providers.offline_text"


def _task(
    name: str,
    instructions: str,
    shape: type[BaseModel],
    judge: Callable[[Judged], Iterator[str]],
    answer_chars: Callable[[Material], int],
    *,
    version: int = 1,
    call_type: Literal["llm_outline", "llm_script"] = "llm_script",
    most_chars: int = MOST_EDITED_CHARS,
    is_about_files: bool = False,
) -> Task:
    system = system_turn(instructions)
    asked = asks(instructions, answer_chars)

    def ask(request: TextRequest) -> Prompt:
        turn, user, tokens = asked(request)
        return Prompt(turn, user, tokens, material_of(request).pictures)

    def check(request: TextRequest, answer: Mapping[str, Any]) -> Sequence[str]:
        case = judged(request, answer, answer_language(request), system)
        return tuple(dict.fromkeys(judge(case)))[:MOST_COMPLAINTS]

    def is_empty(request: TextRequest) -> bool:
        material = material_of(request)
        return not material.pictures and not (has_text(material.texts) and is_readable(material.texts))

    def refuse(request: TextRequest) -> None:
        material = material_of(request)
        if is_about_files:  # whatever a file holds, a course is built: such tasks are split, and answered by rules
            return
        texts = (material.own,) if "text" in material.shown else material.texts
        if not material.pictures:
            require_text(texts)
        require_readable(texts)
        require_short(material.texts, most_chars)
        if name == "translate" and not is_language(request.payload["to"]):
            raise UnusableInput("That is no language that we can name to a model.", detail=request.payload["to"])

    return Task(name, call_type, version, shape, ask, check, refuse, is_empty, _offline(name))


def _offline(name: str) -> Callable[[str, Mapping[str, Any]], dict[str, Any]]:
    """The writer by rules, found when it is called: it brings dictionaries that a call to a model does not need."""

    def write(tag: str, payload: Mapping[str, Any]) -> dict[str, Any]:
        module = OFFLINE if name in {"outline", "quiz", "key_points", "summary"} else EDITING
        answer: dict[str, Any] = getattr(import_module(module), f"write_{name}")(tag, payload)
        return answer

    return write


def _chars(material: Material) -> int:
    return sum(map(len, material.texts))


def _fixed(chars: int) -> Callable[[Material], int]:
    return lambda _: chars


def _edited(times: float) -> Callable[[Material], int]:
    return lambda material: int(times * len(material.own))


_ALL = (
    _task(
        "outline",
        templates.OUTLINE,
        shapes.Outline,
        judges.judge_outline,
        lambda material: SCENE_ANSWER_CHARS * (material.limits["scenes"] + 2),
        call_type="llm_outline",
        is_about_files=True,
    ),
    _task(
        "quiz",
        templates.QUIZ,
        shapes.Quiz,
        judges.judge_quiz,
        lambda material: MOST_QUESTION_CHARS * material.limits["most_questions"],
        is_about_files=True,
    ),
    _task(
        "key_points",
        templates.KEY_POINTS,
        shapes.KeyPoints,
        judges.judge_key_points,
        _fixed(4000),
        is_about_files=True,
    ),
    _task(
        "summary",
        templates.SUMMARY,
        shapes.Summary,
        judges.judge_summary,
        lambda material: 500 * material.limits["sentences"],
        is_about_files=True,
    ),
    _task(
        "script",
        templates.SCRIPT,
        shapes.Script,
        judges.judge_script,
        lambda material: 12 * material.limits["most_words"],
    ),
    _task("image_prompt", templates.IMAGE_PROMPT, shapes.ImagePrompt, judges.judge_prompt, _fixed(1000)),
    _task("rewrite", templates.REWRITE, shapes.Text, judges.judge_rewritten, _edited(1.5)),
    _task("summarise", templates.SUMMARISE, shapes.Text, judges.judge_summarised, _edited(1)),
    _task("extend", templates.EXTEND, shapes.SourcedText, judges.judge_extended, _edited(3), most_chars=MOST_CHARS),
    _task("simplify", templates.SIMPLIFY, shapes.Text, judges.judge_simplified, _edited(2)),
    _task("change_style", templates.CHANGE_STYLE, shapes.Text, judges.judge_rewritten, _edited(1.5)),
    _task(
        "add_example",
        templates.ADD_EXAMPLE,
        shapes.SourcedText,
        judges.judge_extended,
        _edited(3),
        most_chars=MOST_CHARS,
    ),
    _task(
        "suggest_illustration",
        templates.SUGGEST_ILLUSTRATION,
        shapes.Illustration,
        judges.judge_illustration,
        _fixed(1500),
    ),
    _task("alt_text", templates.ALT_TEXT, shapes.Text, judges.judge_alt_text, _fixed(600)),
    _task("interaction", templates.INTERACTION, shapes.InteractionParts, judges.judge_interaction, _fixed(9000)),
    _task("translate", templates.TRANSLATE, shapes.Translation, judges.judge_translation, lambda m: 3 * _chars(m)),
)

TASKS: Mapping[str, Task] = {task.name: task for task in _ALL}
