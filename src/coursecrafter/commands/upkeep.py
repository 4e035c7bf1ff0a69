"""`coursecrafter upkeep`: throw away what nothing uses any more, and what is old in the logs."""

from __future__ import annotations

from collections.abc import Mapping

import click

from coursecrafter.config import load_settings, load_upkeep_settings
from coursecrafter.db.session import open_database
from coursecrafter.upkeep.sweep import run_upkeep
from coursecrafter.watchdog.notes import note

LINES = (
    ("laid_aside", "files that nothing uses, laid aside"),
    ("removed", "files laid aside before, removed"),
    ("brought_back", "files laid aside before, brought back"),
    ("leftovers", "leftovers of uploads, removed"),
    ("given_up", "uploaded files that count no longer"),
    ("records", "results of steps, forgotten"),
    ("ai_calls", "calls to AI, forgotten"),
    ("events", "events without content, forgotten"),
    ("attempts", "calls to AI whose worker ended, closed"),
)
BYTES = {"leftovers": "leftover_bytes"}


@click.command()
@click.option("--dry-run", "is_trial", is_flag=True, help="Only say what would go.")
def upkeep(*, is_trial: bool) -> None:
    """Throw away files that nothing uses and what is old in the logs, in all organisations.

    It may run at any time, also while courses are built. Files go in two runs: the first lays them aside, a later one
    removes them.
    """
    settings, kept = load_settings(), load_upkeep_settings()
    with open_database(settings) as database:
        database.ensure_ready()
        gone = run_upkeep(database, settings, kept, is_trial=is_trial)
        if not is_trial:
            note(database, "collected", gone)
    for line in _told(gone):
        click.echo(line)
    if is_trial:
        click.echo("Nothing was changed.")


def _told(gone: Mapping[str, int]) -> list[str]:
    """A line for each kind: how many, how large, what."""
    sizes = {kind: gone.get(BYTES.get(kind, f"{kind}_bytes")) for kind, _ in LINES}
    return [
        f"{gone[kind]:>12,}  {'' if sizes[kind] is None else f'{sizes[kind]:,} bytes':<24}  {words}"
        for kind, words in LINES
    ]
