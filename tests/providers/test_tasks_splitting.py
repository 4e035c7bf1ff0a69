"""Long sources: parts that are short enough, nothing lost, and one answer in the end."""

from __future__ import annotations

import json
from typing import Any

import pytest

from coursecrafter.gateway.ports import TextRequest
from coursecrafter.gateway.tasks import TASKS, join_answers, read_answer, split_payload
from providers.task_requests import request_of

MOST_CHARS = 5000
SUBJECTS = ["valve", "seal", "rotor", "bearing", "motor", "pipe", "filter", "gauge"]


def told(nth: int) -> str:
    subject = SUBJECTS[nth % len(SUBJECTS)]
    return (
        f"The {subject} of pump {nth} is checked every month, since a worn {subject} lets water leak into the housing."
    )


def length(request: TextRequest) -> int:
    return sum(map(len, texts(request.payload)))


def texts(value: Any) -> list[str]:
    if isinstance(value, str):
        return [value]
    entries = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return [text for entry in entries for text in texts(entry)]


def carried_out(request: TextRequest) -> dict[str, Any]:
    """By rules, as a model would: an answer that passes the task's checks."""
    task = TASKS[request.task]
    answer = task.offline(request.language, request.payload)
    taken, complaints = read_answer(task, request, json.dumps(answer))
    assert complaints == []
    assert taken is not None
    return taken


@pytest.mark.parametrize("task", sorted(TASKS))
def test_a_short_request_stays_whole(task: str) -> None:
    request = request_of(task)

    parts = split_payload(request, MOST_CHARS)

    assert parts == [request]
    assert parts[0] is request
    assert join_answers(request, [{"text": "x"}]) == {"text": "x"}


def test_a_long_document_is_summed_up_in_two_rounds_with_its_pages() -> None:
    paragraphs: list[list[Any]] = [[" ".join(told(10 * page + nth) for nth in range(8)), page] for page in range(1, 41)]
    request = TextRequest("summary", "en", {"paragraphs": paragraphs, "sentences": 5})

    parts = split_payload(request, MOST_CHARS)
    answers = [carried_out(part) for part in parts]
    again = join_answers(request, answers)

    assert len(parts) > 5
    assert max(map(length, parts)) <= MOST_CHARS
    assert [one for part in parts for one in part.payload["paragraphs"]] == paragraphs
    assert isinstance(again, TextRequest)
    assert again.payload["sentences"] == 5
    assert length(again) < length(request) / 4
    summary = carried_out(again)
    assert len(summary["sentences"]) == 5
    for sentence in summary["sentences"]:
        assert sentence["text"] in paragraphs[sentence["page"] - 1][0]


def test_a_summary_gets_shorter_until_one_question_holds_it() -> None:
    paragraphs: list[list[Any]] = [
        [" ".join(told(20 * page + nth) for nth in range(18)), page] for page in range(1, 200)
    ]
    request = TextRequest("summary", "en", {"paragraphs": paragraphs, "sentences": 5})
    rounds = 0

    while len(parts := split_payload(request, MOST_CHARS)) > 1:
        joined = join_answers(request, [carried_out(part) for part in parts])
        assert isinstance(joined, TextRequest)
        assert length(joined) < length(request)
        request, rounds = joined, rounds + 1

    assert rounds >= 2
    assert {page for _, page in request.payload["paragraphs"]} <= set(range(1, 200))


def test_a_paragraph_that_is_too_long_is_cut_between_sentences() -> None:
    sentences = [told(nth) for nth in range(120)]
    request = TextRequest("summary", "en", {"paragraphs": [[" ".join(sentences), 3]], "sentences": 3})

    parts = split_payload(request, MOST_CHARS)

    pieces = [text for part in parts for text, page in part.payload["paragraphs"] if page == 3]
    assert max(map(length, parts)) <= MOST_CHARS
    assert " ".join(pieces) == " ".join(sentences)
    assert all(piece.endswith("housing.") for piece in pieces)


def long_outline() -> TextRequest:
    scenes = [
        {"ref": f"slide {nth}", "heading": f"Pump {nth}", "texts": [f"Pump {nth}"], "notes": " ".join([told(nth)] * 3)}
        for nth in range(1, 41)
    ]
    paragraphs = [[f"{told(nth)} Its part number is {1000 + nth}.", nth] for nth in range(100)]
    unrelated = [["The canteen serves soup on Mondays.", nth] for nth in range(40)]
    documents = [{"title": "Pumps.pdf", "paragraphs": paragraphs}, {"title": "Canteen.pdf", "paragraphs": unrelated}]
    payload = {"title": "Pumps", "scenes": scenes, "documents": documents, "max_words_per_scene": 60}
    return TextRequest("outline", "en", payload)


def test_a_long_lesson_is_outlined_part_by_part() -> None:
    request = long_outline()

    parts = split_payload(request, MOST_CHARS)

    assert len(parts) > 2
    assert max(map(length, parts)) <= MOST_CHARS
    assert [scene for part in parts for scene in part.payload["scenes"]] == request.payload["scenes"]
    assert [part.payload["part"] for part in parts] == [
        {"part": nth, "parts": len(parts)} for nth in range(1, len(parts) + 1)
    ]
    for part in parts:
        TASKS["outline"].refuse(part)


def test_each_part_gets_the_related_paragraphs_and_is_told_of_the_others() -> None:
    parts = split_payload(long_outline(), MOST_CHARS)

    for part in parts:
        given = [one for document in part.payload["documents"] for one in document["paragraphs"]]
        assert given
        assert not any("canteen" in text for text, _ in given)
        assert part.payload["left_out"] == 140 - len(given)
        assert f"{part.payload['left_out']} paragraphs of the documents" in TASKS["outline"].ask(part).user


def test_only_the_first_part_welcomes_and_only_the_last_one_says_farewell() -> None:
    request = long_outline()
    own = [{"ref": None, "heading": name, "segments": []} for name in ("Welcome", "Between", "Farewell")]
    scenes = [{"ref": f"slide {nth}", "heading": "Pump", "segments": []} for nth in (1, 2)]
    answers = [{"scenes": [own[0], scenes[0], own[2]]}, {"scenes": [own[0], scenes[1], own[1], own[2]]}]

    joined = join_answers(request, answers)

    assert joined == {"scenes": [own[0], *scenes, own[1], own[2]]}


def test_questions_about_many_slides_are_spread_over_the_parts() -> None:
    slides = [
        {
            "ref": f"slide {nth}",
            "title": f"Pump {nth}",
            "texts": [told(nth), *[f"{told(nth)[:-1]} {at}." for at in range(3)]],
        }
        for nth in range(1, 41)
    ]
    request = TextRequest("quiz", "en", {"title": "Pumps", "slides": slides, "max_questions": 8})

    parts = split_payload(request, MOST_CHARS)
    joined = join_answers(request, [carried_out(part) for part in parts])

    assert len(parts) > 2
    assert max(map(length, parts)) <= MOST_CHARS
    assert sum(part.payload["max_questions"] for part in parts) == 8
    assert isinstance(joined, dict)
    assert 0 < len(joined["questions"]) <= 8
    assert read_answer(TASKS["quiz"], request, json.dumps(joined))[1] == []


def test_key_points_of_all_parts_are_no_more_than_those_of_one() -> None:
    request = TextRequest("key_points", "en", {"slides": []})
    items = [{"title": f"T{nth}", "text": "x", "ref": f"slide {nth}"} for nth in range(16)]
    answers = [
        {"kind": "timeline", "title": "Steps", "items": items[:8]},
        {"kind": "accordion", "title": "Key points", "items": items[8:]},
    ]

    joined = join_answers(request, answers)

    assert joined == {"kind": "accordion", "title": "Key points", "items": [items[nth] for nth in (0, 3, 6, 9, 12, 15)]}


def test_a_model_that_repeats_all_that_it_is_given_is_not_asked_without_end() -> None:
    """As many sentences are allowed as the document has, so that no part has to be any shorter."""
    paragraphs = [[told(nth), nth] for nth in range(400)]
    request = TextRequest("summary", "en", {"paragraphs": paragraphs, "sentences": 400})
    rounds = 0

    while len(parts := split_payload(request, MOST_CHARS)) > 1 and rounds < 20:
        repeated = [{"text": text, "page": page} for part in parts for text, page in part.payload["paragraphs"]]
        again = join_answers(request, [{"sentences": repeated}, {"sentences": []}])
        assert isinstance(again, TextRequest)
        request, rounds = again, rounds + 1

    assert rounds < 20
