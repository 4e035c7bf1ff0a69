"""Pictures that a model drew are looked at before anybody sees them, where their route says so.

A filter that does not answer refuses: a picture that nobody has looked at is not shown. The filter is asked again by
itself, since a picture that is drawn once more is paid for once more.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from coursecrafter.gateway.errors import AnswerDeclined, ProviderError
from coursecrafter.gateway.ports import ContentFilter, ImageAnswer

PAUSES_S: Sequence[float] = (1.0, 3.0)
"""Before the second and the third look."""


class PictureNotLookedAt(ProviderError):
    """The filter that looks at pictures did not answer, so the picture was thrown away."""

    code = "CC-0362"
    status = 502
    remedy = (
        "See with “coursecrafter ai test” whether the provider answers, and whether it has the model that the option"
        " moderation names; then draw the picture again."
    )


def require_harmless(
    answer: ImageAnswer, prompt: str, content_filter: ContentFilter | None, pause: Callable[[float], None]
) -> ImageAnswer:
    """The picture, if there is no filter or it finds nothing.

    Args:
        prompt: what the picture was to show; it is judged with it.
        pause: waits so many seconds.

    Raises:
        AnswerDeclined: CC-0326, the filter refuses it.
        PictureNotLookedAt: CC-0362, the filter does not say.
    """
    if content_filter is None:
        return answer
    reasons = _looked_at(answer.content, prompt, content_filter, pause)
    if reasons:
        raise AnswerDeclined(
            f"The picture of {answer.provider} was refused by its filter: {', '.join(reasons)}.",
            detail=f"{len(answer.content)} bytes were thrown away",
            may_cost=True,
        )
    return answer


def _looked_at(
    content: bytes, prompt: str, content_filter: ContentFilter, pause: Callable[[float], None]
) -> tuple[str, ...]:
    pauses = iter(PAUSES_S)
    while True:
        try:
            return content_filter.look(content, prompt)
        except ProviderError as error:
            wait_s = next(pauses, None) if error.retry else None
            if wait_s is None:
                said = f"The picture was drawn, but its filter did not look at it: {error.message}"
                raise PictureNotLookedAt(said, detail=f"{error.code} {error.detail}", may_cost=True) from error
        pause(wait_s)
