"""Figures of a finished branded video, taken from its file."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Any

from coursecrafter.engines.e2_video.produce import Film
from coursecrafter.engines.soundtrack import Soundtrack
from coursecrafter.engines.video_checks import figures_of
from coursecrafter.media.probe import measure
from coursecrafter.media.seen import are_same, is_plain, look_at
from coursecrafter.media.timeline import VIDEO_FPS


def measure_video(video: Path, film: Film, sound: Soundtrack) -> dict[str, Any]:
    """Figures of the file, for `check`.

    Args:
        video: the file.
        film: what it was made of.
        sound: what is heard.
    """
    found = measure(video, Fraction(1, VIDEO_FPS), sound.laid())
    voices = [shot for shot in film.shots if shot.block.packets]
    seams_s = [seam_s for shot in voices for seam_s in (shot.sound_s, shot.sound_end_s)]
    return {**figures_of(found, seams_s), **_seen(video, film)}


def _seen(video: Path, film: Film) -> dict[str, Any]:
    """Scenes that are blank or stuck as a viewer sees them, at the end of each, when all has moved into its place."""
    # The way into a scene begins before its voice does, so what counts is the pictures' own place.
    last = {shot.scene: shot.place.end_frame - 1 for shot in film.shots}
    seen = look_at(video, [Fraction(frame, VIDEO_FPS) for frame in last.values()])
    frozen = [
        index
        for index in range(1, len(seen))
        if are_same(seen[index - 1], seen[index]) and film.scenes[index - 1].still != film.scenes[index].still
    ]
    return {
        "looked_at": len(seen),
        "blank": [index for index, picture in enumerate(seen) if is_plain(picture)],
        "frozen": frozen,
    }
