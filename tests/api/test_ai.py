"""The gateway's calls: tasks, budgets, spending and estimates, with a stand-in for a provider that costs something."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from time import monotonic
from typing import Any

import httpx
import pytest
import sqlalchemy as sa

from api_people import Person, Service, code_of, data_of
from coursecrafter.accounts.caller import Scope
from coursecrafter.api.shapes.budgets import OrganisationSpending, ProjectSpending
from coursecrafter.api.shapes.engines import Estimate, TextWritten
from coursecrafter.api.shapes.voices import Voices, VoiceSample
from coursecrafter.gateway.budgets import set_price
from coursecrafter.gateway.connections import add_provider
from coursecrafter.gateway.prices import Price, Rates
from coursecrafter.gateway.sealing import load_keyring
from providers.model_server import ModelServer, open_model_server

LEADING = frozenset({Scope.READ, Scope.WRITE, Scope.ADMIN})
NAME = "Stand-in"
PATIENCE_S = 180
LONG = "In order to leave the building, utilise the nearest exit and keep the door shut."
SHORT = "To leave the building, use the nearest exit and keep the door shut."
SIMPLIFY = {"task": "simplify", "payload": {"text": LONG}}
PARAGRAPHS = [["Keep the fire door shut. For example, a wedge under the door lets smoke through.", 2]]
SLIDE = {"ref": "slide 1", "title": "Fire doors", "texts": ["A fire door stops smoke.", "Keep the fire door shut."]}
PAYLOADS: dict[str, dict[str, Any]] = {
    "outline": {
        "title": "Doors",
        "scenes": [{"ref": "slide 1", "heading": "Fire doors", "texts": SLIDE["texts"], "notes": ""}],
        "documents": [],
    },
    "script": {"title": "Doors", "heading": "Fire doors", "points": SLIDE["texts"], "notes": "", "max_words": 60},
    "image_prompt": {"heading": "Fire doors", "texts": SLIDE["texts"], "style": "flat"},
    "summary": {"paragraphs": PARAGRAPHS, "sentences": 1},
    "key_points": {"title": "Doors", "slides": [SLIDE]},
    "quiz": {"title": "Doors", "slides": [SLIDE], "max_questions": 1},
    "rewrite": {"text": LONG},
    "summarise": {"text": f"{LONG} {SHORT}", "max_words": 30},
    "extend": {"text": SHORT, "paragraphs": PARAGRAPHS},
    "simplify": {"text": LONG},
    "change_style": {"text": LONG, "style": "concise"},
    "add_example": {"text": SHORT, "paragraphs": PARAGRAPHS},
    "suggest_illustration": {"text": "First open the door. Then go through. Then shut it."},
    "alt_text": {"heading": "Fire doors", "texts": SLIDE["texts"]},
    "interaction": {"text": "Smoke: what a fire makes.\nWedge: what holds a door open.", "kind": None},
    "translate": {"texts": [SHORT], "to": "de"},
}
LABELLED = frozenset(PAYLOADS) - {"outline", "summary", "key_points", "quiz"}
"""Tasks whose answer says that rules made it."""


@dataclass
class Shop:
    """A course, whoever leads its organisation, and somebody who only belongs to that."""

    author: Person
    member: Person
    project: str
    lesson: str
    scene: str


@pytest.fixture(scope="module")
def models() -> Iterator[ModelServer]:
    with open_model_server() as server:
        yield server


@pytest.fixture(scope="module")
def priced(service: Service, models: ModelServer) -> str:
    """The installation's provider: it is near, and its administrator says what it costs."""
    keyring = load_keyring(service.site.settings.home)
    dear = Price("test", None, Rates(Decimal(1000), None, Decimal(2000)), (), Decimal(1000), Decimal("0.5"))
    with service.site.database.admin() as conn:
        add_provider(
            conn,
            keyring,
            org_id=None,
            name=NAME,
            protocol="openai_compatible",
            base_url=f"{models.url}/v1",
            key=models.key,
        )
        set_price(conn, provider=NAME, model="*", valid_from=date(2020, 1, 1), price=dear)
    return NAME


@pytest.fixture
def shop(service: Service) -> Shop:
    org_id = service.organisation()
    author = service.person(org_id, "owner", LEADING)
    project = author.made("/projects/create", {"name": "Fire drill"})["id"]
    unit = author.made("/hierarchy/learning-unit/create", {"project_id": project, "title": "U"})["id"]
    module = author.made("/hierarchy/module/create", {"learning_unit_id": unit, "title": "M"})["id"]
    lesson = author.made("/hierarchy/lesson/create", {"module_id": module, "title": "L"})["id"]
    scene = author.made("/scenes/create", {"lesson_id": lesson, "title": "Doors"})["id"]
    for text in ("Find the exit.", "Keep the door shut."):
        author.made("/segments/create", {"scene_id": scene, "engine": "e1", "text": text})
    return Shop(author, service.person(org_id), project, lesson, scene)


def route(person: Person, kind: str, model: str, **more: Any) -> None:
    options = {"voices": {"*": "alloy"}} if kind == "speech" else {}
    entries = [{"provider": NAME, "model": model, "options": options}]
    person.made("/ai/routes/set", {"kind": kind, "entries": entries, **more})


def answered(send: Any) -> httpx.Response:
    """The answer to a call once its work is done: while it runs, the same call is made again."""
    until = monotonic() + PATIENCE_S
    while True:
        answer: httpx.Response = send()
        if answer.status_code != 202:
            return answer
        assert monotonic() < until


def asked(person: Person, path: str, body: Any) -> Any:
    return data_of(answered(lambda: person.post(path, body)))


def estimated(person: Person, project: str, **query: str) -> Any:
    return data_of(answered(lambda: person.get(f"/ai/estimate/{project}", params=query)))


@pytest.mark.parametrize("task", PAYLOADS)
def test_every_task_is_carried_out_without_any_model(shop: Shop, task: str) -> None:
    told = asked(shop.author, "/ai/llm", {"project_id": shop.project, "task": task, "payload": PAYLOADS[task]})

    TextWritten.model_validate(told)
    assert (told["provider"], told["cost_usd"], told["is_cached"]) == ("offline", 0, False)
    assert ({"method", "notice"} <= set(told["answer"])) == (task in LABELLED)
    (line,) = shop.author.read(f"/logs/ai/{shop.project}")["items"]
    assert (line["id"], line["status"]) == (told["ai_call_id"], "success")


def test_every_task_that_there_is_may_be_asked_for() -> None:
    from coursecrafter.gateway.tasks import TASKS

    assert set(PAYLOADS) == set(TASKS)


@pytest.mark.parametrize(
    ("task", "payload"),
    [
        ("summary", {"paragraphs": PARAGRAPHS}),
        ("summary", {"paragraphs": "no list", "sentences": 1}),
        ("rewrite", {}),
        ("rewrite", {"text": 7}),
        ("quiz", {"slides": [{"title": "no ref"}], "max_questions": 1}),
        ("translate", {"texts": [SHORT], "to": None}),
        ("outline", {"title": "Doors", "scenes": [3]}),
    ],
)
def test_what_is_missing_in_a_payload_is_said_before_anybody_is_asked(
    shop: Shop, task: str, payload: dict[str, Any]
) -> None:
    refused = shop.author.post("/ai/llm", {"project_id": shop.project, "task": task, "payload": payload})

    assert (refused.status_code, code_of(refused)) == (422, "CC-0337")
    assert shop.author.read(f"/logs/ai/{shop.project}")["items"] == []


@pytest.mark.parametrize(
    ("task", "payload", "code"),
    [
        ("outline", {"title": "", "scenes": [], "documents": []}, "CC-0334"),
        ("quiz", {"slides": [{"ref": "slide 1", "title": " ", "texts": ["–"]}], "max_questions": 3}, "CC-0334"),
        ("key_points", {"slides": []}, "CC-0334"),
        ("summary", {"paragraphs": [["", 1], ["…", 2]], "sentences": 2}, "CC-0334"),
        ("summary", {"paragraphs": [[" ".join(f"\ufffd\ufffd{n}" for n in range(40)), 1]], "sentences": 2}, "CC-0336"),
        ("rewrite", {"text": " "}, "CC-0334"),
    ],
)
def test_a_source_without_words_is_refused_with_and_without_a_model(
    shop: Shop, models: ModelServer, priced: str, task: str, payload: dict[str, Any], code: str
) -> None:
    asked = {"project_id": shop.project, "task": task, "payload": payload}
    before = models.total

    offline = shop.author.post("/ai/llm", asked)
    route(shop.author, "text", "gpt-test")
    routed = shop.author.post("/ai/llm", asked)

    assert (offline.status_code, code_of(offline)) == (routed.status_code, code_of(routed)) == (422, code)
    assert models.total == before


def test_a_route_decides_who_writes_and_what_it_costs_is_told_and_summed(
    shop: Shop, models: ModelServer, priced: str
) -> None:
    route(shop.author, "text", "gpt-test")
    models.answer_with({"text": SHORT})

    told = asked(shop.author, "/ai/llm", {"project_id": shop.project, **SIMPLIFY})
    again = asked(shop.author, "/ai/llm", {"project_id": shop.project, **SIMPLIFY, "engine": "e1"})
    own = shop.author.read(f"/ai/spending/{shop.project}")
    whole = shop.author.read("/ai/spending")

    assert (told["provider"], told["model"], told["answer"], told["is_cached"]) == (
        priced,
        "gpt-test-0101",
        {"text": SHORT},
        False,
    )
    assert told["cost_usd"] > 0
    assert (again["answer"], again["cost_usd"], again["is_cached"]) == (told["answer"], 0, True)
    assert again["ai_call_id"] != told["ai_call_id"]
    ProjectSpending.model_validate(own)
    OrganisationSpending.model_validate(whole)
    assert (own["spent_usd"], own["total_usd"], own["calls"]) == (told["cost_usd"], told["cost_usd"], 1)
    assert [(one["provider"], one["spent_usd"]) for one in own["providers"]] == [(priced, told["cost_usd"])]
    assert (whole["spent_usd"], whole["calls"]) == (told["cost_usd"], 1)
    assert [(one["project_id"], one["spent_usd"]) for one in whole["projects"]] == [(shop.project, told["cost_usd"])]


def test_spending_is_told_to_whoever_it_concerns(shop: Shop, service: Service) -> None:
    stranger = service.person(service.organisation(), "owner", LEADING)
    shop.author.made("/ai/budgets/set", {"period": "month", "limit_usd": 5})
    shop.author.made("/ai/budgets/set", {"period": "total", "limit_usd": 5, "project_id": shop.project})

    refused = [
        shop.member.get("/ai/spending"),
        shop.member.get("/ai/budgets/list"),
        shop.member.get(f"/ai/spending/{shop.project}"),
        stranger.get(f"/ai/spending/{shop.project}"),
    ]

    assert [one.status_code for one in refused] == [403, 403, 404, 404]
    assert stranger.read("/ai/budgets/list") == {"items": []}
    assert stranger.read("/ai/spending")["budgets"] == []


def test_an_admin_sees_what_a_course_cost_that_is_not_shared_with_them_and_not_its_name(
    shop: Shop, service: Service, models: ModelServer, priced: str
) -> None:
    route(shop.author, "text", "gpt-test")
    models.answer_with({"text": SHORT})
    told = asked(shop.author, "/ai/llm", {"project_id": shop.project, **SIMPLIFY})
    shop.author.made("/ai/budgets/set", {"period": "month", "limit_usd": 5, "project_id": shop.project})
    admin = service.person(shop.author.org_id, "admin", LEADING)

    seen = admin.read("/ai/spending")

    assert [(one["project_id"], one["name"], one["spent_usd"]) for one in seen["projects"]] == [
        (shop.project, None, told["cost_usd"])
    ]
    assert seen["providers"] == []
    assert [one["spent_usd"] for one in seen["budgets"]] == [told["cost_usd"]]
    assert admin.get(f"/ai/spending/{shop.project}").status_code == 404


def test_budgets_are_set_changed_and_taken_away(shop: Shop) -> None:
    first = shop.author.made("/ai/budgets/set", {"period": "month", "limit_usd": 0.1})["items"]
    own = {"period": "month", "project_id": shop.project}
    changed = shop.author.made("/ai/budgets/set", {"period": "month", "limit_usd": 25, "refuses_unknown": True})
    both = shop.author.made("/ai/budgets/set", {**own, "limit_usd": 3})["items"]
    left = shop.author.made("/ai/budgets/delete", {"period": "month"})["items"]
    again = shop.author.post("/ai/budgets/delete", {"period": "month"})

    assert first == [
        {
            "project_id": None,
            "period": "month",
            "limit_usd": 0.1,
            "spent_usd": 0,
            "reserved_usd": 0,
            "left_usd": 0.1,
            "refuses_unknown": False,
            "is_imposed": False,
        }
    ]
    assert [(one["limit_usd"], one["refuses_unknown"]) for one in changed["items"]] == [(25, True)]
    assert [(one["project_id"], one["limit_usd"]) for one in both] == [(None, 25), (shop.project, 3)]
    assert [one["project_id"] for one in left] == [shop.project]
    assert (again.status_code, code_of(again)) == (404, "CC-0020")


@pytest.mark.parametrize("limit", [-1, 1e10, "5", None, True])
def test_a_limit_that_is_no_amount_is_refused(shop: Shop, limit: Any) -> None:
    refused = shop.author.post("/ai/budgets/set", {"period": "month", "limit_usd": limit})

    assert (refused.status_code, code_of(refused)) == (422, "CC-0005")


def test_a_budget_that_the_installation_imposed_stays(shop: Shop, service: Service) -> None:
    with service.site.database.admin() as conn:
        row = "INSERT INTO platform.ai_budgets (org_id, period, limit_usd, is_imposed) VALUES (:org, 'month', 9, true)"
        conn.execute(sa.text(row), {"org": shop.author.org_id})

    own = shop.author.made("/ai/budgets/set", {"period": "month", "limit_usd": 25})["items"]
    left = shop.author.made("/ai/budgets/delete", {"period": "month"})["items"]
    refused = shop.author.post("/ai/budgets/delete", {"period": "month"})

    assert sorted((one["limit_usd"], one["is_imposed"]) for one in own) == [(9, True), (25, False)]
    assert [(one["limit_usd"], one["is_imposed"]) for one in left] == [(9, True)]
    assert refused.status_code == 404


def test_a_call_that_a_budget_does_not_hold_is_not_made(shop: Shop, models: ModelServer, priced: str) -> None:
    route(shop.author, "text", "gpt-test")
    shop.author.made("/ai/budgets/set", {"period": "total", "limit_usd": 0.0001, "project_id": shop.project})
    before = models.total

    refused = answered(lambda: shop.author.post("/ai/llm", {"project_id": shop.project, **SIMPLIFY}))

    assert (refused.status_code, code_of(refused)) == (402, "CC-0311")
    assert models.total == before
    assert priced


def test_without_a_provider_a_render_costs_nothing(shop: Shop) -> None:
    told = {engine: estimated(shop.author, shop.project, engine=engine) for engine in ("e1", "e2", "e3", "e4")}
    whole = estimated(shop.author, shop.project)

    for one in (*told.values(), whole):
        Estimate.model_validate(one)
        assert (one["cost_usd"], one["is_price_unknown"], one["provider"]) == (0, False, "offline")
    assert [(part["kind"], part["calls"]) for part in told["e1"]["parts"]] == [("speech", 2)]
    assert told["e1"]["explanation"].startswith("The offline provider does all the work")
    assert (told["e3"]["parts"], told["e3"]["is_guess"]) == ([], False)
    assert told["e2"]["is_guess"]
    assert {part["kind"] for part in whole["parts"]} == {"speech", "text", "image"}


def test_an_estimate_counts_what_is_spoken_already_as_found(shop: Shop, models: ModelServer, priced: str) -> None:
    route(shop.author, "speech", "tts-1")
    before = models.total

    dear = estimated(shop.author, shop.project, engine="e1", lesson_id=shop.lesson)
    unasked = models.total
    asked(shop.author, f"/engine1/{shop.lesson}/generate-voice", {})
    spoken = shop.author.read(f"/ai/spending/{shop.project}")["spent_usd"]
    after = estimated(shop.author, shop.project, engine="e1")

    assert unasked == before
    assert dear["parts"] == [
        {"kind": "speech", "provider": f"{priced}/tts-1", "calls": 2, "found": 0, "cost_usd": dear["cost_usd"]}
    ]
    assert dear["cost_usd"] == pytest.approx(spoken)
    assert [(part["calls"], part["found"], part["cost_usd"]) for part in after["parts"]] == [(0, 2, 0)]
    assert "costs nothing" in after["explanation"]


def test_an_estimate_says_whether_the_budgets_have_room(shop: Shop, priced: str) -> None:
    route(shop.author, "speech", "tts-1")
    shop.author.made("/ai/budgets/set", {"period": "month", "limit_usd": 100})
    shop.author.made("/ai/budgets/set", {"period": "month", "limit_usd": 0.001, "project_id": shop.project})

    told = estimated(shop.author, shop.project, engine="e1")

    assert {(one["project_id"], one["fits"]) for one in told["budgets"]} == {(shop.project, False), (None, True)}
    assert "A budget does not have room for it." in told["explanation"]
    assert priced


def test_an_estimate_of_what_nobody_knows_the_price_of_says_so(shop: Shop, service: Service) -> None:
    """A provider of one's own whose model stands in no table."""
    made = {"name": "Odd", "protocol": "openai_compatible", "base_url": "https://odd.example.org/v1"}
    shop.author.made("/providers/create", made)
    shop.author.made(
        "/ai/routes/set",
        {"kind": "speech", "entries": [{"provider": "Odd", "model": "odd", "options": {"voices": {"*": "x"}}}]},
    )
    shop.author.made("/ai/budgets/set", {"period": "month", "limit_usd": 5, "refuses_unknown": True})

    told = estimated(shop.author, shop.project, engine="e1")

    assert (told["is_price_unknown"], told["cost_usd"], told["parts"][0]["cost_usd"]) == (True, 0, None)
    assert [one["fits"] for one in told["budgets"]] == [False]


def test_an_estimate_is_for_those_who_may_render(shop: Shop, service: Service) -> None:
    stranger = service.person(service.organisation(), "owner")

    refused = [
        stranger.get(f"/ai/estimate/{shop.project}"),
        shop.member.get(f"/ai/estimate/{shop.project}"),
        stranger.get(f"/ai/estimate/{stranger.made('/projects/create', {'name': 'P'})['id']}?lesson_id={shop.lesson}"),
    ]

    assert {(one.status_code, code_of(one)) for one in refused} == {(404, "CC-0020")}


def test_a_premium_course_is_asked_of_the_premium_list(shop: Shop, models: ModelServer, priced: str) -> None:
    route(shop.author, "text", "gpt-test", mode="premium")
    models.answer_with({"text": SHORT})
    standard = asked(shop.author, "/ai/llm", {"project_id": shop.project, **SIMPLIFY})

    context = shop.author.made(f"/context/{shop.project}/settings", {"mode": "premium"})
    premium = asked(shop.author, "/ai/llm", {"project_id": shop.project, **SIMPLIFY})

    assert context["metadata"]["mode"] == "premium"
    assert (standard["provider"], premium["provider"]) == ("offline", priced)


def test_voices_are_those_that_the_courses_route_can_speak_with(shop: Shop, priced: str) -> None:
    offline = shop.author.read("/voices/list", params={"language": "en", "project_id": shop.project})["items"]
    route(shop.author, "speech", "tts-1", project_id=shop.project)

    found = shop.author.read("/voices/list", params={"language": "en", "project_id": shop.project})
    elsewhere = shop.author.read("/voices/list", params={"language": "en"})["items"]

    Voices.model_validate(found)
    assert {one["provider"] for one in offline} == {"offline"}
    assert all(one["has_exact_word_times"] and one["pace_wpm"] for one in offline)
    assert {one["provider"] for one in found["items"]} == {priced}
    assert not any(one["has_exact_word_times"] for one in found["items"])
    assert {one["provider"] for one in elsewhere} == {"offline"}
    assert not [word for word in ("127.0.0.1", "sk-") if word in str(found)]


def test_voices_of_anothers_course_are_those_of_none(shop: Shop, service: Service) -> None:
    stranger = service.person(service.organisation())

    refused = stranger.get("/voices/list", params={"project_id": shop.project})

    assert (refused.status_code, code_of(refused)) == (404, "CC-0020")


def test_a_sample_is_spoken_once_and_kept_in_the_library(shop: Shop, models: ModelServer, priced: str) -> None:
    route(shop.author, "speech", "tts-1")
    order = {"voice_profile": "en_female_calm_1", "language": "en"}

    first = asked(shop.author, "/voices/sample", order)
    before = models.total
    second = asked(shop.author, "/voices/sample", order)
    stored = shop.author.read("/library/assets", params={"role": "voice_sample"})["items"]
    sound = shop.author.get(f"/assets/{first['asset_id']}/file")

    VoiceSample.model_validate(first)
    assert (first["provider"], first["is_cached"], second["is_cached"]) == (priced, False, True)
    assert first["cost_usd"] > second["cost_usd"] == 0
    assert second["asset_id"] == first["asset_id"]
    assert models.total == before
    assert [(one["id"], one["project_id"]) for one in stored] == [(first["asset_id"], first["project_id"])]
    assert (sound.status_code, sound.headers["content-type"], sound.content[:4]) == (200, "audio/wav", b"RIFF")


def test_a_sample_is_spoken_as_the_course_would_have_it(shop: Shop, priced: str) -> None:
    route(shop.author, "speech", "tts-1", project_id=shop.project)
    order = {"voice_profile": "de_male_neutral_1", "language": "de"}

    offline = asked(shop.author, "/voices/sample", order)
    own = asked(shop.author, "/voices/sample", {**order, "project_id": shop.project})

    assert (offline["provider"], own["provider"]) == ("offline", priced)
    assert own["asset_id"] != offline["asset_id"]
    assert own["project_id"] == offline["project_id"] != shop.project


def test_a_voice_that_nobody_has_gives_no_sample(shop: Shop) -> None:
    refused = answered(lambda: shop.author.post("/voices/sample", {"voice_profile": "en_robot_7", "language": "en"}))

    assert (refused.status_code, code_of(refused)) == (422, "CC-0303")


def test_a_member_without_the_library_hears_no_sample(shop: Shop) -> None:
    shop.author.made("/library/open")

    refused = shop.member.post("/voices/sample", {"voice_profile": "en_female_calm_1", "language": "en"})

    assert (refused.status_code, code_of(refused)) == (403, "CC-0021")
