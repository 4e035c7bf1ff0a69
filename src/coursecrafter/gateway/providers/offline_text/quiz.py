"""A quiz made of a deck's own sentences: gaps, swapped terms, what belongs where.

Every right answer stands on a slide; every wrong one stands on another slide. Which question is asked and where the
right answer stands follow from hashes of the texts, so the same deck gives the same quiz.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from coursecrafter.gateway.providers.offline_text.language import (
    Language,
    as_sentence,
    cut_words,
    is_prose,
    language_of,
    tidy,
    words,
)
from coursecrafter.gateway.providers.offline_text.outline import lines, repeated_lines
from coursecrafter.gateway.providers.offline_text.phrases import Phrases, phrases
from coursecrafter.gateway.providers.offline_text.terms import Terms, blanked, swapped

OPTION_CHARS = 110
TITLE_CHARS = 90
FEWEST_WORDS, MOST_WORDS = 6, 32
MOST_OPTIONS = 4
FEWEST_DISTRACTORS = 2
MOST_OWN = 3
NO_STATEMENT = ("?", "؟", "？", ":", "：")


@dataclass(frozen=True, slots=True)
class Slide:
    """What a question can be made of.

    Attributes:
        lines: its texts in order, each once, without its title.
        sentences: those of them that state something, best first.
    """

    ref: str
    title: str
    lines: tuple[str, ...]
    sentences: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Question:
    text: str
    kind: str
    options: tuple[str, ...]
    correct: tuple[int | str, ...]
    feedback: tuple[str, ...]
    ref: str

    def as_json(self) -> dict[str, Any]:
        return {
            "text": self.text,
            "type": self.kind,
            "options": list(self.options),
            "correct": list(self.correct),
            "feedback": list(self.feedback),
            "ref": self.ref,
        }


@dataclass(frozen=True, slots=True)
class _Deck:
    """All slides, their terms, and the words of the questions."""

    slides: tuple[Slide, ...]
    terms: Terms
    say: Phrases
    language: Language


Maker = Callable[[_Deck, Slide], "_Question | None"]


def write_quiz(tag: str, payload: Mapping[str, Any]) -> dict[str, Any]:
    """Questions in order of the slides; at least one for any deck with two different texts.

    Args:
        tag: BCP 47.
        payload: `{"title", "slides": [{"ref", "title", "texts"}], "max_questions"}`.

    Returns:
        `{"questions": [{"text", "type", "options", "correct", "feedback", "ref"}]}`; `correct` holds indices into the
        options, or the accepted texts of a short answer, which has no options and one feedback.
    """
    language = language_of(tag)
    boilerplate = repeated_lines(payload["slides"])
    slides = tuple(_slide(language, slide, boilerplate) for slide in payload["slides"])
    deck = _Deck(slides, Terms.of(language, [" ".join(slide.lines) for slide in slides]), phrases(tag), language)
    most = int(payload["max_questions"])
    questions = _choose(deck, most) or [question for question in [_comes_first(deck)] if question and most > 0]
    return {"questions": [question.as_json() for question in questions]}


def _slide(language: Language, slide: Mapping[str, Any], boilerplate: frozenset[str]) -> Slide:
    title = tidy(slide["title"] or "")
    known = boilerplate | {title.casefold()}
    found = {line.casefold(): line for text in reversed(slide["texts"]) for line in reversed(lines(text))}
    unique = tuple(line for key, line in reversed(found.items()) if key not in known)
    stated = [sentence for line in unique for sentence in language.sentences(line) if _states(sentence)]
    topic = set(language.stems(title))
    best = sorted(stated, key=lambda sentence: (-_worth(language, sentence, topic), sentence))
    return Slide(slide["ref"], title, unique, tuple(dict.fromkeys(best)))


def _states(sentence: str) -> bool:
    is_aside = sentence.endswith(NO_STATEMENT) or sentence.startswith("(")
    return is_prose(sentence) and not is_aside and FEWEST_WORDS <= len(words(sentence)) <= MOST_WORDS


def _worth(language: Language, sentence: str, topic: set[str]) -> int:
    is_whole = sentence.endswith((".", "!", "۔", "।"))
    return 3 * is_whole + 2 * bool(topic & set(language.stems(sentence))) + (len(words(sentence)) >= 8)  # noqa: PLR2004  # a full thought


def _choose(deck: _Deck, most: int) -> list[_Question]:
    """Spread over the deck, kinds in turn; further rounds over the same slides while there is room."""
    made: list[tuple[int, list[_Question]]] = []
    titled: set[str] = set()
    for nth, slide in enumerate(deck.slides):
        is_new = slide.title.casefold() not in titled
        titled.add(slide.title.casefold())
        makers = [*MAKERS, *TITLE_MAKERS] if is_new and slide.title else MAKERS
        found = [question for question in (maker(deck, slide) for maker in makers) if question]
        if found:
            made.append((nth, found))
    if len(made) > most:
        made = [made[(2 * nth + 1) * len(made) // (2 * most)] for nth in range(most)]
    chosen: list[tuple[int, int, _Question]] = []
    for turn in range(len(MAKERS) + len(TITLE_MAKERS)):
        for place, (nth, found) in enumerate(made):
            if turn < len(found) and len(chosen) < most:
                chosen.append((nth, turn, found[(place + turn) % len(found)]))
    unique = {question.text: question for _, _, question in reversed(chosen)}
    return [
        question for _, _, question in sorted(chosen, key=lambda entry: entry[:2]) if unique[question.text] is question
    ]


def _gap(deck: _Deck, slide: Slide) -> _Question | None:
    """A sentence with a gap; a choice where the deck has terms of the same kind, else a short answer."""
    for sentence in slide.sentences:
        term = deck.terms.best_term(sentence)
        if term is None:
            continue
        others = deck.terms.distractors(term, " ".join((slide.title, *slide.lines)))[: MOST_OPTIONS - 1]
        text = deck.say.fill_gap.format(blanked(sentence, term))
        if len(others) < FEWEST_DISTRACTORS:
            return _Question(text, "short_answer", (), (term,), (deck.say.right.format(sentence),), slide.ref)
        return _single(deck, text, term, others, sentence, slide.ref)
    return None


def _true_false(deck: _Deck, slide: Slide) -> _Question | None:
    """A sentence of the slide, or the same with a term of another slide."""
    for sentence in slide.sentences[1:] or slide.sentences:  # the first one has the gap
        term = deck.terms.best_term(sentence)
        others = deck.terms.distractors(term, " ".join((slide.title, *slide.lines))) if term else []
        if term is None or not others:
            continue
        is_true = _hash(sentence, slide.ref)[0] % 2 == 0
        claim = as_sentence(sentence if is_true else swapped(sentence, term, others[0]))
        judged = (deck.say.right.format(sentence), deck.say.wrong.format(sentence))
        options = (deck.say.true, deck.say.false)
        feedback = judged if is_true else judged[::-1]
        return _Question(
            deck.say.is_it_true.format(claim), "true_false", options, (0 if is_true else 1,), feedback, slide.ref
        )
    return None


def _belongs(deck: _Deck, slide: Slide) -> _Question | None:
    """Lines of the slide among lines of others: several right ones where the slide has several, else one."""
    own_slides = [other for other in deck.slides if other.title.casefold() == slide.title.casefold()]
    own = _short([(line, slide.title) for line in slide.lines], set())
    said = {_cut(line).casefold() for other in own_slides for line in (other.title, *other.lines)}
    strangers = [(line, other.title) for other in deck.slides if other not in own_slides for line in other.lines]
    foreign = _short(sorted(strangers, key=lambda entry: _hash(slide.ref, entry[0])), said)
    topic = set(deck.language.stems(" ".join((slide.title, *slide.lines))))
    foreign.sort(
        key=lambda entry: len(topic & set(deck.language.stems(entry[0])))
    )  # the least related are surely wrong
    if not own or not foreign:
        return None
    title = cut_words(slide.title, TITLE_CHARS)
    picked = sorted(own, key=lambda entry: _hash(title, entry[0]))[: MOST_OWN if len(own) > MOST_OWN else 2]
    if len(own) == 1 or len(foreign) == 1:
        wrong = [line for line, _ in foreign[: MOST_OPTIONS - 1]]
        return _single(
            deck, deck.say.belongs_one.format(title), picked[0][0], wrong, f"{title}: {picked[0][0]}", slide.ref
        )
    options = sorted([*picked, *foreign[:2]], key=lambda entry: _hash(slide.ref, title, entry[0]))
    correct = tuple(index for index, entry in enumerate(options) if entry in picked)
    feedback = tuple(
        deck.say.right.format(f"{title}: {line}")
        if index in correct
        else deck.say.wrong.format(f"{home}: {line}" if home else line)
        for index, (line, home) in enumerate(options)
    )
    text = deck.say.belongs_many.format(title)
    return _Question(text, "mcq_multi", tuple(line for line, _ in options), correct, feedback, slide.ref)


def _short(entries: Sequence[tuple[str, str]], said: set[str]) -> list[tuple[str, str]]:
    """Lines as options with the title of their slide: cut, each once, no question, none that is said already."""
    found: dict[str, tuple[str, str]] = {}
    for line, title in entries:
        option = _cut(line)
        if option.casefold() not in said and not option.endswith(NO_STATEMENT):
            found.setdefault(option.casefold(), (option, cut_words(title, TITLE_CHARS)))
    return list(found.values())


def _comes_first(deck: _Deck) -> _Question | None:
    """The last resort: which text of the deck stands first."""
    found = [(text, slide.ref) for slide in deck.slides for text in (slide.title, *slide.lines) if is_prose(text)]
    unique = {_cut(text).casefold(): (_cut(text), ref) for text, ref in reversed(found)}
    ordered = [unique[key] for key in dict.fromkeys(_cut(text).casefold() for text, _ in found)]
    if len(ordered) < 2:  # noqa: PLR2004  # a choice needs two
        return None
    first, others = ordered[0], [text for text, _ in ordered[1:MOST_OPTIONS]]
    return _single(deck, deck.say.comes_first, first[0], others, first[0], first[1])


def _single(deck: _Deck, text: str, right: str, wrong: Sequence[str], because: str, ref: str) -> _Question:
    options = tuple(sorted((right, *wrong), key=lambda option: _hash(text, option)))
    feedback = tuple((deck.say.right if option == right else deck.say.wrong).format(because) for option in options)
    return _Question(text, "mcq_single", options, (options.index(right),), feedback, ref)


def _cut(text: str) -> str:
    return cut_words(text, OPTION_CHARS)


def _hash(*parts: str) -> bytes:
    return sha256("\n".join(parts).encode("utf-8", "replace")).digest()


MAKERS: tuple[Maker, ...] = (_gap, _true_false)
TITLE_MAKERS: tuple[Maker, ...] = (_belongs,)
