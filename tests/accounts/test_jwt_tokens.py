"""Callers with a token of a larger platform, and tokens that are not what they say."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from account_people import HOME, House
from coursecrafter.accounts.caller import AccountClosed, Caller
from coursecrafter.accounts.fetching import ProviderRefused, ProviderUnreachable
from coursecrafter.accounts.identities import IdentityNotAllowed
from coursecrafter.accounts.jwt_tokens import Platform
from coursecrafter.accounts.people import role_of
from coursecrafter.accounts.settings import DEFAULT_ALGORITHMS, JwtSettings, read_rules
from coursecrafter.accounts.signing_keys import LONGEST_TOKEN, TokenRefused
from openid_provider import LIES, WRONG_CLAIMS, StandIn, open_provider, signer


@pytest.fixture(scope="module")
def running() -> Iterator[StandIn]:
    with open_provider() as provider:
        yield provider


@pytest.fixture
def platform(running: StandIn, house: House) -> StandIn:
    running.person = {
        "sub": f"ada-{house.number}",
        "email": house.address("ada"),
        "name": "Ada",
        "organisation": house.slug,
    }
    running.changes, running.made_by, running.signers = {}, None, [signer()]
    running.pages, running.asked = {}, []
    return running


def settings_of(platform: StandIn, rules: str = "*=*:member") -> JwtSettings:
    return JwtSettings(
        platform.url,
        "course-crafter",
        DEFAULT_ALGORITHMS,
        f"{platform.url}/keys",
        None,
        "organisation",
        "groups",
        read_rules("R", rules),
        30,
    )


def come(house: House, platform: StandIn, reader: Platform | None = None) -> Caller | None:
    with house.conn() as conn:
        return (reader or Platform(settings_of(platform))).find_token(conn, platform.token())


def test_a_person_of_the_platform_becomes_a_member_by_rule_and_is_known_again(house: House, platform: StandIn) -> None:
    first, second = come(house, platform), come(house, platform)

    assert first == second
    assert first is not None
    assert (first.kind, first.org_id, first.is_operator) == ("token", house.org_id, False)
    with house.conn() as conn:
        assert role_of(conn, house.org_id, first.user_id) == "member"


@pytest.mark.parametrize("algorithm", ["ES256", "EdDSA", "PS256"])
def test_other_kinds_of_keys_are_believed_too(house: House, platform: StandIn, algorithm: str) -> None:
    platform.signers = [signer("x", algorithm)]

    assert come(house, platform) is not None


@pytest.mark.parametrize("lie", LIES, ids=lambda lie: lie.__name__)
def test_a_token_with_a_wrong_signature_is_refused(house: House, platform: StandIn, lie) -> None:
    platform.made_by = lie

    with pytest.raises(TokenRefused):
        come(house, platform)


@pytest.mark.parametrize("changes", WRONG_CLAIMS, ids=str)
def test_a_token_with_wrong_claims_is_refused(house: House, platform: StandIn, changes: dict[str, object]) -> None:
    platform.changes = changes

    with pytest.raises(TokenRefused):
        come(house, platform)


@pytest.mark.parametrize("token", ["", "a.b.c", "\0", "\ud800", "é.é.é", "e30.e30.", "x" * (LONGEST_TOKEN + 1), "[]"])
def test_what_is_no_token_is_refused(house: House, platform: StandIn, token: str) -> None:
    reader = Platform(settings_of(platform))

    with house.conn() as conn, pytest.raises(TokenRefused):
        reader.find_token(conn, token)


def test_only_listed_algorithms_are_believed(house: House, platform: StandIn) -> None:
    reader = Platform(replace(settings_of(platform), algorithms=("ES256",)))

    with pytest.raises(TokenRefused):
        come(house, platform, reader)


def test_a_key_is_for_its_own_algorithm_only(house: House, platform: StandIn) -> None:
    platform.made_by = replace(signer(), algorithm="PS256").sign

    with pytest.raises(TokenRefused):
        come(house, platform)


def test_keys_may_stand_in_the_settings_and_nothing_is_asked(house: House, platform: StandIn) -> None:
    keys = {"keys": [{"kty": "oct", "k": "AAAA", "kid": "one"}, {"kty": "?"}, "no key", signer().public]}
    reader = Platform(replace(settings_of(platform), keys_url=None, keys=keys))

    assert come(house, platform, reader) is not None
    assert platform.asked == []


def test_a_new_key_is_asked_for_at_most_once_a_minute(house: House, platform: StandIn) -> None:
    now = [0.0]
    reader = Platform(settings_of(platform), clock=lambda: now[0])
    come(house, platform, reader)
    platform.signers = [signer("two")]

    with pytest.raises(TokenRefused):
        come(house, platform, reader)
    with pytest.raises(TokenRefused):
        come(house, platform, reader)
    assert platform.asked == ["/keys"]
    now[0] = 61
    assert come(house, platform, reader) is not None
    assert platform.asked == ["/keys", "/keys"]


def test_a_key_that_was_taken_back_is_not_believed_for_longer_than_an_hour(house: House, platform: StandIn) -> None:
    now = [0.0]
    reader = Platform(settings_of(platform), clock=lambda: now[0])
    come(house, platform, reader)
    stolen = platform.signers[0]
    platform.signers, platform.made_by = [signer("two")], stolen.sign

    now[0] = 3601
    with pytest.raises(TokenRefused):
        come(house, platform, reader)


def test_a_short_outage_of_the_platform_signs_nobody_out_and_a_long_one_does(house: House, platform: StandIn) -> None:
    now = [0.0]
    reader = Platform(settings_of(platform), clock=lambda: now[0])
    come(house, platform, reader)
    platform.pages["/keys"] = (503, {}, b"")

    now[0] = 7200
    assert come(house, platform, reader) is not None
    now[0] = 86500
    with pytest.raises(ProviderUnreachable):
        come(house, platform, reader)


@pytest.mark.parametrize(
    ("page", "error"),
    [
        ((302, {"Location": "/elsewhere"}, b""), ProviderRefused),
        ((200, {}, b"<html>"), ProviderRefused),
        ((200, {}, b"[]"), ProviderRefused),
        ((200, {}, b"[" * 100_000), ProviderRefused),
        ((200, {}, b" " * (1 << 20) + b"{}"), ProviderRefused),
        ((500, {}, b""), ProviderUnreachable),
        ((200, {}, b'{"keys": 7}'), TokenRefused),
        ((200, {}, b"{}"), TokenRefused),
    ],
)
def test_keys_are_taken_from_a_right_answer_only(house: House, platform: StandIn, page, error) -> None:
    platform.pages["/keys"] = page

    with pytest.raises(error):
        come(house, platform)
    assert platform.asked == ["/keys"]


def test_a_platform_that_is_away_is_said_to_be(house: House, platform: StandIn) -> None:
    reader = Platform(replace(settings_of(platform), keys_url="http://127.0.0.1:9/keys"))

    with pytest.raises(ProviderUnreachable):
        come(house, platform, reader)


def test_without_a_rule_only_invited_people_come_in(house: House, platform: StandIn) -> None:
    reader = Platform(settings_of(platform, ""))

    with pytest.raises(IdentityNotAllowed):
        come(house, platform, reader)
    platform.changes = {"email": house.address("member")}
    caller = come(house, platform, reader)
    assert caller is not None
    assert caller.user_id == house.member.user_id


def test_an_organisation_that_is_not_the_persons_answers_nobody(house: House, platform: StandIn) -> None:
    reader = Platform(settings_of(platform, f"*={house.slug}:member"))
    stranger = House.build(house.database)
    platform.changes = {"organisation": stranger.slug}

    assert come(house, platform, reader) is None


def test_an_organisation_that_does_not_exist_is_not_made(house: House, platform: StandIn) -> None:
    platform.changes = {"organisation": "nowhere"}

    assert come(house, platform) is None
    assert house.ask("SELECT count(*) FROM platform.organisations WHERE slug = 'nowhere'") == 0


def test_an_address_that_the_platform_did_not_check_opens_no_account(house: House, platform: StandIn) -> None:
    platform.changes = {"email": house.address("member"), "email_verified": False}

    with pytest.raises(IdentityNotAllowed):
        come(house, platform)


def test_a_closed_account_stays_closed(house: House, platform: StandIn) -> None:
    come(house, platform)
    house.change("UPDATE platform.users SET deactivated_at = now() WHERE email = :e", e=house.address("ada"))

    with pytest.raises(AccountClosed):
        come(house, platform)


def test_a_known_token_writes_nothing_within_a_minute(house: House, platform: StandIn) -> None:
    reader = Platform(settings_of(platform))
    come(house, platform, reader)
    question = "SELECT string_agg(xmin::text, ',') FROM platform.identities"
    before, events = house.ask(question), house.events()

    come(house, platform, reader)

    assert (house.ask(question), house.events()) == (before, events)


def test_an_origin_is_kept_with_what_a_token_changed(house: House, platform: StandIn) -> None:
    reader = Platform(settings_of(platform))

    with house.conn() as conn:
        reader.find_caller(conn, reader.read(platform.token()), HOME)

    question = "SELECT host(ip) FROM platform.security_events WHERE event = 'role_given_by_group' AND org_id = :o"
    assert house.ask(question, o=house.org_id) == "192.0.2.7"
