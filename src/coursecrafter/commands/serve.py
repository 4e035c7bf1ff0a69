"""`coursecrafter serve`: the HTTP service, with its background work inside."""

from __future__ import annotations

import signal
import socket
from collections.abc import Callable
from contextlib import suppress
from types import FrameType

import click
import uvicorn

from coursecrafter import __version__
from coursecrafter.accounts.invitations import first_administrator_link
from coursecrafter.accounts.links import invitation_link
from coursecrafter.accounts.settings import load_account_settings
from coursecrafter.api.app import make_app
from coursecrafter.api.metrics import ServiceFigures
from coursecrafter.api.opening import open_site
from coursecrafter.api.probes import Look
from coursecrafter.api.site import Site
from coursecrafter.config import Settings, load_service_settings, load_settings
from coursecrafter.errors import RequestError
from coursecrafter.logs import set_up_logging
from coursecrafter.observe.metrics_server import load_metrics_settings, telling_figures
from coursecrafter.telemetry import start_telemetry, stop_telemetry
from coursecrafter.watchdog.telling import InstallationFigures
from coursecrafter.wiring import LOCAL_ORGANISATION

GRACE_S = 20
"""How long calls under way may still take once the service is to stop."""

SHOWN_AS = {"127.0.0.1": "localhost", "0.0.0.0": "localhost", "::1": "localhost", "::": "localhost"}  # noqa: S104 - what people type


class AddressTaken(RequestError):
    """The service cannot listen where it was told to."""

    code = "CC-0038"
    status = 500
    remedy = "Stop what listens there, or name another address with --host and --port."


class _Server(uvicorn.Server):
    """Says that it listens once it does, and lets streams end when it is to stop."""

    def __init__(self, config: uvicorn.Config, site: Site, say: Callable[[], None]) -> None:
        super().__init__(config)
        self.site = site
        self.say = say

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.say()

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        self.site.stopping.set()
        super().handle_exit(sig, frame)


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen at; 0.0.0.0 for all.")
@click.option("--port", default=8400, show_default=True, type=click.IntRange(1, 65535), help="Port to listen at.")
@click.option(
    "--worker/--no-worker", "is_working", default=True, show_default=True, help="Whether it works on the queue too."
)
def serve(host: str, port: int, *, is_working: bool) -> None:
    """Serve the API, with its pages at /cc/docs."""
    settings = load_settings()
    service = load_service_settings(settings.home, f"http://{_shown(host)}:{port}")
    set_up_logging()
    metrics = load_metrics_settings()
    installation = InstallationFigures()
    figures = ServiceFigures(installation)
    # From here on the service manager's way to say stop is the terminal's: what is open is closed.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with (
        listening(host, port) as listener,
        telling_figures(metrics, figures.registry),
        suppress(KeyboardInterrupt),
    ):
        start_telemetry("coursecrafter-api")
        click.echo("Starting …")
        with open_site(settings, service, load_account_settings(), is_working=is_working) as site:
            installation.watch(site.database)
            config = uvicorn.Config(
                make_app(
                    site,
                    figures=figures if metrics.is_on else None,
                    is_telling_figures=metrics.is_beside_api,
                    looks=_looks(site),
                ),
                log_config=None,
                log_level="warning",
                access_log=False,
                server_header=False,
                timeout_graceful_shutdown=GRACE_S,
            )
            _Server(config, site, lambda: _say_start(site, settings)).run(sockets=[listener])
    stop_telemetry()
    click.echo("Stopped. What waits in the background goes on at the next start.")


def _looks(site: Site) -> dict[str, Look]:
    """What must be ready besides what every service needs: the worker, where there is one inside."""
    worker = site.background.worker
    return {} if worker is None else {"worker": lambda: worker.is_alive and worker.is_registered}


def listening(host: str, port: int) -> socket.socket:
    """A socket that is bound: whoever cannot have the address learns it before anything is opened.

    Raises:
        AddressTaken: CC-0038.
    """
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        listener = socket.socket(family, kind, protocol)
    except OSError as error:
        raise AddressTaken(f"There is no address “{host}” to listen at.", detail=str(error)) from error
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        # Two services may bind one port until the first of them listens.
        listener.listen()
    except OSError as error:
        listener.close()
        raise AddressTaken(f"Nothing can listen at {host}, port {port}: {error.strerror}.") from error
    return listener


def _say_start(site: Site, settings: Settings) -> None:
    """What whoever started it needs to know, in the order in which they need it."""
    url = site.service.public_url
    with site.database.accounts() as conn:
        token = first_administrator_link(conn, *LOCAL_ORGANISATION)
    click.echo(f"Course Crafter {__version__} is ready.")
    click.echo(f"  API, with its pages   {url}/cc/docs")
    click.echo(f"  Database and files    {settings.home}")
    if token is not None:
        click.echo("Nobody can sign in yet. This link makes you the first administrator; it works once, for 7 days:")
        click.echo(f"  {invitation_link(url, token)}")
    click.echo("Ctrl-C stops it.")


def _shown(host: str) -> str:
    """A host as it stands in an address that people open."""
    named = SHOWN_AS.get(host, host)
    return f"[{named}]" if ":" in named else named
