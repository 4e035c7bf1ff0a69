"""What a provider was found not to know: each protocol has many servers, and each model its own exceptions.

A call that is refused because of one of its fields is made again without it, at once: a refused call costs nothing.
What helped is remembered for the rest of the process.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Hashable
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import Any, TypeVar

from coursecrafter.gateway.errors import ProviderRefusedCall

MOST_STEPS = 8
MOST_LEARNED = 4096
FIELD_REFUSED = ("400 ", "422 ")

Answer = TypeVar("Answer")


@dataclass(frozen=True, slots=True)
class Manners:
    """How a model is asked.

    Attributes:
        json: the way in which JSON is asked for; the protocol's own word.
        limit: the field that bounds the answer's tokens.
        dropped: fields, and habits of ours, that it does not take.
    """

    json: str = ""
    limit: str = "max_tokens"
    dropped: frozenset[str] = frozenset()

    def without(self, name: str) -> Manners:
        """The same, less one field."""
        return replace(self, dropped=self.dropped | {name})

    def takes(self, name: str) -> bool:
        """Whether a field was not refused yet."""
        return name not in self.dropped

    def mark(self, first: Manners) -> str:
        """What tells this way of asking from the first one: a key that was sent stands for one body only."""
        if self == first:
            return ""
        written = f"{self.json} {self.limit} {sorted(self.dropped)}"
        return f"-{sha256(written.encode()).hexdigest()[:8]}"


class _Learned:
    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._manners: dict[Hashable, Manners] = {}

    def get(self, key: Hashable, default: Manners) -> Manners:
        with self._lock:
            return self._manners.get(key, default)

    def keep(self, key: Hashable, manners: Manners) -> None:
        with self._lock:
            if len(self._manners) >= MOST_LEARNED:
                self._manners.clear()
            self._manners[key] = manners

    def forget(self) -> None:
        with self._lock:
            self._manners.clear()


_LEARNED = _Learned()


def forget_manners() -> None:
    """Ask every provider again as if it were new."""
    _LEARNED.forget()


def manners_of(key: Hashable, first: Manners) -> Manners:
    """How a model is asked as far as it is known by now."""
    return _LEARNED.get((key, first), first)


def with_manners(
    key: Hashable,
    first: Manners,
    attempt: Callable[[Manners, str], Answer],
    less: Callable[[Manners, str], Manners | None],
) -> Answer:
    """The answer of the first attempt that is not refused because of a field.

    Args:
        key: of the model; what is learnt of it is kept with `first`.
        attempt: asks once, in a manner; its mark goes with the key by which a provider knows the call.
        less: what is asked next, of what was asked and what was said; None: the refusal has another reason.

    Raises:
        ProviderRefusedCall: CC-0324. And what `attempt` raises.
    """
    manners = manners_of(key, first)
    for _ in range(MOST_STEPS):
        try:
            answer = attempt(manners, manners.mark(first))
        except ProviderRefusedCall as error:
            # What was charged for was not refused: asked again, it would be charged for again.
            is_field = error.detail.startswith(FIELD_REFUSED) and not error.may_cost
            simpler = less(manners, refused_words(error.detail)) if is_field else None
            if simpler is None:
                raise
            manners = simpler
        else:
            _LEARNED.keep((key, first), manners)
            return answer
    return attempt(manners, manners.mark(first))


def refused_words(detail: str) -> str:
    """What of a refusal names a field, in small letters: servers may repeat all that they were sent besides."""
    _, _, said = detail.partition(" ")
    try:
        value = json.loads(said)
    except (ValueError, RecursionError):
        return said.lower()
    return " ".join(_telling(value)).lower()


def _telling(value: Any) -> list[str]:
    if isinstance(value, list):
        return [word for one in value for word in _telling(one)]
    if not isinstance(value, dict):
        return [str(value)]
    keys = ("error", "detail", "message", "param", "code", "loc", "msg", "type")
    return [word for key in keys if value.get(key) is not None for word in _telling(value[key])]
