"""Write the generated parts of the schema's pages: `python docs/schema/pages.py`; `--check` names the stale pages.

A generated part stands between `<!-- generated: name -->` and `<!-- end -->`. All around it is written by hand and
left alone. No database is needed: the parts are made from the code's tables, policies, states and roles.
"""

from __future__ import annotations

import importlib
import json
import re
import sys
from pathlib import Path

import sqlalchemy as sa

HERE = Path(__file__).resolve().parent
if str(HERE) not in sys.path:  # loaded by its path, as tests and tools do, it still finds its neighbour
    sys.path.append(str(HERE))

from schema_parts import (  # noqa: E402 - the path comes first
    Schema,
    all_states_part,
    entities_part,
    functions_part,
    pages_part,
    rights_part,
    states_part,
    table_part,
)

from coursecrafter.db.policies import (  # noqa: E402 - as above
    GROUPS,
    branding,
    functions,
    gateway,
    hierarchy,
    requests,
    states,
)
from coursecrafter.db.tables import metadata  # noqa: E402 - as above
from coursecrafter.db.tables.accounts import ACCOUNT_GRANTS  # noqa: E402 - as above
from coursecrafter.domain.roles import TABLE_RULES  # noqa: E402 - as above
from coursecrafter.domain.states import LIFECYCLES  # noqa: E402 - as above

DOCS = HERE.parent
PART = re.compile(r"<!-- generated: (?P<name>\S+) -->\n.*?<!-- end -->", re.DOTALL)


class PartsDiffer(Exception):
    """A page lacks a part that it must have, or has one that nothing makes."""


def read_schema() -> Schema:
    """The schema as the code has it today."""
    document = json.loads((HERE / "schema.json").read_text(encoding="utf-8"))
    return Schema(
        tables=metadata,
        groups=_tables_by_page((*GROUPS, "platform", "accounts", "requests", "gateway")),
        lifecycles=LIFECYCLES,
        rules=TABLE_RULES,
        policies={policy.table: policy for policies in GROUPS.values() for policy in policies},
        triggers=(hierarchy.GUARDED, *states.state_triggers(), *branding.picture_triggers(), *gateway.GATEWAY_TRIGGERS),
        functions=functions.COMMENTS,
        callers={name: _callers_of(name) for name in functions.COMMENTS},
        named_indexes=frozenset(document["named_index_columns"]),
        account_grants=ACCOUNT_GRANTS,
        request_policies=(*requests.request_policies(), *gateway.gateway_policies()),
    )


def page_parts(schema: Schema) -> dict[Path, dict[str, str]]:
    """By page, its generated parts by name."""
    pages = {
        HERE / f"{group}.md": {
            "diagram": entities_part(schema, names),
            **{name: table_part(schema, name) for name in names},
        }
        for group, names in schema.groups.items()
    }
    pages[HERE / "platform.md"] |= {"rights": rights_part(), "functions": functions_part(schema)}
    pages[HERE / "README.md"] = {
        "hierarchy": entities_part(schema, schema.groups["hierarchy"]),
        "pages": pages_part(schema),
    }
    pages[DOCS / "states.md"] = {
        "states": all_states_part(schema),
        **{table: states_part(lifecycle) for table, lifecycle in schema.lifecycles.items()},
    }
    return pages


def refresh(text: str, parts: dict[str, str]) -> str:
    """A page's text with its generated parts made anew.

    Raises:
        PartsDiffer: the page's parts are not those that are made.
    """
    found = [match["name"] for match in PART.finditer(text)]
    if sorted(found) != sorted(parts):
        wanted, extra = sorted(set(parts) - set(found)), sorted(set(found) - set(parts))
        raise PartsDiffer(f"parts missing: {wanted or 'none'}; parts that nothing makes: {extra or 'none'}")
    return PART.sub(lambda match: _marked(match["name"], parts[match["name"]]), text)


def stale_pages(schema: Schema | None = None) -> list[str]:
    """The pages that do not say what the schema says, each as a path below `docs` and the reason."""
    stale = []
    for page, parts in page_parts(schema or read_schema()).items():
        name = str(page.relative_to(DOCS))
        if not page.exists():
            stale.append(f"{name}: there is no such page")
            continue
        text = page.read_text(encoding="utf-8")
        try:
            if refresh(text, parts) != text:
                stale.append(f"{name}: run `python docs/schema/pages.py`")
        except PartsDiffer as error:
            stale.append(f"{name}: {error}")
    return stale


def write_pages() -> None:
    """Make all generated parts anew."""
    for page, parts in page_parts(read_schema()).items():
        page.write_text(refresh(page.read_text(encoding="utf-8"), parts), encoding="utf-8")


def main(arguments: list[str]) -> int:
    """Write the pages, or name those that are stale."""
    if arguments == ["--check"]:
        stale = stale_pages()
        print("\n".join(stale) or "All pages of the schema are fresh.")
        return 1 if stale else 0
    write_pages()
    return 0


def _tables_by_page(groups: tuple[str, ...]) -> dict[str, tuple[str, ...]]:
    """The tables of each module; one that a later module imports stays with the module that makes it."""
    found: dict[str, tuple[str, ...]] = {}
    for group in groups:
        module = importlib.import_module(f"coursecrafter.db.tables.{group}")
        names = [value.name for value in vars(module).values() if isinstance(value, sa.Table)]
        known = {name for tables in found.values() for name in tables}
        found[group] = tuple(name for name in names if name not in known)
    return found


def _callers_of(name: str) -> str:
    return functions.callers_of(name)


def _marked(name: str, text: str) -> str:
    return f"<!-- generated: {name} -->\n\n{text}\n\n<!-- end -->"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
