"""Context, comments, history, brand and people of a course over HTTP."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest

from api_people import Person, Service, code_of
from coursecrafter.accounts.caller import PERSON_SCOPES, Scope


@pytest.fixture(scope="module")
def author(service: Service) -> Person:
    """An owner of the organisation, there themselves: they look after people, too."""
    person = service.person(service.organisation(), "owner")
    person.http = service.client(person.org_id, person.user_id, PERSON_SCOPES)
    return person


@pytest.fixture
def project_id(author: Person) -> str:
    return str(author.made("/projects/create", {"name": "Fire drill"})["id"])


def colleague(service: Service, author: Person, project_id: str, role: str) -> Person:
    person = service.person(author.org_id)
    author.made(f"/people/{project_id}/share", {"user_id": str(person.user_id), "role": role})
    return person


def lesson_of(author: Person, project_id: str) -> str:
    unit = author.made("/hierarchy/learning-unit/create", {"project_id": project_id, "title": "U"})["id"]
    module = author.made("/hierarchy/module/create", {"learning_unit_id": unit, "title": "M"})["id"]
    return str(author.made("/hierarchy/lesson/create", {"module_id": module, "title": "L"})["id"])


def test_a_context_is_said_bit_by_bit(author: Person, project_id: str) -> None:
    empty = author.get(f"/context/{project_id}")
    author.made(f"/context/{project_id}/update", {"domain": "fire_safety", "audience_level": "intro"})
    said = author.made(f"/context/{project_id}/update", {"domain": None, "language": "en"})

    assert (empty.json()["data"]["id"], "etag" in empty.headers) == (None, False)
    assert (said["domain"], said["audience_level"], said["language"]) == (None, "intro", "en")


def test_two_who_change_a_context_do_not_overwrite_each_other(author: Person, project_id: str) -> None:
    author.made(f"/context/{project_id}/update", {"region": "africa"})
    seen = {"if-match": author.get(f"/context/{project_id}").headers["etag"]}

    author.made(f"/context/{project_id}/settings", {"mode": "premium"}, headers=seen)
    late = author.post(f"/context/{project_id}/update", {"region": "global"}, headers=seen)

    assert (late.status_code, code_of(late)) == (409, "CC-0026")
    assert author.read(f"/context/{project_id}")["region"] == "africa"


def test_settings_are_merged_and_null_takes_one_away(author: Person, project_id: str) -> None:
    lexicon = [{"written": "HSE", "spoken": "aitch ess ee"}]
    author.made(f"/context/{project_id}/settings", {"voice": "en_male_neutral_1", "lexicon": lexicon})

    said = author.made(f"/context/{project_id}/settings", {"voice": None, "effects": {"transition": "fade"}})

    assert said["metadata"] == {"lexicon": lexicon, "effects": {"transition": "fade"}}


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"lexicon": [{"written": "HSE"}]}, "CC-0051"),
        ({"effects": {"transition": "explode"}}, "CC-0050"),
        ({"mode": "cheap"}, "CC-0005"),
        ({"font": "Inter"}, "CC-0005"),
        ({"original": "x"}, "CC-0001"),
        ({"lexicon": [{"written": "a", "spoken": "b"}] * 5001}, "CC-0005"),
    ],
)
def test_settings_that_no_engine_could_use_are_refused(author: Person, project_id: str, body: Any, code: str) -> None:
    answer = author.post(f"/context/{project_id}/settings", body)

    assert (answer.status_code, code_of(answer)) == (422, code)


def test_reviewers_comment_and_resolve(service: Service, author: Person, project_id: str) -> None:
    reviewer = colleague(service, author, project_id, "reviewer")
    viewer = colleague(service, author, project_id, "viewer")
    lesson_id = lesson_of(author, project_id)

    made = reviewer.made(
        "/comments/create",
        {"project_id": project_id, "text": "Too long.", "about": {"table": "cc_lessons", "id": lesson_id}},
    )
    resolved = author.made(f"/comments/{made['id']}/resolve")
    open_ones = author.read(f"/comments/{project_id}/list?resolved=false")["items"]
    again = reviewer.made(f"/comments/{made['id']}/reopen")

    assert (made["lesson_id"], made["user_id"], made["resolved_at"]) == (lesson_id, str(reviewer.user_id), None)
    assert (resolved["resolved_by"], open_ones) == (str(author.user_id), [])
    assert again["resolved_at"] is None
    assert [one["id"] for one in viewer.read(f"/comments/{project_id}/list?about_id={lesson_id}")["items"]] == [
        made["id"]
    ]
    assert code_of(viewer.post("/comments/create", {"project_id": project_id, "text": "Hm."})) == "CC-0021"
    assert code_of(viewer.post(f"/comments/{made['id']}/resolve")) == "CC-0021"


def test_a_comment_on_somebody_elses_part_is_refused(service: Service, author: Person, project_id: str) -> None:
    stranger = service.person(service.organisation())
    foreign = stranger.made("/projects/create", {"name": "Theirs"})["id"]
    about = {"table": "cc_projects", "id": foreign}

    answers = [
        author.post("/comments/create", {"project_id": project_id, "text": "Hm.", "about": about}),
        author.post("/comments/create", {"project_id": foreign, "text": "Hm."}),
        author.get(f"/comments/{foreign}/list"),
        author.post(f"/comments/{uuid4()}/resolve"),
    ]

    assert [(one.status_code, code_of(one)) for one in answers] == [(404, "CC-0020")] * 4
    assert code_of(author.post("/comments/create", {"project_id": project_id, "text": " "})) == "CC-0022"


def test_what_was_done_is_undone_and_redone(author: Person, project_id: str) -> None:
    lesson_id = lesson_of(author, project_id)
    author.made("/hierarchy/lesson/update", {"lesson_id": lesson_id, "title": "Other"})
    newest = author.read(f"/history/{project_id}/list?limit=1")["items"][0]

    undone = author.made(f"/history/{newest['id']}/undo")
    twice = author.post(f"/history/{newest['id']}/undo")
    title = author.read(f"/hierarchy/lesson/{lesson_id}")["title"]
    author.made(f"/history/{undone['id']}/redo")

    assert (newest["event_type"], newest["is_undoable"], title) == ("lesson_changed", True, "L")
    assert (twice.status_code, code_of(twice)) == (409, "CC-0054")
    assert author.read(f"/hierarchy/lesson/{lesson_id}")["title"] == "Other"


def test_the_last_step_of_a_lesson_is_undone_and_redone(author: Person, project_id: str) -> None:
    lesson_id = lesson_of(author, project_id)
    author.made("/hierarchy/lesson/update", {"lesson_id": lesson_id, "title": "Other"})
    author.made(f"/context/{project_id}/update", {"domain": "fire_safety"})

    author.made(f"/history/{project_id}/undo-last", {"lesson_id": lesson_id})
    title = author.read(f"/hierarchy/lesson/{lesson_id}")["title"]
    author.made(f"/history/{project_id}/redo-last", {"lesson_id": lesson_id})
    nothing = author.post(f"/history/{project_id}/redo-last", {})

    assert (title, author.read(f"/hierarchy/lesson/{lesson_id}")["title"]) == ("L", "Other")
    assert (nothing.status_code, code_of(nothing)) == (409, "CC-0055")
    assert author.read(f"/context/{project_id}")["domain"] == "fire_safety"


def test_a_deleted_course_comes_back_by_its_history(author: Person, project_id: str) -> None:
    author.made(f"/projects/{project_id}/delete")

    newest = author.read(f"/history/{project_id}/list?limit=1")["items"][0]
    author.made(f"/history/{newest['id']}/undo")

    assert newest["event_type"] == "project_deleted"
    assert author.read(f"/projects/{project_id}")["name"] == "Fire drill"


def test_brands_and_templates_are_made_changed_listed_and_deleted(author: Person, project_id: str) -> None:
    brand = author.made("/brands/create", {"project_id": project_id, "name": "House", "primary_color": "#336699"})
    template = author.made(
        "/templates/create", {"brand_profile_id": brand["id"], "name": "Left", "template_type": "slide"}
    )
    author.made(f"/brands/{brand['id']}/update", {"secondary_color": "#112233"})
    changed = author.made("/templates/update", {"template_id": template["id"], "layout_config": {"text": "left"}})

    (listed,) = author.read(f"/templates/{project_id}/list")["items"]

    assert (listed["name"], listed["primary_color"], listed["secondary_color"]) == ("House", "#336699", "#112233")
    assert listed["templates"] == [changed] == [author.read(f"/templates/{template['id']}")]
    author.made("/templates/delete", {"template_id": template["id"]})
    assert author.read(f"/brands/{brand['id']}")["templates"] == []
    author.made(f"/brands/{brand['id']}/delete")
    assert author.get(f"/brands/{brand['id']}").status_code == 404


def test_the_brand_of_the_organisation_is_its_admins(service: Service, author: Person, project_id: str) -> None:
    member = service.person(author.org_id)
    body = {"name": "Everywhere", "primary_color": "#445566"}

    refused = member.post("/brands/create", body)
    brand = author.made("/brands/create", body)

    assert (refused.status_code, code_of(refused)) == (403, "CC-0021")
    assert [one["id"] for one in member.read("/templates/list")["items"]] == [brand["id"]]
    assert [one["id"] for one in author.read(f"/templates/{project_id}/list")["items"]] == [brand["id"]]
    assert code_of(member.post(f"/brands/{brand['id']}/update", {"name": "Mine"})) == "CC-0021"
    assert service.person(service.organisation()).get(f"/brands/{brand['id']}").status_code == 404
    author.made(f"/brands/{brand['id']}/delete")


def test_people_come_and_go_and_an_owner_stays(service: Service, author: Person, project_id: str) -> None:
    editor = colleague(service, author, project_id, "editor")
    stranger = service.person(service.organisation())

    told = author.read(f"/people/{project_id}/list")["people"]
    last = author.post(f"/people/{project_id}/unshare", {"user_id": str(author.user_id)})
    foreign = author.post(f"/people/{project_id}/share", {"user_id": str(stranger.user_id), "role": "viewer"})
    author.made(f"/people/{project_id}/unshare", {"user_id": str(editor.user_id)})

    assert {(one["user_id"], one["role"]) for one in told} == {
        (str(author.user_id), "owner"),
        (str(editor.user_id), "editor"),
    }
    assert (last.status_code, code_of(last)) == (409, "CC-0029")
    assert (foreign.status_code, code_of(foreign)) == (404, "CC-0020")
    assert editor.get(f"/projects/{project_id}").status_code == 404
    assert stranger.get(f"/people/{project_id}/list").status_code == 404


def test_a_key_for_reading_is_not_good_for_sharing(service: Service, author: Person, project_id: str) -> None:
    client = service.client(author.org_id, author.user_id, frozenset({Scope.READ}))
    body = {"user_id": str(author.user_id), "role": "owner"}

    answer = client.post(f"/cc/people/{project_id}/share", json=body)

    assert (answer.status_code, code_of(answer)) == (403, "CC-0061")


@pytest.mark.parametrize("role", ["owner", "editor", "reviewer", "viewer"])
def test_every_role_reads_what_belongs_to_the_course(
    service: Service, author: Person, project_id: str, role: str
) -> None:
    person = colleague(service, author, project_id, role)

    paths = [
        f"/context/{project_id}",
        f"/comments/{project_id}/list",
        f"/history/{project_id}/list",
        f"/templates/{project_id}/list",
        f"/people/{project_id}/list",
        f"/hierarchy/{project_id}/full-tree",
    ]

    assert [person.get(path).status_code for path in paths] == [200] * len(paths)
    assert [service.person(author.org_id).get(path).status_code for path in paths] == [404] * len(paths)
