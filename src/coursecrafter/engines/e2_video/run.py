"""The pictures of one segment, one after the other, painted for what changes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from fractions import Fraction

from coursecrafter.domain.look import ScreenText, Transition
from coursecrafter.engines.e2_video.clips import ShownClip
from coursecrafter.engines.e2_video.faces import fonts_used
from coursecrafter.engines.e2_video.fitting import Lettering, Page
from coursecrafter.engines.e2_video.paint import (
    PAINT_VERSION,
    Backing,
    Pixels,
    paint_backing,
    paint_lettering,
    paint_page,
    paint_words,
)
from coursecrafter.engines.e2_video.palette import Ground
from coursecrafter.engines.e2_video.plan import FULL, Beats, State
from coursecrafter.engines.e2_video.transitions import paint_between

TO_COME, NOW, SPOKEN = 0, 1, 2


@dataclass(frozen=True, slots=True)
class Way:
    """How pictures change in a video.

    Attributes:
        is_rtl: whether the scene is read to the left.
        scale: of all measures, 1 for a short side of 1080 pixels.
    """

    transition: Transition = Transition.FADE
    text: ScreenText = ScreenText.HIGHLIGHT
    is_rtl: bool = False
    scale: Fraction = Fraction(1)


@dataclass(frozen=True, slots=True)
class RunPlan:
    """All that a run's pictures depend on, but for the two still pictures and what stands behind the scene.

    Attributes:
        pages: the segment's narration.
        way: how the scene came, and how its words light up.
        of_word: per page, for each word the index of its beat.
        beats: per page, how many beats it has.
        states: from `plan_states`.
    """

    pages: tuple[Page, ...]
    ground: Ground
    way: Way
    of_word: tuple[tuple[int, ...], ...]
    beats: tuple[int, ...]
    states: tuple[State, ...]

    @classmethod
    def of(
        cls, pages: tuple[Page, ...], ground: Ground, way: Way, beats: Sequence[Beats], states: tuple[State, ...]
    ) -> RunPlan:
        """The plan of a segment's pages with their beats."""
        of_word, counts = tuple(page.of_word for page in beats), tuple(len(page.frames) for page in beats)
        return cls(pages, ground, way, of_word, counts, states)

    @property
    def holds_frames(self) -> tuple[int, ...]:
        """For how many frames each picture is shown."""
        return tuple(state.hold_frames for state in self.states)

    def to_key(self) -> list[object]:
        """A JSON value of everything that is seen; how long it is seen is not part of it."""
        seen = [[state.still, state.page, state.beat, state.words, state.lift_px, state.clip] for state in self.states]
        pages = [page_key(page) for page in self.pages]
        # How a scene comes is seen while it comes: another transition must not code anew what stands still.
        comes = any(state.still != FULL for state in self.states)
        way = [self.way.transition if comes else None, self.way.text, self.way.is_rtl, str(self.way.scale)]
        return [PAINT_VERSION, pages, asdict(self.ground), way, self.of_word, self.beats, seen]


def page_key(page: Page) -> list[object]:
    """A JSON value of a page as it is painted."""
    spoken = Lettering(page.words, page.face, (0, 0, 0))
    return [page.stayed, *(lettering_key(part) for part in (spoken, *page.standing))]


def lettering_key(part: Lettering) -> list[object]:
    """A JSON value of a text as it is painted, with the fonts that draw it."""
    words = [[word.token.text, round(word.x_px), word.baseline_px] for word in part.words]
    fonts = fonts_used("".join(word.token.text for word in part.words), part.face)
    return [words, asdict(part.face), list(part.ink), list(fonts)]


def paint_run(
    plan: RunPlan, still: Pixels, before: Pixels, backing: Backing, clip: ShownClip | None = None
) -> Iterator[Pixels]:
    """Each picture of a run, in order.

    Args:
        plan: what to paint.
        still: the scene's still picture.
        before: what stands on screen before the scene.
        backing: what stands behind the scene.
        clip: what moves in the illustration's place.

    Yields:
        Height x width x 3; the same array each time, to be read before the next one is asked for.
    """
    canvas, bare = still.copy(), paint_backing(backing)
    page_base = still
    last: tuple[int, list[int]] | None = None
    for state in plan.states:
        page, inks = plan.pages[state.page], _inks(plan, state)
        if (state.still, state.words, state.lift_px) != (FULL, FULL, 0):
            canvas[:] = still if state.still == FULL else _between(plan, before, bare, still, state.still)
            if state.words:
                lift_px = round(state.lift_px * plan.way.scale)
                paint_page(
                    canvas,
                    page,
                    plan.ground,
                    inks=inks,
                    opacity=state.words,
                    lift_px=lift_px,
                    is_coming=state.lift_px > 0,
                )
            last = None
        elif last is not None and last[0] == state.page:
            _repaint(canvas, page_base, page, plan.ground, last[1], inks)
            last = (state.page, inks)
        else:
            page_base = still.copy()
            for part in page.standing:
                paint_lettering(page_base, part)
            canvas[:] = page_base
            paint_words(canvas, page, plan.ground, range(len(page.words)), inks)
            last = (state.page, inks)
        if clip is not None and state.clip:
            clip.lay(canvas, state.clip)
        yield canvas


def _inks(plan: RunPlan, state: State) -> list[int]:
    """For each word of the page whether it is to come, being spoken or spoken."""
    if state.beat >= plan.beats[state.page]:
        return [SPOKEN] * len(plan.of_word[state.page])
    if plan.way.text is ScreenText.SENTENCE:
        # The first sentence stands there before it is spoken: what lights up must not look like an afterthought.
        return [SPOKEN if beat <= max(state.beat, 0) else TO_COME for beat in plan.of_word[state.page]]
    return [
        SPOKEN if beat < state.beat else NOW if beat == state.beat else TO_COME for beat in plan.of_word[state.page]
    ]


def _repaint(
    canvas: Pixels, page_base: Pixels, page: Page, ground: Ground, before: Sequence[int], now: Sequence[int]
) -> None:
    """Paint anew the rows in which a word changed."""
    changed = [word for word, old, new in zip(page.words, before, now, strict=True) if old != new]
    if not changed:
        return
    size = page.face.size_px
    top = max(min(word.baseline_px for word in changed) - round(1.3 * size), 0)
    bottom = min(max(word.baseline_px for word in changed) + round(0.6 * size), canvas.shape[0])
    rows = canvas[top:bottom]
    rows[:] = page_base[top:bottom]
    near = [
        index for index, word in enumerate(page.words) if top - size < word.baseline_px < bottom + 2 * size
    ]  # descenders from above and tall letters from below reach into the rows
    paint_words(rows, page, ground, near, now, lift_px=-top)


def _between(plan: RunPlan, before: Pixels, bare: Pixels, still: Pixels, at: int) -> Pixels:
    return paint_between(plan.way.transition, before, bare, still, at, is_rtl=plan.way.is_rtl)
