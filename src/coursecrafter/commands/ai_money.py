"""`coursecrafter ai budget`, `spending` and `price`: what calls may cost, have cost, and cost each."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from uuid import UUID

import click

from coursecrafter.authoring.codes import LIBRARY_CODE
from coursecrafter.authoring.overview import CourseLine, list_courses
from coursecrafter.commands.tables import columns, console
from coursecrafter.config import load_settings
from coursecrafter.db.organisations import ensure_organisation, find_organisation
from coursecrafter.db.refusals import NotFound
from coursecrafter.db.session import open_database
from coursecrafter.gateway.budgets import (
    PERIODS,
    Period,
    UnusableAmount,
    read_budget_states,
    read_prices,
    read_spending,
    remove_price,
    set_budget,
    set_price,
)
from coursecrafter.gateway.connections import read_providers, seal_again
from coursecrafter.gateway.ports import Connection
from coursecrafter.gateway.prices import Price, Rates, price_of
from coursecrafter.gateway.providers.registry import PROTOCOLS
from coursecrafter.gateway.sealing import KeyUnreadable, load_keyring
from coursecrafter.progress import BuildProgress
from coursecrafter.wiring import LOCAL_ORGANISATION, Who, open_workshop

NO_BUDGET = "none"


GONE_OR_HIDDEN = "one that is gone or not shared with you"
"""A course whose name whoever asks may not know; what it cost is the organisation's to know."""


@click.command("budget")
@click.argument("organisation")
@click.argument("amount", metavar="USD")
@click.option("--project", "course", metavar="CODE", help="Only of the course with this short code or id.")
@click.option("--period", type=click.Choice(PERIODS), default="month", show_default=True)
@click.option("--refuse-unknown", is_flag=True, help="Refuse calls whose price nobody knows.")
def budget_command(organisation: str, amount: str, course: str | None, period: Period, *, refuse_unknown: bool) -> None:
    """Set what the calls of an ORGANISATION may cost, in US dollars; “none” takes the budget away.

    The organisation cannot raise it. The one of this machine is called “local”.
    """
    limit_usd = None if amount == NO_BUDGET else _usd(amount)
    with open_database(load_settings()) as database:
        database.ensure_ready()
        with database.admin() as admin:
            if organisation == LOCAL_ORGANISATION[1]:
                ensure_organisation(admin, *LOCAL_ORGANISATION)
            org_id = find_organisation(admin, organisation)
            project_id = None
            if course is not None:
                lines = list_courses(admin, org_id, with_library=True)
                project_id = next((line.id for line in lines if course in {line.code, str(line.id)}), None)
                if project_id is None:
                    raise NotFound(f"{organisation} has no course “{course}”.")
            set_budget(
                admin,
                org_id=org_id,
                project_id=project_id,
                period=period,
                limit_usd=limit_usd,
                refuses_unknown=refuse_unknown,
                is_imposed=True,
            )
    whose = f"the course {course} of {organisation}" if course else organisation
    when = "in a month" if period == "month" else "in total"
    if limit_usd is None:
        click.echo(f"For {whose} there is no budget {when} any more.")
    else:
        click.echo(f"Calls for {whose} may cost {limit_usd:,.2f} USD {when}.")


@click.command("spending")
@click.pass_obj
def spending_command(who: Who) -> None:
    """Say what the calls of the organisation have cost, by month and course, and what is left of its budgets."""
    settings = load_settings()
    with (
        BuildProgress(is_quiet=True) as progress,
        open_workshop(settings, progress, who) as shop,
        shop.database.app(shop.identity()) as conn,
    ):
        names = {line.id: _called(line) for line in list_courses(conn, shop.author.org_id, with_library=True)}
        spent = read_spending(conn)
        budgets = [state for one in (None, *names) for state in read_budget_states(conn, one)]
    table = columns("Month", "Course", ">USD", ">Calls")
    for one in spent:
        course = "all" if one.project_id is None else names.get(one.project_id, GONE_OR_HIDDEN)
        table.add_row(one.month or "all", course, f"{one.spent_usd:,.4f}", f"{one.calls:,}")
    if spent:
        console().print(table)
    else:
        click.echo("Nothing was spent on AI yet.")
    if budgets:
        left = columns("Budget", "Course", ">Limit", ">Spent", ">Under way", ">Left")
        for state in dict.fromkeys(budgets):
            sums = (state.limit_usd, state.spent_usd, state.reserved_usd, state.left_usd)
            course = "all" if state.project_id is None else names.get(state.project_id, str(state.project_id))
            left.add_row(state.period, course, *(f"{amount:,.2f}" for amount in sums))
        console().print(left)


def _called(line: CourseLine) -> str:
    """A course's code or name; the project that holds samples and trials is called what it is."""
    return "the library" if line.code == LIBRARY_CODE else line.code or line.name


@click.command("price")
@click.argument("provider")
@click.argument("model")
@click.option("--input", "input_usd", metavar="USD", help="Per million tokens that are sent.")
@click.option("--cached-input", "cached_input_usd", metavar="USD", help="Per million that the provider remembers.")
@click.option("--output", "output_usd", metavar="USD", help="Per million tokens that are answered.")
@click.option("--characters", "characters_usd", metavar="USD", help="Per million characters that are spoken.")
@click.option("--image", "image_usd", metavar="USD", help="Per picture.")
@click.option("--minute", "minute_usd", metavar="USD", help="Per minute of sound or film.")
@click.option("--from", "valid_from", type=click.DateTime(["%Y-%m-%d"]), help="From this day on; else from today.")
@click.option("--source", default="set by hand", show_default=True, help="Where you have it from.")
@click.option("--remove", is_flag=True, help="Take the price of that day away.")
def price_command(
    provider: str,
    model: str,
    valid_from: datetime | None,
    source: str,
    *,
    remove: bool,
    **amounts: str | None,
) -> None:
    """Say what a MODEL of a PROVIDER costs, or set it with one of the options; “*” stands for all its models."""
    day = valid_from.date() if valid_from else datetime.now(UTC).date()
    sums = {name: None if text is None else _usd(text) for name, text in amounts.items()}
    with open_database(load_settings()) as database:
        database.ensure_ready()
        with database.admin() as admin:
            if remove:
                found = remove_price(admin, provider=provider, model=model, valid_from=day)
                click.echo("It is gone." if found else f"No price of {provider}/{model} begins on {day}.")
                return
            is_set = any(amount is not None for amount in sums.values())
            if is_set:
                rates = Rates(sums["input_usd"], sums["cached_input_usd"], sums["output_usd"])
                parts = (sums["characters_usd"], sums["image_usd"], sums["minute_usd"])
                price = Price(source, day, rates, (), *parts)
                set_price(admin, provider=provider, model=model, valid_from=day, price=price)
            known = next((one for one in read_providers(admin, None) if one.name == provider), None)
            overrides = read_prices(admin)
    connection = (
        Connection(known.id, known.name, known.protocol, known.base_url, "", known.options, may_be_private=True)
        if known
        else Connection(UUID(int=0), provider, provider, may_be_private=True)
    )
    click.echo(_told(provider, model, price_of(connection, model, day, overrides), day))
    if is_set and known is None and provider not in PROTOCOLS:
        click.echo(f"No provider of the installation is called “{provider}”; “coursecrafter ai providers” lists them.")


def _told(provider: str, model: str, price: Price | None, day: date) -> str:
    name = f"{provider}/{model}"
    if price is None:
        return f"Nobody knows what {name} costs on {day}: its calls count at a high, fixed amount."
    words = (
        (price.rates.input_usd, "per million tokens sent"),
        (price.rates.cached_input_usd, "per million remembered"),
        (price.rates.output_usd, "per million answered"),
        (price.characters_usd, "per million characters"),
        (price.image_usd, "per picture"),
        (price.minute_usd, "per minute"),
    )
    parts = [f"{amount.normalize():f} USD {unit}" for amount, unit in words if amount]
    told = f"{name} costs {', '.join(parts) or 'nothing'} ({price.source})."
    # Half a price would let a budget be passed: what is answered is the dearer half.
    is_half = price.rates.input_usd and price.rates.output_usd is None
    return f"{told} What it answers counts nothing, unless --output says its price." if is_half else told


def _usd(text: str) -> Decimal:
    try:
        return Decimal(text)
    except InvalidOperation as error:
        raise UnusableAmount(f"“{text}” is no amount of US dollars.") from error


@click.command("reseal")
def reseal_command() -> None:
    """Seal the keys of all providers with the secret in use, so that the old ones may go.

    The old secrets stand in COURSECRAFTER_OLD_SECRETS until then.
    """
    settings = load_settings()
    with open_database(settings) as database:
        database.ensure_ready()
        with database.admin() as admin:
            done = seal_again(admin, load_keyring(settings.home))
    click.echo(f"{done.sealed} keys were sealed anew.")
    if done.unreadable:
        raise KeyUnreadable(
            f"No secret opens the keys of {', '.join(done.unreadable)}: connect them again with their keys."
        )
