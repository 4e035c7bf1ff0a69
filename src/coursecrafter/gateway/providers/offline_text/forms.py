"""The forms of a question: what a table, a label, a step, a sentence or a bullet can be asked for.

Every right answer stands on its slide, word for word. Wrong ones stand elsewhere in the deck; only numbers are made.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from coursecrafter.gateway.providers.offline_text.language import as_sentence, cut_words, is_prose
from coursecrafter.gateway.providers.offline_text.question import Deck, Question, choice, digest, is_given_away, judged
from coursecrafter.gateway.providers.offline_text.slides import Pair, Slide
from coursecrafter.gateway.providers.offline_text.statements import is_statement
from coursecrafter.gateway.providers.offline_text.terms import Term, blanked, swapped

OPTION_CHARS = 110
TITLE_CHARS = 90
MOST_OPTIONS = 4
FEWEST_DISTRACTORS = 2
MOST_OWN = 3
LINE_ENDS = " .:：。"
NO_HEADING = ("?", "؟", "？", "…")
QUOTATION_MARKS = dict.fromkeys(map(ord, '“”„«»"'))
TABLE, DESCRIBES, NUMBER_GAP, STEP, NUMBER_CLAIM, POINTS, PAIR_CLAIM, NOUN_GAP = 9, 8, 8, 7, 7, 6, 6, 5
ONE_POINT, CLAIM, TYPED = 3, 2, 1

Form = Callable[[Deck, Slide], Iterator[Question]]


def about_tables(deck: Deck, slide: Slide) -> Iterator[Question]:
    """A cell by its column and its row."""
    for table in slide.tables:
        header, *rows = table
        for column in sorted(range(1, len(header)), key=lambda nth: digest(slide.ref, header[nth])):
            cells = [row[column] for row in rows]
            for row in sorted(rows, key=lambda row: digest(header[column], row[0])):
                right = row[column]
                wrong = [cell for cell in dict.fromkeys(cells) if cell and cell.casefold() != right.casefold()]
                text = deck.say.in_table.format(bare(slide.title) or header[0], header[column], row[0])
                if right and cells.count(right) == 1 and len(wrong) >= FEWEST_DISTRACTORS:
                    because = f"{row[0]} – {header[column]}: {right}"
                    yield choice(
                        deck, slide, text, right, wrong[: MOST_OPTIONS - 1], because=because, worth=TABLE, form="table"
                    )


def about_pairs(deck: Deck, slide: Slide) -> Iterator[Question]:
    """What is said of a label, among what is said of the others; and a claim that may be swapped."""
    for pair in sorted(slide.pairs, key=lambda pair: digest(pair.label, pair.text)):
        others = _other_pairs(deck, slide, pair)
        text = deck.say.describes.format(bare(pair.label))
        because = f"{pair.label}: {pair.text}"
        if len(others) >= FEWEST_DISTRACTORS:
            wrong = [other.text for other in others[: MOST_OPTIONS - 1]]
            yield choice(
                deck, slide, text, pair.text, wrong, because=as_sentence(because), worth=DESCRIBES, form="describes"
            )
            for is_true in (True, False):
                claim = as_sentence(f"{pair.label}: {pair.text if is_true else others[0].text}")
                text = deck.say.is_it_true.format(claim)
                because = as_sentence(f"{pair.label}: {pair.text}")
                yield judged(deck, slide, text, is_true=is_true, because=because, worth=PAIR_CLAIM, form="pair claim")


def _other_pairs(deck: Deck, slide: Slide, pair: Pair) -> list[Pair]:
    """Pairs of the slide, then of slides that share no label, never one that says the same."""
    labels = {own.label.casefold() for own in slide.pairs}
    foreign = [
        other
        for home in deck.slides
        if home is not slide
        for other in home.pairs
        if other.label.casefold() not in labels
    ]
    own = [other for other in slide.pairs if other is not pair]
    ranked = [
        *sorted(own, key=lambda other: digest(pair.label, other.label)),
        *sorted(foreign, key=lambda other: abs(len(other.text) - len(pair.text))),
    ]
    unique = {other.text.casefold(): other for other in reversed(ranked)}
    return [
        other
        for other in ranked
        if unique[other.text.casefold()] is other and other.text.casefold() != pair.text.casefold()
    ]


def about_steps(deck: Deck, slide: Slide) -> Iterator[Question]:
    """The step after a step."""
    for nth in sorted(range(len(slide.steps) - 1), key=lambda nth: digest(slide.ref, slide.steps[nth])):
        step, right = slide.steps[nth], slide.steps[nth + 1]
        wrong = sorted(set(slide.steps) - {step, right}, key=lambda other: digest(step, other))[: MOST_OPTIONS - 1]
        text = deck.say.comes_after.format(step)
        yield choice(deck, slide, text, right, wrong, because=f"{step} {right}", worth=STEP, form="step")


def about_numbers(deck: Deck, slide: Slide) -> Iterator[Question]:
    """A number as a gap, or a claim with the number as it is or another."""
    for sentence in slide.statements:
        for term in deck.terms.numbers(sentence):
            others = deck.terms.distractors(term, slide.text, MOST_OPTIONS - 1)
            if len(others) >= FEWEST_DISTRACTORS:
                yield _gap(deck, slide, sentence, term, others, NUMBER_GAP)
                for is_true in (True, False):
                    claim = as_sentence(sentence if is_true else swapped(sentence, term.word, others[0]))
                    text, because = deck.say.is_it_true.format(claim), as_sentence(sentence)
                    form = "number claim"
                    yield judged(deck, slide, text, is_true=is_true, because=because, worth=NUMBER_CLAIM, form=form)


def about_nouns(deck: Deck, slide: Slide) -> Iterator[Question]:
    """A name or a noun as a gap; where the deck has nothing that could stand there, it is typed."""
    for sentence in slide.statements:
        found = [
            (term, deck.terms.distractors(term, slide.text, MOST_OPTIONS - 1)) for term in deck.terms.nouns(sentence)
        ]
        best = next((hit for hit in found if len(hit[1]) >= FEWEST_DISTRACTORS), None)
        if best:
            yield _gap(deck, slide, sentence, *best, NOUN_GAP)
        elif found:
            term = found[0][0].word
            text = deck.say.fill_gap.format(blanked(sentence, term))
            said = (deck.say.right.format(sentence),)
            yield Question(text, "short_answer", (), (term,), said, slide.ref, TYPED, "typed", sentence)


def _gap(deck: Deck, slide: Slide, sentence: str, term: Term, others: Sequence[str], worth: int) -> Question:
    text = deck.say.fill_gap.format(blanked(as_sentence(sentence), term.word))
    form = "number gap" if term.is_number else "noun gap"
    return choice(deck, slide, text, term.word, others, because=as_sentence(sentence), worth=worth, form=form)


def about_points(deck: Deck, slide: Slide) -> Iterator[Question]:
    """Bullets of the slide among bullets of others: several right ones where the slide has several, else one."""
    if not _is_heading(slide):
        return
    title = cut_words(bare(slide.title), TITLE_CHARS)
    text = deck.say.belongs_many.format(title)
    own = [point for point in slide.points if not is_given_away(title, point)]
    foreign = _foreign_points(deck, slide)
    if len(own) >= 2 and len(foreign) >= FEWEST_DISTRACTORS:  # noqa: PLR2004  # several
        picked = sorted(own, key=lambda point: digest(title, point))[: MOST_OWN if len(own) > MOST_OWN else 2]
        yield _points(deck, slide, text, picked, foreign[:FEWEST_DISTRACTORS])
    elif len(own) == 1 and own[0] in slide.statements and len(foreign) >= FEWEST_DISTRACTORS:
        wrong = [point for point, _ in foreign[: MOST_OPTIONS - 1]]
        text, because = deck.say.belongs_one.format(title), f"{title}: {own[0]}"
        yield choice(deck, slide, text, own[0], wrong, because=because, worth=ONE_POINT, form="one point")


def _is_heading(slide: Slide) -> bool:
    """Whether bullets can belong to its title."""
    return bool(slide.title) and not slide.is_front and not slide.title.endswith(NO_HEADING)


def bare(title: str) -> str:
    """A title to be set in quotation marks: without its own."""
    return title.translate(QUOTATION_MARKS)


def _foreign_points(deck: Deck, slide: Slide) -> list[tuple[str, str]]:
    """Bullets of other parts with their titles: the least related first, those that name the topic never."""
    stems = deck.language.stems
    topic = set(stems(slide.title))
    said = {line.casefold() for line in slide.lines}
    strangers = [
        (point, other.title)
        for other in deck.slides
        if other.title and not other.is_front and not topic & set(stems(other.title)) and other is not slide
        for point in other.points
        if point.casefold() not in said and not topic & set(stems(point))
    ]
    unique = {point.casefold(): (point, title) for point, title in reversed(strangers)}
    about = set(stems(slide.text))
    length = sum(map(len, slide.points)) // max(len(slide.points), 1)
    return sorted(
        unique.values(),
        key=lambda entry: (
            len(about & set(stems(entry[0]))),
            abs(len(entry[0]) - length) // 10,
            digest(slide.ref, entry[0]),
        ),
    )


def _points(deck: Deck, slide: Slide, text: str, picked: Sequence[str], foreign: Sequence[tuple[str, str]]) -> Question:
    options = sorted([*((point, "") for point in picked), *foreign], key=lambda entry: digest(text, entry[0]))
    correct = tuple(nth for nth, (point, _) in enumerate(options) if point in picked)
    feedback = tuple(
        deck.say.elsewhere.format(bare(home), point) if home else deck.say.right.format(f"{bare(slide.title)}: {point}")
        for point, home in options
    )
    points = tuple(point for point, _ in options)
    return Question(text, "mcq_multi", points, correct, feedback, slide.ref, POINTS, "points", text)


def about_claims(deck: Deck, slide: Slide) -> Iterator[Question]:
    """A statement said under its own heading, or under that of another slide."""
    if not _is_heading(slide):
        return
    foreign = [(point, home) for point, home in _foreign_points(deck, slide) if is_statement(deck.language, point)]
    for sentence in slide.statements:
        if foreign and not is_given_away(slide.title, sentence):
            for claim, home in ((sentence, slide.title), foreign[0]):
                text = deck.say.said_under.format(bare(slide.title), as_sentence(claim))
                because = f"{bare(home)}: {as_sentence(claim)}"
                is_true = claim is sentence
                yield judged(deck, slide, text, is_true=is_true, because=because, worth=CLAIM, form="claim")


def any_choice(deck: Deck) -> Question | None:
    """The last resort: what stands under a title, else which text of the deck stands first."""
    return next((made for slide in deck.slides if (made := _any_line(deck, slide))), None) or _comes_first(deck)


def _any_line(deck: Deck, slide: Slide) -> Question | None:
    title = cut_words(bare(slide.title), TITLE_CHARS)
    own = [_cut(line) for line in slide.lines]
    alike = [other for other in deck.slides if other.title == slide.title]
    same = {_cut(line).casefold().rstrip(LINE_ENDS) for other in alike for line in (other.title, *other.lines)}
    foreign = {
        line.casefold(): line
        for other in reversed(deck.slides)
        for line in map(_cut, reversed(other.lines))
        if line.casefold().rstrip(LINE_ENDS) not in same
    }
    fitting = [line for line in own if title and not is_given_away(title, line)]
    if not fitting or not foreign:
        return None
    wrong = list(foreign.values())[: MOST_OPTIONS - 1]
    text, because = deck.say.belongs_one.format(title), f"{title}: {fitting[0]}"
    return choice(deck, slide, text, fitting[0], wrong, because=because, worth=0, form="any line")


def _comes_first(deck: Deck) -> Question | None:
    found = [(_cut(text), slide) for slide in deck.slides for text in (slide.title, *slide.lines) if is_prose(text)]
    unique = {text.casefold(): (text, slide) for text, slide in reversed(found)}
    ordered = [unique[key] for key in dict.fromkeys(text.casefold() for text, _ in found)]
    if len(ordered) < 2:  # noqa: PLR2004  # a choice needs two
        return None
    first, slide = ordered[0]
    wrong = [text for text, _ in ordered[1:MOST_OPTIONS]]
    return choice(deck, slide, deck.say.comes_first, first, wrong, because=first, worth=0, form="first")


def _cut(text: str) -> str:
    return cut_words(text, OPTION_CHARS)


FORMS: tuple[Form, ...] = (
    about_tables,
    about_pairs,
    about_steps,
    about_numbers,
    about_nouns,
    about_points,
    about_claims,
)
