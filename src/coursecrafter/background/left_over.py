"""Take up what the queue does not hold: waiting renders and unread files are queued, those in progress have failed."""

from __future__ import annotations

import logging
from contextlib import suppress

from coursecrafter.authoring.author import Author
from coursecrafter.authoring.job_rows import find_job
from coursecrafter.authoring.locks import ProjectBusy, hold_project
from coursecrafter.authoring.render_jobs import INTERRUPTED, fail_render
from coursecrafter.db.left_over import LeftOver, read_left_over
from coursecrafter.db.refusals import StateRefused
from coursecrafter.db.session import Database, Identity
from coursecrafter.errors import CourseCrafterError
from coursecrafter.jobs.queueing import PARSE_DOCUMENT, PARSE_SOURCE, enqueue_parse, enqueue_render

log = logging.getLogger(__name__)


def take_up(database: Database, *, is_start: bool) -> int:
    """Queue what waits and is not on the queue, and fail the renders that nobody is at work on; how much.

    Args:
        is_start: whether a worker begins: then files are queued too that nobody has read, however that came.
    """
    with database.admin() as admin:
        found = [left for left in read_left_over(admin) if is_start or left.kind == "render"]
    for left in found:
        identity = Identity(left.org_id, left.user_id, left.project_id)
        # What is refused by now belongs to somebody who may not render any more.
        with suppress(CourseCrafterError):
            _take_up(database, identity, left)
    if found:
        log.warning("took up %s pieces of work that the queue did not hold", len(found))
    return len(found)


def _take_up(database: Database, identity: Identity, left: LeftOver) -> None:
    if left.state == "in_progress":
        _fail(database, identity, left)
        return
    with database.app(identity) as conn:
        if left.kind == "render":
            enqueue_render(conn, left.project_id, left.id, find_job(conn, left.id).engine.value)
        else:
            enqueue_parse(conn, PARSE_SOURCE if left.kind == "source" else PARSE_DOCUMENT, left.project_id, left.id)


def _fail(database: Database, identity: Identity, left: LeftOver) -> None:
    """Fail a render in progress, unless a build on the command line is at it right now."""
    author = Author(left.org_id, left.user_id)
    with suppress(ProjectBusy, StateRefused), database.worker(identity) as conn:
        hold_project(conn, author, name=left.project_name, code=left.project_code)
        fail_render(conn, author, left.id, INTERRUPTED)
