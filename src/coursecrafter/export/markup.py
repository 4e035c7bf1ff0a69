"""HTML without injection: elements are built, and every text is escaped on its way in."""

from __future__ import annotations

import re
from html import escape

VOID_TAGS = frozenset({"meta", "link", "img", "source", "track", "br"})
NOT_IN_HTML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")


class Html(str):
    """Markup that is finished; a plain string is text."""

    __slots__ = ()


def element(tag: str, *children: str, **attributes: str | bool | None) -> Html:
    """Build an element.

    Args:
        tag: a name of HTML, written in our own code.
        *children: `Html` stands as it is, other strings are text and escaped.
        **attributes: `class_` is class, other underscores are dashes; True stands without a value, False and None do
            not stand at all.
    """
    written = "".join(_attribute(name, value) for name, value in attributes.items() if value not in {None, False})
    if tag in VOID_TAGS:
        return Html(f"<{tag}{written}>")
    return Html(f"<{tag}{written}>{join(*children)}</{tag}>")


def join(*children: str) -> Html:
    """Put markup and texts beside each other."""
    return Html("".join(child if isinstance(child, Html) else Html(escape(clean(child))) for child in children))


def clean(text: str) -> str:
    """The text without characters that HTML cannot hold."""
    return NOT_IN_HTML.sub("", text)


def _attribute(name: str, value: str | bool | None) -> str:
    shown = name.rstrip("_").replace("_", "-")
    return f" {shown}" if value is True else f' {shown}="{escape(clean(str(value)))}"'
