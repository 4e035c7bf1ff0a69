"""Reads a deck's XML into a JSON object.

Runs in the sandbox: `python -m coursecrafter.ingest.deck_parser DECK JSON`. The deck is a stranger's, so the parent
takes nothing of the answer on trust.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from lxml import etree

from coursecrafter.ingest.characters import clean_line
from coursecrafter.ingest.language import find_language
from coursecrafter.ingest.package import A, Package, find_all, find_values
from coursecrafter.ingest.placeholders import placeholder_kind
from coursecrafter.ingest.repeated_texts import EdgeText, Repeated, find_repeated
from coursecrafter.ingest.slide_media import find_media
from coursecrafter.ingest.slide_text import SlideText, paragraph_text, split_into_builds
from coursecrafter.ingest.state_deck import StateDeck, StateSource

NO_DATE = "2000-01-01T00:00:00Z"
"""What a deck without a time of change carries: outputs must not depend on today."""
YEARS = range(1980, 2108)
"""Those that a ZIP file can name; an MP4 begins with 1904."""
_MEANINGLESS = re.compile(
    r"(microsoft )?(office )?(power ?point)[- ]?(presentation|präsentation|template)?|présentation powerpoint|"
    r"(presentación|apresentação|presentazione) (de|do|di) powerpoint|powerpoint 演示文稿|عرض تقديمي في powerpoint|"
    r"(slide|folie|diapositive|diapositiva|dia|幻灯片) ?\d+|(no slide|kein folien)\w* ?tit(le|el)|untitled|unbenannt|"
    r"(click to (edit|add)|event name or|presentation title|title of presentation).*|.*\.pp[st][xm]?",
    re.IGNORECASE,
)


def parse_deck(path: Path) -> dict[str, Any]:
    """All that can be known of a deck without drawing it, as a JSON object."""
    package = Package(path)
    deck = StateDeck(package)
    size = _slide_size(deck.presentation)
    sections = _sections(deck.presentation, [slide_id for slide_id, _ in package.slides()])
    repeated = _repeated(deck, size)
    told: set[tuple[str | None, Repeated]] = set()
    slides: list[dict[str, Any]] = []
    hidden: list[int] = []
    runs: list[tuple[str, str, str]] = []
    fonts = set(_theme_fonts(package))
    for number, part in enumerate(deck.parts, 1):
        source = deck.source(number)
        if source.is_hidden:
            hidden.append(number)
            continue
        section = sections.get(number)
        left_out = repeated.get(number, {})
        text = SlideText(package, part, size, left_out)
        slide = {"number": number, "section": section, **_slide(deck, source, text, size)}
        slides.append(slide)
        # Each lesson's report tells it once, with the first slide that has it.
        new = [one for one in dict.fromkeys(left_out.values()) if (section, one) not in told]
        slide["caveats"] += [one.sentence for one in new]
        told |= {(section, one) for one in new}
        runs += text.runs()
        fonts |= _named_fonts(package.parse(part))
    default = find_values(deck.presentation, "p:defaultTextStyle/a:lvl1pPr/a:defRPr/@lang")
    return {
        "title": _title(package, slides) or clean_line(path.stem),
        "language": find_language((text, lang or next(iter(default), ""), alt) for text, lang, alt in runs),
        "modified": _modified(package),
        "slides": slides,
        "hidden": hidden,
        "fonts": sorted(fonts),
    }


def _slide(deck: StateDeck, source: StateSource, text: SlideText, size: tuple[int, int]) -> dict[str, Any]:
    blocks = split_into_builds(text.readings, source.states)
    builds = [
        {"trigger": state.trigger.value, "blocks": [asdict(block) for block in shown], "look": deck.look(source, state)}
        for state, shown in zip(source.states, blocks, strict=True)
    ]
    media, unplayed = find_media(deck.package, source.part, source.states, size)
    return {
        "title": text.title() or (None if any(blocks) else text.picture_name()),
        "builds": builds,
        "notes": _notes(deck.package, source.part),
        "alt_texts": text.alt_texts(),
        "caveats": [*source.caveats, *unplayed],
        "media": [one.to_json() for one in media],
    }


def _repeated(deck: StateDeck, size: tuple[int, int]) -> dict[int, dict[int, Repeated]]:
    """Headers and footers in text boxes, by slide and by their place on it."""
    texts: list[EdgeText] = []
    shown = 0
    for number, part in enumerate(deck.parts, deck.first_number):
        text = SlideText(deck.package, part, size)
        if not text.is_hidden:
            shown += 1
            texts += text.edge_texts(number)
    return {number - deck.first_number + 1: places for number, places in find_repeated(texts, shown).items()}


def _slide_size(presentation: etree._Element) -> tuple[int, int]:
    size = next(iter(find_all(presentation, "p:sldSz")), None)
    return (9_144_000, 6_858_000) if size is None else (int(size.get("cx", 0)), int(size.get("cy", 0)))


def _sections(presentation: etree._Element, slide_ids: Sequence[str]) -> dict[int, str]:
    """Section names by slide number."""
    numbers = {slide_id: number for number, slide_id in enumerate(slide_ids, 1)}
    found = {}
    for section in find_all(presentation, "p:extLst/p:ext/p14:sectionLst/p14:section"):
        name = clean_line(section.get("name", ""))
        for slide in find_all(section, "p14:sldIdLst/p14:sldId"):
            number = numbers.get(slide.get("id", ""))
            if number and name:
                found[number] = name
    return found


def _notes(package: Package, part: str) -> str:
    notes = package.related(part, "notesSlide")
    if notes is None:
        return ""
    bodies = [shape for shape in find_all(package.parse(notes), ".//p:sp") if placeholder_kind(shape) == "body"]
    paragraphs = (paragraph_text(paragraph) for body in bodies for paragraph in find_all(body, "p:txBody/a:p"))
    return "\n".join(filter(None, paragraphs))


def _title(package: Package, slides: Sequence[dict[str, Any]]) -> str:
    """The deck's own title where it says something, else that of its first slide."""
    core = package.related("", "core-properties")
    named = clean_line(str(package.parse(core).findtext(".//{*}title") or "")) if core else ""
    if named and not _MEANINGLESS.fullmatch(named):
        return named
    worded = (slide for slide in slides if any(build["blocks"] for build in slide["builds"]))
    return next((slide["title"] for slide in worded if slide["title"]), "")


def _modified(package: Package) -> str:
    core = package.related("", "core-properties")
    written = (package.parse(core).findtext(".//{*}modified") or "") if core else ""
    try:
        time = datetime.fromisoformat(written.strip())
        aware = time.replace(tzinfo=time.tzinfo or UTC).astimezone(UTC)
    except (ValueError, OverflowError):
        return NO_DATE
    # A program that knows no time writes the first one of its calendar, as 1601.
    return aware.strftime("%Y-%m-%dT%H:%M:%SZ") if aware.year in YEARS else NO_DATE


def _theme_fonts(package: Package) -> Iterator[str]:
    """The typefaces that a theme of the deck's masters names for its headings and its text."""
    main = package.presentation()
    for master in [r.target for r in package.relationships(main).values() if r.kind == "slideMaster"]:
        theme = package.related(master, "theme") if master in package.names else None
        for face in find_values(package.parse(theme), ".//a:fontScheme/*/a:latin/@typeface") if theme else []:
            yield from _family(face)


def _named_fonts(slide: etree._Element) -> set[str]:
    faces = [face.get("typeface", "") for face in slide.iter(f"{A}latin", f"{A}ea", f"{A}cs")]
    return {family for face in faces for family in _family(face)}


def _family(face: str) -> Iterator[str]:
    """A theme's own references ("+mj-lt") name no family."""
    if face and not face.startswith("+"):
        yield clean_line(face)


def main(arguments: Sequence[str]) -> None:
    """Read the first file, write the second."""
    source, target = map(Path, arguments)
    target.write_text(json.dumps(parse_deck(source), ensure_ascii=True), encoding="ascii")


if __name__ == "__main__":
    main(sys.argv[1:])
