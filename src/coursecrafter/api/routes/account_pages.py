"""`/cc/sign-in`, `/cc/welcome`, `/cc/password`: pages for a browser, so that a link works with nothing else set up."""

from __future__ import annotations

from starlette.responses import HTMLResponse, Response

from coursecrafter.api.account_calls import AccountRoutes
from coursecrafter.api.call import OPEN
from coursecrafter.api.pages import page, page_policy

routes = AccountRoutes("/cc", "Pages")


@routes.gives("/sign-in", ("text/html",), scope=OPEN, refuses=())
def show_sign_in() -> Response:
    """Show the page where people sign in."""
    return _shown("sign-in")


@routes.gives("/welcome", ("text/html",), scope=OPEN, refuses=())
def show_welcome() -> Response:
    """Show the page where a link of an invitation is opened."""
    return _shown("welcome")


@routes.gives("/password", ("text/html",), scope=OPEN, refuses=())
def show_password() -> Response:
    """Show the page where a link for a new password is asked for and opened."""
    return _shown("password")


def _shown(name: str) -> Response:
    return HTMLResponse(page(name), headers={"content-security-policy": page_policy()})
