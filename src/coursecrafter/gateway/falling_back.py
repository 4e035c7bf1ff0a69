"""Who answers if the first of a route does not: the next one, and it is said."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from typing import TypeVar

from coursecrafter.gateway.errors import CallFailed, ProviderError
from coursecrafter.gateway.ports import Candidate

log = logging.getLogger(__name__)

Answer = TypeVar("Answer")


class NobodyAnswered(CallFailed):
    """Each provider of a route was asked, and none gave an answer."""

    code = "CC-0355"
    status = 502
    remedy = "See with “coursecrafter ai test” which providers work, and try again."


def first_answer(
    candidates: Sequence[Candidate], ask: Callable[[Candidate, str], Answer], say: Callable[[str], None]
) -> Answer:
    """The answer of the first candidate that gives one.

    A budget that is reached ends the search: money is not saved by a worse answer that nobody chose.

    Args:
        candidates: in order, at least one.
        ask: called with a candidate and the name of the one that should have answered, "" for the first.
        say: told of each that failed, and of who is asked instead.

    Raises:
        NobodyAnswered: CC-0355, none of several did.
        GatewayError: CC-03xx, the only one failed, or the call itself cannot be made.
    """
    failures: list[tuple[Candidate, ProviderError | CallFailed]] = []
    for candidate in candidates:
        try:
            return ask(candidate, name_of(failures[0][0]) if failures else "")
        except (ProviderError, CallFailed) as error:
            failures.append((candidate, error))
            if len(candidates) == 1:
                raise
            log.warning("%s did not answer: %s %s", name_of(candidate), error, error.detail)
            say(f"{name_of(candidate)} did not answer: {error.message}")
            if len(failures) < len(candidates):
                say(f"{name_of(candidates[len(failures)])} is asked instead")
    told = "; ".join(f"{name_of(candidate)}: {error.message}" for candidate, error in failures)
    raise NobodyAnswered(f"None of {len(failures)} providers answered. {told}")


def name_of(candidate: Candidate) -> str:
    """Provider and model, as people know them."""
    return f"{candidate.connection.name}/{candidate.model}" if candidate.model else candidate.connection.name
