"""Tell what of a lesson's deck could not be drawn as it is: fonts that stand in, animation that is left out."""

from __future__ import annotations

from coursecrafter.domain.course import LessonContent
from coursecrafter.domain.output import Finding, Severity

MOST_NAMED = 12


def check_drawn(lesson: LessonContent) -> list[Finding]:
    """One finding where the slides' pictures differ from the deck; none where they do not."""
    if not lesson.caveats:
        return []
    named = [*lesson.caveats[:MOST_NAMED]]
    if len(lesson.caveats) > MOST_NAMED:
        named.append(f"And {len(lesson.caveats) - MOST_NAMED} more.")
    return [Finding("deck", Severity.WARNING, " ".join(named), len(lesson.caveats))]
