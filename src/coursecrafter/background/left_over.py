"""Take up what a stopped server left: queued renders run, those in progress have failed, unread files are read."""

from __future__ import annotations

import logging
from contextlib import suppress
from typing import Any, Protocol
from uuid import UUID

from coursecrafter.authoring.author import Author
from coursecrafter.authoring.locks import ProjectBusy, hold_project
from coursecrafter.authoring.render_jobs import INTERRUPTED, fail_render
from coursecrafter.db.left_over import LeftOver, read_left_over
from coursecrafter.db.refusals import StateRefused
from coursecrafter.db.session import Database, Identity

log = logging.getLogger(__name__)


class Lanes(Protocol):
    """Who carries out what is taken up."""

    def render(self, identity: Identity, job_id: UUID) -> Any:
        """Carry out a queued render."""
        ...

    def parse_source(self, identity: Identity, source_id: UUID) -> Any:
        """Read a source file."""
        ...

    def parse_document(self, identity: Identity, document_id: UUID) -> Any:
        """Read a document."""
        ...


def take_up(database: Database, lanes: Lanes) -> None:
    """Hand on all that was left, and fail the renders that nobody is at work on."""
    with database.admin() as admin:
        found = read_left_over(admin)
    for left in found:
        identity = Identity(left.org_id, left.user_id, left.project_id)
        if left.kind == "source":
            lanes.parse_source(identity, left.id)
        elif left.kind == "document":
            lanes.parse_document(identity, left.id)
        elif left.state == "queued":
            lanes.render(identity, left.id)
        else:
            _fail(database, identity, left)
    if found:
        log.warning("took up %s pieces of work that a stopped server left", len(found))


def _fail(database: Database, identity: Identity, left: LeftOver) -> None:
    """Fail a render in progress, unless a build on the command line is at it right now."""
    author = Author(left.org_id, left.user_id)
    with suppress(ProjectBusy, StateRefused), database.worker(identity) as conn:
        hold_project(conn, author, name=left.project_name, code=left.project_code)
        fail_render(conn, author, left.id, INTERRUPTED)
