"""Jobs over HTTP: cancelled, tried again, and done by workers of somebody else's."""

from __future__ import annotations

import hashlib

import pytest

from api_people import Person, Service, code_of, data_of
from coursecrafter.accounts.caller import Scope
from coursecrafter.db.tables import uploaded_files

WORKER = frozenset({Scope.READ, Scope.WRITE, Scope.WORKER})
FILM = b"a film"
SHA = hashlib.sha256(FILM).hexdigest()


@pytest.fixture(scope="module")
def author(service: Service) -> Person:
    return service.person(service.organisation(), "owner", WORKER)


@pytest.fixture(scope="module")
def plain(service: Service, author: Person) -> Person:
    """The same person with a key that is not for workers."""
    return Person(author.org_id, author.user_id, author.email, service.client(author.org_id, author.user_id, None))


@pytest.fixture(scope="module")
def lesson(author: Person) -> str:
    project = author.made("/projects/create", {"name": "Chalk"})["id"]
    unit = author.made("/hierarchy/learning-unit/create", {"project_id": project, "title": "Unit"})["id"]
    module = author.made("/hierarchy/module/create", {"learning_unit_id": unit, "title": "Module"})["id"]
    made = author.made("/hierarchy/lesson/create", {"module_id": module, "title": "Chalk"})["id"]
    author.made("/hierarchy/lesson/status", {"lesson_id": made, "status": "in_design"})
    return str(made)


def order(author: Person, lesson: str, *, external: bool = True) -> str:
    return str(author.made(f"/engine1/{lesson}/render-video", {"external": external})["id"])


def result(sha256: str = SHA, size_bytes: int = len(FILM)) -> dict[str, object]:
    made = {"role": "final_video", "asset_type": "video", "mime_type": "video/mp4"}
    return {"outputs": [{**made, "sha256": sha256, "size_bytes": size_bytes}], "metadata": {"worker": "cinema"}}


def upload(service: Service, author: Person) -> None:
    """Let the organisation have the film as if it had come by an upload."""
    service.site.store(author.org_id).put_bytes(FILM, "video/mp4")
    row = {"org_id": author.org_id, "sha256": SHA, "size_bytes": len(FILM), "mime_type": "video/mp4", "scan": "clean"}
    with service.site.database.admin() as admin:
        admin.execute(uploaded_files.insert().values(row))


def test_an_external_worker_starts_reports_and_completes_a_job(service: Service, author: Person, lesson: str) -> None:
    upload(service, author)
    job_id = order(author, lesson)

    started = author.made(f"/render/job/{job_id}/start")
    reported = author.made(f"/render/job/{job_id}/progress", {"progress": 0.5, "step": "filming", "line": "half"})
    done = author.made(f"/render/job/{job_id}/complete", result())

    assert started["job_state"] == "in_progress"
    assert (reported["progress"], reported["step"], reported["log"][-1]["text"]) == (0.5, "filming", "half")
    assert (done["job_state"], done["progress"], done["metadata"]["worker"]) == ("succeeded", 1.0, "cinema")
    again = author.post(f"/render/job/{job_id}/complete", result())
    assert (again.status_code, code_of(again)) == (409, "CC-0025")


def test_a_result_that_was_never_uploaded_is_refused(author: Person, lesson: str) -> None:
    job_id = order(author, lesson)
    author.made(f"/render/job/{job_id}/start")

    refused = author.post(f"/render/job/{job_id}/complete", result("0" * 64))

    assert (refused.status_code, code_of(refused)) == (422, "CC-0613")
    author.made(f"/render/job/{job_id}/cancel")


def test_an_external_worker_says_why_it_failed(author: Person, lesson: str) -> None:
    job_id = order(author, lesson)

    failed = author.made(f"/render/job/{job_id}/fail", {"message": "No light.", "place": "scene 2"})

    assert (failed["job_state"], failed["error_message"]) == ("failed", "No light.")
    assert failed["error"]["place"] == "scene 2"


def test_a_worker_takes_no_job_of_the_servers_own(author: Person, lesson: str) -> None:
    job_id = order(author, lesson, external=False)

    refused = [author.post(f"/render/job/{job_id}/{verb}") for verb in ("start",)]
    refused.append(author.post(f"/render/job/{job_id}/fail", {"message": "no"}))

    assert {(one.status_code, code_of(one)) for one in refused} == {(409, "CC-0612")}


def test_starting_takes_a_workers_key(author: Person, plain: Person, lesson: str) -> None:
    job_id = order(author, lesson)

    refused = plain.post(f"/render/job/{job_id}/start")

    assert (refused.status_code, code_of(refused)) == (403, "CC-0061")
    plain.made(f"/render/job/{job_id}/cancel")


def test_a_retry_is_a_new_job_that_names_the_old(author: Person, lesson: str) -> None:
    job_id = order(author, lesson)
    early = author.post(f"/render/job/{job_id}/retry")
    author.made(f"/render/job/{job_id}/cancel")

    answer = author.post(f"/render/job/{job_id}/retry")

    assert (early.status_code, code_of(early)) == (409, "CC-0604")
    assert answer.status_code == 202
    assert data_of(answer)["retry_of"] == job_id
    listed = author.read(f"/render/lesson/{lesson}/jobs?job_state=queued&limit=200")["items"]
    assert data_of(answer)["id"] in {one["id"] for one in listed}


def test_a_stranger_follows_no_job(service: Service, author: Person, lesson: str) -> None:
    job_id = order(author, lesson)
    stranger = service.person(service.organisation(), "owner", WORKER)

    answers = [stranger.get(f"/render/job/{job_id}"), stranger.get(f"/render/job/{job_id}/events")]
    answers += [stranger.post(f"/render/job/{job_id}/{verb}") for verb in ("cancel", "retry", "start")]

    assert {(one.status_code, code_of(one)) for one in answers} == {(404, "CC-0020")}
