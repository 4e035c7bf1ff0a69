"""Who is told when something becomes worse, from the environment."""

from __future__ import annotations

import hashlib
import hmac
import os
from collections.abc import Mapping
from dataclasses import dataclass

from coursecrafter.accounts.people import require_address
from coursecrafter.accounts.settings import SettingRefused, SmtpSettings, load_account_settings, require_url
from coursecrafter.db.refusals import ValueRefused

PURPOSE = b"coursecrafter alerts"
"""Signed with the secret, it gives the key of the webhook: who checks alerts cannot sign links to files."""


@dataclass(frozen=True, slots=True)
class AlertSettings:
    """Where alerts go.

    Attributes:
        to: addresses of mail.
        smtp: the mail server, if there are any.
        webhook: address that is posted to; None: there is none.
        key: signs what is posted.
    """

    to: tuple[str, ...] = ()
    smtp: SmtpSettings | None = None
    webhook: str | None = None
    key: bytes = b""

    @property
    def is_on(self) -> bool:
        """Whether anybody is told."""
        return bool(self.to or self.webhook)


def load_alert_settings(environment: Mapping[str, str] | None = None) -> AlertSettings:
    """Read COURSECRAFTER_ALERT_MAIL, COURSECRAFTER_ALERT_WEBHOOK, COURSECRAFTER_SECRET and COURSECRAFTER_SMTP_*.

    Raises:
        SettingRefused: CC-0077.
    """
    env = os.environ if environment is None else environment
    to = tuple((env.get("COURSECRAFTER_ALERT_MAIL") or "").replace(",", " ").split())
    webhook, secret = env.get("COURSECRAFTER_ALERT_WEBHOOK") or None, env.get("COURSECRAFTER_SECRET") or ""
    for address in to:
        _require_address(address)
    smtp = load_account_settings(env).smtp if to else None
    if to and smtp is None:
        raise SettingRefused("COURSECRAFTER_ALERT_MAIL needs a mail server: COURSECRAFTER_SMTP_HOST is missing.")
    if webhook:
        require_url("COURSECRAFTER_ALERT_WEBHOOK", webhook, may_be_plain=True)
        if not secret:
            raise SettingRefused("COURSECRAFTER_ALERT_WEBHOOK is signed, and COURSECRAFTER_SECRET is missing.")
    return AlertSettings(to, smtp, webhook, key_of_webhook(secret))


def key_of_webhook(secret: str) -> bytes:
    """The key that a receiver checks signatures with, 64 hex digits."""
    return hmac.new(secret.encode(), PURPOSE, hashlib.sha256).hexdigest().encode()


def _require_address(address: str) -> None:
    try:
        require_address(address)
    except ValueRefused as error:
        raise SettingRefused(f"COURSECRAFTER_ALERT_MAIL has “{address}”, which is no address.") from error
