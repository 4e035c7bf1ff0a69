"""The organisation's library, and what can speak for it."""

from __future__ import annotations

from api_people import Service, code_of


def test_a_library_is_one_however_often_it_is_opened(service: Service) -> None:
    owner = service.person(service.organisation(), "owner")

    first, second = owner.made("/library/open"), owner.made("/library/open")

    assert first == second
    assert owner.read("/library/assets") == {"items": [], "next_cursor": None}
    assert owner.read("/projects/list")["items"] == []


def test_a_member_asks_for_the_library_before_it_is_shared(service: Service) -> None:
    org_id = service.organisation()
    service.person(org_id, "owner").made("/library/open")

    refused = service.person(org_id).post("/library/open")

    assert (refused.status_code, code_of(refused)) == (403, "CC-0021")


def test_voices_are_listed_by_language_and_gender(service: Service) -> None:
    member = service.person(service.organisation())

    found = member.read("/voices/list", params={"language": "de", "gender": "male"})["items"]

    assert {(voice["language"], voice["gender"]) for voice in found} == {("de", "male")}
    assert {voice["tone"] for voice in found} == {"neutral", "calm", "lively"}


def test_only_the_offline_provider_serves(service: Service) -> None:
    member = service.person(service.organisation())

    assert [provider["name"] for provider in member.read("/providers/list")["items"]] == ["offline"]
