"""Steps that several workers share: each is claimed, made once, and found by the others.

The worker that carries out a job makes its steps as if it were alone. Where many are missing it asks for help; whoever
helps runs the same engine on the same course, comes to the same steps, makes those that nobody has claimed, and goes.
Nothing is counted and nothing has to be joined: a result is there or is not. A helper that dies, or never comes, costs
nothing but time.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from contextvars import copy_context
from dataclasses import dataclass, field

from coursecrafter.errors import CourseCrafterError, JobError
from coursecrafter.jobs.claims import Claims
from coursecrafter.jobs.room import Room
from coursecrafter.jobs.steps import Done, InlineRunner, Step
from coursecrafter.telemetry import span

SHARED_FROM = 4
"""So many missing steps are worth another worker's coming: it has to read the course first."""
LOOK_EVERY_S = 0.1


class HandedOver(JobError):
    """The worker was told to stop and leaves the work, as far as it is, to another one."""

    code = "CC-0616"
    status = 409
    retry = True
    remedy = "Nothing is lost: another worker goes on with what is made."


class HelpEnded(Exception):
    """There is nothing left to help with."""


@dataclass(slots=True)
class SharedRunner(InlineRunner):
    """Implements `StepRunner` for a worker of the queue.

    Attributes:
        claims: of this attempt.
        most_helpers: workers asked for help at the most; 0 asks none.
        is_helper: makes what nobody else makes, and goes by `HelpEnded`.
        is_leaving: says whether the worker is to stop: then no further step begins.
        room: what the machine must have left.
    """

    claims: Claims | None = None
    most_helpers: int = 0
    is_helper: bool = False
    is_leaving: Callable[[], bool] = lambda: False
    room: Room = field(default_factory=Room)

    def run(self, steps: Iterable[Step]) -> list[Done]:
        """See `StepRunner.run`. One key is made once, whoever asks for it.

        Raises:
            HandedOver: CC-0616.
            WorkTakenOver: CC-0615.
            NoRoom: CC-0617.
            HelpEnded: for a helper.
        """
        wanted = list(steps)
        unique = list({step.key: step for step in reversed(wanted)}.values())[::-1]
        with ThreadPoolExecutor(max(1, min(self.threads, len(unique)))) as pool:
            try:
                done = self._run_all(pool, unique)
            except BaseException:
                pool.shutdown(wait=True, cancel_futures=True)
                raise
        return [done[step.key] for step in wanted]

    def _run_all(self, pool: ThreadPoolExecutor, unique: Sequence[Step]) -> dict[str, Done]:
        self._leave_if_told()
        done = {found.key: found for found in pool.map(self._found, unique) if found is not None}
        missing = [step for step in unique if step.key not in done]
        if self.is_helper and len(missing) < SHARED_FROM:
            raise HelpEnded
        if self.claims is not None and self.most_helpers and len(missing) >= SHARED_FROM:
            self.claims.call_help(min(self.most_helpers, len(missing) - 1))
        # Helpers begin at the other end, so that they seldom want the same step.
        ordered = missing[::-1] if self.is_helper else missing
        # Each in the context of the job: its lines and spans say whose they are.
        futures = [(step, pool.submit(copy_context().run, self._claimed, step)) for step in ordered]
        others = []
        for step, future in futures:
            made = future.result()
            if made is None:
                others.append(step)
            else:
                done[step.key] = made
        if others and self.is_helper:
            raise HelpEnded
        return done | self._await(others)

    def _await(self, others: Sequence[Step]) -> dict[str, Done]:
        """What others make, as it comes; what they let go is made here."""
        done: dict[str, Done] = {}
        while len(done) < len(others):
            for step in others:
                if step.key in done:
                    continue
                self._leave_if_told()
                found = self._found(step) or self._claimed(step)
                if found is not None:
                    done[step.key] = found
            if len(done) < len(others):
                time.sleep(LOOK_EVERY_S)
        return done

    def _found(self, step: Step) -> Done | None:
        found = self._find(step.name, step.key)
        if found is not None:
            self.listener(step.name, step.label, None)
            self._tell(found, step.label)
        return found

    def _claimed(self, step: Step) -> Done | None:
        """Make a step; None if somebody else is making it."""
        self._leave_if_told()
        name = f"{step.name}/{step.key}"
        if self.claims is not None and not self.claims.take(name):
            return None
        try:
            # Whoever had the claim before may have finished meanwhile.
            found = self._found(step)
            if found is not None:
                return found
            self.room.wait(self.is_leaving)
            self.listener(step.name, step.label, None)
            with span(f"step {step.name}", step=step.name):
                made = self._make(step)
            self._tell(made, step.label)
            return made
        finally:
            if self.claims is not None:
                # What ends with the attempt needs no giving back.
                with suppress(CourseCrafterError):
                    self.claims.release(name)

    def _leave_if_told(self) -> None:
        if self.is_leaving():
            raise HandedOver("The worker was told to stop; another one goes on.")
