"""`coursecrafter worker`: work on the queue, beside other workers on this machine or others."""

from __future__ import annotations

import signal
import socket
from dataclasses import replace
from threading import Event

import click

from coursecrafter import __version__
from coursecrafter.background.runner import Background
from coursecrafter.config import load_queue_settings, load_settings
from coursecrafter.db.session import open_database
from coursecrafter.logs import set_up_logging
from coursecrafter.observe.figures import make_registry
from coursecrafter.observe.metrics_server import load_metrics_settings, telling_figures
from coursecrafter.telemetry import start_telemetry, stop_telemetry
from coursecrafter.watchdog.telling import InstallationFigures

SLOTS = click.IntRange(0, 256)


@click.command()
@click.option("--name", help="What others call this worker; else the machine's name.")
@click.option("--renders", type=SLOTS, help="Renders at once; else COURSECRAFTER_RENDERS.")
@click.option("--calls", type=SLOTS, help="Calls that somebody waits for, at once; else COURSECRAFTER_CALLS.")
def worker(name: str | None, renders: int | None, calls: int | None) -> None:
    """Work on the queue until told to stop; then end or hand over what is under way."""
    settings = load_settings()
    queue = load_queue_settings(settings.workers)
    queue = replace(
        queue,
        renders=queue.renders if renders is None else renders,
        calls=queue.calls if calls is None else calls,
    )
    name = name or socket.gethostname()
    set_up_logging(worker=name)
    told = Event()
    for sign in (signal.SIGTERM, signal.SIGINT):
        signal.signal(sign, lambda *_: told.set())
    start_telemetry("coursecrafter-worker")
    installation = InstallationFigures()
    with (
        telling_figures(load_metrics_settings(), make_registry(installation)),
        open_database(settings) as database,
    ):
        database.ensure_ready()
        installation.watch(database)
        background = Background(settings, database, queue=queue, name=name)
        click.echo(f"Course Crafter {__version__}, worker {name}.")
        click.echo(f"At once: {queue.renders} renders, {queue.calls} calls that somebody waits for.")
        click.echo("Ctrl-C stops it.")
        try:
            while not told.wait(1.0) and background.is_working:
                pass
        finally:
            background.close()
    stop_telemetry()
    click.echo("Stopped. What was under way goes on elsewhere, or at the next start.")
