"""Text that shrinks to its box gets the size that it shrinks to, written down.

LibreOffice would fit such text itself, but what it finds depends on what it drew before (seen in 7.4: the same slide
came out with other sizes behind another neighbour), and it ignores a layout's wish to fit. A picture must depend on
nothing but its slide, and what is shown may not move between two states, so the size is found here, from the fonts that
LibreOffice will use, and is the same for all states of a slide. The measure is rough.

Source: ECMA-376 Part 1, 21.1.2.1.3 (`a:normAutofit`).
"""

from __future__ import annotations

import shutil
import subprocess
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from lxml import etree
from PIL import ImageFont

from coursecrafter.ingest.package import A, P, find_all
from coursecrafter.ingest.placeholders import TITLES, Inheritance, placeholder_kind

EMU_PER_POINT = 12_700
DEFAULT_SIZE_PT = 18.0
DEFAULT_INSETS = {"lIns": 91_440, "tIns": 45_720, "rIns": 91_440, "bIns": 45_720}
NOTED_TOLERANCE = 1.05
SMALLEST_SCALE_PERCENT = 25
STEP_PERCENT = 5
TOLERANCE = 1.15
"""Text may pass its box by this much: authors push text about with empty lines, and shrinking those moves it away."""
FALLBACK_SHARE = 0.85
"""Where PowerPoint noted a size on the slide, only a substitute's wider letters can ask for a smaller one."""
SAME_WIDTHS = {
    "calibri": "carlito",
    "cambria": "caladea",
    "arial": "liberation sans",
    "helvetica": "liberation sans",
    "times new roman": "liberation serif",
    "courier new": "liberation mono",
}
"""Families, in lower case, with the free ones that were made to have their widths."""
MEASURED_AT_PX = 1000
MATCH_TIMEOUT_S = 10
_PERCENT = 100_000
_FITS = {f"{A}normAutofit", f"{A}noAutofit", f"{A}spAutoFit"}


@dataclass(frozen=True, slots=True)
class _Run:
    """A piece of text of one look, at its full size."""

    text: str
    size_pt: float
    face: str


@dataclass(frozen=True, slots=True)
class _Paragraph:
    """A paragraph as it is laid out; lengths in points, shares of a line as fractions."""

    runs: tuple[_Run, ...]
    indent_pt: float
    spacing: float
    before: float
    before_pt: float


def fit_texts(slide: etree._Element, inheritance: Inheritance) -> None:
    """Give all text of a slide that shrinks to its box a size of its own, in place."""
    for shape in slide.iter(f"{P}sp"):
        bodies = inheritance.body_properties(shape)
        fit = next((child for body in bodies for child in body if child.tag in _FITS), None)
        if bodies and fit is not None and fit.tag == f"{A}normAutofit":
            _fit_shape(shape, inheritance, bodies, fit)


def _fit_shape(
    shape: etree._Element, inheritance: Inheritance, bodies: list[etree._Element], fit: etree._Element
) -> None:
    own = shape.find(f"{P}txBody/{A}bodyPr")
    box = inheritance.box(shape)
    if own is None or box is None:
        return
    insets = {name: _length(bodies, name, default) for name, default in DEFAULT_INSETS.items()}
    width = (box.width - insets["lIns"] - insets["rIns"]) / EMU_PER_POINT
    height = (box.height - insets["tIns"] - insets["bIns"]) / EMU_PER_POINT
    reduction = _share(fit.get("lnSpcReduction"), 0.0)
    paragraphs = find_all(shape, "p:txBody/a:p")
    laid_out = [_measure(shape, inheritance, paragraph) for paragraph in paragraphs]
    start = round(_share(fit.get("fontScale"), 1.0) * 100)
    is_noted = fit.getparent() is own
    has_its_fonts = all(_font(run.face).has_widths_of_face for paragraph in laid_out for run in paragraph.runs)
    if is_noted and has_its_fonts:
        lowest = start  # PowerPoint measured this text with these widths: its size is right.
    else:
        lowest = round(start * FALLBACK_SHARE) if is_noted else SMALLEST_SCALE_PERCENT
    scales = [start, *range(start - start % STEP_PERCENT, lowest, -STEP_PERCENT)]
    legible = _without_trailing_blanks(laid_out)
    if _height(legible, width, start / 100, 0.0) <= height * NOTED_TOLERANCE:
        reduction = 0.0  # LibreOffice leaves the lines apart where there is room, and blank lines push text about.
    fitting = (s for s in scales if _height(legible, width, s / 100, reduction) <= height * TOLERANCE)
    scale = next(fitting, min(start, lowest)) / 100
    for child in list(own):
        if child.tag in _FITS:
            own.remove(child)
    own.insert(sum(1 for child in own if child.tag == f"{A}prstTxWarp"), etree.Element(f"{A}noAutofit"))
    if scale < 1 or reduction:
        for paragraph, measured in zip(paragraphs, laid_out, strict=True):
            _write_size(paragraph, measured, scale, reduction)


def _without_trailing_blanks(paragraphs: list[_Paragraph]) -> list[_Paragraph]:
    """Empty lines at the end need no room."""
    filled = [index for index, paragraph in enumerate(paragraphs) if any(run.text.strip() for run in paragraph.runs)]
    return paragraphs[: filled[-1] + 1] if filled else []


def _measure(shape: etree._Element, inheritance: Inheritance, paragraph: etree._Element) -> _Paragraph:
    own = paragraph.find(f"{A}pPr")
    level = 0 if own is None else min(max(int(own.get("lvl") or 0), 0), 8)
    chain = inheritance.paragraph_properties(shape, paragraph, level)
    defaults = [default for properties in chain for default in properties.findall(f"{A}defRPr")]
    theme_face = inheritance.theme_font(is_heading=placeholder_kind(shape) in TITLES)
    runs = [_run(run, defaults, theme_face) for run in paragraph if run.tag in {f"{A}r", f"{A}br", f"{A}fld"}]
    if not runs:
        runs = [_run(paragraph, defaults, theme_face)]
    before = next(iter(_children(chain, "spcBef")), None)
    return _Paragraph(
        tuple(runs),
        indent_pt=_length(chain, "marL", 0) / EMU_PER_POINT,
        spacing=_percent(next(iter(_children(chain, "lnSpc")), None), 1.0),
        before=_percent(before, 0.0),
        before_pt=_points(before),
    )


def _run(run: etree._Element, defaults: list[etree._Element], theme_face: str) -> _Run:
    """A run's text and look; an empty paragraph stands for its own end."""
    name = "endParaRPr" if run.tag == f"{A}p" else "rPr"
    looks = [*run.findall(f"{A}{name}"), *defaults]
    sizes = (look.get("sz") for look in looks)
    size = next((int(size) / 100 for size in sizes if size), DEFAULT_SIZE_PT)
    faces = (face.get("typeface", "") for face in _children(looks, "latin"))
    face = next((face for face in faces if face and not face.startswith("+")), theme_face)
    is_bold = next((look.get("b") for look in looks if look.get("b")), "0") in {"1", "true"}
    text = "\n" if run.tag == f"{A}br" else (run.findtext(f"{A}t") or "")
    return _Run(text.replace("\x0b", "\n"), size, f"{face}:bold" if is_bold else face)


def _height(paragraphs: list[_Paragraph], width: float, scale: float, reduction: float) -> float:
    """Points that the text takes from the first line's top to the last line's bottom."""
    total = 0.0
    for index, paragraph in enumerate(paragraphs):
        lines = _count_lines(paragraph, width - paragraph.indent_pt, scale)
        tallest = max(run.size_pt * _font(run.face).line for run in paragraph.runs) * scale
        total += lines * tallest * (paragraph.spacing - reduction)
        if index:
            total += paragraph.before * tallest + paragraph.before_pt
    return total


def _count_lines(paragraph: _Paragraph, width: float, scale: float) -> int:
    lines, used = 1, 0.0
    for run in paragraph.runs:
        font = _font(run.face)
        for word in _words(run.text):
            if word == "\n":
                lines, used = lines + 1, 0.0
                continue
            length = sum(font.advance(letter) for letter in word) * run.size_pt * scale
            if used and used + length > width:
                lines, used = lines + 1, 0.0
            # A word longer than the line is broken.
            lines += int((used + length) // width) if width > 0 else 0
            used = (used + length) % width if width > 0 else 0.0
    return lines


def _words(text: str) -> Iterator[str]:
    """What is not broken: words with the blank behind them, ideographs one by one."""
    word = ""
    for letter in text:
        is_wide = unicodedata.east_asian_width(letter) in {"W", "F"}
        if (is_wide or letter == "\n") and word:
            yield word
            word = ""
        if is_wide or letter == "\n":
            yield letter
        else:
            word += letter
            if letter.isspace():
                yield word
                word = ""
    if word:
        yield word


class _Font:
    """Widths of a font's letters and height of its line, in em.

    Attributes:
        has_widths_of_face: whether it is the typeface asked for, or one made to have its widths.
    """

    def __init__(self, file: str, index: int, *, has_widths_of_face: bool) -> None:
        self.has_widths_of_face = has_widths_of_face
        self._font = ImageFont.truetype(file, MEASURED_AT_PX, index, layout_engine=ImageFont.Layout.BASIC)
        # Not ascent and descent alone: Carlito's line gap, for one, is a fifth of its line.
        self.line = self._font.font.height / MEASURED_AT_PX
        self._advances: dict[str, float] = {}

    def advance(self, letter: str) -> float:
        """Width of one letter; an ideograph is as wide as it is high."""
        if letter not in self._advances:
            is_wide = unicodedata.east_asian_width(letter) in {"W", "F"}
            self._advances[letter] = 1.0 if is_wide else self._font.getlength(letter) / MEASURED_AT_PX
        return self._advances[letter]


class _UnknownFont(_Font):
    """What is assumed where fontconfig is missing: the widths of a wide sans serif."""

    def __init__(self) -> None:
        self.has_widths_of_face = False
        self.line = 1.36
        self._advances = {}

    def advance(self, letter: str) -> float:
        """Width of one letter, in em."""
        return 1.0 if unicodedata.east_asian_width(letter) in {"W", "F"} else 0.58


@lru_cache(maxsize=256)
def _font(face: str) -> _Font:
    """The font that is used for a typeface ("Calibri", "Calibri:bold")."""
    program = shutil.which("fc-match")
    if program is None:
        return _UnknownFont()
    # A family's name may hold what fontconfig takes for a pattern.
    family, _, style = face.partition(":")
    pattern = "".join(letter for letter in family if letter.isalnum() or letter == " ") + (f":{style}" if style else "")
    answer = subprocess.run(
        [program, "--format", "%{file}\t%{index}\t%{family}", pattern],
        capture_output=True,
        text=True,
        check=True,
        timeout=MATCH_TIMEOUT_S,
    )
    file, index, families = answer.stdout.split("\t")
    wanted = family.strip().casefold()
    found = {name.strip().casefold() for name in families.split(",")}
    is_same = wanted in found or SAME_WIDTHS.get(wanted) in found
    return _Font(file, int(index) & 0xFFFF, has_widths_of_face=is_same)


def _write_size(paragraph: etree._Element, measured: _Paragraph, scale: float, reduction: float) -> None:
    sized = [run for run in paragraph if run.tag in {f"{A}r", f"{A}br", f"{A}fld"}]
    for run, full in zip(sized, measured.runs, strict=False):
        properties = run.find(f"{A}rPr")
        if properties is None:
            properties = etree.Element(f"{A}rPr")
            run.insert(0, properties)
        properties.set("sz", str(_scaled(full.size_pt, scale)))
    end = paragraph.find(f"{A}endParaRPr")
    if end is None:
        end = etree.SubElement(paragraph, f"{A}endParaRPr")
    end.set("sz", str(_scaled(measured.runs[-1].size_pt, scale)))
    if reduction:
        properties = paragraph.find(f"{A}pPr")
        if properties is None:
            properties = etree.Element(f"{A}pPr")
            paragraph.insert(0, properties)
        for spacing in properties.findall(f"{A}lnSpc"):
            properties.remove(spacing)
        spacing = etree.Element(f"{A}lnSpc")
        etree.SubElement(spacing, f"{A}spcPct", val=str(round((measured.spacing - reduction) * _PERCENT)))
        properties.insert(0, spacing)


def _scaled(size_pt: float, scale: float) -> int:
    """Hundredths of a point, in half points."""
    return max(100, round(size_pt * scale * 2) * 50)


def _children(elements: list[etree._Element], name: str) -> Iterator[etree._Element]:
    for element in elements:
        yield from element.findall(f"{A}{name}")


def _length(elements: list[etree._Element], name: str, default: int) -> int:
    return next((int(value) for value in (element.get(name) for element in elements) if value), default)


def _percent(spacing: etree._Element | None, default: float) -> float:
    share = None if spacing is None else spacing.find(f"{A}spcPct")
    return default if share is None else _share(share.get("val"), default)


def _points(spacing: etree._Element | None) -> float:
    points = None if spacing is None else spacing.find(f"{A}spcPts")
    return 0.0 if points is None else int(points.get("val") or 0) / 100


def _share(value: str | None, default: float) -> float:
    """A share as ECMA-376 writes it, in thousandths of a percent or (strict) with a percent sign."""
    if not value:
        return default
    return float(value[:-1]) / 100 if value.endswith("%") else int(value) / _PERCENT
