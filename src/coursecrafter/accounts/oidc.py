"""Sign-in through an OpenID provider: authorization code flow with PKCE, state and nonce.

What is remembered between leaving for the provider and coming back stands in a signed value that the browser keeps; it
lasts ten minutes and works once. Sources: OpenID Connect Core 1.0, Authorization Code Flow; OpenID Connect Discovery
1.0; RFC 7636 (PKCE); RFC 9207 (issuer identification); RFC 9700 (OAuth 2.0 Security Best Current Practice).
"""

from __future__ import annotations

import base64
import hashlib
import secrets
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from threading import Lock
from typing import Any
from urllib.parse import urlencode

import jwt
import sqlalchemy as sa

from coursecrafter.accounts.caller import Caller
from coursecrafter.accounts.events import Origin, SecurityEvent, record
from coursecrafter.accounts.fetching import ProviderRefused, fetch_json
from coursecrafter.accounts.identities import (
    Vouched,
    read_address,
    read_groups,
    read_name,
    recognise,
)
from coursecrafter.accounts.people import NoOrganisation, place_of
from coursecrafter.accounts.sessions import open_session
from coursecrafter.accounts.settings import DEFAULT_ALGORITHMS, OidcSettings, SettingRefused, require_url
from coursecrafter.accounts.signing_keys import REFRESH_AFTER_S, SigningKeys, TokenRefused, read_token
from coursecrafter.errors import RequestError

PENDING_LASTS_S = 600
LEEWAY_S = 30
PENDING_ISSUER = "coursecrafter-sign-in"


class SignInNotCompleted(RequestError):
    """The way back from the identity provider does not belong to a sign-in that was begun here and waits."""

    code = "CC-0075"
    status = 400
    remedy = "Begin the sign-in again, in the same browser, and finish it within ten minutes."


@dataclass(frozen=True, slots=True)
class Beginning:
    """A sign-in that was begun.

    Attributes:
        url: where to send the browser.
        pending: what its cookie keeps until it comes back.
    """

    url: str
    pending: str


@dataclass(frozen=True, slots=True)
class Return:
    """What a browser brings back from the provider, as it came.

    Attributes:
        issuer: who sends it, where the provider says so (iss).
    """

    state: str
    code: str | None = None
    error: str | None = None
    issuer: str | None = None


@dataclass
class Provider:
    """An OpenID provider as its discovery document describes it.

    Attributes:
        redirect_url: where the provider sends browsers back to.
        secret: signs what the browser keeps; the installation's own, at least 32 bytes.
        clock: seconds that only grow.
    """

    settings: OidcSettings
    redirect_url: str
    secret: bytes
    clock: Callable[[], float] = time.monotonic
    _found: Mapping[str, Any] = field(default_factory=dict)
    _found_at: float | None = None
    _used: dict[str, float] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)

    def __post_init__(self) -> None:
        self._keys = SigningKeys(lambda: fetch_json(self._discover()["jwks_uri"]), self.clock)

    def begin(self, return_to: str = "/") -> Beginning:
        """Begin a sign-in.

        Args:
            return_to: the page of ours to go on to; anything else becomes the first page.

        Raises:
            ProviderUnreachable: CC-0073.
            ProviderRefused: CC-0074.
        """
        state, nonce, verifier = (secrets.token_urlsafe(32) for _ in range(3))
        pending = {
            "iss": PENDING_ISSUER,
            "exp": int(time.time()) + PENDING_LASTS_S,
            "state": state,
            "nonce": nonce,
            "verifier": verifier,
            "return_to": return_to if is_own_path(return_to) else "/",
        }
        asked = {
            "response_type": "code",
            "client_id": self.settings.client_id,
            "redirect_uri": self.redirect_url,
            "scope": self.settings.scopes,
            "state": state,
            "nonce": nonce,
            "code_challenge": _challenge(verifier),
            "code_challenge_method": "S256",
        }
        endpoint = self._discover()["authorization_endpoint"]
        url = f"{endpoint}{'&' if '?' in endpoint else '?'}{urlencode(asked)}"
        return Beginning(url, jwt.encode(pending, self.secret, "HS256"))

    def finish(self, pending: str, back: Return) -> tuple[Vouched, str]:
        """What the provider says of the person who came back, and where they go on; call it outside a transaction.

        Raises:
            SignInNotCompleted: CC-0075.
            TokenRefused: CC-0072.
            ProviderUnreachable: CC-0073.
            ProviderRefused: CC-0074.
        """
        begun = self._read_pending(pending, back)
        answer = fetch_json(self._discover()["token_endpoint"], *self._exchange(back.code or "", begun["verifier"]))
        token = answer.get("id_token")
        if not isinstance(token, str):
            raise ProviderRefused("The identity provider gives no identity.", detail=str(sorted(answer)))
        claims = read_token(
            token,
            self._keys,
            issuer=self.settings.issuer,
            audience=self.settings.client_id,
            algorithms=DEFAULT_ALGORITHMS,
            leeway_s=LEEWAY_S,
        )
        _require_meant(claims, begun["nonce"], self.settings.client_id)
        return self._vouched(claims), begun["return_to"]

    def sign_in(self, conn: sa.Connection, vouched: Vouched, origin: Origin) -> tuple[str, Caller] | None:
        """Open a session for a vouched-for person; the cookie's value and the caller.

        Returns:
            None: their groups have just taken their last place away, which stands once the caller commits. An error
            would roll it back.

        Raises:
            AccountClosed: CC-0062.
            IdentityNotAllowed: CC-0076.
        """
        account, barred = recognise(conn, vouched, self.settings.rules, origin)
        try:
            org_id = place_of(conn, account.id, but=barred)
        except NoOrganisation:
            return None
        token, caller = open_session(conn, account, org_id, origin)
        told: dict[str, Any] = {"org_id": org_id, "user_id": account.id, "email": account.email}
        record(conn, SecurityEvent.SIGNED_IN_ELSEWHERE, origin, **told, issuer=vouched.issuer)
        return token, caller

    def _discover(self) -> Mapping[str, Any]:
        """The provider's discovery document, remembered for an hour.

        Source: OpenID Connect Discovery 1.0, Provider Configuration Validation: the issuer is exactly the one asked.
        """
        with self._lock:
            now = self.clock()
            if self._found_at is None or now - self._found_at > REFRESH_AFTER_S:
                self._found = _read_discovery(self.settings.issuer)
                self._found_at = now
            return self._found

    def _read_pending(self, pending: str, back: Return) -> Mapping[str, str]:
        try:
            begun = jwt.decode(pending, self.secret, algorithms=["HS256"], issuer=PENDING_ISSUER)
        except jwt.PyJWTError as error:
            raise SignInNotCompleted("No sign-in was begun in this browser, or too long ago.") from error
        if not secrets.compare_digest(str(begun["state"]).encode(), back.state.encode(errors="replace")):
            raise SignInNotCompleted("This is the way back of another sign-in.")
        self._use_up(begun["state"])
        if back.issuer is not None and back.issuer != self.settings.issuer:
            raise SignInNotCompleted("This is the way back from another provider.")
        if back.error is not None or not back.code:
            raise SignInNotCompleted("The identity provider did not let you in.", detail=back.error or "no code")
        return begun

    def _use_up(self, state: str) -> None:
        """Let a state work once in this process; across processes the provider lets its code work once."""
        with self._lock:
            now = self.clock()
            self._used = {used: at for used, at in self._used.items() if now - at < PENDING_LASTS_S}
            if state in self._used:
                raise SignInNotCompleted("This sign-in was finished already.")
            self._used[state] = now

    def _exchange(self, code: str, verifier: str) -> tuple[dict[str, str], tuple[str, str] | None]:
        """The form that turns the code into a token, and who we are: in the header where the provider takes it so."""
        settings = self.settings
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self.redirect_url,
            "code_verifier": verifier,
        }
        if settings.client_secret is None:
            return form | {"client_id": settings.client_id}, None
        ways = self._discover().get("token_endpoint_auth_methods_supported", ["client_secret_basic"])
        if "client_secret_basic" in ways:
            return form, (settings.client_id, settings.client_secret)
        return form | {"client_id": settings.client_id, "client_secret": settings.client_secret}, None

    def _vouched(self, claims: Mapping[str, Any]) -> Vouched:
        is_checked = claims.get("email_verified") is True or self.settings.trusts_addresses
        email = read_address(claims) if is_checked else None
        groups = read_groups(claims, self.settings.groups_claim)
        return Vouched(self.settings.issuer, claims["sub"], email, read_name(claims, email), None, groups)


def is_own_path(path: str) -> bool:
    """Whether a browser stays with us when sent there: no other host, no scheme, no backslash that becomes a slash."""
    return path.startswith("/") and not path.startswith("//") and "\\" not in path and path.isprintable()


def _read_discovery(issuer: str) -> Mapping[str, Any]:
    found = fetch_json(f"{issuer.rstrip('/')}/.well-known/openid-configuration")
    if found.get("issuer") != issuer:
        raise ProviderRefused("The identity provider calls itself something else than the settings do.")
    for name in ("authorization_endpoint", "token_endpoint", "jwks_uri"):
        url = found.get(name)
        try:
            require_url(name, url if isinstance(url, str) else "")
        except SettingRefused as error:
            raise ProviderRefused(f"The identity provider's {name} is no https address.") from error
    return found


def _challenge(verifier: str) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()


def _require_meant(claims: Mapping[str, Any], nonce: str, client_id: str) -> None:
    """Refuse an identity that was given for another sign-in or to another program.

    Source: OpenID Connect Core 1.0, ID Token Validation: nonce, azp.
    """
    said = claims.get("nonce")
    if not isinstance(said, str) or not secrets.compare_digest(said.encode(), nonce.encode()):
        raise TokenRefused("The identity was given for another sign-in.")
    is_shared = isinstance(claims["aud"], list) and len(claims["aud"]) > 1
    if claims.get("azp", None if is_shared else client_id) != client_id:
        raise TokenRefused("The identity was given to another program.")
