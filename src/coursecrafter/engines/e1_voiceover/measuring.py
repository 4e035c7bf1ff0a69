"""Figures of a finished narrated video, taken from its file."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from coursecrafter.engines.bench import Bench
from coursecrafter.engines.e1_voiceover.plan import VideoPlan
from coursecrafter.engines.e1_voiceover.produce import Parts, shot_pixels
from coursecrafter.engines.soundtrack import Soundtrack
from coursecrafter.engines.video_checks import figures_of
from coursecrafter.media.codec import Samples
from coursecrafter.media.probe import measure, onset_s
from coursecrafter.media.seen import Thumb, are_same, is_plain, look_at
from coursecrafter.media.timeline import VIDEO_FPS, Timeline

ONSET_MARGIN_S = Fraction(1, 25)
THUMB_SIZE = (160, 90)


def measure_video(
    video: Path, plan: VideoPlan, parts: Parts, timeline: Timeline, bench: Bench, sound: Soundtrack
) -> dict[str, Any]:
    """Figures of the file, for `check`.

    Args:
        video: the file.
        plan, parts, timeline: what it was made of.
        bench: tools.
        sound: what is heard; where music lies under the voices, their beginnings cannot be heard out, and are those of
            the plan.
    """
    found = measure(video, Fraction(1, VIDEO_FPS), sound.laid())
    return {
        **figures_of(found, _seams_s(parts, timeline)),
        "drifts_s": [
            float(late_s) for late_s in _drifts_s(parts, timeline, None if sound.has_music else found.sound.envelope)
        ],
        "has_music": sound.has_music,
        **_seen(video, plan, parts, timeline, bench),
    }


def _drifts_s(parts: Parts, timeline: Timeline, envelope: Samples | None) -> list[Fraction]:
    """How much later than its picture each sound begins; the first picture is there before its sound."""
    drifts_s = []
    for cue, block, speech in list(zip(timeline.cues, parts.blocks, parts.speeches, strict=True))[1:]:
        if not block or not block.packets:
            continue
        begins_s: Fraction | None = cue.sound_s + block.onset_s
        # When a clip makes its first sound is its own affair: that it begins with its pictures is known from the plan.
        if envelope is not None and speech:
            begins_s = onset_s(envelope, cue.start_s - ONSET_MARGIN_S, cue.end_s - ONSET_MARGIN_S)
        if begins_s is not None:
            drifts_s.append(begins_s - cue.start_s)
    return drifts_s


def _seams_s(parts: Parts, timeline: Timeline) -> list[Fraction]:
    voices = [(cue.sound_s, block) for cue, block in zip(timeline.cues, parts.blocks, strict=True) if block]
    return [seam_s for at_s, block in voices for seam_s in (at_s, at_s + block.sound_s)]


def _seen(video: Path, plan: VideoPlan, parts: Parts, timeline: Timeline, bench: Bench) -> dict[str, Any]:
    """Pictures that are blank or stuck in the file although their sources are not; a film's own are left to it.

    A clip that plays begins with what stood before it, so nothing can be said of its beginning.
    """
    stills = [index for index, shot in enumerate(plan.shots) if not shot.visual.stretch and not shot.visual.plays]
    seen = dict(zip(stills, look_at(video, [timeline.cues[index].start_s for index in stills]), strict=True))
    visuals = [shot.visual for shot in plan.shots]

    def source(index: int) -> Thumb:
        grey = Image.fromarray(shot_pixels(bench, visuals[index], parts.posters[index])).convert("L")
        return np.asarray(grey.resize(THUMB_SIZE, Image.Resampling.BOX))

    blank = [index for index in stills if is_plain(seen[index]) and not is_plain(source(index))]
    frozen = [
        index
        for index in stills
        if index - 1 in seen
        and visuals[index].key != visuals[index - 1].key
        and are_same(seen[index - 1], seen[index])
        and not are_same(source(index - 1), source(index))
    ]
    return {"looked_at": len(seen), "blank": blank, "frozen": frozen}
