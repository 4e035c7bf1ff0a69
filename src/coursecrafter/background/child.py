"""A child process of a worker: `python -m coursecrafter.background.child`.

It takes one order a line on its standard input and answers each with a line on its standard output; the line `leave`
says that the worker is to stop, so that no further step is begun. The first line says where database and store are, so
that no secret stands among its arguments. When its input ends, the worker is gone, and it goes too, with whatever it
has started.
"""

from __future__ import annotations

import json
import logging
import os
import sys
from dataclasses import replace
from queue import SimpleQueue
from threading import Event, Thread
from typing import Any, TextIO
from uuid import UUID

from sqlalchemy import Connection

from coursecrafter.authoring.author import Author
from coursecrafter.background.processes import end_descendants
from coursecrafter.background.tasks import TASKS
from coursecrafter.background.workers import LEAVE
from coursecrafter.config import load_settings
from coursecrafter.db.session import Database
from coursecrafter.db.urls import DatabaseUrls, read_url
from coursecrafter.domain.course import Engine
from coursecrafter.errors import CourseCrafterError
from coursecrafter.jobs.claims import Claims
from coursecrafter.jobs.fence import Fence, WorkTakenOver
from coursecrafter.jobs.room import Room
from coursecrafter.jobs.shared_steps import SharedRunner
from coursecrafter.logs import log_context, set_up_logging
from coursecrafter.progress import BuildProgress
from coursecrafter.telemetry import span, start_telemetry, stop_telemetry
from coursecrafter.wiring import Workshop, furnish

log = logging.getLogger(__name__)

LEAVE_S = 1.0
MOST_HELPERS = 8
"""Workers that share one job's steps, besides the one that carries it out."""


def main() -> None:
    """Answer orders until there are none."""
    set_up_logging(level=logging.WARNING)
    start_telemetry("coursecrafter-worker")
    # What a library prints would be taken for an answer.
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    place = json.loads(sys.stdin.readline())
    orders: SimpleQueue[str | None] = SimpleQueue()
    done, leaving = Event(), Event()
    database = Database(DatabaseUrls(*map(read_url, place["urls"])), is_embedded=False)
    Thread(target=_listen, args=(orders, done, leaving, database), daemon=True).start()
    while (line := orders.get()) is not None:
        order = json.loads(line)
        told = _told(order)
        with log_context(**told), span(f"job {order['task']}", kind="consumer", **_known(told)):
            _say(answers, _answer(database, place, order, leaving))
    database.close()
    stop_telemetry()
    done.set()


def _told(order: dict[str, Any]) -> dict[str, Any]:
    """What each line of the log says of an order: ids, and no argument but the job's."""
    return {name: order.get(name) for name in ("task", "org_id", "project_id")} | {
        "job_id": order["arguments"].get("job_id")
    }


def _known(told: dict[str, Any]) -> dict[str, str]:
    return {name: str(value) for name, value in told.items() if value is not None}


def _listen(orders: SimpleQueue[str | None], done: Event, leaving: Event, database: Database) -> None:
    for line in sys.stdin:
        if line.strip() == LEAVE:
            leaving.set()
        else:
            orders.put(line)
    orders.put(None)
    if not done.wait(LEAVE_S):
        # What fails because its reader or encoder is ended here is no failure of the work: nobody may write it down.
        database.guard = _refuse_all
        end_descendants(os.getpid())
        os._exit(1)


def _refuse_all(_conn: Connection) -> None:
    raise WorkTakenOver("The worker is gone; another one goes on.")


def _answer(database: Database, place: dict[str, Any], order: dict[str, Any], leaving: Event) -> dict[str, Any]:
    fence = Fence(*order["fence"])
    # Whatever this attempt writes, it writes behind its fence.
    database.guard = fence.require
    try:
        author = Author(UUID(order["org_id"]), UUID(order["user_id"]))
        with BuildProgress(is_quiet=True) as progress:
            shop = furnish(database, load_settings(place["environment"]), author, progress)
            return {"result": _work(_shared(shop, place, order, fence, leaving), order)}
    except CourseCrafterError as error:
        log.info("%s failed: %s %s", order["task"], error, error.detail, exc_info=error)
        return {"error": {"code": error.code, "message": error.message, "detail": error.detail}}
    except Exception as error:
        log.exception("%s broke down", order["task"])
        return {"error": {"code": None, "message": "", "detail": repr(error)}}


def _shared(shop: Workshop, place: dict[str, Any], order: dict[str, Any], fence: Fence, leaving: Event) -> Workshop:
    """The workshop with a runner that shares its steps with other workers."""
    runner = SharedRunner(
        shop.store,
        shop.runner.threads,
        claims=Claims(shop.database, shop.identity(UUID(order["project_id"])), fence),
        most_helpers=MOST_HELPERS,
        is_leaving=leaving.is_set,
        room=Room(*place["room"]),
    )
    return replace(shop, runner=runner)


def _work(shop: Workshop, order: dict[str, Any]) -> dict[str, Any]:
    arguments = {name: _value(name, value) for name, value in order["arguments"].items()}
    return TASKS[order["task"]](shop, UUID(order["project_id"]), **arguments)


def _value(name: str, value: Any) -> Any:
    """An argument as it was before it became JSON: ids and engines are named for what they are."""
    if value is None:
        return None
    if name == "engine":
        return Engine(value)
    return UUID(value) if name.endswith("_id") else value


def _say(answers: TextIO, answer: dict[str, Any]) -> None:
    """Answer; whose worker is gone has nobody to tell, and ends like one whose input has ended."""
    try:
        answers.write(json.dumps(answer) + "\n")
        answers.flush()
    except BrokenPipeError:
        end_descendants(os.getpid())
        os._exit(1)


if __name__ == "__main__":
    main()
