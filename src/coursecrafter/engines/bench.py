"""What an engine may use while it works."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from coursecrafter.gateway.image_step import Picture, draw_pictures
from coursecrafter.gateway.text_step import write_text

if TYPE_CHECKING:
    from coursecrafter.gateway.ports import Gateway, ImageRequest, Purpose, TextAnswer, TextRequest
    from coursecrafter.jobs.steps import StepRunner
    from coursecrafter.media.signing import SigningIdentity
    from coursecrafter.storage.objects import ObjectStore


def _nobody() -> None:
    """No signature."""


@dataclass(frozen=True, slots=True)
class Bench:
    """The tools on an engine's bench: the step runner, the store behind it, the door to AI.

    Attributes:
        signing: who signs videos, asked for when one is finished (CC-0210); None: nobody.
    """

    steps: StepRunner
    store: ObjectStore
    gateway: Gateway
    signing: Callable[[], SigningIdentity | None] = _nobody

    def write(self, request: TextRequest, purpose: Purpose, label: str = "") -> TextAnswer:
        """Have a task carried out, or find its answer.

        Raises:
            GatewayError: CC-03xx.
        """
        return write_text(self.steps, self.store, self.gateway, request, purpose, label)

    def draw(self, requests: Sequence[ImageRequest], purpose: Purpose) -> list[Picture]:
        """Have pictures drawn by one hand, or find them.

        Raises:
            GatewayError: CC-03xx.
        """
        return draw_pictures(self.steps, self.store, self.gateway, requests, purpose)
