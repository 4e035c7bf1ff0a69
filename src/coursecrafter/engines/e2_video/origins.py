"""How the parts of a branded video came to be, for its content credentials and its report."""

from __future__ import annotations

from coursecrafter.domain.course import Course, LessonContent
from coursecrafter.engines.e2_video.produce import Film
from coursecrafter.media.credentials import Credentials, Origin, Source, origin_of_voice

OFFLINE = "offline"


def credentials_of(course: Course, lesson: LessonContent, film: Film) -> Credentials:
    """What the credentials say.

    Rows do not say who wrote a script's draft. Where a model speaks or draws, one may have written it too, and that is
    said: to claim less would be worse than to claim more.
    """
    voices = [(shot.speech.provider, shot.speech.model) for shot in film.shots if shot.speech]
    drawings = sorted({scene.drawn_by for scene in film.scenes if scene.drawn_by})
    has_model = any(provider != OFFLINE for provider, _ in [*voices, *drawings])
    origins = [Origin("script", Source.WITH_MODEL if has_model else Source.COMPOSITE), _pictures(film, drawings)]
    origins += [origin_of_voice(voices)] if voices else []
    origins += [Origin("music", Source.PERSON)] if film.look.music else []
    return Credentials(lesson.title, course.brand.name, tuple(origins))


def _pictures(film: Film, drawings: list[tuple[str, str]]) -> Origin:
    """Illustrations that an author brought are people's; drawn ones are a program's or a model's, also chosen ones."""
    made_by = ", ".join(" ".join(part for part in pair if part) for pair in drawings)
    if not drawings:
        return Origin("pictures", Source.PERSON)
    is_program = all(provider == OFFLINE for provider, _ in drawings)
    if all(scene.drawn_by for scene in film.scenes):
        return Origin("pictures", Source.PROGRAM if is_program else Source.MODEL, made_by)
    return Origin("pictures", Source.COMPOSITE if is_program else Source.WITH_MODEL, made_by)
