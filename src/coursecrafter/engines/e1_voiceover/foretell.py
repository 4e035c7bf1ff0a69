"""What a render of a narrated lesson will make again, told before it begins."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace

from coursecrafter.domain.course import Course, LessonContent
from coursecrafter.domain.film import FilmCut
from coursecrafter.domain.look import Music
from coursecrafter.engines.bench import Bench
from coursecrafter.engines.e1_voiceover.compose import compose
from coursecrafter.engines.e1_voiceover.film_runs import open_reel
from coursecrafter.engines.e1_voiceover.plan import plan_video
from coursecrafter.engines.e1_voiceover.produce import look_at_pictures, make_parts
from coursecrafter.gateway.foretelling import unnoted
from coursecrafter.jobs.looking import Ahead, Looking, NotThereYet


def foretell(
    course: Course, lesson: LessonContent, bench: Bench, *, film: FilmCut | None = None, music: Music | None = None
) -> tuple[Ahead, ...]:
    """The steps that a render will make; what it will find is left out.

    A voice that is not there yet is levelled too, and any change makes the video anew. The music around a voice whose
    length is not known yet is not counted.

    Raises:
        NothingToShow: CC-0201.
        GatewayError: CC-03xx, no voice can be chosen.
    """
    plan = plan_video(course, lesson, film)
    looking = Looking(bench.store)
    looks = replace(bench, steps=looking, gateway=unnoted(bench.gateway))
    with open_reel(bench.store, film.film if film else None) as reel:
        try:
            compose(course, lesson, plan, make_parts(course, lesson, plan, looks, reel), looks, music)
        except NotThereYet:
            with suppress(NotThereYet):
                look_at_pictures(plan, looks, reel)
    ahead = list(looking.missing.values())
    ahead += [Ahead("voice_block", label) for label in looking.labels("speech")]
    if ahead:
        signed = ["sign"] if bench.signing() else []
        ahead += [Ahead(name, lesson.code) for name in ("mux", *signed) if not looking.labels(name)]
    return tuple(ahead)
