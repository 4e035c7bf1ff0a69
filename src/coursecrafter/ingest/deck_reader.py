"""A deck from a stranger becomes a value: guard, parse in the sandbox, check the answer."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from coursecrafter.domain.clip import ClipBox, ClipPlayback
from coursecrafter.domain.deck import Build, Deck, MissingFont, Slide, SlideClip, Trigger, block_from_json
from coursecrafter.domain.keys import content_key
from coursecrafter.errors import IngestError
from coursecrafter.ingest.characters import clean_line, clean_text
from coursecrafter.ingest.guard import DeckWithoutSlides, check_deck
from coursecrafter.ingest.office import fonts_digest, missing_fonts, office_version, substitute_font, undrawn
from coursecrafter.ingest.sandbox import parse_sandboxed
from coursecrafter.ingest.slide_states import RENDERER_VERSION
from coursecrafter.ingest.text_fit import SAME_WIDTHS

MAX_CLIPS = 20
"""That play on one slide."""


class UnreadableDeck(IngestError):
    """The deck's content is damaged and cannot be read."""

    code = "CC-0101"
    remedy = "Open the file in PowerPoint, save it anew as .pptx and upload that copy."


def read_deck(path: Path) -> Deck:
    """Read a deck, without drawing it.

    Args:
        path: a .pptx file from outside.

    Returns:
        The slides that are shown, with their builds; at least one slide.

    Raises:
        IngestError: what the guard refuses (CC-0102 to CC-0116).
        UnreadableDeck: CC-0101.
        DeckWithoutSlides: CC-0110, also where all slides are hidden.
    """
    check_deck(path)
    answer, run = parse_sandboxed("coursecrafter.ingest.deck_parser", [], path)
    try:
        deck = _deck(answer)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        detail = f"{error!r}, parser ended with {run.returncode}: {run.output}"
        raise UnreadableDeck("The deck could not be read: its content is damaged.", detail=detail) from error
    if not deck.slides:
        raise DeckWithoutSlides("All slides of the deck are hidden.")
    return deck


def _deck(answer: dict[str, Any]) -> Deck:
    slides = tuple(_slide(slide) for slide in answer["slides"])
    return Deck(
        title=clean_line(answer["title"]),
        language=clean_line(answer["language"]),
        modified=clean_line(answer["modified"]),
        slides=slides,
        hidden=tuple(int(number) for number in answer["hidden"]),
        missing_fonts=tuple(map(_missing_font, missing_fonts(_lines(answer["fonts"])))),
    )


def _missing_font(name: str) -> MissingFont:
    substitute = substitute_font(name)
    return MissingFont(name, substitute, SAME_WIDTHS.get(name.casefold()) == substitute.casefold())


def _slide(answer: dict[str, Any]) -> Slide:
    builds = tuple(_build(index, build) for index, build in enumerate(answer["builds"]))
    return Slide(
        number=int(answer["number"]),
        title=None if answer["title"] is None else clean_line(answer["title"]),
        builds=builds,
        notes=clean_text(answer["notes"]),
        section=None if answer["section"] is None else clean_line(answer["section"]),
        alt_texts=_lines(answer["alt_texts"]),
        caveats=(*_lines(answer["caveats"]), *_boxes(builds)),
        clips=tuple(_clip(media, len(builds)) for media in answer["media"][:MAX_CLIPS]),
    )


def _boxes(builds: Sequence[Build]) -> tuple[str, ...]:
    """What is said of characters that are drawn as boxes."""
    parts = (part for build in builds for block in build.blocks for part in (block.text, *sum(block.rows, ())))
    missing = undrawn("".join(parts))
    return (f"No font on this machine draws {missing}: boxes stand there.",) if missing else ()


def _clip(answer: dict[str, Any], builds: int) -> SlideClip:
    box = answer["box"]
    return SlideClip(
        part=str(answer["part"]),
        name=clean_line(answer["name"]),
        is_sound=bool(answer["is_sound"]),
        build=min(max(int(answer["build"]), 0), builds - 1),
        box=ClipBox.from_json(box) if box else None,
        playback=ClipPlayback.from_json(answer["playback"]),
    )


def _build(index: int, answer: dict[str, Any]) -> Build:
    blocks = tuple(block_from_json({**block, "text": clean_text(block["text"])}) for block in answer["blocks"])
    return Build(index, Trigger(answer["trigger"]), blocks, picture_key(str(answer["look"])))


def picture_key(look: str) -> str:
    """Content key of a picture: the look of its state, and all on this machine that decides how it is drawn."""
    return content_key("picture", RENDERER_VERSION, look=look, office=office_version(), fonts=fonts_digest())


def _lines(answer: Sequence[str]) -> tuple[str, ...]:
    return tuple(clean_line(line) for line in answer)
