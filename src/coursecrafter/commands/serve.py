"""`coursecrafter serve`: the HTTP service, with its background work inside."""

from __future__ import annotations

import logging

import click
import uvicorn

from coursecrafter.accounts.invitations import first_administrator_link
from coursecrafter.accounts.settings import load_account_settings
from coursecrafter.api.app import make_app
from coursecrafter.api.opening import open_site
from coursecrafter.config import load_service_settings, load_settings
from coursecrafter.wiring import LOCAL_ORGANISATION

GRACE_S = 20
LONGEST_HEADER_WAIT_S = 15


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen at; 0.0.0.0 for all.")
@click.option("--port", default=8400, show_default=True, type=click.IntRange(1, 65535))
def serve(host: str, port: int) -> None:
    """Serve the API, with its pages at /cc/docs."""
    settings = load_settings()
    shown = "localhost" if host in {"127.0.0.1", "0.0.0.0", "::"} else host  # noqa: S104 - what people type
    service = load_service_settings(settings.home, f"http://{shown}:{port}")
    logging.getLogger("coursecrafter").setLevel(logging.INFO)
    with open_site(settings, service, load_account_settings()) as site:
        with site.database.accounts() as conn:
            token = first_administrator_link(conn, *LOCAL_ORGANISATION)
        click.echo(f"Course Crafter listens at {service.public_url}/cc/docs")
        if token is not None:
            click.echo(f"Nobody can sign in yet. Open this once, within a day: {service.public_url}/cc/welcome#{token}")
        config = uvicorn.Config(
            make_app(site),
            host=host,
            port=port,
            log_level="warning",
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=GRACE_S,
        )
        uvicorn.Server(config).run()
