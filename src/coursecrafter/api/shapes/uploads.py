"""Uploads that come in parts."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from coursecrafter.api.shapes.base import Id, Moment, Shape


class UploadProblem(Shape):
    """Why a file was not taken."""

    code: Annotated[str, Field(pattern=r"^CC-\d{4}$")]
    message: str


class UploadState(Shape):
    """An upload that comes in parts."""

    id: Id
    file_name: str
    size_bytes: int
    received_bytes: int
    state: Literal["receiving", "finished", "refused"]
    result_id: Id | None
    """The source or document that it has become."""
    problem: UploadProblem | None
    expires_at: Moment
    """When it is thrown away unless more of it comes."""
