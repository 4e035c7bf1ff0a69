"""Options of `coursecrafter build` that say how the videos look."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

import click

from coursecrafter.domain.look import ScreenText, Shape, Transition

NOTHING_SAID = (Shape.WIDE,)


@dataclass(frozen=True, slots=True)
class LookChoice:
    """What was chosen; the fields are those of `BuildOrder`."""

    effects: dict[str, Any]
    shapes: tuple[Shape, ...]
    music: Path | None


def look_options(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command the options; it takes what they say as `**looks`, for `chosen_look`."""
    options = (
        click.option(
            "--template", help="Look of the branded video: panel, bold, editorial or house (as the brand's own slides)."
        ),
        click.option("--transition", type=_words(Transition), help="From scene to scene; else fade."),
        click.option("--text", type=_words(ScreenText), help="Words light up, or whole sentences stand."),
        click.option("--shape", "shapes", type=_words(Shape), multiple=True, help="May be given again; else 16x9."),
        click.option("--uhd", is_flag=True, help="The branded video with 2160 lines instead of 1080."),
        click.option(
            "--music",
            type=click.Path(exists=True, dir_okay=False, path_type=Path),
            help="A recording that lies under the videos, softer while somebody speaks.",
        ),
    )
    for option in reversed(options):
        command = option(command)
    return command


def _words(kind: type[StrEnum]) -> click.Choice[str]:
    return click.Choice([str(one) for one in kind])


def chosen_look(
    *,
    template: str | None,
    transition: str | None,
    text: str | None,
    shapes: tuple[str, ...],
    uhd: bool,
    music: Path | None,
) -> LookChoice:
    """What the options say, without what was not said."""
    told = {"template": template, "transition": transition, "text": text, "short_side_px": 2160 if uhd else None}
    effects = {name: value for name, value in told.items() if value is not None}
    return LookChoice(effects, tuple(map(Shape, dict.fromkeys(shapes))) or NOTHING_SAID, music)
