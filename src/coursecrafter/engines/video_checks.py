"""What every video is judged by, whichever engine made it: its sound, its captions, its pictures as seen, its delivery.

Source: quality ("Video", "Speech"); EBU R 128 for loudness; the reading limits are those of `media.captions`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

from coursecrafter.domain.output import Finding, Severity
from coursecrafter.media.captions import (
    LINE_COLUMNS,
    LINES,
    LONGEST_S,
    READABLE_CPS,
    SHORTEST_S,
    Caption,
    characters_per_second,
    columns,
)
from coursecrafter.media.loudness import HIGHEST_PEAK_DBTP, TARGET_LUFS
from coursecrafter.media.probe import Measured, clicks_at
from coursecrafter.media.timeline import VIDEO_FPS

FRAME_S = 1 / VIDEO_FPS
LOUDNESS_TOLERANCE_LU = 0.5
LONGEST_KEY_DISTANCE_S = 5
SILENT_DBTP = -70.0
CPS_ROUNDING = 0.05
"""A caption's end is written in milliseconds."""


def figures_of(found: Measured, seams_s: Sequence[Fraction]) -> dict[str, Any]:
    """The figures of a file that the checks here are about.

    Args:
        found: what was measured in it.
        seams_s: where voices begin and end, in seconds.
    """
    return {
        "video_frames": found.video_frames,
        "video_s": float(found.video_s),
        "sound_s": float(found.sound.seconds),
        "longest_key_distance_s": float(found.longest_key_distance_s),
        "is_faststart": found.is_faststart,
        "is_silent": found.sound.peak_dbtp < SILENT_DBTP,
        "lufs": max(found.sound.lufs, SILENT_DBTP),
        "peak_dbtp": max(found.sound.peak_dbtp, SILENT_DBTP),
        "clicks": clicks_at(found.sound.envelope, seams_s),
    }


def finding(
    check: str,
    is_well: bool,
    sentence: str,
    figure: float | None,
    otherwise: Severity = Severity.ERROR,
    *,
    limit: str = "",
) -> Finding:
    """What a check found: well, or the verdict for what is not."""
    return Finding(check, Severity.OK if is_well else otherwise, sentence, figure, limit)


def check_script(
    spoken_s: Fraction, planned_s: Fraction, measured: Mapping[str, Any], played_s: Fraction = Fraction(0)
) -> Finding:
    """Whether the video lasts as long as its script and the gaps in it.

    Args:
        spoken_s: seconds in which somebody speaks.
        planned_s: of speech, clips and silence together.
        measured: figures of the file.
        played_s: seconds in which a clip is heard.
    """
    apart_s = abs(measured["video_s"] - float(planned_s))
    clips = f", {float(played_s):.2f} s of clips" if played_s else ""
    return finding(
        "script",
        apart_s <= FRAME_S,
        f"{float(spoken_s):.2f} s of speech{clips} and {float(planned_s - spoken_s - played_s):.2f} s of silence make"
        f" {float(planned_s):.2f} s; the video lasts {measured['video_s']:.2f} s.",
        apart_s,
        limit="within a frame",
    )


def check_sound(measured: Mapping[str, Any], silence: str) -> list[Finding]:
    """Loudness, peaks and clicks; `silence` is what is said of a video without a sound."""
    if measured["is_silent"]:
        return [finding("loudness", True, silence, None)]
    lufs, peak, clicks = measured["lufs"], measured["peak_dbtp"], measured["clicks"]
    return [
        finding(
            "loudness",
            abs(lufs - TARGET_LUFS) <= LOUDNESS_TOLERANCE_LU,
            f"{lufs:.1f} LUFS, {TARGET_LUFS:.0f} wanted.",
            lufs,
            Severity.WARNING,
            limit=f"{TARGET_LUFS:.0f} ± {LOUDNESS_TOLERANCE_LU} LUFS",
        ),
        finding(
            "peak",
            peak <= HIGHEST_PEAK_DBTP,
            f"True peak {peak:.1f} dBTP.",
            peak,
            Severity.WARNING,
            limit=f"at most {HIGHEST_PEAK_DBTP} dBTP",
        ),
        finding(
            "clicks",
            clicks == 0,
            f"Clicks where voices begin and end: {clicks or 'none'}.",
            clicks,
            Severity.WARNING,
            limit="none",
        ),
    ]


def check_captions(captions: Sequence[Caption]) -> list[Finding]:
    """How fast captions are to be read, and whether they keep to the form."""
    fast = [caption for caption in captions if characters_per_second(caption) > READABLE_CPS + CPS_ROUNDING]
    fastest = max(map(characters_per_second, captions), default=0.0)
    sentence = f"{len(captions)} captions, the fastest with {fastest:.0f} characters a second."
    if fast:
        sentence += f" Too fast to be read, since the voice leaves no time: {len(fast)}."
    widest = max((columns(line) for caption in captions for line in caption.lines), default=0)
    odd = [
        caption
        for caption in captions
        if len(caption.lines) > LINES
        or max(map(columns, caption.lines)) > LINE_COLUMNS
        or not SHORTEST_S <= caption.end_s - caption.start_s <= LONGEST_S
    ]
    estimated = sum(caption.is_estimated for caption in captions)
    form = f"Too short, too long or too wide: {len(odd) or 'none'}. The widest line has {widest} columns."
    if estimated:
        form += f" With estimated times, since the voice does not tell those of all words: {estimated}."
    return [
        finding(
            "captions",
            not fast,
            sentence,
            fastest,
            Severity.WARNING,
            limit=f"at most {READABLE_CPS} characters a second",
        ),
        finding(
            "caption_form",
            not odd,
            form,
            len(odd),
            Severity.WARNING,
            limit=f"{LINES} lines of {LINE_COLUMNS} columns, {SHORTEST_S} to {LONGEST_S} s",
        ),
    ]


def check_seen(measured: Mapping[str, Any], names: Sequence[str]) -> Finding:
    """Whether every picture is there, as a viewer sees it in the finished file.

    Args:
        measured: with `looked_at`, `blank` and `frozen`: how many pictures were decoded, and the places in `names` of
            those that are one plain colour or the same as the one before, although they should not be.
        names: what each picture is called.
    """
    blank, frozen = ([names[index] for index in measured[kind]] for kind in ("blank", "frozen"))
    sentence = f"{measured['looked_at']} pictures were decoded from the finished video; each shows what it should."
    if blank or frozen:
        parts = [f"Nothing but one colour is to be seen of {listed(blank)}."] if blank else []
        parts += [f"The picture before it is still to be seen in place of {listed(frozen)}."] if frozen else []
        sentence = " ".join(parts)
    wrong = len(blank) + len(frozen)
    return finding("pictures", wrong == 0, sentence, wrong, limit="none blank or stuck")


def listed(names: Sequence[str]) -> str:
    """The first few names in a sentence."""
    return ", ".join(names[:5]) + (f" and {len(names) - 5} more" if len(names) > 5 else "")  # noqa: PLR2004  # a sentence


def check_delivery(measured: Mapping[str, Any]) -> list[Finding]:
    """Whether a player can begin and seek at once."""
    distance_s = measured["longest_key_distance_s"]
    return [
        finding(
            "faststart",
            measured["is_faststart"],
            "The index stands at the start of the file.",
            None,
            limit="at the start",
        ),
        finding(
            "seeking",
            distance_s <= LONGEST_KEY_DISTANCE_S,
            f"A viewer who seeks finds a key frame within {distance_s:.1f} s.",
            distance_s,
            limit=f"at most {LONGEST_KEY_DISTANCE_S} s",
        ),
    ]
