"""A course made by calls alone: a deck comes in, and a video, a branded video, a module and a book come out."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from time import monotonic, sleep
from typing import Any

import httpx
import pytest

from api_people import Person, Service, code_of, data_of
from background_shops import chalk_deck

PATIENCE_S = 180


@pytest.fixture(scope="module")
def author(service: Service) -> Person:
    return service.person(service.organisation())


@pytest.fixture(scope="module")
def project(author: Person) -> str:
    return str(author.made("/projects/create", {"name": "Chalk"})["id"])


@pytest.fixture(scope="module")
def lesson(author: Person, project: str, tmp_path_factory: pytest.TempPathFactory) -> str:
    """A lesson with a deck of its own."""
    unit = author.made("/hierarchy/learning-unit/create", {"project_id": project, "title": "Unit"})["id"]
    module = author.made("/hierarchy/module/create", {"learning_unit_id": unit, "title": "Module"})["id"]
    made = author.made("/hierarchy/lesson/create", {"module_id": module, "title": "Chalk"})["id"]
    deck = chalk_deck(tmp_path_factory.mktemp("decks") / "Chalk.pptx")
    files = {"file": (deck.name, deck.read_bytes())}
    assert author.http.post(f"/cc/uploads/{made}/source", files=files).status_code == 201
    return str(made)


@pytest.fixture(scope="module")
def planned(author: Person, lesson: str) -> str:
    """The lesson with the plan of its deck."""
    assert asked(author, f"/engine1/{lesson}/parse-ppt")["segments"] == 2
    return lesson


def asked(person: Person, path: str, body: Any = None) -> Any:
    """What a call answers once its work is done: while it runs, the same call is made again."""
    until = monotonic() + PATIENCE_S
    while True:
        answer = person.post(path, body)
        if answer.status_code != 202:
            return data_of(answer)
        assert answer.json()["data"] == {"state": "running"}
        assert monotonic() < until


def ended(person: Person, job_id: str) -> Any:
    until = monotonic() + PATIENCE_S
    while True:
        job = person.read(f"/render/job/{job_id}")
        if job["job_state"] not in {"queued", "in_progress"}:
            return job
        assert monotonic() < until
        sleep(0.2)


def events(stream: httpx.Response) -> Iterator[dict[str, Any]]:
    """Server-sent events as they come."""
    event: dict[str, Any] = {}
    for line in stream.iter_lines():
        name, _, value = line.partition(": ")
        if name in {"id", "event"}:
            event[name] = value
        elif name == "data":
            event["data"] = json.loads(value)
        elif not line and "data" in event:
            yield event
            event = {}


def test_a_lesson_goes_from_its_deck_to_an_approved_video(author: Person, planned: str) -> None:
    plan = author.read(f"/engine1/{planned}/plan")
    first = plan["scenes"][0]["segments"][0]
    change = {"kind": "text", "segment_id": first["id"], "text": "Welcome to chalk."}
    changed = author.made(f"/engine1/{planned}/update-plan", {"changes": [change]})
    approved = author.made(f"/engine1/{planned}/approve-plan")
    spoken = asked(author, f"/engine1/{planned}/generate-voice", {"voice_profile": "en_male_calm_1"})
    ordered = author.post(f"/engine1/{planned}/render-video", {})
    job = data_of(ordered)
    with author.http.stream("GET", f"/cc/render/job/{job['id']}/events") as stream:
        heard = list(events(stream))
    done = ended(author, job["id"])
    author.made(f"/engine1/{planned}/approve-video")

    assert changed["scenes"][0]["segments"][0]["script"]["text"] == "Welcome to chalk."
    assert approved["scenes"][0]["segments"][0]["script"]["status"] == "approved"
    assert spoken["voice_profile"] == "en_male_calm_1"
    assert ordered.status_code == 202
    assert done["job_state"] == "succeeded", done["error_message"]
    assert heard[-1]["event"] == "end"
    assert heard[-1]["data"]["result_asset_id"] == done["result_asset_id"]
    assert [one["data"]["number"] for one in heard if one["event"] == "line"] == list(range(1, done["lines"] + 1))
    steps = [one["data"]["progress"] for one in heard if one["event"] != "line"]
    assert steps == sorted(steps)
    assert author.http.get(f"/cc/assets/{done['result_asset_id']}/file").headers["content-type"] == "video/mp4"


def test_a_reader_of_events_goes_on_behind_the_last_one_it_had(author: Person, planned: str) -> None:
    job = author.made(f"/engine1/{planned}/render-video", {"external": True})
    worker_events = f"/cc/render/job/{job['id']}/events"
    author.made(f"/render/job/{job['id']}/cancel")
    with author.http.stream("GET", worker_events) as stream:
        (end,) = events(stream)

    with author.http.stream("GET", worker_events, headers={"last-event-id": end["id"]}) as stream:
        again = list(events(stream))

    assert (end["event"], end["data"]["state"]) == ("end", "cancelled")
    assert again == []


def test_a_branded_video_is_designed_and_rendered_by_calls(author: Person, planned: str) -> None:
    outline = asked(author, f"/engine2/{planned}/generate-outline")
    prompts = asked(author, f"/engine2/{planned}/generate-prompts")["prompts"]
    order = {"scene_id": prompts[0]["scene_id"], "prompt": prompts[0]["prompt"][:200], "count": 2}
    images = asked(author, f"/engine2/{planned}/generate-images", order)
    shown = author.made(f"/engine2/{planned}/set-brand-profile", {"template_choice": "bold"})
    approved = author.made(f"/engine2/{planned}/approve-script")
    job = ended(author, author.made(f"/engine2/{planned}/render-video", {})["id"])

    assert outline["scenes"]
    assert len(images["asset_ids"]) == 2
    assert [one["role"] for one in shown["templates"] if one["role"] == "brand_choice"] == ["brand_choice"]
    assert {one["script"]["status"] for scene in approved["scenes"] for one in scene["segments"]} == {"approved"}
    assert job["job_state"] == "succeeded", job["error_message"]


def test_a_module_is_proposed_edited_and_rendered_by_calls(author: Person, planned: str) -> None:
    proposed = asked(author, f"/engine4/{planned}/propose-interactions")
    quiz = {"interaction_type": "quiz", "title": "Check"}
    interaction = author.made(f"/engine4/{planned}/create-interaction", quiz)
    question = author.made(
        f"/engine4/{planned}/add-quiz-question",
        {
            "interaction_id": interaction["id"],
            "question_text": "Is chalk soft?",
            "question_type": "true_false",
            "options": ["True", "False"],
            "correct_answers": [0],
        },
    )
    renamed = author.made(
        f"/engine4/{planned}/update-interaction", {"interaction_id": interaction["id"], "title": "Check yourself"}
    )
    job = ended(author, author.made(f"/engine4/{planned}/render-scorm", {})["id"])

    assert proposed["interactions"][0]["interaction_type"] == "slides"
    assert question["interaction_id"] == interaction["id"]
    assert (renamed["title"], len(renamed["questions"])) == ("Check yourself", 1)
    assert job["job_state"] == "succeeded", job["error_message"]


def test_a_book_is_proposed_edited_and_rendered_by_calls(author: Person, project: str, planned: str) -> None:
    book = asked(author, f"/engine3/{project}/outline")
    made = author.made(f"/engine3/{project}/create-section", {"title": "Before you start", "level": 1, "position": 1})
    text = {"section_id": made["id"], "content_markdown": "Take a **piece** of chalk."}
    section = author.made(f"/engine3/{project}/update-section", text)
    last = len(book["sections"]) + 1
    moved = author.made(f"/engine3/{project}/move-section", {"section_id": made["id"], "position": 1, "level": 1})
    ready = author.made(f"/engine3/{project}/update-book", {"title": "All of chalk"})
    job = ended(author, author.made(f"/engine3/{project}/render-book", {})["id"])
    author.made(f"/engine3/{project}/approve-book")

    assert section["content_markdown"] == "Take a **piece** of chalk."
    assert (moved["sections"][0]["id"], len(moved["sections"])) == (made["id"], last)
    assert ready["title"] == "All of chalk"
    assert job["job_state"] == "succeeded", job["error_message"]


def test_an_error_of_the_work_is_the_answer_of_the_call(author: Person, project: str) -> None:
    unit = author.made("/hierarchy/learning-unit/create", {"project_id": project, "title": "Bare"})["id"]
    module = author.made("/hierarchy/module/create", {"learning_unit_id": unit, "title": "Bare"})["id"]
    bare = author.made("/hierarchy/lesson/create", {"module_id": module, "title": "Bare"})["id"]

    refused = author.post(f"/engine1/{bare}/parse-ppt")

    assert (refused.status_code, code_of(refused)) == (409, "CC-0606")


def test_a_stranger_orders_nothing(service: Service, planned: str, project: str) -> None:
    stranger = service.person(service.organisation())

    for path in (f"/engine1/{planned}/parse-ppt", f"/engine1/{planned}/render-video", f"/engine3/{project}/outline"):
        refused = stranger.post(path, {} if path.endswith("video") else None)
        assert (refused.status_code, code_of(refused)) == (404, "CC-0020")


def test_the_same_idempotency_key_orders_one_render(author: Person, planned: str) -> None:
    key = {"idempotency-key": "render-once"}

    first = author.post(f"/engine1/{planned}/render-video", {"external": True}, headers=key)
    second = author.post(f"/engine1/{planned}/render-video", {"external": True}, headers=key)
    other = author.post(f"/engine1/{planned}/render-video", {}, headers=key)

    assert data_of(first)["id"] == data_of(second)["id"]
    assert (other.status_code, code_of(other)) == (422, "CC-0018")
    author.made(f"/render/job/{data_of(first)['id']}/cancel")


def test_the_gateway_answers_by_calls(author: Person, project: str, tmp_path: Path) -> None:
    paragraphs = [["Chalk is soft. Slate is hard.", 1]]
    order = {"project_id": project, "task": "summary", "payload": {"paragraphs": paragraphs, "sentences": 1}}
    text = asked(author, "/ai/llm", order)
    speech = asked(author, "/ai/tts", {"project_id": project, "text": "Chalk is soft."})
    image = asked(author, "/ai/image", {"project_id": project, "prompt": "chalk"})
    video = author.post("/ai/video", {"project_id": project, "prompt": "chalk"})
    estimate = author.read(f"/ai/estimate/{project}?engine=e1")
    calls = author.read(f"/logs/ai/{project}")["items"]

    assert len(text["answer"]["sentences"]) == 1
    assert {speech["ai_call_id"], image["ai_call_id"], text["ai_call_id"]} <= {one["id"] for one in calls}
    assert (video.status_code, code_of(video)) == (501, "CC-0308")
    assert estimate["cost_usd"] == 0
