"""The script outline of a branded video (product, E2 step 3)."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True, slots=True)
class OutlineSegment:
    """One block of narration.

    Attributes:
        text: what is spoken, whole sentences.
        source_refs: where it was taken from, such as "slide 4", "notes 4", "Handbook p. 3".
    """

    text: str
    source_refs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class OutlineScene:
    """One scene of the video.

    Attributes:
        scene_id: the scene that is taken over, or None for a scene of the video's own.
        heading: words that stand on the picture, at most about 60 characters.
        segments: its narration.
    """

    scene_id: UUID | None
    heading: str
    segments: tuple[OutlineSegment, ...]
