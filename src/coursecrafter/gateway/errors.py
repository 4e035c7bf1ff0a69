"""The failures that every provider shares.

What a provider's own words say goes into `detail`, for the log: they may hold anything, also what was asked.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from coursecrafter.errors import GatewayError


class CallFailed(GatewayError):
    """A call to a model or a local engine did not give an answer."""

    code = "CC-0302"
    retry = True
    remedy = "Run the same command again; if it fails again, the log names what the provider said."


class ProviderError(GatewayError):
    """One attempt at a provider failed. Whoever is next in the route may answer.

    Attributes:
        retry_after_s: the provider asks for so long a pause; None: it says nothing.
        may_cost: whether the provider may charge for it although there was no answer.
    """

    code = "CC-0320"
    status = 502
    remedy = "See with “coursecrafter ai test” what the provider says, and try again."

    def __init__(
        self, message: str, *, detail: str = "", retry_after_s: float | None = None, may_cost: bool = False
    ) -> None:
        super().__init__(message, detail=detail)
        self.retry_after_s = retry_after_s
        self.may_cost = may_cost


@contextmanager
def once_charged(*, is_charged: bool = True) -> Iterator[None]:
    """Say of a failure that the provider may charge for what it had given before, if it had.

    A call that is made in several steps fails as a whole, but was paid for up to there.
    """
    try:
        yield
    except ProviderError as error:
        error.may_cost |= is_charged
        raise


class ProviderBusy(ProviderError):
    """A provider is overloaded, or lets us make no more calls for now."""

    code = "CC-0321"
    status = 503
    retry = True
    remedy = "Wait a minute and try again, or add another provider to the route."


class ProviderUnreachable(ProviderError):
    """A provider cannot be reached, broke off, or was silent for too long."""

    code = "CC-0322"
    status = 504
    retry = True
    remedy = "See with “coursecrafter ai test” whether its address is right and it runs; then try again."


class ProviderRefusedKey(ProviderError):
    """A provider does not take the key it was given."""

    code = "CC-0323"
    remedy = "Give the provider a valid key, with a limit that is not used up."


class ProviderRefusedCall(ProviderError):
    """A provider does not know what it was asked for, such as a model or a voice."""

    code = "CC-0324"
    remedy = "See with “coursecrafter ai test” what the provider says, and correct the model or voice in the route."


class UnusableAnswer(ProviderError):
    """A provider answered with something that is not what was asked for, or with far too much of it."""

    code = "CC-0325"
    retry = True
    remedy = "Try again, or choose another model."


class AnswerDeclined(ProviderError):
    """A model declined to answer, or a filter of the provider's stopped the answer."""

    code = "CC-0326"
    status = 422
    remedy = "Write the text or describe the picture in other words, or do it yourself."
