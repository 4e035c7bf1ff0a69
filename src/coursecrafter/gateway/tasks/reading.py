"""A model's words become an answer, or complaints; and how it is told of them once."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import ValidationError

from coursecrafter.gateway.ports import TextRequest, Turn
from coursecrafter.gateway.providers.schemas import fenced_texts
from coursecrafter.gateway.tasks.fencing import fenced, plain, visible
from coursecrafter.gateway.tasks.task import Prompt, Task

LONGEST_ANSWER_CHARS = 1_000_000
SENT_BACK_CHARS = 20_000
MOST_SHAPE_COMPLAINTS = 8
LONGEST_PLACE = 80


def read_answer(task: Task, request: TextRequest, text: str) -> tuple[dict[str, Any] | None, list[str]]:
    """Read what a model answered.

    Args:
        text: JSON, also between lines of a code fence or among other words.

    Returns:
        The answer and no complaints; or, with complaints in English, the answer that has the right shape, or None.
    """
    value, complaint = _parse(text)
    if value is None:
        return None, [complaint]
    try:
        answer = task.shape.model_validate(_visible(value)).model_dump()
    except ValidationError as error:
        return None, _shape_complaints(error)
    return answer, list(task.check(request, answer))


def _parse(text: str) -> tuple[dict[str, Any] | None, str]:
    if not text.strip():
        return None, "The answer is empty."
    if len(text) > LONGEST_ANSWER_CHARS:
        return None, f"The answer has more than {LONGEST_ANSWER_CHARS:,} characters."
    bare = text.strip().lstrip("\ufeff")
    complaint = "The answer is not one JSON object."
    for candidate in (bare, *fenced_texts(bare), *_from_first_brace(bare)):
        try:
            value = json.loads(candidate, object_pairs_hook=_object, parse_constant=_refuse_constant)
        except _DoubledKey as error:
            complaint = f"A key of the JSON object stands there twice: “{plain(str(error))[:LONGEST_PLACE]}”."
        except (ValueError, RecursionError):
            continue
        else:
            if isinstance(value, dict):
                return value, ""
    return None, complaint


def _from_first_brace(text: str) -> list[str]:
    """The first object that stands in a text with other words around it."""
    start = text.find("{")
    if start < 0:
        return []
    try:
        _, end = json.JSONDecoder().raw_decode(text, start)
    except (ValueError, RecursionError):
        return []
    return [text[start:end]]


class _DoubledKey(Exception):
    """Readers differ in which of two they take, so neither is taken."""


def _object(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        counts = Counter(key for key, _ in pairs)
        raise _DoubledKey(next(key for key, _ in pairs if counts[key] > 1))
    return found


def _refuse_constant(name: str) -> float:
    raise ValueError(name)


def _visible(value: Any) -> Any:
    """The value with texts as a person sees them: a model can be made to hide words too."""
    if isinstance(value, str):
        return visible(value).strip()
    if isinstance(value, list):
        return [_visible(entry) for entry in value]
    if isinstance(value, Mapping):
        return {key: _visible(entry) for key, entry in value.items()}
    return value


def _shape_complaints(error: ValidationError) -> list[str]:
    found = error.errors(include_input=False, include_url=False, include_context=False)
    return [
        f"{'.'.join(map(str, one['loc']))[:LONGEST_PLACE] or 'answer'}: {one['msg']}"
        for one in found[:MOST_SHAPE_COMPLAINTS]
    ]


def repair_turns(prompt: Prompt, text: str, complaints: Sequence[str]) -> tuple[Turn, ...]:
    """The conversation that gives a model one more chance.

    Args:
        prompt: what it was asked.
        text: what it answered.
        complaints: what is wrong with it; they may quote the answer, so they stand in a fence too.

    Returns:
        The first order, the answer without anything that could pass for a turn, and what is wrong.
    """
    said = plain(text[:SENT_BACK_CHARS]).strip() or "(nothing)"
    order = "\n".join(
        [
            "Your answer cannot be used. What is wrong with it, as data:",
            fenced({"complaints": list(complaints)}),
            "Carry out the first order again on the first block of data and correct this. All rules still hold.",
            "Answer with the whole JSON object only.",
        ]
    )
    return Turn("user", prompt.user), Turn("assistant", said), Turn("user", order)
