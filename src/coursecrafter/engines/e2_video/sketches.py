"""What a scene's picture draws of what the scene says, where it is composed by rules.

Title scenes keep a calm setting. Beside a text the drawing names its parts; where the same words stand beside it as
points, or where it is too small for words, it shows icons and numbers alone.
"""

from __future__ import annotations

from collections.abc import Sequence

from coursecrafter.engines.e2_video.layout import SceneLayout
from coursecrafter.engines.e2_video.repeats import shown_text
from coursecrafter.engines.e2_video.stages import Arrangement, Cut
from coursecrafter.gateway.providers.offline_text.sketching import sketch_of
from coursecrafter.gateway.sketches import Family, Lettering, Sketch

SHOWN, SHOWN_OF_ROUND = 0.86, 0.8
"""Of a picture's visible part, what a drawing may take: the rest is its margin, or cut off by round corners."""
SHOWN_ANYWHERE = 0.68
"""Of each side of a square picture: about what the narrowest places leave of it."""
LEAST_FOR_WORDS_PX = 640
"""Of the shorter side of a picture in a frame of 1080 lines: in smaller ones labels could not be read on a phone."""


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
    sketch = sketch_of(
        text.language,
        text.heading,
        shown_text(text.heading, text.texts).parts_of(text.texts),
        lettering=Lettering.LABELS if says_more else Lettering.NONE,
        area=(round(area[0], 3), round(area[1], 3)),
    )
    return None if sketch.family is Family.CONCEPT else sketch


def sketch_for_any_place(language: str, heading: str, texts: Sequence[str]) -> Sketch:
    """The drawing of a picture that an author chooses: its words stand in the middle, which all places show."""
    return sketch_of(language, heading, texts, lettering=Lettering.LABELS, area=(SHOWN_ANYWHERE, SHOWN_ANYWHERE))
