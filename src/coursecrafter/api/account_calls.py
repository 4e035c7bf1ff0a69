"""What the calls about accounts have in common: their transactions, their answers, the session's cookie, letters.

They work before or beside the tenancy of a request, so they run in transactions of the accounts' own, and their answers
are not kept for repeated calls: some hold a secret that is shown once.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import asdict, is_dataclass
from typing import Any

from starlette.background import BackgroundTask
from starlette.requests import Request
from starlette.responses import Response

from coursecrafter.accounts.caller import Caller, NotSignedIn
from coursecrafter.accounts.mail import Letter, MailNotSent, send
from coursecrafter.accounts.sessions import LONGEST
from coursecrafter.accounts.settings import SmtpSettings
from coursecrafter.api.envelope import Done, answer, encoded, wrapped
from coursecrafter.api.identify import COOKIE
from coursecrafter.api.problems import (
    BodyCutOff,
    BodyTooLarge,
    UnreadableBody,
    WrongContentType,
    WrongOrigin,
)
from coursecrafter.api.routing import Endpoint, Errors, Routes
from coursecrafter.api.site import Site
from coursecrafter.errors import CourseCrafterError

log = logging.getLogger(__name__)

SENDING: Errors = (WrongOrigin, UnreadableBody, BodyTooLarge, BodyCutOff, WrongContentType)


class AccountRoutes(Routes):
    """Calls about accounts."""

    def does(
        self, path: str, shape: Any = Done, *, scope: str, status: int = 200, refuses: Errors = ()
    ) -> Callable[[Endpoint], Endpoint]:
        """A POST whose answer is not kept for a repeated call."""
        return self._route("POST", path, shape, status, scope, (*refuses, *SENDING), ())


def tell(value: Any = None, status: int = 200) -> Response:
    """An answer from a mapping or a frozen dataclass of the accounts."""
    told = asdict(value) if is_dataclass(value) and not isinstance(value, type) else value
    return answer(wrapped(encoded(told)), status)


def with_session(response: Response, token: str) -> Response:
    """Give the browser a session's cookie.

    `__Host-`: only this host set it, for all its paths, and it never travels unprotected; browsers take it on plain
    http from localhost too. Source: RFC 6265bis, Cookie Name Prefixes.
    """
    response.set_cookie(
        COOKIE, token, max_age=int(LONGEST.total_seconds()), path="/", secure=True, httponly=True, samesite="lax"
    )
    return response


def without_session(response: Response) -> Response:
    """Take the session's cookie from the browser."""
    response.delete_cookie(COOKIE, path="/", secure=True, httponly=True, samesite="lax")
    return response


def caller_of(site: Site, request: Request) -> Caller | None:
    """Who calls an open call; None: nobody that is known."""
    known = site.doors.remembered(request)
    if known is not None:
        return known
    try:
        return site.doors.find(request)
    except NotSignedIn:
        return None


def mail_later(response: Response, smtp: SmtpSettings, letter: Letter) -> Response:
    """Send a letter once the answer is out, so that the answer does not tell whether there was one."""
    response.background = BackgroundTask(_send_quietly, smtp, letter)
    return response


def is_mailed(smtp: SmtpSettings | None, letter: Letter) -> bool:
    """Whether there is a mail server and it took the letter."""
    if smtp is None:
        return False
    try:
        send(smtp, letter)
    except MailNotSent as error:
        log.warning("%s: %s", error, error.detail)
        return False
    return True


def _send_quietly(smtp: SmtpSettings, letter: Letter) -> None:
    try:
        send(smtp, letter)
    except CourseCrafterError as error:
        log.warning("%s: %s", error, error.detail)


def fields_of(value: Any) -> Mapping[str, Any]:
    """A frozen dataclass of the accounts as a mapping."""
    return asdict(value)
