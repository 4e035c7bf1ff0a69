"""Who acts."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Author:
    """A member of an organisation."""

    org_id: UUID
    user_id: UUID
