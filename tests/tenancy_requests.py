"""The lines of what requests leave behind: one's own uploads and answers, one's organisation's files."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID, uuid4

import sqlalchemy as sa

from coursecrafter.db.tables import idempotency_keys, uploaded_files, uploads
from coursecrafter.domain.roles import Right
from tenancy_lines import Line
from tenancy_world import Place, World

OWN_TABLES = ("uploads", "idempotency_keys")
REQUEST_TABLES = (*OWN_TABLES, "uploaded_files")
ME = "nullif(current_setting('cc.user_id', true), '')::uuid"


@dataclass(frozen=True, slots=True)
class Sender:
    """Somebody who left a row, where they stood.

    Attributes:
        project_id: what their upload is for.
    """

    said: str
    user_id: UUID
    place: Place
    project_id: UUID


def request_lines(world: World) -> dict[str, list[Line]]:
    """All lines of the three tables, by name; their rows are written first."""
    senders = _senders(world)
    uploaded = _settle(world, senders)
    rows = {sender.said: f"id = '{row}'" for sender, row in zip(senders, uploaded, strict=True)}
    keys = {sender.said: _where(sender) for sender in senders}
    lines = {
        "uploads": [*_own_lines(world, senders, "uploads", rows), *_upload_lines(senders, rows)],
        "idempotency_keys": list(_own_lines(world, senders, "idempotency_keys", keys)),
        "uploaded_files": list(_file_lines(world)),
    }
    return {f"platform.{name}": some for name, some in lines.items()}


def _senders(world: World) -> tuple[Sender, ...]:
    ours, theirs = world.house.place, world.their_house.place
    # Projects of their own: an upload would keep those of the matrix from moving.
    with world.database.admin() as admin:
        project = sa.text("INSERT INTO course_crafter.cc_projects (org_id, name) VALUES (:org_id, 'P') RETURNING id")
        our_id, their_id = (admin.scalars(project, {"org_id": place.org_id}).one() for place in (ours, theirs))

    def sender(said: str, name: str, place: Place, project_id: UUID) -> Sender:
        user_id = world.person(name).user_id
        assert user_id is not None
        return Sender(said, user_id, place, project_id)

    return (
        sender("the author's", "author", ours, our_id),
        sender("a colleague's", "neighbour", ours, our_id),
        sender("a stranger's", "stranger", theirs, their_id),
        sender("a guest's, in the other organisation", "editor of two organisations", theirs, their_id),
    )


def _settle(world: World, senders: tuple[Sender, ...]) -> list[UUID]:
    """A row of each table for each sender; the ids of the uploads."""
    with world.database.admin() as admin:
        for place in (world.house.place, world.their_house.place):
            file = {"org_id": place.org_id, "sha256": "a" * 64, "size_bytes": 1, "mime_type": "text/plain"}
            admin.execute(uploaded_files.insert().values(file | {"scan": "clean"}))
        for sender in senders:
            admin.execute(idempotency_keys.insert().values(_who(sender) | _answer("used")))
        rows = [_who(sender) | _upload(sender.project_id) for sender in senders]
        return [admin.scalars(uploads.insert().values(row).returning(uploads.c.id)).one() for row in rows]


def _who(sender: Sender) -> dict[str, object]:
    return {"org_id": sender.place.org_id, "user_id": sender.user_id}


def _answer(key: str) -> dict[str, object]:
    return {"key": key, "operation": "POST /", "fingerprint": b"f"}


def _upload(project_id: UUID) -> dict[str, object]:
    file = {"purpose": "source", "file_name": "a.pptx", "size_bytes": 9}
    return {"project_id": project_id, **file, "expires_at": sa.text("now() + interval '1 day'")}


def _where(sender: Sender) -> str:
    return f"org_id = '{sender.place.org_id}' AND user_id = '{sender.user_id}'"


def _own_lines(world: World, senders: tuple[Sender, ...], name: str, rows: dict[str, str]) -> Iterator[Line]:
    """Rows are seen and changed by whom they are of, where they are of it, and given to nobody else."""
    table, bystander = f"platform.{name}", world.bystander
    for sender in senders:
        row, said = rows[sender.said], sender.said
        needs, own = ((Right.MEMBER, sender.place),), sender.user_id
        yield _line(table, "select", said, f"SELECT FROM {table} WHERE {row}", needs, own)
        yield _line(table, "update", said, f"UPDATE {table} SET user_id = user_id WHERE {row}", needs, own)  # noqa: S608 - ids of ours
        yield _line(table, "delete", said, f"DELETE FROM {table} WHERE {row}", needs, own)  # noqa: S608 - ids of ours
        if sender.place == world.house.place:
            given = f"UPDATE {table} SET user_id = '{bystander}' WHERE {row}"  # noqa: S608 - ids of ours
            yield _line(table, "point", f"{said} at another person", given, None)
            taken = f"UPDATE {table} SET user_id = {{}} WHERE {row}"  # noqa: S608 - ids of ours
            asked, unasked = taken.format(ME), taken.format(f"'{own}'")
            yield _line(table, "point", f"{said} at oneself", asked, needs, own, unasked=unasked)
    guest = senders[-1]
    moved = _move(name, senders[0])
    yield _line(table, "move", "from the other organisation to ours", f"{moved} WHERE {rows[guest.said]}", None)
    yield from _insert_lines(world, senders, name)


def _move(name: str, ours: Sender) -> str:
    """To where the guest is a member, too, so that no key stands in the way."""
    project = f", project_id = '{ours.project_id}'" if name == "uploads" else ""
    return f"UPDATE platform.{name} SET org_id = '{ours.place.org_id}'{project}"  # noqa: S608 - ids of ours


def _insert_lines(world: World, senders: tuple[Sender, ...], name: str) -> Iterator[Line]:
    """A row is added in one's own name, in the organisation in which one works."""
    table, columns = f"platform.{name}", {"uploads": _new_upload, "idempotency_keys": _new_key}[name]
    for sender in (senders[0], senders[2]):
        said = f"in one's own name, where {sender.said} stands"
        names, values = columns(sender.project_id)
        insert = f"INSERT INTO {table} (org_id, user_id, {names}) VALUES ('{sender.place.org_id}', {{}}, {values})"  # noqa: S608 - ids of ours
        needs = ((Right.MEMBER, sender.place),)
        unasked = insert.format(f"'{sender.user_id}'")
        yield _line(table, "insert", said, insert.format(ME), needs, unasked=unasked)
        if sender is senders[0]:
            yield _line(table, "insert", "in another's name", insert.format(f"'{world.bystander}'"), None)


def _new_upload(project_id: UUID) -> tuple[str, str]:
    return (
        "project_id, purpose, file_name, size_bytes, expires_at",
        f"'{project_id}', 'source', 'a.pptx', 9, now() + interval '1 day'",
    )


def _new_key(_project_id: UUID) -> tuple[str, str]:
    return "key, operation, fingerprint", f"'{uuid4()}', 'POST /', '\\x00'"


def _upload_lines(senders: tuple[Sender, ...], rows: dict[str, str]) -> Iterator[Line]:
    """An upload stays in its organisation's projects; what may be done in them is asked when it is whole."""
    author = senders[0]
    update = f"UPDATE platform.uploads SET project_id = '{{}}' WHERE {rows[author.said]}"  # noqa: S608 - ids of ours
    twin = update.format(author.project_id)
    for said, project_id in (("the foreign", senders[2].project_id), ("a missing", uuid4())):
        words = f"the author's at {said} project"
        yield _line("platform.uploads", "point", words, update.format(project_id), None, twin=twin)


def _file_lines(world: World) -> Iterator[Line]:
    """A file is seen and added by every member of its organisation, and changed by nobody."""
    table = "platform.uploaded_files"
    for said, place in (("ours", world.house.place), ("the other's", world.their_house.place)):
        row, needs = f"org_id = '{place.org_id}'", ((Right.MEMBER, place),)
        yield _line(table, "select", said, f"SELECT FROM {table} WHERE {row}", needs)
        values = f"('{place.org_id}', '{'b' * 64}', 1, 'text/plain', 'clean')"
        insert = f"INSERT INTO {table} (org_id, sha256, size_bytes, mime_type, scan) VALUES {values}"  # noqa: S608 - ids of ours
        yield _line(table, "insert", said, insert, needs)
        yield _line(table, "update", said, f"UPDATE {table} SET scan = 'not_scanned' WHERE {row}", None)  # noqa: S608 - ids of ours
        yield _line(table, "delete", said, f"DELETE FROM {table} WHERE {row}", None)  # noqa: S608 - ids of ours
    spare = f"UPDATE {table} SET org_id = '{world.spare_org}' WHERE org_id = '{world.house.place.org_id}'"  # noqa: S608 - ids of ours
    yield _line(table, "move", "from ours to another organisation", spare, None)


def _line(
    table: str,
    act: str,
    said: str,
    statement: str,
    needs: tuple[tuple[Right, Place], ...] | None,
    own: UUID | None = None,
    *,
    unasked: str = "",
    twin: str = "",
) -> Line:
    """A line of requests: a job has nothing to do with any of it."""
    return Line(table, act, said, statement, needs, unasked=unasked, twin=twin, own=own, is_of_requests=True)
