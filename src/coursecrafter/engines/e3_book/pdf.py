"""Typeset the book: one fixed Typst template reads the manuscript, and writes PDF/A-2a with PDF/UA-1.

Source: ISO 19005-2 level A; ISO 14289-1.
"""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterable, Mapping
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

import typst

from coursecrafter.domain.stored import StoredObject
from coursecrafter.engines.bench import Bench
from coursecrafter.engines.e3_book.manuscript import picture_file
from coursecrafter.errors import BookError
from coursecrafter.jobs.steps import Produced, Step, content_key
from coursecrafter.media.fonts import FONT_FOLDER

TEMPLATE = Path(__file__).parent / "template.typ"
MOST_TRIES = 40

_WITHOUT_GLYPH = re.compile(r"the text `\"(.+?)\"` could not be displayed")
_ESCAPED = re.compile(r"\\u\{([0-9a-f]+)\}")


class TypesettingFailed(BookError):
    """The book cannot be typeset."""

    code = "CC-0502"
    remedy = "Look for unusual signs in the sections' text, and report it with the log if there are none."


def make_pdf(book: Mapping[str, Any], pictures: Iterable[StoredObject], bench: Bench) -> tuple[StoredObject, list[str]]:
    """Typeset a manuscript.

    Args:
        book: see `manuscript.py`.
        pictures: all that it names.

    Returns:
        The PDF, and the characters that no installed font can draw and that were left out, as "U+1F1E6".

    Raises:
        TypesettingFailed: CC-0502.
    """
    used = {picture_file(picture): picture for picture in pictures}

    def make(folder: Path) -> dict[str, Produced]:
        for name, picture in used.items():
            bench.store.copy_to(picture, folder / name)
        shutil.copyfile(TEMPLATE, folder / "template.typ")
        left_out = typeset(book, folder)
        (folder / "left_out.json").write_text(json.dumps(left_out))
        return {
            "pdf": Produced(folder / "book.pdf", "application/pdf"),
            "left_out": Produced(folder / "left_out.json", "application/json"),
        }

    key = content_key("book_pdf", 1, book=book, template=_template_text(), typst=version("typst"), fonts=_font_names())
    done = bench.steps.run([Step("book_pdf", key, make, "pages")])[0]
    left_out: list[str] = json.loads(bench.store.get_bytes(done.files["left_out"]))
    return done.files["pdf"], left_out


def typeset(book: Mapping[str, Any], folder: Path) -> list[str]:
    """Write `book.pdf`; leave out what no font can draw, since both standards forbid a page with a missing glyph."""
    text = json.dumps(book, ensure_ascii=False)
    left_out: set[str] = set()
    for _ in range(MOST_TRIES):
        (folder / "book.json").write_text(text, encoding="utf-8")
        try:
            typst.compile(
                str(folder / "template.typ"),
                output=str(folder / "book.pdf"),
                root=str(folder),
                font_paths=_fonts(),
                format="pdf",
                pdf_standards=["a-2a", "ua-1"],
                timestamp=0,
            )
        except typst.TypstError as error:
            missing = _characters_without_glyph(error.diagnostic) & set(text)
            if not missing:
                raise TypesettingFailed("The book could not be typeset.", detail=error.diagnostic) from error
            left_out |= missing
            text = text.translate(dict.fromkeys(map(ord, missing)))
        else:
            return [f"U+{ord(character):04X}" for character in sorted(left_out)]
    raise TypesettingFailed(
        "The book uses more scripts than the fonts of this machine can draw.", detail=repr(left_out)
    )


def _characters_without_glyph(diagnostic: str) -> set[str]:
    found = "".join(_WITHOUT_GLYPH.findall(diagnostic))
    return set(_ESCAPED.sub(lambda escape: chr(int(escape[1], 16)), found)) - set(" \t")


@cache
def _fonts() -> typst.Fonts:
    return typst.Fonts(include_system_fonts=True, include_embedded_fonts=True, font_paths=[str(FONT_FOLDER)])


@cache
def _font_names() -> list[str]:
    """The families that are installed: another machine's fonts may give other pages."""
    return list(_fonts().families())


@cache
def _template_text() -> str:
    return TEMPLATE.read_text(encoding="utf-8")
