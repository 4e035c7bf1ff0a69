"""Which drawings there are of each family, and which one a seed chooses."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from coursecrafter.gateway.providers.picture_canvas import Canvas, Layers
from coursecrafter.gateway.providers.picture_levels import (
    comparison_cards,
    comparison_halves,
    comparison_scales,
    pyramid_plates,
    pyramid_slices,
    pyramid_steps,
)
from coursecrafter.gateway.providers.picture_lists import checklist_board, checklist_rows, checklist_tiles
from coursecrafter.gateway.providers.picture_pad import Pad, make_pad
from coursecrafter.gateway.providers.picture_rounds import (
    cycle_cards,
    cycle_discs,
    cycle_ring,
    diagram_fan,
    diagram_hub,
    diagram_tree,
)
from coursecrafter.gateway.providers.picture_rows import (
    process_cards,
    process_chevrons,
    process_road,
    timeline_flags,
    timeline_spine,
    timeline_table,
)
from coursecrafter.gateway.providers.picture_sayings import (
    figure_count,
    figure_gauge,
    figure_giant,
    quotation_bubble,
    quotation_frame,
    quotation_plain,
)
from coursecrafter.gateway.sketches import Family, Sketch

Drawing = Callable[[Pad], str]
DRAWINGS: Mapping[Family, tuple[Drawing, ...]] = {
    Family.PROCESS: (process_cards, process_chevrons, process_road),
    Family.CYCLE: (cycle_discs, cycle_ring, cycle_cards),
    Family.PYRAMID: (pyramid_slices, pyramid_steps, pyramid_plates),
    Family.COMPARISON: (comparison_cards, comparison_halves, comparison_scales),
    Family.TIMELINE: (timeline_spine, timeline_table, timeline_flags),
    Family.QUOTATION: (quotation_plain, quotation_bubble, quotation_frame),
    Family.FIGURE: (figure_giant, figure_gauge, figure_count),
    Family.CHECKLIST: (checklist_board, checklist_rows, checklist_tiles),
    Family.DIAGRAM: (diagram_hub, diagram_tree, diagram_fan),
}
"""In an order in which neighbours differ: seeds that follow one another give pictures that do not look alike."""


def draw_sketch(canvas: Canvas, sketch: Sketch, seed: int) -> Layers:
    """The drawing of a sketch that is no concept; nothing of it lies under a veil, since its frame is free of text."""
    drawings = DRAWINGS[sketch.family]
    pad, around = make_pad(canvas, sketch, seed // len(drawings) % 2)
    return Layers(around, drawings[seed % len(drawings)](pad))
