"""Links to files, and what an LMS is filled from (exports)."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from coursecrafter.api.shapes.base import Moment, Shape


class FileLink(Shape):
    """A link that opens one file without a sign-in."""

    url: Annotated[str, Field(examples=["https://courses.example.org/cc/files/eyJvcmci…"])]
    file_name: Annotated[str, Field(examples=["HRA101_L1.1_E2_v2.mp4"])]
    expires_at: Moment


class ListedLesson(Shape):
    """A lesson for an LMS, with its files in the full package; null: not rendered yet."""

    lesson_code: Annotated[str, Field(examples=["L1.1"])]
    title: str
    video: Annotated[str | None, Field(examples=["videos/engine2/HRA101_L1.1_E2_v2.mp4"])]
    ebook: Annotated[str | None, Field(examples=["book/pdf/HRA101_BOOK_v1.pdf"])]
    scorm: Annotated[str | None, Field(examples=["scorm/HRA101_L1.1_SCORM_v1.zip"])]
