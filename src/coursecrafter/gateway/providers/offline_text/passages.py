"""A text as paragraphs, lines and sentences that can be changed one by one and put together again."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from coursecrafter.errors import GatewayError
from coursecrafter.gateway.providers.offline_text.language import Language, tidy, words

LINE_END = re.compile(r"\r\n|[\n\r\v\u2028\u2029]")
LEAD = re.compile(r"\s*(?:[•‣⁃◦▪■●○◆►✓✔➤➢·*–—☐-]\s+|\(?\d{1,2}(?:[.)]|-(?=\s))\s+|[a-z]\)\s+|#{1,6}\s+)?")
BLANKS = {"\u00a0": "␣", "\u202f": "⍽"}  # blanks that hold words together, as a mark while sentences are cut
MARKED = str.maketrans(BLANKS)
UNMARKED = str.maketrans({mark: blank for blank, mark in BLANKS.items()})


class EmptySource(GatewayError):
    """There is no text to work on."""

    code = "CC-0340"
    status = 422
    remedy = "Write a sentence, or choose a text that has words, and ask again."


@dataclass(frozen=True, slots=True)
class Line:
    """One line.

    Attributes:
        lead: its indent and its bullet or number, as written.
        sentences: in order; none for an empty line.
    """

    lead: str
    sentences: tuple[str, ...]


def require_text(*texts: Any) -> str:
    """The texts as lines, where at least one has a word in it.

    Raises:
        EmptySource: CC-0340.
    """
    found = "\n".join(str(text) for text in texts if text)
    if not words(tidy(found)):
        raise EmptySource("There is no text here to work on.")
    return found


def texts_of(payload: Mapping[str, Any], key: str) -> list[str]:
    """A list of texts from a payload, without what is empty."""
    return [str(text) for text in payload.get(key) or () if text]


def read_lines(language: Language, text: str) -> list[Line]:
    """Its lines; a line whose sentences cannot be told apart without loss is one sentence."""
    return [_read(language, line) for line in LINE_END.split(text)]


def _read(language: Language, line: str) -> Line:
    found = LEAD.match(line)
    lead = found.group() if found else ""
    is_marked = not any(mark in line for mark in BLANKS.values())
    body = tidy(line[len(lead) :].translate(MARKED) if is_marked else line[len(lead) :])
    sentences = language.sentences(body)
    is_whole = "".join("".join(sentences).split()) == "".join(body.split())
    kept = sentences if is_whole else [body]
    told = tuple(sentence.translate(UNMARKED) if is_marked else sentence for sentence in kept)
    return Line(lead, told if body else ())


def write_lines(language: Language, lines: Sequence[Line]) -> str:
    """The lines as one text."""
    return "\n".join((line.lead + _joined(language, line.sentences)).rstrip() for line in lines)


def _joined(language: Language, sentences: Sequence[str]) -> str:
    """With blanks between them; where a script has none, behind a full stop of another one only."""
    if language.has_spaces:
        return " ".join(sentences)
    return "".join(f"{one} " if one.endswith((".", "!", "?")) else one for one in sentences).rstrip()
