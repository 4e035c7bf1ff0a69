"""The card after the last slide, and before the first where a lesson begins without a picture."""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from html import escape
from itertools import chain, zip_longest

from PIL import ImageFont

from coursecrafter.domain.course import Brand
from coursecrafter.media.fonts import FONT_FAMILY, font_file

WIDTH_PX, HEIGHT_PX = 1920, 1080
MARGIN_PX = 180
TEXT_WIDTH_PX = WIDTH_PX - 2 * MARGIN_PX
HEADING_PX, LINE_PX, NAME_PX = 108, 50, 34
MOST_LINES = 3
LIGHT_LUMINANCE = 0.35
ARABIC = "Noto Sans Arabic"
# Without a name, the renderer takes any font that has the sign, a serif one for Chinese.
FAMILIES = (
    ("Noto Sans CJK KR", re.compile("[\u1100-\u11ff\uac00-\ud7af]")),
    ("Noto Sans CJK JP", re.compile("[\u3040-\u30ff]")),
    ("Noto Sans CJK SC", re.compile("[\u2e80-\u9fff\uf900-\uffef\U00020000-\U0003ffff]")),
    (ARABIC, re.compile("[\u0600-\u06ff]")),
)
LATIN = re.compile("([!-@]*[A-Za-z\u00c0-\u024f][!-~\u00a1-\u024f]*(?: [!-~\u00a1-\u024f]+)*)")
RIGHT_TO_LEFT_EMBEDDING, POP_DIRECTION = "\u202b", "\u202c"
END_OF_LESSON = {
    "af": "Einde van die les",
    "ar": "نهاية الدرس", "bg": "Край на урока", "ca": "Final de la lliçó", "cs": "Konec lekce",
    "da": "Lektionen er slut", "de": "Ende der Lektion", "el": "Τέλος μαθήματος", "en": "End of lesson",
    "es": "Fin de la lección", "et": "Tunni lõpp", "fa": "پایان درس", "fi": "Oppitunnin loppu",
    "fr": "Fin de la leçon", "he": "סוף השיעור", "hi": "पाठ समाप्त", "hr": "Kraj lekcije", "hu": "A lecke vége",
    "id": "Akhir pelajaran", "it": "Fine della lezione", "ja": "レッスン終了", "ko": "수업 끝", "lt": "Pamokos pabaiga",
    "lv": "Nodarbības beigas",
    "ms": "Tamat pelajaran", "nb": "Slutt på leksjonen", "nl": "Einde van de les", "no": "Slutt på leksjonen",
    "pl": "Koniec lekcji", "pt": "Fim da aula", "ro": "Sfârșitul lecției", "ru": "Конец урока", "sk": "Koniec lekcie",
    "sl": "Konec lekcije", "sr": "Крај лекције", "sv": "Slut på lektionen",
    "sw": "Mwisho wa somo", "th": "จบบทเรียน", "tr": "Dersin sonu",
    "uk": "Кінець уроку", "ur": "سبق کا اختتام", "vi": "Kết thúc bài học", "zh": "课程结束",
}  # fmt: skip


def end_of_lesson(language: str) -> str:
    """The words of the end card in a course's language, or in English."""
    return END_OF_LESSON.get(language.split("-", maxsplit=1)[0].lower(), END_OF_LESSON["en"])


def card_svg(heading: str, line: str, brand: Brand) -> str:
    """Draw a card in the brand's colours.

    Args:
        heading: the large words.
        line: what stands below, cut after three lines; may be "".
        brand: its name stands at the foot.

    Returns:
        An SVG of 1920 x 1080.
    """
    ink = ink_on(brand.primary_color)
    heading_lines = wrapped(heading, HEADING_PX, 700)
    lines = wrapped(line, LINE_PX, 400)
    height = len(heading_lines) * HEADING_PX * 1.15 + 90 + len(lines) * LINE_PX * 1.35
    top = (HEIGHT_PX - height) / 2
    texts, at = [], top
    for part in heading_lines:
        at += HEADING_PX * 1.15
        texts.append(text_line(part, at - 24, HEADING_PX, 700, ink, 1))
    bar_at = at + 34
    at += 90
    for part in lines:
        at += LINE_PX * 1.35
        texts.append(text_line(part, at - 16, LINE_PX, 400, ink, 0.88))
    name = wrapped(brand.name, NAME_PX, 500)[:1]
    texts += [text_line(part, HEIGHT_PX - 84, NAME_PX, 500, ink, 0.72) for part in name]
    return (
        svg_head(brand, ink) + f'<rect x="{WIDTH_PX / 2 - 75}" y="{bar_at:.1f}" width="150" height="8" rx="4" '
        f'fill="{escape(brand.secondary_color)}"/>' + "".join(texts) + "</svg>"
    )


def svg_head(brand: Brand, ink: str) -> str:
    """The beginning of a card's SVG: its ground in the brand's colours, with faint shapes in the ink's."""
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH_PX}" height="{HEIGHT_PX}" '
        f'viewBox="0 0 {WIDTH_PX} {HEIGHT_PX}">'
        f'<rect width="{WIDTH_PX}" height="{HEIGHT_PX}" fill="{escape(brand.primary_color)}"/>'
        # Flat shapes: a gradient over so large a face shows rings once it is coded in 8 bits.
        f'<g fill="{ink}" fill-opacity="0.05"><circle cx="1760" cy="1010" r="560"/>'
        '<circle cx="1760" cy="1010" r="330"/><circle cx="90" cy="40" r="300"/></g>'
        f'<rect width="{WIDTH_PX}" height="14" fill="{escape(brand.secondary_color)}"/>'
    )


def ink_on(color: str) -> str:
    """The colour of text on a ground of this colour: dark on light, else white."""
    return "#14181d" if _luminance(color) > LIGHT_LUMINANCE else "#ffffff"


def text_line(
    text: str, baseline: float, size_px: int, weight: int, ink: str, opacity: float, middle_px: float = WIDTH_PX / 2
) -> str:
    """One line of text about a middle, in a family that has its signs."""
    family = next((name for name, script in FAMILIES if script.search(text)), FONT_FAMILY)
    drawn = escape(text)
    if family == ARABIC:
        # It has no Latin letters; without a span of their own they are drawn as empty boxes.
        pieces = LATIN.split(text)
        spans = (f'<tspan font-family="{FONT_FAMILY}">{escape(piece)}</tspan>' for piece in pieces[1::2])
        drawn = "".join(chain.from_iterable(zip_longest(map(escape, pieces[::2]), spans, fillvalue="")))
    if is_right_to_left(text):
        # Else the renderer takes every line for one that runs to the right, and a full stop stands at its wrong end.
        drawn = f"{RIGHT_TO_LEFT_EMBEDDING}{drawn}{POP_DIRECTION}"
    return (
        f'<text x="{middle_px:.0f}" y="{baseline:.1f}" text-anchor="middle" font-family="{family}" '
        f'font-size="{size_px}" font-weight="{weight}" fill="{ink}" fill-opacity="{opacity}">{drawn}</text>'
    )


def wrapped(
    text: str, size_px: int, weight: int, width_px: float = TEXT_WIDTH_PX, most_lines: int = MOST_LINES
) -> list[str]:
    """At most so many lines that fit; what is left out is marked by an ellipsis."""
    font = ImageFont.truetype(str(font_file(weight)), size_px)
    lines: list[str] = []
    for word in _words(_printable(text)):
        joined = f"{lines[-1]}{word}" if lines else word
        if lines and _width_px(joined.strip(), font, size_px) <= width_px:
            lines[-1] = joined
        else:
            lines.append(word.lstrip())
    shown = [line.strip() for line in lines[:most_lines]]
    if len(lines) > most_lines:
        shown[-1] += "…"
    return [_narrowed(line, font, size_px, width_px) for line in shown if line]


def _words(text: str) -> list[str]:
    """Words with the blank before them; East Asian characters one by one."""
    words: list[str] = []
    for char in text:
        if not words or char == " " or _is_wide(char):
            words.append(char)
        else:
            words[-1] += char
    return words


def _narrowed(line: str, font: ImageFont.FreeTypeFont, size_px: int, width_px: float) -> str:
    """A line that is one word wider than its place, cut."""
    if _width_px(line, font, size_px) <= width_px:
        return line
    kept = line.rstrip("…")
    # Halved, not shortened sign by sign: a word may have thousands.
    most = bisect_right(range(1, len(kept)), width_px, key=lambda count: _width_px(f"{kept[:count]}…", font, size_px))
    return f"{kept[:most]}…"


def _width_px(text: str, font: ImageFont.FreeTypeFont, size_px: int) -> float:
    wide = sum(map(_is_wide, text))
    return wide * size_px + font.getlength("".join(char for char in text if not _is_wide(char)))


def _is_wide(char: str) -> bool:
    return unicodedata.east_asian_width(char) in "WF"


def is_right_to_left(text: str) -> bool:
    """Whether a line begins, by its first letter, at its right end (Unicode Bidirectional Algorithm, P2)."""
    strong = (unicodedata.bidirectional(char) for char in text)
    return next((kind in {"R", "AL"} for kind in strong if kind in {"L", "R", "AL"}), False)


def _printable(text: str) -> str:
    """On one line, without what XML cannot hold."""
    return " ".join("".join(char if char.isprintable() else " " for char in text).split())


def _luminance(color: str) -> float:
    """Relative luminance of `#rrggbb`, 0 to 1 (WCAG 2.2)."""
    channels = [int(color[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]  # noqa: PLR2004  # sRGB's curve
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
