"""Judge a finished lesson by what was measured in its file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

from coursecrafter.domain.course import LessonContent
from coursecrafter.domain.film import FilmCut
from coursecrafter.domain.output import Finding, Severity
from coursecrafter.engines.e1_voiceover.film_runs import Footage
from coursecrafter.engines.e1_voiceover.film_track import FilmCutting
from coursecrafter.engines.e1_voiceover.plan import Shot, place_of
from coursecrafter.engines.video_checks import (
    FRAME_S,
    check_captions,
    check_delivery,
    check_script,
    check_seen,
    check_sound,
    finding,
)
from coursecrafter.media.captions import Caption
from coursecrafter.media.sound import VoiceBlock
from coursecrafter.media.timeline import AAC_FRAME_S, Timeline


def check_video(
    shots: Sequence[Shot],
    spoken_s: Fraction,
    timeline: Timeline,
    captions: Sequence[Caption],
    measured: Mapping[str, Any],
    played_s: Fraction = Fraction(0),
) -> list[Finding]:
    """Findings about a video, each with its figure.

    Args:
        shots: its pictures.
        spoken_s: seconds in which somebody speaks.
        timeline, captions: as planned.
        measured: from `measuring`.
        played_s: seconds in which a clip is heard.
    """
    return [
        *_check_frames(timeline, measured),
        check_script(spoken_s, timeline.duration_s, measured, played_s),
        check_seen(measured, [shot.label for shot in shots]),
        *check_sound(measured, "Nothing is spoken in this lesson."),
        _check_sync(measured),
        *check_captions(captions),
        *check_delivery(measured),
    ]


def check_film(lesson: LessonContent, film: FilmCut | None) -> list[Finding]:
    """What the film does not show of a lesson; nothing where there is no film."""
    if film is None:
        return []
    wanted = [one for one in lesson.segments if one.source_ref and one.picture and not one.clip]
    missing = [place_of(one.source_ref or "") for one in wanted if film.find(one.source_ref, one.id) is None]
    sentences = [f"{len(wanted) - len(missing)} of {len(wanted)} pictures are the film's own."]
    sentences += [
        f"{name.capitalize()} was not found in the film; its slide picture stands instead." for name in missing
    ]
    return [finding("film", not missing, " ".join(sentences), len(missing), Severity.WARNING)]


def check_clips(shots: Sequence[Shot], blocks: Sequence[VoiceBlock | None]) -> list[Finding]:
    """What of the clips cannot be read by those who do not hear them; nothing where there is none."""
    clips = [(shot, block) for shot, block in zip(shots, blocks, strict=True) if shot.heard]
    if not clips:
        return []
    unread = [f"the clip of {shot.label}" for shot, block in clips if block and block.packets]
    sentence = f"{len(clips)} clips play in place."
    if unread:
        sentence += f" What is said in them has no captions: {', '.join(unread)}."
    return [finding("clips", not unread, sentence, len(unread), Severity.WARNING, limit="none without captions")]


def check_packets(footage: Footage | None, cutting: FilmCutting | None) -> list[Finding]:
    """How much of the film is in the video as it was; nothing where there is none."""
    if footage is None:
        return []
    if cutting is None:
        sentence = f"The film's pictures were encoded again, because {footage.packets.refusal}."
        return [finding("film_packets", True, sentence, 0)]
    counts = cutting.counts
    sentence = f"{counts.copied} pictures of the film were copied as they are, {counts.encoded} encoded again."
    return [finding("film_packets", True, sentence, counts.copied)]


def _check_frames(timeline: Timeline, measured: Mapping[str, Any]) -> list[Finding]:
    frames, planned = measured["video_frames"], measured["planned_frames"]
    longer_s = abs(measured["video_s"] - float(timeline.duration_s))
    apart_s = abs(measured["sound_s"] - measured["video_s"])
    return [
        finding(
            "frames",
            frames == planned and longer_s <= FRAME_S,
            f"{frames} frames, {planned} planned.",
            frames,
            limit=f"{planned} frames",
        ),
        finding(
            "duration",
            apart_s <= FRAME_S + float(AAC_FRAME_S),
            f"{measured['video_s']:.2f} s; picture and sound end {apart_s * 1000:.0f} ms apart.",
            measured["video_s"],
            limit="within a frame",
        ),
    ]


def _check_sync(measured: Mapping[str, Any]) -> Finding:
    drifts_s = measured["drifts_s"]
    worst_s = max(map(abs, drifts_s), default=0.0)
    sentence = f"{len(drifts_s)} pictures change within {worst_s * 1000:.0f} ms of their sound"
    sentence += ", by the plan: music covers where voices begin." if measured["has_music"] else "."
    return finding("sync", worst_s <= FRAME_S, sentence, worst_s, limit="within a frame")
