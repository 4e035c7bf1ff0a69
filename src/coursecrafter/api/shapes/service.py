"""What the service says of itself."""

from __future__ import annotations

from typing import Literal

from coursecrafter.api.shapes.base import Shape


class Health(Shape):
    """A service that answers, with its database."""

    status: Literal["ok"]
    program_version: str
    api_version: str
