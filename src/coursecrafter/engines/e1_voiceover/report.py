"""The report beside a narrated video."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from coursecrafter.domain.course import Course, LessonContent
from coursecrafter.domain.output import Finding, Output
from coursecrafter.engines.bench import Bench
from coursecrafter.engines.e1_voiceover.compose import Composed
from coursecrafter.engines.e1_voiceover.plan import VideoPlan
from coursecrafter.engines.e1_voiceover.produce import Parts
from coursecrafter.engines.finishing import report_outputs, signed_by
from coursecrafter.media.report import Report, ReportedSegment
from coursecrafter.media.sound import VoiceBlock
from coursecrafter.media.transcript import clock


def report_of(
    course: Course,
    lesson: LessonContent,
    plan: VideoPlan,
    parts: Parts,
    composed: Composed,
    findings: Sequence[Finding],
    bench: Bench,
) -> list[Output]:
    """The report beside the video."""
    cues = composed.timeline.cues
    segments = tuple(
        ReportedSegment(str(shot.segment_id or ""), shot.text, cue.start_s, voice_s, cue.end_s - cue.start_s - voice_s)
        for shot, cue, voice_s in zip(plan.shots, cues, map(_voice_s, parts.blocks), strict=True)
    )
    facts = (
        ("Length", clock(composed.timeline.duration_s)),
        ("Segments", str(len({shot.segment_id for shot in plan.shots} - {None}))),
        ("Picture", f"{parts.picture_format.width_px} × {parts.picture_format.height_px}"),
        ("Language", course.language),
        ("Voice", course.voice),
    )
    signed = signed_by(bench, composed.credentials)
    return report_outputs(
        bench,
        Report(
            lesson.title,
            "Voice-over video",
            facts,
            tuple(findings),
            segments,
            composed.credentials.origins,
            signed,
        ),
    )


def _voice_s(block: VoiceBlock | None) -> Fraction:
    return block.sound_s if block else Fraction(0)
