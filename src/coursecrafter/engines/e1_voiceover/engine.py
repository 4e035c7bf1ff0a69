"""E1: a lesson's slides, spoken: plan, produce, compose, check."""

from __future__ import annotations

from fractions import Fraction

from coursecrafter.domain.course import Course, LessonContent
from coursecrafter.domain.film import FilmCut
from coursecrafter.domain.look import Music
from coursecrafter.domain.output import Rendered, SpokenSegment
from coursecrafter.engines.bench import Bench
from coursecrafter.engines.e1_voiceover.check import check_clips, check_film, check_packets, check_video
from coursecrafter.engines.e1_voiceover.compose import compose
from coursecrafter.engines.e1_voiceover.drawn import check_drawn
from coursecrafter.engines.e1_voiceover.film_runs import open_reel
from coursecrafter.engines.e1_voiceover.plan import plan_video
from coursecrafter.engines.e1_voiceover.produce import make_parts
from coursecrafter.engines.e1_voiceover.report import report_of
from coursecrafter.engines.e1_voiceover.spoken import check_spoken


def render(
    course: Course, lesson: LessonContent, bench: Bench, *, film: FilmCut | None = None, music: Music | None = None
) -> Rendered:
    """Make a lesson's narrated video and what goes with it; the first output is the MP4.

    Args:
        course, lesson: what is to be shown and said.
        bench: the tools.
        film: the deck's own film; what it shows moves as it does there, and its last frame stands where more is said.
        music: what lies under the voices; None: silence.

    Raises:
        NothingToShow: CC-0201.
        VideoNotAssembled: CC-0203.
        UnusableSound: CC-0204.
        DamagedFilm: CC-0207, a part of the film cannot be decoded.
        UnplayableClip: CC-0236, a clip cannot be played.
        UnusableSigningKey, CredentialsNotMade: CC-0210, CC-0211.
        UnusableMusic: CC-0212; or CC-0133 to CC-0135, the music is no recording.
        GatewayError: CC-03xx, a text could not be spoken.
    """
    plan = plan_video(course, lesson, film)
    with open_reel(bench.store, film.film if film else None) as reel:
        parts = make_parts(course, lesson, plan, bench, reel)
        composed = compose(course, lesson, plan, parts, bench, music)
    voices = tuple(
        SpokenSegment(shot.segment_id, speech)
        for shot, speech in zip(plan.shots, parts.speeches, strict=True)
        if shot.segment_id and speech
    )
    heard = list(zip(plan.shots, parts.blocks, strict=True))
    spoken_s, played_s = (
        sum((block.sound_s for shot, block in heard if block and bool(shot.heard) is is_clip), Fraction(0))
        for is_clip in (False, True)
    )
    findings = [
        *check_spoken(lesson, plan, course.language),
        *check_drawn(lesson),
        *check_video(plan.shots, spoken_s, composed.timeline, composed.captions, composed.measured, played_s),
        *check_film(lesson, film),
        *check_packets(parts.footage, composed.cutting),
        *check_clips(plan.shots, parts.blocks),
    ]
    outputs = (*composed.outputs, *report_of(course, lesson, plan, parts, composed, findings, bench))
    return Rendered(outputs, tuple(findings), voices, {"duration_seconds": float(composed.timeline.duration_s)})
