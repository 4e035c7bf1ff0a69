"""Secrets that are shown once: 256 random bits behind a prefix that says what they are; only a digest is kept."""

from __future__ import annotations

import hashlib
import re
import secrets
from enum import StrEnum

SECRET_BYTES = 32
SHOWN_SIGNS = 4
"""Of a key's random part, the signs that lists show: 24 of 256 bits; a person knows it and nobody guesses it."""


class TokenKind(StrEnum):
    """What a secret is, as its prefix says: scanners of source code find leaked ones by it."""

    SESSION = "cc_session"
    KEY = "cc_key"
    INVITATION = "cc_invitation"
    RESET = "cc_reset"


def make_token(kind: TokenKind) -> str:
    """A new secret, such as `cc_key_` and 43 signs of URL-safe base64."""
    return f"{kind}_{secrets.token_urlsafe(SECRET_BYTES)}"


def is_token(text: str, kind: TokenKind) -> bool:
    """Whether a text has the shape of such a secret; all others need not be looked up."""
    return re.fullmatch(rf"{kind}_[A-Za-z0-9_-]{{43}}", text) is not None


def digest(token: str) -> bytes:
    """SHA-256 of a secret: what is stored and looked up.

    256 random bits need no slow hash, and who watches how long an index takes learns about digests, not secrets.
    """
    return hashlib.sha256(token.encode()).digest()


def shown_part(token: str) -> str:
    """The beginning of a secret by which its owner knows it in a list."""
    _, word, secret = token.split("_", 2)
    return f"cc_{word}_{secret[:SHOWN_SIGNS]}"
