"""Documents are data: what came from outside stands in a fence, as JSON, and cannot leave it.

- All of it is one JSON value, so nothing from outside begins a line of its own, closes a string or adds a key.
- `<` and the brackets of chat templates are written as JSON escapes: no `</data>`, `<|im_start|>` or `[INST]` stands in
  the text as such, while its meaning is kept to the letter. The fence's own lines are the only ones that hold a `<`.
- The marker follows from a hash of the data, so that whoever wrote the data cannot have written its marker, and the
  same data gives the same prompt.
- What a person does not see in a text is taken out, since an author who reads a deck must have read what a model reads.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Mapping, Sequence
from functools import lru_cache
from hashlib import sha256
from typing import Any

OPENING, CLOSING = "<<<DATA {}>>>", "<<<END {}>>>"
MARKER_CHARS = 24  # 96 bits: a text that holds its own marker would be a fixed point of the hash
LONGEST_RUN = 12  # of one character: rules and rows of dots stay visible, and no longer
LONGEST_WORD = 300  # of ASCII without a space: addresses are shorter, encoded files are not
SHOWN_OF_WORD = 60
MOST_REPEATS = 3
LONGEST_PERIOD_WORDS = 40

_KEPT_CONTROLS = frozenset("\n\t")
_INVISIBLE = frozenset(
    "\u034f\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u180e\u180f\u2800\u3164\uffa0"  # fillers and joiners of no look
)
_SHOWN_FORMATS = frozenset("\u0600\u0601\u0602\u0603\u0604\u0605\u06dd\u070f\u08e2")  # signs over numbers
_LINE_ENDS = frozenset("\u2028\u2029\x0b\x0c\x85")
_JOINERS = frozenset("\u200c\u200d")
_EMOJI_STYLES = frozenset("\ufe0e\ufe0f")
_HIDDEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn"})
_RUN = re.compile(rf"([^\w\s]|_)\1{{{LONGEST_RUN},}}|(\w)\2{{{LONGEST_RUN},}}")
_WORD = re.compile(rf"[!-~]{{{LONGEST_WORD},}}")
_CHAT_BRACKET = re.compile(r"\[(?=/?[A-Z_]{2,}\])")


def visible(text: str) -> str:
    """A text as a person sees it: without characters that show nothing, in one normal form.

    Zero-width and bidirectional controls, tags (U+E0000), soft hyphens, private and unassigned characters, and
    variation selectors go; joiners stay where letters of Arabic and Indic scripts and emoji need them.
    """
    if text.isascii() and text.replace("\n", "").isprintable():
        return text
    normal = unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n"))
    kept: list[str] = []
    for nth, sign in enumerate(normal):
        before, after = kept[-1] if kept else "", normal[nth + 1 : nth + 2]
        if sign in _LINE_ENDS:
            kept.append("\n")
        elif sign in _JOINERS:
            is_kept = _joins(before) and _joins(after)
            kept.extend(sign * is_kept)
        elif sign in _EMOJI_STYLES:
            is_kept = bool(before) and unicodedata.category(before) == "So"
            kept.extend(sign * is_kept)
        elif not _is_hidden(sign):
            kept.append(sign)
    return "".join(kept)


def _joins(sign: str) -> bool:
    """Whether a joiner beside it does something: a letter or mark of no European script, or an emoji."""
    if not sign:
        return False
    category = unicodedata.category(sign)
    return category in {"So", "Sk"} or sign in _EMOJI_STYLES or (category[0] in "LM" and ord(sign) >= 0x0590)  # noqa: PLR2004  # Hebrew is the first


@lru_cache(maxsize=8192)
def _is_hidden(sign: str) -> bool:
    is_selector = "\ufe00" <= sign <= "\ufe0d" or "\U000e0100" <= sign <= "\U000e01ef"
    is_shown = sign in _KEPT_CONTROLS or sign in _SHOWN_FORMATS
    return sign in _INVISIBLE or is_selector or (unicodedata.category(sign) in _HIDDEN and not is_shown)


def tamed(text: str) -> str:
    """The visible text with endless runs and repeats cut short, each cut shown by an ellipsis."""
    shorter = _RUN.sub(lambda run: run[0][:LONGEST_RUN] + "…", visible(text))
    shorter = _WORD.sub(lambda word: f"{word[0][:SHOWN_OF_WORD]}…", shorter)
    return "\n".join(_without_repeats(line) for line in _without_repeated_lines(shorter.split("\n")))


def _without_repeated_lines(lines: Sequence[str]) -> list[str]:
    kept: list[str] = []
    count = 0
    for line in lines:
        count = count + 1 if kept and line == kept[-1] else 1
        if count <= MOST_REPEATS:
            kept.append(line)
    return kept


def _without_repeats(line: str) -> str:
    """A line in which the same words do not follow each other more than three times."""
    words = line.split(" ")
    if len(words) <= MOST_REPEATS:
        return line
    kept: list[str] = []
    at = 0
    while at < len(words):
        period = _period(words, at)
        if not period:
            kept.append(words[at])
            at += 1
            continue
        end = at + period
        while words[end : end + period] == words[at : at + period]:
            end += period
        kept += [*words[at : at + period], "…"]
        at = end
    return " ".join(kept)


def _period(words: Sequence[str], at: int) -> int:
    """How many words it are that follow each other more than three times from a place on; 0: none do."""
    for period in range(1, min(LONGEST_PERIOD_WORDS, (len(words) - at) // (MOST_REPEATS + 1)) + 1):
        if words[at] == words[at + period]:
            first = words[at : at + period]
            if all(words[at + nth * period : at + (nth + 1) * period] == first for nth in range(1, MOST_REPEATS + 1)):
                return period
    return 0


def tamed_value(value: Any) -> Any:
    """A JSON value with every text in it tamed, keys too."""
    if isinstance(value, str):
        return tamed(value)
    if isinstance(value, Mapping):
        return {tamed(str(key)): tamed_value(entry) for key, entry in value.items()}
    if isinstance(value, Sequence):
        return [tamed_value(entry) for entry in value]
    return value


def fenced(value: Any) -> str:
    """A JSON value between two lines that nothing inside it can be mistaken for.

    Args:
        value: JSON, texts from outside among it; they are tamed here.

    Returns:
        Three lines or more: the opening line, the JSON, the closing line.
    """
    body = escaped_json(tamed_value(value))
    marker = marker_of(body)
    return "\n".join((OPENING.format(marker), body, CLOSING.format(marker)))


def marker_of(body: str) -> str:
    """A marker that does not stand in the body."""
    nth = 0
    while (marker := sha256(f"{nth}\n{body}".encode()).hexdigest()[:MARKER_CHARS]) in body:
        nth += 1
    return marker


def escaped_json(value: Any) -> str:
    """JSON, an entry a line, in which neither a `<` nor an instruction bracket of a chat template stands as such.

    Both can only stand inside a string, where JSON lets them be written as escapes.
    """
    body = json.dumps(value, ensure_ascii=False, indent=1, allow_nan=False)
    return _CHAT_BRACKET.sub(r"\\u005b", body.replace("<", "\\u003c").replace("＜", "\\uff1c"))


def plain(text: str) -> str:
    """A text that has to stand without a fence, such as a model's own words sent back to it: no chat template in it."""
    return _CHAT_BRACKET.sub("[ ", re.sub(r"[<＜](?=[|｜/A-Za-z<])", "< ", tamed(text)))
