"""Print the page of roles from the rules themselves: `python docs/roles.py > docs/roles.md`."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence

from coursecrafter.domain.roles import (
    ORGANISATION_RIGHTS,
    PROJECT_RIGHTS,
    RIGHT_MEANINGS,
    TABLE_RULES,
    OrganisationRole,
    ProjectRole,
    Right,
    TableRule,
    organisation_roles_with,
    project_roles_with,
)

HEAD = """\
# Roles

A person has one role in an organisation and, for each project that was shared with them, one role in the project. A
role gives rights; an act on a row asks for one right. Nobody sees another organisation's work, whatever their role.

The page is made from `src/coursecrafter/domain/roles.py` by `docs/roles.py`; a test holds both together. The policies
of the database, the functions that share projects and the tests of both are written from the same rules.
"""
RIGHTS_TEXT = "Every right there is, and what it is for."
PROJECT_TEXT = """\
Whoever makes a project is its owner. Owners, and the organisation's admins, share it and take it away again; anybody
may leave. A project keeps an owner: the last one stays until there is another.
"""
ORGANISATION_TEXT = """\
A role in the organisation shows no project. An admin who must see one shares it with themselves, and that is written in
the log of events. Anybody may leave; an organisation keeps an owner.
"""
TABLES_TEXT = """\
The roles that may see, add, change and remove a row of each table; “nobody” means nobody, whatever their role. A row is
moved by those who may change it where it is and where it goes.
"""
WITHOUT_PROJECT_TEXT = """\
Rows that belong to the organisation itself and to no project ask for a role in the organisation.
"""
WORKERS_TEXT = """\
A job of the queue acts for the person who asked for it, by the same rules, in its own project and in no other. A worker
without a job sees nothing. Sharing projects and leading members is done by requests, never by jobs.
"""


def roles_page() -> str:
    """The page, as Markdown."""
    parts = [
        ("Rights", RIGHTS_TEXT, _table(("Right", "What for"), _meanings())),
        ("Roles in a project", PROJECT_TEXT, _grid(PROJECT_RIGHTS)),
        ("Roles in an organisation", ORGANISATION_TEXT, _grid(ORGANISATION_RIGHTS)),
        ("Rows of a project", TABLES_TEXT, _rules(TABLE_RULES)),
        ("Rows without project", WITHOUT_PROJECT_TEXT, _rules(_without_project())),
        ("Jobs", WORKERS_TEXT, ""),
    ]
    return HEAD + "".join(_section(*part) for part in parts)


def _section(title: str, text: str, table: str) -> str:
    marked = f"\n<!-- generated: {title.lower()} -->\n\n{table}\n\n<!-- end -->\n" if table else ""
    return f"\n## {title}\n\n{text.rstrip()}\n{marked}"


def _meanings() -> list[tuple[str, ...]]:
    return [(f"`{right}`", _sentence(RIGHT_MEANINGS[right])) for right in Right]


def _grid(rights: Mapping[ProjectRole, frozenset[Right]] | Mapping[OrganisationRole, frozenset[Right]]) -> str:
    """Roles down, rights across, those only that some role gives."""
    given = [right for right in Right if any(right in some for some in rights.values())]
    rows = [(str(role), *("yes" if right in some else "no" for right in given)) for role, some in rights.items()]
    return _table(("Role", *(f"`{right}`" for right in given)), rows)


def _without_project() -> dict[str, TableRule]:
    return {name: rule.without_project for name, rule in TABLE_RULES.items() if rule.without_project is not None}


def _rules(rules: Mapping[str, TableRule]) -> str:
    rows = []
    for name, rule in rules.items():
        acts = (rule.select, rule.insert, rule.update, rule.delete)
        rows.append((f"`{name}`", *(_who(right) for right in acts), rule.said))
    has_words = any(row[-1] for row in rows)
    head = ("Table", "See", "Add", "Change", "Remove", "Besides")
    return _table(head, rows) if has_words else _table(head[:-1], [row[:-1] for row in rows])


def _who(right: Right | None) -> str:
    """The roles that give a right, in words."""
    if right is None:
        return "nobody"
    project, organisation = project_roles_with(right), organisation_roles_with(right)
    if project == tuple(ProjectRole):
        return "every role"
    if organisation == tuple(OrganisationRole):
        return "every member"
    return ", ".join(project or organisation)


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(cells)} |".replace("|  |", "| |") for cells in lines)


def _sentence(words: str) -> str:
    return f"{words[0].upper()}{words[1:]}."


if __name__ == "__main__":
    sys.stdout.write(roles_page())
