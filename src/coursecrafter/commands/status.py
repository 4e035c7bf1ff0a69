"""`coursecrafter status`: the whole installation, whatever machines it has, and what of it asks for somebody.

Exit codes are those of monitoring programs: 0 green, 1 yellow, 2 red.

Source: Monitoring Plugins Development Guidelines, Plugin Return Codes.
"""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from typing import Any

import click
from rich.console import Console

from coursecrafter.commands.status_page import print_page
from coursecrafter.config import Settings, load_settings
from coursecrafter.db.check import check
from coursecrafter.db.session import Database, open_database
from coursecrafter.errors import CourseCrafterError
from coursecrafter.watchdog.figures import Installation
from coursecrafter.watchdog.looking import look
from coursecrafter.watchdog.notes import Notes, note, read_notes
from coursecrafter.watchdog.report import as_report, finding_as_json
from coursecrafter.watchdog.seldom import EVERY_S, look_seldom
from coursecrafter.watchdog.verdict import Finding, Severity

EXITS = {"green": 0, "yellow": 1, "red": 2}
CHECKED_S = 3600.0
"""The schema is compared at most once in so long: a whole database is made for it."""
SHOWN = 20


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print everything as JSON.")
@click.option(
    "--check-schema", "is_checking", is_flag=True, help="Compare the schema with the migrations, once an hour."
)
def status(*, as_json: bool, is_checking: bool) -> None:
    """Say how the whole installation does; exits with 0 if its light is green, 1 if yellow, 2 if red."""
    try:
        report = _report(load_settings(), is_checking=is_checking)
    except CourseCrafterError as error:
        report = _unreachable(error)
    if as_json:
        click.echo(json.dumps(report, indent=2))
    else:
        print_page(report, Console(highlight=False))
    sys.exit(EXITS[report["light"]])


def _report(settings: Settings, *, is_checking: bool) -> dict[str, Any]:
    with open_database(settings) as database:
        database.ensure_ready()
        if is_checking:
            _check(database)
        notes = read_notes(database)
        seen = _with_seldom(look(database, notes=notes), database, settings, notes)
    return {**as_report(seen), "undelivered": dict(notes.undelivered)}


def _with_seldom(seen: Installation, database: Database, settings: Settings, notes: Notes) -> Installation:
    """What a worker looked at lately, or else is looked at now."""
    if seen.seldom is not None and (notes.at - seen.seldom.at).total_seconds() < EVERY_S:
        return seen
    return replace(seen, seldom=look_seldom(database, settings.store_url, notes.at))


def _check(database: Database) -> None:
    notes = read_notes(database)
    if notes.schema is None or (notes.at - notes.schema.at).total_seconds() >= CHECKED_S:
        sentences = [one.sentence for one in check(database)]
        note(database, "schema", {"differences": len(sentences), "first": sentences[:SHOWN]})


def _unreachable(error: CourseCrafterError) -> dict[str, Any]:
    """What is said of an installation that cannot be looked at."""
    finding = Finding(error.code, error.code, Severity.ALARM, error.message, error.remedy)
    return {"light": "red", "findings": [finding_as_json(finding)]}
