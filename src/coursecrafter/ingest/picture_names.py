"""Whether a picture's alternative text can name a slide, and that name. Pure."""

from __future__ import annotations

import re

LONGEST_NAME = 80
_LONG_ENOUGH = 4
_FILE = re.compile(r".*\.\w{3,4}|\S*[\\/_]\S*|[a-z]:\\.*|https?:.*", re.IGNORECASE)
# What programs write by themselves: "Picture 3", "Grafik 12", "Screenshot 2024-05-01 at 10.11.12".
_MACHINE = re.compile(
    r"[^\W\d_]+[ -]*\d+|.*\d{4}-\d\d-\d\d.*|"
    r"picture|image|photo|graphic|icon|logo|banner|chart|diagram|screenshot|"
    r"bild|grafik|foto|symbol|diagramm|bildschirmfoto|figure|imagen?|immagine|imagem|afbeelding|"
    r"(a picture containing|a close[- ]up of|graphical user interface|ein bild, das|une image contenant|"
    r"(una )?imagen que contiene|(un')?immagine che contiene|uma imagem contendo|afbeelding met)\b.*",
    re.IGNORECASE,
)


def name_of_picture(text: str) -> str | None:
    """The name that an alternative text gives, cut after a word; None where it is none that says something.

    Args:
        text: on one line.
    """
    line = text.strip().rstrip(".。").rstrip()
    if _FILE.fullmatch(line) or _MACHINE.fullmatch(line) or not (_has_words(line) or _is_noun(line)):
        return None
    if len(line) <= LONGEST_NAME:
        return line
    head = line[:LONGEST_NAME]
    return (head.rsplit(" ", 1)[0] if " " in head else head[:-1]).rstrip(" ,;:–-") + "…"


def _has_words(line: str) -> bool:
    """Two words at least."""
    return sum(any(map(str.isalpha, word)) and len(word) > 1 for word in line.split()) > 1


def _is_noun(line: str) -> bool:
    """A word that is written as a name: with a capital, or in a script that has none."""
    has_case = line.upper() != line.lower()
    return line.isalpha() and (not has_case or (len(line) >= _LONG_ENOUGH and line[0].isupper()))
