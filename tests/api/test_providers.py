"""An organisation's own providers and routes: led by its owners and admins, told to nobody else."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
import sqlalchemy as sa

from api_people import Person, Service, code_of, data_of
from coursecrafter.accounts.caller import Scope
from coursecrafter.accounts.events import HERE
from coursecrafter.accounts.people import find_account
from coursecrafter.accounts.sessions import open_session
from coursecrafter.api.identify import COOKIE
from coursecrafter.gateway.connections import add_provider
from coursecrafter.gateway.provider_checks import check_provider
from coursecrafter.gateway.sealing import load_keyring
from providers.model_server import open_model_server

LEADING = frozenset({Scope.READ, Scope.WRITE, Scope.ADMIN})
SECRET = "sk-a-key-that-nobody-may-see"
WRITERS = {
    "name": "Writers",
    "protocol": "openai_compatible",
    "base_url": "https://models.example.org/v1",
    "key": SECRET,
    "options": {"calls_per_minute": 60},
}


@dataclass
class Firm:
    """People of one organisation."""

    owner: Person
    admin: Person
    member: Person


@pytest.fixture
def firm(service: Service) -> Firm:
    org_id = service.organisation()
    return Firm(
        service.person(org_id, "owner", LEADING), service.person(org_id, "admin", LEADING), service.person(org_id)
    )


@pytest.fixture
def stranger(service: Service) -> Person:
    return service.person(service.organisation(), "owner", LEADING)


@pytest.fixture
def shared(service: Service) -> Iterator[str]:
    """The name of a provider of the whole installation."""
    name, keyring = "Machine room", load_keyring(service.site.settings.home)
    with service.site.database.admin() as conn:
        made = add_provider(
            conn,
            keyring,
            org_id=None,
            name=name,
            protocol="openai_compatible",
            base_url="http://10.1.2.3:8000/v1",
            key=SECRET,
            options={"api_version": "of-the-house"},
        )
    yield name
    with service.site.database.admin() as conn:
        conn.execute(sa.text("DELETE FROM platform.ai_providers WHERE id = :id"), {"id": made.id})


def named(person: Person, name: str) -> Any:
    """A provider as somebody sees it; None: they do not."""
    return next((one for one in person.read("/providers/list")["items"] if one["name"] == name), None)


def test_the_offline_provider_is_always_there(firm: Firm) -> None:
    first, *others = firm.member.read("/providers/list")["items"]

    assert (first["id"], first["name"], first["needs_key"], first["needs_network"]) == (None, "offline", False, False)
    assert first["call_types"] == ["llm", "tts", "image"]
    assert others == []


def test_a_provider_is_made_seen_changed_and_forgotten(firm: Firm) -> None:
    made = firm.owner.post("/providers/create", WRITERS)
    provider = data_of(made)
    path = f"/providers/{provider['id']}"
    changed = firm.admin.made(f"{path}/update", {"name": "Scribes", "options": {}, "is_enabled": False})
    firm.admin.made(f"{path}/delete")

    assert made.status_code == 201
    assert provider["base_url"] == WRITERS["base_url"]
    assert (provider["has_key"], provider["key_hint"]) == (True, SECRET[-4:])
    assert (provider["options"], provider["is_enabled"]) == ({"calls_per_minute": 60}, True)
    assert (provider["is_shared"], provider["call_types"]) == (False, ["llm", "tts", "image", "parse"])
    assert (changed["name"], changed["options"], changed["is_enabled"]) == ("Scribes", {}, False)
    assert (changed["has_key"], changed["base_url"]) == (True, WRITERS["base_url"])
    assert named(firm.owner, "Scribes") is None


def test_no_answer_holds_a_key(firm: Firm, service: Service) -> None:
    said = [firm.owner.post("/providers/create", WRITERS, headers={"idempotency-key": "once"}) for _ in range(2)]
    path = f"/providers/{data_of(said[0])['id']}"
    said += [firm.owner.post(f"{path}/update", {"key": SECRET + "2"}), firm.owner.get("/providers/list")]
    said += [firm.owner.post(f"{path}/test"), firm.owner.post("/providers/create", WRITERS)]

    assert [one.status_code for one in said] == [201, 201, 200, 200, 200, 409]
    assert not [one.text for one in said if SECRET in one.text]
    with service.site.database.admin() as conn:
        rows = "SELECT coalesce(string_agg(t::text, ' '), '') FROM platform.{0} t"
        kept = [
            str(conn.scalar(sa.text(rows.format(name))))
            for name in ("ai_providers", "idempotency_keys", "security_events")
        ]
        events = str(conn.scalar(sa.text("SELECT string_agg(t::text, ' ') FROM course_crafter.cc_activity_log t")))
    assert not [row for row in (*kept, events) if SECRET in row or SECRET.encode().hex() in row]


def test_a_key_that_is_null_goes_and_one_that_is_left_out_stays(firm: Firm) -> None:
    path = f"/providers/{firm.owner.made('/providers/create', WRITERS)['id']}"

    kept = firm.owner.made(f"{path}/update", {"options": {}})
    gone = firm.owner.made(f"{path}/update", {"key": None})

    assert (kept["has_key"], gone["has_key"], gone["key_hint"]) == (True, False, "")


def test_a_key_does_not_follow_its_provider_to_another_server(firm: Firm) -> None:
    """Else whoever leads providers could have the key sent to a server of theirs."""
    path = f"/providers/{firm.owner.made('/providers/create', WRITERS)['id']}"

    refused = firm.admin.post(f"{path}/update", {"base_url": "https://elsewhere.example.org/v1"})

    assert (refused.status_code, code_of(refused)) == (422, "CC-0315")
    assert named(firm.owner, "Writers")["base_url"] == WRITERS["base_url"]


@pytest.mark.parametrize(
    "address",
    [
        "http://models.example.org/v1",
        "https://127.0.0.1/v1",
        "https://10.0.0.8/v1",
        "https://169.254.169.254/latest",
        "https://[::1]/v1",
        "https://2130706433/v1",
        "https://0x7f.1/v1",
        "https://metadata.google.internal/v1",
        "ftp://models.example.org",
    ],
)
def test_an_organisations_own_provider_has_a_public_address(firm: Firm, address: str) -> None:
    made = firm.owner.post("/providers/create", {**WRITERS, "base_url": address})
    path = f"/providers/{firm.owner.made('/providers/create', WRITERS)['id']}"
    moved = firm.owner.post(f"{path}/update", {"base_url": address, "key": SECRET})

    assert (made.status_code, code_of(made)) == (422, "CC-0327")
    assert (moved.status_code, code_of(moved)) == (422, "CC-0327")


def test_a_name_that_leads_inside_is_not_connected_to(firm: Firm) -> None:
    """Whatever it meant when it was set: each connection looks again."""
    inside = {**WRITERS, "base_url": "https://localhost:9/v1"}
    path = f"/providers/{firm.owner.made('/providers/create', inside)['id']}"

    told = firm.owner.made(f"{path}/test")

    assert (told["works"], told["code"], told["models"]) == (False, "CC-0327", [])
    assert "127.0.0.1" not in told["said"]
    assert "::1" not in told["said"]


@pytest.mark.parametrize(
    ("options", "code"),
    [
        ({"api_key": SECRET}, "CC-0315"),
        ({"no_such_thing": 1}, "CC-0330"),
        ({"proxy": "http://10.0.0.1:3128"}, "CC-0330"),
        ({"ca_file": "/etc/passwd"}, "CC-0330"),
        ({"longest_s": "long"}, "CC-0330"),
        ({"calls_per_minute": "many"}, "CC-0330"),
        ({"most_source_chars": 0}, "CC-0330"),
        ({"priced_as": 7}, "CC-0330"),
        ({"voices": {"*": 7}}, "CC-0330"),
        ({"offers": 7}, "CC-0330"),
        ({"offers": [{"name": "anna"}]}, "CC-0330"),
    ],
)
def test_options_that_a_provider_cannot_have_are_refused(firm: Firm, options: dict[str, Any], code: str) -> None:
    refused = firm.owner.post("/providers/create", {**WRITERS, "options": options})

    assert (refused.status_code, code_of(refused)) == (422, code)
    assert SECRET not in refused.text


def test_a_provider_that_does_not_answer_is_told_in_words(firm: Firm) -> None:
    path = f"/providers/{firm.owner.made('/providers/create', {**WRITERS, 'base_url': 'https://nowhere.invalid/v1'})['id']}"

    told = firm.owner.made(f"{path}/test")

    assert (told["works"], told["code"]) == (False, "CC-0322")
    assert told["said"].startswith("“Writers” does not work: ")


def test_a_provider_that_answers_names_its_models_and_charges_nothing() -> None:
    """The check itself: an own provider's address is public, and there is none in here."""
    with open_model_server() as server:
        checked = check_provider(server.connection("openai_compatible"))
        strange = check_provider(server.connection("openai_compatible", key="sk-wrong-key-of-nobody"))

        assert checked.failure is None
        assert checked.models
        assert strange.failure is not None
        assert strange.failure.code == "CC-0323"
        assert {asked.method for asked in server.requests} == {"GET"}
        assert not server.charges


def test_members_see_names_and_lead_nothing(firm: Firm) -> None:
    made = firm.owner.made("/providers/create", WRITERS)
    path = f"/providers/{made['id']}"
    admin_key = firm.member

    seen = named(firm.member, "Writers")
    refused = [
        admin_key.post("/providers/create", {**WRITERS, "name": "Mine"}),
        *(admin_key.post(f"{path}/{verb}", {} if verb == "update" else None) for verb in ("update", "delete", "test")),
    ]

    assert (seen["name"], seen["base_url"], seen["options"], seen["key_hint"]) == ("Writers", None, None, None)
    assert {one.status_code for one in refused} == {403}
    assert named(firm.owner, "Writers") is not None


def test_a_member_who_is_there_themselves_leads_nothing_either(firm: Firm, service: Service) -> None:
    """A session is good for everything; what the person may do stays the limit."""
    with service.site.database.accounts() as conn:
        account = find_account(conn, user_id=firm.member.user_id)
        assert account is not None
        token, _ = open_session(conn, account, firm.member.org_id, HERE)
    cookie = {"cookie": f"{COOKIE}={token}"}

    with httpx.Client(base_url=service.url, headers=cookie, timeout=60) as http:
        refused = [http.post("/cc/providers/create", json=WRITERS), http.get("/cc/ai/routes/list")]

    assert {(one.status_code, code_of(one)) for one in refused} == {(403, "CC-0021")}


def test_a_key_that_only_reads_is_not_told_where_providers_are(firm: Firm, service: Service) -> None:
    firm.owner.made("/providers/create", WRITERS)
    reader = Person(
        firm.owner.org_id,
        firm.owner.user_id,
        "",
        service.client(firm.owner.org_id, firm.owner.user_id, frozenset({Scope.READ})),
    )

    assert named(reader, "Writers")["base_url"] is None


def test_the_installations_providers_are_known_by_name_only(firm: Firm, shared: str) -> None:
    text = firm.owner.get("/providers/list").text
    seen = named(firm.owner, shared)
    refused = [
        firm.owner.post(f"/providers/{seen['id']}/{verb}", {"name": "Ours"} if verb == "update" else None)
        for verb in ("update", "delete", "test")
    ]

    assert (seen["is_shared"], seen["protocol"]) == (True, "openai_compatible")
    assert {seen[name] for name in ("base_url", "key_hint", "has_key", "created_at")} == {None}
    assert not [word for word in ("10.1.2.3", SECRET[-4:], "of-the-house") if word in text]
    assert {(one.status_code, code_of(one)) for one in refused} == {(404, "CC-0020")}


def test_another_organisation_learns_nothing_of_providers_and_routes(firm: Firm, stranger: Person) -> None:
    made = firm.owner.made("/providers/create", WRITERS)
    route = {"kind": "text", "entries": [{"provider": "Writers", "model": "m"}]}
    firm.owner.made("/ai/routes/set", route)

    seen = [stranger.get(path).text for path in ("/providers/list", "/ai/routes/list", "/ai/spending")]
    refused = [
        *(
            stranger.post(f"/providers/{made['id']}/{verb}", {} if verb == "update" else None)
            for verb in ("update", "delete", "test")
        ),
        stranger.post("/ai/routes/set", route),
    ]

    assert not [text for text in seen if "Writers" in text or made["id"] in text]
    assert {(one.status_code, code_of(one)) for one in refused} == {(404, "CC-0020")}
    assert len(firm.owner.read("/ai/routes/list")["items"]) == 1


def test_two_organisations_may_call_their_providers_alike(firm: Firm, stranger: Person) -> None:
    ours = firm.owner.made("/providers/create", WRITERS)
    theirs = stranger.made("/providers/create", WRITERS)
    again = firm.owner.post("/providers/create", WRITERS)

    assert ours["id"] != theirs["id"]
    assert (again.status_code, code_of(again)) == (409, "CC-0024")


def test_a_route_is_set_replaced_and_taken_away(firm: Firm) -> None:
    firm.owner.made("/providers/create", WRITERS)
    entries = [
        {"provider": "Writers", "model": "gpt-5-mini", "options": {"temperature": 0.2}},
        {"provider": "offline", "model": "", "options": {}},
    ]

    first = firm.owner.made("/ai/routes/set", {"kind": "text", "entries": entries})["items"]
    second = firm.admin.made("/ai/routes/set", {"kind": "text", "entries": entries[1:]})["items"]
    premium = firm.admin.made("/ai/routes/set", {"kind": "text", "mode": "premium", "entries": entries})["items"]
    asked_for = named(firm.member, "Writers")["asked_for"]
    firm.admin.made("/ai/routes/set", {"kind": "text", "mode": "premium", "entries": []})
    last = firm.admin.made("/ai/routes/set", {"kind": "text", "entries": []})["items"]

    assert first == [{"project_id": None, "kind": "text", "mode": "standard", "entries": entries}]
    assert second[0]["entries"] == entries[1:]
    assert {one["mode"]: len(one["entries"]) for one in premium} == {"standard": 1, "premium": 2}
    assert asked_for == ["text"]
    assert last == []


def test_a_course_has_a_list_of_its_own(firm: Firm, stranger: Person) -> None:
    project = firm.owner.made("/projects/create", {"name": "Chalk"})["id"]
    theirs = stranger.made("/projects/create", {"name": "Slate"})["id"]
    entries = [{"provider": "offline"}]

    own = firm.admin.made("/ai/routes/set", {"kind": "speech", "project_id": project, "entries": entries})["items"]
    refused = firm.admin.post("/ai/routes/set", {"kind": "speech", "project_id": theirs, "entries": entries})

    assert [(one["project_id"], one["kind"]) for one in own] == [(project, "speech")]
    assert (refused.status_code, code_of(refused)) == (404, "CC-0020")


def test_a_route_names_the_installations_provider(firm: Firm, shared: str) -> None:
    entries = [{"provider": shared, "model": "llama", "options": {}}]

    assert firm.owner.made("/ai/routes/set", {"kind": "text", "entries": entries})["items"][0]["entries"] == entries


@pytest.mark.parametrize(
    ("kind", "entry", "code"),
    [
        ("speech", {"provider": "Claude", "model": "claude"}, "CC-0359"),
        ("video", {"provider": "offline"}, "CC-0359"),
        ("text", {"provider": "Nobody", "model": "m"}, "CC-0020"),
        ("text", {"provider": "Claude", "options": {"token": SECRET}}, "CC-0315"),
        ("text", {"provider": "Claude", "options": {"base_url": "https://elsewhere.example.org"}}, "CC-0330"),
        ("text", {"provider": "Claude", "options": {"longest_s": 5}}, "CC-0330"),
    ],
)
def test_an_entry_that_cannot_be_asked_is_refused(firm: Firm, kind: str, entry: dict[str, Any], code: str) -> None:
    firm.owner.made("/providers/create", {"name": "Claude", "protocol": "anthropic", "key": SECRET})

    refused = firm.owner.post("/ai/routes/set", {"kind": kind, "entries": [entry]})

    assert code_of(refused) == code
    assert firm.owner.read("/ai/routes/list")["items"] == []


def test_the_installations_provider_is_asked_for_the_model_whose_price_is_reckoned(firm: Firm, shared: str) -> None:
    entry = {"provider": shared, "model": "cheap", "options": {"deployment": "dear"}}

    refused = firm.owner.post("/ai/routes/set", {"kind": "text", "entries": [entry]})

    assert (refused.status_code, refused.json()["error"]["code"]) == (422, "CC-0330")


def test_a_provider_that_is_forgotten_goes_out_of_its_routes(firm: Firm) -> None:
    made = firm.owner.made("/providers/create", WRITERS)
    firm.owner.made("/ai/routes/set", {"kind": "text", "entries": [{"provider": "Writers"}, {"provider": "offline"}]})

    firm.owner.made(f"/providers/{made['id']}/delete")

    assert [one["provider"] for one in firm.owner.read("/ai/routes/list")["items"][0]["entries"]] == ["offline"]


def test_a_list_of_the_offline_provider_keeps_pages_here(firm: Firm, shared: str) -> None:
    """Where the installation has pages read by a model, an organisation may not want that."""
    order = {"kind": "parse", "entries": [{"provider": "offline", "model": "", "options": {}}]}

    (own,) = firm.owner.made("/ai/routes/set", order)["items"]

    assert (own["kind"], own["entries"]) == ("parse", order["entries"])
    assert "parse" in named(firm.owner, shared)["call_types"]


def test_members_do_not_see_routes(firm: Firm) -> None:
    refused = [firm.member.get("/ai/routes/list"), firm.member.post("/ai/routes/set", {"kind": "text", "entries": []})]

    assert {one.status_code for one in refused} == {403}
