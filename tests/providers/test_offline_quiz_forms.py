"""What a quiz asks for: tables, labels, steps, numbers and nouns, and never fragments."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from coursecrafter.gateway.ports import TextRequest
from coursecrafter.gateway.providers.offline_text import OfflineText
from coursecrafter.gateway.providers.offline_text.language import language_of
from coursecrafter.gateway.providers.offline_text.statements import is_statement

BEES: dict[str, Any] = {
    "ref": "slide 2",
    "title": "Who lives in the hive",
    "texts": [
        "Queen",
        "She lays the eggs of the whole hive.",
        "Worker",
        "Most bees are workers, and they gather nectar.",
        "Drone",
        "Drones leave the hive once, in early summer.",
    ],
}
RESCUE: dict[str, Any] = {
    "ref": "slide 3",
    "title": "When a swarm hangs in the tree",
    "texts": [
        "1", "Keep all children inside the house.",
        "2", "Call a keeper of the local club.",
        "3", "Put a wooden box below the branch.",
        "4", "Leave the box alone until dusk.",
    ],
}  # fmt: skip
HONEY: dict[str, Any] = {
    "ref": "slide 4",
    "title": "Kinds of honey",
    "texts": ["Kind, Colour, Harvest\nAcacia, Pale, May\nLime, Green, July\nHeather, Red, August"],
    "tables": [[["Kind", "Colour", "Harvest"], ["Acacia", "Pale", "May"], ["Lime", "Green", "July"],
                ["Heather", "Red", "August"]]],
}  # fmt: skip
COLONS: dict[str, Any] = {
    "ref": "slide 5",
    "title": "Words of the trade",
    "texts": [
        "Comb: six-sided cells of wax",
        "Smoker: a can that calms the swarm",
        "Propolis: glue that closes every gap",
        "Example: this line is an aside",
    ],
}
WINTER: dict[str, Any] = {
    "ref": "slide 6",
    "title": "Through the winter",
    "texts": [
        "A colony eats 15 kilograms of honey in winter.",
        "The cluster keeps its heart at 25 degrees.",
        "Sugar water replaces the harvest in autumn.",
    ],
}
DECK = [BEES, RESCUE, HONEY, COLONS, WINTER]
WORDS = "the a bees honey hive cluster keeps eats leaves warm winter of in 12 25 sugar and that Wax long".split()  # noqa: SIM905  # easier to read
LINE = st.builds(
    lambda found, end: " ".join(found).capitalize() + end,
    st.lists(st.sampled_from(WORDS), min_size=1, max_size=9),
    st.sampled_from([".", "", "?", ":", ","]),
)
DECKS = st.lists(st.tuples(st.one_of(st.none(), LINE), st.lists(LINE, max_size=5)), min_size=1, max_size=5)


def quiz(slides: list[dict[str, Any]], language: str = "en", most: int = 8) -> list[dict[str, Any]]:
    payload = {"title": "Course", "slides": slides, "max_questions": most}
    questions: list[dict[str, Any]] = OfflineText().write(TextRequest("quiz", language, payload)).value["questions"]
    return questions


def right(question: dict[str, Any]) -> list[str]:
    return [question["options"][place] for place in question["correct"]]


def starting(stem: str, questions: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [question for question in questions if question["text"].startswith(stem)]


def test_a_table_is_asked_for_a_cell_by_its_headers() -> None:
    (question,) = starting("“Kinds of honey”", quiz([HONEY], most=1))

    column, row = re.findall("“([^”]+)”", question["text"])[1:]
    header, *rows = HONEY["tables"][0]
    cells = {cells[0]: cells[header.index(column)] for cells in rows}
    assert right(question) == [cells[row]]
    assert sorted(question["options"]) == sorted(cells.values())


@pytest.mark.parametrize(
    "table",
    [
        [["Kind", "Colour"], ["Acacia", "Pale"], ["Lime", "Green"]],
        [["Kind", "Colour"], ["Acacia", "Pale"], ["Lime", "Green"], ["Lime", "Red"]],
        [["Kind", "2024"], ["Acacia", "Pale"], ["Lime", "Green"], ["Heather", "Red"]],
        [["Kind", "Colour"], ["Acacia", "Pale"], ["Lime"], ["Heather", "Red"]],
        [["Kind", "Colour"], ["Acacia", "Pale"], ["Lime", "Pale"], ["Heather", "Pale"]],
    ],
)
def test_a_table_with_too_little_or_unclear_headers_is_left_alone(table: list[list[str]]) -> None:
    assert quiz([{**HONEY, "texts": [], "tables": [table]}]) == []


def test_a_label_is_asked_for_what_its_slide_says_of_it() -> None:
    said = dict(zip(BEES["texts"][::2], BEES["texts"][1::2], strict=True))

    questions = quiz([BEES])

    for question in starting("Which of these is said of", questions):
        assert right(question) == [said[re.findall("“(.+)”", question["text"])[0]]]
        assert set(question["options"]) == set(said.values())
    for claim in (question for question in questions if question["type"] == "true_false"):
        label, text = re.findall(r"\? (\w+): (.+)", claim["text"])[0]
        assert claim["correct"] == ([0] if said[label] == text else [1])
        assert all(f"{label}: {said[label]}" in feedback for feedback in claim["feedback"])
    assert {question["type"] for question in questions} >= {"mcq_single", "true_false"}


def test_terms_with_a_colon_are_labels_and_asides_are_not() -> None:
    asked = str(quiz([COLONS], most=9))

    assert "said of “" in asked
    assert "aside" not in asked


def test_numbered_orders_are_asked_for_the_next_one() -> None:
    (question,) = quiz([RESCUE], most=1)

    step = question["text"].split("? ", 1)[1]
    steps = RESCUE["texts"][1::2]
    assert right(question) == [steps[steps.index(step) + 1]]
    assert step not in question["options"]


def test_a_number_is_asked_for_among_numbers_like_it() -> None:
    gaps = [question for question in quiz([WINTER], most=9) if "_____" in question["text"]]

    numeric = [question for question in gaps if right(question)[0].isdigit()]
    assert numeric
    for question in numeric:
        assert all(len(option) == 2 and option.isdigit() for option in question["options"])
        assert len({"15", "25"} & set(question["options"])) == 1


def test_number_words_stand_beside_number_words() -> None:
    slide = {"ref": "slide 1", "title": "Legs", "texts": ["Six legs carry the worker across the comb."]}

    (question,) = [question for question in quiz([slide]) if "_____" in question["text"]]

    assert right(question) == ["Six"]
    assert set(question["options"]) <= {"Six", "Four", "Five", "Seven", "Eight", "Nine"}


@pytest.mark.parametrize(
    ("language", "says", "term"),
    [("fr", "La ruche garde toujours assez de miel.", "ruche"), ("en", "The keeper sells 1,5 tons.", "1,5")],
)
def test_what_has_no_likeness_in_the_deck_is_typed_or_not_asked(language: str, says: str, term: str) -> None:
    questions = quiz([{"ref": "slide 1", "title": None, "texts": [says]}], language)

    assert [question["type"] for question in questions] == ["short_answer"]
    assert (questions[0]["correct"] == [term]) == (language == "fr")


def test_a_noun_stands_among_nouns_of_other_slides() -> None:
    slides: list[dict[str, Any]] = [
        {"ref": f"slide {n}", "title": None, "texts": [f"Every careful keeper remembers the {noun} of the hive."]}
        for n, noun in enumerate(["smell", "sound", "sight", "colour"])
    ]

    gaps = quiz(slides, most=4)

    assert len(gaps) == 4
    for nth, question in enumerate(gaps):
        stem = question["text"].split("? ", 1)[1]
        assert stem.replace("_____", right(question)[0]) == slides[nth]["texts"][0]
        assert set(question["options"]) <= {"smell", "sound", "sight", "colour", "keeper", "hive"}


def test_swaps_of_numbers_keep_all_other_words() -> None:
    slides = [
        {"ref": f"slide {n}", "title": f"Hive {n}", "texts": [f"The colony at {place} keeps {n * 13} busy bees."]}
        for n, place in enumerate(["Berne", "Turin", "Lyon", "Ghent", "Porto", "Cadiz"], 2)
    ]

    claims = [question for question in quiz(slides, most=12) if question["type"] == "true_false"]

    assert {tuple(question["correct"]) for question in claims} == {(0,), (1,)}
    for claim in claims:
        own = next(slide["texts"][0] for slide in slides if slide["ref"] == claim["ref"])
        said = claim["text"].split("? ", 1)[1]
        assert re.sub(r"\d+", "#", said) == re.sub(r"\d+", "#", own)
        assert (said == own) == (claim["correct"] == [0])
        assert all(own in feedback for feedback in claim["feedback"])


@pytest.mark.parametrize(
    ("language", "sentence"),
    [
        ("en", "Each added bit doubles the work."),
        ("en", "Programs try billions of passwords every day."),
        ("en", "The Greek mathematician wrote thirteen books on geometry."),
        ("en", "Trains replaced the stage coach after 1850."),
        ("de", "Die Demontage verlagert sich in ärmere Länder."),
        ("de", "Computer müssen zu 65 Prozent wiederverwertet werden."),
        ("fr", "La ruche compte trois sortes d’abeilles."),
        ("zh", "蜜蜂在夏天采集花蜜。"),
    ],
)
def test_whole_sentences_state_something(language: str, sentence: str) -> None:
    assert is_statement(language_of(language), sentence)


@pytest.mark.parametrize(
    ("language", "fragment"),
    [
        ("en", "Passwords that hold, and what to do beside them"),
        ("en", "For your mail and your bank first, then wherever you can."),
        ("en", "Six random words, used nowhere else, kept in your purse at first."),
        ("en", "Tools for copying data between environments."),
        ("en", "Prove that you can construct an equilateral triangle."),
        ("en", "Please review and update all of these numbers."),
        ("en", "It keeps them all in one locked vault."),
        ("en", "Does the address end in the true name?"),
        ("en", "the U.S. and other countries are meant here."),
        ("en", "“Nobody should trust the beauty of a product alone.”"),
        ("en", "THE COMPANY MAKES NO PROMISES OF ANY KIND HERE."),
        ("en", "This handbook belongs to the course on bees."),
        ("en", "All rights are reserved by the copyright holder."),
        ("en", "The sum is x = y for all numbers z."),
        ("en", "Bees fly."),
        ("de", "Notebooks, Spielkonsolen und Computer aller Art"),
        ("de", "bestimmte Leistung liegt in den drei Zuständen"),
        ("fr", "Une ruche pleine de miel et de cire"),
        ("zh", "蜜蜂"),
    ],
)
def test_fragments_state_nothing(language: str, fragment: str) -> None:
    assert not is_statement(language_of(language), fragment)


def test_small_print_placeholders_and_broken_lines_are_no_options() -> None:
    odd = ["See the file Blueprint.xlsx", "Add more info here", "<NAME of the author>", "Copyright of a company"]
    broken = {"ref": "slide 7", "title": "Broken apart", "texts": ["Strict rules for old devices of", "domestic dumps"]}
    slides = [{**slide, "texts": [*slide["texts"], *odd[nth : nth + 1]]} for nth, slide in enumerate(DECK[:4])]

    asked = str(quiz([*slides, broken, WINTER], most=20))

    assert not [line for line in [*odd, *broken["texts"]] if line in asked]


def test_agendas_covers_and_questions_are_no_headings_to_belong_to() -> None:
    titles = ["Honey", "Agenda", "What now?", "Open work"]
    slides = [
        {"ref": f"slide {n}", "title": title, "texts": [f"Gather tool number {n}", f"Empty hive number {n}"]}
        for n, title in enumerate(titles)
    ]
    slides.append({"ref": "slide 9", "title": "Trade", "texts": ["Jars with metal lids", "Labels of thick paper"]})

    asked = [question["text"] for question in quiz(slides, most=20)]

    assert [text for text in asked if "Open work" in text or "Trade" in text]
    assert not [text for text in asked if "Honey" in text or "Agenda" in text or "now" in text]


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(DECKS)
def test_no_stem_says_its_answer_and_no_wrong_option_stands_on_the_slide(
    deck: list[tuple[str | None, list[str]]],
) -> None:
    slides: list[dict[str, Any]] = [
        {"ref": f"slide {n}", "title": title, "texts": texts} for n, (title, texts) in enumerate(deck)
    ]

    questions = quiz(slides)

    assert questions == quiz(slides)
    lines = {line.casefold() for slide in slides for line in [*slide["texts"], slide["title"] or ""]}
    texts = {line for line in lines if any(map(str.isalpha, line))}  # nothing is asked of a lone "12."
    assert questions or len(texts) < 2 or not any(title for title, _ in deck) or len(deck) < 2
    for question in questions:
        own = next(slide for slide in slides if slide["ref"] == question["ref"])
        if question["type"] in {"mcq_single", "mcq_multi"} and "named first" not in question["text"]:
            wrong = set(question["options"]) - set(right(question))
            assert not wrong & {line.rstrip(".") for line in own["texts"]}
            stem = question["text"].split("? ", 1)[-1]
            assert not [answer for answer in right(question) if answer.casefold().strip(".") in stem.casefold().split()]
