"""Opens a film or recording and decodes its beginning.

Runs in the sandbox: `python -m coursecrafter.ingest.film_parser SUBJECT READER FILE JSON`.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from coursecrafter.errors import CourseCrafterError
from coursecrafter.media.clip_sound import check_clip
from coursecrafter.media.film import check_film
from coursecrafter.media.recording import check_recording


def parse_film(subject: str, reader: str, path: Path) -> dict[str, Any]:
    """A film's width and height, a recording's length, or the code and message of what refuses it.

    Args:
        subject: "film" or "recording"; "clip_film" or "clip_recording" for what is to play in a video's place.
        reader: FFmpeg's name of the one format that is tried for a recording.
        path: the file.
    """
    try:
        if subject.startswith("clip_"):
            return {"duration_ms": round(check_clip(path, reader, is_sound=subject == "clip_recording") * 1000)}
        if subject == "recording":
            return {"duration_ms": round(check_recording(path, reader) * 1000)}
        width_px, height_px = check_film(path)
    except CourseCrafterError as error:
        return {"refused": error.code, "message": error.message}
    return {"width_px": width_px, "height_px": height_px}


def main(arguments: Sequence[str]) -> None:
    """Look into the file, write the JSON file."""
    subject, reader, source, target = arguments
    answer = parse_film(subject, reader, Path(source))
    Path(target).write_text(json.dumps(answer, ensure_ascii=True), encoding="ascii")


if __name__ == "__main__":
    main(sys.argv[1:])
