"""What it means when a provider refuses: its status and its own words, as one of our errors."""

from __future__ import annotations

import time
from collections.abc import Mapping
from email.utils import parsedate_to_datetime

from coursecrafter.gateway.errors import (
    AnswerDeclined,
    ProviderBusy,
    ProviderError,
    ProviderRefusedCall,
    ProviderRefusedKey,
    ProviderUnreachable,
)

MOST_SAID = 2_000
"""Characters of what a provider says that are kept, for the log."""
LONGEST_PAUSE_S = 86_400.0
DECLINED = ("content_filter", "content_policy_violation", "moderation_blocked", "responsibleaipolicyviolation")
USED_UP = (
    "insufficient_quota",
    "billing_hard_limit",
    "billing_not_active",
    "quota_exceeded",
    "credit balance is too low",
)
BUSY = frozenset({409, 425, 429, 503, 529})
OUT_OF_ORDER = frozenset({408, 500, 502, 504, 507, 508, 520, 521, 522, 523, 524, 530})
REFUSES_KEY = frozenset({401, 402, 403, 407})
REDIRECTS = range(300, 400)


def read_refusal(status: int, headers: Mapping[str, str], said: str) -> ProviderError:  # noqa: PLR0911 - a table
    """The error that a refusal is.

    Args:
        headers: names in small letters.
        said: the answer's text; the key no longer stands in it.

    Source: RFC 9110 (status codes), OpenAI, Anthropic, Azure and ElevenLabs (error codes).
    """
    detail = f"{status} {said}"[:MOST_SAID]
    if status in REDIRECTS:
        where = headers.get("location", "")
        message = "The provider sends us to another address, which is not followed."
        return ProviderRefusedCall(message, detail=f"{status} to {where}"[:MOST_SAID])
    lower = said.lower()
    if any(word in lower for word in USED_UP):
        return ProviderRefusedKey("What the provider's key may spend is used up.", detail=detail)
    if status in REFUSES_KEY:
        return ProviderRefusedKey("The provider does not take the key.", detail=detail)
    if status in BUSY | OUT_OF_ORDER:
        pause_s = retry_after_s(headers)
        if status in BUSY:
            return ProviderBusy("The provider has too much to do.", detail=detail, retry_after_s=pause_s)
        return ProviderUnreachable("The provider is out of order.", detail=detail, retry_after_s=pause_s)
    if any(word in lower for word in DECLINED):
        return AnswerDeclined("A filter of the provider's stopped the call.", detail=detail)
    return ProviderRefusedCall("The provider does not take the call.", detail=detail)


def retry_after_s(headers: Mapping[str, str]) -> float | None:
    """The pause that a provider asks for, in seconds, at most a day; one that asks for more may as well be broken.

    Source: RFC 9110, Retry-After; Azure's retry-after-ms.
    """
    asked = _asked_pause_s(headers)
    return None if asked is None else min(asked, LONGEST_PAUSE_S)


def _asked_pause_s(headers: Mapping[str, str]) -> float | None:
    if (milliseconds := _number(headers.get("retry-after-ms", ""))) is not None:
        return milliseconds / 1000
    said = headers.get("retry-after", "").strip()
    if (seconds := _number(said)) is not None:
        return seconds
    try:
        return max(parsedate_to_datetime(said).timestamp() - time.time(), 0.0) if said else None
    except (ValueError, OverflowError):
        return None


def _number(said: str) -> float | None:
    try:
        number = float(said)
    except ValueError:
        return None
    return number if 0 <= number < float("inf") else None
