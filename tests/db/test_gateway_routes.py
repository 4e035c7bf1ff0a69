"""Whom a job may ask: the nearest list, keys opened for it alone, and nothing of another organisation's."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from itertools import count
from uuid import uuid4

import pytest
import sqlalchemy as sa

from coursecrafter.db.organisations import ensure_user
from coursecrafter.db.refusals import AlreadyTaken, NotAllowed, NotFound
from coursecrafter.db.session import Database, Identity
from coursecrafter.gateway.budgets import (
    UnusableAmount,
    price_overrides,
    read_prices,
    remove_price,
    set_price,
)
from coursecrafter.gateway.connections import (
    Provider,
    RouteSwitchedOff,
    UnusableProvider,
    add_provider,
    candidates_for,
    change_provider,
    prices_of,
    read_offers,
    read_providers,
    remove_provider,
    require_some,
    seal_again,
)
from coursecrafter.gateway.ports import Candidate, Kind, Mode
from coursecrafter.gateway.prices import Override, Price, Rates, Usage
from coursecrafter.gateway.routes import RouteEntry, read_routes, set_route
from coursecrafter.gateway.sealing import Keyring, KeyUnreadable
from gateway_money import ADDRESS, KEY, KEYRING, candidate, fresh_tenant, paid_provider, usd
from tenants import Tenant

NUMBERS = count(1)


@pytest.fixture
def tenant(database: Database) -> Tenant:
    return fresh_tenant(database, f"routes-{next(NUMBERS)}")


@pytest.fixture
def stranger(database: Database) -> Tenant:
    return fresh_tenant(database, f"other-{next(NUMBERS)}")


@pytest.fixture(autouse=True)
def nothing_shared(database: Database) -> None:
    """The installation has neither providers nor routes nor prices of its own."""
    with database.admin() as admin:
        for table in ("ai_providers", "ai_prices", "ai_routes"):
            admin.execute(sa.text(f"DELETE FROM platform.{table} WHERE org_id IS NULL"))  # noqa: S608 - names of ours


def own_provider(database: Database, tenant: Tenant, name: str = "own", key: str = KEY) -> Provider:
    """A provider that an owner of the organisation adds, in a request."""
    with database.app(tenant.author) as conn:
        return add_provider(
            conn,
            KEYRING,
            org_id=tenant.author.org_id,
            name=name,
            protocol="openai_compatible",
            base_url=ADDRESS,
            key=key,
            created_by=tenant.author.user_id,
        )


def lists(
    database: Database,
    tenant: Tenant,
    *entries: RouteEntry,
    level: str = "organisation",
    mode: Mode = Mode.STANDARD,
    kind: Kind = Kind.TEXT,
) -> None:
    """Set a list of the installation, the organisation or the project."""
    author = tenant.author
    if level == "installation":
        with database.admin() as admin:
            set_route(admin, org_id=None, kind=kind, mode=mode, entries=entries)
        return
    with database.app(author) as conn:
        project_id = author.project_id if level == "project" else None
        set_route(conn, org_id=author.org_id, project_id=project_id, kind=kind, mode=mode, entries=entries)


def asked(
    database: Database, tenant: Tenant, mode: Mode = Mode.STANDARD, kind: Kind = Kind.TEXT, keyring: Keyring = KEYRING
) -> Sequence[Candidate]:
    assert tenant.author.project_id is not None
    with database.worker(tenant.author) as conn:
        return candidates_for(conn, tenant.author.project_id, kind, mode, keyring)


def models(candidates: Sequence[Candidate]) -> list[str]:
    return [one.model for one in candidates]


def test_without_any_list_the_offline_provider_does_it(database: Database, tenant: Tenant) -> None:
    (only,) = asked(database, tenant)

    assert only.is_offline
    assert only.identity == ""


def test_the_nearest_list_wins_as_a_whole(database: Database, tenant: Tenant) -> None:
    paid_provider(database, name="shared")
    own_provider(database, tenant)
    lists(database, tenant, RouteEntry("shared", "far"), RouteEntry("offline"), level="installation")
    far = asked(database, tenant)
    lists(database, tenant, RouteEntry("own", "nearer"), RouteEntry("shared", "second"))
    nearer = asked(database, tenant)
    lists(database, tenant, RouteEntry("own", "nearest"), level="project")

    assert models(far) == ["far", ""]
    assert far[1].is_offline
    assert models(nearer) == ["nearer", "second"]
    assert models(asked(database, tenant)) == ["nearest"]


def test_premium_falls_back_to_the_standard_list_of_the_nearest_place(database: Database, tenant: Tenant) -> None:
    """A project that is kept to one server is kept to it in every mode."""
    paid_provider(database, name="shared")
    lists(database, tenant, RouteEntry("shared", "best"), level="installation", mode=Mode.PREMIUM)
    far = asked(database, tenant, Mode.PREMIUM)
    lists(database, tenant, RouteEntry("shared", "in house"))
    nearer = asked(database, tenant, Mode.PREMIUM)
    lists(database, tenant, RouteEntry("shared", "in house, better"), mode=Mode.PREMIUM)

    assert models(far) == ["best"]
    assert asked(database, tenant)[0].model == "in house"
    assert models(nearer) == ["in house"]
    assert models(asked(database, tenant, Mode.PREMIUM)) == ["in house, better"]


def test_a_list_for_one_kind_says_nothing_of_another(database: Database, tenant: Tenant) -> None:
    own_provider(database, tenant)
    lists(database, tenant, RouteEntry("own", "m"), kind=Kind.TEXT)

    assert asked(database, tenant, kind=Kind.SPEECH)[0].is_offline


def test_a_provider_that_is_switched_off_is_skipped_and_the_offline_one_is_not_put_in_its_place(
    database: Database, tenant: Tenant
) -> None:
    first, second = own_provider(database, tenant), own_provider(database, tenant, "second")
    lists(database, tenant, RouteEntry("own", "a"), RouteEntry("second", "b"))
    with database.app(tenant.author) as conn:
        change_provider(conn, KEYRING, first.id, is_enabled=False)
    one_left = asked(database, tenant)
    with database.app(tenant.author) as conn:
        change_provider(conn, KEYRING, second.id, is_enabled=False)

    assert models(one_left) == ["b"]
    assert asked(database, tenant) == ()
    with pytest.raises(RouteSwitchedOff):
        require_some(Kind.TEXT, asked(database, tenant))


def test_a_job_is_given_address_key_and_options(database: Database, tenant: Tenant) -> None:
    own_provider(database, tenant)
    lists(database, tenant, RouteEntry("own", "m", {"temperature": 0.3}))

    (only,) = asked(database, tenant)

    assert (only.connection.base_url, only.connection.key, only.options) == (ADDRESS, KEY, {"temperature": 0.3})
    assert not only.connection.may_be_private
    assert only.identity.startswith("openai_compatible/own/m#")
    assert KEY not in repr(only)


def test_only_the_installations_providers_may_be_in_a_private_network(database: Database, tenant: Tenant) -> None:
    paid_provider(database, name="shared")
    lists(database, tenant, RouteEntry("shared", "m"), level="installation")

    assert asked(database, tenant)[0].connection.may_be_private


def test_options_that_change_answers_change_the_identity_and_others_do_not(database: Database) -> None:
    provider = paid_provider(database, name="shared")
    plain = candidate(provider)

    assert candidate(provider, options={"calls_per_minute": 5, "voices": {"*": "x"}}).identity == plain.identity
    warm, warmer = (candidate(provider, options={"temperature": value}).identity for value in (0.1, 0.2))
    assert len({plain.identity, warm, warmer}) == 3


def test_no_key_stands_in_the_database_in_the_clear(database: Database, tenant: Tenant) -> None:
    provider = own_provider(database, tenant)

    with database.admin() as admin:
        rows = sa.text("SELECT p::text || encode(key_sealed, 'escape') FROM platform.ai_providers p WHERE id = :id")
        row = str(admin.scalar(rows, {"id": provider.id}))
    assert KEY not in row
    assert KEY.encode().hex() not in row
    assert (provider.has_key, provider.key_hint) == (True, "cdef")


def test_a_key_of_another_installations_secret_is_not_opened_and_not_told(database: Database, tenant: Tenant) -> None:
    own_provider(database, tenant)
    lists(database, tenant, RouteEntry("own", "m"))

    with pytest.raises(KeyUnreadable) as unreadable:
        asked(database, tenant, keyring=Keyring((b"another secret",)))

    assert "own" in unreadable.value.message
    assert KEY not in f"{unreadable.value} {unreadable.value.detail}"


def test_a_sealed_key_that_is_copied_to_another_provider_does_not_open(database: Database, tenant: Tenant) -> None:
    """Who may write rows but does not know the secret cannot send a key to a server of their own."""
    own_provider(database, tenant)
    thief = own_provider(database, tenant, "thief", key="sk-mine-0123456789")
    lists(database, tenant, RouteEntry("thief", "m"))
    with database.admin() as admin:
        copy = sa.text(
            "UPDATE platform.ai_providers SET key_sealed = o.key_sealed FROM platform.ai_providers o"
            " WHERE platform.ai_providers.id = :id AND o.name = 'own' AND o.org_id = :org"
        )
        admin.execute(copy, {"id": thief.id, "org": tenant.author.org_id})

    with pytest.raises(KeyUnreadable):
        asked(database, tenant)


def test_keys_are_sealed_again_when_the_secret_changes(database: Database, tenant: Tenant) -> None:
    own_provider(database, tenant)
    lists(database, tenant, RouteEntry("own", "m"))
    with database.admin() as admin:
        admin.execute(sa.text("UPDATE platform.ai_providers SET key_sealed = NULL WHERE name <> 'own'"))
        # One that nobody can open holds nobody up.
        broken = sa.text("UPDATE platform.ai_providers SET key_sealed = '\\x01' WHERE name = 'own' AND org_id <> :org")
        admin.execute(broken, {"org": tenant.author.org_id})

    with database.admin() as admin:
        first, second = (seal_again(admin, Keyring((b"the new secret", *KEYRING.secrets))) for _ in range(2))

    assert (first.sealed, second.sealed) == (1, 0)
    assert set(first.unreadable) <= {"own"}
    assert asked(database, tenant, keyring=Keyring((b"the new secret",)))[0].connection.key == KEY


def test_a_provider_that_moves_to_another_server_needs_its_key_again(database: Database, tenant: Tenant) -> None:
    provider = own_provider(database, tenant)

    with database.app(tenant.author) as conn, pytest.raises(UnusableProvider):
        change_provider(conn, KEYRING, provider.id, base_url="https://elsewhere.example/v1")
    with database.app(tenant.author) as conn:
        same = change_provider(conn, KEYRING, provider.id, base_url=f"{ADDRESS}/beta/")
        moved = change_provider(
            conn, KEYRING, provider.id, base_url="https://elsewhere.example", key="sk-0123456789xyz"
        )
        bare = change_provider(conn, KEYRING, provider.id, key="")

    assert same.base_url == f"{ADDRESS}/beta"
    assert (moved.base_url, moved.key_hint) == ("https://elsewhere.example", "9xyz")
    assert (bare.has_key, bare.key_hint) == (False, "")


@pytest.mark.parametrize(
    "values",
    [
        {"name": "offline"},
        {"name": "a/b"},
        {"name": ""},
        {"base_url": "ftp://models.example"},
        {"base_url": "https://me:word@models.example"},
        {"base_url": "https://models.example/?key=1"},
        {"base_url": "models.example"},
        {"key": "two words"},
        {"key": "schlüssel"},
        {"options": {"API_Key": "sk-1"}},
    ],
    ids=str,
)
def test_what_cannot_be_used_is_refused_before_it_is_kept(
    database: Database, tenant: Tenant, values: dict[str, object]
) -> None:
    usable: dict[str, object] = {"name": "n", "protocol": "openai_compatible", "base_url": ADDRESS, "key": ""}

    with database.app(tenant.author) as conn, pytest.raises(UnusableProvider) as refused:
        add_provider(conn, KEYRING, org_id=tenant.author.org_id, **(usable | values))  # type: ignore[arg-type]  # by name

    assert "word" not in refused.value.message.replace("password", "")


def test_a_name_is_given_once_in_an_organisation_and_once_in_the_installation(
    database: Database, tenant: Tenant, stranger: Tenant
) -> None:
    paid_provider(database, name="own")
    own_provider(database, tenant)
    own_provider(database, stranger)

    with pytest.raises(AlreadyTaken, match="Another provider has this name"):
        own_provider(database, tenant)


def test_ones_own_provider_hides_the_installations_of_that_name(database: Database, tenant: Tenant) -> None:
    paid_provider(database, name="same")
    mine = own_provider(database, tenant, "same")
    lists(database, tenant, RouteEntry("same", "m"))

    assert asked(database, tenant)[0].connection.id == mine.id


def test_a_removed_provider_is_gone_from_all_routes(database: Database, tenant: Tenant) -> None:
    first = own_provider(database, tenant)
    own_provider(database, tenant, "second")
    lists(database, tenant, RouteEntry("own", "a"), RouteEntry("second", "b"))

    with database.app(tenant.author) as conn:
        remove_provider(conn, first.id)
        with pytest.raises(NotFound):
            remove_provider(conn, first.id)

    assert models(asked(database, tenant)) == ["b"]


def test_those_who_lead_read_their_lists_as_they_set_them(database: Database, tenant: Tenant) -> None:
    paid_provider(database, name="shared")
    own_provider(database, tenant)
    author = tenant.author
    entries = (RouteEntry("own", "a", {"seed": 1}), RouteEntry("shared", "b"), RouteEntry("offline"))
    lists(database, tenant, *entries)
    lists(database, tenant, RouteEntry("own", "c"), level="project", mode=Mode.PREMIUM, kind=Kind.IMAGE)

    with database.app(replace(author, project_id=None)) as conn:
        found = read_routes(conn, author.org_id)

    by_place = {(one.project_id, one.kind, one.mode): one.entries for one in found}
    assert by_place == {
        (None, Kind.TEXT, Mode.STANDARD): entries,
        (author.project_id, Kind.IMAGE, Mode.PREMIUM): (RouteEntry("own", "c"),),
    }


def test_a_list_without_entries_is_none_any_more(database: Database, tenant: Tenant) -> None:
    own_provider(database, tenant)
    lists(database, tenant, RouteEntry("own", "m"))

    lists(database, tenant)

    assert asked(database, tenant)[0].is_offline


def test_a_route_to_another_organisations_provider_is_one_to_a_missing_one(
    database: Database, tenant: Tenant, stranger: Tenant
) -> None:
    theirs = own_provider(database, stranger, "theirs")
    place = {"org": tenant.author.org_id, "provider": theirs.id}
    insert = sa.text(
        "INSERT INTO platform.ai_routes (org_id, kind, mode, place, provider_id)"
        " VALUES (:org, 'text', 'standard', 1, :provider)"
    )

    with pytest.raises(NotFound, match="There is no provider “theirs”"):
        lists(database, tenant, RouteEntry("theirs", "m"))
    for provider in (theirs.id, uuid4()):
        with pytest.raises(NotFound, match="There is no such provider"), database.app(tenant.author) as conn:
            conn.execute(insert, place | {"provider": provider})


def test_an_organisation_learns_nothing_of_anothers(database: Database, tenant: Tenant, stranger: Tenant) -> None:
    theirs = own_provider(database, stranger, "theirs")
    lists(database, stranger, RouteEntry("theirs", "m"))
    org_id = stranger.author.org_id

    with database.app(tenant.author) as conn:
        seen = (read_providers(conn, org_id), read_routes(conn, org_id), read_offers(conn))
        for act in (
            lambda: change_provider(conn, KEYRING, theirs.id, is_enabled=False),
            lambda: remove_provider(conn, theirs.id),
        ):
            with pytest.raises(NotFound):
                act()
    assert stranger.author.project_id is not None
    with pytest.raises(NotFound), database.worker(tenant.author) as conn:
        candidates_for(conn, stranger.author.project_id, Kind.TEXT, Mode.STANDARD, KEYRING)

    assert seen == ((), (), ())


def test_a_member_sees_names_and_kinds_and_neither_address_nor_key(database: Database, tenant: Tenant) -> None:
    paid_provider(database, name="shared")
    lists(database, tenant, RouteEntry("shared", "m"), level="installation", kind=Kind.IMAGE)
    author = tenant.author
    with database.admin() as admin:
        member = ensure_user(admin, author.org_id, f"m@{author.org_id}.example", "Member")

    with database.app(Identity(author.org_id, member)) as conn:
        (offer,) = read_offers(conn)
        rows = conn.execute(sa.text("SELECT * FROM platform.ai_providers")).all()
        told = conn.execute(sa.text("SELECT * FROM platform.ai_offers()")).one()

    assert (offer.name, offer.protocol, offer.is_shared, offer.kinds) == (
        "shared",
        "openai_compatible",
        True,
        (Kind.IMAGE,),
    )
    assert rows == []
    assert ADDRESS not in str(told)


def test_a_request_is_given_no_keys(database: Database, tenant: Tenant) -> None:
    assert tenant.author.project_id is not None

    with pytest.raises(NotAllowed), database.app(tenant.author) as conn:
        candidates_for(conn, tenant.author.project_id, Kind.TEXT, Mode.STANDARD, KEYRING)


def test_an_organisations_admin_sees_no_address_of_the_installations_providers(
    database: Database, tenant: Tenant
) -> None:
    paid_provider(database, name="shared")

    with database.app(tenant.author) as conn:
        assert read_providers(conn, None) == ()


def price(source: str, **parts: str) -> Price:
    return Price(source, rates=Rates(**{name: usd(value) for name, value in parts.items()}))


def test_an_operators_price_holds_for_all_and_an_organisations_for_its_own_providers(
    database: Database, tenant: Tenant, stranger: Tenant
) -> None:
    day = date(2026, 1, 1)
    with database.admin() as admin:
        set_price(admin, provider="own", model="m", valid_from=day, price=price("us", input_usd="1", output_usd="2"))
    with database.app(tenant.author) as conn:
        mine = price("them", input_usd="3", output_usd="4")
        set_price(conn, org_id=tenant.author.org_id, provider="own", model="m", valid_from=day, price=mine)
    shared = candidate(paid_provider(database, name="own"), "m")
    own = replace(shared, connection=replace(shared.connection, may_be_private=False))
    use = Usage(input_tokens=1_000_000)

    with database.worker(tenant.author) as conn:
        ours = prices_of(conn)
    with database.worker(stranger.author) as conn:
        theirs = prices_of(conn)

    assert (ours(own, use), ours(shared, use), theirs(own, use)) == (usd("3"), usd("1"), usd("1"))


def test_a_price_is_replaced_read_and_taken_away(database: Database, tenant: Tenant) -> None:
    org_id, day = tenant.author.org_id, date(2026, 1, 1)
    first, second = price("a", input_usd="1"), price("b", input_usd="2")

    with database.app(tenant.author) as conn:
        for one in (first, second):
            set_price(conn, org_id=org_id, provider="own", model="m", valid_from=day, price=one)
        found = read_prices(conn, org_id)
        is_gone = remove_price(conn, org_id=org_id, provider="own", model="m", valid_from=day)
        again = remove_price(conn, org_id=org_id, provider="own", model="m", valid_from=day)
        left = price_overrides(conn)

    assert found == (Override("own", "m", replace(second, valid_from=day), is_shared=False),)
    assert (is_gone, again, left) == (True, False, ())


@pytest.mark.parametrize("nothing", [Price("s"), Price("s", image_usd=usd("-1")), Price("s", minute_usd=usd("NaN"))])
def test_a_price_that_says_no_amount_is_refused(database: Database, tenant: Tenant, nothing: Price) -> None:
    with database.app(tenant.author) as conn, pytest.raises(UnusableAmount):
        set_price(
            conn, org_id=tenant.author.org_id, provider="p", model="m", valid_from=date(2026, 1, 1), price=nothing
        )
