"""What the editors' requests are answered with when there is no language model; each writer stands with its kind."""

from __future__ import annotations

from coursecrafter.gateway.providers.offline_text.extracts import write_add_example, write_extend, write_summarise
from coursecrafter.gateway.providers.offline_text.illustration import (
    write_alt_text,
    write_image_prompt,
    write_suggest_illustration,
)
from coursecrafter.gateway.providers.offline_text.interactions import write_interaction
from coursecrafter.gateway.providers.offline_text.narration import write_script
from coursecrafter.gateway.providers.offline_text.rewriting import write_change_style, write_rewrite, write_simplify
from coursecrafter.gateway.providers.offline_text.translation import write_translate

__all__ = [
    "write_add_example",
    "write_alt_text",
    "write_change_style",
    "write_extend",
    "write_image_prompt",
    "write_interaction",
    "write_rewrite",
    "write_script",
    "write_simplify",
    "write_suggest_illustration",
    "write_summarise",
    "write_translate",
]
