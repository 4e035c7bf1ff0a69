"""A book's sections (schema 8.2), as they are designed and as they are rendered."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True, slots=True)
class BookSection:
    """One section with its own text; sections follow each other in reading order.

    Attributes:
        level: 1 chapter, 2 section, 3 subsection.
        content_markdown: CommonMark with tables; a picture is `![alt text](segment:UUID)`.
        mapping_type: learning_unit, module, lesson or custom.
        mapping_id: what it is mapped to; None if custom.
    """

    level: int
    title: str
    content_markdown: str
    mapping_type: str
    mapping_id: UUID | None
