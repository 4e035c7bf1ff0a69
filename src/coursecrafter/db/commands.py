"""`coursecrafter db`: upgrade, check, lint and address of the database."""

from __future__ import annotations

import click

from coursecrafter.config import load_settings
from coursecrafter.db.check import check
from coursecrafter.db.lints import lint
from coursecrafter.db.session import open_database
from coursecrafter.db.upgrade import head_revision, require_current


@click.group()
def db() -> None:
    """Look after the database."""


@db.command("upgrade")
def upgrade_command() -> None:
    """Bring the database's schema to this version's, whole or not at all."""
    with open_database(load_settings()) as database:
        database.upgrade()
    click.echo(f"The schema is at {head_revision()}.")


@db.command("check")
@click.pass_context
def check_command(context: click.Context) -> None:
    """Compare the database with what the migrations make; exit with 1 if they differ."""
    with open_database(load_settings()) as database:
        differences = check(database)
    for difference in differences:
        click.echo(difference.sentence)
    if differences:
        context.exit(1)
    click.echo("The database is as the migrations make it.")


@db.command("lint")
@click.pass_context
def lint_command(context: click.Context) -> None:
    """Hold the schema against the rules that every schema of ours keeps; exit with 1 if one is broken."""
    with open_database(load_settings()) as database, database.admin() as connection:
        require_current(connection)  # nothing breaks no rule
        findings = lint(connection)
    for finding in findings:
        click.echo(f"{finding.rule}: {finding.sentence}")
    if findings:
        context.exit(1)
    click.echo("No rule is broken.")


@db.command("url")
@click.option("--role", type=click.Choice(["app", "worker", "admin"]), default="app", show_default=True)
@click.option("--hold", is_flag=True, help="Keep the embedded server running until Enter is pressed.")
def url_command(role: str, *, hold: bool) -> None:
    """Print the address for psql and other tools; it holds the password."""
    with open_database(load_settings()) as database:
        url = getattr(database.urls, role).set(drivername="postgresql")
        click.echo(url.render_as_string(hide_password=False))
        if hold:
            click.pause("The server runs until a key is pressed.", err=True)
