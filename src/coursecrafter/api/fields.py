"""The kinds of field that bodies and queries are made of; a call takes what it names and nothing else."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from typing import Annotated, Any
from uuid import UUID

from fastapi import Query
from pydantic import AfterValidator, AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints
from pydantic_core import PydanticCustomError

from coursecrafter.api.problems import UNFIT_TEXT, UNFIT_VALUE
from coursecrafter.reading.pages import LONGEST_CURSOR, MOST, USUAL, Page

MOST_PARTS = 100_000
LARGEST_WHOLE = 2**53
"""Whole numbers beyond this are not the same in every program that reads JSON."""

DEEPEST = 32
DATE = re.compile(r"\d{4}-\d\d-\d\d[Tt ]")


class Body(BaseModel):
    """The JSON body of a call."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


def _storable(text: str) -> str:
    if "\0" in text:
        raise ValueError("it holds the sign NUL")
    return text


def _object(value: dict[str, Any]) -> dict[str, Any]:
    _require_plain(value, 0)
    return value


def _require_plain(value: Any, depth: int) -> None:
    """Refuse what a column of JSON could not give back as it came; a schema has no words for it."""
    if depth > DEEPEST:
        raise PydanticCustomError(UNFIT_VALUE, "it nests too deep")
    if isinstance(value, str) and "\0" in value:
        raise PydanticCustomError(UNFIT_TEXT, "it holds the sign NUL")
    if isinstance(value, Mapping):
        for name, part in value.items():
            _require_plain(name, depth)
            _require_plain(part, depth + 1)
    elif isinstance(value, list):
        for part in value:
            _require_plain(part, depth + 1)
    elif isinstance(value, int | float) and (
        abs(value) > LARGEST_WHOLE if isinstance(value, int) else math.isinf(value)
    ):
        raise PydanticCustomError(UNFIT_VALUE, "a number is too large")


def _written(value: Any) -> Any:
    # Pydantic takes a number for seconds since 1970, which is nowhere said and means another thing to each caller.
    if not isinstance(value, str) or not DATE.match(value):
        raise ValueError("it is not written as in RFC 3339")
    return value


def _named(text: str) -> str:
    if not text.strip():
        raise ValueError("it is blank")
    return _storable(text)


STORABLE = Field(json_schema_extra={"pattern": r"^[^\u0000]*$"})
NAMED = Field(json_schema_extra={"pattern": r"^[^\u0000]*[^\s\u0000][^\u0000]*$"})

Title = Annotated[str, StringConstraints(min_length=1, max_length=500), AfterValidator(_named), NAMED]
"""A name or title."""

Line = Annotated[str, StringConstraints(max_length=500), AfterValidator(_storable), STORABLE]
"""One line of text, which may be empty."""

Prose = Annotated[str, StringConstraints(max_length=200_000), AfterValidator(_storable), STORABLE]
"""Text of any length that a person writes."""

Code = Annotated[str, StringConstraints(min_length=1, max_length=50), AfterValidator(_named), NAMED]
"""A short code, as HRA-101."""

Language = Annotated[str, StringConstraints(pattern=r"^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$", max_length=35)]
"""A language tag. Source: BCP 47."""

Color = Annotated[str, StringConstraints(pattern=r"^#[0-9A-Fa-f]{6}$")]
"""A colour, #rrggbb."""

Position = Annotated[int, Field(strict=True, ge=1, le=MOST_PARTS)]
"""A place among siblings, from 1."""

Seconds = Annotated[float, Field(ge=0, le=86_400, strict=True)]
"""A duration or gap."""

Moment = Annotated[AwareDatetime, BeforeValidator(_written)]
"""A time with its offset. Source: RFC 3339."""

Flag = Annotated[bool, Field(strict=True)]
"""True or false, and nothing that means as much."""

JsonObject = Annotated[dict[str, Any], AfterValidator(_object)]
"""Settings whose names are not fixed."""

Ids = Annotated[list[UUID], Field(min_length=1, max_length=10_000)]
"""Ids in an order."""


def page(
    limit: Annotated[int, Query(ge=1, le=MOST, description="Lines of the page.")] = USUAL,
    cursor: Annotated[
        str | None, Query(max_length=LONGEST_CURSOR, description="next_cursor of the page before.")
    ] = None,
) -> Page:
    """Which page of a list is wanted; a dependency of routes."""
    return Page(limit, cursor)
