"""Seal the keys of providers, so that whoever reads the database, or a copy of it, does not have them.

AES-256-GCM, with a key made by HKDF from the installation's secret; the provider's id is bound to it, so that a sealed
key moved to another row does not open. Sealed: a version byte, 12 random bytes, the key with its tag of 16 bytes.

Source: NIST SP 800-38D (GCM); RFC 5869 (HKDF).
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from coursecrafter.config import load_secrets
from coursecrafter.errors import GatewayError

VERSION = b"\x01"
NONCE_BYTES = 12
TAG_BYTES = 16
KEY_BYTES = 32
PURPOSE = b"coursecrafter provider keys"
HINT_SIGNS = 4
HINT_FROM = 12
"""Of a shorter key, four signs would tell too much."""


class KeyUnreadable(GatewayError):
    """The stored key of a provider cannot be opened with the installation's secret."""

    code = "CC-0313"
    status = 503
    remedy = (
        "Give every machine the same COURSECRAFTER_SECRET, name the one before it in COURSECRAFTER_OLD_SECRETS, or"
        " enter the provider's key again."
    )


@dataclass(frozen=True, slots=True)
class Keyring:
    """Seals with the first secret, opens with each.

    Attributes:
        secrets: of the installation, the one in use first; at least one. Never shown.
    """

    secrets: tuple[bytes, ...] = field(repr=False)

    def seal(self, key: str, provider_id: UUID) -> bytes:
        """The key as it may be written into the provider's row; twice the same key gives other bytes."""
        nonce = os.urandom(NONCE_BYTES)
        return VERSION + nonce + _cipher(self.secrets[0]).encrypt(nonce, key.encode(), _bound_to(provider_id))

    def open(self, sealed: bytes, provider_id: UUID, name: str) -> str:
        """The key in the clear.

        Args:
            name: of the provider, for the message.

        Raises:
            KeyUnreadable: CC-0313.
        """
        opened = self._opened(sealed, provider_id)
        if opened is None:
            raise KeyUnreadable(f"The stored key of the provider “{name}” cannot be opened on this machine.")
        return opened[1]

    def is_current(self, sealed: bytes, provider_id: UUID) -> bool:
        """Whether it was sealed with the secret in use; what was not needs sealing again before the old one goes."""
        opened = self._opened(sealed, provider_id)
        return opened is not None and opened[0] == 0

    def _opened(self, sealed: bytes, provider_id: UUID) -> tuple[int, str] | None:
        """Which secret opens it, and the key."""
        if sealed[:1] != VERSION or len(sealed) < len(VERSION) + NONCE_BYTES + TAG_BYTES:
            return None
        nonce, rest = sealed[1 : 1 + NONCE_BYTES], sealed[1 + NONCE_BYTES :]
        for number, secret in enumerate(self.secrets):
            try:
                return number, _cipher(secret).decrypt(nonce, rest, _bound_to(provider_id)).decode()
            except InvalidTag:
                continue
        return None


def load_keyring(home: Path, environment: Mapping[str, str] | None = None) -> Keyring:
    """The keyring of this installation, by its settings: the same in the service, in workers and their children."""
    return Keyring(load_secrets(home, environment))


def hint_of(key: str) -> str:
    """The last signs of a key, for people to know it by; nothing of a short one."""
    return key[-HINT_SIGNS:] if len(key) >= HINT_FROM else ""


def _cipher(secret: bytes) -> AESGCM:
    return AESGCM(HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=None, info=PURPOSE).derive(secret))


def _bound_to(provider_id: UUID) -> bytes:
    return VERSION + provider_id.bytes
