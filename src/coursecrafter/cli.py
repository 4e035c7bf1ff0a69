"""The `coursecrafter` command."""

from __future__ import annotations

import json
import logging
import re
import sys
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Any

import click

from coursecrafter import __version__
from coursecrafter.authoring.deck_notes import ScriptSource
from coursecrafter.build.course import Built, build_course, describe
from coursecrafter.build.order import BUILD_ORDER, DEFAULT_PRIMARY, BuildOrder
from coursecrafter.commands.accounts import account
from coursecrafter.commands.courses import course
from coursecrafter.commands.look_options import chosen_look, look_options
from coursecrafter.commands.organisations import org as organisations
from coursecrafter.commands.upkeep import upkeep
from coursecrafter.config import load_settings
from coursecrafter.db.commands import db
from coursecrafter.doctor import Part, examine
from coursecrafter.domain.course import Engine
from coursecrafter.errors import CourseCrafterError, RequestError
from coursecrafter.progress import BuildProgress
from coursecrafter.wiring import Who, open_workshop

log = logging.getLogger("coursecrafter")
LAZY = ("ai", "plan", "serve", "status", "voices", "worker")


class BadOrder(RequestError):
    """An option of the command cannot be used as it stands."""

    code = "CC-0002"
    remedy = "Correct the option that the message names."


class LazyCommands(click.Group):
    """A group that imports what is large only when it is asked for: it would slow every other command."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """All names, in order."""
        return sorted([*super().list_commands(ctx), *LAZY])

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of that name."""
        if cmd_name not in LAZY:
            return super().get_command(ctx, cmd_name)
        command: click.Command = getattr(import_module(f"coursecrafter.commands.{cmd_name}"), cmd_name)
        return command


@click.group(cls=LazyCommands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="coursecrafter")
@click.option("--verbose", is_flag=True, help="Show details of errors: paths, tool output.")
@click.option("--org", envvar="COURSECRAFTER_ORG", help="Work in this organisation, by its short name.")
@click.option("--as", "person", envvar="COURSECRAFTER_AS", help="Work as this person, by e-mail address.")
@click.pass_context
def cli(context: click.Context, org: str | None, person: str | None, *, verbose: bool) -> None:
    """Course Crafter: a PowerPoint deck goes in, a whole course comes out."""
    context.obj = Who(org or None, person or None)
    level = logging.DEBUG if verbose else logging.CRITICAL
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s")
    # A program that calls a command and goes on would hear of nothing any more.
    context.call_on_close(partial(log.setLevel, log.level))
    log.setLevel(level)


for command in (account, course, db, organisations, upkeep):
    cli.add_command(command)

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@cli.command()
@click.argument("deck", type=FILE)
@click.option("--video", "film", type=FILE, help="MP4 of the same deck: its own frames become the picture.")
@click.option("--doc", "documents", type=FILE, multiple=True, help="A document beside the deck (PDF, DOCX, TXT, MD).")
@click.option("--name", help="The course's name; else the deck's title.")
@click.option("--code", help="A short code such as HRA-101; the same code builds the same course again.")
@click.option("--voice", help="A voice profile such as en_male_neutral_1; `coursecrafter voices` lists them.")
@click.option("--brand-color", default=DEFAULT_PRIMARY, show_default=True, help="The brand's colour, #rrggbb.")
@click.option("--engines", default=",".join(BUILD_ORDER), show_default=True, help="Which engines, by comma.")
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), default=Path("out"), show_default=True)
@click.option(
    "--script", type=click.Choice(["screen", "notes"]), help="What is spoken; else as the course was last built."
)
@click.option("--notes", type=FILE, help="What is said over an MP4 that has no deck (TXT, MD, DOCX, VTT, SRT).")
@look_options
@click.option("--json", "as_json", is_flag=True, help="Print what was made as JSON; progress is left out.")
@click.pass_obj
def build(
    who: Who,
    /,
    deck: Path,
    film: Path | None,
    documents: tuple[Path, ...],
    name: str | None,
    code: str | None,
    voice: str | None,
    brand_color: str,
    engines: str,
    out: Path,
    script: str | None,
    notes: Path | None,
    *,
    as_json: bool,
    **looks: Any,
) -> None:
    """Build a whole course from a PowerPoint DECK, or from an MP4 that has no deck."""
    chosen, look = _engines(engines), chosen_look(**looks)
    order = BuildOrder(
        deck=deck,
        out=out.absolute(),
        film=film,
        documents=documents,
        name=_text(name),
        code=_text(code),
        voice=voice,
        brand_color=_color(brand_color),
        engines=chosen,
        script=ScriptSource(script) if script else None,
        effects=look.effects,
        shapes=look.shapes,
        music=look.music,
        notes=notes,
    )
    if order.is_film_alone and film:
        raise BadOrder("--video takes the film of a deck, and what is to be built is a film itself.")
    if notes and not order.is_film_alone:
        raise BadOrder("--notes is for an MP4 that has no deck; a deck has its own notes (--script notes).")
    with BuildProgress(is_quiet=as_json) as progress, open_workshop(load_settings(), progress, who) as shop:
        built = build_course(order, shop)
    if as_json:
        click.echo(json.dumps(describe(built), indent=2))
    else:
        _list_results(built, order)


@cli.command()
@click.option("--json", "as_json", is_flag=True, help="Print the findings as JSON.")
def doctor(*, as_json: bool) -> None:
    """Say what is there, in which version, and what each missing part costs."""
    parts = examine(load_settings())
    if as_json:
        click.echo(json.dumps([part.to_json() for part in parts], indent=2))
    else:
        for part in parts:
            click.echo(_line(part))
    if any(part.is_needed and not part.is_there for part in parts):
        sys.exit(1)


def main() -> None:
    """Run the command; an error that a person can act on is one sentence and its remedy."""
    try:
        cli(standalone_mode=False)
    except CourseCrafterError as error:
        log.debug("%s: %s", error.code, error.detail, exc_info=error)
        click.echo(f"{error.code}: {error.message} {error.remedy}", err=True)
        sys.exit(1)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except (click.Abort, KeyboardInterrupt):
        click.echo("Stopped. What is finished is kept; the same command goes on from there.", err=True)
        sys.exit(130)


def _engines(names: str) -> tuple[Engine, ...]:
    try:
        chosen = {Engine(name.strip().lower()) for name in names.split(",") if name.strip()}
    except ValueError as error:
        raise BadOrder(f"--engines takes e1, e2, e3 and e4, separated by commas, and got “{names}”.") from error
    if not chosen:
        raise BadOrder("--engines names no engine.")
    return tuple(engine for engine in BUILD_ORDER if engine in chosen)


def _color(color: str) -> str:
    if not re.fullmatch(r"#[0-9a-fA-F]{6}", color):
        raise BadOrder(f"--brand-color takes a colour such as #1f4e8c, and got “{color}”.")
    return color.lower()


def _text(value: str | None) -> str | None:
    """A name or code that can be shown and stored, or None."""
    if value is None:
        return None
    kept = " ".join("".join(c if c.isprintable() else " " for c in value).split())
    return kept.encode("utf-8", "ignore").decode() or None


def _list_results(built: Built, order: BuildOrder) -> None:
    for written in built.written:
        if written.item is not None:
            size = written.item.output.object.size_bytes
            click.echo(f"{size:>12,}  {_relative(order.out / written.path)}")
    made, reused = sum(built.made.values()), sum(built.reused.values())
    click.echo(f"\n{built.course.name}: {made} steps made, {reused} found, {built.seconds:.0f} s.")
    click.echo(f"Open {_relative(order.out / 'index.html')} to see everything.")


def _relative(path: Path) -> str:
    return str(path.relative_to(Path.cwd())) if path.is_relative_to(Path.cwd()) else str(path)


def _line(part: Part) -> str:
    mark = "✓" if part.is_there else ("✗" if part.is_needed else "–")
    state = part.version if part.is_there else f"missing: {part.cost}"
    return f"{mark} {part.name:<28} {state}"
