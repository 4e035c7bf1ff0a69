"""Pictures without key or network: composed as SVG in the brand's colours, rendered by resvg."""

from __future__ import annotations

import re
from pathlib import Path

import resvg_py

from coursecrafter.errors import GatewayError
from coursecrafter.gateway.ports import ImageAnswer, ImageRequest
from coursecrafter.gateway.providers.picture_canvas import Canvas, Chance, Layers, make_scheme
from coursecrafter.gateway.providers.picture_compositions import COMPOSITIONS
from coursecrafter.gateway.providers.picture_families import draw_sketch
from coursecrafter.gateway.providers.picture_icons import choose_icon
from coursecrafter.gateway.providers.picture_lettering import fonts_of
from coursecrafter.gateway.sketches import Family

PROVIDER = "offline"
REVISION = 2  # raise it when the same request gives other pixels
MODEL = f"composed/resvg {resvg_py.__resvg_version__}/r{REVISION}"
MOST_SIDE_PX = 8192
HEX_COLOR = re.compile(r"#[0-9a-fA-F]{6}")
DEFAULT_PALETTE = ("#1f4e8c", "#f2a33a")
ZONES = ("none", "left", "right", "bottom", "full")
QUIET = 0.94
"""How much of the ground covers the quiet zone."""


class UndrawablePicture(GatewayError):
    """A picture of this size, colours or style cannot be composed."""

    code = "CC-0307"
    status = 422
    remedy = (
        "Ask for sides of 1 to 8192 pixels, colours as #rrggbb, and a text_zone of none, left, right, bottom or full."
    )


class OfflineImage:
    """Composes abstract illustrations with an icon for the topic."""

    def identity(self) -> str:
        """Provider, model and revision."""
        return f"{PROVIDER}/{MODEL}"

    def draw(self, request: ImageRequest) -> ImageAnswer:
        """Compose a picture. Seeds that follow one another give different compositions.

        `style` may hold: `text_zone`, a side that stays quiet for text ("none", "left", "right", "bottom", "full");
        `scheme`, "light" (the default) or "dark"; `mode` "background", which is a text_zone of "full".

        Raises:
            UndrawablePicture: CC-0307.
        """
        svg = compose_svg(request)
        # System fonts are never needed, and looking for them takes longer than the picture.
        fonts = [str(path) for path in _fonts(request)]
        png = resvg_py.svg_to_bytes(svg_string=svg, skip_system_fonts=True, font_files=fonts)
        return ImageAnswer(png, "image/png", PROVIDER, MODEL)


def compose_svg(request: ImageRequest) -> str:
    """The picture as SVG; no word of the prompt stands in it.

    Raises:
        UndrawablePicture: CC-0307.
    """
    zone = "full" if request.style.get("mode") == "background" else str(request.style.get("text_zone", "none"))
    is_dark = request.style.get("scheme") == "dark"
    _check(request, zone)
    scheme = make_scheme(tuple(request.palette) or DEFAULT_PALETTE, is_dark=is_dark)
    chance = Chance(request.seed, request.prompt)
    canvas = Canvas(request.width_px, request.height_px, zone, scheme, choose_icon(request.prompt), chance)
    layers = _layers(canvas, request)
    width, height = request.width_px, request.height_px
    box = f'width="{width}" height="{height}"'
    start, end = (f'<stop offset="{at}" stop-color="{scheme.steps[at]}"/>' for at in (0, 1))
    gradient = f'<linearGradient id="ground" x1="0" y1="0" x2="1" y2="1">{start}{end}</linearGradient>'
    ground = f'<rect {box} fill="url(#ground)"/>'
    defs = f"<defs>{gradient}{_veil_gradient(canvas)}</defs>"
    veil = "" if is_drawn(request) else _veil(canvas)
    shapes = f"{ground}{layers.setting}{veil}{layers.topic}"
    return f'<svg xmlns="http://www.w3.org/2000/svg" {box}>{defs}{shapes}</svg>'


def is_drawn(request: ImageRequest) -> bool:
    """Whether a drawing of the text stands in the picture: not in a background, and where there is one."""
    is_background = request.style.get("mode") == "background" or request.style.get("text_zone") == "full"
    return request.sketch is not None and request.sketch.family is not Family.CONCEPT and not is_background


def _layers(canvas: Canvas, request: ImageRequest) -> Layers:
    if request.sketch is not None and is_drawn(request):
        return draw_sketch(canvas, request.sketch, request.seed)
    return COMPOSITIONS[request.seed % len(COMPOSITIONS)](canvas)


def _fonts(request: ImageRequest) -> list[Path]:
    if request.sketch is None or not is_drawn(request):
        return []
    texts = [request.sketch.title, *(text for part in request.sketch.parts for text in (part.label, part.note))]
    return fonts_of(texts, request.sketch.language)


def _check(request: ImageRequest, zone: str) -> None:
    is_drawable = all(0 < side <= MOST_SIDE_PX for side in (request.width_px, request.height_px))
    if not is_drawable or zone not in ZONES or not all(HEX_COLOR.fullmatch(color) for color in request.palette):
        asked = f"{request.width_px} x {request.height_px}, {list(request.palette)}, text_zone {zone!r}"
        raise UndrawablePicture("The picture cannot be composed as asked.", detail=asked)


def _veil_gradient(canvas: Canvas) -> str:
    """From the ground's colour over the quiet zone to nothing at the focus."""
    if canvas.zone in {"none", "full"}:
        return ""
    direction = {
        "left": 'x1="0" y1="0" x2="1" y2="0"',
        "right": 'x1="1" y1="0" x2="0" y2="0"',
        "bottom": 'x1="0" y1="1" x2="0" y2="0"',
    }[canvas.zone]
    stops = ((0, QUIET), (0.42, QUIET), (0.56, 0.5), (0.7, 0))
    drawn = "".join(
        f'<stop offset="{at}" stop-color="{canvas.scheme.ground}" stop-opacity="{cover}"/>' for at, cover in stops
    )
    return f'<linearGradient id="veil" {direction}>{drawn}</linearGradient>'


def _veil(canvas: Canvas) -> str:
    if canvas.zone == "none":
        return ""
    fill = f'fill="{canvas.scheme.ground}" fill-opacity="0.78"' if canvas.zone == "full" else 'fill="url(#veil)"'
    return f'<rect width="{canvas.width}" height="{canvas.height}" {fill}/>'
