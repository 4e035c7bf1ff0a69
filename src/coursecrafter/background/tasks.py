"""What a child process can be asked to do, by name; arguments are ids, and a few words of an author."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from coursecrafter.background.answers import ask_image, ask_speech, ask_text
from coursecrafter.background.designs import design_book, design_module, design_outline, draw_images, write_prompts
from coursecrafter.background.estimates import estimate_render
from coursecrafter.background.films import plan_film, set_film_cuts
from coursecrafter.background.house_styles import import_brand
from coursecrafter.background.lessons import generate_voice, parse_ppt
from coursecrafter.background.parses import import_deck, parse_document, parse_source
from coursecrafter.background.previews import preview_scene, propose_templates
from coursecrafter.background.renders import help_render, render_job
from coursecrafter.background.voice_samples import speak_sample

Task = Callable[..., dict[str, Any]]

TASKS: Mapping[str, Task] = {
    "render": render_job,
    "help": help_render,
    "parse_source": parse_source,
    "parse_document": parse_document,
    "import_deck": import_deck,
    "parse_ppt": parse_ppt,
    "parse_mp4": plan_film,
    "set_cuts": set_film_cuts,
    "generate_voice": generate_voice,
    "design_outline": design_outline,
    "write_prompts": write_prompts,
    "draw_images": draw_images,
    "preview_scene": preview_scene,
    "propose_templates": propose_templates,
    "import_brand": import_brand,
    "design_book": design_book,
    "design_module": design_module,
    "ask_text": ask_text,
    "ask_speech": ask_speech,
    "ask_image": ask_image,
    "estimate_render": estimate_render,
    "speak_sample": speak_sample,
}
"""Each takes the workshop and the project's id first, and gives JSON."""
