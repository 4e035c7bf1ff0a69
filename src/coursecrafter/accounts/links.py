"""Links that work once: what they are told by, and why one does not work."""

from __future__ import annotations

from datetime import datetime, timedelta
from urllib.parse import quote

from coursecrafter.errors import RequestError

INVITATION_LASTS = timedelta(days=7)
RESET_LASTS = timedelta(hours=1)


class LinkNotValid(RequestError):
    """The link was used, taken back or has expired, or it was not copied whole."""

    code = "CC-0067"
    status = 410
    remedy = "Ask for a new one."


class AddressHasAccount(RequestError):
    """The invited address has an account already, which only its person may join with."""

    code = "CC-0069"
    status = 409
    remedy = "Sign in with that account first, then open the link again."


def invitation_link(public_url: str, token: str) -> str:
    """The page where an invitation is accepted. The secret stands behind #: it reaches no server's log, no Referer."""
    return f"{public_url.rstrip('/')}/cc/welcome#{quote(token)}"


def reset_link(public_url: str, token: str) -> str:
    """The page where a new password is set."""
    return f"{public_url.rstrip('/')}/cc/password#{quote(token)}"


def require_unspent(spent_at: datetime | None, revoked_at: datetime | None, *, is_over: bool) -> None:
    """Go on only with a link that still works.

    Raises:
        LinkNotValid: CC-0067.
    """
    if spent_at is not None:
        raise LinkNotValid("This link was used already.")
    if revoked_at is not None:
        raise LinkNotValid("This link was taken back.")
    if is_over:
        raise LinkNotValid("This link has expired.")
