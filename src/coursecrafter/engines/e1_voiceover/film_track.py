"""A lesson's pictures where the film's packets are taken over: which parts, coded by whom, in one track."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from coursecrafter.domain.stored import StoredObject
from coursecrafter.engines.bench import Bench
from coursecrafter.engines.e1_voiceover.film_runs import Footage, film_step
from coursecrafter.engines.e1_voiceover.plan import VideoPlan
from coursecrafter.engines.kept import read_run
from coursecrafter.media.film_plan import FilmedPart, OwnPart, Part, Play, plan_parts
from coursecrafter.media.picture_track import FRAME_TICKS, CodedPart, CopiedPart, PictureTrack, join_parts
from coursecrafter.media.still_video import CodedRun
from coursecrafter.media.timeline import Timeline


@dataclass(frozen=True, slots=True)
class FilmCounts:
    """How many of the film's pictures are in a video as they were, and how many were encoded again."""

    copied: int
    encoded: int


@dataclass(frozen=True, slots=True)
class FilmCutting:
    """The parts of a video in playing order, each with the run that it shows; None for packets of the film."""

    footage: Footage
    parts: tuple[Part, ...]
    runs: tuple[StoredObject | None, ...]

    @property
    def counts(self) -> FilmCounts:
        """How many of the film's pictures were copied, and how many encoded."""
        return FilmCounts(
            sum(part.behind - part.first for part in self.parts if isinstance(part, CopiedPart)),
            sum(len(part.times_s) for part in self.parts if isinstance(part, FilmedPart)),
        )

    @property
    def key(self) -> list[list[int | str]]:
        """Equal for cuttings of one film that show the same."""
        return [_part_key(part, run) for part, run in zip(self.parts, self.runs, strict=True)]

    def track(self, bench: Bench) -> PictureTrack:
        """All pictures with their times.

        Raises:
            VideoNotAssembled: CC-0203.
        """
        wanted = {run.sha256: run for run in self.runs if run}
        runs = {name: read_run(bench, run) for name, run in wanted.items()}
        return join_parts(self.footage.packets, list(self._joined(runs)))

    def _joined(self, runs: Mapping[str, CodedRun]) -> Iterator[CopiedPart | CodedPart]:
        for part, run in zip(self.parts, self.runs, strict=True):
            if isinstance(part, CopiedPart):
                yield part
            elif run is not None:
                yield CodedPart(part.start, part.end, runs[run.sha256])


def cut_footage(
    plan: VideoPlan,
    timeline: Timeline,
    footage: Footage,
    stills: Sequence[StoredObject | None],
    bench: Bench,
) -> FilmCutting:
    """Take the film's packets over where that can be, and encode what lies between.

    Args:
        stills: the coded picture of each shot that shows one of its own.

    Raises:
        DamagedFilm: CC-0207.
    """
    plays = [
        Play(shot.visual.stretch, cue.first_frame * FRAME_TICKS, cue.end_frame * FRAME_TICKS)
        for shot, cue in zip(plan.shots, timeline.cues, strict=True)
    ]
    parts = plan_parts(footage.packets, plays)
    filmed = [part for part in parts if isinstance(part, FilmedPart)]
    steps = [film_step(footage.reel, part.times_s, "film", footage.picture_format) for part in filmed]
    bench.steps.expect({"film_run": len({step.key for step in steps})})
    coded = iter(done.files["still"] for done in bench.steps.run(steps))
    runs = [
        next(coded) if isinstance(part, FilmedPart) else stills[part.shot] if isinstance(part, OwnPart) else None
        for part in parts
    ]
    return FilmCutting(footage, tuple(parts), tuple(runs))


def _part_key(part: Part, run: StoredObject | None) -> list[int | str]:
    if isinstance(part, CopiedPart):
        return [part.start, part.end, part.first, part.behind]
    return [part.start, part.end, run.sha256 if run else ""]
