"""Which icon stands for a prompt. Icons: Phosphor, duotone, MIT (`icons/LICENSE`)."""

from __future__ import annotations

import re
from functools import cache
from hashlib import sha256
from pathlib import Path

FOLDER = Path(__file__).parent / "icons"
FALLBACKS = ("sparkle", "lightbulb", "compass", "shapes", "path", "stack", "target", "book-open")
WORD = re.compile(r"[^\W_]+(?:-[^\W_]+)*")
SHORTEST_INSIDE = 6
MOST_WORDS = 400
PATHS = re.compile(r"<path [^<>]*/>")
SIZE = 256
"""Width and height of an icon's own coordinates."""


def choose_icon(prompt: str) -> str:
    """The icon whose keywords fit the prompt's words best, earlier words first; else one of a few neutral ones."""
    return find_icon(prompt) or FALLBACKS[sha256(prompt.encode("utf-8", "replace")).digest()[0] % len(FALLBACKS)]


def find_icon(prompt: str) -> str | None:
    """The icon whose keywords fit best; None where no word is known."""
    words = [word.casefold() for word in WORD.findall(prompt)[:MOST_WORDS]]
    scores: dict[str, float] = {}
    for place, word in enumerate(words):
        for icon, keywords in keyword_table().items():
            fit = max((_fit(word, keyword) for keyword in keywords), default=0)
            scores[icon] = scores.get(icon, 0) + fit / (3 + place)
    best = max(scores, key=lambda icon: (scores[icon], icon), default=None)
    return best if best is not None and scores[best] > 0 else None


def _fit(word: str, keyword: str) -> int:
    """How many letters a keyword explains: the word's beginning, or (for compounds) a long part inside it."""
    if keyword.startswith("="):
        return len(keyword) if word == keyword[1:] else 0
    is_inside = len(keyword) >= SHORTEST_INSIDE and keyword in word
    return len(keyword) if word.startswith(keyword) or is_inside else 0


@cache
def keyword_table() -> dict[str, tuple[str, ...]]:
    """Icon to keywords, in the order of the file."""
    lines = (FOLDER / "keywords.txt").read_text("utf-8").splitlines()
    pairs = [line.split(":") for line in lines if not line.startswith("#")]
    return {icon: tuple(dict.fromkeys(keywords.split())) for icon, keywords in pairs}


@cache
def icon_paths(icon: str) -> str:
    """The icon's shapes as SVG, 256 x 256; those in its second tone carry an opacity."""
    paths = "".join(PATHS.findall((FOLDER / f"{icon}.svg").read_text("utf-8")))
    return paths.replace(" opacity=", " fill-opacity=")  # plain opacity makes a layer of the whole picture
