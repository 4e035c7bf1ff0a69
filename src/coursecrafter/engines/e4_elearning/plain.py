"""Pages that need no JavaScript: one for each slide, and what `index.html` shows without the player."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from lxml import etree, html
from lxml.html import builder as h

from coursecrafter.engines.e4_elearning.videos import EMBED_ORIGIN

# Nothing from elsewhere, no script in a text: what an author wrote cannot call out, even if an escape were forgotten.
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self'; media-src 'self' blob:; "
    "connect-src 'self'; font-src 'self'; base-uri 'none'; form-action 'none'"
)


def index_html(lesson: Mapping[str, Any], words: Mapping[str, str], slide_files: Sequence[tuple[str, str]]) -> bytes:
    """The page that an LMS launches.

    Args:
        lesson: as in `scenes.json`.
        slide_files: title and path of each slide's own page.
    """
    listed = [h.LI(h.A(title, href=path)) for title, path in slide_files]
    without_player = h.NOSCRIPT(
        h.DIV(h.CLASS("plain-list"), h.H1(lesson["lesson"]["title"]), h.P(words["noScript"]), h.OL(*listed))
    )
    scripts = [h.SCRIPT(src=name, defer="defer") for name in ("scenes.js", "player.js")]
    body = h.BODY(h.DIV(id="player"), without_player)
    return _page(lesson, lesson["lesson"]["title"], body, "", scripts)


def slide_html(
    lesson: Mapping[str, Any], page: Mapping[str, Any], words: Mapping[str, str], around: Sequence[str | None]
) -> bytes:
    """A slide as a page of its own, in the folder `slides`.

    Args:
        page: a slide page as in `scenes.json`.
        around: file names of the page before and the page after, where there is one.
    """
    last = page["builds"][-1]
    alt = last["alt"] or words["picture"].replace("{title}", page["title"])
    main = h.MAIN(
        h.DIV(h.CLASS("page-head"), h.P(h.CLASS("eyebrow"), lesson["lesson"]["title"]), h.H1(page["title"])),
        *([h.IMG(h.CLASS("plain-picture"), src=f"../{last['picture']}", alt=alt)] if last["picture"] else []),
        *([h.AUDIO(src=f"../{page['audio']['file']}", controls="controls")] if page["audio"] else []),
        h.DIV(h.CLASS("slide-text-body"), *_texts(page)),
        *(h.P(h.A(words["watch"], href=video["link"], rel="noopener")) for video in page.get("videos", ())),
        h.E.nav(*_links(words, around)),
    )
    return _page(lesson, page["title"], h.BODY(h.CLASS("plain"), main), "../", [])


def _links(words: Mapping[str, str], around: Sequence[str | None]) -> Iterator[html.HtmlElement]:
    for name, file in zip((words["previous"], words["next"]), around, strict=True):
        if file:
            yield h.A(name, href=file)
    yield h.A(words["contents"], href="../index.html")


def _texts(page: Mapping[str, Any]) -> Iterator[html.HtmlElement]:
    for build in page["builds"]:
        block = h.DIV(h.CLASS("build"))
        for part in build["text"]:
            if part["kind"] == "bullet":
                if not len(block) or block[-1].tag != "ul":
                    block.append(h.UL())
                block[-1].append(h.LI(h.CLASS(f"level-{min(part['level'], 3)}"), part["text"]))
            elif part["kind"] == "table":
                block.append(_table(part["rows"]))
            else:
                block.append(h.P(h.CLASS(part["kind"]), part["text"]))
        if len(block):
            yield block


def _table(rows: Sequence[Sequence[str]]) -> html.HtmlElement:
    head = h.THEAD(h.TR(*(h.TH(cell, scope="col") for cell in rows[0])))
    body = h.TBODY(*(h.TR(*map(h.TD, row)) for row in rows[1:]))
    return h.DIV(h.CLASS("table"), h.TABLE(head, body))


def _page(
    lesson: Mapping[str, Any], title: str, body: html.HtmlElement, root: str, scripts: Sequence[html.HtmlElement]
) -> bytes:
    embeds = any(one.get("videos") for one in lesson["pages"]) and scripts
    policy = f"{POLICY}; frame-src {EMBED_ORIGIN}" if embeds else POLICY
    head = h.HEAD(
        h.META(charset="utf-8"),
        h.META({"http-equiv": "Content-Security-Policy", "content": policy}),
        h.META(name="viewport", content="width=device-width, initial-scale=1"),
        h.TITLE(title),
        *(h.LINK(rel="stylesheet", href=f"{root}{name}") for name in ("theme.css", "player.css")),
        *scripts,
    )
    page = h.HTML(head, body, lang=lesson["language"], dir=lesson["direction"])
    return bytes(etree.tostring(page, method="html", encoding="utf-8", doctype="<!doctype html>")) + b"\n"
