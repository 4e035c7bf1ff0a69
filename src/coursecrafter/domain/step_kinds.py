"""All kinds of steps: what a person reads while one is made, and which engines ask for it.

A step that stands in no registry would be shown by its name alone and would be killed by no fault test; so a test holds
what the program makes and what stands here together.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from coursecrafter.domain.course import Engine


@dataclass(frozen=True, slots=True)
class StepKind:
    """A kind of step.

    Attributes:
        name: as it stands in records and claims; never changed, since records are found by it.
        words: what is going on, for a line of progress.
        engines: whose renders ask for it; none: only the reading of what was uploaded.
        is_paid: whether a provider may charge for making it.
        is_chosen: whether only work whose author chose something more asks for it, as music, or a film without a deck.
    """

    name: str
    words: str
    engines: frozenset[Engine] = frozenset()
    is_paid: bool = False
    is_chosen: bool = False


_VIDEO = frozenset({Engine.E1, Engine.E2})
_SPOKEN = frozenset({Engine.E1, Engine.E2, Engine.E4})
_FILM = frozenset({Engine.E1})
_BRANDED = frozenset({Engine.E2})
_BOOK = frozenset({Engine.E3})
_MODULE = frozenset({Engine.E4})

_KINDS = (
    StepKind("parse", "reading the deck"),
    StepKind("document", "reading documents"),
    StepKind("page_text", "reading pages", is_paid=True),
    StepKind("picture", "drawing slides"),
    StepKind("speech", "speaking", _SPOKEN, is_paid=True),
    StepKind("voice_block", "levelling sound", _VIDEO),
    StepKind("still", "encoding pictures", _VIDEO),
    StepKind("music_bed", "reading the music", _VIDEO, is_chosen=True),
    StepKind("music_mix", "mixing voice and music", _VIDEO, is_chosen=True),
    StepKind("mux", "assembling the video", _VIDEO),
    StepKind("sign", "signing the video", _VIDEO),
    StepKind("film_changes", "watching the film", _FILM),
    StepKind("film_match", "finding slides in the film", _FILM),
    StepKind("film_packets", "looking through the film", _FILM),
    StepKind("film_pictures", "picturing the film", is_chosen=True),
    StepKind("film_run", "encoding the film", _FILM),
    StepKind("clip_run", "encoding clips", _FILM),
    StepKind("clip_sound", "levelling clips", _FILM),
    StepKind("text", "writing", _BRANDED | _MODULE, is_paid=True),
    StepKind("scene_image", "composing pictures", _BRANDED, is_paid=True),
    StepKind("scene_clip", "watching clips", _BRANDED, is_chosen=True),
    StepKind("run", "encoding pictures", _BRANDED),
    StepKind("slide_image", "preparing pictures", _MODULE),
    StepKind("sound_clip", "preparing sound", _MODULE),
    StepKind("scorm_zip", "packing the module", _MODULE),
    StepKind("book_image", "preparing pictures", _BOOK),
    StepKind("book_pdf", "setting the book", _BOOK),
    StepKind("book_epub", "binding the e-book", _BOOK),
    StepKind("book_pages", "picturing pages", _BOOK),
)

STEP_KINDS: Mapping[str, StepKind] = {kind.name: kind for kind in _KINDS}


def kinds_of(engine: Engine | None) -> frozenset[str]:
    """Names of the steps that an engine's renders ask for; None: of the reading of what was uploaded."""
    return frozenset(
        kind.name for kind in _KINDS if (engine in kind.engines if engine is not None else not kind.engines)
    )
