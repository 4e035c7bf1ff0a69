"""The server's background: renders, parses and long calls, each in a child process, begun again after a stop.

One server per installation: at its start it fails the renders that are in progress, since nobody else could be at work
on them but a server that is gone. The durable queue that lets many servers share the work replaces this module.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, suppress
from threading import Event, Lock, local
from typing import Any
from uuid import UUID

from coursecrafter.authoring.author import Author
from coursecrafter.authoring.job_rows import find_job
from coursecrafter.authoring.render_jobs import INTERRUPTED, fail_render
from coursecrafter.authoring.source_parses import error_as_json
from coursecrafter.background.left_over import take_up
from coursecrafter.background.tasks import TASKS
from coursecrafter.background.workers import WorkBrokeDown, Worker, WorkGivenUp
from coursecrafter.config import Settings
from coursecrafter.db.session import Database, Identity, open_database
from coursecrafter.errors import CourseCrafterError

log = logging.getLogger(__name__)

LONGEST_RENDER_S = 3 * 3600.0
LONGEST_CALL_S = 1800.0
UNFINISHED = {"queued", "in_progress"}


class Background:
    """A few child processes, one lane of them for renders and one for all that somebody waits for.

    Args:
        settings: of the installation.
        database: an open one to work on; None: the one of the settings.
    """

    def __init__(self, settings: Settings, database: Database | None = None) -> None:
        self._stack = ExitStack()
        self._database = database or self._stack.enter_context(open_database(settings))
        urls = self._database.urls
        self._place = {
            "urls": [url.render_as_string(hide_password=False) for url in (urls.app, urls.worker, urls.admin)],
            "environment": _environment(settings),
        }
        self._is_closing = Event()
        self._own = local()
        self._workers: list[Worker] = []
        self._under_way: dict[tuple[Identity, str, str], Future[dict[str, Any]]] = {}
        self._adding = Lock()
        lanes = max(1, settings.workers // 2)
        self._renders = ThreadPoolExecutor(lanes, "background-render")
        self._calls = ThreadPoolExecutor(lanes, "background-call")
        take_up(self._database, self)

    def render(self, identity: Identity, job_id: UUID) -> Future[dict[str, Any]]:
        """Carry out a queued render job; its row tells how it goes.

        Args:
            identity: on whose behalf, in the job's project.
        """
        return self._renders.submit(self._render, identity, job_id)

    def parse_source(self, identity: Identity, source_id: UUID) -> Future[dict[str, Any]]:
        """Read a source file that was uploaded; what was found becomes its `source_parse_` asset."""
        return self.call(identity, "parse_source", source_id=source_id)

    def parse_document(self, identity: Identity, document_id: UUID) -> Future[dict[str, Any]]:
        """Read and sum up a context document; its row tells how it went."""
        return self.call(identity, "parse_document", document_id=document_id)

    def call(self, identity: Identity, task: str, /, **arguments: Any) -> Future[dict[str, Any]]:
        """Do what a task of `TASKS` does, in the identity's project; the future gives its answer or its error.

        What is under way already is not begun a second time.
        """
        key = (identity, task, json.dumps(arguments, sort_keys=True, default=str))
        with self._adding:
            under_way = self._under_way.get(key)
            if under_way is None or under_way.done():
                under_way = self._under_way[key] = self._calls.submit(self._call, identity, task, arguments)
        under_way.add_done_callback(lambda done: self._forget(key, done))
        return under_way

    def close(self) -> None:
        """Stop: what runs is ended and says so in its row, what waits stays for the next start."""
        self._is_closing.set()
        for lane in (self._renders, self._calls):
            lane.shutdown(wait=True, cancel_futures=True)
        for worker in self._workers:
            worker.leave()
        self._stack.close()

    def _forget(self, key: tuple[Identity, str, str], done: Future[dict[str, Any]]) -> None:
        with self._adding:
            if self._under_way.get(key) is done:
                del self._under_way[key]

    def _call(self, identity: Identity, task: str, arguments: Mapping[str, Any]) -> dict[str, Any]:
        return self._ask(identity, task, arguments, LONGEST_CALL_S, lambda: not self._is_closing.is_set())

    def _render(self, identity: Identity, job_id: UUID) -> dict[str, Any]:
        def is_wanted() -> bool:
            return not self._is_closing.is_set() and self._is_unfinished(identity, job_id)

        if not is_wanted():
            return {}
        try:
            return self._ask(identity, "render", {"job_id": job_id}, LONGEST_RENDER_S, is_wanted)
        except CourseCrafterError as error:
            self._settle(identity, job_id, error)
            raise

    def _ask(
        self,
        identity: Identity,
        task: str,
        arguments: Mapping[str, Any],
        longest_s: float,
        is_wanted: Callable[[], bool],
    ) -> dict[str, Any]:
        order = {
            "task": task if task in TASKS else "",
            "org_id": str(identity.org_id),
            "user_id": str(identity.user_id),
            "project_id": str(identity.project_id),
            "arguments": {name: str(value) if isinstance(value, UUID) else value for name, value in arguments.items()},
        }
        try:
            return self._worker().ask(order, longest_s, is_wanted)
        except CourseCrafterError as error:
            log.info("%s: %s %s", task, error, error.detail)
            raise
        except Exception as error:
            log.exception("%s broke down", task)
            raise WorkBrokeDown("The work failed, and the cause is not one of yours.") from error

    def _worker(self) -> Worker:
        """The child process of this thread."""
        worker: Worker | None = getattr(self._own, "worker", None)
        if worker is None:
            worker = self._own.worker = Worker(self._place)
            with self._adding:
                self._workers.append(worker)
        return worker

    def _is_unfinished(self, identity: Identity, job_id: UUID) -> bool:
        try:
            with self._database.worker(identity) as conn:
                job = find_job(conn, job_id)
                return job.state in UNFINISHED and not job.is_external
        except CourseCrafterError as error:
            # A project that is gone wants nothing; a database that does not answer will be asked again.
            return error.retry

    def _settle(self, identity: Identity, job_id: UUID, error: CourseCrafterError) -> None:
        """Write down what ended a job, unless its row says so already."""
        author = Author(identity.org_id, identity.user_id)
        is_given_up = isinstance(error, WorkGivenUp)
        message = INTERRUPTED if is_given_up else error.message
        told = {**error_as_json(error), "message": message, "place": None}
        with suppress(CourseCrafterError), self._database.worker(identity) as conn:
            fail_render(conn, author, job_id, message, told=told)


def _environment(settings: Settings) -> dict[str, str]:
    """What a child needs to know of the settings."""
    return {
        "COURSECRAFTER_HOME": str(settings.home),
        "COURSECRAFTER_STORE": settings.store_url,
        "COURSECRAFTER_WORKERS": str(settings.workers),
    }
