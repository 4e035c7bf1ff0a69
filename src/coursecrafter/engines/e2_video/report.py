"""The report beside a branded video."""

from __future__ import annotations

from collections.abc import Sequence

from coursecrafter.domain.course import Course, LessonContent
from coursecrafter.domain.output import Finding, Output
from coursecrafter.engines.bench import Bench
from coursecrafter.engines.e2_video.compose import Composed, template_of
from coursecrafter.engines.e2_video.produce import Film
from coursecrafter.engines.finishing import report_outputs, signed_by
from coursecrafter.media.report import Report, ReportedSegment
from coursecrafter.media.transcript import clock


def report_of(
    course: Course, lesson: LessonContent, film: Film, composed: Composed, findings: Sequence[Finding], bench: Bench
) -> list[Output]:
    """The report, for programs and for people."""
    segments = tuple(
        ReportedSegment(
            str(shot.content.id),
            shot.content.text,
            cue.start_s,
            shot.block.sound_s,
            cue.end_s - cue.start_s - shot.block.sound_s,
        )
        for shot, cue in zip(film.shots, film.timeline.cues, strict=True)
    )
    size = film.look.size
    facts = (
        ("Length", clock(film.timeline.duration_s)),
        ("Scenes", str(len(film.scenes))),
        ("Segments", str(len(segments))),
        ("Picture", f"{size.width_px} × {size.height_px}"),
        ("Template", template_of(film)),
        ("Language", course.language),
        ("Voice", course.voice),
    )
    signed = signed_by(bench, composed.credentials)
    origins = composed.credentials.origins
    return report_outputs(
        bench, Report(lesson.title, "Branded video", facts, tuple(findings), segments, origins, signed)
    )
