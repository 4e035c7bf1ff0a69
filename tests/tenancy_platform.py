"""The lines of the platform's own tables, which a request reaches by functions only.

What people are known by is reached before a request is known, by a role of its own: `tests/db/test_accounts_role.py`.
"""

from __future__ import annotations

from collections.abc import Iterator

import sqlalchemy as sa

from tenancy_lines import Line
from tenancy_world import World

PLATFORM_TABLES = tuple(
    f"platform.{name}"
    for name in (
        "organisations",
        "users",
        "memberships",
        "project_access",
        "alembic_version",
        "sessions",
        "api_keys",
        "invitations",
        "password_resets",
        "identities",
        "security_events",
    )
)
"""Tables that the application reaches by functions only; a test holds this and the live catalogue together."""


def platform_lines(world: World) -> dict[str, list[Line]]:
    """All lines of the platform's own tables, by table: nobody reaches any of them but by its functions."""
    org_id, their_org = world.house.place.org_id, world.their_house.place.org_id
    ours, second, theirs = (course.place.project_id for course in (world.ours, world.second, world.theirs))
    outsider, member, guest, author = (
        world.person(name).user_id
        for name in ("outsider", "colleague, member", "editor of two organisations", "author")
    )
    membership = f"user_id = '{member}' AND org_id = '{org_id}'"
    access = f"user_id = '{author}' AND project_id = '{ours}'"
    abroad = f"user_id = '{guest}' AND project_id = '{theirs}'"
    closed = {
        "organisations": (
            f"id = '{world.spare_org}'",
            "(name, slug) VALUES ('Oak', 'oak')",
            [("update", "slug = 'oak'", f"id = '{world.spare_org}'")],
        ),
        "users": (
            f"id = '{outsider}'",
            "(email, name) VALUES ('a@oak.example', 'A')",
            [("update", "email = 'a@oak.example'", f"id = '{outsider}'")],
        ),
        "memberships": (
            membership,
            f"(org_id, user_id, role) VALUES ('{org_id}', '{outsider}', 'owner')",
            [
                ("update", "role = 'owner'", membership),
                ("move", f"org_id = '{their_org}'", membership),
                ("point", f"user_id = '{outsider}'", membership),
            ],
        ),
        "project_access": (
            access,
            f"(user_id, project_id, org_id, role) VALUES ('{member}', '{ours}', '{org_id}', 'owner')",
            [
                ("update", "role = 'viewer'", access),
                ("move", f"project_id = '{second}'", access),
                ("move", f"project_id = '{second}', org_id = '{org_id}'", abroad),
                ("point", f"user_id = '{member}'", access),
            ],
        ),
        "alembic_version": ("true", "VALUES ('none')", [("update", "version_num = 'none'", "true")]),
        **_account_tables(world, str(org_id), str(author)),
    }
    return {
        f"platform.{name}": list(_closed(f"platform.{name}", row, inserted, changes))
        for name, (row, inserted, changes) in closed.items()
    }


def _account_tables(world: World, org_id: str, author: str) -> dict[str, tuple[str, str, list[tuple[str, str, str]]]]:
    """What people are known by: one row of the author's in each table, and how each would be forged."""
    member, soon = f"'{org_id}', '{author}'", "now() + interval '1 day'"
    forged = {
        "sessions": ("org_id, user_id, token_hash, expires_at", f"{member}, '\\x{{}}', {soon}"),
        "api_keys": ("org_id, user_id, name, prefix, key_hash, scopes", f"{member}, 'k', 'k', '\\x{{}}', '{{{{}}}}'"),
        "invitations": (
            "org_id, email, role, token_hash, expires_at",
            f"'{org_id}', 'a@b', 'owner', '\\x{{}}', {soon}",
        ),
        "password_resets": ("user_id, token_hash, expires_at", f"'{author}', '\\x{{}}', {soon}"),
        "identities": ("issuer, subject, user_id", f"'https://oak.example', '{{}}', '{author}'"),
        "security_events": ("event, email", "'signed_in', '{}'"),
    }
    lines = {}
    with world.database.admin() as admin:
        for name, (columns, values) in forged.items():
            admin.execute(sa.text(f"INSERT INTO platform.{name} ({columns}) VALUES ({values.format('aa')})"))  # noqa: S608 - words of ours
            mark = "subject = subject" if name == "identities" else "created_at = now()"
            lines[name] = ("true", f"({columns}) VALUES ({values.format('bb')})", [("update", mark, "true")])
    return lines


def _closed(table: str, row: str, inserted: str, changes: list[tuple[str, str, str]]) -> Iterator[Line]:
    """The lines of a table on which the application has no right."""
    yield Line(table, "select", row, f"SELECT FROM {table} WHERE {row}", None)
    yield Line(table, "insert", inserted, f"INSERT INTO {table} {inserted}", None)
    yield Line(table, "delete", row, f"DELETE FROM {table} WHERE {row}", None)  # noqa: S608 - ids of ours
    for act, change, changed in changes:
        statement = f"UPDATE {table} SET {change} WHERE {changed}"  # noqa: S608 - ids of ours
        yield Line(table, act, f"{change} of {changed}", statement, None)
