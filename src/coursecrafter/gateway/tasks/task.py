"""What a task is: how a model is asked, what its answer looks like, and what is wrong with one."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from pydantic import BaseModel

from coursecrafter.gateway.ports import Kind, TextRequest


@dataclass(frozen=True, slots=True)
class Prompt:
    """What a model is asked.

    Attributes:
        system: a constant of the task; nothing from outside stands here, not even the answer's language.
        user: our order, and what came from outside inside a fence.
        most_tokens: of the answer, with room for a model that thinks first.
        pictures: PNG or JPEG, to be looked at with the user turn.
    """

    system: str
    user: str
    most_tokens: int
    pictures: tuple[bytes, ...] = ()


@dataclass(frozen=True, slots=True)
class Task:
    """A typed question to a language model.

    Attributes:
        name: as in `TextRequest.task`.
        call_type: as the ledger names it (schema 10.1).
        version: of template, schema and checks together; part of content keys.
        shape: of the answer; `answer_schema` gives what a provider is sent.
        ask: the prompt; the same request gives the same prompt.
        check: complaints for a repair turn, in English; () where the answer is fine.
        refuse: raises where there is no text, it is unreadable or too long, or an input is none (CC-0334 to CC-0337);
            what files say, however much or little it is, is never refused.
        is_empty: whether there is nothing to write from that can be read: then a model would only invent something, and
            the offline answer is the right one.
        offline: the answer by rules, from the answer's language and the payload.
    """

    name: str
    call_type: Literal["llm_outline", "llm_script", "parse"]
    version: int
    shape: type[BaseModel]
    ask: Callable[[TextRequest], Prompt]
    check: Callable[[TextRequest, Mapping[str, Any]], Sequence[str]]
    refuse: Callable[[TextRequest], None]
    is_empty: Callable[[TextRequest], bool]
    offline: Callable[[str, Mapping[str, Any]], dict[str, Any]]

    @property
    def kind(self) -> Kind:
        """By which routes it is asked for."""
        return Kind.PARSE if self.call_type == "parse" else Kind.TEXT
