"""Links to one stored file that need no sign-in: signed, expiring, and good for nothing else.

A token is `base64url(claims) . base64url(HMAC-SHA256(claims))`. Whoever holds it reads that file until it expires;
whether the file may still be read is asked of the rows again, by its asset's id.
"""

from __future__ import annotations

import binascii
import hashlib
import hmac
import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from coursecrafter.errors import AssetError

PURPOSE = b"coursecrafter file link 1\0"
"""Signed with the claims, so that a signature made with the same key for something else is no link."""

LONGEST_TOKEN = 4096
SIGNATURE_BYTES = hashlib.sha256().digest_size


class LinkRefused(AssetError):
    """The link to a file is not one that this installation gave out."""

    code = "CC-0705"
    status = 403
    remedy = "Ask whoever sent the link for a new one, and copy it whole."


class LinkExpired(AssetError):
    """The link to a file was good once, and its time is over."""

    code = "CC-0706"
    status = 410
    remedy = "Ask whoever sent the link for a new one."


@dataclass(frozen=True, slots=True)
class FileLink:
    """What a link opens.

    Attributes:
        user_id: who gave it out; it opens what that person may read.
        asset_id: whose file it is; its bytes never change.
        file_name: what a browser saves it as.
        expires_at: with a time zone; whole seconds count.
    """

    org_id: UUID
    user_id: UUID
    asset_id: UUID
    file_name: str
    expires_at: datetime


def sign_link(link: FileLink, key: bytes) -> str:
    """Write a link as a token that fits into an address."""
    claims = {
        "org": str(link.org_id),
        "user": str(link.user_id),
        "asset": str(link.asset_id),
        "name": link.file_name,
        "until": int(link.expires_at.timestamp()),
    }
    packed = json.dumps(claims, separators=(",", ":"), ensure_ascii=False).encode()
    return f"{_packed(packed)}.{_packed(_signature(packed, key))}"


def open_link(token: str, key: bytes, now: datetime) -> FileLink:
    """Read a token that this key has signed.

    Raises:
        LinkRefused: CC-0705, it is cut, changed, or signed with another key.
        LinkExpired: CC-0706.
    """
    claims, _, signature = token.partition(".")
    if len(token) > LONGEST_TOKEN:
        raise LinkRefused("This link is not one of ours.", detail=f"{len(token)} characters")
    packed, given = _unpacked(claims), _unpacked(signature)
    # Compared in constant time, so that how long the answer takes tells nothing of the right signature.
    if len(given) != SIGNATURE_BYTES or not hmac.compare_digest(given, _signature(packed, key)):
        raise LinkRefused("This link is not one of ours, or it was changed on its way.")
    link = _read(json.loads(packed))
    if now >= link.expires_at:
        raise LinkExpired(f"This link was good until {link.expires_at:%d %B %Y, %H:%M} UTC.")
    return link


def _read(claims: dict[str, str | int]) -> FileLink:
    return FileLink(
        UUID(str(claims["org"])),
        UUID(str(claims["user"])),
        UUID(str(claims["asset"])),
        str(claims["name"]),
        datetime.fromtimestamp(int(claims["until"]), UTC),
    )


def _signature(packed: bytes, key: bytes) -> bytes:
    return hmac.digest(key, PURPOSE + packed, "sha256")


def _packed(content: bytes) -> str:
    return urlsafe_b64encode(content).rstrip(b"=").decode()


def _unpacked(text: str) -> bytes:
    """The bytes of a part of a token; only the one spelling that `_packed` gives is taken."""
    try:
        content = urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except (ValueError, binascii.Error):
        content = b""
    if not text or _packed(content) != text:
        raise LinkRefused("This link is not one of ours, or it was cut on its way.")
    return content
