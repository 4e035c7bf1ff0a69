"""Secrets that are shown once."""

from __future__ import annotations

import hashlib

import pytest

from coursecrafter.accounts.tokens import TokenKind, digest, is_token, make_token, shown_part


@pytest.mark.parametrize("kind", TokenKind)
def test_a_secret_says_what_it_is_and_holds_256_bits(kind: TokenKind) -> None:
    token = make_token(kind)

    assert token.startswith(f"{kind}_")
    assert len(token) == len(kind) + 1 + 43
    assert is_token(token, kind)
    assert not any(is_token(token, other) for other in TokenKind if other is not kind)


def test_no_two_secrets_are_alike() -> None:
    assert len({make_token(TokenKind.KEY) for _ in range(1000)}) == 1000


@pytest.mark.parametrize(
    "text", ["", "cc_key_", "cc_key_" + "a" * 42, "cc_key_" + "a" * 44, "cc_key_" + "é" * 43, "\ud800"]
)
def test_other_texts_are_no_secrets(text: str) -> None:
    assert not is_token(text, TokenKind.KEY)


def test_a_newline_at_the_end_makes_another_text() -> None:
    assert not is_token(make_token(TokenKind.KEY) + "\n", TokenKind.KEY)


def test_what_is_kept_is_the_sha_256() -> None:
    assert digest("cc_key_x") == hashlib.sha256(b"cc_key_x").digest()


def test_a_list_shows_four_signs_of_the_secret() -> None:
    assert shown_part("cc_key_a_b-" + "c" * 39) == "cc_key_a_b-"
