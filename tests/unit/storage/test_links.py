"""Signed links: good for one file until a time, and nothing that was not signed is opened."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coursecrafter.storage.links import FileLink, LinkExpired, LinkRefused, open_link, sign_link

KEY = b"k" * 32
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
LINK = FileLink(UUID(int=1), UUID(int=2), UUID(int=3), "Café_v1.mp4", NOON)
TOKEN = sign_link(LINK, KEY)


def test_a_link_opens_what_it_was_made_for() -> None:
    assert open_link(TOKEN, KEY, NOON - timedelta(seconds=1)) == LINK


def test_a_link_is_over_at_its_second() -> None:
    with pytest.raises(LinkExpired, match="01 March 2026, 12:00 UTC"):
        open_link(TOKEN, KEY, NOON)


def test_a_link_of_another_key_is_refused() -> None:
    with pytest.raises(LinkRefused):
        open_link(sign_link(LINK, b"x" * 32), KEY, NOON - timedelta(1))


def test_no_claim_can_be_taken_from_another_link() -> None:
    other = sign_link(replace(LINK, org_id=UUID(int=9)), KEY)

    mixed = other.partition(".")[0] + "." + TOKEN.partition(".")[2]

    with pytest.raises(LinkRefused):
        open_link(mixed, KEY, NOON - timedelta(1))


@given(st.integers(0, len(TOKEN) - 1), st.characters(codec="utf-8"))
def test_no_changed_character_goes_unnoticed(place: int, character: str) -> None:
    changed = TOKEN[:place] + character + TOKEN[place + 1 :]

    if changed != TOKEN:
        with pytest.raises(LinkRefused):
            open_link(changed, KEY, NOON - timedelta(1))


@pytest.mark.parametrize(
    "token", ["", ".", "a", "a.b", TOKEN + ".", TOKEN + "=", TOKEN[:-1], "." + TOKEN, "é." * 9, "a" * 9999]
)
def test_what_is_no_token_is_refused(token: str) -> None:
    with pytest.raises(LinkRefused):
        open_link(token, KEY, NOON - timedelta(1))


def test_a_token_fits_into_an_address() -> None:
    assert set(TOKEN) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.")
