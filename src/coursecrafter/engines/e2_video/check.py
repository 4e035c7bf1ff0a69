"""Judge a finished video: by what was measured in its file, on its pictures, and in its plan."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

from coursecrafter.domain.output import Finding, Severity
from coursecrafter.engines.e2_video.faces import undrawable
from coursecrafter.engines.e2_video.legibility import mark_contrast
from coursecrafter.engines.e2_video.palette import TEXT_CONTRAST
from coursecrafter.engines.e2_video.produce import Film
from coursecrafter.engines.e2_video.shots import Shot
from coursecrafter.engines.e2_video.templates import SceneText
from coursecrafter.media.captions import Caption, characters_per_second
from coursecrafter.media.loudness import HIGHEST_PEAK_DBTP, TARGET_LUFS
from coursecrafter.media.timeline import AAC_FRAME_S, VIDEO_FPS

FRAME_S = 1 / VIDEO_FPS
LOUDNESS_TOLERANCE_LU = 0.5
FASTEST_CPS = 25
LONGEST_KEY_DISTANCE_S = 5
HIGHLIGHT_TOLERANCE_MS = 80


def check_video(film: Film, captions: Sequence[Caption], measured: Mapping[str, Any]) -> list[Finding]:
    """Findings about a video, each with its figure."""
    return [
        *_check_length(film, measured),
        *_check_sound(measured),
        *_check_delivery(measured),
        _check_captions(captions),
        _check_highlights(film.shots),
        *_check_pictures(film),
    ]


def _check_length(film: Film, measured: Mapping[str, Any]) -> list[Finding]:
    frames, planned = measured["video_frames"], film.timeline.video_frames
    apart_s = abs(measured["sound_s"] - measured["video_s"])
    return [
        _finding("frames", frames == planned, f"{frames} frames, {planned} planned.", frames),
        _finding(
            "duration",
            apart_s <= FRAME_S + float(AAC_FRAME_S),
            f"{measured['video_s']:.2f} s; picture and sound end {apart_s * 1000:.0f} ms apart.",
            measured["video_s"],
        ),
    ]


def _check_sound(measured: Mapping[str, Any]) -> list[Finding]:
    if measured["is_silent"]:
        return [_finding("loudness", True, "Nothing is spoken in this video.", None)]
    lufs, peak = measured["lufs"], measured["peak_dbtp"]
    is_even = abs(lufs - TARGET_LUFS) <= LOUDNESS_TOLERANCE_LU
    return [
        _finding("loudness", is_even, f"{lufs:.1f} LUFS, {TARGET_LUFS:.0f} wanted.", lufs, Severity.WARNING),
        _finding("peak", peak <= HIGHEST_PEAK_DBTP, f"True peak {peak:.1f} dBTP.", peak, Severity.WARNING),
    ]


def _check_delivery(measured: Mapping[str, Any]) -> list[Finding]:
    distance_s = measured["longest_key_distance_s"]
    return [
        _finding("faststart", measured["is_faststart"], "The index stands at the start of the file.", None),
        _finding(
            "seeking",
            distance_s <= LONGEST_KEY_DISTANCE_S,
            f"A viewer who seeks finds a key frame within {distance_s:.1f} s.",
            distance_s,
        ),
    ]


def _check_captions(captions: Sequence[Caption]) -> Finding:
    fastest = max(map(characters_per_second, captions), default=0.0)
    sentence = f"{len(captions)} captions, the fastest with {fastest:.0f} characters a second."
    return _finding("captions", fastest <= FASTEST_CPS, sentence, fastest, Severity.WARNING)


def _check_highlights(shots: Sequence[Shot]) -> Finding:
    late_s = [lateness for shot in shots for lateness in highlight_delays_s(shot)]
    worst_ms = float(1000 * max(map(abs, late_s), default=Fraction(0)))
    sentence = f"{len(late_s)} words light up within {worst_ms:.0f} ms of being spoken."
    return _finding("highlight", worst_ms <= HIGHLIGHT_TOLERANCE_MS, sentence, worst_ms, Severity.WARNING)


def highlight_delays_s(shot: Shot) -> list[Fraction]:
    """For each word on screen with a time of its own, how much later than its voice it lights up, in seconds."""
    starts = {word.char_start: word.start_s for word in shot.words}
    delays = []
    for page, beats in zip(shot.plan.pages, shot.beats, strict=True):
        for placed, beat in zip(page.words, beats.of_word, strict=True):
            spoken_s = starts.get(placed.token.char_start)
            if spoken_s is not None:
                lit_s = Fraction(shot.place.first_frame + beats.frames[beat], VIDEO_FPS)
                delays.append(lit_s - spoken_s)
    return delays


def _check_pictures(film: Film) -> list[Finding]:
    grounds = {scene.layout.ground for scene in film.scenes}
    lowest = min(
        [found.lowest_contrast for found in film.legibility] + [round(mark_contrast(ground), 2) for ground in grounds]
    )
    words, cut = (sum(getattr(found, name) for found in film.legibility) for name in ("words", "cut_words"))
    shortened = [scene.layout.text.heading for scene in film.scenes if scene.layout.is_heading_cut]
    missing = undrawable("".join(part for scene in film.scenes for part in _texts_of(scene.layout.text)))
    return [
        _finding("contrast", lowest >= TEXT_CONTRAST, f"The weakest text has a contrast of {lowest:.1f}:1.", lowest),
        _finding("clipping", cut == 0, f"{cut} of {words} words on the pictures are cut off or covered.", cut),
        _finding(
            "headings",
            not shortened,
            f"{len(shortened)} headings are too long for their place and end in “…”.",
            len(shortened),
            Severity.WARNING,
        ),
        _finding(
            "fonts",
            not missing,
            f"{len(missing)} characters have no font on this machine and are left out"
            + (f": {missing}" * bool(missing)),
            len(missing),
            Severity.WARNING,
        ),
    ]


def _texts_of(text: SceneText) -> tuple[str, ...]:
    return (text.heading, text.eyebrow, text.brand_name, *text.texts)


def _finding(
    check: str, is_well: bool, sentence: str, figure: float | None, otherwise: Severity = Severity.ERROR
) -> Finding:
    return Finding(check, Severity.OK if is_well else otherwise, sentence, figure)
