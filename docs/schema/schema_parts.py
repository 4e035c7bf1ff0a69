"""The generated parts of the schema's pages: what the code's tables, states, rules and policies say, as Markdown."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql
from sqlalchemy.sql.elements import TextClause

from coursecrafter.db.policies.forms import TablePolicy
from coursecrafter.domain.roles import (
    RIGHT_MEANINGS,
    Right,
    TableRule,
    organisation_roles_with,
    project_roles_with,
)
from coursecrafter.domain.states import Lifecycle

CHECKS_IN_WORDS = {
    "ck_cc_assets_place_known": "A scene or a segment is named only together with its lesson.",
    "ck_cc_voice_tracks_place_known": "A scene or a segment is named, or both.",
    "ck_cc_book_sections_mapping_known": "Whatever is not `custom` names what it maps.",
    "ck_users_email_lower": "The address is in lower case.",
    "ck_invitations_email_lower": "The address is in lower case.",
    "ck_api_keys_scopes_known": "`scopes` holds no other than `read`, `write`, `admin` and `worker`.",
    "ck_idempotency_keys_key_length": "`key` has 1 to 255 signs.",
    "ck_ai_providers_name_plain": (
        "`name` has 1 to 64 letters, digits, spaces, dots, hyphens and underscores, and is not `offline`."
    ),
    "ck_ai_routes_project_placed": "A project is named only together with its organisation.",
    "ck_uploads_received_bytes_within": "`received_bytes` lies between 0 and `size_bytes`.",
}
"""Conditions that no rule below can put into words, by name."""

ON_DELETE = {
    "CASCADE": "this row goes too",
    "RESTRICT": "it cannot go while this row is there",
    "SET NULL": "emptied, this row stays",
}
TRIGGER = re.compile(
    r"CREATE (?:CONSTRAINT )?TRIGGER (?P<name>\w+)\s+(?P<when>.+?)\s+ON (?:course_crafter|platform)\.(?P<table>\w+)\s"
    r".*FUNCTION platform\.(?P<function>\w+)",
    re.DOTALL,
)
EDGES = {False: "||--o{", True: "|o--o{"}


@dataclass(frozen=True, slots=True)
class Schema:
    """What the pages are made from.

    Attributes:
        tables: SQLAlchemy's tables, all of them in one MetaData.
        groups: by page, the names of its tables in order.
        lifecycles: by table.
        rules: by table.
        policies: by table.
        triggers: the statements that make them, but for those that keep `updated_at`.
        functions: by signature, what each function of `platform` is for.
        callers: by signature, the roles that may call it.
        named_indexes: those that the schema document names.
        account_grants: by table of the platform, what `cc_accounts` may do.
        request_policies: the statements that put the policies of what requests leave behind into force.
    """

    tables: sa.MetaData
    groups: Mapping[str, tuple[str, ...]]
    lifecycles: Mapping[str, Lifecycle]
    rules: Mapping[str, TableRule]
    policies: Mapping[str, TablePolicy]
    triggers: tuple[str, ...]
    functions: Mapping[str, str]
    callers: Mapping[str, str]
    named_indexes: frozenset[str]
    account_grants: Mapping[str, str]
    request_policies: tuple[str, ...]

    def table(self, name: str) -> sa.Table:
        """The table of that name, in whichever schema."""
        return next(table for table in self.tables.tables.values() if table.name == name)

    def page_of(self, name: str) -> str:
        """The page that describes a table."""
        return next(page for page, names in self.groups.items() if name in names)


def table_part(schema: Schema, name: str) -> str:
    """All that is generated about one table."""
    table = schema.table(name)
    sections = (
        ("Columns", _columns(table)),
        ("Keys", _keys(schema, table)),
        ("Indexes", _indexes(schema, table)),
        ("Conditions", _checks(table)),
        ("States", states_part(schema.lifecycles[name]) if name in schema.lifecycles else ""),
        ("Who may do what", _rights(schema, name)),
        ("Triggers", _triggers(schema, table)),
    )
    return "\n\n".join([_deletion(schema, table), *(f"### {title}\n\n{text}" for title, text in sections if text)])


def states_part(lifecycle: Lifecycle) -> str:
    """The states of one kind of row, as a table and as a diagram."""
    rows = [
        (code(state), "yes" if state in lifecycle.first else "no", _codes(follow) or "none: it ends here")
        for state, follow in lifecycle.moves.items()
    ]
    edges = [f"[*] --> {state}" for state in lifecycle.first]
    edges += [f"{before} --> {after}" for before, follow in lifecycle.moves.items() for after in follow]
    head = f"Column {code(lifecycle.column)}. A row may always stay as it is.\n\n"
    return (
        head
        + markdown_table(("State", "A new row may have it", "May be followed by"), rows)
        + _mermaid("stateDiagram-v2", edges)
    )


def entities_part(schema: Schema, names: Sequence[str]) -> str:
    """Tables and what their keys name, as a diagram: ids, keys, order and state only."""
    lines = [line for name in names for line in _edges(schema.table(name))]
    for name in names:
        table = schema.table(name)
        shown = [
            f"    {_type(column)} {column.name}{_mark(column)}" for column in table.columns if _is_drawn(schema, column)
        ]
        lines += [f"{name} {{", *shown, "}"]
    return _mermaid("erDiagram", lines).strip()


def pages_part(schema: Schema) -> str:
    """The list of pages and tables."""
    rows = [
        (f"[{group}]({group}.md)", f"[`{name}`]({group}.md#{name})", schema.table(name).comment or "")
        for group, names in schema.groups.items()
        for name in names
    ]
    return markdown_table(("Page", "Table", "In the document's words"), rows)


def functions_part(schema: Schema) -> str:
    """The functions of `platform`."""
    rows = [
        (code(f"platform.{name}"), said, _codes(filter(None, schema.callers[name].split(", "))) or "other functions")
        for name, said in schema.functions.items()
    ]
    return markdown_table(("Function", "What it does", "Who may call it"), rows)


def rights_part() -> str:
    """The rights, and the roles that give them."""
    rows = [(code(right), meaning, who(right)) for right, meaning in RIGHT_MEANINGS.items()]
    return markdown_table(("Right", "Lets a person", "Who has it"), rows)


def all_states_part(schema: Schema) -> str:
    """One line per lifecycle."""
    rows = [
        (
            f"[{one.thing}](#{one.thing.replace(' ', '-')})",
            f"`{name}.{one.column}`",
            _codes(one.first),
            str(len(one.pairs)),
        )
        for name, one in schema.lifecycles.items()
    ]
    return markdown_table(("Of a", "Stands in", "Begins as", "Moves"), rows)


def markdown_table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table; a pipe within a cell is escaped, or it would part the cell."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines)


def code(text: str) -> str:
    """Text as code."""
    return f"`{text}`"


def _link(thing: str) -> str:
    return f"[{thing}](#{thing.replace(' ', '-')})"


def _codes(words: Iterable[str]) -> str:
    return ", ".join(code(word) for word in words)


def _mermaid(kind: str, lines: Iterable[str]) -> str:
    return "\n\n```mermaid\n" + "\n".join([kind, *(f"    {line}" for line in lines)]) + "\n```"


def _deletion(schema: Schema, table: sa.Table) -> str:
    """How a row of the table goes."""
    if table.name in schema.policies and schema.policies[table.name].is_log:
        return "**Rows are added and read.** Nobody changes or removes one."
    if "deleted_at" in table.columns:
        return "**Rows are marked.** Deleting sets `deleted_at`, and restoring empties it."
    return "**Rows are not marked.** There is no `deleted_at`: a row that is deleted by itself goes for good."


def _columns(table: sa.Table) -> str:
    rows = [
        (code(column.name), _type(column), "yes" if column.nullable else "no", _default(column), column.comment or "")
        for column in table.columns
    ]
    return markdown_table(("Name", "Type", "May be empty", "Default", "Note"), rows)


def _type(column: sa.Column[object]) -> str:
    return str(column.type.compile(dialect=postgresql.dialect())).lower()  # type: ignore[no-untyped-call]  # untyped


def _default(column: sa.Column[object]) -> str:
    if not isinstance(column.server_default, sa.DefaultClause):
        return ""
    said = column.server_default.arg
    return code(f"'{said}'" if isinstance(said, str) else str(said))


def _keys(schema: Schema, table: sa.Table) -> str:
    """The foreign keys as a table, then the rows' own."""
    rows = [_key(schema, key) for key in _foreign_keys(table)]
    own = [f"The primary key is {_and(column.name for column in table.primary_key)}."]
    for unique in sorted(_unique(table), key=str):
        if unique[0] == "id":
            own.append(f"Keys of other tables that copy {_and(unique[1:])} point at {_and(unique)} together.")
        else:
            own.append(f"{_and(unique)} occurs once.")
    head = ("Column", "Names a row of", "Copied columns that must agree", "When that row goes for good")
    return (markdown_table(head, rows) + "\n\n" if rows else "") + " ".join(own)


def _key(schema: Schema, key: sa.ForeignKeyConstraint) -> tuple[str, ...]:
    target = key.elements[0].target_fullname.split(".")[-2]
    names = [column.name for column in key.columns]
    aims = [element.target_fullname.split(".")[-1] for element in key.elements]
    pairs = [code(name) for name, aim in zip(names, aims, strict=True) if aim != "id" and name == aim]
    if len(pairs) == len(names):  # the key as a whole names the row
        pairs = []
    follows = f"{', '.join(pairs)}, which follows when that row moves" if pairs and key.onupdate else ", ".join(pairs)
    said, _, emptied = (key.ondelete or "RESTRICT").partition(" (")
    fate = ON_DELETE[said]
    if said == "SET NULL":
        fate = f"{code(emptied.rstrip(')') or names[0])} is {fate}"
    link = f"[{target}]({schema.page_of(target)}.md#{target})"
    return _codes([name for name, aim in zip(names, aims, strict=True) if code(name) not in pairs]), link, follows, fate


def _foreign_keys(table: sa.Table) -> list[sa.ForeignKeyConstraint]:
    order = list(table.columns.keys())
    keys = [one for one in table.constraints if isinstance(one, sa.ForeignKeyConstraint)]
    return sorted(keys, key=lambda key: ([order.index(column.name) for column in key.columns], str(key.name)))


def _unique(table: sa.Table) -> Iterator[tuple[str, ...]]:
    for one in table.constraints:
        if isinstance(one, sa.UniqueConstraint):
            yield tuple(column.name for column in one.columns)


def _indexes(schema: Schema, table: sa.Table) -> str:
    """The indexes that are made by name; those of keys come with the keys."""
    rows = []
    for index in sorted(table.indexes, key=lambda index: str(index.name)):
        names = [column.name for column in index.columns]
        where = index.dialect_options["postgresql"]["where"]
        said = str(where) if isinstance(where, TextClause) else ""
        purpose = _purpose(names, said, unique=bool(index.unique))
        if index.name in schema.named_indexes:
            purpose += " Named by the document."
        if index.dialect_options["postgresql"]["nulls_not_distinct"]:
            purpose += " No engine counts as one engine."
        rows.append((code(str(index.name)), _codes(names), code(said) if said else "all", purpose))
    return markdown_table(("Index", "Columns", "Rows", "What for"), rows) if rows else ""


def _purpose(names: Sequence[str], where: str, *, unique: bool) -> str:
    """What an index is for, by its shape."""
    first, last = names[0], names[-1]
    if unique and "is_active" in where:
        return f"At most one active row for one {_and(names)}."
    if unique:
        return f"One {code(last)} occurs once for one {_and(names[:-1])}."
    if last == "sequence":
        return f"The rows of one {code(first)} in their order."
    if last == "job_state":
        return f"The jobs of one {code(first)} by their state."
    if len(names) == 1:
        return f"Finds the rows of one {code(first)}, also when what it names goes for good."
    return f"Finds the rows of one {code(first)}, narrowed by {_and(names[1:])}."


def _checks(table: sa.Table) -> str:
    everywhere = [*table.constraints, *(one for column in table.columns for one in column.constraints)]
    checks = {str(one.name): one for one in everywhere if isinstance(one, sa.CheckConstraint)}
    rows = [(_check_in_words(check), code(name)) for name, check in sorted(checks.items())]
    return markdown_table(("The database refuses a row unless", "Name"), rows) if rows else ""


def _check_in_words(check: sa.CheckConstraint) -> str:
    said = str(check.sqltext)
    if listed := re.fullmatch(r"(\w+) IN \((.*)\)", said):
        words = re.findall(r"'([^']*)'", listed[2])
        return f"{code(listed[1])} is one of {_codes(words)}"
    if least := re.fullmatch(r"(\w+) >= (\d+)", said):
        return f"{code(least[1])} is at least {least[2]}"
    if str(check.name) not in CHECKS_IN_WORDS:
        raise SystemExit(f"{check.name} has no words: add it to CHECKS_IN_WORDS in docs/schema/schema_parts.py.")
    return CHECKS_IN_WORDS[str(check.name)].rstrip(".")


def _rights(schema: Schema, name: str) -> str:
    rule = schema.rules.get(name)
    if rule is None:
        return _platform_rights(schema, name)
    rows = list(_rule_rows(rule, ""))
    if rule.without_project:
        rows += _rule_rows(rule.without_project, ", if it has no project")
    parts = [markdown_table(("Act on a row", "Right", "Who has it"), rows), _way(schema, name)]
    return "\n\n".join([*parts, *([rule.said] if rule.said else []), _policy(schema.policies[name])])


def _platform_rights(schema: Schema, name: str) -> str:
    """Who reaches a table of the platform: requests under policies, the role for accounts, or functions only."""
    grants = schema.account_grants.get(name)
    by_accounts = f" {code('cc_accounts')}, before it is known who asks, may {_and_words(grants)}." if grants else ""
    policies = [one for one in schema.request_policies if f" ON platform.{name} " in f"{one} "]
    if not policies:
        return f"Requests and jobs have no grant on this table; they ask functions.{by_accounts}"
    said = "Requests reach it as its policies say; jobs do not reach it at all."
    shown = "\n".join(f"{policy};" for policy in policies)
    return f"{said}{by_accounts}\n\n<details><summary>The policies</summary>\n\n```sql\n{shown}\n```\n\n</details>"


def _and_words(grants: str) -> str:
    words = [code(word.lower()) for word in grants.split(", ")]
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"


def _rule_rows(rule: TableRule, suffix: str) -> Iterator[tuple[str, str, str]]:
    acts = {"see": rule.select, "add": rule.insert, "change": rule.update, "remove for good": rule.delete}
    for act, right in acts.items():
        yield act + suffix, code(right) if right else "none", who(right) if right else "nobody"


def who(right: Right) -> str:
    """The roles that give a right, in words."""
    if roles := project_roles_with(right):
        return f"{', '.join(roles)} of the project"
    return f"{', '.join(organisation_roles_with(right))} of the organisation"


def _way(schema: Schema, name: str) -> str:
    """Through which row a row's project is found."""
    policy = schema.policies[name]
    if parent := re.match(r"EXISTS \(SELECT 1 FROM \w+\.(\w+) p WHERE p\.id = \w+\.(\w+)", policy.readable):
        link = f"[{parent[1]}]({schema.page_of(parent[1])}.md#{parent[1]})"
        return f"A row has no project of its own: the row of {link} that {code(parent[2])} names decides."
    column = "id" if policy.readable.startswith("id =") else "project_id"
    instead = " Without one, the organisation in `org_id` decides." if schema.rules[name].without_project else ""
    return f"The project in {code(column)} decides.{instead}"


def _policy(policy: TablePolicy) -> str:
    """The policies' conditions, folded away."""
    said = {"see": policy.readable, "add, change, remove": policy.writable, "remove, instead": policy.removable}
    if policy.is_log:
        said = {"see": policy.readable, "add": policy.writable}
    if policy.checked != "true":
        said["and, of a row as it is left"] = policy.checked
    lines = [f"-- {act}\n{condition}" for act, condition in said.items() if condition]
    return "<details><summary>As the policies say it</summary>\n\n```sql\n" + "\n".join(lines) + "\n```\n\n</details>"


def _triggers(schema: Schema, table: sa.Table) -> str:
    rows = []
    if "updated_at" in table.columns:
        rows.append((code(f"{table.name}_touch"), "before any update", schema.functions["touch_updated_at()"]))
    for statement in schema.triggers:
        found = TRIGGER.match(statement)
        if found and found["table"] == table.name:
            said = next(text for name, text in schema.functions.items() if name.startswith(f"{found['function']}("))
            rows.append((code(found["name"]), found["when"].lower(), said))
    rows = [(name, when, _sentence(said.removeprefix("Trigger: "))) for name, when, said in rows]
    return markdown_table(("Trigger", "Fires", "What it does"), rows) if rows else ""


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]


def _edges(table: sa.Table) -> Iterator[str]:
    seen = set()
    for key in _foreign_keys(table):
        column = next(iter(key.columns))
        if column.name not in seen:
            seen.add(column.name)
            target = key.elements[0].target_fullname.split(".")[-2]
            yield f'{target} {EDGES[bool(column.nullable)]} {table.name} : "{column.name}"'


def _is_drawn(schema: Schema, column: sa.Column[object]) -> bool:
    lifecycle = schema.lifecycles.get(column.table.name)
    is_state = lifecycle is not None and lifecycle.column == column.name
    return column.primary_key or bool(column.foreign_keys) or column.name == "sequence" or is_state


def _mark(column: sa.Column[object]) -> str:
    marks = ["PK"] * column.primary_key + ["FK"] * bool(column.foreign_keys)
    return f" {', '.join(marks)}" if marks else ""


def _and(names: Iterable[str]) -> str:
    words = [code(name) for name in names]
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"
