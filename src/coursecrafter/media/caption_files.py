"""Captions, their words and chapters as files: WebVTT, SubRip, JSON.

Source: WebVTT (W3C), SubRip as players read it; Unicode Standard Annex 9 for text that runs from right to left.
"""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Sequence
from fractions import Fraction
from itertools import pairwise

from coursecrafter.media.captions import Caption, TimedWord

RIGHT_TO_LEFT = frozenset({"ar", "arc", "ckb", "dv", "fa", "he", "iw", "ku", "nqo", "ps", "sd", "ug", "ur", "yi"})
EMBED_LEFT, EMBED_RIGHT, EMBED_END = "\u202a", "\u202b", "\u202c"
ESTIMATED = "NOTE Estimated: the voice told no times for words of "


def to_vtt(captions: Sequence[Caption], language: str = "") -> str:
    """The captions as WebVTT; a note says where times are estimated.

    Args:
        captions: in order of time.
        language: BCP 47 tag of the text.
    """
    parts = ["WEBVTT\n"]
    estimated = sum(caption.is_estimated for caption in captions)
    if captions and estimated == len(captions):
        parts.append(f"{ESTIMATED}any caption.\n")
    for number, caption in enumerate(captions, 1):
        if caption.is_estimated and estimated < len(captions):
            parts.append(f"{ESTIMATED}the next caption.\n")
        # A player finds each line's direction by its first letter.
        lines = [_escaped(_embedded(line, language, is_left_assumed=False)) for line in caption.lines]
        parts.append(_cue(number, caption.start_s, caption.end_s, ".", lines))
    return "\n".join(parts)


def to_srt(captions: Sequence[Caption], language: str = "") -> str:
    """The captions as SubRip; it has no way to write "<" that all players know, so the sign looks like it here."""
    cues = []
    for number, caption in enumerate(captions, 1):
        lines = [_embedded(line, language, is_left_assumed=True) for line in caption.lines]
        lines = [line.replace("<", "‹").replace(">", "›") for line in lines]
        cues.append(_cue(number, caption.start_s, caption.end_s, ",", lines))
    return "\n".join(cues)


def to_words_json(words: Sequence[TimedWord], language: str) -> str:
    """Every word with its times, for programs: players that light words up, searches, tests."""
    return json.dumps(
        {
            "language": language,
            "has_estimated": any(word.is_estimated for word in words),
            "words": [
                {
                    "segment_id": word.name,
                    "text": word.text,
                    "start_s": round(float(word.start_s), 3),
                    "end_s": round(float(word.end_s), 3),
                    "is_estimated": word.is_estimated,
                }
                for word in words
            ],
        },
        ensure_ascii=False,
        indent=1,
    )


def chapters_to_vtt(chapters: Sequence[tuple[Fraction, str]], end_s: Fraction, language: str = "") -> str:
    """Chapters as a WebVTT file of the kind `chapters`.

    Args:
        chapters: when each begins, in seconds, and its title; in order.
        end_s: when the video ends.
        language: BCP 47 tag of the titles.
    """
    bounds = [start_s for start_s, _ in chapters] + [end_s]
    titles = (" ".join(_printable(title).split()) or str(number) for number, (_, title) in enumerate(chapters, 1))
    cues = [
        _cue(number, start_s, until_s, ".", [_escaped(_embedded(title, language, is_left_assumed=False))])
        for number, ((start_s, until_s), title) in enumerate(zip(pairwise(bounds), titles, strict=True), 1)
    ]
    return "\n".join(["WEBVTT\n", *cues])


def _cue(number: int, start_s: Fraction, end_s: Fraction, point: str, lines: Sequence[str]) -> str:
    return f"{number}\n{_clock(start_s, point)} --> {_clock(end_s, point)}\n" + "\n".join(lines) + "\n"


def _embedded(line: str, language: str, *, is_left_assumed: bool) -> str:
    """The line, marked where a player would take it to run the other way than its language does.

    Args:
        line: one line of a caption.
        language: BCP 47 tag.
        is_left_assumed: whether players take a line without marks to run from left to right, whatever stands in it.
    """
    is_right = language.split("-", maxsplit=1)[0].lower() in RIGHT_TO_LEFT
    starts_right = _starts_right(line)
    if is_right and (is_left_assumed or starts_right is not True):
        return f"{EMBED_RIGHT}{line}{EMBED_END}"
    if not is_right and starts_right and language:
        return f"{EMBED_LEFT}{line}{EMBED_END}"
    return line


def _starts_right(line: str) -> bool | None:
    """Whether its first letter runs from right to left; None without a letter."""
    for char in line:
        direction = unicodedata.bidirectional(char)
        if direction in {"L", "R", "AL"}:
            return direction != "L"
    return None


def _printable(text: str) -> str:
    return "".join(char if unicodedata.category(char) not in {"Cc", "Cs"} else " " for char in text)


def _clock(at_s: Fraction, point: str) -> str:
    ms = int(at_s * 1000 + Fraction(1, 2))
    return f"{ms // 3_600_000:02}:{ms // 60_000 % 60:02}:{ms // 1000 % 60:02}{point}{ms % 1000:03}"


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
