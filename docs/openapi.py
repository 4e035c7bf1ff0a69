"""Keep the API's document: `python docs/openapi.py` writes `docs/openapi.json`, and refuses without a new version.

Whoever calls the API relies on its schemas. So a change of one asks for a step of `API_VERSION` in
`src/coursecrafter/api/app.py`: the middle number when something is added, the first when something is gone or
otherwise. Words may change without one. Before a version is released its document may be made anew: remove the file,
and write it again.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from coursecrafter.api.app import all_calls
from coursecrafter.api.document import describe

KEPT = Path(__file__).parent / "openapi.json"
WORDS = frozenset({"summary", "description", "title", "example", "examples", "tags", "x-program-version"})
Document = Mapping[str, Any]


def read_kept() -> Document | None:
    """The document as it was kept."""
    return json.loads(KEPT.read_text(encoding="utf-8")) if KEPT.exists() else None


def document_of_today() -> Document:
    """The document as the routes declare it."""
    return describe(all_calls())


def as_text(document: Document) -> str:
    """A document as it is kept: the same calls give the same bytes."""
    return json.dumps(document, ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def changes(before: Document, after: Document) -> list[str]:
    """What callers rely on and what is otherwise of it; words do not count."""
    return [
        *_compare("The call", _operations(before), _operations(after)),
        *_compare("The schema", _schemas(before), _schemas(after)),
    ]


def refusals(kept: Document | None, today: Document) -> list[str]:
    """Why today's document may not take the kept one's place."""
    changed = changes(kept, today) if kept is not None else []
    if kept is None or not changed or kept["info"]["version"] != today["info"]["version"]:
        return []
    version = today["info"]["version"]
    return [*changed, f"This is still called {version}: raise API_VERSION in src/coursecrafter/api/app.py."]


def _compare(kind: str, before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[str]:
    for name in sorted({*before, *after}):
        if name not in after:
            yield f"{kind} {name} is gone."
        elif name not in before:
            yield f"{kind} {name} is new."
        elif before[name] != after[name]:
            yield f"{kind} {name} is otherwise."


def _operations(document: Document) -> dict[str, Any]:
    return {
        f"{method.upper()} {path}": _without_words(operation)
        for path, operations in document["paths"].items()
        for method, operation in operations.items()
    }


def _schemas(document: Document) -> dict[str, Any]:
    return {name: _without_words(schema) for name, schema in document["components"]["schemas"].items()}


def _without_words(value: Any, *, names_fields: bool = False) -> Any:
    """A part of a document without what is only said; a field may be called `title`, too."""
    if isinstance(value, dict):
        return {
            name: _without_words(part, names_fields=name == "properties" and not names_fields)
            for name, part in value.items()
            if names_fields or name not in WORDS
        }
    return [_without_words(part) for part in value] if isinstance(value, list) else value


def main() -> int:
    """Write the document, or say why not."""
    kept, today = read_kept(), document_of_today()
    refused = refusals(kept, today)
    if refused:
        print("\n".join(refused))
        return 1
    KEPT.write_text(as_text(today), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
