"""Counts the pages of a PDF.

Runs in the sandbox: `python -m coursecrafter.ingest.pdf_parser  FILE JSON`.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pypdfium2


def parse_pdf(path: Path) -> dict[str, Any]:
    """Its number of pages; 0 where it asks for a password."""
    try:
        return {"pages": len(pypdfium2.PdfDocument(path))}
    except pypdfium2.PdfiumError as error:
        if "password" not in str(error).lower():
            raise
        return {"pages": 0}


def main(arguments: Sequence[str]) -> None:
    """Look into the file, write the JSON file."""
    source, target = arguments
    Path(target).write_text(json.dumps(parse_pdf(Path(source))), encoding="ascii")


if __name__ == "__main__":
    main(sys.argv[1:])
