"""What is to go wrong in a worker, as its processes find it in their environment."""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass, field

VARIABLE = "FAULTS"
WORKER = "FAULTS_WORKER"
"""The process id of the worker, for its children."""
FORKS = "FAULTS_FORKS"
"""Set if the worker forks its children instead of starting them."""


@dataclass(frozen=True)
class FaultPlan:
    """Faults of one worker and its children.

    Attributes:
        points: folder with a file for each point at which the worker is killed, once each.
        is_frozen: whether it is frozen there, not killed.
        killed: file that gets a line for each kill.
        clock: file with seconds by which the wall clock of the worker is wrong.
        tries: constants of `background.carrying` to be shorter.
        patience_s: how long a step waits for room; None: as long as it does.
        busy_s: so long the child computes before each step of the kind that `busy_kind` names.
        busy_kind: see `busy_s`.
    """

    points: str = ""
    killed: str = ""
    is_frozen: bool = False
    clock: str = ""
    tries: dict[str, float] = field(default_factory=dict)
    patience_s: float | None = None
    busy_s: float = 0.0
    busy_kind: str = ""

    def as_text(self) -> str:
        """As it stands in the environment."""
        return json.dumps(asdict(self))


def read_plan() -> FaultPlan:
    """The faults of this process."""
    return FaultPlan(**json.loads(os.environ.get(VARIABLE, "{}")))
