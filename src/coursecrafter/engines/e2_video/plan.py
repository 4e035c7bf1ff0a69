"""What is seen when: from words and their times to the pictures of each segment. Pure.

A segment's pictures form a run. It begins with the way in (over the picture of the scene before, when the scene
changes), lights the words up one after the other, turns pages, and ends with the words going. So a run depends on its
own words and on its scene's still picture, and on nothing that another segment says.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cache
from itertools import groupby

from coursecrafter.domain.look import Transition
from coursecrafter.domain.speech import Word
from coursecrafter.engines.e2_video.fitting import Page
from coursecrafter.engines.e2_video.typesetting import Token, ends_here
from coursecrafter.media.timeline import VIDEO_FPS, Cue, nearest

DIP_FRAMES, RISE_FRAMES = 4, 8
"""In a fade a scene goes into the next one's ground, then the next one comes out of it: headings never lie over each
other."""
MOVE_FRAMES = 12
"""Of a slide and of a zoom, which change in every one of them."""
FADE_STEP_FRAMES = 2
"""Where nothing moves, a fade in steps of 1/15 s looks the same and costs half: a whole picture changes each time."""
ENTER_FRAMES = 6
LEAVE_FRAMES = 4
TURN_FRAMES = 4
COME_FRAMES = {
    Transition.FADE: DIP_FRAMES + RISE_FRAMES,
    Transition.SLIDE: MOVE_FRAMES,
    Transition.ZOOM: MOVE_FRAMES,
    Transition.NONE: 0,
}
"""Until a scene stands there whole."""
SCENE_LEAD_FRAMES = {way: frames + 4 if frames else ENTER_FRAMES for way, frames in COME_FRAMES.items()}
"""From the first frame of a scene's run to its voice."""
SEGMENT_LEAD_FRAMES = 6
LIFT_PX = 22
FULL = 256

NONE_SPOKEN = -1


@dataclass(frozen=True, slots=True)
class State:
    """One picture of a run.

    Attributes:
        still: how far the scene has come, from 0 to 256, its own still picture. In a fade 0 is the bare ground, and
            before it stands what goes: from -256, the picture before the scene, to 0.
        page: index of the page.
        beat: which beat of the page is being spoken; -1 before the first, the number of beats after the last.
        words: opacity of the words, 0 to 256.
        lift_px: how far below their place they stand.
        hold_frames: for how many frames it is shown.
        clip: which picture of the scene's film clip is shown; 0, its first, is that of the still picture.
    """

    still: int
    page: int
    beat: int
    words: int
    lift_px: int
    hold_frames: int
    clip: int = 0


@dataclass(frozen=True, slots=True)
class ClipPart:
    """The part of a scene's film clip that a run shows.

    Attributes:
        from_frame: which of the clip's pictures, at 30 a second, would be shown at the run's first frame; less than 0
            while the scene comes.
        frames: how many the clip has; the last one stays.
    """

    from_frame: int
    frames: int


@dataclass(frozen=True, slots=True)
class Beats:
    """When the words of a page are spoken.

    Attributes:
        of_word: for each word of the page the index of its beat.
        frames: for each beat the frame, counted from the run's first, at which it begins.
        end_frame: when the last word has been spoken.
    """

    of_word: tuple[int, ...]
    frames: tuple[int, ...]
    end_frame: int


@dataclass(frozen=True, slots=True)
class Place:
    """A run's place in the video and in its scene.

    Attributes:
        first_frame, end_frame: its frames, the end excluded.
        enters_scene: whether it is its scene's first.
        leaves: whether its words go at its end.
    """

    first_frame: int
    end_frame: int
    enters_scene: bool
    leaves: bool

    @property
    def frames(self) -> int:
        """How long it is."""
        return self.end_frame - self.first_frame


def place_runs(
    cues: Sequence[Cue],
    scene_of: Sequence[int],
    keeps_words: Sequence[bool],
    transition: Transition = Transition.FADE,
) -> tuple[Place, ...]:
    """Let each run begin a little before its voice.

    Args:
        cues: N cues of the timeline.
        scene_of: N indices of scenes.
        keeps_words: per scene, whether the words of a segment stay while the next is spoken.
        transition: between scenes.
    """
    starts = [0]
    for index in range(1, len(cues)):
        lead = SEGMENT_LEAD_FRAMES if scene_of[index] == scene_of[index - 1] else SCENE_LEAD_FRAMES[transition]
        starts.append(max(cues[index].first_frame - lead, starts[-1] + 1))
    ends = [*starts[1:], cues[-1].end_frame]
    last = len(cues) - 1
    return tuple(
        Place(
            starts[index],
            ends[index],
            enters_scene=index == 0 or scene_of[index] != scene_of[index - 1],
            leaves=index < last and not (keeps_words[scene_of[index]] and scene_of[index + 1] == scene_of[index]),
        )
        for index in range(len(cues))
    )


def find_beats(page: Page, words: Sequence[Word], origin_s: Fraction, origin_frame: int) -> Beats:
    """Assign each word on screen the moment at which it is spoken.

    Args:
        page: its words carry their place in the segment's text.
        words: spoken words in order of the text, with times in seconds.
        origin_s, origin_frame: one moment in both counts: of the words' times, and of frames from the run's first.
            Counted from the segment's own first sound, beats do not depend on where in the video the segment stands.

    Returns:
        Beats at least one frame apart; words with the same frame light up together. A word that has no time of its
        own (a dash, a number read as part of its neighbour) goes with the word before it.
    """
    at = [word.char_start for word in words]
    frames: list[int] = []
    of_word: list[int] = []
    for placed in page.words:
        index = bisect_right(at, placed.token.char_end - 1) - 1
        while index > 0 and words[index - 1].char_end > placed.token.char_start:
            index -= 1
        is_spoken = index >= 0 and words[index].char_end > placed.token.char_start
        frame = origin_frame + nearest((words[index].start_s - origin_s) * VIDEO_FPS) if is_spoken else None
        if frames and (frame is None or frame <= frames[-1]):
            of_word.append(len(frames) - 1)
        elif frame is None:
            of_word.append(0)
        else:
            of_word.append(len(frames))
            frames.append(max(frame, 0))
    if not frames:
        return Beats(tuple(of_word), (), 0)
    last_s = max(word.end_s for word in words if word.char_start < page.words[-1].token.char_end)
    end_frame = origin_frame + nearest((last_s - origin_s) * VIDEO_FPS)
    return Beats(tuple(of_word), tuple(frames), max(end_frame, frames[-1] + 1))


def find_sentences(page: Page, beats: Beats) -> Beats:
    """The beats of whole sentences: each lights up with the first of its words that is spoken.

    Returns:
        Beats of which each word of a sentence has the same; a page that begins within a sentence begins with one.
    """
    of_word: list[int] = []
    frames: list[int] = []
    before: Token | None = None
    for placed, beat in zip(page.words, beats.of_word, strict=True):
        begins = before is None or ends_here(before, placed.token)
        if begins and beats.frames and (not frames or beats.frames[beat] > frames[-1]):
            frames.append(beats.frames[beat])
        of_word.append(max(len(frames) - 1, 0))
        before = placed.token
    return Beats(tuple(of_word), tuple(frames), beats.end_frame)


def plan_states(
    place: Place, beats: Sequence[Beats], transition: Transition = Transition.FADE, clip: ClipPart | None = None
) -> tuple[State, ...]:
    """All pictures of a run with their lengths, which add up to the run's."""
    turns = page_starts(beats, place.frames)
    seen = (
        replace(_state_at(frame, place, beats, turns, transition), clip=_clip_at(frame, clip))
        for frame in range(place.frames)
    )
    return tuple(replace(state, hold_frames=len(list(group))) for state, group in groupby(seen))


def page_starts(beats: Sequence[Beats], frames: int) -> list[int]:
    """The frame at which each page comes; pages without a word of known time share the run evenly."""
    starts = [0]
    for index in range(1, len(beats)):
        even = frames * index // len(beats)
        starts.append(max(starts[-1] + 1, beats[index].frames[0] - TURN_FRAMES if beats[index].frames else even))
    return starts


def _state_at(frame: int, place: Place, beats: Sequence[Beats], turns: Sequence[int], transition: Transition) -> State:
    """What a single frame shows."""
    page = bisect_right(turns, frame) - 1
    still, come_from, come_frames = FULL, turns[page], TURN_FRAMES
    if page == 0:
        come_frames = ENTER_FRAMES
        if place.enters_scene:
            still, come_from = _still_at(frame, transition), SCENE_LEAD_FRAMES[transition] - ENTER_FRAMES
    come = _eased(max(frame + 1 - come_from, 0), come_frames)
    go = _eased(max(_fade_step(frame + LEAVE_FRAMES - place.frames), 0), LEAVE_FRAMES) if place.leaves else 0
    spoken = beats[page]
    is_over = frame >= spoken.end_frame
    beat = len(spoken.frames) if is_over else bisect_right(spoken.frames, frame) - 1
    return State(still, page, beat, min(come, FULL - go), LIFT_PX * (FULL - come) // FULL, 1)


def _clip_at(frame: int, clip: ClipPart | None) -> int:
    return 0 if clip is None else max(min(clip.from_frame + frame, clip.frames - 1), 0)


def _still_at(frame: int, transition: Transition) -> int:
    """How far a scene has come at a frame of its way in."""
    if transition is Transition.NONE:
        return FULL
    if transition is not Transition.FADE:
        return _eased(frame + 1, MOVE_FRAMES)
    step = _fade_step(frame)
    dip, rise = _eased(step, DIP_FRAMES), _eased(max(step - DIP_FRAMES, 0), RISE_FRAMES)
    return rise or dip - FULL


def _fade_step(frame: int) -> int:
    return (frame // FADE_STEP_FRAMES + 1) * FADE_STEP_FRAMES


@cache
def _eased(step: int, steps: int) -> int:
    """Smoothstep in whole numbers: 0 at the first step, 256 from the last on."""
    part = Fraction(min(step, steps), steps)
    return nearest(FULL * part * part * (3 - 2 * part))
