"""The card after the last slide, and before the first where a lesson begins without a picture."""

from __future__ import annotations

import re
import unicodedata
from html import escape

from PIL import ImageFont

from coursecrafter.domain.course import Brand
from coursecrafter.media.fonts import FONT_FAMILY, font_file

WIDTH_PX, HEIGHT_PX = 1920, 1080
MARGIN_PX = 180
TEXT_WIDTH_PX = WIDTH_PX - 2 * MARGIN_PX
HEADING_PX, LINE_PX, NAME_PX = 108, 50, 34
MOST_LINES = 3
LIGHT_LUMINANCE = 0.35
# Without a name, the renderer takes any font that has the sign, a serif one for Chinese.
FAMILIES = (
    ("Noto Sans CJK KR", re.compile("[\u1100-\u11ff\uac00-\ud7af]")),
    ("Noto Sans CJK JP", re.compile("[\u3040-\u30ff]")),
    ("Noto Sans CJK SC", re.compile("[\u2e80-\u9fff\uf900-\uffef\U00020000-\U0003ffff]")),
    ("Noto Sans Arabic", re.compile("[\u0600-\u06ff]")),
)
END_OF_LESSON = {
    "ar": "نهاية الدرس", "bg": "Край на урока", "ca": "Final de la lliçó", "cs": "Konec lekce",
    "da": "Lektionen er slut", "de": "Ende der Lektion", "el": "Τέλος μαθήματος", "en": "End of lesson",
    "es": "Fin de la lección", "et": "Tunni lõpp", "fa": "پایان درس", "fi": "Oppitunnin loppu",
    "fr": "Fin de la leçon", "he": "סוף השיעור", "hi": "पाठ समाप्त", "hr": "Kraj lekcije", "hu": "A lecke vége",
    "id": "Akhir pelajaran", "it": "Fine della lezione", "ja": "レッスン終了", "ko": "수업 끝", "lt": "Pamokos pabaiga",
    "lv": "Nodarbības beigas", "nb": "Slutt på leksjonen", "nl": "Einde van de les", "no": "Slutt på leksjonen",
    "pl": "Koniec lekcji", "pt": "Fim da aula", "ro": "Sfârșitul lecției", "ru": "Конец урока", "sk": "Koniec lekcie",
    "sl": "Konec lekcije", "sr": "Крај лекције", "sv": "Slut på lektionen", "th": "จบบทเรียน", "tr": "Dersin sonu",
    "uk": "Кінець уроку", "vi": "Kết thúc bài học", "zh": "课程结束",
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
    is_light = _luminance(brand.primary_color) > LIGHT_LUMINANCE
    ink = "#14181d" if is_light else "#ffffff"
    heading_lines = _wrapped(heading, HEADING_PX, 700)
    lines = _wrapped(line, LINE_PX, 400)
    height = len(heading_lines) * HEADING_PX * 1.15 + 90 + len(lines) * LINE_PX * 1.35
    top = (HEIGHT_PX - height) / 2
    texts, at = [], top
    for part in heading_lines:
        at += HEADING_PX * 1.15
        texts.append(_text(part, at - 24, HEADING_PX, 700, ink, 1))
    bar_at = at + 34
    at += 90
    for part in lines:
        at += LINE_PX * 1.35
        texts.append(_text(part, at - 16, LINE_PX, 400, ink, 0.88))
    name = _wrapped(brand.name, NAME_PX, 500)[:1]
    texts += [_text(part, HEIGHT_PX - 84, NAME_PX, 500, ink, 0.72) for part in name]
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH_PX}" height="{HEIGHT_PX}" '
        f'viewBox="0 0 {WIDTH_PX} {HEIGHT_PX}">'
        f'<rect width="{WIDTH_PX}" height="{HEIGHT_PX}" fill="{escape(brand.primary_color)}"/>'
        # Flat shapes: a gradient over so large a face shows rings once it is coded in 8 bits.
        f'<g fill="{ink}" fill-opacity="0.05"><circle cx="1760" cy="1010" r="560"/>'
        '<circle cx="1760" cy="1010" r="330"/><circle cx="90" cy="40" r="300"/></g>'
        f'<rect width="{WIDTH_PX}" height="14" fill="{escape(brand.secondary_color)}"/>'
        f'<rect x="{WIDTH_PX / 2 - 75}" y="{bar_at:.1f}" width="150" height="8" rx="4" '
        f'fill="{escape(brand.secondary_color)}"/>' + "".join(texts) + "</svg>"
    )


def _text(text: str, baseline: float, size_px: int, weight: int, ink: str, opacity: float) -> str:
    family = next((name for name, script in FAMILIES if script.search(text)), FONT_FAMILY)
    return (
        f'<text x="{WIDTH_PX // 2}" y="{baseline:.1f}" text-anchor="middle" font-family="{family}" '
        f'font-size="{size_px}" font-weight="{weight}" fill="{ink}" fill-opacity="{opacity}">{escape(text)}</text>'
    )


def _wrapped(text: str, size_px: int, weight: int) -> list[str]:
    """At most three lines that fit; what is left out is marked by an ellipsis."""
    font = ImageFont.truetype(str(font_file(weight)), size_px)
    lines: list[str] = []
    for word in _words(_printable(text)):
        joined = f"{lines[-1]}{word}" if lines else word
        if lines and _width_px(joined.strip(), font, size_px) <= TEXT_WIDTH_PX:
            lines[-1] = joined
        else:
            lines.append(word.lstrip())
    shown = [line.strip() for line in lines[:MOST_LINES]]
    if len(lines) > MOST_LINES:
        shown[-1] += "…"
    return [_narrowed(line, font, size_px) for line in shown if line]


def _words(text: str) -> list[str]:
    """Words with the blank before them; East Asian characters one by one."""
    words: list[str] = []
    for char in text:
        if not words or char == " " or _is_wide(char):
            words.append(char)
        else:
            words[-1] += char
    return words


def _narrowed(line: str, font: ImageFont.FreeTypeFont, size_px: int) -> str:
    """A line that is one word wider than the card, cut."""
    while _width_px(line, font, size_px) > TEXT_WIDTH_PX:
        line = line.rstrip("…")[:-1] + "…"
    return line


def _width_px(text: str, font: ImageFont.FreeTypeFont, size_px: int) -> float:
    wide = sum(map(_is_wide, text))
    return wide * size_px + font.getlength("".join(char for char in text if not _is_wide(char)))


def _is_wide(char: str) -> bool:
    return unicodedata.east_asian_width(char) in "WF"


def _printable(text: str) -> str:
    """On one line, without what XML cannot hold."""
    return " ".join("".join(char if char.isprintable() else " " for char in text).split())


def _luminance(color: str) -> float:
    """Relative luminance of `#rrggbb`, 0 to 1 (WCAG 2.2)."""
    channels = [int(color[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]  # noqa: PLR2004  # sRGB's curve
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
