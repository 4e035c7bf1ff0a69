"""Which objects the rows of an organisation name.

Any 64 hex digits in any column of text or JSON count, in the 24 tables and in `platform`, whether or not they were
meant as a name: a row that is deleted can be restored, and an event can be undone. These do not count:

- `platform.uploaded_files`: it counts what was sent, and does not use it.
- What the history alone says of source files and documents that are gone, once it is as old as the collection lets
  objects be: else no file could ever be given up. Their events lose what they would need to be undone (`fade`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB, JSONPATH

from coursecrafter.db.tables import (
    SCHEMA,
    cc_activity_log,
    cc_assets,
    cc_project_documents,
    cc_source_files,
    metadata,
    uploaded_files,
)
from coursecrafter.upkeep.scratch import BATCH, names_in

FILES = (cc_source_files.name, cc_project_documents.name)
"""Tables whose rows go for good when their files are given up."""
NO_PICTURES = ("%json%", "text/%")
"""Types whose files may name others."""
STREAMED = {"stream_results": True, "yield_per": BATCH}
"""Rows come from the server a few at a time."""
_HEX = "[0-9a-f]{64,}"


def row_names(conn: sa.Connection, org_id: UUID, before: datetime, *, since: datetime | None = None) -> Iterator[str]:
    """Names in all rows of an organisation, some of them several times.

    Args:
        before: what the history says of files that are gone counts no longer, if it is older.
        since: look only at rows that were written since; None: at all.
    """
    for table in metadata.sorted_tables:
        values, is_ours = _values(table, before), of_organisation(table, org_id)
        if table is uploaded_files or not values or is_ours is None:
            continue
        found = sa.func.unnest(sa.func.regexp_matches(sa.func.concat_ws(" ", *values), _HEX, "g"))
        rows = sa.select(found).where(is_ours)
        times = [table.c[name] for name in ("created_at", "updated_at") if name in table.c]
        # A table that tells no time is looked through whole: its rows may be new.
        if since is not None and times:
            rows = rows.where(sa.or_(*(time >= since for time in times)))
        for run in _streamed(conn, rows):
            yield from names_in(run)


def read_parses(conn: sa.Connection, org_id: UUID, *, is_gone: bool) -> Iterator[str]:
    """Names of what was found in source files and documents that are there, or that are gone.

    They say of which file they are. That of one that is gone is no reason to keep the file.
    """
    parses = [
        (cc_assets.c.role == sa.func.concat(prefix, sa.cast(table.c.id, sa.Text)), table)
        for prefix, table in (("source_parse_", cc_source_files), ("document_parse_", cc_project_documents))
    ]
    is_there = sa.or_(
        *(sa.exists().where(same_id, table.c.project_id == cc_assets.c.project_id) for same_id, table in parses)
    )
    is_parse = cc_assets.c.role.regexp_match("^(source|document)_parse_")
    rows = sa.select(cc_assets.c.file_path).where(
        _ours(cc_assets, org_id), is_parse, sa.not_(is_there) if is_gone else is_there
    )
    return _last_parts(conn, rows)


def read_pictures(conn: sa.Connection, org_id: UUID) -> Iterator[str]:
    """Names of assets whose type says that they name no others: pictures, sound, films, archives."""
    types = cc_assets.c.mime_type
    is_other = sa.and_(*(types.not_like(kind) for kind in NO_PICTURES), types != "application/octet-stream")
    return _last_parts(conn, sa.select(cc_assets.c.file_path).where(_ours(cc_assets, org_id), is_other))


def faded_events(conn: sa.Connection, org_id: UUID, before: datetime) -> Iterator[tuple[UUID, list[str]]]:
    """Old events of source files and documents, with the names that only they may still say."""
    log = cc_activity_log
    found = sa.func.regexp_matches(sa.cast(log.c.event_payload["changes"], sa.Text), _HEX, "g")
    rows = sa.select(log.c.id, sa.func.unnest(found)).where(
        _ours(log, org_id),
        log.c.created_at < before,
        sa.or_(*(log.c.event_payload.contains({"changes": [{"table": name}]}) for name in FILES)),
    )
    with conn.execute(rows, execution_options=STREAMED) as found_rows:
        for event_id, run in found_rows:
            yield event_id, list(names_in(run))


def fade(conn: sa.Connection, event_ids: Sequence[UUID]) -> None:
    """Take from events what was before and after, since files of it go: they stay, and cannot be undone."""
    log = cc_activity_log
    told = log.c.event_payload.op("-")(sa.literal("changes", sa.Text))
    conn.execute(log.update().where(log.c.id.in_(event_ids)).values(event_payload=told))


def _values(table: sa.Table, before: datetime) -> list[sa.ColumnElement[str]]:
    """What a table holds that may name an object, as texts."""
    if table is not cc_activity_log:
        return texts_of(table)
    log, payload = table.c, table.c.event_payload
    return [log.event_type, sa.case((log.created_at < before, _told(payload)), else_=sa.cast(payload, sa.Text))]


def texts_of(table: sa.Table) -> list[sa.ColumnElement[str]]:
    """All that a table holds of words and JSON, as texts."""
    return [sa.cast(column, sa.Text) for column in table.c if isinstance(column.type, JSONB | sa.Text)]


def _told(payload: sa.ColumnElement[object]) -> sa.ColumnElement[str]:
    """What an old event says, without what it says of source files and documents."""
    filtered = sa.func.jsonb_path_query_array(payload, sa.cast(sa.literal(_OTHER_CHANGES), JSONPATH))
    rest = payload.op("-")(sa.literal("changes", sa.Text)).op("-")(sa.literal("sha256", sa.Text))
    return sa.func.concat_ws(" ", sa.cast(rest, sa.Text), sa.cast(filtered, sa.Text))


_OTHER_CHANGES = "$.changes[*] ? (" + " && ".join(f'@.table != "{name}"' for name in FILES) + ")"


def of_organisation(table: sa.Table, org_id: UUID) -> sa.ColumnElement[bool] | None:
    """Which rows are an organisation's, by a column of their own or by what they belong to; None: nobody's."""
    if "org_id" in table.c:
        return table.c.org_id == org_id
    for key in sorted(table.foreign_keys, key=lambda one: one.parent.name != "project_id"):
        above = key.column.table
        if key.column.name == "id" and not key.parent.nullable and above.schema == SCHEMA:
            return key.parent.in_(sa.select(above.c.id).where(_ours(above, org_id)))
    return None


def _ours(table: sa.Table, org_id: UUID) -> sa.ColumnElement[bool]:
    """The same of a table whose rows are always somebody's."""
    condition = of_organisation(table, org_id)
    if condition is None:
        raise LookupError(table.fullname)
    return condition


def _last_parts(conn: sa.Connection, rows: sa.Select[str]) -> Iterator[str]:
    return (path.rpartition("/")[2] for path in _streamed(conn, rows))


def _streamed(conn: sa.Connection, rows: sa.Select[str]) -> Iterator[str]:
    with conn.execute(rows, execution_options=STREAMED) as found:
        yield from (value for (value,) in found)
