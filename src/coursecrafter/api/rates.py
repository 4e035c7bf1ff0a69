"""How many calls one caller may make: a bucket that fills steadily, in this process's memory.

With several servers each counts for itself, so a caller may make as many times more. What guards passwords counts in
the database (`accounts.throttle`).
"""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field

MOST_CALLERS = 10_000


@dataclass(slots=True)
class Rates:
    """Buckets by caller.

    Attributes:
        per_minute: calls that flow in; as many may come at once. 0: no limit.
        now_s: a clock that never goes back.
    """

    per_minute: int
    now_s: Callable[[], float] = time.monotonic
    _buckets: OrderedDict[Hashable, tuple[float, float]] = field(default_factory=OrderedDict)

    def wait_s(self, caller: Hashable, *, calls: int = 1) -> float:
        """Count a call: 0 if it may go on, else seconds until the next one may.

        Args:
            calls: 0 asks without counting.
        """
        if not self.per_minute:
            return 0.0
        now = self.now_s()
        left, at = self._buckets.pop(caller, (float(self.per_minute), now))
        left = min(float(self.per_minute), left + (now - at) * self.per_minute / 60)
        allowed = left >= 1
        self._buckets[caller] = (left - calls if allowed else left, now)
        if len(self._buckets) > MOST_CALLERS:
            self._buckets.popitem(last=False)
        return 0.0 if allowed else (1 - left) * 60 / self.per_minute
