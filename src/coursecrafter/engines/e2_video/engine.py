"""E2: an explainer video in the brand's colours: design, produce, compose, check."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

from coursecrafter.domain.course import Brand, Course, LessonContent
from coursecrafter.domain.look import FrameSize, Look, Shape, of_shape
from coursecrafter.domain.outline import OutlineScene
from coursecrafter.domain.output import Output, Rendered, SpokenSegment
from coursecrafter.engines.bench import Bench
from coursecrafter.engines.e2_video.check import check_video
from coursecrafter.engines.e2_video.compose import HERO_ROLE, compose
from coursecrafter.engines.e2_video.design import write_outline
from coursecrafter.engines.e2_video.logo import open_logo
from coursecrafter.engines.e2_video.pictures import HouseFiles
from coursecrafter.engines.e2_video.produce import produce
from coursecrafter.engines.e2_video.report import report_of
from coursecrafter.engines.e2_video.samples import paint_samples
from coursecrafter.engines.e2_video.templates import templates_for as templates_for  # noqa: PLC0414 - asked for here

PREVIEW_SIDE_PX = 540


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


def render(course: Course, lesson: LessonContent, bench: Bench, look: Look | None = None) -> Rendered:
    """Make a lesson's branded video and what goes with it; the first output is the MP4.

    Args:
        course: brand, language and voice.
        lesson: with the video's own scenes (their titles are the headings on screen) and segments.
        bench: tools.
        look: how it looks and moves; None: as for an author who chose nothing. What it makes in another shape than
            16:9 has roles of that shape (`final_video_9x16`), but for the illustrations, which are shared.

    Raises:
        NothingToTell: CC-0230.
        UnreadableLogo: CC-0231.
        UnreadableIllustration: CC-0233.
        UnplayableClip: CC-0236.
        UnusableSound: CC-0204.
        VideoNotAssembled: CC-0203.
        UnusableSigningKey, CredentialsNotMade: CC-0210, CC-0211.
        UnusableMusic: CC-0212; or CC-0133 to CC-0135, the music is no recording.
        GatewayError: CC-03xx, a text could not be spoken or a picture not drawn.
    """
    return _rendered(course, lesson, bench, look or Look(), None)


def preview(
    course: Course,
    lesson: LessonContent,
    scene_id: UUID,
    bench: Bench,
    look: Look | None = None,
    short_side_px: int = PREVIEW_SIDE_PX,
) -> Rendered:
    """Make one scene alone, small, as it will be in the video, its way in and its voice included.

    What the whole video needs too, as voice and illustration, is made once for both.

    Args:
        scene_id: a scene of the lesson that says something.
        short_side_px: even.

    Raises:
        NothingToTell: CC-0230, also where the scene is not one of the lesson's.
        as `render`.
    """
    wanted = look or Look()
    small = replace(wanted, size=replace(wanted.size, short_side_px=short_side_px))
    return _rendered(course, lesson, bench, small, scene_id)


def preview_template(template: str, brand: Brand, size: FrameSize, bench: Bench) -> bytes:
    """Show what a template makes of a brand: sample scenes on one sheet, as PNG.

    Raises:
        UnreadableLogo: CC-0231.
        UnknownTemplate: CC-0235.
    """
    house = HouseFiles.of(brand, bench)
    logo = open_logo(house.logo) if house.logo else None
    return paint_samples(template, brand, size, logo=logo, backdrop=house.backdrop)


def _rendered(course: Course, lesson: LessonContent, bench: Bench, look: Look, only: UUID | None) -> Rendered:
    film = produce(course, lesson, bench, look, only)
    composed = compose(course, lesson, film, bench)
    voices = tuple(SpokenSegment(shot.content.id, shot.speech) for shot in film.shots if shot.speech)
    metadata = {
        "duration_seconds": float(film.timeline.duration_s),
        "templates": [scene.layout.template.name for scene in film.scenes],
        "shape": look.size.shape,
    }
    findings = check_video(film, composed.captions, composed.measured)
    made = (*composed.outputs, *report_of(course, lesson, film, composed, findings, bench))
    outputs = tuple(_of_shape(output, look.size.shape) for output in made)
    return Rendered(outputs, tuple(findings), voices, metadata)


def _of_shape(output: Output, shape: Shape) -> Output:
    """An output in the slot of its shape: a tall video must not take the place of the wide one."""
    return output if output.role == HERO_ROLE else replace(output, role=of_shape(output.role, shape))
