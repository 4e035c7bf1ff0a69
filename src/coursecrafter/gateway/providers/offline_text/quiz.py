"""A quiz made of a deck's own words: tables, labels, steps, numbers, gaps, what belongs where.

Which questions are asked and where the right answers stand follow from the texts alone, so the same deck gives the
same quiz. A deck with little to ask for gets a short quiz.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from coursecrafter.gateway.providers.offline_text.forms import FORMS, any_choice
from coursecrafter.gateway.providers.offline_text.language import language_of
from coursecrafter.gateway.providers.offline_text.phrases import phrases
from coursecrafter.gateway.providers.offline_text.question import Deck, Question
from coursecrafter.gateway.providers.offline_text.slides import read_slides
from coursecrafter.gateway.providers.offline_text.terms import Terms

GOOD = 2  # worth less: only where there is nothing else
OF_ONE = 100  # a point of worth outweighs any number of equal truths
SAME_FORM, SAME_KIND = 3, 1  # what another question of a form or a type is worth less


def write_quiz(tag: str, payload: Mapping[str, Any]) -> dict[str, Any]:
    """Questions in order of the slides; at least one for any deck with two different texts.

    Args:
        tag: BCP 47.
        payload: `{"title", "slides": [{"ref", "title", "texts", "tables"}], "max_questions"}`; `tables` (optional)
            holds the cells, row by row, of the tables that `texts` say line by line.

    Returns:
        `{"questions": [{"text", "type", "options", "correct", "feedback", "ref"}]}`; `correct` holds indices into the
        options, or the accepted texts of a short answer, which has no options and one feedback.
    """
    language = language_of(tag)
    slides = read_slides(language, payload["slides"])
    deck = Deck(slides, Terms.of(language, [slide.text for slide in slides]), phrases(tag), language)
    most = int(payload["max_questions"])
    made = [[question for form in FORMS for question in form(deck, slide)] for slide in slides]
    good = [[question for question in found if question.worth >= GOOD] for found in made]
    chosen = _choose(good, most) or _choose(made, min(most, 1))
    whole = replace(deck, slides=read_slides(language, payload["slides"], has_footers=False))
    last_resort = None if chosen or most <= 0 else any_choice(deck) or any_choice(whole)
    chosen = [last_resort] if last_resort else chosen
    return {"questions": [question.as_json() for question in chosen]}


def _choose(made: Sequence[Sequence[Question]], most: int) -> list[Question]:
    """One for each slide, spread over the deck, then further ones while there is room; forms and types in turn."""
    asking = [nth for nth, found in enumerate(made) if found]
    chosen: list[tuple[int, Question]] = []
    if len(asking) > most:
        parts = [asking[nth * len(asking) // most : (nth + 1) * len(asking) // most] for nth in range(most)]
    else:
        parts = [[nth] for nth in asking]
    is_more = True
    while is_more and len(chosen) < most:
        is_more = False
        for part in parts:
            best = _best([(nth, question) for nth in part for question in made[nth]], chosen)
            if best and len(chosen) < most:
                chosen.append(best)
                is_more = True
    return [question for _, question in sorted(chosen, key=lambda entry: entry[0])]


def _best(found: Sequence[tuple[int, Question]], chosen: Sequence[tuple[int, Question]]) -> tuple[int, Question] | None:
    """The one worth most beside those that are chosen; None if all that is left is asked already."""
    asked = {question.fact for _, question in chosen} | {question.text for _, question in chosen}
    left = [entry for entry in found if not {entry[1].fact, entry[1].text} & asked]
    return max(left, key=lambda entry: _worth(entry[1], [question for _, question in chosen]), default=None)


def _worth(question: Question, chosen: Sequence[Question]) -> int:
    """Less for each question of its form and type; of a claim and its opposite, the rarer truth is worth more."""
    same_form = sum(other.form == question.form for other in chosen)
    same_kind = sum(other.kind == question.kind for other in chosen)
    same_truth = sum((other.kind, other.correct) == ("true_false", question.correct) for other in chosen)
    is_claim = question.kind == "true_false"
    return OF_ONE * (question.worth - SAME_FORM * same_form - SAME_KIND * same_kind) - is_claim * same_truth
