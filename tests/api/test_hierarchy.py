"""The course tree over HTTP."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest

from api_people import Person, Service, code_of

LEVELS = ("learning-unit", "module", "lesson")


@pytest.fixture(scope="module")
def author(service: Service) -> Person:
    return service.person(service.organisation())


class Course:
    """A course of one learning unit, one module and two lessons."""

    def __init__(self, author: Person) -> None:
        self.id = author.made("/projects/create", {"name": "Fire drill"})["id"]
        unit = author.made("/hierarchy/learning-unit/create", {"project_id": self.id, "title": "Before"})
        module = author.made("/hierarchy/module/create", {"learning_unit_id": unit["id"], "title": "Exits"})
        self.unit_id, self.module_id = unit["id"], module["id"]
        self.lessons = [
            author.made("/hierarchy/lesson/create", {"module_id": self.module_id, "title": title})["id"]
            for title in ("Doors", "Stairs")
        ]

    @property
    def named(self) -> dict[str, dict[str, str]]:
        """By level, the body that names one of its rows."""
        return {
            "learning-unit": {"learning_unit_id": self.unit_id},
            "module": {"module_id": self.module_id},
            "lesson": {"lesson_id": self.lessons[0]},
        }


@pytest.fixture
def course(author: Person) -> Course:
    return Course(author)


def titles_of(tree: dict[str, Any]) -> list[Any]:
    return [
        (unit["title"], [(module["title"], [one["title"] for one in module["lessons"]]) for module in unit["modules"]])
        for unit in tree["learning_units"]
    ]


def test_what_is_made_stands_in_the_tree(author: Person, course: Course) -> None:
    tree = author.read(f"/hierarchy/{course.id}/full-tree")

    assert titles_of(tree) == [("Before", [("Exits", ["Doors", "Stairs"])])]


@pytest.mark.parametrize("level", LEVELS)
def test_a_change_answers_the_new_version_and_an_old_one_is_refused(author: Person, course: Course, level: str) -> None:
    named = course.named[level]
    seen = author.get(f"/hierarchy/{level}/{next(iter(named.values()))}").headers["etag"]

    changed = author.made(f"/hierarchy/{level}/update", {**named, "title": "Other"}, headers={"if-match": seen})
    late = author.post(f"/hierarchy/{level}/update", {**named, "title": "Late"}, headers={"if-match": seen})

    assert (changed["title"], f'"{changed["updated_at"]}"' != seen) == ("Other", True)
    assert (late.status_code, code_of(late)) == (409, "CC-0026")


def test_a_change_leaves_alone_what_it_does_not_name(author: Person, course: Course) -> None:
    named = course.named["lesson"]
    author.made("/hierarchy/lesson/update", {**named, "objective": "Know the doors.", "code": "L1"})

    changed = author.made("/hierarchy/lesson/update", {**named, "code": None})

    assert (changed["title"], changed["objective"], changed["code"]) == ("Doors", "Know the doors.", None)


@pytest.mark.parametrize("level", LEVELS)
def test_what_is_deleted_is_gone_until_it_is_restored(author: Person, course: Course, level: str) -> None:
    named = course.named[level]
    path = f"/hierarchy/{level}/{next(iter(named.values()))}"

    assert author.made(f"/hierarchy/{level}/delete", named) == {}
    gone = author.get(path)
    author.made(f"/hierarchy/{level}/restore", named)

    assert (gone.status_code, code_of(gone)) == (404, "CC-0020")
    assert author.get(path).status_code == 200


def test_lessons_are_ordered_moved_and_copied(author: Person, course: Course) -> None:
    first, second = course.lessons
    other = author.made("/hierarchy/module/create", {"learning_unit_id": course.unit_id, "title": "Alarms"})["id"]

    author.made("/hierarchy/lesson/reorder", {"module_id": course.module_id, "lesson_ids": [second, first]})
    author.made("/hierarchy/lesson/move", {"lesson_id": first, "module_id": other, "sequence": 1})
    copy = author.post("/hierarchy/lesson/copy", {"lesson_id": second, "title": "Stairs again"})

    assert copy.status_code == 201
    tree = author.read(f"/hierarchy/{course.id}/full-tree")
    assert titles_of(tree) == [("Before", [("Exits", ["Stairs", "Stairs again"]), ("Alarms", ["Doors"])])]


def test_a_lesson_stays_in_its_course(author: Person, course: Course) -> None:
    elsewhere = Course(author)

    for verb in ("move", "copy"):
        refused = author.post(
            f"/hierarchy/lesson/{verb}", {"lesson_id": course.lessons[0], "module_id": elsewhere.module_id}
        )
        assert (refused.status_code, code_of(refused)) == (422, "CC-0032")


def test_modules_and_learning_units_are_ordered_and_moved(author: Person, course: Course) -> None:
    unit = author.made("/hierarchy/learning-unit/create", {"project_id": course.id, "title": "During", "sequence": 1})[
        "id"
    ]
    author.made("/hierarchy/module/move", {"module_id": course.module_id, "learning_unit_id": unit})
    module = author.made("/hierarchy/module/create", {"learning_unit_id": unit, "title": "Smoke"})["id"]
    author.made("/hierarchy/module/reorder", {"learning_unit_id": unit, "module_ids": [module, course.module_id]})

    tree = author.made(
        "/hierarchy/learning-unit/reorder", {"project_id": course.id, "learning_unit_ids": [course.unit_id, unit]}
    )

    assert titles_of(tree) == [("Before", []), ("During", [("Smoke", []), ("Exits", ["Doors", "Stairs"])])]
    author.made("/hierarchy/learning-unit/move", {"learning_unit_id": unit, "sequence": 1})
    assert [one["title"] for one in author.read(f"/hierarchy/{course.id}/full-tree")["learning_units"]] == [
        "During",
        "Before",
    ]


def test_a_lesson_comes_into_a_state_only_from_the_one_before(author: Person, course: Course) -> None:
    named = course.named["lesson"]

    refused = author.post("/hierarchy/lesson/status", {**named, "status": "ready"})
    begun = author.made("/hierarchy/lesson/status", {**named, "status": "in_design"})

    assert (refused.status_code, code_of(refused)) == (409, "CC-0025")
    assert begun["status"] == "in_design"


@pytest.mark.parametrize("level", LEVELS)
def test_what_belongs_to_others_is_answered_as_what_does_not_exist(
    service: Service, course: Course, level: str
) -> None:
    stranger = service.person(service.organisation())
    named = course.named[level]
    (field,) = named

    for verb, more in (("update", {"title": "Mine"}), ("delete", {}), ("move", {"sequence": 1}), ("restore", {})):
        foreign = stranger.post(f"/hierarchy/{level}/{verb}", {**named, **more})
        missing = stranger.post(f"/hierarchy/{level}/{verb}", {field: str(uuid4()), **more})
        assert foreign.status_code == missing.status_code == 404
        assert foreign.json()["error"]["message"] == missing.json()["error"]["message"]
    assert stranger.get(f"/hierarchy/{level}/{named[field]}").status_code == 404


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"module_id": "x", "title": "A"},
        {"module_id": str(uuid4()), "title": ""},
        {"module_id": str(uuid4()), "title": "A" * 501},
        {"module_id": str(uuid4()), "title": "A", "sequence": 0},
        {"module_id": str(uuid4()), "title": "A", "sequence": "1"},
        {"module_id": str(uuid4()), "title": "A", "sequence": 10**30},
        {"module_id": str(uuid4()), "title": "A\0"},
        {"module_id": str(uuid4()), "title": "A", "status": "ready"},
        [],
    ],
)
def test_a_lesson_of_wrong_fields_is_refused(author: Person, body: Any) -> None:
    answer = author.http.post("/cc/hierarchy/lesson/create", json=body)

    assert answer.status_code == 422
    assert code_of(answer) in {"CC-0001", "CC-0005"}


def test_a_place_that_there_is_not_is_refused_and_nothing_is_made(author: Person, course: Course) -> None:
    answer = author.post("/hierarchy/lesson/create", {"module_id": course.module_id, "title": "Far", "sequence": 9})

    assert (answer.status_code, code_of(answer)) == (422, "CC-0031")
    assert len(author.read(f"/hierarchy/module/{course.module_id}")["lessons"]) == 2
