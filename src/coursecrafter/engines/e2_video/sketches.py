"""What a scene's picture draws of what the scene says, where it is composed by rules.

Title scenes keep a calm setting. Beside a text the drawing names its parts; where the same words stand beside it as
points, or where it is too small for words, it shows icons and numbers alone.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from coursecrafter.engines.e2_video.layout import SceneLayout, SceneText
from coursecrafter.engines.e2_video.repeats import shown_text
from coursecrafter.engines.e2_video.stages import Arrangement, Cut
from coursecrafter.gateway.providers.offline_text.sketching import sketch_of
from coursecrafter.gateway.sketches import Family, Lettering, Part, Sketch

SHOWN, SHOWN_OF_ROUND = 0.86, 0.8
"""Of a picture's visible part, what a drawing may take: the rest is its margin, or cut off by round corners."""
SHOWN_ANYWHERE = 0.68
"""Of each side of a square picture: about what the narrowest places leave of it."""
LEAST_FOR_WORDS_PX = 640
"""Of the shorter side of a picture in a frame of 1080 lines: in smaller ones labels could not be read on a phone."""

AGAINST, LONGEST_SIDE = re.compile(r"\s+(?:vs\.?|versus)\s+", re.IGNORECASE), 32
"""What parts a heading that sets one thing against another."""
FEWEST_LINES, MOST_LINES = 3, 7
ANNOUNCED = {
    "{}.": re.compile(
        r"\b(?:steps?|procedures?|process|workflow|how (?:to|an?|the|we|you|it)|schritte?n?|ablauf|vorgehen\w*|prozess"
        r"|étapes?|procédure|processus|déroulement|pasos?|procedimiento|proceso|passos?|processo|procedimento"
        r"|stappen?|werkwijze|stappe|prosedure|proses)\b|خطوات|مراحل|إجراءات|步骤|流程|程序|手順",
        re.IGNORECASE,
    ),
    "☐": re.compile(
        r"\b(?:check(?:s|list)?|checklisten?|prüf(?:ungen|liste|punkte)|kontroll(?:en|liste)|vérifications?|contrôles?"
        r"|liste de contrôle|comprobaciones|lista de (?:verificación|verificação)|verificações|kontrolelys)\b"
        r"|قائمة التحقق|检查|清单",
        re.IGNORECASE,
    ),
}
"""What marks each line of a list below a heading that announces steps, or things to be checked."""


def scene_sketch(layout: SceneLayout) -> Sketch | None:
    """The drawing of a scene; None for a scene whose picture is a calm setting."""
    if layout.arrangement.is_title:
        return None
    text, box = layout.text, layout.illustration
    has_room = min(box.width, box.height) >= LEAST_FOR_WORDS_PX * layout.size.scale
    says_more = layout.arrangement is Arrangement.SPLIT and has_room
    is_round = layout.arrangement is Arrangement.STATEMENT and layout.template.cut is Cut.PANEL
    share = SHOWN_OF_ROUND if is_round else SHOWN
    area = (share * min(1, box.width / box.height), share * min(1, box.height / box.width))
    sketch = _drawn(
        text,
        shown_text(text.heading, text.texts).parts_of(text.texts),
        lettering=Lettering.LABELS if says_more else Lettering.NONE,
        area=(round(area[0], 3), round(area[1], 3)),
    )
    return None if sketch.family is Family.CONCEPT else sketch


def _drawn(text: SceneText, shown: Sequence[str], *, lettering: Lettering, area: tuple[float, float]) -> Sketch:
    """The drawing of what is shown; below a heading that announces one it is that one."""
    sketch = sketch_of(text.language, text.heading, shown, lettering=lettering, area=area)
    if sketch.family is not Family.CONCEPT:
        return sketch
    sides = [side.strip(" .:") for side in AGAINST.split(text.heading)]
    if len(sides) == 2 and all(0 < len(side) <= LONGEST_SIDE for side in sides):  # noqa: PLR2004  # one against another
        return replace(sketch, family=Family.COMPARISON, parts=tuple(map(Part, sides)))
    mark = next((mark for mark, announces in ANNOUNCED.items() if announces.search(text.heading)), "")
    lines = [line.strip().rstrip(".") for part in shown for line in part.split("\n") if line.strip()]
    if not mark or not FEWEST_LINES <= len(lines) <= MOST_LINES:
        return sketch
    marked = "\n".join(f"{mark.format(number)} {line}." for number, line in enumerate(lines, 1))
    # The same words stand beside it, in lines of their own.
    return sketch_of(text.language, text.heading, [marked], lettering=Lettering.NONE, area=area)


def sketch_for_any_place(language: str, heading: str, texts: Sequence[str]) -> Sketch:
    """The drawing of a picture that an author chooses: its words stand in the middle, which all places show."""
    return sketch_of(language, heading, texts, lettering=Lettering.LABELS, area=(SHOWN_ANYWHERE, SHOWN_ANYWHERE))
