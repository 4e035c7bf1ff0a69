"""What a course is about and for whom, and how it is made (schema 3.1).

Settings without a column live in the row's metadata: voice, effects, pronunciation, defaults of the engines.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, TypedDict, Unpack
from uuid import UUID

from sqlalchemy import Connection, Row, select

from coursecrafter.authoring.author import Author
from coursecrafter.authoring.deck_notes import ScriptSource
from coursecrafter.authoring.edits import edit
from coursecrafter.authoring.events import Event
from coursecrafter.authoring.rows import find_row, hold_row
from coursecrafter.db.refusals import EditedMeanwhile
from coursecrafter.db.tables import cc_project_context, cc_projects
from coursecrafter.errors import RequestError

SETTINGS: Mapping[str, tuple[type[Any], ...]] = {
    "voice": (str,),
    "mode": (str,),
    "original": (str,),
    "effects": (Mapping,),
    "defaults": (Mapping,),
    "lexicon": (list, tuple),
    "script": (str,),
}
"""The settings of a course and their form: the voice's name, standard or premium, the project that this one translates,
effects of the branded video, defaults by engine, the pronunciation lexicon, and what of a deck is its script."""

CHOICES: Mapping[str, tuple[str, ...]] = {
    "mode": ("standard", "premium"),
    "script": ("screen", "notes"),
    "transition": ("fade", "slide", "zoom", "none"),
    "text": ("sentence", "words"),
    "timing": ("automatic", "manual"),
    "shape": ("16x9", "9x16", "1x1"),
}
"""Closed lists: of the mode, the script, and four of the effects. Source: product (E1; E2, step 6; AI gateway)."""

LEXICON_FIELDS = ("written", "spoken", "ipa", "language")
LONGEST_WORD = 200


class SettingRefused(RequestError):
    """A setting of the course has a form that no engine can use."""

    code = "CC-0050"
    remedy = "Correct the setting that the message names."


class LexiconRefused(RequestError):
    """An entry of the pronunciation lexicon does not say how a word is spoken."""

    code = "CC-0051"
    remedy = "Give each entry its written form once, and its spoken form or its IPA."


class ContextFields(TypedDict, total=False):
    """What can be said about a course; what is left out stays."""

    raw_text: str | None
    audience_level: str | None
    audience_role: str | None
    region: str | None
    domain: str | None
    language: str | None


def change_context(
    conn: Connection,
    author: Author,
    project_id: UUID,
    *,
    unless_changed_since: datetime | None = None,
    **fields: Unpack[ContextFields],
) -> UUID:
    """Say what a course is about and for whom; its context is made with the first word.

    Returns:
        The context's id.

    Raises:
        NotFound: CC-0020.
        NotAllowed: CC-0021.
        EditedMeanwhile: CC-0026.
    """
    return _change(conn, author, project_id, unless_changed_since, fields)


def merge_settings(
    conn: Connection,
    author: Author,
    project_id: UUID,
    settings: Mapping[str, Any],
    *,
    unless_changed_since: datetime | None = None,
) -> UUID:
    """Set some of the settings of a course; the others stay, and one that is given as None goes.

    Returns:
        The context's id.

    Raises:
        NotFound: CC-0020.
        NotAllowed: CC-0021.
        EditedMeanwhile: CC-0026.
        SettingRefused: CC-0050.
        LexiconRefused: CC-0051.
    """
    require_settings(settings)
    hold_row(conn, cc_projects, project_id)
    row = _context_of(conn, project_id)
    merged = {**(row.metadata if row else {}), **settings}
    kept = {name: value for name, value in merged.items() if value is not None}
    return _change(conn, author, project_id, unless_changed_since, {"metadata": json.loads(json.dumps(kept))})


def read_context(conn: Connection, project_id: UUID) -> Row[Any] | None:
    """The context of a live project, if anything was said yet.

    Raises:
        NotFound: CC-0020.
    """
    find_row(conn, cc_projects, project_id)
    return _context_of(conn, project_id)


def course_script(conn: Connection, project_id: UUID) -> ScriptSource:
    """What of a deck the course's narrated videos say, where nobody says otherwise for a lesson."""
    row = _context_of(conn, project_id)
    return ScriptSource((row.metadata.get("script") if row else None) or ScriptSource.SCREEN)


def require_settings(settings: Mapping[str, Any]) -> None:
    """Refuse settings that no engine could use.

    Raises:
        SettingRefused: CC-0050.
        LexiconRefused: CC-0051.
    """
    for name, value in settings.items():
        if name not in SETTINGS:
            raise SettingRefused(f"There is no setting “{name}”; there are {', '.join(SETTINGS)}.")
        if value is not None and not isinstance(value, SETTINGS[name]):
            raise SettingRefused(f"The setting “{name}” does not have the form that it must have.")
    _require_json(settings)
    _require_choices(
        {"mode": settings.get("mode"), "script": settings.get("script"), **(settings.get("effects") or {})}
    )
    _require_lexicon(settings.get("lexicon") or ())


def _change(
    conn: Connection, author: Author, project_id: UUID, unless_changed_since: datetime | None, fields: Mapping[str, Any]
) -> UUID:
    # Whoever makes the row holds the project: twenty at once make one.
    hold_row(conn, cc_projects, project_id)
    row = _context_of(conn, project_id)
    with edit(conn, author, Event.CONTEXT_CHANGED, project_id=project_id) as act:
        if row is None:
            if unless_changed_since is not None:
                raise EditedMeanwhile("The context was taken back since you opened it.")
            return act.add(cc_project_context, project_id=project_id, **fields)
        act.change(cc_project_context, row.id, unless_changed_since=unless_changed_since, **fields)
        row_id: UUID = row.id
        return row_id


def _context_of(conn: Connection, project_id: UUID) -> Row[Any] | None:
    return conn.execute(select(cc_project_context).where(cc_project_context.c.project_id == project_id)).first()


def _require_json(settings: Mapping[str, Any]) -> None:
    for name, value in settings.items():
        try:
            json.dumps(value, allow_nan=False)
        except (TypeError, ValueError) as error:
            raise SettingRefused(f"The setting “{name}” holds a value that is no JSON.", detail=str(error)) from error


def _require_choices(values: Mapping[str, Any]) -> None:
    for name, words in CHOICES.items():
        value = values.get(name)
        if value is not None and value not in words:
            raise SettingRefused(f"The setting “{name}” can only be {', '.join(words[:-1])} or {words[-1]}.")


def _require_lexicon(lexicon: Iterable[Any]) -> None:
    seen = set()
    for number, entry in enumerate(lexicon, 1):
        if not isinstance(entry, Mapping) or not entry.keys() <= set(LEXICON_FIELDS):
            raise LexiconRefused(f"Entry {number} of the lexicon must be made of {', '.join(LEXICON_FIELDS)}.")
        for name, word in entry.items():
            if word is not None and not (isinstance(word, str) and len(word) <= LONGEST_WORD):
                raise LexiconRefused(
                    f"The {name} of entry {number} of the lexicon is no word of at most {LONGEST_WORD} signs."
                )
        written, spoken, ipa, language = ((entry.get(name) or "").strip() for name in LEXICON_FIELDS)
        if not written or not (spoken or ipa):
            raise LexiconRefused(f"Entry {number} of the lexicon (“{written}”) lacks its written form or its sound.")
        if (written, language) in seen:
            raise LexiconRefused(f"The lexicon has “{written}” twice.")
        seen.add((written, language))
