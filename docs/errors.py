"""Print the page of error codes from the classes themselves: `python docs/errors.py > docs/errors.md`."""

from __future__ import annotations

import importlib
import pkgutil
import sys
from collections.abc import Iterator

import coursecrafter
from coursecrafter.errors import CourseCrafterError

FAMILIES = {
    "00": "Request, installation and database",
    "01": "Taking in files",
    "02": "Video",
    "03": "Gateway to AI",
    "04": "E-learning",
    "05": "Book",
    "06": "Jobs and steps",
    "07": "Stored files and assets",
    "08": "Export",
}
# Modules that do something when they are imported: the command itself, and what Alembic runs.
NOT_IMPORTED = ("coursecrafter.__main__", "coursecrafter.db.migrations")
HEAD = """\
# Error codes

Every error that an author or operator can act on has a code. The command line prints it with one sentence that says
what happened and one that says what to do; `--verbose` adds details for developers. A code is never used again.
The page is made from the classes by `docs/errors.py`; a test holds both together.

“Again” says whether the same call may succeed later without any change. HTTP is the status that tells the truth.
"""


def error_classes() -> list[type[CourseCrafterError]]:
    """All leaves, by code; a family's own class stands for no error of its own."""
    for module in pkgutil.walk_packages(coursecrafter.__path__, "coursecrafter."):
        if not module.name.startswith(NOT_IMPORTED):
            importlib.import_module(module.name)
    return sorted(_leaves(CourseCrafterError), key=lambda leaf: leaf.code)


def error_page() -> str:
    """The page, as Markdown."""
    leaves = error_classes()
    parts = [HEAD]
    for number, title in FAMILIES.items():
        rows = [_row(leaf) for leaf in leaves if leaf.code[3:5] == number]
        if rows:
            table = "\n".join(["| Code | Name | Meaning | What to do | HTTP | Again |", "| --- " * 6 + "|", *rows])
            parts.append(f"\n## {number} {title}\n\n{table}\n")
    return "".join(parts)


def _leaves(family: type[CourseCrafterError]) -> Iterator[type[CourseCrafterError]]:
    for kind in family.__subclasses__():
        if not kind.__module__.startswith("coursecrafter."):
            continue  # a test's own
        if not kind.code.endswith("00"):
            yield kind
        yield from _leaves(kind)


def _row(leaf: type[CourseCrafterError]) -> str:
    meaning = (leaf.__doc__ or "").strip().splitlines()[0]
    again = "yes" if leaf.retry else "no"
    return f"| {leaf.code} | {leaf.__name__} | {meaning} | {leaf.remedy} | {leaf.status} | {again} |"


if __name__ == "__main__":
    sys.stdout.write(error_page())
