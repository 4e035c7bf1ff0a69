"""A child process of the server: `python -m coursecrafter.background.child`.

It takes one order a line on its standard input and answers each with a line on its standard output. The first line says
where database and store are, so that no secret stands among its arguments. When its input ends, the server is gone, and
it goes too, with whatever it has started.
"""

from __future__ import annotations

import json
import logging
import os
import sys
from queue import SimpleQueue
from threading import Event, Thread
from typing import Any, TextIO
from uuid import UUID

from coursecrafter.authoring.author import Author
from coursecrafter.background.processes import end_descendants
from coursecrafter.background.tasks import TASKS
from coursecrafter.config import load_settings
from coursecrafter.db.session import Database
from coursecrafter.db.urls import DatabaseUrls, read_url
from coursecrafter.domain.course import Engine
from coursecrafter.errors import CourseCrafterError
from coursecrafter.progress import BuildProgress
from coursecrafter.wiring import Workshop, furnish

log = logging.getLogger(__name__)

LEAVE_S = 1.0


def main() -> None:
    """Answer orders until there are none."""
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s")
    # What a library prints would be taken for an answer.
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    place = json.loads(sys.stdin.readline())
    orders: SimpleQueue[str | None] = SimpleQueue()
    done = Event()
    Thread(target=_listen, args=(orders, done), daemon=True).start()
    database = Database(DatabaseUrls(*map(read_url, place["urls"])), is_embedded=False)
    while (line := orders.get()) is not None:
        _say(answers, _answer(database, place, json.loads(line)))
    database.close()
    done.set()


def _listen(orders: SimpleQueue[str | None], done: Event) -> None:
    for line in sys.stdin:
        orders.put(line)
    orders.put(None)
    if not done.wait(LEAVE_S):
        end_descendants(os.getpid())
        os._exit(1)


def _answer(database: Database, place: dict[str, Any], order: dict[str, Any]) -> dict[str, Any]:
    try:
        author = Author(UUID(order["org_id"]), UUID(order["user_id"]))
        with BuildProgress(is_quiet=True) as progress:
            shop = furnish(database, load_settings(place["environment"]), author, progress)
            return {"result": _work(shop, order)}
    except CourseCrafterError as error:
        log.info("%s failed: %s %s", order["task"], error, error.detail, exc_info=error)
        return {"error": {"code": error.code, "message": error.message, "detail": error.detail}}
    except Exception as error:
        log.exception("%s broke down", order["task"])
        return {"error": {"code": None, "message": "", "detail": repr(error)}}


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
    answers.write(json.dumps(answer) + "\n")
    answers.flush()


if __name__ == "__main__":
    main()
