"""What a child process can be asked to do, by name; arguments are ids, and a few words of an author."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from coursecrafter.background.answers import ask_image, ask_speech, ask_text
from coursecrafter.background.designs import design_book, design_module, design_outline, draw_images, write_prompts
from coursecrafter.background.films import match_lesson_film
from coursecrafter.background.lessons import generate_voice, parse_ppt
from coursecrafter.background.parses import import_deck, parse_document, parse_source
from coursecrafter.background.renders import render_job

Task = Callable[..., dict[str, Any]]

TASKS: Mapping[str, Task] = {
    "render": render_job,
    "parse_source": parse_source,
    "parse_document": parse_document,
    "import_deck": import_deck,
    "parse_ppt": parse_ppt,
    "parse_mp4": match_lesson_film,
    "generate_voice": generate_voice,
    "design_outline": design_outline,
    "write_prompts": write_prompts,
    "draw_images": draw_images,
    "design_book": design_book,
    "design_module": design_module,
    "ask_text": ask_text,
    "ask_speech": ask_speech,
    "ask_image": ask_image,
}
"""Each takes the workshop and the project's id first, and gives JSON."""
