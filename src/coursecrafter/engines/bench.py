"""What an engine may use while it works."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from coursecrafter.gateway.ports import Gateway
    from coursecrafter.jobs.steps import StepRunner
    from coursecrafter.storage.objects import ObjectStore


@dataclass(frozen=True, slots=True)
class Bench:
    """The tools on an engine's bench: the step runner, the store behind it, the door to AI."""

    steps: StepRunner
    store: ObjectStore
    gateway: Gateway
