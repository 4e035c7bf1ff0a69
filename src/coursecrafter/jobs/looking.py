"""What a render would make: its steps are asked for as always, and looked up instead of made."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from coursecrafter.jobs.steps import Done, Step

if TYPE_CHECKING:
    from coursecrafter.storage.objects import ObjectStore


class NotThereYet(Exception):
    """What comes next is made of what is not there yet."""


@dataclass(frozen=True, slots=True)
class Ahead:
    """A step that a render will make.

    Attributes:
        name: its kind.
        label: what it is for, as "slide 3.0"; "" for the whole.
    """

    name: str
    label: str


@dataclass(slots=True)
class Looking:
    """A runner that makes nothing. It finds what is there, and notes what is not.

    Attributes:
        missing: what is not there, by kind and key, in the order in which it was asked for.
    """

    store: ObjectStore
    missing: dict[tuple[str, str], Ahead] = field(default_factory=dict)

    def expect(self, counts: Mapping[str, int]) -> None:
        """See `StepRunner.expect`; nobody waits."""

    def run(self, steps: Iterable[Step]) -> list[Done]:
        """Find steps.

        Raises:
            NotThereYet: some are missing.
        """
        done = []
        is_whole = True
        for step in steps:
            files = self.store.find_record(step.name, step.key)
            if files is None:
                is_whole = False
                self.missing[step.name, step.key] = Ahead(step.name, step.label)
            else:
                done.append(Done(step.name, step.key, files, is_reused=True, seconds=0.0))
        if not is_whole:
            raise NotThereYet
        return done

    def labels(self, name: str) -> list[str]:
        """What the missing steps of a kind are for."""
        return [ahead.label for ahead in self.missing.values() if ahead.name == name]
