"""The card that stands for a video elsewhere: a drawn thumbnail, a title, an intro line and a QR code to its address.

Nothing is fetched: a film may be made without a network, and a picture of another site's is another's work.

Source: product, E1 ("a YouTube segment has a thumbnail or card and an intro line"); ISO/IEC 18004 (QR code).
"""

from __future__ import annotations

import io
from html import escape

import segno

from coursecrafter.domain.course import Brand
from coursecrafter.engines.e1_voiceover.card import HEIGHT_PX, MARGIN_PX, NAME_PX, ink_on, svg_head, wrapped
from coursecrafter.engines.e1_voiceover.card import text_line as line

SCREEN = (MARGIN_PX, 250, 928, 522)
"""Left, top, width and height of the thumbnail: 16 to 9."""
QR_PX = 460
QR_MARGIN_PX = 34
TITLE_PX, INTRO_PX, ADDRESS_PX = 60, 40, 30
TITLE_MIDDLE_PX = 134
COLUMN_MIDDLE_PX = 1432
INTRO_WIDTH_PX = SCREEN[2]


def video_card_svg(title: str, intro: str, address: str, brand: Brand) -> str:
    """Draw the card of a video.

    Args:
        title: what the video is about, cut after two lines.
        intro: what is said of it, cut after two lines; may be "".
        address: where it is played; the QR code leads there, and it is written below.
        brand: its colours, and its name at the foot.

    Returns:
        An SVG of 1920 x 1080.
    """
    ink = ink_on(brand.primary_color)
    heading = wrapped(title, TITLE_PX, 700, most_lines=2)
    texts = [
        line(part, TITLE_MIDDLE_PX + TITLE_PX * (0.35 + 1.15 * (place - (len(heading) - 1) / 2)), TITLE_PX, 700, ink, 1)
        for place, part in enumerate(heading)
    ]
    left, top, width, height = SCREEN
    texts += [
        line(part, top + height + 74 + INTRO_PX * 1.3 * place, INTRO_PX, 400, ink, 0.88, left + width / 2)
        for place, part in enumerate(wrapped(intro, INTRO_PX, 400, INTRO_WIDTH_PX, 2))
    ]
    qr_top = top + (height - QR_PX) / 2
    texts += [
        line(part, top + height + 70, ADDRESS_PX, 500, ink, 0.88, COLUMN_MIDDLE_PX)
        for part in wrapped(_short(address), ADDRESS_PX, 500, QR_PX + 120, 1)
    ]
    texts += [line(part, HEIGHT_PX - 84, NAME_PX, 500, ink, 0.72) for part in wrapped(brand.name, NAME_PX, 500)[:1]]
    code = _qr_code(address, COLUMN_MIDDLE_PX - QR_PX / 2, qr_top)
    return svg_head(brand, ink) + _screen(brand) + code + "".join(texts) + "</svg>"


def _short(address: str) -> str:
    """The address as somebody would type it."""
    shown = address.partition("://")[2].removeprefix("www.")
    return shown.replace("youtube.com/watch?v=", "youtu.be/").replace("&t=", "?t=")


def _screen(brand: Brand) -> str:
    """A film's still as anybody would draw one: a screen with the sign for playing."""
    left, top, width, height = SCREEN
    middle_x, middle_y = left + width / 2, top + height / 2
    ground = top + height - 80
    accent = escape(brand.secondary_color)
    sign = ink_on(brand.secondary_color)
    return (
        f'<rect x="{left}" y="{top}" width="{width}" height="{height}" rx="28" fill="#10141a"/>'
        f'<g fill="#ffffff" fill-opacity="0.06"><circle cx="{left + 170}" cy="{top + 120}" r="96"/>'
        f'<path d="M{left} {ground} l260 -210 l190 150 l170 -120 L{left + width} {ground} z"/></g>'
        f'<circle cx="{middle_x}" cy="{middle_y}" r="92" fill="{accent}"/>'
        f'<path d="M{middle_x - 30} {middle_y - 48} l80 48 l-80 48 z" fill="{sign}" stroke="{sign}" '
        f'stroke-width="10" stroke-linejoin="round"/>'
        f'<rect x="{left + 40}" y="{top + height - 44}" width="{width - 80}" height="8" rx="4" fill="#ffffff" '
        f'fill-opacity="0.25"/>'
        f'<rect x="{left + 40}" y="{top + height - 44}" width="{(width - 80) // 5}" height="8" rx="4" fill="{accent}"/>'
    )


def _qr_code(address: str, left: float, top: float) -> str:
    """The code on a white ground, in whole pixels: a frame that is made smaller must still be read."""
    code = segno.make(address, error="m", micro=False)
    modules = code.symbol_size(border=0)[0]
    scale = (QR_PX - 2 * QR_MARGIN_PX) // modules
    margin = (QR_PX - modules * scale) / 2
    held = io.BytesIO()
    code.save(held, kind="svg", scale=scale, border=0, xmldecl=False, svgns=False, nl=False, omitsize=True)
    drawn = held.getvalue().decode().partition(">")[2].removesuffix("</svg>")
    return (
        f'<rect x="{left}" y="{top}" width="{QR_PX}" height="{QR_PX}" rx="28" fill="#ffffff"/>'
        f'<g transform="translate({left + margin} {top + margin})">{drawn}</g>'
    )
