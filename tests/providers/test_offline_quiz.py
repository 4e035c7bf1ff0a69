"""Quizzes: every question can be answered from the deck, and only in one way."""

from __future__ import annotations

import re
from collections import Counter
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from coursecrafter.gateway.ports import TextRequest
from coursecrafter.gateway.providers.offline_text import OfflineText

DECK = [
    (
        "Sorting waste",
        ["Sorted aluminium saves nine tonnes of carbon dioxide.", "Mixed waste is burned in the power station."],
    ),
    (
        "Saving water",
        ["A short shower needs forty litres of drinking water.", "Rain is enough for the garden in summer."],
    ),
    (
        "Energy at home",
        ["Standby power costs a household one hundred euros.", "The old bulb gave way to LED lamps in 2009."],
    ),
    (
        "Moving about",
        ["A bicycle carries children and shopping through town.", "Trains replaced the stage coach after 1850."],
    ),
    (
        "Buying less",
        ["Repairing a washing machine is cheaper than replacing it.", "The first repair café opened in 2010."],
    ),
]
SLIDES = [{"ref": f"slide {n}", "title": title, "texts": texts} for n, (title, texts) in enumerate(DECK, 1)]
TEXT = st.text(alphabet=st.sampled_from("abcdeÄß .?!12🙂\n\ud800好。ع"), max_size=60)
DECKS = st.lists(st.tuples(st.one_of(st.none(), TEXT), st.lists(TEXT, max_size=4)), max_size=5)


def quiz(slides: list[dict[str, Any]], language: str = "en", most: int = 6) -> list[dict[str, Any]]:
    payload = {"title": "Course", "slides": slides, "max_questions": most}
    questions: list[dict[str, Any]] = OfflineText().write(TextRequest("quiz", language, payload)).value["questions"]
    return questions


def assert_answerable(question: dict[str, Any], refs: set[str]) -> None:
    options, correct, kind = question["options"], question["correct"], question["type"]
    assert question["text"].strip()
    assert question["ref"] in refs
    assert correct
    if kind == "short_answer":
        assert options == []
        assert len(question["feedback"]) == 1
        return
    assert 2 <= len(options) <= 5
    assert len({option.casefold() for option in options}) == len(options)
    assert len(question["feedback"]) == len(options)
    assert all(0 <= index < len(options) for index in correct)
    assert len(set(correct)) == len(correct) < len(options)
    assert kind == "mcq_multi" or len(correct) == 1


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(DECKS, st.integers(0, 5), st.sampled_from(["en", "de", "ar", "zh", "xx"]))
def test_any_decks_questions_can_be_answered(
    deck: list[tuple[str | None, list[str]]], most: int, language: str
) -> None:
    slides = [{"ref": f"slide {n}", "title": title, "texts": texts} for n, (title, texts) in enumerate(deck)]

    questions = quiz(slides, language, most)

    assert len(questions) <= most
    assert len({question["text"] for question in questions}) == len(questions)
    for question in questions:
        assert_answerable(question, {slide["ref"] for slide in slides})


def test_a_deck_gives_as_many_questions_as_asked_in_its_order_and_of_several_kinds() -> None:
    questions = quiz(SLIDES, most=8)

    refs = [question["ref"] for question in questions]
    assert len(questions) == 8
    assert refs == sorted(refs)
    assert len({question["type"] for question in questions}) >= 3


def test_few_questions_are_spread_over_the_deck() -> None:
    refs = [question["ref"] for question in quiz(SLIDES, most=2)]

    assert refs[0] in {"slide 1", "slide 2"}
    assert refs[1] in {"slide 3", "slide 4", "slide 5"}


def test_a_gap_is_filled_only_by_the_word_of_the_slide() -> None:
    deck_text = {slide["ref"]: " ".join(slide["texts"]) for slide in SLIDES}

    gaps = [question for question in quiz(SLIDES, most=20) if "_____" in question["text"] and question["options"]]

    assert gaps
    for question in gaps:
        right = question["options"][question["correct"][0]]
        sentence = question["text"].split("? ", 1)[1].replace("_____", right)
        assert sentence in deck_text[question["ref"]]
        others = [option for option in question["options"] if option != right]
        assert not any(other in deck_text[question["ref"]] for other in others)


def test_a_false_claim_stands_on_no_slide_and_a_true_one_does() -> None:
    said = {slide["title"]: slide["texts"] for slide in SLIDES}
    everything = [text for texts in said.values() for text in texts]
    claims = [question for question in quiz(SLIDES, most=20) if question["type"] == "true_false"]

    assert {tuple(question["correct"]) for question in claims} == {(0,), (1,)}
    for question in claims:
        under = re.search("Under “(.+)” the course says: (.+)", question["text"])
        where, claim = (said[under[1]], under[2]) if under else (everything, question["text"].split("? ", 1)[1])
        assert question["correct"] == ([0] if claim in where else [1])
        assert any(text in feedback for text in everything for feedback in question["feedback"])


def test_what_belongs_to_a_title_stands_on_its_slide() -> None:
    questions = [question for question in quiz(SLIDES, most=20) if question["type"] == "mcq_multi"]
    texts = {slide["ref"]: slide["texts"] for slide in SLIDES}

    assert questions
    for question in questions:
        chosen = [option for index, option in enumerate(question["options"]) if index in question["correct"]]
        assert all(option in texts[question["ref"]] for option in chosen)
        assert all(option not in texts[question["ref"]] for option in set(question["options"]) - set(chosen))


def test_the_right_answer_stands_now_here_now_there() -> None:
    slides = [
        {"ref": f"slide {n}", "title": f"Topic {n}", "texts": [f"The {word} is a useful thing in every {other}."]}
        for n, (word, other) in enumerate(
            zip(
                ["hammer", "pencil", "ladder", "bucket", "mirror", "basket"],
                ["garden", "office", "cellar", "stable", "saloon", "market"],
                strict=True,
            )
        )
    ]

    places = Counter(question["correct"][0] for question in quiz(slides, most=6) if question["type"] == "mcq_single")

    assert len(places) > 1


@pytest.mark.parametrize(
    ("language", "stem"),
    [
        ("en", "Which"),
        ("de", "Was gehört"),
        ("fr", "Quel"),
        ("es", "¿Cuál"),
        ("pt-BR", "Qual"),
        ("ar", "أي"),
        ("zh", "以下"),
        ("xx", "Which"),
    ],
)
def test_two_different_texts_are_enough_for_a_question(language: str, stem: str) -> None:
    slides = [
        {"ref": "slide 1", "title": "甲", "texts": ["一个苹果在这里"]},
        {"ref": "slide 2", "title": "乙", "texts": ["两只猫在那里"]},
    ]

    questions = quiz(slides, language)

    assert questions[0]["text"].startswith(stem)


def test_two_texts_without_titles_are_put_in_order() -> None:
    slides = [
        {"ref": "slide 1", "title": None, "texts": ["Alpha"]},
        {"ref": "slide 2", "title": None, "texts": ["Beta"]},
    ]

    (question,) = quiz(slides)

    assert question["text"] == "Which of these is named first?"
    assert question["options"][question["correct"][0]] == "Alpha"


def test_a_single_sentence_gives_a_short_answer() -> None:
    slides = [{"ref": "slide 1", "title": "One", "texts": ["A sorted tonne of aluminium saves carbon dioxide."]}]

    question = quiz(slides)[0]

    assert question["type"] == "short_answer"
    assert question["text"].count("_____") == 1
    assert question["correct"][0] in "A sorted tonne of aluminium saves carbon dioxide."


def test_a_script_without_spaces_gets_no_gaps() -> None:
    text = "苹果很甜，橙子很酸，西瓜很大，葡萄很小，香蕉很长，草莓很红。"
    slides = [{"ref": f"slide {n}", "title": f"水果{n}", "texts": [text.replace("很", str(n))]} for n in range(3)]

    assert "_____" not in str(quiz(slides, "zh"))


def test_footers_are_never_asked_for() -> None:
    slides = [
        {**slide, "texts": [*slide["texts"], "Please do not copy this confidential material at all."]}
        for slide in SLIDES
    ]

    assert "confidential" not in str(quiz(slides, most=20))


def test_no_questions_are_made_where_none_can_or_shall_be() -> None:
    assert quiz([]) == []
    assert quiz([{"ref": "slide 1", "title": None, "texts": ["Alone"]}]) == []
    assert quiz(SLIDES, most=0) == []
