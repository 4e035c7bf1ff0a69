"""Writing without key or network: sentences chosen from the author's sources by rules, never invented."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from coursecrafter.errors import GatewayError
from coursecrafter.gateway.ports import TextAnswer, TextRequest
from coursecrafter.gateway.providers.offline_text.editing import (
    write_add_example,
    write_alt_text,
    write_change_style,
    write_extend,
    write_image_prompt,
    write_interaction,
    write_rewrite,
    write_script,
    write_simplify,
    write_suggest_illustration,
    write_summarise,
    write_translate,
)
from coursecrafter.gateway.providers.offline_text.key_points import write_key_points
from coursecrafter.gateway.providers.offline_text.outline import write_outline, write_summary
from coursecrafter.gateway.providers.offline_text.quiz import write_quiz

PROVIDER = "offline"
MODEL = "extractive"
REVISION = 5  # raise it when the same payload gives another answer

Writer = Callable[[str, Mapping[str, Any]], dict[str, Any]]
TASKS: Mapping[str, Writer] = {
    "outline": write_outline,
    "quiz": write_quiz,
    "key_points": write_key_points,
    "summary": write_summary,
    "script": write_script,
    "rewrite": write_rewrite,
    "summarise": write_summarise,
    "extend": write_extend,
    "simplify": write_simplify,
    "change_style": write_change_style,
    "add_example": write_add_example,
    "suggest_illustration": write_suggest_illustration,
    "image_prompt": write_image_prompt,
    "alt_text": write_alt_text,
    "interaction": write_interaction,
    "translate": write_translate,
}


class UnknownTask(GatewayError):
    """The provider was asked for a kind of text that it does not write."""

    code = "CC-0306"
    status = 422
    remedy = "Choose a provider with a language model for this, or write the text yourself."


class OfflineText:
    """Writes outlines, quizzes, summaries and edited texts from the texts it is given."""

    def identity(self) -> str:
        """Provider, model and revision."""
        return f"{PROVIDER}/{MODEL}/r{REVISION}"

    def write(self, request: TextRequest) -> TextAnswer:
        """Answer a task; its inputs and outputs are described where it is written.

        Raises:
            UnknownTask: CC-0306.
        """
        writer = TASKS.get(request.task)
        if writer is None:
            raise UnknownTask(
                f"The offline provider cannot write {request.task!r}. It writes {', '.join(sorted(TASKS))}."
            )
        return TextAnswer(writer(request.language, request.payload), PROVIDER, f"{MODEL}/r{REVISION}")
