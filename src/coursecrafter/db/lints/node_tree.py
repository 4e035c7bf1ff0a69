"""PostgreSQL's own tree of an expression, as `pg_node_tree` prints it, and which functions it calls for each row.

`pg_get_expr` gives SQL text, in which a call in a comparison and one in a sub-select look alike to a pattern; the tree
says what the planner will see.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

WORD = re.compile(r"[{}()]|(?:\\.|[^\s{}()\\])+", re.DOTALL)
ONE_VALUE = {"4", "6"}
"""subLinkType of (SELECT one value) and ARRAY(SELECT ...): computed once, unless they look at the row outside."""


@dataclass(slots=True)
class Node:
    """One node: its kind, and by field words and nodes as they stand there."""

    kind: str
    fields: dict[str, list[str | Node]] = field(default_factory=dict)

    def word(self, name: str) -> str:
        """The word that a field holds."""
        value = self.fields[name][0]
        return value if isinstance(value, str) else ""

    def children(self) -> Iterator[Node]:
        """The nodes right below."""
        for values in self.fields.values():
            yield from (value for value in values if isinstance(value, Node))


def calls_per_row(tree: str) -> set[int]:
    """The functions that a condition calls for each row.

    Args:
        tree: a `pg_node_tree` as text.

    Returns:
        Their oids; a call in a scalar sub-select that does not look at the row is made once, and is not among them.
    """
    return {oid for node in _read(tree).children() for oid in _calls(node)}


def _read(tree: str) -> Node:
    """The tree below a root of ours."""
    root = Node("ROOT", {"": []})
    path = [(root, "")]
    words = iter(WORD.findall(tree))
    for word in words:
        node, name = path[-1]
        if word == "{":
            child = Node(next(words), {"": []})
            node.fields[name].append(child)
            path.append((child, ""))
        elif word == "}":
            path.pop()
        elif word.startswith(":") and node is not root:
            node.fields.setdefault(word[1:], [])
            path[-1] = (node, word[1:])
        elif word not in {"(", ")"}:
            node.fields[name].append(word)
    return root


def _calls(node: Node) -> Iterator[int]:
    if node.kind == "SUBLINK" and node.word("subLinkType") in ONE_VALUE and not _looks_out(node, depth=-1):
        return
    if node.kind == "FUNCEXPR":
        yield int(node.word("funcid"))
    for child in node.children():
        yield from _calls(child)


def _looks_out(node: Node, *, depth: int) -> bool:
    """Whether anything below refers to a row outside; `depth` counts the queries around a node, from 0."""
    if node.kind == "QUERY":
        depth += 1
    if node.kind == "VAR" and int(node.word("varlevelsup")) > depth:
        return True
    return any(_looks_out(child, depth=depth) for child in node.children())
