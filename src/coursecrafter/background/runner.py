"""The background as a server sees it: what it orders is on the queue, and a worker inside does its share of it.

Renders and readings are queued by the transactions that ask for them. What is left to do here is to wait for calls that
somebody wants an answer to, and to keep a worker where one is wanted: whoever does the work, on whichever machine.
"""

from __future__ import annotations

import json
import logging
import socket
import subprocess
import time
from collections.abc import Mapping
from contextlib import ExitStack
from threading import Thread
from typing import Any, cast
from uuid import UUID

import sqlalchemy as sa

from coursecrafter.background.carrying import Carrier
from coursecrafter.background.chores import chores_of, tend
from coursecrafter.background.queue_worker import QueueWorker
from coursecrafter.background.workers import Leaving, error_of
from coursecrafter.config import QueueSettings, Settings, load_queue_settings
from coursecrafter.db.session import Database, Identity, open_database
from coursecrafter.errors import CourseCrafterError, JobError
from coursecrafter.jobs.queueing import order_call, read_order
from coursecrafter.watchdog.machine import facts_of_this_machine

log = logging.getLogger(__name__)

FIRST_LOOK_S = 0.01
LONGEST_LOOK_S = 0.25
SLOWER = 1.5
"""Whoever waits looks often at first: most calls take less than a second."""

LONGEST_FACTS_S = 5.0
_TELL_FACTS = sa.text("UPDATE queue.workers SET facts = CAST(:facts AS jsonb) WHERE id = ANY (:ids)")


class NothingToTake(JobError):
    """A worker has no slots for renders and calls, and may do no chores."""

    code = "CC-0619"
    status = 500
    remedy = "Give it slots with --renders or --calls, or name an administrator's login in DATABASE_ADMIN_URL."


class PendingCall:
    """A call that is on the queue.

    Args:
        database: where its answer will be.
        identity: whose call it is, in the project that it works in.
        order_id: its number.
    """

    def __init__(self, database: Database, identity: Identity, order_id: UUID) -> None:
        self._database = database
        self._identity = identity
        self._order_id = order_id

    def result(self, timeout_s: float) -> dict[str, Any]:
        """Its answer, or its error raised.

        Raises:
            TimeoutError: it is not there yet.
            CourseCrafterError: what the work was refused with.
        """
        ends, wait_s = time.monotonic() + timeout_s, FIRST_LOOK_S
        while True:
            with self._database.app(self._identity) as conn:
                answer = read_order(conn, self._order_id)
            if answer is not None:
                break
            left_s = ends - time.monotonic()
            if left_s <= 0:
                raise TimeoutError
            time.sleep(min(wait_s, left_s))
            wait_s = min(wait_s * SLOWER, LONGEST_LOOK_S)
        if "error" in answer:
            raise error_of(answer["error"])
        return cast("dict[str, Any]", answer["result"])


class Background:
    """Calls that are waited for, and a worker of the queue.

    Args:
        settings: of the installation.
        database: an open one to work on; None: the one of the settings.
        queue: slots and limits; None: by the environment.
        name: of the worker; None: the machine's.
        is_working: whether there is a worker inside; it does chores too if the administrator's login is known.
        program: of the worker's children; None: our own.
    """

    def __init__(
        self,
        settings: Settings,
        database: Database | None = None,
        *,
        queue: QueueSettings | None = None,
        name: str | None = None,
        is_working: bool = True,
        program: list[str] | None = None,
    ) -> None:
        self._stack = ExitStack()
        self._database = database or self._stack.enter_context(open_database(settings))
        self._queue = queue or load_queue_settings(settings.workers)
        self._leaving = Leaving(grace_s=self._queue.grace_s)
        self.carrier = Carrier(
            self._database, self._place(settings), self._leaving, self._queue.lease_s, program=program
        )
        self.worker: QueueWorker | None = None
        # What the machine has takes a second to find out, and no work waits for it.
        self._telling = Thread(target=self._tell_facts, name="machine-facts", daemon=True)
        if is_working:
            # Chores look at all organisations; a worker that may not leaves them to one that may.
            is_keeper = self._database.may_administer()
            if not (is_keeper or self._queue.renders or self._queue.calls):
                raise NothingToTake("This worker has no slots, and may not look after all organisations.")
            if is_keeper:
                tend(self._database, is_start=True)
            self.worker = QueueWorker(
                self._database.urls.worker,
                self._queue,
                self.carrier,
                name=name or socket.gethostname(),
                chores=chores_of(settings, self._database) if is_keeper else (),
            )
            self.worker.start()
            self._telling.start()

    @property
    def is_working(self) -> bool:
        """Whether there is a worker inside, and it works."""
        return self.worker is not None and self.worker.is_alive

    def call(self, identity: Identity, task: str, /, **arguments: Any) -> PendingCall:
        """Have a task of `TASKS` done in the identity's project.

        What is under way already is not begun a second time.

        Raises:
            NotAllowed: CC-0021.
        """
        if identity.project_id is None:
            raise ValueError("A call works in a project.")
        with self._database.app(identity) as conn:
            order_id = order_call(conn, task, identity.project_id, arguments)
        return PendingCall(self._database, identity, order_id)

    def close(self) -> None:
        """Stop: what runs ends or is handed over, what waits stays on the queue."""
        self._leaving.is_told.set()
        if self.worker is not None:
            self.worker.stop()
            self.worker.join()
            self._telling.join(LONGEST_FACTS_S)
        self.carrier.close()
        self._stack.close()

    def _tell_facts(self) -> None:
        """Let others know what this machine has, once the worker is registered."""
        worker = cast("QueueWorker", self.worker)
        try:
            facts = facts_of_this_machine()
            worker.know(facts)
            while not worker.is_registered:
                if self._leaving.is_told.wait(LONGEST_LOOK_S):
                    return
            with self._database.queue() as conn:
                conn.execute(_TELL_FACTS, {"facts": json.dumps(dict(facts)), "ids": list(worker.ids)})
        except (CourseCrafterError, sa.exc.DBAPIError, OSError, subprocess.SubprocessError) as error:
            # They are told when it registers anew; nothing but the watchdog asks for them.
            log.warning("What this machine has is not told: %s", error)

    def _place(self, settings: Settings) -> Mapping[str, Any]:
        """Where a child finds database and store, and what it must leave of the machine."""
        urls = self._database.urls
        return {
            "urls": [url.render_as_string(hide_password=False) for url in (urls.app, urls.worker, urls.admin)],
            "environment": {
                "COURSECRAFTER_HOME": str(settings.home),
                "COURSECRAFTER_STORE": settings.store_url,
                "COURSECRAFTER_WORKERS": str(settings.workers),
            },
            "room": [self._queue.memory_mb << 20, self._queue.disk_mb << 20],
        }
