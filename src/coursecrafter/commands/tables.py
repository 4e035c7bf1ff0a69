"""Tables on the terminal, as commands print their lists."""

from __future__ import annotations

import sys

from rich.console import Console
from rich.table import Table

PIPED_WIDTH = 240
"""Of what is printed into a file or to another program, where nothing should be folded."""


def console() -> Console:
    """Where a list is printed: as wide as the terminal."""
    return Console(highlight=False, width=None if sys.stdout.isatty() else PIPED_WIDTH)


def columns(*names: str) -> Table:
    """A table without lines; columns whose name begins with > are of figures."""
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="dim")
    for name in names:
        table.add_column(name.removeprefix(">"), justify="right" if name.startswith(">") else "left", overflow="fold")
    return table
