"""Judge a finished video: by what was measured in its file, on its pictures, and in its plan."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

from coursecrafter.domain.look import ScreenText
from coursecrafter.domain.output import Finding, Severity
from coursecrafter.engines.e2_video.faces import undrawable
from coursecrafter.engines.e2_video.layout import SceneText
from coursecrafter.engines.e2_video.palette import TEXT_CONTRAST
from coursecrafter.engines.e2_video.produce import Film, gone_templates
from coursecrafter.engines.e2_video.shots import Shot
from coursecrafter.engines.video_checks import (
    FRAME_S,
    check_captions,
    check_delivery,
    check_script,
    check_seen,
    check_sound,
    finding,
    listed,
)
from coursecrafter.media.captions import Caption
from coursecrafter.media.timeline import AAC_FRAME_S, VIDEO_FPS

HIGHLIGHT_TOLERANCE_MS = 80


def check_video(film: Film, captions: Sequence[Caption], measured: Mapping[str, Any]) -> list[Finding]:
    """Findings about a video, each with its figure."""
    spoken_s = sum((shot.block.sound_s for shot in film.shots), Fraction(0))
    return [
        *_check_length(film, measured),
        check_script(spoken_s, film.timeline.duration_s, measured),
        check_seen(measured, [f"scene {scene.layout.text.number}" for scene in film.scenes]),
        *check_sound(measured, "Nothing is spoken in this video."),
        *check_delivery(measured),
        *check_captions(captions),
        _check_highlights(film.shots),
        *_check_pictures(film),
        *_check_templates(film),
    ]


def _check_length(film: Film, measured: Mapping[str, Any]) -> list[Finding]:
    frames, planned = measured["video_frames"], film.timeline.video_frames
    apart_s = abs(measured["sound_s"] - measured["video_s"])
    return [
        finding("frames", frames == planned, f"{frames} frames, {planned} planned.", frames, limit=f"{planned} frames"),
        finding(
            "duration",
            apart_s <= FRAME_S + float(AAC_FRAME_S),
            f"{measured['video_s']:.2f} s; picture and sound end {apart_s * 1000:.0f} ms apart.",
            measured["video_s"],
            limit="within a frame",
        ),
    ]


def _check_highlights(shots: Sequence[Shot]) -> Finding:
    late_s = [lateness for shot in shots for lateness in highlight_delays_s(shot)]
    worst_ms = float(1000 * max(map(abs, late_s), default=Fraction(0)))
    sentence = f"{len(late_s)} words light up within {worst_ms:.0f} ms of being spoken."
    return finding(
        "highlight",
        worst_ms <= HIGHLIGHT_TOLERANCE_MS,
        sentence,
        worst_ms,
        Severity.WARNING,
        limit=f"at most {HIGHLIGHT_TOLERANCE_MS} ms",
    )


def highlight_delays_s(shot: Shot) -> list[Fraction]:
    """For each word on screen with a time of its own, how much later than its voice it lights up, in seconds.

    Of a sentence that lights up as a whole its first word counts.
    """
    starts = sorted((word.char_start, word.start_s) for word in shot.words)
    is_whole = shot.plan.way.text is ScreenText.SENTENCE
    delays = []
    for page, beats in zip(shot.plan.pages, shot.beats, strict=True):
        lit: set[int] = set()
        for placed, beat in zip(page.words, beats.of_word, strict=True):
            # A word may begin with a quotation mark, which nobody says.
            at = bisect_left(starts, (placed.token.char_start,))
            begins = at < len(starts) and starts[at][0] < placed.token.char_end
            spoken_s = starts[at][1] if begins else None
            if spoken_s is not None and not (is_whole and beat in lit):
                lit.add(beat)
                lit_s = Fraction(shot.place.first_frame + beats.frames[beat], VIDEO_FPS)
                delays.append(lit_s - spoken_s)
    return delays


def _check_pictures(film: Film) -> list[Finding]:
    grounds = {scene.layout.ground for scene in film.scenes}
    lowest = min(
        [found.lowest_contrast for found in film.legibility] + [round(ground.marked_contrast, 2) for ground in grounds]
    )
    words, cut = (sum(getattr(found, name) for found in film.legibility) for name in ("words", "cut_words"))
    shortened = [f"scene {scene.layout.text.number}" for scene in film.scenes if scene.layout.is_heading_cut]
    missing = undrawable("".join(part for scene in film.scenes for part in _texts_of(scene.layout.text)))
    return [
        finding(
            "contrast",
            lowest >= TEXT_CONTRAST,
            f"The weakest text has a contrast of {lowest:.1f}:1.",
            lowest,
            limit=f"at least {TEXT_CONTRAST}:1",
        ),
        finding(
            "clipping",
            cut == 0,
            f"Cut off or covered: {cut or 'none'} of {words} words on the pictures.",
            cut,
            limit="none",
        ),
        finding(
            "headings",
            not shortened,
            f"Headings too long for their place, ending in “…”: {len(shortened) or 'none'} of {len(film.scenes)}."
            + f" In {listed(shortened)}." * bool(shortened),
            len(shortened),
            Severity.WARNING,
            limit="none",
        ),
        finding(
            "fonts",
            not missing,
            f"Left out, since no font on this machine draws them: {missing or 'none'}.",
            len(missing),
            Severity.WARNING,
            limit="none",
        ),
    ]


def _check_templates(film: Film) -> list[Finding]:
    """What was chosen and there is no more; nothing where all is as it was chosen."""
    gone = gone_templates(film.look, [scene.content for scene in film.scenes])
    if not gone:
        return []
    named = ", ".join(f"“{name}”" for name in gone)
    shown = ", ".join(f"“{name}”" for name in dict.fromkeys(scene.layout.template.name for scene in film.scenes))
    sentence = f"There is no template {named} any more; the video stands in {shown}. Choose another to change that."
    return [finding("template", False, sentence, len(gone), Severity.WARNING, limit="none missing")]


def _texts_of(text: SceneText) -> tuple[str, ...]:
    return (text.heading, text.eyebrow, text.brand_name, *text.texts)
