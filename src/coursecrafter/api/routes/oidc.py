"""`/cc/accounts/oidc`: sign-in through a provider, by two redirects of the browser."""

from __future__ import annotations

import hashlib
import logging
from functools import lru_cache
from typing import Annotated

from fastapi import Query, Request
from starlette.responses import RedirectResponse, Response

from coursecrafter.accounts.caller import AccountClosed
from coursecrafter.accounts.fetching import ProviderRefused, ProviderUnreachable
from coursecrafter.accounts.identities import IdentityNotAllowed
from coursecrafter.accounts.oidc import PENDING_LASTS_S, Provider, Return, SignInNotCompleted
from coursecrafter.accounts.settings import OidcSettings
from coursecrafter.accounts.signing_keys import TokenRefused
from coursecrafter.accounts.throttle import IDENTITY, TooManyAttempts, trying
from coursecrafter.api.account_calls import AccountRoutes, with_session
from coursecrafter.api.call import OPEN, Open
from coursecrafter.api.identify import origin_of
from coursecrafter.api.site import Site
from coursecrafter.errors import CourseCrafterError, RequestError

routes = AccountRoutes("/cc/accounts/oidc", "Accounts")

log = logging.getLogger(__name__)

PENDING_COOKIE = "__Host-cc_sign_in"
FIRST_PAGE = "/cc/docs"
Said = Annotated[str | None, Query(max_length=4096)]


class ProviderNotSetUp(RequestError):
    """This installation knows no identity provider."""

    code = "CC-0079"
    status = 404
    remedy = "Sign in with your password; whoever runs this installation can set COURSECRAFTER_OIDC_ISSUER."


@routes.gives(
    "/start",
    ("text/html",),
    status=303,
    scope=OPEN,
    refuses=(ProviderNotSetUp, ProviderUnreachable, ProviderRefused),
)
def start(site: Open, after: Annotated[str, Query(max_length=2048)] = FIRST_PAGE) -> Response:
    """Send the browser to the identity provider."""
    begun = _provider(site).begin(after)
    response = RedirectResponse(begun.url, 303)
    response.set_cookie(
        PENDING_COOKIE, begun.pending, max_age=PENDING_LASTS_S, path="/", secure=True, httponly=True, samesite="lax"
    )
    return response


@routes.gives(
    "/callback",
    ("text/html",),
    status=303,
    scope=OPEN,
    refuses=(
        ProviderNotSetUp,
        SignInNotCompleted,
        TokenRefused,
        ProviderUnreachable,
        ProviderRefused,
        AccountClosed,
        IdentityNotAllowed,
        TooManyAttempts,
    ),
)
def callback(
    site: Open, request: Request, state: Said = None, code: Said = None, error: Said = None, iss: Said = None
) -> Response:
    """Take the browser back from the identity provider, and sign its person in."""
    back = Return(state or "", code, error, iss)
    try:
        token, after = _finish(site, request, back)
    except CourseCrafterError as refused:
        if "text/html" not in request.headers.get("accept", ""):
            raise
        log.info("%s: %s", refused, refused.detail)
        # A person reads this on a page, where they can begin again.
        response: Response = RedirectResponse(f"/cc/sign-in?problem={refused.code}", 303)
    else:
        response = with_session(RedirectResponse(after, 303), token)
    response.delete_cookie(PENDING_COOKIE, path="/", secure=True, httponly=True, samesite="lax")
    return response


def _finish(site: Site, request: Request, back: Return) -> tuple[str, str]:
    """The session's secret, and where the person goes on."""
    provider, origin = _provider(site), origin_of(request)
    with trying(site.database, IDENTITY, origin):
        # The provider is asked outside any transaction: it may take its time.
        vouched, after = provider.finish(request.cookies.get(PENDING_COOKIE, ""), back)
        with site.database.accounts() as conn:
            signed_in = provider.sign_in(conn, vouched, origin)
        if signed_in is None:
            raise IdentityNotAllowed("Your groups no longer give you a place here.")
    return signed_in[0], after


def _provider(site: Site) -> Provider:
    if site.accounts.oidc is None:
        raise ProviderNotSetUp("This installation has no sign-in through a provider.")
    return _known_provider(site.accounts.oidc, site.service.public_url, site.service.secret)


@lru_cache(8)
def _known_provider(settings: OidcSettings, public_url: str, secret: bytes) -> Provider:
    """The provider with what it remembers: its description, its keys, sign-ins that were finished."""
    # A key of its own: what is signed for one purpose never passes for another.
    own = hashlib.sha256(b"sign-in through a provider\0" + secret).digest()
    return Provider(settings, f"{public_url}/cc/accounts/oidc/callback", own)
