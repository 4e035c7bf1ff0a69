"""What all shapes are made of."""

from __future__ import annotations

from typing import Annotated, Any, Generic, Literal, TypeVar
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

Line = TypeVar("Line")


class Shape(BaseModel):
    """An object whose fields are all there, and no others."""

    model_config = ConfigDict(extra="forbid", use_attribute_docstrings=True)


Id = Annotated[UUID, Field(examples=["019ab1c2-7d3e-7a41-9f60-2b8c4d5e6f70"])]
Moment = Annotated[AwareDatetime, Field(examples=["2026-11-22T09:30:00.125+00:00"])]
Seconds = Annotated[float, Field(ge=0, examples=[6.5])]
Json = dict[str, Any]

EngineName = Literal["e1", "e2", "e3", "e4"]
VideoEngine = Literal["e1", "e2"]
ScriptEngine = Literal["e1", "e2", "e3"]
ProjectRole = Literal["owner", "editor", "reviewer", "viewer"]
OrganisationRole = Literal["owner", "admin", "member"]


class PageOf(Shape, Generic[Line]):
    """One page of a list."""

    # Pydantic looks for docstrings of fields where a generic class is first named, in the middle of some statement.
    model_config = ConfigDict(extra="forbid", use_attribute_docstrings=False)

    items: list[Line]
    next_cursor: str | None = Field(description="Give it as `cursor` for the next page; null on the last one.")


class Timed(Shape):
    """A row that changes."""

    created_at: Moment
    updated_at: Moment
    """Its version: quote it in If-Match to change only what was seen."""
