"""The built learner player (`web/apps/player`), as it lies in this package."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from coursecrafter.errors import ElearningError

PLAYER_FOLDER = Path(__file__).parent / "player"
PLAYER_FILES = ("inter.woff2", "licences.txt", "player.css", "player.js")
RIGHT_TO_LEFT = frozenset({"ar", "dv", "fa", "he", "ku", "ps", "sd", "ug", "ur", "yi"})


class PlayerMissing(ElearningError):
    """The learner player has not been built into this installation."""

    code = "CC-0401"
    remedy = "Run `make setup`, or `npm ci && npm run build` in the folder web."


@cache
def read_player(folder: Path = PLAYER_FOLDER) -> Mapping[str, bytes]:
    """The player's files by name.

    Raises:
        PlayerMissing: CC-0401.
    """
    try:
        return {name: (folder / name).read_bytes() for name in (*PLAYER_FILES, "strings.json")}
    except FileNotFoundError as error:
        raise PlayerMissing("The learner player is missing from this installation.", detail=str(error)) from error


def player_words(language: str) -> Mapping[str, str]:
    """The player's own words in a BCP 47 language, English where it has none."""
    languages: Mapping[str, Mapping[str, str]] = json.loads(read_player()["strings.json"])
    return languages.get(_base(language), languages["en"])


def direction(language: str) -> str:
    """How a language is written: "ltr" or "rtl"."""
    return "rtl" if _base(language) in RIGHT_TO_LEFT else "ltr"


def _base(language: str) -> str:
    return language.split("-", maxsplit=1)[0].lower()
