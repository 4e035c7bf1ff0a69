"""The few forms of a policy.

A scope is asked once per query, `(SELECT ...)`, never once per row: a function per row was up to 18 times slower.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

ROLES = "cc_app, cc_worker"
SCHEMA = "course_crafter"
READ_SCOPE = "(SELECT platform.scope('read'))::uuid[]"
WRITE_SCOPE = "(SELECT platform.scope('write'))::uuid[]"
COMMENT_SCOPE = "(SELECT platform.scope('comment'))::uuid[]"
OWN_SCOPE = "(SELECT platform.scope('own'))::uuid[]"
USER = "(SELECT nullif(current_setting('cc.user_id', true), '')::uuid)"
MEMBER = "(SELECT platform.organisation('member'))"
ADMIN = "(SELECT platform.organisation('admin'))"


@dataclass(frozen=True, slots=True)
class TablePolicy:
    """What the application's roles may do with one table.

    Attributes:
        table: its name.
        readable: condition on rows that may be seen.
        writable: condition on rows that may be added, changed and removed, before and after.
        checked: one more condition on rows as they are left: what their keys point at.
        is_log: rows are added and read, never changed or removed.
        removable: condition on rows that may be removed, where it is not `writable`.
    """

    table: str
    readable: str
    writable: str
    checked: str = "true"
    is_log: bool = False
    removable: str = ""

    def statements(self) -> Iterator[str]:
        """The SQL that puts it into force, in order."""
        name = f"{SCHEMA}.{self.table}"
        left = self.writable if self.checked == "true" else f"({self.writable}) AND {self.checked}"
        yield f"ALTER TABLE {name} ENABLE ROW LEVEL SECURITY"
        yield f"ALTER TABLE {name} FORCE ROW LEVEL SECURITY"
        yield f"CREATE POLICY {self.table}_read ON {name} FOR SELECT TO {ROLES} USING ({self.readable})"
        yield f"CREATE POLICY {self.table}_add ON {name} FOR INSERT TO {ROLES} WITH CHECK ({left})"
        if self.is_log:
            yield f"GRANT SELECT, INSERT ON {name} TO {ROLES}"
            return
        yield (
            f"CREATE POLICY {self.table}_change ON {name} FOR UPDATE TO {ROLES}"
            f" USING ({self.writable}) WITH CHECK ({left})"
        )
        removable = self.removable or self.writable
        yield f"CREATE POLICY {self.table}_remove ON {name} FOR DELETE TO {ROLES} USING ({removable})"
        yield f"GRANT SELECT, INSERT, UPDATE, DELETE ON {name} TO {ROLES}"


def by_project(table: str) -> TablePolicy:
    """A table with `project_id`."""
    return TablePolicy(table, f"project_id = ANY({READ_SCOPE})", f"project_id = ANY({WRITE_SCOPE})")


def by_parent(table: str, key: str, parent: str, readable: str, writable: str, *, is_log: bool = False) -> TablePolicy:
    """A table without `project_id`, through the row that has it; the conditions name the parent `p`."""
    row = f"{table}.{key}"
    return TablePolicy(table, exists(parent, row, readable), exists(parent, row, writable), is_log=is_log)


def by_parents_project(table: str, key: str, parent: str, *, is_log: bool = False) -> TablePolicy:
    """A table without `project_id` whose parent has one."""
    return by_parent(
        table, key, parent, f"p.project_id = ANY({READ_SCOPE})", f"p.project_id = ANY({WRITE_SCOPE})", is_log=is_log
    )


def exists(parent: str, key: str, condition: str, name: str = "p") -> str:
    """A condition: the key names a row of the parent that the request sees and that meets a condition.

    Args:
        name: what the condition calls that row.
    """
    return f"EXISTS (SELECT 1 FROM {SCHEMA}.{parent} {name} WHERE {name}.id = {key} AND {condition})"  # noqa: S608 - ours
