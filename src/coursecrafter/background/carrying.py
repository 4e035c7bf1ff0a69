"""Carry out what a worker has fetched from the queue, each piece in a child process, and say what became of it.

Heartbeats go on in the worker's own process whatever a child does. What may succeed later is tried again after a while;
what cannot is not. A piece whose worker was given up ends without a word: somebody else speaks for it now.
"""

from __future__ import annotations

import json
import logging
import random
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from threading import Lock, local
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from coursecrafter.authoring.author import Author
from coursecrafter.authoring.documents import give_up_document
from coursecrafter.authoring.job_rows import find_job
from coursecrafter.authoring.render_jobs import MOST_LOSSES, LostTooOften, fail_render, leave_render
from coursecrafter.authoring.source_parses import error_as_json
from coursecrafter.background.tasks import TASKS
from coursecrafter.background.workers import Leaving, WorkBrokeDown, Worker, WorkerDied, WorkGivenUp
from coursecrafter.db.session import Database, Identity
from coursecrafter.errors import CourseCrafterError
from coursecrafter.gateway.attempts import storable
from coursecrafter.jobs.fence import Fence, WorkTakenOver
from coursecrafter.jobs.queueing import CALL, HELP, PARSE_DOCUMENT, PARSE_SOURCE, RENDER
from coursecrafter.jobs.shared_steps import HandedOver

log = logging.getLogger(__name__)

LONGEST_S = {"e1": 3 * 3600.0, "e2": 3 * 3600.0, "e3": 3600.0, "e4": 3600.0}
"""Maximum run time of a render, by engine."""
LONGEST_CALL_S = 1800.0
LONGEST_READING_S = 3 * 3600.0
"""Of a file, whose pages a model may have to read one by one."""
UNFINISHED = {"queued", "in_progress"}
LONGEST_WORD_S = 30.0
"""So long after its row has ended a render's process may take to say so."""

MOST_TRIES = 6
MOST_DEATHS = 2
"""So often a try fails for something that may pass; less often where its process ended, which seldom does."""
MOST_TRIES_OF_CALL = 3
"""Somebody waits for it."""
FIRST_WAIT_S = 2.0
LONGEST_WAIT_S = 60.0

_READ_ORDER = sa.text("SELECT task, arguments FROM queue.orders WHERE id = :order_id AND ended_at IS NULL")
_ANSWER_ORDER = sa.text(
    "UPDATE queue.orders SET answer = CAST(:answer AS jsonb), ended_at = now()"
    " WHERE id = :order_id AND ended_at IS NULL"
)


class Again(Exception):
    """The piece is to be put back on the queue.

    Attributes:
        wait_s: not to be begun before so long.
    """

    def __init__(self, wait_s: float) -> None:
        super().__init__(f"again in {wait_s:.1f} s")
        self.wait_s = wait_s


def _refuse_poison(fence: Fence) -> None:
    """Begin no call and no reading for ever whose worker is lost each time.

    Raises:
        LostTooOften: CC-0618.
    """
    if fence.attempt > MOST_LOSSES:
        raise LostTooOften(f"The work was begun {fence.attempt} times, and ended its worker or was put off each time.")


def _until_it_says_so(job_id: UUID) -> Callable[[sa.Connection], bool]:
    """Whether a render is wanted. One that has just ended by itself still is: its process is about to say so."""
    ended_at: float | None = None

    def ask(conn: sa.Connection) -> bool:
        nonlocal ended_at
        state = find_job(conn, job_id).state
        if state in UNFINISHED:
            return True
        ended_at = time.monotonic() if ended_at is None else ended_at
        return state != "cancelled" and time.monotonic() - ended_at < LONGEST_WORD_S

    return ask


def wait_before(tries: int) -> float:
    """Seconds before another try: twice as long each time, within bounds, and not the same for all."""
    longest = min(FIRST_WAIT_S * 2 ** max(tries - 1, 0), LONGEST_WAIT_S)
    return random.uniform(longest / 2, longest)  # noqa: S311 - no secret


def answer_as_json(answer: Mapping[str, Any]) -> str:
    """An answer as the database takes it: a provider's words in it may hold signs that no text there can hold."""
    return json.dumps(storable(answer))


class Carrier:
    """Does pieces of work in child processes; one for all slots of a worker.

    Args:
        database: to look at rows.
        place: where database and store are, for the children.
        leaving: whether the worker is told to stop.
        lease_s: a worker that cannot reach the database for so long stops its work: others may be at it.
        program: of a child; None: our own.
    """

    def __init__(
        self,
        database: Database,
        place: Mapping[str, Any],
        leaving: Leaving,
        lease_s: float,
        program: list[str] | None = None,
    ) -> None:
        self._database = database
        self._place = place
        self._leaving = leaving
        self._lease_s = lease_s
        self._program = program
        self._own = local()
        self._children: list[Worker] = []
        self._adding = Lock()

    @property
    def children(self) -> tuple[Worker, ...]:
        """The child processes, one for each slot that was used."""
        return tuple(self._children)

    def carry_out(self, task: str, arguments: Mapping[str, Any], fence: Fence) -> None:
        """Do a piece of work; its rows say what became of it.

        Args:
            task: RENDER, HELP, CALL, PARSE_SOURCE or PARSE_DOCUMENT.
            arguments: org_id, user_id, project_id, subject_id and kind.

        Raises:
            Again: it is to be put back.
        """
        identity = Identity(*(UUID(arguments[name]) for name in ("org_id", "user_id", "project_id")))
        subject_id = UUID(arguments["subject_id"])
        try:
            if task == RENDER:
                self._render(identity, subject_id, arguments["kind"], fence)
            elif task == HELP:
                self._help(identity, subject_id, arguments["kind"], fence)
            elif task == CALL:
                self._call(identity, subject_id, fence)
            else:
                self._parse(identity, task, subject_id, fence)
        except WorkTakenOver as error:
            # Others hold it: putting it back touches nothing. Nobody does, because a database that went down forgot
            # that it was fetched, or gave it to this worker once more: it must not count as ended.
            raise Again(0.0) from error
        except CourseCrafterError as error:
            # The database went away before anything could be said: nobody else knows that it is not done.
            if not error.retry:
                raise
            raise Again(wait_before(fence.attempt + 1)) from error

    def close(self) -> None:
        """Let idle children go."""
        for child in self._children:
            child.leave()

    def _render(self, identity: Identity, job_id: UUID, engine: str, fence: Fence) -> None:
        if not self._while(fence, lambda conn: find_job(conn, job_id).state in UNFINISHED, identity)():
            return
        is_wanted = self._while(fence, _until_it_says_so(job_id), identity)
        try:
            self._ask(identity, "render", {"job_id": job_id}, fence, LONGEST_S[engine], is_wanted)
        except CourseCrafterError as error:
            self._settle(identity, job_id, error, fence)

    def _help(self, identity: Identity, job_id: UUID, engine: str, fence: Fence) -> None:
        is_wanted = self._while(fence, lambda conn: find_job(conn, job_id).state == "in_progress", identity)
        # Help that was lost once is not worth another worker.
        if fence.attempt == 0 and is_wanted():
            # Whoever carries the render out meets what failed here, and says it.
            with suppress(CourseCrafterError):
                self._ask(identity, "help", {"job_id": job_id}, fence, LONGEST_S[engine], is_wanted)

    def _call(self, identity: Identity, order_id: UUID, fence: Fence) -> None:
        with self._database.queue() as conn:
            order = conn.execute(_READ_ORDER, {"order_id": order_id}).first()
        if order is None:
            return
        try:
            _refuse_poison(fence)
            is_wanted = self._while(fence, lambda _conn: True, identity)
            answer: dict[str, Any] = {
                "result": self._ask(identity, order.task, order.arguments, fence, LONGEST_CALL_S, is_wanted)
            }
        except CourseCrafterError as error:
            self._again_if(error, fence, MOST_TRIES_OF_CALL)
            answer = {"error": {"code": error.code, "message": error.message, "detail": error.detail}}
        with self._database.queue() as conn:
            fence.require(conn)
            conn.execute(_ANSWER_ORDER, {"order_id": order_id, "answer": answer_as_json(answer)})

    def _parse(self, identity: Identity, task: str, file_id: UUID, fence: Fence) -> None:
        name = {PARSE_SOURCE: "source_id", PARSE_DOCUMENT: "document_id"}[task]
        try:
            _refuse_poison(fence)
            is_wanted = self._while(fence, lambda _conn: True, identity)
            self._ask(identity, task, {name: file_id}, fence, LONGEST_READING_S, is_wanted)
        except CourseCrafterError as error:
            self._again_if(error, fence, MOST_TRIES)
            if task == PARSE_DOCUMENT:
                # The child would have said so, and could not: nobody else will.
                author = Author(identity.org_id, identity.user_id)
                with suppress(CourseCrafterError), self._database.worker(identity) as conn:
                    fence.require(conn)
                    give_up_document(conn, author, file_id, error)

    def _again_if(self, error: CourseCrafterError, fence: Fence, most_tries: int) -> None:
        """Put back what may succeed later.

        Raises:
            Again: it may.
            WorkTakenOver: CC-0615.
        """
        if isinstance(error, HandedOver):
            raise Again(0.0) from error
        if isinstance(error, WorkTakenOver):
            raise error
        tries = fence.attempt + 1
        if error.retry and tries < (MOST_DEATHS if isinstance(error, WorkerDied) else most_tries):
            raise Again(wait_before(tries)) from error

    def _while(
        self, fence: Fence, is_wanted: Callable[[sa.Connection], bool], identity: Identity
    ) -> Callable[[], bool]:
        """Whether work is still this worker's, and wanted; asked twice a second while it is done."""
        last_heard = time.monotonic()

        def ask() -> bool:
            nonlocal last_heard
            try:
                with self._database.worker(identity) as conn:
                    is_ours = fence.is_held(conn) and is_wanted(conn)
            except CourseCrafterError as error:
                # A project that is gone wants nothing; a database that does not answer is asked again, for as long as
                # nobody else can have been given the work.
                return error.retry and time.monotonic() - last_heard < self._lease_s
            last_heard = time.monotonic()
            return is_ours

        return ask

    def _ask(
        self,
        identity: Identity,
        task: str,
        arguments: Mapping[str, Any],
        fence: Fence,
        longest_s: float,
        is_wanted: Callable[[], bool],
    ) -> dict[str, Any]:
        order = {
            "task": task if task in TASKS else "",
            "org_id": str(identity.org_id),
            "user_id": str(identity.user_id),
            "project_id": str(identity.project_id),
            "fence": [fence.job, fence.worker, fence.attempt],
            "arguments": {name: str(value) if isinstance(value, UUID) else value for name, value in arguments.items()},
        }
        try:
            return self._child().ask(order, longest_s, is_wanted)
        except CourseCrafterError as error:
            log.info("%s: %s %s", task, error, error.detail)
            raise
        except Exception as error:
            log.exception("%s broke down", task)
            raise WorkBrokeDown("The work failed, and the cause is not one of yours.") from error

    def _child(self) -> Worker:
        """The child process of this thread."""
        child: Worker | None = getattr(self._own, "child", None)
        if child is None:
            child = self._own.child = Worker(self._place, self._leaving, self._program)
            with self._adding:
                self._children.append(child)
        return child

    def _settle(self, identity: Identity, job_id: UUID, error: CourseCrafterError, fence: Fence) -> None:
        """Write down what became of a render, unless its row says so already.

        Raises:
            Again: it is to be tried again, or gone on with by another worker.
            WorkTakenOver: CC-0615.
        """
        if isinstance(error, WorkTakenOver):
            raise error
        try:
            with self._database.worker(identity) as conn:
                wait_s = self._written_down(conn, identity, job_id, error, fence)
        except WorkTakenOver:
            raise
        except CourseCrafterError as unsaid:
            if unsaid.retry:
                raise Again(wait_before(fence.attempt + 1)) from error
            # Gone with its lesson or project, or somebody else's by now: nobody is left to be told.
            log.info("job %s: %s", job_id, unsaid)
            return
        if wait_s is not None:
            raise Again(wait_s) from error

    @staticmethod
    def _written_down(
        conn: sa.Connection, identity: Identity, job_id: UUID, error: CourseCrafterError, fence: Fence
    ) -> float | None:
        """Write an end or another try into a job's row; seconds until that try, or None."""
        fence.require(conn)
        job = find_job(conn, job_id)
        if job.state not in UNFINISHED:
            return None
        is_begun = job.state == "in_progress"
        # Given up, and neither cancelled nor somebody else's: the database was out of reach for too long.
        if isinstance(error, HandedOver | WorkGivenUp):
            if is_begun:
                leave_render(conn, job_id, "left to another worker", is_failed_try=False)
            return 0.0
        if error.retry:
            tries = leave_render(conn, job_id, error.message, is_failed_try=True) if is_begun else fence.attempt + 1
            if tries < (MOST_DEATHS if isinstance(error, WorkerDied) else MOST_TRIES):
                return wait_before(tries)
        told = {**error_as_json(error), "place": None}
        fail_render(conn, Author(identity.org_id, identity.user_id), job_id, error.message, told=told)
        return None
