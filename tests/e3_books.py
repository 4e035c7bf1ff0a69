"""Rendered books, and what outside judges say of them."""

from __future__ import annotations

import re
import subprocess
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import page as page_validation

from coursecrafter.domain.book import BookSection
from coursecrafter.domain.course import Course
from coursecrafter.domain.output import Rendered
from coursecrafter.engines.bench import Bench
from coursecrafter.engines.e3_book import engine

LONG_TITLE = ("A " + "very " * 60 + "long title " * 8 + "that ends at last " * 6 + "x" * 90)[:500]


@dataclass(frozen=True, slots=True)
class Book:
    """A rendered book with its files."""

    rendered: Rendered
    sections: tuple[BookSection, ...]
    pdf: bytes
    epub: bytes
    pdf_path: Path
    epub_path: Path

    @property
    def text(self) -> str:
        """The PDF's text in reading order, as pdftotext finds it."""
        command = ["pdftotext", "-layout", str(self.pdf_path), "-"]
        return subprocess.run(command, check=True, capture_output=True, timeout=60).stdout.decode()


def make_book(
    course: Course, bench: Bench, folder: Path, sections: Sequence[BookSection] | None = None, subtitle: str = ""
) -> Book:
    """Design and render a book, and write its files into a folder."""
    proposed = engine.design(course, bench) if sections is None else tuple(sections)
    rendered = engine.render(course, proposed, course.name, subtitle, bench)
    folder.mkdir(exist_ok=True)
    contents = []
    for output in rendered.outputs[:2]:
        contents.append(bench.store.get_bytes(output.object))
        (folder / f"book{output.suffix}").write_bytes(contents[-1])
    return Book(rendered, proposed, contents[0], contents[1], folder / "book.pdf", folder / "book.epub")


def conformance_failures(pdf: bytes) -> list[str]:
    """What page-validation finds against PDF/UA-1 and PDF/A-2a, without its two known false positives."""
    failures = [
        failure
        for profile in ("ua1", "pdfa2a")
        for failure in page_validation.validate_pdf_bytes(pdf, profile=profile).failures
    ]
    return [f"{failure.rule_id} {failure.message}" for failure in failures if not _is_false_positive(failure, pdf)]


def _is_false_positive(failure: page_validation.ValidationFailure, pdf: bytes) -> bool:
    if failure.rule_id.endswith("STREAM-LENGTH-001"):
        # The judge takes a stream's own last byte for a part of the line end, if it is a carriage return.
        return stream_ends(pdf) == {True}
    # The judge does not find the widths of a font whose glyphs are named by number (CFF-CID), such as Noto CJK.
    return (
        "GLYPH-WIDTH-001" in failure.rule_id
        and re.search(r"width 0\.000 .* CIDFontType0C", failure.message) is not None
    )


def stream_ends(pdf: bytes) -> set[bool]:
    """For each stream that ends in a carriage return, whether its /Length is right."""
    return {is_right for stream, is_right in _streams(pdf) if stream.endswith(b"\r")}


def pdf_objects(pdf: bytes) -> bytes:
    """The file's objects with those that stand in compressed streams."""
    return pdf + b"\n".join(
        zlib.decompress(stream) for stream, _ in _streams(pdf) if stream.startswith((b"x\xda", b"x\x9c"))
    )


def _streams(pdf: bytes) -> Iterator[tuple[bytes, bool]]:
    """Each stream, and whether "endstream" stands where its /Length says."""
    at = 0
    while (start := pdf.find(b"\nstream\n", at)) >= 0:
        length = int(re.findall(rb"/Length (\d+)", pdf[at:start])[-1])
        begin = start + len(b"\nstream\n")
        at = begin + length
        yield pdf[begin:at], pdf[at : at + 10] == b"\nendstream"
