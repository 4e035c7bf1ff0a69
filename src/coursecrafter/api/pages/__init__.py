"""Three small pages for a browser: sign in, join by a link, set a new password.

One document for all three, with style and script inside, and a policy that lets nothing else in: no address outside,
no other script, no frame. A link's secret stands behind #, so it reaches neither a server's log nor a Referer; the page
takes it out of the address bar. Sources: CSP Level 3; WCAG 2.2 (labels, status messages, contrast, focus).
"""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass
from importlib.resources import files
from string import Template

FILES = files(__name__)
STYLE = (FILES / "doors.css").read_text("utf-8")
SCRIPT = (FILES / "doors.js").read_text("utf-8")
DOCUMENT = Template((FILES / "doors.html").read_text("utf-8"))


@dataclass(frozen=True, slots=True)
class PageText:
    """What one of the pages says."""

    title: str
    lead: str
    button: str


PAGES = {
    "sign-in": PageText("Sign in", "With the address that you were invited at.", "Sign in"),
    "welcome": PageText("Welcome", "One moment.", "Join"),
    "password": PageText("A new password", "Links for a new password work once, within an hour.", "Set the password"),
}
"""By the last part of their address."""


def page(name: str) -> str:
    """The document of a page."""
    text = PAGES[name]
    return DOCUMENT.substitute(
        page=name, title=text.title, lead=text.lead, button=text.button, style=STYLE, script=SCRIPT
    )


def page_policy() -> str:
    """The content security policy of the pages: their own style and script, calls to this host, nothing else."""
    return (
        f"default-src 'none'; style-src '{_hash(STYLE)}'; script-src '{_hash(SCRIPT)}'; connect-src 'self';"
        " base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )


def _hash(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
