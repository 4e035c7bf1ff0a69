"""`coursecrafter org`: organisations and their people, by whoever administers this installation."""

from __future__ import annotations

import re

import click

from coursecrafter.config import load_settings
from coursecrafter.db.organisations import ensure_organisation, ensure_user, find_organisation, list_people
from coursecrafter.db.refusals import ValueRefused
from coursecrafter.db.session import open_database
from coursecrafter.domain.roles import OrganisationRole

SHORT_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,62}")
ADDRESS = re.compile(r"[^@\s]+@[^@\s]+")


@click.group()
def org() -> None:
    """Look after organisations: none of them sees anything of another."""


@org.command("add")
@click.argument("short_name")
@click.option("--name", help="What people call it; else the short name.")
@click.option("--owner", required=True, help="E-mail address of its first owner.")
def add_command(short_name: str, name: str | None, owner: str) -> None:
    """Add an organisation and its first owner; one that exists stays as it is."""
    slug = _require(SHORT_NAME, short_name, "A short name has small letters, digits and hyphens only, such as acme-uk.")
    address = _address(owner)
    with open_database(load_settings()) as database:
        database.ensure_ready()
        with database.admin() as admin:
            org_id = ensure_organisation(admin, name or slug, slug)
            ensure_user(admin, org_id, address, address.partition("@")[0], role=OrganisationRole.OWNER)
    click.echo(f"{slug} is there, and {address} belongs to it.")


@org.command("person")
@click.argument("short_name")
@click.argument("address")
@click.option("--name", help="What people call them; else the first part of the address.")
@click.option(
    "--role", type=click.Choice([role.value for role in OrganisationRole]), default="member", show_default=True
)
def person_command(short_name: str, address: str, name: str | None, role: str) -> None:
    """Add a person to an organisation; one who belongs to it already keeps their role."""
    email = _address(address)
    with open_database(load_settings()) as database:
        database.ensure_ready()
        with database.admin() as admin:
            org_id = find_organisation(admin, short_name)
            ensure_user(admin, org_id, email, name or email.partition("@")[0], role=role)
    click.echo(f"{email} belongs to {short_name}.")


@org.command("people")
@click.argument("short_name")
def people_command(short_name: str) -> None:
    """List the people of an organisation with their roles."""
    with open_database(load_settings()) as database:
        database.ensure_ready()
        with database.admin() as admin:
            people = list_people(admin, find_organisation(admin, short_name))
    for role, email, name in people:
        click.echo(f"{role:<8} {email:<40} {name}")


def _address(address: str) -> str:
    return _require(ADDRESS, address.lower(), "An address looks like ada@acme.example.")


def _require(shape: re.Pattern[str], value: str, sentence: str) -> str:
    if not shape.fullmatch(value) or not value.isprintable():
        raise ValueRefused(sentence)
    return value
