"""E2: an explainer video in the brand's colours: design, produce, compose, check."""

from __future__ import annotations

from coursecrafter.domain.course import Course, LessonContent
from coursecrafter.domain.outline import OutlineScene
from coursecrafter.domain.output import Rendered, SpokenSegment
from coursecrafter.engines.bench import Bench
from coursecrafter.engines.e2_video.check import check_video
from coursecrafter.engines.e2_video.compose import compose
from coursecrafter.engines.e2_video.design import write_outline
from coursecrafter.engines.e2_video.produce import produce


def design(course: Course, lesson: LessonContent, bench: Bench) -> tuple[OutlineScene, ...]:
    """Propose the video's scenes and narration from the lesson's slides, notes and documents; at least one scene.

    Args:
        course: its documents are sources too.
        lesson: with the scenes and segments of its deck.
        bench: tools.

    Raises:
        GatewayError: CC-03xx, no model answered.
        UnusableOutline: CC-0232.
    """
    return write_outline(course, lesson, bench)


def render(course: Course, lesson: LessonContent, bench: Bench) -> Rendered:
    """Make a lesson's branded video and what goes with it; the first output is the MP4.

    Args:
        course: brand, language and voice.
        lesson: with the video's own scenes (their titles are the headings on screen) and segments.
        bench: tools.

    Raises:
        NothingToTell: CC-0230.
        UnreadableLogo: CC-0231.
        UnreadableIllustration: CC-0233.
        UnusableSound: CC-0204.
        VideoNotAssembled: CC-0203.
        GatewayError: CC-03xx, a text could not be spoken or a picture not drawn.
    """
    film = produce(course, lesson, bench)
    composed = compose(course, lesson, film, bench)
    voices = tuple(SpokenSegment(shot.content.id, shot.speech) for shot in film.shots if shot.speech)
    metadata = {
        "duration_seconds": float(film.timeline.duration_s),
        "templates": [scene.layout.template.value for scene in film.scenes],
    }
    findings = check_video(film, composed.captions, composed.measured)
    return Rendered(composed.outputs, tuple(findings), voices, metadata)
