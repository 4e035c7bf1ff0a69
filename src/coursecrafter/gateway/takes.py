"""Which take of a text is used: what its author rejected is not used again, and another is made in its place.

A take is the same question asked once more. A voice that draws its intonation anew answers otherwise; one that does
not, as the offline voice, says the same, and its author is told so.
"""

from __future__ import annotations

from collections.abc import Callable

from coursecrafter.domain.speech import Takes
from coursecrafter.errors import GatewayError
from coursecrafter.jobs.steps import Step
from coursecrafter.storage.objects import ObjectStore

MOST_TAKES = 20
"""Of one text in one voice: who likes none of so many wants another voice."""


class NoOtherTake(GatewayError):
    """Every take of a text was rejected, and a voice is not asked for more."""

    code = "CC-0363"
    status = 422
    remedy = "Approve one of the takes after all, choose another voice, or say it in other words."


def choose_take(store: ObjectStore, step_of: Callable[[int], Step], takes: Takes) -> int:
    """The take to use: the approved one, else the first that nobody rejected, else one that is not made yet.

    Raises:
        NoOtherTake: CC-0363.
    """
    if not takes.rejected:
        return 0
    usable = None
    for take in range(MOST_TAKES):
        step = step_of(take)
        files = store.find_record(step.name, step.key)
        if files is None:
            return take if usable is None else usable
        sound = files["sound"].key
        if sound == takes.approved:
            return take
        if usable is None and sound not in takes.rejected:
            usable = take
    if usable is None:
        raise NoOtherTake(f"All {MOST_TAKES} takes of a text in this voice were rejected.")
    return usable
