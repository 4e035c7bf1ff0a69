"""Activities and questions over HTTP: made, read, changed, ordered, deleted."""

from __future__ import annotations

import pytest

from api_people import Person, Service, code_of

QUESTION = {
    "question_text": "Is chalk soft?",
    "question_type": "mcq_single",
    "options": ["Yes", "No"],
    "correct_answers": [0],
    "feedback": {"options": ["Right.", "Feel it."]},
}


@pytest.fixture(scope="module")
def author(service: Service) -> Person:
    return service.person(service.organisation())


@pytest.fixture
def lesson(author: Person) -> str:
    project = author.made("/projects/create", {"name": "Chalk"})["id"]
    unit = author.made("/hierarchy/learning-unit/create", {"project_id": project, "title": "Unit"})["id"]
    module = author.made("/hierarchy/module/create", {"learning_unit_id": unit, "title": "Module"})["id"]
    return str(author.made("/hierarchy/lesson/create", {"module_id": module, "title": "Chalk"})["id"])


def add(author: Person, lesson: str, kind: str) -> str:
    return str(author.made("/interactions/create", {"lesson_id": lesson, "interaction_type": kind})["id"])


def test_an_activity_is_made_read_changed_and_deleted(author: Person, lesson: str) -> None:
    made = author.post(
        "/interactions/create", {"lesson_id": lesson, "interaction_type": "accordion", "config": {"a": 1}}
    )
    interaction_id = made.json()["data"]["id"]
    changed = author.made(f"/interactions/{interaction_id}/update", {"title": "Remember"})
    read = author.read(f"/interactions/{interaction_id}")
    author.made(f"/interactions/{interaction_id}/delete")

    assert made.status_code == 201
    assert (changed["title"], changed["config"]) == ("Remember", {"a": 1})
    assert read == changed
    assert author.get(f"/interactions/{interaction_id}").status_code == 404
    assert author.read(f"/interactions/{lesson}/list")["interactions"] == []


def test_activities_stand_in_the_order_that_was_asked_for(author: Person, lesson: str) -> None:
    first, second = add(author, lesson, "accordion"), add(author, lesson, "quiz")

    ordered = author.made(f"/interactions/{lesson}/reorder", {"ids": [second, first]})
    refused = author.post(f"/interactions/{lesson}/reorder", {"ids": [second]})

    assert [one["id"] for one in ordered["interactions"]] == [second, first]
    assert (refused.status_code, code_of(refused)) == (422, "CC-0031")


def test_a_change_of_what_was_changed_since_is_refused(author: Person, lesson: str) -> None:
    interaction_id = add(author, lesson, "accordion")
    seen = {"if-match": f'"{author.read(f"/interactions/{interaction_id}")["updated_at"]}"'}
    author.made(f"/interactions/{interaction_id}/update", {"title": "First"}, headers=seen)

    late = author.post(f"/interactions/{interaction_id}/update", {"title": "Late"}, headers=seen)

    assert (late.status_code, code_of(late)) == (409, "CC-0026")


def test_a_question_is_made_changed_ordered_and_deleted(author: Person, lesson: str) -> None:
    quiz = add(author, lesson, "quiz")
    first, second = (
        author.made("/quizzes/create", {"lesson_id": lesson, "interaction_id": quiz, **QUESTION})["id"]
        for _ in range(2)
    )
    changed = author.made(f"/quizzes/{first}/update", {"question_text": "Is slate hard?"})
    ordered = author.made(f"/quizzes/{lesson}/reorder", {"ids": [second, first], "interaction_id": quiz})
    author.made(f"/quizzes/{second}/delete")

    assert (changed["question_text"], changed["feedback"]["options"]) == ("Is slate hard?", ["Right.", "Feel it."])
    assert [one["id"] for one in ordered["interactions"][0]["questions"]] == [second, first]
    assert author.read(f"/quizzes/{first}")["sequence"] == 1
    assert author.get(f"/quizzes/{second}").status_code == 404


def test_a_question_that_nobody_can_answer_is_refused(author: Person, lesson: str) -> None:
    refused = author.post("/quizzes/create", {"lesson_id": lesson, **QUESTION, "correct_answers": [7]})

    assert (refused.status_code, code_of(refused)) == (422, "CC-0404")


def test_an_activity_of_another_lesson_is_not_changed_through_this_one(author: Person, lesson: str) -> None:
    other = add(author, lesson, "accordion")
    project = author.made("/projects/create", {"name": "Slate"})["id"]
    unit = author.made("/hierarchy/learning-unit/create", {"project_id": project, "title": "Unit"})["id"]
    module = author.made("/hierarchy/module/create", {"learning_unit_id": unit, "title": "Module"})["id"]
    here = author.made("/hierarchy/lesson/create", {"module_id": module, "title": "Slate"})["id"]

    refused = author.post(f"/engine4/{here}/update-interaction", {"interaction_id": other, "title": "Mine"})

    assert (refused.status_code, code_of(refused)) == (404, "CC-0020")
