"""What all shapes share."""

from __future__ import annotations

from typing import Generic, TypeVar

from pydantic import BaseModel, ConfigDict

Line = TypeVar("Line")


class Shape(BaseModel):
    """A JSON object that an answer holds: exactly these fields."""

    model_config = ConfigDict(extra="forbid")


class PageOf(BaseModel, Generic[Line]):
    """A page of a list."""

    items: list[Line]
    next_cursor: str | None
