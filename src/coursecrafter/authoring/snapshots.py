"""A course's context as it is at a moment, for the calls to models that are made with it.

What a model was told of the audience is written down once in the store, not in every row of the ledger: a row holds the
object's hash. The same context gives the same bytes, so that a thousand calls share one object.
"""

from __future__ import annotations

import json
from uuid import UUID

from sqlalchemy import Connection

from coursecrafter.authoring.context import read_context
from coursecrafter.authoring.rows import find_row
from coursecrafter.db.tables import cc_projects

TOLD = ("audience_level", "audience_role", "region", "domain", "language", "raw_text")
"""Columns of the context that a model may be told of."""

SETTINGS = ("mode", "lexicon")
"""Settings of the context that decide what is asked and how it is said."""


def context_snapshot(conn: Connection, project_id: UUID) -> bytes:
    """What is known of a course's audience and manner, as canonical JSON: keys in order, UTF-8, nothing of people.

    Every key is there; null: nothing was said. The language is the project's where its context names none.

    Raises:
        NotFound: CC-0020.

    Source: schema 3.1; schema 10.1 (`request_payload`).
    """
    project = find_row(conn, cc_projects, project_id)
    context = read_context(conn, project_id)
    settings = {} if context is None else context.metadata
    told = {
        **{name: None if context is None else getattr(context, name) for name in TOLD},
        **{name: settings.get(name) for name in SETTINGS},
    }
    told["language"] = told["language"] or project.default_language
    return json.dumps(told, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
