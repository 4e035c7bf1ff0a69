"""The ledger keeps hashes and lengths; where it keeps the beginning of a text, what looks like a secret is masked."""

from __future__ import annotations

from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coursecrafter.config import UnusableSetting
from coursecrafter.gateway.payloads import KEPT_SIGNS, Payloads, beginning, kept, kept_bytes, kept_json, load_payloads

SECRETS = [
    "sk-proj-0123456789abcdefABCDEF",
    "Authorization: Bearer abcdef0123456789",
    "AIzaSyA0123456789abcdefghijklmnopqrstu",
    "ghp_0123456789abcdefghij0123456789abcdef",
    "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl",
    "password: hunter2secret",
    '{"api_key": "abcd1234efgh"}',
    "-----BEGIN RSA PRIVATE KEY-----\nMIIEow\n-----END RSA PRIVATE KEY-----",
    "0f8fad5bd9cb469fa16570867728950e0f8fad5b",
]
PEOPLE = [
    "ada.lovelace+courses@example.co.uk",
    "DE89 3704 0044 0532 0130 00",
    "FR7630006000011234567890189",
    "4111 1111 1111 1111",
    "5500-0000-0000-0004",
    "+49 151 23456789",
    "+33 1 23 45 67 89",
    "0049 30 1234567",
    "(030) 1234 5678",
    "(212) 555-0100",
    "020 7946 0958",
]
HARMLESS = [
    "In 2024 the plant made 1,250,000 units, 3.5 % more than in 2023.",
    "Turn the valve 90 degrees, wait 15 s, then open it by 12.5 mm.",
    "Chapter 4, pages 112-118: ISO 9001:2015 and DIN EN 60204-1.",
    "Call the control room before you start.",
    "Der Druck beträgt 1013,25 hPa bei 20 °C.",
    "The password policy asks for twelve characters.",
    "Version 2026.11.28 of the handbook replaces 2025.10.01.",
]


@pytest.mark.parametrize("secret", [*SECRETS, *PEOPLE])
def test_what_looks_like_a_secret_or_a_persons_data_is_masked(secret: str) -> None:
    shown = beginning(f"Please write to {secret} today.")

    assert "[" in shown
    for part in secret.replace(":", " ").replace('"', " ").split():
        if sum(sign.isdigit() for sign in part) >= 3:
            assert part not in shown
    assert shown.startswith("Please write to ")


@pytest.mark.parametrize("text", HARMLESS)
def test_what_a_course_says_is_left_as_it_is(text: str) -> None:
    assert beginning(text) == text


def test_a_secret_that_lies_across_the_end_is_masked_before_it_is_cut() -> None:
    text = "x " * 140 + "sk-proj-0123456789abcdefABCDEF0123456789"

    assert "sk-" not in beginning(text)


def test_a_long_text_is_cut_and_says_so() -> None:
    shown = beginning("word " * 1000)

    assert (len(shown), shown[-1]) == (KEPT_SIGNS + 1, "…")


@given(st.text(max_size=2000))
def test_any_text_can_be_kept(text: str) -> None:
    found = kept(text, Payloads.TRUNCATED)

    assert found["characters"] == len(text)
    assert len(found["beginning"]) <= KEPT_SIGNS + 1
    assert "\0" not in found["beginning"]
    found["beginning"].encode("utf-8")


def test_by_default_only_hash_and_length_are_kept() -> None:
    assert load_payloads({}) is Payloads.HASHED
    assert kept("Grüße", Payloads.HASHED) == {"sha256": sha256("Grüße".encode()).hexdigest(), "characters": 5}


def test_equal_values_have_equal_hashes_whatever_their_order() -> None:
    first, second = ({"a": 1, "b": [2]}, {"b": [2], "a": 1})

    assert kept_json(first, Payloads.HASHED) == kept_json(second, Payloads.HASHED)
    assert kept_json(first, Payloads.HASHED) != kept_json({"a": 1}, Payloads.HASHED)


def test_of_a_file_nothing_is_kept_but_hash_and_size() -> None:
    assert kept_bytes(b"abc") == {"sha256": sha256(b"abc").hexdigest(), "bytes": 3}


def test_the_setting_is_one_of_two_words() -> None:
    assert load_payloads({"COURSECRAFTER_AI_PAYLOADS": "truncated"}) is Payloads.TRUNCATED
    with pytest.raises(UnusableSetting):
        load_payloads({"COURSECRAFTER_AI_PAYLOADS": "everything"})
