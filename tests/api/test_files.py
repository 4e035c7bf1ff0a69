"""Links: a file for whoever holds one, until its time is over or it is taken back."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from api.served_course import ServedCourse, serve_course
from api_people import Person, Service, code_of
from coursecrafter.db.tables import project_access
from coursecrafter.domain.course import Engine
from coursecrafter.storage.links import FileLink, sign_link
from rendered_course import film


@pytest.fixture(scope="module")
def served(service: Service) -> ServedCourse:
    return serve_course(service)


def link_of(person: Person, asset_id: str, **order: int) -> str:
    """The path of a new link, from /cc on."""
    url = str(person.made(f"/assets/{asset_id}/link", order or None)["url"])
    assert url.startswith("http://localhost/cc/files/")
    return url.removeprefix("http://localhost")


def test_a_link_opens_its_file_for_whoever_holds_it(service: Service, served: ServedCourse) -> None:
    path = link_of(served.author, served.asset(Engine.E1, "final_video"))

    answer = service.stranger().get(path)

    assert (answer.status_code, answer.content) == (200, film())
    assert 'filename="HRA101_L1.1_E1_v1.mp4"' in answer.headers["content-disposition"]
    assert answer.headers["cache-control"] == "private, no-cache"
    assert answer.headers["cross-origin-resource-policy"] == "cross-origin"


def test_a_link_gives_parts_and_looks(service: Service, served: ServedCourse) -> None:
    path, http = link_of(served.author, served.asset(Engine.E1, "final_video")), service.stranger()

    part, look = http.get(path, headers={"range": "bytes=7-9"}), http.head(path)

    assert (part.status_code, part.content) == (206, film()[7:10])
    assert (look.status_code, look.headers["content-length"]) == (200, str(len(film())))


def test_a_link_tells_when_it_is_over(served: ServedCourse) -> None:
    made = served.author.made(f"/assets/{served.asset(Engine.E3, 'book_pdf')}/link", {"expires_in_s": 60})

    left = datetime.fromisoformat(made["expires_at"]) - datetime.now(UTC)

    assert timedelta(seconds=50) < left <= timedelta(seconds=60)
    assert made["file_name"] == "HRA101_BOOK_v1.pdf"


@pytest.mark.parametrize("seconds", [0, -1, 7 * 24 * 3600 + 1, 1.5, "60"])
def test_a_link_of_no_time_or_too_long_a_time_is_refused(served: ServedCourse, seconds: object) -> None:
    answer = served.author.post(f"/assets/{served.asset(Engine.E3, 'book_pdf')}/link", {"expires_in_s": seconds})

    assert (answer.status_code, code_of(answer)) == (422, "CC-0005")


def signed(service: Service, served: ServedCourse, **changes: object) -> str:
    who = served.made.course.author
    fields = {
        "org_id": who.org_id,
        "user_id": who.user_id,
        "asset_id": served.made.assets[Engine.E1, "final_video"],
        "file_name": "a.mp4",
        "expires_at": datetime.now(UTC) + timedelta(hours=1),
        **changes,
    }
    return "/cc/files/" + sign_link(FileLink(**fields), service.site.service.secret)  # type: ignore[arg-type]


def test_a_link_whose_time_is_over_says_so(service: Service, served: ServedCourse) -> None:
    path = signed(service, served, expires_at=datetime.now(UTC) - timedelta(seconds=1))

    answer = service.stranger().get(path)

    assert (answer.status_code, code_of(answer)) == (410, "CC-0706")


def test_a_changed_link_is_refused(service: Service, served: ServedCourse) -> None:
    path = link_of(served.author, served.asset(Engine.E1, "final_video"))
    http = service.stranger()

    for changed in (path[:-1], path + "A", path[:20] + ("B" if path[20] != "B" else "C") + path[21:]):
        answer = http.get(changed)
        assert (answer.status_code, code_of(answer)) == (403, "CC-0705")


def test_a_link_says_nothing_of_another_organisations_file(service: Service, served: ServedCourse) -> None:
    path = signed(service, served, org_id=served.stranger.org_id, user_id=served.stranger.user_id)

    answer = service.stranger().get(path)

    assert (answer.status_code, code_of(answer)) == (404, "CC-0020")


def test_a_link_ends_with_its_file(service: Service) -> None:
    served = serve_course(service)
    asset_id = served.asset(Engine.E1, "final_video")
    path = link_of(served.author, asset_id)
    served.author.made(f"/assets/{asset_id}/delete")

    answer = service.stranger().get(path)

    assert (answer.status_code, code_of(answer)) == (404, "CC-0020")


def test_a_link_ends_with_what_its_maker_may_read(service: Service) -> None:
    served = serve_course(service)
    path = link_of(served.author, served.asset(Engine.E1, "final_video"))
    with service.site.database.admin() as admin:
        gone = project_access.c.project_id == served.made.course.project_id
        admin.execute(sa.delete(project_access).where(gone))

    answer = service.stranger().get(path)

    assert (answer.status_code, code_of(answer)) == (404, "CC-0020")


SERVE = """
import asyncio, resource, sys
from pathlib import Path
from types import SimpleNamespace
from uuid import UUID
from coursecrafter.api.file_answers import answer_file, stored_file
from coursecrafter.storage.objects import ObjectStore

size = int(sys.argv[2])
store = ObjectStore(sys.argv[1], UUID(int=1))
source = Path(sys.argv[1], "source")
with source.open("wb") as file:
    for _ in range(size >> 20):
        file.write(bytes(1 << 20))
stored = store.put_file(source, "video/mp4")
sent = 0

async def receive():
    await asyncio.sleep(3600)

async def send(message):
    global sent
    sent += len(message.get("body", b""))

request = SimpleNamespace(method="GET", headers={})
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
answer = answer_file(request, stored_file(store, stored.sha256, stored.mime_type, "film.mp4"))
asyncio.run(answer({"type": "http", "asgi": {"spec_version": "2.3"}}, receive, send))
assert sent == size, sent
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
"""


def test_a_large_file_takes_no_more_memory_than_a_small_one(tmp_path: Path) -> None:
    size = 200 << 20

    said = subprocess.run(
        [sys.executable, "-c", SERVE, str(tmp_path), str(size)], check=True, capture_output=True, text=True, timeout=120
    )

    grown_kb = int(said.stdout)
    assert grown_kb * 1024 < size / 10
