"""Templates: what a brand's videos can look like. Three are proposed for every brand, each one designer's.

A template says which type, which grounds and which shape of picture; where things stand says `stages`, by the frame's
shape and by what a scene has to show.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

from coursecrafter.domain.course import Brand
from coursecrafter.engines.e2_video.palette import Ground, Mark, Palette
from coursecrafter.engines.e2_video.stages import Arrangement, Cut, Side
from coursecrafter.errors import VideoError
from coursecrafter.media.fonts import FAMILIES, FONT_FAMILY

SERIF = "Literata"


class UnknownTemplate(VideoError):
    """There is no template of this name."""

    code = "CC-0235"
    status = 422
    remedy = "Choose one of the templates that are proposed for the brand."


@dataclass(frozen=True, slots=True)
class Template:
    """A template.

    Attributes:
        name: stable; what an author's choice keeps.
        cut: how its pictures stand.
        heading_family, family: of headings and of what is spoken.
        heading_weight, body_weight: 400 to 800.
        heading_tracking_em: added between a heading's letters; 0 for a family with ligatures.
        side: where the text stands beside the picture.
    """

    name: str
    cut: Cut
    heading_family: str = FONT_FAMILY
    family: str = FONT_FAMILY
    heading_weight: int = 800
    body_weight: int = 600
    heading_tracking_em: float = -0.022
    side: Side = Side.START

    def ground(self, palette: Palette, arrangement: Arrangement) -> Ground:
        """What a scene of this arrangement stands on."""
        if self.cut is Cut.FRAME:
            return palette.paper
        if self.cut is Cut.CARD:
            return palette.card
        if self.cut is Cut.BLEED:
            return replace(palette.brand, mark_style=Mark.BLOCK)
        return palette.light if arrangement in {Arrangement.SPLIT, Arrangement.POINTS} else palette.brand


PANEL = Template("panel", Cut.PANEL, side=Side.ALTERNATING)
BOLD = Template("bold", Cut.BLEED, body_weight=600, heading_tracking_em=-0.03)
EDITORIAL = Template("editorial", Cut.FRAME, SERIF, SERIF, heading_weight=700, body_weight=400, heading_tracking_em=0)
HOUSE = Template("house", Cut.CARD)
"""On the backdrop of the organisation's own slides."""
TEMPLATES = (PANEL, BOLD, EDITORIAL, HOUSE)

TONES: Mapping[str, tuple[Template, ...]] = {
    "editorial": (EDITORIAL, PANEL, BOLD),
    "bold": (BOLD, PANEL, EDITORIAL),
    "plain": (PANEL, BOLD, EDITORIAL),
}
TONE_WORDS: Mapping[str, str] = {
    "editorial": r"academ|scien|elegan|classic|editorial|calm|serious|literary|formal|luxur|tradition|scholar",
    "bold": r"bold|energ|playful|young|youth|dynamic|loud|sport|fun\b|vivid|strong|fresh|confident",
}


def templates_for(brand: Brand) -> tuple[Template, Template, Template]:
    """Three templates proposed for a brand, the one that suits its tone first; its own slides' go before all."""
    first, second, third = (_dressed(template, brand) for template in TONES[_tone(brand.tone or "")])
    return (first, second, third) if brand.backdrop is None else (_dressed(HOUSE, brand), first, second)


def template_named(name: str | None, brand: Brand) -> Template:
    """The template of a name, also one that is not among a brand's three; None: the first of these.

    Raises:
        UnknownTemplate: CC-0235.
    """
    if name is None:
        return templates_for(brand)[0]
    for template in TEMPLATES:
        if template.name == name:
            return _dressed(template, brand)
    raise UnknownTemplate(f"There is no template “{name}”.")


def is_template(name: str) -> bool:
    """Whether there is a template of this name; one that an older version knew may be chosen still."""
    return name in {template.name for template in TEMPLATES}


def _tone(wish: str) -> str:
    return next((tone for tone, words in TONE_WORDS.items() if re.search(words, wish.lower())), "plain")


def _dressed(template: Template, brand: Brand) -> Template:
    """The template in the brand's own type, where that ships, and on the side that it wishes."""
    own = brand.font if brand.font in FAMILIES and brand.font != FONT_FAMILY else None
    heading = brand.heading_font if brand.heading_font in FAMILIES else own
    side = _side(brand.layout or "") or template.side
    heading = heading or template.heading_family
    tracking_em = template.heading_tracking_em if heading == FONT_FAMILY else 0.0
    return replace(
        template, family=own or template.family, heading_family=heading, heading_tracking_em=tracking_em, side=side
    )


def _side(wish: str) -> Side | None:
    """The side of the text that a layout such as "left_text_right_image" or "image right" wishes."""
    words = re.findall("left|right|text|image|picture|alternat", wish.lower())
    if "alternat" in words:
        return Side.ALTERNATING
    if len(words) < len(("left", "text")):
        return None
    # A side stands before its noun in all of a name, or behind it in all of it.
    first, second = words[:2] if words[0] in {"left", "right"} else words[1::-1]
    if first not in {"left", "right"} or second in {"left", "right"}:
        return None
    return Side.LEFT if (first == "left") == (second == "text") else Side.RIGHT
