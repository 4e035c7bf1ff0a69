"""`coursecrafter plan`: what a course's renders will make again, how long that takes and what it costs."""

from __future__ import annotations

import json
from typing import Any

import click

from coursecrafter.background.estimates import estimate_render
from coursecrafter.commands.courses import find_course, open_shop
from coursecrafter.domain.course import Engine
from coursecrafter.wiring import Who

MOST_SHOWN = 4


@click.command()
@click.argument("which")
@click.option("--engine", type=click.Choice([str(one) for one in Engine]), help="Only this engine.")
@click.option("--json", "as_json", is_flag=True, help="Print it as JSON.")
@click.pass_obj
def plan(who: Who, which: str, engine: str | None, *, as_json: bool) -> None:
    """Say what the next renders of a course will make, how long that takes and what it costs; nothing is made.

    WHICH is the course's short code, id or name. Of what is there already nothing is made again.
    """
    with open_shop(who) as shop:
        with shop.database.app(shop.identity()) as conn:
            line = find_course(conn, shop, which)
        told = estimate_render(shop, line.id, engine=Engine(engine) if engine else None)
    if as_json:
        click.echo(json.dumps(told, indent=2))
        return
    click.echo(line.name)
    for step in told["steps"]:
        click.echo(_line(step))
    if not told["steps"]:
        click.echo("Nothing of the videos is to be made: everything is there.")
    if told["time_s"]:
        click.echo(f"About {told['time_s']:.0f} s, by the last renders.")
    click.echo(told["explanation"])


def _line(step: dict[str, Any]) -> str:
    shown = ", ".join(dict.fromkeys(step["places"][:MOST_SHOWN]))
    more = ", …" if step["count"] > MOST_SHOWN else ""
    return f"  {step['engine']}  {step['count']:>4} × {step['doing']:<24} {shown}{more}"
