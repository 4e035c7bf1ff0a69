"""Where something comes from, over HTTP: every kind of thing, for those who see the course."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import get_args
from uuid import UUID

import pytest
import sqlalchemy as sa

from api_people import Person, Service, code_of
from authored_course import AuthoredCourse, write_course
from coursecrafter.api.routes.provenance import CONFINED
from coursecrafter.api.shapes.provenance import Provenance, SubjectKind
from coursecrafter.authoring.edits import made_by
from coursecrafter.authoring.scripts import change_script
from coursecrafter.authoring.snapshots import context_snapshot
from coursecrafter.domain.course import Engine
from coursecrafter.gateway.attempts import Attempts
from coursecrafter.gateway.ports import CallRecord, Purpose
from coursecrafter.reading.provenance_rows import KINDS
from http_calls import MISSING, without_chance
from http_things import settle_things

each_kind = pytest.mark.parametrize("kind", get_args(SubjectKind))


@dataclass(frozen=True)
class Asked:
    """A course with one of everything, its author, a viewer, and somebody of another organisation."""

    course: AuthoredCourse
    things: dict[str, UUID]
    author: Person
    viewer: Person
    stranger: Person

    def path(self, kind: str) -> str:
        return f"/provenance/{kind}/{self.things[kind.replace('_', ' ')]}"


@pytest.fixture(scope="module")
def asked(service: Service) -> Asked:
    course = write_course(service.site.database, "provenance")
    who = course.author
    author = Person(who.org_id, who.user_id, "", service.client(who.org_id, who.user_id))
    viewer = service.person(who.org_id)
    with service.site.database.app(course.identity) as conn:
        share = sa.text("SELECT platform.share_project(:project_id, :user_id, 'viewer')")
        conn.execute(share, {"project_id": course.project_id, "user_id": viewer.user_id})
    stranger = service.person(service.organisation(), "owner")
    return Asked(course, settle_things(service.site, course), author, viewer, stranger)


def test_every_kind_that_is_read_can_be_asked_for() -> None:
    assert set(get_args(SubjectKind)) == set(KINDS)
    assert set(CONFINED) < set(KINDS)


@each_kind
def test_whoever_sees_the_course_is_told(asked: Asked, kind: str) -> None:
    told = asked.author.read(asked.path(kind))

    shown = Provenance.model_validate(told)
    assert (shown.subject.kind, str(shown.subject.project_id)) == (kind, str(asked.course.project_id))
    assert asked.viewer.read(asked.path(kind)) == told


@each_kind
def test_another_organisation_is_told_what_is_told_of_nothing(asked: Asked, kind: str) -> None:
    theirs, missing = asked.stranger.get(asked.path(kind)), asked.stranger.get(f"/provenance/{kind}/{MISSING}")

    assert (theirs.status_code, code_of(theirs)) == (404, "CC-0020")
    assert without_chance(theirs) == without_chance(missing)


@pytest.mark.parametrize("path", ["/provenance/lesson/{id}", "/provenance/script/fire-doors"])
def test_what_is_no_kind_or_no_id_is_refused(asked: Asked, path: str) -> None:
    answer = asked.author.get(path.format(id=asked.things["lesson"]))

    assert answer.status_code == 422
    assert code_of(answer).startswith("CC-00")


def test_a_models_words_are_told_with_call_and_context(service: Service, asked: Asked) -> None:
    course, database, store = asked.course, service.site.database, service.site.store(asked.course.author.org_id)
    script_id = asked.things["script"]
    with database.app(course.identity) as conn:
        kept = store.put_bytes(context_snapshot(conn, course.project_id), "application/json")
    payload = {"task": "rewrite", "template": "rewrite/1", "language": "en", "context": kept.sha256}
    purpose = Purpose(course.project_id, course.lessons[0], Engine.E1, "rewrite")
    record = CallRecord(purpose, "llm_script", "openai", "gpt-5.1", "success", payload, {"cost_usd": 0.004})
    call_id = Attempts(database, replace(course.identity, project_id=course.project_id)).found_again(record)
    with database.app(course.identity) as conn, made_by([call_id]):
        change_script(conn, course.author, script_id, final_text="Look for the green sign.")

    told = asked.viewer.read(asked.path("script"))

    assert (told["made_by"], told["changed_by_person_since"]) == ("model", False)
    assert [(call["id"], call["task"], call["model"]) for call in told["calls"]] == [
        (str(call_id), "rewrite", "gpt-5.1")
    ]
    assert told["context"]["values"]["domain"] == "fire_safety"
    assert told["event"]["user"]["name"] == "Author"
