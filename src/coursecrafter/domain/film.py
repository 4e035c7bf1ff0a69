"""A deck's own film: which part of it shows which build."""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from uuid import UUID

from coursecrafter.domain.stored import StoredObject


@dataclass(frozen=True, slots=True)
class Stretch:
    """A part of a film, in seconds from its first picture.

    Attributes:
        start_s: when the picture begins to change.
        settled_s: when it has changed and stands still; not before `start_s`.
        end_s: when the next change begins; the picture stands until then.
    """

    start_s: Fraction
    settled_s: Fraction
    end_s: Fraction

    @property
    def moving_s(self) -> Fraction:
        """How long it moves before it stands still."""
        return self.settled_s - self.start_s

    def at_rest(self) -> Stretch:
        """The same without its movement."""
        return replace(self, start_s=self.settled_s)


@dataclass(frozen=True, slots=True)
class FilmCut:
    """A film, cut at a deck's builds.

    Attributes:
        film: the MP4 in the store.
        stretches: one for each build that was found, by its `source_ref` ("3.0"), in playing order.
        lasts_s: when its last picture appears, in seconds.
        by_hand: what an author said of segments, by their ids.
    """

    film: StoredObject
    stretches: tuple[tuple[str, Stretch], ...]
    lasts_s: Fraction = Fraction(0)
    by_hand: tuple[tuple[UUID, Stretch], ...] = ()

    def find(self, source_ref: str | None, segment_id: UUID | None = None) -> Stretch | None:
        """The stretch of a segment, as its author or else the film has it; None if the film does not show it."""
        said = dict(self.by_hand).get(segment_id) if segment_id else None
        return said or dict(self.stretches).get(source_ref or "")
