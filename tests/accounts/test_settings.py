"""Settings of accounts, and those that cannot be meant."""

from __future__ import annotations

import pytest

from coursecrafter.accounts.settings import RoleRule, SettingRefused, load_account_settings
from coursecrafter.domain.roles import OrganisationRole

OIDC = {"OIDC_ISSUER": "https://id.example", "OIDC_CLIENT_ID": "cc"}
JWT = {"JWT_ISSUER": "https://id.example", "JWT_AUDIENCE": "cc", "JWT_KEYS_URL": "https://id.example/keys"}
SMTP = {"SMTP_HOST": "mail.example", "SMTP_SENDER": "courses@acme.example"}


def load(**variables: str):
    return load_account_settings({f"COURSECRAFTER_{name}": value for name, value in variables.items()})


def test_nothing_is_set_up_by_itself() -> None:
    settings = load()

    assert (settings.public_url, settings.smtp, settings.oidc, settings.jwt) == (None, None, None, None)


def test_mail_goes_by_starttls_unless_said_otherwise() -> None:
    smtp = load(**SMTP).smtp

    assert smtp is not None
    assert (smtp.security, smtp.port, smtp.user) == ("starttls", 587, None)


def test_a_groups_name_may_hold_what_a_directory_puts_there() -> None:
    oidc = load(**OIDC, OIDC_ROLES="cn=heads,dc=acme=acme:owner ; teachers=acme:member;").oidc

    assert oidc is not None
    assert oidc.rules == (
        RoleRule("cn=heads,dc=acme", "acme", OrganisationRole.OWNER),
        RoleRule("teachers", "acme", OrganisationRole.MEMBER),
    )


def test_tokens_are_signed_with_keys_that_only_check() -> None:
    jwt = load(**JWT).jwt

    assert jwt is not None
    assert not any(name.startswith("HS") or name == "none" for name in jwt.algorithms)
    assert jwt.leeway_s == 30


@pytest.mark.parametrize(
    ("variables", "named"),
    [
        ({"PUBLIC_URL": "courses.example"}, "PUBLIC_URL"),
        ({"PUBLIC_URL": "javascript:alert(1)"}, "PUBLIC_URL"),
        (OIDC | {"OIDC_ISSUER": "http://id.example"}, "OIDC_ISSUER"),
        (OIDC | {"OIDC_ISSUER": "https://user:pass@id.example"}, "OIDC_ISSUER"),
        (OIDC | {"OIDC_CLIENT_ID": ""}, "OIDC_CLIENT_ID"),
        (OIDC | {"OIDC_ROLES": "teachers"}, "OIDC_ROLES"),
        (OIDC | {"OIDC_ROLES": "teachers=acme:boss"}, "OIDC_ROLES"),
        (OIDC | {"OIDC_ROLES": "=acme:member"}, "OIDC_ROLES"),
        (OIDC | {"OIDC_ROLES": "*=*:member"}, "OIDC_ROLES"),
        (JWT | {"JWT_ALGORITHMS": "RS256,none"}, "JWT_ALGORITHMS"),
        (JWT | {"JWT_ALGORITHMS": "HS256"}, "JWT_ALGORITHMS"),
        (JWT | {"JWT_AUDIENCE": ""}, "JWT_AUDIENCE"),
        (JWT | {"JWT_KEYS": "{}"}, "JWT_KEYS"),
        (JWT | {"JWT_KEYS_URL": ""}, "JWT_KEYS"),
        (JWT | {"JWT_KEYS_URL": "", "JWT_KEYS": "{}"}, "JWT_KEYS"),
        (JWT | {"JWT_KEYS_URL": "", "JWT_KEYS": "no json"}, "JWT_KEYS"),
        (JWT | {"JWT_LEEWAY_S": "-1"}, "JWT_LEEWAY_S"),
        (JWT | {"JWT_LEEWAY_S": "3600"}, "JWT_LEEWAY_S"),
        (SMTP | {"SMTP_SECURITY": "ssl"}, "SMTP_SECURITY"),
        (SMTP | {"SMTP_PORT": "mail"}, "SMTP_PORT"),
        (SMTP | {"SMTP_SENDER": ""}, "SMTP_SENDER"),
        (SMTP | {"SMTP_USER": "u"}, "SMTP_PASSWORD"),
        (SMTP | {"SMTP_USER": "u", "SMTP_PASSWORD": "p", "SMTP_SECURITY": "none"}, "SMTP_SECURITY"),
    ],
    ids=str,
)
def test_a_setting_that_cannot_be_meant_is_named(variables: dict[str, str], named: str) -> None:
    with pytest.raises(SettingRefused, match=f"COURSECRAFTER_{named}"):
        load(**variables)
