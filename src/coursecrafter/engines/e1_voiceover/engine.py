"""E1: a lesson's slides, spoken: plan, produce, compose, check."""

from __future__ import annotations

from coursecrafter.domain.course import Course, LessonContent
from coursecrafter.domain.film import FilmCut
from coursecrafter.domain.output import Rendered, SpokenSegment
from coursecrafter.engines.bench import Bench
from coursecrafter.engines.e1_voiceover.check import check_film, check_video
from coursecrafter.engines.e1_voiceover.compose import compose
from coursecrafter.engines.e1_voiceover.plan import plan_video
from coursecrafter.engines.e1_voiceover.produce import make_parts


def render(course: Course, lesson: LessonContent, bench: Bench, *, film: FilmCut | None = None) -> Rendered:
    """Make a lesson's narrated video and what goes with it; the first output is the MP4.

    Args:
        course, lesson: what is to be shown and said.
        bench: the tools.
        film: the deck's own film; what it shows moves as it does there, and its last frame stands where more is said.

    Raises:
        NothingToShow: CC-0201.
        VideoNotAssembled: CC-0203.
        UnusableSound: CC-0204.
        DamagedFilm: CC-0207, a part of the film cannot be decoded.
        GatewayError: CC-03xx, a text could not be spoken.
    """
    plan = plan_video(course, lesson, film)
    parts = make_parts(course, lesson, plan, bench, film)
    composed = compose(course, lesson, plan, parts, bench)
    voices = tuple(
        SpokenSegment(shot.segment_id, speech)
        for shot, speech in zip(plan.shots, parts.speeches, strict=True)
        if shot.segment_id and speech
    )
    findings = [*check_video(composed.timeline, composed.captions, composed.measured), *check_film(lesson, film)]
    return Rendered(
        composed.outputs, tuple(findings), voices, {"duration_seconds": float(composed.timeline.duration_s)}
    )
