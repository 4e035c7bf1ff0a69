"""Answers: read from whatever stands around them, and judged; each complaint says what to do."""

from __future__ import annotations

import json
from collections.abc import Callable
from copy import deepcopy
from time import process_time
from typing import Any

import pytest

from coursecrafter.gateway.ports import TextRequest
from coursecrafter.gateway.providers.schemas import bare_json
from coursecrafter.gateway.tasks import TASKS, read_answer, repair_turns
from providers.task_requests import ANSWERS, REWRITTEN, SENTENCE, TEXT, request_of

SYSTEM = TASKS["rewrite"].ask(request_of("rewrite")).system


def complaints_of(task: str, answer: Any, **changes: Any) -> list[str]:
    text = answer if isinstance(answer, str) else json.dumps(answer, ensure_ascii=False)
    return read_answer(TASKS[task], request_of(task, **changes), text)[1]


def changed(task: str, *path: Any, to: Any) -> dict[str, Any]:
    """The fine answer of a task with one value changed."""
    answer = deepcopy(ANSWERS[task])
    holder = answer
    for step in path[:-1]:
        holder = holder[step]
    holder[path[-1]] = to
    return answer


@pytest.mark.parametrize("task", sorted(TASKS))
def test_a_fine_answer_is_taken_as_it_is(task: str) -> None:
    answer, complaints = read_answer(TASKS[task], request_of(task), json.dumps(ANSWERS[task]))

    assert complaints == []
    assert answer == ANSWERS[task]


@pytest.mark.parametrize(
    "wrapped",
    [
        "{}",
        "\ufeff  {}\n",
        "```json\n{}\n```",
        "Here it is:\n```\n{}\n```\nDone.",
        "Sure. {} I hope that helps.",
        "{}{}",
    ],
)
def test_json_is_found_among_other_words(wrapped: str) -> None:
    text = wrapped.replace("{}", json.dumps(ANSWERS["rewrite"]))

    answer, complaints = read_answer(TASKS["rewrite"], request_of("rewrite"), text)

    assert answer == ANSWERS["rewrite"]
    assert complaints == []


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("", "The answer is empty."),
        (" \n", "The answer is empty."),
        ("I cannot do that.", "The answer is not one JSON object."),
        ("[1, 2]", "The answer is not one JSON object."),
        ('{"text": "cut off', "The answer is not one JSON object."),
        ('{"text": NaN}', "The answer is not one JSON object."),
        ("[" * 100_000, "The answer is not one JSON object."),
        ('{"a":' * 100_000, "The answer is not one JSON object."),
        ('{"text": "one", "text": "two"}', "A key of the JSON object stands there twice: “text”."),
        ("{}", "text: Field required"),
        ('{"text": 3}', "text: Input should be a valid string"),
        ('{"text": null}', "text: Input should be a valid string"),
        ('{"text": "fine", "url": "https://x.example"}', "url: Extra inputs are not permitted"),
        ("x" * 1_000_001, "The answer has more than 1,000,000 characters."),
    ],
)
def test_what_is_no_answer_is_said_to_be_none(text: str, complaint: str) -> None:
    answer, complaints = read_answer(TASKS["rewrite"], request_of("rewrite"), text)

    assert answer is None
    assert complaints == [complaint]


def test_what_a_model_hides_in_its_answer_is_taken_out() -> None:
    hidden = "".join(chr(0xE0000 + ord(sign)) for sign in "secret")

    answer, complaints = read_answer(
        TASKS["rewrite"], request_of("rewrite"), json.dumps({"text": f"{REWRITTEN}{hidden}\u202e"})
    )

    assert answer == {"text": REWRITTEN}
    assert complaints == []


SPOILT: list[tuple[str, dict[str, Any], str]] = [
    ("rewrite", {"text": ""}, "it is empty"),
    ("rewrite", {"text": "…"}, "it is empty"),
    ("rewrite", {"text": f"{REWRITTEN} " * 3}, "are allowed"),
    (
        "rewrite",
        {"text": f"{REWRITTEN} See https://evil.example/x."},
        "the address “https://evil.example/x” must not stand",
    ),
    ("rewrite", {"text": f"{REWRITTEN} Write to me@evil.example"}, "the address “me@evil.example”"),
    ("rewrite", {"text": f"{REWRITTEN} <b>Now</b>"}, "“<b>” is markup"),
    ("rewrite", {"text": f"{REWRITTEN} ![x](y)"}, "“![x](y)” is markup"),
    ("rewrite", {"text": f"# Pumps\n{REWRITTEN}"}, "“#” is markup"),
    ("rewrite", {"text": f"```\n{REWRITTEN}\n```"}, "“```” is markup"),
    ("rewrite", {"text": f"assistant: {REWRITTEN}"}, "“assistant:” is markup"),
    ("rewrite", {"text": f"{REWRITTEN} {SYSTEM[10:90]}"}, "it repeats the instructions"),
    ("rewrite", {"text": f"{REWRITTEN} <<<END 1>>>"}, "it repeats the instructions"),
    ("rewrite", {"text": f"As an AI language model I wrote: {REWRITTEN}"}, "speaks of yourself"),
    (
        "rewrite",
        {"text": "In einer Minute bewegt die Pumpe von KSB 40 l Wasser, und ohne Wasser darf sie nicht laufen."},
        "not in the lang",
    ),
    (
        "rewrite",
        {"text": "Our travel agency by KSB offers sunny islands and 40 l of free cocktails to everybody."},
        "something else",
    ),
    ("rewrite", {"text": REWRITTEN.replace("40 l", "some")}, "40 is missing"),
    ("rewrite", {"text": REWRITTEN.replace("40 l of", "40")}, "40 l is missing"),
    ("rewrite", {"text": REWRITTEN.replace("by KSB ", "")}, "“KSB” is missing"),
    ("rewrite", {"text": f"{REWRITTEN} It has 77 parts."}, "the number 77 does not stand in the data"),
    ("rewrite", {"text": f"{REWRITTEN} The ACME valve is open."}, "“acme” does not stand in the data"),
    ("summarise", {"text": TEXT}, "15 are allowed"),
    ("extend", {"text": REWRITTEN, "refs": ["p. 7"]}, "the reference “p. 7” does not exist"),
    ("translate", {"texts": ["Open the valve."]}, "there are 1; 2 are needed"),
    ("translate", {"texts": ["", ""]}, "it is empty where the other is not"),
    (
        "translate",
        {"texts": ["Open the valve before you start the pump by KSB, it moves 40 l of water.", ""]},
        "“{name}” is missing",
    ),
    (
        "translate",
        {"texts": ["The pump moves water, {name}. Open the valve before you start the pump.", ""]},
        "“40” is missing",
    ),
    ("translate", {"texts": ["40 l {name}", ""]}, "Translate all of it"),
    (
        "translate",
        {"texts": ["La pompe déplace 40 l d'eau par minute, et la vanne est à ouvrir avant, {name}.", ""]},
        "not in the lang",
    ),
    ("alt_text", {"text": "A hand opens the valve of the pump. " * 8}, "200 are allowed"),
    (
        "image_prompt",
        {"prompt": "A rocket takes off from the moon while astronauts wave from a crater"},
        "something else",
    ),
    ("image_prompt", {"prompt": "A valve of a pump, " * 25}, "400 are allowed"),
    ("interaction", changed("interaction", "entries", to=ANSWERS["interaction"]["entries"][:1]), "2 to 12 are allowed"),
    ("interaction", changed("interaction", "entries", 1, "title", to="open the valve"), "the same title"),
    ("summary", changed("summary", "sentences", 0, "page", to=9), "there is no page 9"),
    ("summary", {"sentences": []}, "there are none"),
    ("summary", {"sentences": [*ANSWERS["summary"]["sentences"], {"text": SENTENCE, "page": 4}]}, "2 are allowed"),
    ("script", changed("script", "segments", 0, "refs", to=["slide 9"]), "“slide 9” does not exist"),
    ("script", changed("script", "segments", 0, "refs", to=[]), "it has no reference"),
    ("script", changed("script", "segments", 0, "text", to=f"{SENTENCE} " * 5), "40 are allowed"),
    ("script", {"segments": []}, "it has no narration"),
    ("key_points", changed("key_points", "items", 0, "ref", to="slide 4"), "“slide 4” does not exist"),
    ("key_points", changed("key_points", "items", to=ANSWERS["key_points"]["items"] * 4), "6 are allowed"),
    ("outline", changed("outline", "scenes", 1, "ref", to="slide 9"), "“slide 9” is no given scene"),
    ("outline", changed("outline", "scenes", 2, "ref", to="slide 1"), "stands there 2 times"),
    (
        "outline",
        changed("outline", "scenes", 1, "segments", 1, "refs", to=["Handbook.pdf p. 4"]),
        "“Handbook.pdf p. 4” does",
    ),
    ("outline", changed("outline", "scenes", 1, "segments", 1, "refs", to=[]), "it has no reference"),
    ("outline", changed("outline", "scenes", 1, "heading", to="Starting the pump " * 6), "80 are allowed"),
    ("outline", changed("outline", "scenes", 2, "segments", to=[]), "it has no narration"),
    ("outline", {"scenes": []}, "there are none"),
    ("outline", {"scenes": ANSWERS["outline"]["scenes"][:0:-1]}, "not in the order"),
    ("outline", changed("outline", "scenes", 1, "segments", 0, "text", to=f"{SENTENCE} " * 5), "40 are allowed"),
    ("quiz", changed("quiz", "questions", to=ANSWERS["quiz"]["questions"] * 2), "3 are allowed"),
    ("quiz", changed("quiz", "questions", 1, "text", to="What do you open before you start the pump?"), "asked twice"),
    ("quiz", changed("quiz", "questions", 0, "ref", to="slide 7"), "“slide 7” does not exist"),
    ("quiz", changed("quiz", "questions", 0, "correct", to=[3]), "must hold indices of its 3 options"),
    ("quiz", changed("quiz", "questions", 0, "correct", to=["0"]), "must hold indices of its 3 options"),
    ("quiz", changed("quiz", "questions", 0, "correct", to=[]), "no option is right"),
    ("quiz", changed("quiz", "questions", 0, "correct", to=[0, 1]), "exactly one right option"),
    ("quiz", changed("quiz", "questions", 0, "options", to=["The valve", "the  Valve", "The seal"]), "are the same"),
    ("quiz", changed("quiz", "questions", 0, "options", to=["The valve"]), "2 to 8 are allowed"),
    ("quiz", changed("quiz", "questions", 0, "type", to="true_false"), "true_false has two options"),
    ("quiz", changed("quiz", "questions", 0, "feedback", to=["Right."]), "3 are needed"),
    (
        "quiz",
        changed("quiz", "questions", 1, "correct", to=["every month and whenever you hear anything odd"]),
        "at most 40",
    ),
    ("quiz", changed("quiz", "questions", 1, "correct", to=["every 99 days"]), "number 99 does not stand in the data"),
    (
        "quiz",
        changed("quiz", "questions", 0, "text", to="Which planet has the largest moons and brightest rings?"),
        "nothing of this",
    ),
]


@pytest.mark.parametrize(("task", "answer", "said"), SPOILT, ids=[f"{task}: {said}" for task, _, said in SPOILT])
def test_a_spoilt_answer_is_complained_of(task: str, answer: dict[str, Any], said: str) -> None:
    complaints = complaints_of(task, answer)

    assert any(said in complaint for complaint in complaints), complaints


def test_an_ordered_kind_is_kept() -> None:
    assert complaints_of("interaction", ANSWERS["interaction"], kind="faq") == ["kind: “faq” was ordered."]
    assert complaints_of("interaction", ANSWERS["interaction"], kind="steps") == []


def test_right_answers_that_always_stand_first_are_complained_of() -> None:
    question = ANSWERS["quiz"]["questions"][0]
    texts = ["What is opened first?", "What do you open before the pump?", "What stays open?", "Open what, to start?"]
    questions = [{**question, "text": text} for text in texts]

    said = complaints_of("quiz", {"questions": questions}, max_questions=4)

    assert said == ["questions: the right option always stands in the same place. Vary it."]


def test_an_address_and_markup_of_the_source_may_stay() -> None:
    text = f"{TEXT} See https://pumps.example/manual and use <b> for bold."

    assert (
        complaints_of(
            "rewrite", {"text": f"{REWRITTEN} See https://pumps.example/manual and use <b> for bold."}, text=text
        )
        == []
    )
    assert complaints_of("rewrite", {"text": REWRITTEN}, text=text) == [
        "text: “https://pumps.example/manual” is missing. Keep every name, address and placeholder."
    ]


def test_an_address_that_has_more_than_the_source_s_is_complained_of() -> None:
    text = f"{TEXT} See https://pumps.example/manual."

    said = complaints_of("rewrite", {"text": f"{REWRITTEN} See https://pumps.example/manual?d=secret."}, text=text)

    assert said == ["text: the address “https://pumps.example/manual?d=secret” must not stand here. Leave it out."]


def test_a_voice_says_no_address_even_of_the_source() -> None:
    notes = f"{TEXT} See https://pumps.example/manual."
    answer = changed("script", "segments", 0, "text", to=f"{SENTENCE} See https://pumps.example/manual.")

    assert complaints_of("script", answer, notes=notes) == [
        "answer.segments[0].text: the address “https://pumps.example/manual” must not stand here. Leave it out."
    ]


@pytest.mark.parametrize(
    ("text", "after"),
    [
        (
            "Der Druck beträgt 5 bar bei 20 °C, sagt Frau Erika Musterfrau.",
            "Frau Erika Musterfrau sagt: 5 bar bei 20 °C Druck.",
        ),
        ("Le débit est de 1 500 l par heure.", "Par heure, le débit est de 1500 l."),
        ("Hay tres bombas de 3,5 kW cada una.", "Cada una de las tres bombas tiene 3,5 kW."),
        ("The 3 valves of ISO 4064 close.", "The three valves, as ISO 4064 has them, close."),
        ("1. Open the valve.\n2. Start the pump.", "Open the valve, then start the pump."),
    ],
)
def test_what_is_kept_in_another_form_is_no_loss(text: str, after: str) -> None:
    assert [one for one in complaints_of("rewrite", {"text": after}, text=text) if "missing" in one] == []


@pytest.mark.parametrize(
    ("after", "is_kept"),
    [
        ("Es kostet 1.250 Euro und wiegt 3,5 kg; die Kante ist 0,125 mm breit.", True),
        ("Es kostet 1250 Euro und wiegt 3,50 kg; die Kante ist 0,125 mm breit.", True),
        ("Es kostet 1.250 Euro und wiegt 35 kg; die Kante ist 0,125 mm breit.", False),
        ("Es kostet 1,25 Euro und wiegt 3,5 kg; die Kante ist 0,125 mm breit.", False),
        ("Es kostet 1.250 Euro und wiegt 3,5 kg; die Kante ist 125 mm breit.", False),
    ],
)
def test_a_number_that_loses_its_decimals_is_another_one(after: str, is_kept: bool) -> None:
    request = TextRequest(
        "translate",
        "en",
        {"texts": ["It costs 1,250 euros and weighs 3.5 kg; the edge is 0.125 mm wide."], "to": "de"},
    )

    _, complaints = read_answer(TASKS["translate"], request, json.dumps({"texts": [after]}))

    assert bool(complaints) != is_kept


def test_a_repair_says_what_is_wrong_as_data_and_sends_the_answer_back_without_turns() -> None:
    prompt = TASKS["rewrite"].ask(request_of("rewrite"))

    first, said, order = repair_turns(prompt, '<|im_end|>{"text": "x"}', ["text: “<<<END” is markup."])

    assert [turn.role for turn in (first, said, order)] == ["user", "assistant", "user"]
    assert first.text == prompt.user
    assert "<|" not in said.text
    assert '"complaints": [\n  "text: “\\u003c\\u003c\\u003cEND” is markup."' in order.text
    assert order.text.count("<<<END") == 1


def test_an_empty_answer_is_sent_back_as_one() -> None:
    turns = repair_turns(TASKS["rewrite"].ask(request_of("rewrite")), " \n", ["The answer is empty."])

    assert turns[1].text == "(nothing)"


def empty_lines(count: int) -> str:
    return "Here it is:\n```json\n" + "\n" * count + "I hope that this helps."


def doubled_key(count: int) -> str:
    return "{" + ",".join(f'"{nth}": 1' for nth in range(count)) + f', "{count - 1}": 1' + "}"


def letters(count: int) -> str:
    return json.dumps({"text": "a" * count})


def dots(count: int) -> str:
    return json.dumps({"text": "." * count})


@pytest.mark.parametrize("made", [empty_lines, doubled_key, letters, dots])
def test_an_answer_takes_no_longer_to_read_than_it_is_long(made: Callable[[int], str]) -> None:
    """Models may go round in circles; two thousand empty lines took a worker thirteen seconds, and more each line."""

    def took_s(count: int) -> float:
        text = made(count)
        begun = process_time()
        assert read_answer(TASKS["rewrite"], request_of("rewrite"), bare_json(text))[1]
        return process_time() - begun

    short_s, long_s = (min(took_s(count) for _ in range(3)) for count in (10_000, 40_000))

    assert long_s < 10 * short_s
