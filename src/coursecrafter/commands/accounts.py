"""`coursecrafter account`: links for people who cannot come in, by whoever administers this installation."""

from __future__ import annotations

import os

import click

from coursecrafter.accounts.invitations import invite_from_here
from coursecrafter.accounts.links import invitation_link, reset_link
from coursecrafter.accounts.resets import make_reset
from coursecrafter.config import load_settings
from coursecrafter.db.organisations import find_organisation
from coursecrafter.db.session import open_database
from coursecrafter.domain.roles import OrganisationRole
from coursecrafter.wiring import LOCAL_ORGANISATION, Who

DEFAULT_URL = "http://localhost:8400"


@click.group()
def account() -> None:
    """Look after accounts: a new password, an invitation."""


@account.command("reset")
@click.argument("address")
def reset_command(address: str) -> None:
    """Print a link by which the person with this e-mail ADDRESS sets a new password, within an hour."""
    with open_database(load_settings()) as database:
        database.ensure_ready()
        with database.accounts() as conn:
            token = make_reset(conn, address)
    click.echo(reset_link(_public_url(), token))


@account.command("invite")
@click.argument("address")
@click.option(
    "--role", type=click.Choice([role.value for role in OrganisationRole]), default="member", show_default=True
)
@click.pass_obj
def invite_command(who: Who, address: str, role: str) -> None:
    """Print a link by which the person with this e-mail ADDRESS joins the organisation of --org, within seven days."""
    with open_database(load_settings()) as database:
        database.ensure_ready()
        with database.admin() as admin:
            org_id = find_organisation(admin, who.organisation or LOCAL_ORGANISATION[1])
        with database.accounts() as conn:
            token = invite_from_here(conn, org_id, address, role)
    click.echo(invitation_link(_public_url(), token))


def _public_url() -> str:
    return os.environ.get("COURSECRAFTER_PUBLIC_URL") or DEFAULT_URL
