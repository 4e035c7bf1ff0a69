"""Headers and footers that are plain text boxes: the same words in the same place on most slides.

They are shown and not read, as those in placeholders are. What a slide says itself stays: titles, what comes or goes at
a click, a question, and what stands inside the slide. Pure.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from statistics import median

FEWEST_SLIDES = 3
"""That a text stands on; half of all slides at least, too."""
UPPER_EDGE, LOWER_EDGE = 0.1, 0.85
"""Shares of the slide's height: a header ends above the one, a footer begins below the other. Footers of office
programs begin at 0.92; in real decks text that says something begins as low as 0.87, never on half of the slides."""
SAME_PLACE = 0.03
"""Share of the slide's width and height by which a place may differ."""
LONGEST_TEXT = 300
"""Characters of a header or footer; what is longer says something."""
LONGEST_NAMED = 60
_WORD = re.compile(r"\w+")
_QUESTION = ("?", "？", "؟")
_LONGEST_NUMBER = 4


@dataclass(frozen=True, slots=True)
class EdgeText:
    """A text box at an edge of a slide.

    Attributes:
        slide: the number that the slide shows.
        place: of the shape among the slide's own.
        top: share of the slide's height.
        middle: share of its width.
    """

    slide: int
    place: int
    text: str
    is_header: bool
    top: float
    middle: float


@dataclass(frozen=True, slots=True)
class Repeated:
    """A header or footer.

    Attributes:
        slides: how many slides have it.
    """

    text: str
    is_header: bool
    slides: int

    @property
    def sentence(self) -> str:
        """What a person is told of it."""
        text = self.text if len(self.text) <= LONGEST_NAMED else self.text[: LONGEST_NAMED - 1].rstrip() + "…"
        kind = "header" if self.is_header else "footer"
        return f"“{text}” stands there on {self.slides} slides as a {kind}: it is shown and not spoken."


def find_repeated(texts: Sequence[EdgeText], slides: int) -> dict[int, dict[int, Repeated]]:
    """Headers and footers by the number that their slide shows and by their place on it.

    Args:
        texts: of all slides that are shown, in order.
        slides: how many those are.
    """
    alike: dict[tuple[bool, tuple[str, ...]], list[EdgeText]] = defaultdict(list)
    for text in texts:
        for words in _readings(text):
            alike[text.is_header, words].append(text)
    found: dict[int, dict[int, Repeated]] = {}
    for group in alike.values():
        top, middle = median(one.top for one in group), median(one.middle for one in group)
        near = [one for one in group if max(abs(one.top - top), abs(one.middle - middle)) <= SAME_PLACE]
        count = len({one.slide for one in near})
        if count >= FEWEST_SLIDES and 2 * count >= slides:
            repeated = Repeated(" ".join(near[0].text.split()), near[0].is_header, count)
            for one in near:
                found.setdefault(one.slide, {})[one.place] = repeated
    return found


def _readings(text: EdgeText) -> Iterator[tuple[str, ...]]:
    """A text's words, and those words with the slide's number in one place left open."""
    words = tuple(_WORD.findall(text.text.casefold())) if len(text.text) <= LONGEST_TEXT else ()
    if words and not text.text.rstrip().endswith(_QUESTION):
        yield words
        for index, word in enumerate(words):
            if word.isdecimal() and len(word) <= _LONGEST_NUMBER and int(word) == text.slide:
                yield (*words[:index], "#", *words[index + 1 :])
