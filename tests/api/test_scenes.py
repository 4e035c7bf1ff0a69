"""Scenes, segments, scripts and voices over HTTP."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from uuid import UUID, uuid4

import pytest

from api_people import Person, Service, code_of, data_of
from clips import silent_clip
from coursecrafter.accounts.caller import PERSON_SCOPES
from coursecrafter.authoring.author import Author
from coursecrafter.authoring.voices import keep_voices
from coursecrafter.db.session import Database, Identity
from coursecrafter.domain.course import Engine
from coursecrafter.domain.output import SpokenSegment
from coursecrafter.domain.speech import Speech
from coursecrafter.domain.stored import StoredObject


@pytest.fixture(scope="module")
def author(service: Service) -> Person:
    return service.person(service.organisation(), "owner")


@pytest.fixture(scope="module")
def lesson_id(author: Person) -> str:
    project = author.made("/projects/create", {"name": "Fire drill"})["id"]
    unit = author.made("/hierarchy/learning-unit/create", {"project_id": project, "title": "U"})["id"]
    module = author.made("/hierarchy/module/create", {"learning_unit_id": unit, "title": "M"})["id"]
    return str(author.made("/hierarchy/lesson/create", {"module_id": module, "title": "L"})["id"])


@pytest.fixture
def scene(author: Person, lesson_id: str) -> dict[str, Any]:
    """A scene of three segments of E1."""
    scene = author.made("/scenes/create", {"lesson_id": lesson_id, "title": "Doors"})
    for text in ("One and two.", "Three.", "Four."):
        author.made("/segments/create", {"scene_id": scene["id"], "engine": "e1", "text": text})
    found: dict[str, Any] = author.read(f"/scenes/{scene['id']}")
    return found


def texts(scene: dict[str, Any]) -> list[str]:
    return [segment["scripts"][0]["text"] for segment in scene["segments"]]


def ids(scene: dict[str, Any]) -> list[str]:
    return [segment["id"] for segment in scene["segments"]]


def test_a_scene_is_changed_moved_deleted_and_restored(author: Person, scene: dict[str, Any]) -> None:
    path = f"/scenes/{scene['id']}"

    changed = author.made(f"{path}/update", {"title": None, "description": "At the door."})
    moved = author.made(f"{path}/move", {"sequence": 1})
    author.made(f"{path}/delete")
    gone = author.get(path)
    back = author.made(f"{path}/restore")

    assert (changed["title"], changed["description"], moved["sequence"]) == (None, "At the door.", 1)
    assert gone.status_code == 404
    assert ids(back) == ids(scene)


def test_the_scenes_of_a_lesson_are_put_into_an_order(author: Person, lesson_id: str, scene: dict[str, Any]) -> None:
    author.made("/scenes/create", {"lesson_id": lesson_id, "title": "Stairs", "sequence": 1})
    wrong = author.post("/scenes/reorder", {"lesson_id": lesson_id, "scene_ids": [scene["id"]]})

    assert (wrong.status_code, code_of(wrong)) == (422, "CC-0031")


def test_a_segment_is_split_and_merged(author: Person, scene: dict[str, Any]) -> None:
    first = ids(scene)[0]

    parts = author.made(f"/segments/{first}/split", {"position": 8})
    merged = author.made("/segments/merge", {"segment_ids": [parts["first"]["id"], parts["second"]["id"]]})

    assert [parts[part]["scripts"][0]["text"] for part in ("first", "second")] == ["One and", "two."]
    assert (merged["id"], merged["scripts"][0]["text"]) == (first, "One and two.")
    assert code_of(author.post(f"/segments/{first}/split", {"position": 0})) == "CC-0042"
    assert code_of(author.post("/segments/merge", {"segment_ids": [first]})) == "CC-0043"


def test_segments_are_ordered_and_moved_to_another_scene(author: Person, lesson_id: str, scene: dict[str, Any]) -> None:
    one, two, three = ids(scene)
    other = author.made("/scenes/create", {"lesson_id": lesson_id})["id"]

    ordered = author.made(
        "/segments/reorder", {"scene_id": scene["id"], "engine": "e1", "segment_ids": [three, one, two]}
    )
    moved = author.made(f"/segments/{one}/move", {"scene_id": other})

    assert ids(ordered) == [three, one, two]
    assert moved["scene_id"] == other
    assert ids(author.read(f"/scenes/{scene['id']}")) == [three, two]


def test_a_segments_words_and_timing_change_as_one_version(author: Person, scene: dict[str, Any]) -> None:
    path = f"/segments/{ids(scene)[0]}"
    seen = author.get(path).headers["etag"]

    changed = author.made(f"{path}/update", {"text": "Shut it.", "gap_s": 0.75}, headers={"if-match": seen})
    late = author.post(f"{path}/update", {"gap_s": 1.0}, headers={"if-match": seen})
    timed = author.made(f"{path}/update", {"duration_s": 6.5})

    assert (changed["scripts"][0]["text"], changed["gap_after"], changed["on_screen_duration"]) == (
        "Shut it.",
        0.75,
        None,
    )
    assert (late.status_code, code_of(late)) == (409, "CC-0026")
    assert (timed["on_screen_duration"], timed["gap_after"]) == (6.5, 0.75)


def test_a_deleted_segment_comes_back(author: Person, scene: dict[str, Any]) -> None:
    path = f"/segments/{ids(scene)[1]}"
    script = scene["segments"][1]["scripts"][0]["id"]

    author.made(f"{path}/delete")
    gone = [author.get(path), author.get(f"/scripts/{script}"), author.get(f"/scripts/{script}/history")]
    author.made(f"{path}/restore")

    assert [answer.status_code for answer in gone] == [404, 404, 404]
    assert author.get(f"/scripts/{script}").status_code == 200


def test_a_youtube_segment_takes_links_to_youtube_only(author: Person, scene: dict[str, Any]) -> None:
    body = {"scene_id": scene["id"], "engine": "e1", "youtube_url": "https://youtu.be/dQw4w9WgXcQ"}

    made = author.made("/segments/create-youtube", body)
    refused = author.post(
        "/segments/create-youtube", {**body, "youtube_url": "https://example.org/watch?v=dQw4w9WgXcQ"}
    )

    assert (made["source_type"], made["youtube_url"]) == ("youtube", "https://www.youtube.com/watch?v=dQw4w9WgXcQ")
    assert code_of(refused) == "CC-0044"


def test_a_branded_video_takes_no_youtube_segment(author: Person, scene: dict[str, Any]) -> None:
    body = {"scene_id": scene["id"], "engine": "e2", "youtube_url": "https://youtu.be/dQw4w9WgXcQ"}
    before = author.read(f"/scenes/{scene['id']}")

    refused = author.post("/segments/create-youtube", body)

    assert (refused.status_code, code_of(refused)) == (422, "CC-0238")
    assert "engine e1" in refused.text
    assert author.read(f"/scenes/{scene['id']}") == before


def test_an_uploaded_film_plays_in_its_place(author: Person, scene: dict[str, Any], lesson_id: str) -> None:
    with TemporaryDirectory() as folder:
        film = silent_clip(Path(folder, "Door.mp4"), seconds=1).read_bytes()
    source = data_of(
        author.http.post(
            f"/cc/uploads/{lesson_id}/source", params={"purpose": "engine1_clip"}, files={"file": ("Door.mp4", film)}
        )
    )
    place = {"left": 0.5, "top": 0.25, "width": 0.4, "height": 0.5}
    body = {"scene_id": scene["id"], "source_id": source["id"], "intro": "Watch.", "place": place}

    made = author.made("/segments/create-clip", body)
    outside = author.post("/segments/create-clip", {**body, "place": {**place, "left": 1.5}})
    strange = author.post("/segments/create-clip", {**body, "source_id": str(uuid4())})

    assert (made["source_type"], made["scripts"][0]["text"]) == ("other_video", "Watch.")
    assert (made["clip"]["name"], made["clip"]["mime_type"], made["clip"]["place"]) == ("Door.mp4", "video/mp4", place)
    assert [code_of(outside), code_of(strange)] == ["CC-0005", "CC-0020"]
    (planned,) = [one for one in author.read(f"/engine1/{lesson_id}/plan")["scenes"] if one["id"] == scene["id"]]
    assert [bool(one["clip"]) for one in planned["segments"]] == [False, False, False, True]
    (named,) = author.read(f"/provenance/segment/{made['id']}")["sources"]
    assert (named["source_id"], named["name"]) == (source["id"], "Door.mp4")


def test_a_script_goes_from_draft_to_approval_and_back_with_its_versions(author: Person, scene: dict[str, Any]) -> None:
    path = f"/scripts/{scene['segments'][0]['scripts'][0]['id']}"

    author.made(f"{path}/update", {"final_text": "Other."})
    assert author.made(f"{path}/submit")["status"] == "review"
    assert author.made(f"{path}/approve")["status"] == "approved"
    assert author.made(f"{path}/reopen")["status"] == "draft"
    changes = author.read(f"{path}/history")["changes"]
    first = author.made(f"{path}/restore-version", {"event_id": changes[-1]["event_id"]})
    foreign = author.post(f"{path}/restore-version", {"event_id": str(uuid4())})

    assert [one["event_type"] for one in changes][:2] == ["script_reopened", "script_approved"]
    assert changes[0]["texts"]["final_text"] == "Other."
    assert first["text"] == "One and two."
    assert foreign.status_code == 404


def test_a_voice_is_rejected_and_approved_again(
    author: Person, database: Database, lesson_id: str, scene: dict[str, Any]
) -> None:
    segment_id = ids(scene)[0]
    spoken = SpokenSegment(
        UUID(segment_id), Speech(StoredObject("a" * 64, 9, "audio/wav"), Fraction(7, 2), (), "offline", "tone")
    )
    with database.app(Identity(author.org_id, author.user_id)) as conn:
        who = Author(author.org_id, author.user_id)
        keep_voices(conn, who, UUID(lesson_id), Engine.E1, "en_male_neutral_1", [spoken])
    (track,) = author.read(f"/segments/{segment_id}/voice-tracks")["voice_tracks"]

    rejected = author.made(f"/voice-tracks/{track['id']}/reject")
    approved = author.made(f"/voice-tracks/{track['id']}/approve")

    assert (rejected["status"], approved["status"]) == ("rejected", "approved")
    assert author.read(f"/voice-tracks/{track['id']}")["duration_seconds"] == 3.5


def test_what_a_role_may_not_change_it_still_reads(service: Service, author: Person, scene: dict[str, Any]) -> None:
    viewer = service.person(author.org_id)
    stranger = service.person(service.organisation())
    lesson = author.read(f"/hierarchy/lesson/{scene['lesson_id']}")
    share(service, author, lesson["project_id"], viewer, "viewer")
    path = f"/scenes/{scene['id']}"

    assert viewer.get(path).status_code == 200
    assert stranger.get(path).status_code == 404
    assert code_of(viewer.post(f"{path}/update", {"title": "No"})) == "CC-0021"
    assert code_of(stranger.post(f"{path}/update", {"title": "No"})) == "CC-0020"
    assert code_of(viewer.post(f"/segments/{ids(scene)[0]}/update", {"text": "No"})) == "CC-0021"


def share(service: Service, owner: Person, project_id: str, person: Person, role: str) -> None:
    """Share as the owner, who is there themselves."""
    client = service.client(owner.org_id, owner.user_id, frozenset({*PERSON_SCOPES}))
    answer = client.post(f"/cc/people/{project_id}/share", json={"user_id": str(person.user_id), "role": role})
    assert answer.status_code == 200, answer.text
