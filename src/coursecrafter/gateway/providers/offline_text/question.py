"""A question, and the parts of which all are put together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from coursecrafter.gateway.providers.offline_text.language import Language
from coursecrafter.gateway.providers.offline_text.phrases import Phrases
from coursecrafter.gateway.providers.offline_text.slides import Slide
from coursecrafter.gateway.providers.offline_text.terms import Terms


@dataclass(frozen=True, slots=True)
class Deck:
    """All slides, their terms, and the words of the questions."""

    slides: tuple[Slide, ...]
    terms: Terms
    say: Phrases
    language: Language


@dataclass(frozen=True, slots=True)
class Question:
    """A question about one slide.

    Attributes:
        worth: how good questions of its form are, 0 to 10.
        form: how it was made, so that a quiz has several.
        fact: the text that answers it; no two questions of a quiz ask for the same one.
    """

    text: str
    kind: str
    options: tuple[str, ...]
    correct: tuple[int | str, ...]
    feedback: tuple[str, ...]
    ref: str
    worth: int
    form: str
    fact: str

    def as_json(self) -> dict[str, Any]:
        """As the task answers it."""
        return {
            "text": self.text,
            "type": self.kind,
            "options": list(self.options),
            "correct": list(self.correct),
            "feedback": list(self.feedback),
            "ref": self.ref,
        }


def choice(
    deck: Deck, slide: Slide, text: str, right: str, wrong: Sequence[str], *, because: str, worth: int, form: str
) -> Question:
    """A choice of one; where the right answer stands follows from a hash of the texts."""
    options = tuple(sorted((right, *wrong), key=lambda option: digest(text, option)))
    feedback = tuple((deck.say.right if option == right else deck.say.wrong).format(because) for option in options)
    return Question(text, "mcq_single", options, (options.index(right),), feedback, slide.ref, worth, form, because)


def judged(deck: Deck, slide: Slide, text: str, *, is_true: bool, because: str, worth: int, form: str) -> Question:
    """A claim to be judged true or false."""
    feedback = (deck.say.right.format(because), deck.say.wrong.format(because))
    return Question(
        text,
        "true_false",
        (deck.say.true, deck.say.false),
        (0 if is_true else 1,),
        feedback if is_true else feedback[::-1],
        slide.ref,
        worth,
        form,
        because,
    )


def is_given_away(stem: str, answer: str) -> bool:
    """Whether the stem says the answer."""
    return answer.casefold().strip(" .!") in stem.casefold()


def digest(*parts: str) -> bytes:
    """A hash to order and choose by, so that the same deck gives the same quiz."""
    return sha256("\n".join(parts).encode("utf-8", "replace")).digest()
