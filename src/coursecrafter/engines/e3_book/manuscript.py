"""The manuscript: all that both editions print, as one JSON value, numbered and in order.

It names pictures by their content and carries no id of a row, so that equal books have equal manuscripts.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from itertools import takewhile
from typing import Any

from coursecrafter.domain.book import BookSection
from coursecrafter.domain.course import Course
from coursecrafter.domain.stored import StoredObject
from coursecrafter.engines.e3_book.cleaning import clean_line, clean_text, shorten
from coursecrafter.engines.e3_book.colours import make_palette
from coursecrafter.engines.e3_book.markdown import Block, FindPicture, read_markdown
from coursecrafter.engines.e3_book.words import is_right_to_left, primary_subtag, words_of
from coursecrafter.media.fonts import FONT_FAMILY

DEEPEST_SECTION = 3
LONGEST_RUNNING_HEAD = 64
MOST_CONTENTS_LINES = 70
TILES = 24
_REGION = re.compile("[A-Za-z]{2}")
TRADITIONAL = {"HANT", "TW", "HK", "MO"}


@dataclass(frozen=True, slots=True)
class Manuscript:
    """A book before it is typeset.

    Attributes:
        book: the JSON value.
        anchors: one per section given, in order: its id in the book, or None for an empty one, which is left out.
    """

    book: dict[str, Any]
    anchors: tuple[str | None, ...]


def write_manuscript(
    course: Course,
    sections: Sequence[BookSection],
    title: str,
    subtitle: str | None,
    pictures: Mapping[str, StoredObject],
    logo: StoredObject | None,
) -> Manuscript:
    """Write the manuscript of a book.

    Args:
        pictures: the book's pictures by the address that Markdown gives them, `segment:UUID`.
        logo: the publisher's, as a picture that both editions can show.
    """

    def find_picture(address: str) -> str | None:
        return picture_file(pictures[address]) if address in pictures else None

    drafts = _with_sane_levels([_read(section, find_picture) for section in sections])
    is_kept = _find_filled(drafts)
    chapters, anchors = _numbered(drafts, is_kept)
    language = course.language
    book_title = clean_line(title) or clean_line(course.name) or clean_line(course.code)
    book = {
        "title": book_title,
        "running_head": shorten(book_title, LONGEST_RUNNING_HEAD),
        "subtitle": clean_line(subtitle or ""),
        "publisher": clean_line(course.brand.name),
        "code": clean_line(course.code),
        "lang": primary_subtag(language),
        "region": _region(language),
        "is_rtl": is_right_to_left(language),
        "modified": _moment(course.modified),
        "words": asdict(words_of(language)),
        "palette": asdict(make_palette(course.brand)),
        "fonts": _fonts(course),
        "logo": picture_file(logo) if logo else None,
        "tiles": list(hashlib.sha256(book_title.encode()).digest()[:TILES]),
        "contents_depth": 3 if sum(is_kept) <= MOST_CONTENTS_LINES else 2,
        "chapters": chapters,
    }
    return Manuscript(book, tuple(anchors))


def picture_file(picture: StoredObject) -> str:
    """A picture's file name in both editions."""
    ending = {"image/jpeg": "jpg", "image/png": "png"}[picture.mime_type]
    return f"{picture.sha256[:16]}.{ending}"


@dataclass(slots=True)
class _Draft:
    """A section that has been read."""

    level: int
    title: str
    blocks: list[Block]


def _read(section: BookSection, find_picture: FindPicture) -> _Draft:
    blocks = read_markdown(clean_text(section.content_markdown), find_picture)
    return _Draft(section.level, clean_line(section.title), blocks)


def _with_sane_levels(drafts: Sequence[_Draft]) -> list[_Draft]:
    """Begin with a chapter and skip no level: a heading of level 3 after one of level 1 is no valid structure."""
    level = 0
    for draft in drafts:
        level = draft.level = max(1, min(draft.level, level + 1, DEEPEST_SECTION))
    return list(drafts)


def _find_filled(drafts: Sequence[_Draft]) -> list[bool]:
    """Which sections hold something: text or pictures, or a subsection that does."""
    filled = [bool(draft.blocks) for draft in drafts]
    for place in range(len(drafts) - 1, -1, -1):
        below = takewhile(lambda later: drafts[later].level > drafts[place].level, range(place + 1, len(drafts)))  # noqa: B023 - used up at once
        filled[place] = filled[place] or any(filled[later] for later in below)
    return filled


def _numbered(drafts: Sequence[_Draft], is_kept: Sequence[bool]) -> tuple[list[dict[str, Any]], list[str | None]]:
    """Chapters with their sections, and each draft's anchor: "c2", "c2s1", "c2s1s3"."""
    chapters: list[dict[str, Any]] = []
    anchors: list[str | None] = []
    counts = [0, 0, 0]
    for draft, keep in zip(drafts, is_kept, strict=True):
        if not keep:
            anchors.append(None)
            continue
        counts[draft.level - 1 :] = [counts[draft.level - 1] + 1, *[0] * (DEEPEST_SECTION - draft.level)]
        numbers = counts[: draft.level]
        anchor = "c" + "s".join(map(str, numbers))
        anchors.append(anchor)
        number = ".".join(map(str, numbers))
        section: dict[str, Any] = {
            "id": anchor,
            "level": draft.level,
            "number": number,
            "title": draft.title or number,
            "blocks": draft.blocks,
        }
        if draft.level == 1:
            running_head = shorten(section["title"], LONGEST_RUNNING_HEAD)
            chapters.append({**section, "running_head": running_head, "sections": []})
        else:
            chapters[-1]["sections"].append(section)
    for chapter in chapters:
        _number_figures(chapter)
    return chapters, anchors


def _number_figures(chapter: dict[str, Any]) -> None:
    """Give each figure "2.1", "2.2" … and a description where an author left it out."""
    parts = [chapter, *chapter["sections"]]
    figures = ((part, block) for part in parts for block in walk_blocks(part["blocks"]) if block["kind"] == "figure")
    for place, (part, figure) in enumerate(figures, 1):
        figure["number"] = f"{chapter['number']}.{place}"
        figure["alt"] = figure["alt"] or figure["caption"] or part["title"]


def walk_blocks(blocks: Iterable[Block]) -> Iterator[Block]:
    """Each block and those inside it, in reading order."""
    for block in blocks:
        yield block
        for inner in [block.get("blocks", []), *block.get("entries", [])]:
            yield from walk_blocks(inner)


def _region(language: str) -> str | None:
    subtags = language.replace("_", "-").split("-")[1:]
    return next((subtag.upper() for subtag in subtags if _REGION.fullmatch(subtag)), None)


def _moment(modified: str) -> dict[str, int] | None:
    """Year to second in UTC, or None for what is no time."""
    try:
        moment = datetime.fromisoformat(modified)
    except ValueError:
        return None
    moment = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    return {unit: getattr(moment, unit) for unit in ("year", "month", "day", "hour", "minute", "second")}


def _fonts(course: Course) -> dict[str, list[Any]]:
    """Families in the order in which a character is looked for; what none of them has, any installed font may give."""
    lang = primary_subtag(course.language)
    cjk = {"ja": "JP", "ko": "KR"}.get(lang) or (
        "TC" if TRADITIONAL & set(course.language.upper().split("-")) else "SC"
    )
    sans = dict.fromkeys([clean_line(course.brand.font) or FONT_FAMILY, FONT_FAMILY])
    latin_only = {"covers": "latin-in-cjk"} if lang in {"zh", "ja", "ko"} else {}
    return {
        "serif": [
            {"name": "Literata", **latin_only},
            f"Noto Serif CJK {cjk}",
            "Noto Naskh Arabic",
            "Noto Serif",
            "Noto Sans",
        ],
        "sans": [
            *({"name": name, **latin_only} for name in sans),
            f"Noto Sans CJK {cjk}",
            "Noto Sans Arabic",
            "Noto Sans",
        ],
    }
