"""A wall clock that is set while a program runs; what counts on by itself (`time.monotonic`) is left alone."""

from __future__ import annotations

import datetime as dt
import sys
import time
from pathlib import Path
from types import SimpleNamespace
from typing import Any

_true_time = time.time
OWN = ("coursecrafter.", "procrastinate")


def step_clock(path: Path) -> None:
    """Let this process read its wall clock with the seconds added that a file holds, now or later.

    Modules that are loaded already hold `datetime` by name; each of ours and of the queue's is given one that is wrong.
    """

    def wrong_time() -> float:
        return _true_time() + _seconds(path)

    class WrongDatetime(dt.datetime):
        """What `datetime.now` says on a machine whose clock is wrong."""

        @classmethod
        def now(cls, tz: dt.tzinfo | None = None) -> Any:
            return cls.fromtimestamp(wrong_time(), tz)

    true_datetime, named = dt.datetime, {name: getattr(dt, name) for name in dir(dt)}
    time.time = wrong_time
    for module in [module for name, module in sys.modules.items() if name.startswith(OWN)]:
        held = getattr(module, "datetime", None)
        if held is true_datetime:
            module.datetime = WrongDatetime  # type: ignore[attr-defined]
        elif held is dt:
            module.datetime = SimpleNamespace(**{**named, "datetime": WrongDatetime})  # type: ignore[attr-defined]


def _seconds(path: Path) -> float:
    try:
        return float(path.read_text())
    except (OSError, ValueError):
        return 0.0
