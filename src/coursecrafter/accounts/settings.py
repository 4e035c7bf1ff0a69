"""Settings of accounts, from the environment: mail, sign-in through a provider, tokens of a larger platform."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal
from urllib.parse import urlsplit

from coursecrafter.domain.roles import OrganisationRole
from coursecrafter.errors import RequestError

Security = Literal["starttls", "tls", "none"]
SMTP_PORTS: Mapping[Security, int] = {"starttls": 587, "tls": 465, "none": 25}

ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")
"""Signatures that are believed: only those whose key to check is not the key to sign. Source: RFC 8725, 3.1 and 3.2."""
DEFAULT_ALGORITHMS = ("RS256", "PS256", "ES256", "EdDSA")
ANY = "*"
LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


class SettingRefused(RequestError):
    """A setting in the environment cannot be used as it stands."""

    code = "CC-0077"
    status = 500
    remedy = "Correct the variable that the message names, and start again."


@dataclass(frozen=True, slots=True)
class SmtpSettings:
    """A mail server and who writes.

    Attributes:
        security: TLS after a plain greeting, TLS from the first byte, or none, for a server on this machine.
    """

    host: str
    port: int
    security: Security
    user: str | None
    password: str | None
    sender: str


@dataclass(frozen=True, slots=True)
class RoleRule:
    """Who is in this group has this role in this organisation.

    Attributes:
        group: as the provider calls it; `*`: everybody.
        organisation: short name; `*`: the one that the token names.
    """

    group: str
    organisation: str
    role: OrganisationRole


@dataclass(frozen=True, slots=True)
class OidcSettings:
    """Sign-in through an OpenID provider.

    Attributes:
        label: what stands on the button.
        client_secret: None: a public client, which PKCE alone protects.
        trusts_addresses: whether addresses count as checked though the provider does not say so (email_verified).
    """

    issuer: str
    client_id: str
    client_secret: str | None
    label: str
    scopes: str
    groups_claim: str
    rules: tuple[RoleRule, ...]
    trusts_addresses: bool


@dataclass(frozen=True, slots=True)
class JwtSettings:
    """Tokens of a larger platform that vouches for its people.

    Attributes:
        keys_url: where its public keys are; None: they are in `keys`.
        keys: a JSON Web Key Set.
        organisation_claim: the claim that holds the organisation's short name.
        leeway_s: seconds by which clocks may differ.
    """

    issuer: str
    audience: str
    algorithms: tuple[str, ...]
    keys_url: str | None
    keys: Mapping[str, Any] | None
    organisation_claim: str
    groups_claim: str
    rules: tuple[RoleRule, ...]
    leeway_s: int


@dataclass(frozen=True, slots=True)
class AccountSettings:
    """How people come in; None where a way is not set up.

    Attributes:
        public_url: the installation's address as browsers know it, for links; None: not said.
    """

    public_url: str | None
    smtp: SmtpSettings | None
    oidc: OidcSettings | None
    jwt: JwtSettings | None


def load_account_settings(environment: Mapping[str, str] | None = None) -> AccountSettings:
    """Read COURSECRAFTER_PUBLIC_URL, COURSECRAFTER_SMTP_*, COURSECRAFTER_OIDC_* and COURSECRAFTER_JWT_*.

    Raises:
        SettingRefused: CC-0077.
    """
    env = _Variables(os.environ if environment is None else environment)
    public_url = env.get("PUBLIC_URL")
    return AccountSettings(
        None if public_url is None else require_url("COURSECRAFTER_PUBLIC_URL", public_url, may_be_plain=True),
        _smtp(env) if env.get("SMTP_HOST") else None,
        _oidc(env) if env.get("OIDC_ISSUER") else None,
        _jwt(env) if env.get("JWT_ISSUER") else None,
    )


def require_url(what: str, url: str, *, may_be_plain: bool = False) -> str:
    """An address that may be asked for keys: https, or http on this machine.

    Raises:
        SettingRefused: CC-0077.
    """
    parts = urlsplit(url)
    is_safe = parts.scheme == "https" or (parts.scheme == "http" and (may_be_plain or parts.hostname in LOOPBACK))
    if not is_safe or not parts.hostname or parts.username or parts.fragment:
        raise SettingRefused(f"{what} is not an https address.")
    return url


def read_rules(name: str, text: str) -> tuple[RoleRule, ...]:
    """The rules of `group=organisation:role`, separated by semicolons; a group's name may hold = and commas.

    Raises:
        SettingRefused: CC-0077.
    """
    rules = []
    for part in filter(None, (part.strip() for part in text.split(";"))):
        group, _, place = part.rpartition("=")
        organisation, _, role = place.partition(":")
        if not group or not organisation or role not in list(OrganisationRole):
            raise SettingRefused(f"{name} has “{part}”; a rule looks like teachers=acme:member.")
        rules.append(RoleRule(group.strip(), organisation.strip(), OrganisationRole(role)))
    return tuple(rules)


@dataclass(frozen=True, slots=True)
class _Variables:
    environment: Mapping[str, str]

    def get(self, name: str) -> str | None:
        return self.environment.get(f"COURSECRAFTER_{name}") or None

    def require(self, name: str) -> str:
        value = self.get(name)
        if value is None:
            raise SettingRefused(f"COURSECRAFTER_{name} is missing.")
        return value

    def number(self, name: str, default: int, highest: int) -> int:
        value = self.get(name) or str(default)
        if not value.isascii() or not value.isdigit() or int(value) > highest:
            raise SettingRefused(f"COURSECRAFTER_{name} is a number from 0 to {highest}.")
        return int(value)

    def rules(self, name: str) -> tuple[RoleRule, ...]:
        return read_rules(f"COURSECRAFTER_{name}", self.get(name) or "")


def _smtp(env: _Variables) -> SmtpSettings:
    name = env.get("SMTP_SECURITY") or "starttls"
    security = next((known for known in SMTP_PORTS if known == name), None)
    if security is None:
        raise SettingRefused("COURSECRAFTER_SMTP_SECURITY is starttls, tls or none.")
    user = env.get("SMTP_USER")
    if user and security == "none" and env.require("SMTP_HOST") not in LOOPBACK:
        raise SettingRefused("COURSECRAFTER_SMTP_SECURITY is none, and a password would cross the network unprotected.")
    return SmtpSettings(
        env.require("SMTP_HOST"),
        env.number("SMTP_PORT", SMTP_PORTS[security], 65535),
        security,
        user,
        env.require("SMTP_PASSWORD") if user else None,
        env.require("SMTP_SENDER"),
    )


def _oidc(env: _Variables) -> OidcSettings:
    rules = env.rules("OIDC_ROLES")
    if any(rule.organisation == ANY for rule in rules):
        raise SettingRefused("COURSECRAFTER_OIDC_ROLES names each organisation by its short name.")
    return OidcSettings(
        require_url("COURSECRAFTER_OIDC_ISSUER", env.require("OIDC_ISSUER")),
        env.require("OIDC_CLIENT_ID"),
        env.get("OIDC_CLIENT_SECRET"),
        env.get("OIDC_LABEL") or "your organisation's account",
        env.get("OIDC_SCOPES") or "openid email profile",
        env.get("OIDC_GROUPS_CLAIM") or "groups",
        rules,
        (env.get("OIDC_TRUST_ADDRESSES") or "no").lower() in {"1", "yes", "true"},
    )


def _jwt(env: _Variables) -> JwtSettings:
    algorithms = tuple((env.get("JWT_ALGORITHMS") or ",".join(DEFAULT_ALGORITHMS)).replace(" ", "").split(","))
    if not set(algorithms) <= set(ALGORITHMS):
        raise SettingRefused(f"COURSECRAFTER_JWT_ALGORITHMS takes {', '.join(ALGORITHMS)}.")
    keys_url, keys = env.get("JWT_KEYS_URL"), env.get("JWT_KEYS")
    if (keys_url is None) == (keys is None):
        raise SettingRefused("Either COURSECRAFTER_JWT_KEYS_URL or COURSECRAFTER_JWT_KEYS says where the keys are.")
    return JwtSettings(
        env.require("JWT_ISSUER"),
        env.require("JWT_AUDIENCE"),
        algorithms,
        None if keys_url is None else require_url("COURSECRAFTER_JWT_KEYS_URL", keys_url),
        None if keys is None else _read_keys(keys),
        env.get("JWT_ORGANISATION_CLAIM") or "organisation",
        env.get("JWT_GROUPS_CLAIM") or "groups",
        env.rules("JWT_ROLES"),
        env.number("JWT_LEEWAY_S", 30, 300),
    )


def _read_keys(text: str) -> Mapping[str, Any]:
    try:
        keys = json.loads(text)
    except ValueError as error:
        raise SettingRefused("COURSECRAFTER_JWT_KEYS is no JSON Web Key Set.") from error
    if not isinstance(keys, dict) or not isinstance(keys.get("keys"), list):
        raise SettingRefused("COURSECRAFTER_JWT_KEYS is no JSON Web Key Set.")
    return keys
