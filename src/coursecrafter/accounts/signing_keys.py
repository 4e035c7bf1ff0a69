"""Whose signature it is: a provider's public keys, and tokens checked against them.

Sources: RFC 7515, RFC 7517, RFC 7519; RFC 8725 (JSON Web Token Best Current Practices).
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from threading import Lock
from typing import Any

import jwt

from coursecrafter.accounts.fetching import ProviderUnreachable
from coursecrafter.errors import RequestError

LONGEST_TOKEN = 16384
REFRESH_AFTER_S = 3600
"""Keys are asked for again after an hour, so that one that was taken back is not believed for ever."""
ASK_AGAIN_AFTER_S = 60
"""An unknown key is asked for at most once a minute: else made-up ones would have us flood the provider."""
STALE_AFTER_S = 86400

KEY_TYPES: Mapping[str, str] = {"RS": "RSA", "PS": "RSA", "ES": "EC", "Ed": "OKP"}
"""Type of key by the first two letters of the algorithm: an RSA key never checks an HMAC (RFC 8725, 2.1)."""

REASONS: Mapping[type[jwt.PyJWTError], str] = {
    jwt.ExpiredSignatureError: "The token has expired.",
    jwt.ImmatureSignatureError: "The token is not valid yet.",
    jwt.InvalidAudienceError: "The token was made for somebody else.",
    jwt.InvalidIssuerError: "The token comes from an issuer that is not trusted here.",
    jwt.InvalidSignatureError: "The token's signature is wrong.",
}


class TokenRefused(RequestError):
    """The signed token cannot be believed: signature, issuer, audience, time or content are wrong."""

    code = "CC-0072"
    status = 401
    remedy = "Get a new token from the platform that you come from."


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A public key.

    Attributes:
        key_type: RSA, EC or OKP.
        algorithm: the only one that it is for; None: any of its type.
        key: as the library checks with it.
    """

    key_id: str | None
    key_type: str
    algorithm: str | None
    key: Any


@dataclass
class SigningKeys:
    """Public keys, asked for when needed and remembered.

    Attributes:
        ask: gives the JSON Web Key Set.
        clock: seconds that only grow.
    """

    ask: Callable[[], Mapping[str, Any]]
    clock: Callable[[], float] = time.monotonic
    _keys: tuple[SigningKey, ...] = ()
    _asked_at: float | None = None
    _answered_at: float | None = None
    _lock: Lock = field(default_factory=Lock)

    def find(self, key_id: str | None, algorithm: str) -> SigningKey:
        """The key that a token names; the only fitting one if it names none.

        Raises:
            TokenRefused: CC-0072, no such key.
            ProviderUnreachable: CC-0073, and no key is remembered.
            ProviderRefused: CC-0074.
        """
        with self._lock:
            now = self.clock()
            found = self._fitting(key_id, algorithm)
            is_old = self._answered_at is None or now - self._answered_at > REFRESH_AFTER_S
            may_ask = self._asked_at is None or now - self._asked_at >= ASK_AGAIN_AFTER_S
            if (is_old or len(found) != 1) and may_ask:
                self._refresh(now)
                found = self._fitting(key_id, algorithm)
            if self._answered_at is None:
                raise ProviderUnreachable("The identity provider's keys are not known yet.")
        if len(found) != 1:
            raise TokenRefused("The token is signed with a key that its issuer does not name.")
        return found[0]

    def _refresh(self, now: float) -> None:
        self._asked_at = now
        try:
            answer = self.ask()
        except ProviderUnreachable:
            # What is remembered goes on for a day: a provider's short outage signs nobody out.
            if self._answered_at is None or now - self._answered_at > STALE_AFTER_S:
                self._keys, self._answered_at = (), None
                raise
            return
        self._keys, self._answered_at = _read_keys(answer), now

    def _fitting(self, key_id: str | None, algorithm: str) -> list[SigningKey]:
        return [key for key in self._keys if (key_id is None or key.key_id == key_id) and _fits(key, algorithm)]


def read_token(
    token: str,
    keys: SigningKeys,
    *,
    issuer: str,
    audience: str,
    algorithms: Sequence[str],
    leeway_s: int,
) -> dict[str, Any]:
    """The claims of a token that is signed by the issuer for this audience, and valid now.

    Raises:
        TokenRefused: CC-0072.
        ProviderUnreachable: CC-0073.
        ProviderRefused: CC-0074.
    """
    if len(token) > LONGEST_TOKEN:
        raise TokenRefused("The token is too long.")
    try:
        header = jwt.get_unverified_header(token)
        algorithm, key_id = header.get("alg"), header.get("kid")
        if not isinstance(algorithm, str) or algorithm not in algorithms or not isinstance(key_id, str | None):
            raise TokenRefused("The token is signed in a way that is not accepted here.")
        return jwt.decode(
            token,
            keys.find(key_id, algorithm).key,
            algorithms=[algorithm],
            issuer=issuer,
            audience=audience,
            leeway=leeway_s,
            options={"require": ["exp", "iat", "iss", "aud", "sub"], "enforce_minimum_key_length": True},
        )
    except jwt.PyJWTError as error:
        raise TokenRefused(_reason(error), detail=repr(error)) from error
    except (ValueError, TypeError, RecursionError) as error:
        raise TokenRefused("This is no signed token.", detail=repr(error)) from error


def _read_keys(answer: Mapping[str, Any]) -> tuple[SigningKey, ...]:
    """The public keys of a set; others, such as for encryption or of unknown kinds, are passed over (RFC 7517, 5)."""
    keys = []
    entries = answer.get("keys")
    for entry in entries if isinstance(entries, list) else []:
        if not isinstance(entry, dict) or entry.get("use", "sig") != "sig" or entry.get("kty") == "oct":
            continue
        try:
            known = jwt.PyJWK.from_dict(entry)
        except (jwt.PyJWTError, ValueError, TypeError):
            continue
        keys.append(SigningKey(entry.get("kid"), entry["kty"], entry.get("alg"), known.key))
    return tuple(keys)


def _fits(key: SigningKey, algorithm: str) -> bool:
    return key.key_type == KEY_TYPES.get(algorithm[:2]) and key.algorithm in {None, algorithm}


def _reason(error: jwt.PyJWTError) -> str:
    if isinstance(error, jwt.MissingRequiredClaimError):
        return f"The token has no claim “{error.claim}”."
    return next(
        (reason for kind, reason in REASONS.items() if isinstance(error, kind)), "The token cannot be believed."
    )
