"""The speaker's notes as the script: an author's choice for a course or a lesson, never the default.

What a slide shows stays as it is; only what is spoken changes. Where the notes carry marks such as “[click]”, each part
is spoken with the build that its mark stands for. Without marks nobody says when what appears, so the slide is shown
whole while its notes are spoken. A slide without notes says what stands on it.

Pure. Source: product, E1 ("speaking the slide's notes instead is a choice of the author, never the default").
"""

from __future__ import annotations

import re
from dataclasses import replace
from enum import StrEnum

from coursecrafter.domain.deck import Build, Deck, Slide

MARK = re.compile(r"[ \t]*[\[<(]\s*(?:click|clic|clique|klick|klik|clik)\s*\d*\s*[\])>][ \t]*", re.IGNORECASE)

RULE = re.compile(r"^[ \t]*([-=_*~#\u2013\u2014\u2500\u2550])\1{2,}[ \t]*$\n?", re.MULTILINE)
"""A line drawn to part one passage of notes from the next, which nobody says."""


class ScriptSource(StrEnum):
    """What of a deck becomes the script."""

    SCREEN = "screen"
    NOTES = "notes"


def with_script(deck: Deck, source: ScriptSource) -> Deck:
    """The deck with what its builds say."""
    if source is ScriptSource.SCREEN:
        return deck
    return replace(deck, slides=tuple(map(_with_notes, deck.slides)))


def script_source(deck: Deck) -> ScriptSource:
    """What a deck's builds say."""
    says_notes = any(build.script is not None for slide in deck.slides for build in slide.builds)
    return ScriptSource.NOTES if says_notes else ScriptSource.SCREEN


def _with_notes(slide: Slide) -> Slide:
    notes = RULE.sub("", slide.notes)
    if not notes.strip():
        return slide
    parts = [part.strip() for part in MARK.split(notes)]
    if len(parts) == 1:
        return replace(slide, builds=(_whole(slide, parts[0]),))
    last = len(slide.builds) - 1
    spoken = [*parts[:last], "\n".join(filter(None, parts[last:]))]
    spoken += [""] * (len(slide.builds) - len(spoken))
    builds = tuple(replace(build, script=text) for build, text in zip(slide.builds, spoken, strict=True))
    return replace(slide, builds=builds)


def _whole(slide: Slide, text: str) -> Build:
    """The slide as it stands at its end, with all that could be read on the way."""
    blocks = tuple(block for build in slide.builds for block in build.blocks)
    return replace(slide.builds[-1], trigger=slide.builds[0].trigger, blocks=blocks, script=text)
