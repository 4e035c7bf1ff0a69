"""Judge a finished lesson by what was measured in its file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from coursecrafter.domain.course import LessonContent
from coursecrafter.domain.film import FilmCut
from coursecrafter.domain.output import Finding, Severity
from coursecrafter.media.captions import Caption, characters_per_second
from coursecrafter.media.loudness import HIGHEST_PEAK_DBTP, TARGET_LUFS
from coursecrafter.media.timeline import AAC_FRAME_S, VIDEO_FPS, Timeline

FRAME_S = 1 / VIDEO_FPS
LOUDNESS_TOLERANCE_LU = 0.5
FASTEST_CPS = 25
LONGEST_KEY_DISTANCE_S = 5


def check_video(timeline: Timeline, captions: Sequence[Caption], measured: Mapping[str, Any]) -> list[Finding]:
    """Findings about a video, each with its figure."""
    return [
        *_check_frames(timeline, measured),
        *_check_sound(measured),
        _check_sync(measured["drifts_s"]),
        _check_captions(captions),
        *_check_delivery(measured),
    ]


def check_film(lesson: LessonContent, film: FilmCut | None) -> list[Finding]:
    """What the film does not show of a lesson; nothing where there is no film."""
    if film is None:
        return []
    wanted = [segment.source_ref for segment in lesson.segments if segment.source_ref and segment.picture]
    missing = [_named(ref) for ref in wanted if film.find(ref) is None]
    sentences = [f"{len(wanted) - len(missing)} of {len(wanted)} pictures are the film's own."]
    sentences += [f"{name} was not found in the film; its slide picture stands instead." for name in missing]
    return [_finding("film", not missing, " ".join(sentences), len(missing), Severity.WARNING)]


def _named(source_ref: str) -> str:
    slide, _, build = source_ref.partition(".")
    return f"Slide {slide}" if build == "0" else f"Slide {slide} build {build}"


def _check_frames(timeline: Timeline, measured: Mapping[str, Any]) -> list[Finding]:
    frames = measured["video_frames"]
    apart_s = abs(measured["sound_s"] - measured["video_s"])
    return [
        _finding(
            "frames", frames == timeline.video_frames, f"{frames} frames, {timeline.video_frames} planned.", frames
        ),
        _finding(
            "duration",
            apart_s <= FRAME_S + float(AAC_FRAME_S),
            f"{measured['video_s']:.2f} s; picture and sound end {apart_s * 1000:.0f} ms apart.",
            measured["video_s"],
        ),
    ]


def _check_sound(measured: Mapping[str, Any]) -> list[Finding]:
    if measured["is_silent"]:
        return [_finding("loudness", True, "Nothing is spoken in this lesson.", None)]
    lufs, peak = measured["lufs"], measured["peak_dbtp"]
    return [
        _finding(
            "loudness",
            abs(lufs - TARGET_LUFS) <= LOUDNESS_TOLERANCE_LU,
            f"{lufs:.1f} LUFS, {TARGET_LUFS:.0f} wanted.",
            lufs,
            Severity.WARNING,
        ),
        _finding("peak", peak <= HIGHEST_PEAK_DBTP, f"True peak {peak:.1f} dBTP.", peak, Severity.WARNING),
    ]


def _check_sync(drifts_s: Sequence[float]) -> Finding:
    worst_s = max(map(abs, drifts_s), default=0.0)
    return _finding(
        "sync",
        worst_s <= FRAME_S,
        f"{len(drifts_s)} pictures change within {worst_s * 1000:.0f} ms of their sound.",
        worst_s,
    )


def _check_captions(captions: Sequence[Caption]) -> Finding:
    fastest = max(map(characters_per_second, captions), default=0.0)
    return _finding(
        "captions",
        fastest <= FASTEST_CPS,
        f"{len(captions)} captions, the fastest with {fastest:.0f} characters a second.",
        fastest,
        Severity.WARNING,
    )


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


def _finding(
    check: str, is_well: bool, sentence: str, figure: float | None, otherwise: Severity = Severity.ERROR
) -> Finding:
    return Finding(check, Severity.OK if is_well else otherwise, sentence, figure)
