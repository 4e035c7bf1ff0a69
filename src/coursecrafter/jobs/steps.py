"""Steps: work with a content key, made once and found again.

An engine says what it needs as steps (name, content key, function) and never how or where they run. A step's result is
a set of files in the store, recorded under its key; a key holds everything that the result depends on, so a record that
exists is the result. A record is written after its files and is whole or absent: a kill at any point leaves nothing
that a later run could mistake for a result.
"""

from __future__ import annotations

import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Protocol

from coursecrafter.domain.keys import content_key as content_key  # noqa: PLC0414 - whoever writes a step needs it

if TYPE_CHECKING:
    from coursecrafter.domain.stored import StoredObject
    from coursecrafter.storage.objects import ObjectStore


@dataclass(frozen=True, slots=True)
class Produced:
    """A file that a step made, before it is stored."""

    path: Path
    mime_type: str


@dataclass(frozen=True, slots=True)
class Step:
    """One piece of work.

    Attributes:
        name: its kind ("speech", "picture", "still", "voice_block", "mux" …), for progress and counts.
        key: from `content_key`.
        make: writes its files into the empty folder it is given, and names them; may be called from any thread.
        label: what a progress line says ("slide 4"), no part of the key.
    """

    name: str
    key: str
    make: Callable[[Path], Mapping[str, Produced]]
    label: str = ""


@dataclass(frozen=True, slots=True)
class Done:
    """A step's result.

    Attributes:
        files: the stored files by the names that `make` gave them.
        is_reused: whether it was found instead of made.
        seconds: wall time of making it; 0 if it was found.
    """

    name: str
    key: str
    files: Mapping[str, StoredObject]
    is_reused: bool
    seconds: float


class StepRunner(Protocol):
    """Carries out steps; the engines' only view of it."""

    def expect(self, counts: Mapping[str, int]) -> None:
        """Say how many steps of each kind are to come, for the progress shown."""
        ...

    def run(self, steps: Iterable[Step]) -> list[Done]:
        """Results in the order of the steps; several may run at once. The first failure stops the rest."""
        ...


Listener = Callable[[str, str, Done | None], None]
"""Called with a step's name and label when it begins (None) and when it is done; from any thread."""


@dataclass(frozen=True, slots=True)
class Batch:
    """Work that is cheaper done together: one program's start serves all the results that are missing.

    Attributes:
        name: kind of the results.
        keys: content keys wanted, each with the label that a progress line says.
        make: given the missing keys and an empty folder, yields each key with its files as it is finished.
    """

    name: str
    keys: Mapping[str, str]
    make: Callable[[Sequence[str], Path], Iterable[tuple[str, Mapping[str, Produced]]]]


@dataclass(slots=True)
class InlineRunner:
    """Runs steps in this process, a few at a time.

    Attributes:
        store: where results and their records go; opened for one organisation.
        threads: how many steps run at once; encoders, pdfium and child processes release the interpreter.
        listener: told of each step that begins and ends.
        expected: steps announced so far, by kind.
        made, reused: finished steps, by kind.
    """

    store: ObjectStore
    threads: int = 2
    listener: Listener = lambda _name, _label, _done: None
    on_expect: Callable[[Mapping[str, int]], None] = lambda _counts: None
    made: Counter[str] = field(default_factory=Counter)
    reused: Counter[str] = field(default_factory=Counter)
    _counting: Lock = field(default_factory=Lock)

    def expect(self, counts: Mapping[str, int]) -> None:
        """See `StepRunner.expect`."""
        self.on_expect(counts)

    def run(self, steps: Iterable[Step]) -> list[Done]:
        """See `StepRunner.run`. One key asked for twice in a call is made once."""
        wanted: Sequence[Step] = list(steps)
        first = {step.key: step for step in reversed(wanted)}
        unique = [step for step in wanted if first[step.key] is step]
        if self.threads == 1 or len(unique) == 1:
            done = {step.key: self._run_one(step) for step in unique}
        else:
            with ThreadPoolExecutor(self.threads) as pool:
                futures = {step.key: pool.submit(self._run_one, step) for step in unique}
                try:
                    done = {key: future.result() for key, future in futures.items()}
                except BaseException:
                    pool.shutdown(wait=True, cancel_futures=True)
                    raise
        return [done[step.key] for step in wanted]

    def run_batch(self, batch: Batch) -> dict[str, Done]:
        """Results of a batch by key; those made before a failure are kept."""
        done = {key: found for key in batch.keys if (found := self._find(batch.name, key)) is not None}
        for found in done.values():
            self._tell(found, batch.keys[found.key])
        missing = [key for key in batch.keys if key not in done]
        if missing:
            self.listener(batch.name, batch.keys[missing[0]], None)
            with tempfile.TemporaryDirectory(prefix="cc-batch-") as folder:
                begun = time.monotonic()
                for key, produced in batch.make(missing, Path(folder)):
                    done[key] = self._record(batch.name, key, produced, begun)
                    self._tell(done[key], batch.keys[key])
                    begun = time.monotonic()
        return done

    def _run_one(self, step: Step) -> Done:
        self.listener(step.name, step.label, None)
        done = self._find(step.name, step.key) or self._make(step)
        self._tell(done, step.label)
        return done

    def _tell(self, done: Done, label: str) -> None:
        with self._counting:
            (self.reused if done.is_reused else self.made)[done.name] += 1
        self.listener(done.name, label, done)

    def _find(self, name: str, key: str) -> Done | None:
        files = self.store.find_record(name, key)
        return None if files is None else Done(name, key, files, is_reused=True, seconds=0.0)

    def _make(self, step: Step) -> Done:
        begun = time.monotonic()
        with tempfile.TemporaryDirectory(prefix="cc-step-") as folder:
            return self._record(step.name, step.key, step.make(Path(folder)), begun)

    def _record(self, name: str, key: str, produced: Mapping[str, Produced], begun: float) -> Done:
        files = {label: self.store.put_file(file.path, file.mime_type) for label, file in produced.items()}
        self.store.put_record(name, key, files)
        return Done(name, key, files, is_reused=False, seconds=time.monotonic() - begun)
