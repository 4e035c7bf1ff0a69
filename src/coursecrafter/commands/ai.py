"""`coursecrafter ai`: which providers of AI the installation may ask, for what, and whether they do it.

What is set here is the whole installation's; with `--org` it is that organisation's own. A key comes from the
environment or from standard input: what stands on a command line is read by everybody on the machine, and kept by the
shell.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from uuid import UUID

import click
import sqlalchemy as sa

from coursecrafter.commands.ai_money import budget_command, price_command, reseal_command, spending_command
from coursecrafter.commands.ai_options import options_of
from coursecrafter.commands.ai_test import test_command
from coursecrafter.commands.tables import columns, console
from coursecrafter.config import Settings, load_settings
from coursecrafter.db.organisations import find_organisation
from coursecrafter.db.refusals import NotFound
from coursecrafter.db.session import open_database
from coursecrafter.errors import CourseCrafterError, GatewayError
from coursecrafter.gateway.addresses import require_form
from coursecrafter.gateway.connections import (
    Provider,
    add_provider,
    change_provider,
    read_providers,
    remove_provider,
)
from coursecrafter.gateway.ports import OFFLINE, Connection, Kind, Mode
from coursecrafter.gateway.providers import registry
from coursecrafter.gateway.providers.voice_tables import PIPER_VOICE
from coursecrafter.gateway.routes import RouteEntry, read_routes, set_route
from coursecrafter.gateway.sealing import Keyring, load_keyring
from coursecrafter.wiring import Who

SPEECH_ONLY_VOICES = frozenset({"azure_speech"})
"""Protocols whose providers have voices and no models."""
NOTHING_YET = (
    "No provider of AI is connected. The offline provider does everything: it speaks, writes from the course's own"
    " texts, and draws, without key or network."
)
HOW = "Connect one with “coursecrafter ai connect”; docs/howto/connect-a-model.md shows how."


class KeyMissing(GatewayError):
    """A provider's key was to be read, and there is none."""

    code = "CC-0350"
    status = 422
    remedy = "Put the key into an environment variable and name it with --key-from-env, or pipe it in with --key-stdin."


class UnusableEntry(GatewayError):
    """An entry of a route does not say who is asked, or asks for what that provider does not do."""

    code = "CC-0351"
    status = 422
    remedy = "Give entries as PROVIDER/MODEL, such as openai/gpt-4o-mini-tts, or offline."


@click.group()
def ai() -> None:
    """Connect models and voices, say who is asked for what, and see what it costs."""


@ai.command("connect")
@click.argument("name")
@click.option("--protocol", type=click.Choice(list(registry.PROTOCOLS)), help="Which protocol it speaks.")
@click.option("--url", help="Its address, such as http://localhost:11434/v1; else the protocol's own.")
@click.option("--key-from-env", "variable", metavar="VAR", help="Read the key from this environment variable.")
@click.option("--key-stdin", is_flag=True, help="Read the key from standard input; asked for where that is a terminal.")
@click.option("--option", "pairs", multiple=True, metavar="NAME=VALUE", help="See “coursecrafter ai protocols”.")
@click.pass_obj
def connect_command(
    who: Who,
    name: str,
    protocol: str | None,
    url: str | None,
    variable: str | None,
    pairs: tuple[str, ...],
    *,
    key_stdin: bool,
) -> None:
    """Connect a provider under a NAME; one that is there already is changed."""
    key = _key(variable, key_stdin=key_stdin)
    settings = load_settings()
    with _administering(settings, who) as (conn, org_id):
        before = next((one for one in read_providers(conn, org_id) if one.name == name), None)
        spoken = _protocol(before, protocol)
        options = options_of(spoken, pairs, on="connection", may_be_private=org_id is None)
        if url:
            require_form(url, may_be_private=org_id is None)
        keyring = load_keyring(settings.home)
        if before is None:
            if registry.PROTOCOLS[spoken].needs_key and not key:
                raise KeyMissing(f"A provider with the protocol {spoken} needs a key.")
            made = add_provider(
                conn, keyring, org_id=org_id, name=name, protocol=spoken, base_url=url or "", key=key, options=options
            )
        else:
            changed = {**before.options, **options} if options else None
            made = change_provider(
                conn, keyring, before.id, base_url=url, key=key or None, options=changed, is_enabled=True
            )
        _note_voices(conn, keyring, made, key)
    where = made.base_url or registry.PROTOCOLS[made.protocol].base_url or "its region's address"
    click.echo(f"{made.name} is connected: {made.protocol} at {where}, {'with' if made.has_key else 'without'} a key.")
    kind = next(kind for kind in Kind if kind in registry.PROTOCOLS[made.protocol].serves)
    example = made.name if made.protocol in SPEECH_ONLY_VOICES else f"{made.name}/MODEL"
    click.echo(f"Say what it is for: coursecrafter ai route {kind.value} {example}; then: coursecrafter ai test")


@ai.command("disconnect")
@click.argument("name")
@click.pass_obj
def disconnect_command(who: Who, name: str) -> None:
    """Forget a provider and its key; its entries go out of all routes."""
    with _administering(load_settings(), who) as (conn, org_id):
        provider = _find(read_providers(conn, org_id), name)
        used = [route for route in read_routes(conn, org_id) if any(one.provider == name for one in route.entries)]
        remove_provider(conn, provider.id)
    click.echo(f"{name} is forgotten, and its key with it.")
    for route in used:
        left = [entry.provider for entry in route.entries if entry.provider != name]
        click.echo(f"For {route.kind.value} ({route.mode.value}) is asked now: {', '.join(left) or 'offline'}.")


@ai.command("switch")
@click.argument("name")
@click.argument("state", type=click.Choice(["on", "off"]))
@click.pass_obj
def switch_command(who: Who, name: str, state: str) -> None:
    """Leave a provider out of all routes for a while, or take it in again."""
    settings = load_settings()
    with _administering(settings, who) as (conn, org_id):
        provider = _find(read_providers(conn, org_id), name)
        change_provider(conn, load_keyring(settings.home), provider.id, is_enabled=state == "on")
    click.echo(f"{name} is switched {state}.")


@ai.command("providers")
@click.pass_obj
def providers_command(who: Who) -> None:
    """List the providers that are connected."""
    with _administering(load_settings(), who) as (conn, org_id):
        found = read_providers(conn, org_id)
        routes = read_routes(conn, org_id)
    if not found:
        click.echo(f"{NOTHING_YET}\n{HOW}")
        return
    table = columns("Name", "Protocol", "Address", "Key", "Asked for", "State")
    for one in found:
        kinds = dict.fromkeys(r.kind.value for r in routes if any(entry.provider == one.name for entry in r.entries))
        address = one.base_url or registry.PROTOCOLS[one.protocol].base_url or str(one.options.get("region") or "")
        key = f"…{one.key_hint}" if one.key_hint else ("yes" if one.has_key else "none")
        table.add_row(one.name, one.protocol, address, key, ", ".join(kinds) or "–", "on" if one.is_enabled else "off")
    console().print(table)


@ai.command("protocols")
def protocols_command() -> None:
    """List the protocols: who speaks them, what they serve, and their options."""
    page = console()
    for name, facts in registry.PROTOCOLS.items():
        served = ", ".join(kind.value for kind in Kind if kind in facts.serves)
        page.print(f"\n[bold]{name}[/bold]: {facts.about}. Serves {served}.")
        table = columns("Option", "", "What it does")
        for option, told in facts.options.items():
            table.add_row(option, "|".join(told.choices) or told.kind, told.about)
        page.print(table)


@ai.command("route")
@click.argument("kind", type=click.Choice([kind.value for kind in Kind]))
@click.argument("entries", nargs=-1, metavar="ENTRY…")
@click.option("--mode", type=click.Choice([mode.value for mode in Mode]), default="standard", show_default=True)
@click.option(
    "--option", "pairs", multiple=True, metavar="[N:]NAME=VALUE", help="Of the Nth entry; without N of all but offline."
)
@click.option("--clear", is_flag=True, help="Have no list of one's own.")
@click.pass_obj
def route_command(
    who: Who, kind: str, entries: tuple[str, ...], mode: str, pairs: tuple[str, ...], *, clear: bool
) -> None:
    """Say who is asked for a KIND of thing, in order: entries are PROVIDER/MODEL, or offline.

    Where one fails, the next one is asked. The offline provider is asked only where the list names it.

    Text is for outlines, quizzes and whatever authors have edited, speech for voices, image for pictures, parse for
    pages of documents that are pictures. Nobody makes video yet.
    """
    if bool(entries) == clear:
        raise UnusableEntry("A route has at least one entry; --clear takes it away.")
    with _administering(load_settings(), who) as (conn, org_id):
        known = {one.name: one for one in (*read_providers(conn, None), *read_providers(conn, org_id))}
        parsed = [
            _entry(text, number, Kind(kind), known, pairs, is_own=org_id is not None)
            for number, text in enumerate(entries, 1)
        ]
        _require_numbers(pairs, len(parsed))
        set_route(conn, org_id=org_id, kind=Kind(kind), mode=Mode(mode), entries=parsed)
    if clear:
        click.echo(f"There is no list for {kind} ({mode}) any more.")
    else:
        click.echo(f"For {kind} ({mode}) is asked: {', then '.join(_shown(one) for one in parsed)}.")


@ai.command("routes")
@click.pass_obj
def routes_command(who: Who) -> None:
    """List who is asked for what."""
    with _administering(load_settings(), who) as (conn, org_id):
        routes = read_routes(conn, org_id)
        shared = read_routes(conn, None) if org_id is not None else ()
        # An organisation's own provider hides the installation's of the same name.
        known = {one.name: one for one in (*read_providers(conn, None), *read_providers(conn, org_id))}
    told = {(route.kind, route.mode, route.project_id): route for route in routes}
    table = columns("For", "Mode", "Asked, in order", "Set by")
    for route in told.values():
        place = "the installation" if org_id is None else "the organisation"
        whose = "a course" if route.project_id else place
        table.add_row(route.kind.value, route.mode.value, _asked(route.entries, known), whose)
    own = {route.kind for route in told.values() if route.project_id is None and route.mode is Mode.STANDARD}
    for route in shared:
        if route.kind not in own:
            table.add_row(route.kind.value, route.mode.value, _asked(route.entries, known), "the installation")
    standing = own | {route.kind for route in shared if route.mode is Mode.STANDARD}
    for kind in Kind:
        if kind not in standing and kind is not Kind.VIDEO:  # which nobody makes yet
            # Without a model nobody reads pages that are pictures.
            table.add_row(kind.value, Mode.STANDARD.value, "–" if kind is Kind.PARSE else OFFLINE.name, "nobody")
    console().print(table)


for command in (budget_command, price_command, reseal_command, spending_command, test_command):
    ai.add_command(command)


@contextmanager
def _administering(settings: Settings, who: Who) -> Iterator[tuple[sa.Connection, UUID | None]]:
    """The administrator's connection, and the organisation of --org; None: the whole installation."""
    with open_database(settings) as database:
        database.ensure_ready()
        with database.admin() as conn:
            yield conn, find_organisation(conn, who.organisation) if who.organisation else None


def _key(variable: str | None, *, key_stdin: bool) -> str:
    """The key, from where it was said to be; "" where nothing was said."""
    if variable and key_stdin:
        raise KeyMissing("The key is either in the environment or on standard input.")
    if variable:
        key = os.environ.get(variable, "").strip()
        if not key:
            raise KeyMissing(f"The environment variable {variable} is empty or not set.")
        return key
    if not key_stdin:
        return ""
    key = str(click.prompt("Key", hide_input=True)) if sys.stdin.isatty() else sys.stdin.readline()
    if not key.strip():
        raise KeyMissing("There is no key on standard input.")
    return key.strip()


def _protocol(before: Provider | None, protocol: str | None) -> str:
    if before is None:
        if protocol is None:
            raise UnusableEntry("A new provider needs its --protocol; “coursecrafter ai protocols” lists them.")
        return protocol
    if protocol not in {None, before.protocol}:
        raise UnusableEntry(f"{before.name} speaks {before.protocol}; disconnect it to connect another one.")
    return before.protocol


def _note_voices(conn: sa.Connection, keyring: Keyring, made: Provider, key: str) -> None:
    """Remember the voices of a server whose voices no table knows; one that is not up is asked by nobody."""
    if made.protocol != "openai_compatible" or "piper" not in f"{made.name} {made.base_url}".lower():
        return
    connection = Connection(
        made.id, made.name, made.protocol, made.base_url, key, made.options, may_be_private=made.org_id is None
    )
    try:
        listed = sorted(voice.id for voice in registry.list_voices(connection) if PIPER_VOICE.fullmatch(voice.id))
    except CourseCrafterError:
        click.echo("Its voices could not be read now: connect it again when it runs.")
        return
    if listed:
        change_provider(conn, keyring, made.id, options={**made.options, "listed_voices": listed})
        click.echo(f"It has {len(listed)} voices.")


def _find(providers: Sequence[Provider], name: str) -> Provider:
    found = next((one for one in providers if one.name == name), None)
    if found is None:
        raise NotFound(f"There is no provider “{name}”.")
    return found


def _entry(
    text: str, number: int, kind: Kind, known: Mapping[str, Provider], pairs: Sequence[str], *, is_own: bool
) -> RouteEntry:
    name, _, model = text.partition("/")
    if name == OFFLINE.name:
        return RouteEntry(OFFLINE.name, model)
    provider = known.get(name)
    if provider is None:
        raise NotFound(f"There is no provider “{name}”; “coursecrafter ai providers” lists them.")
    facts = registry.facts_of(provider.protocol)
    if kind not in facts.serves:
        raise UnusableEntry(f"{name} speaks {provider.protocol}, which does not serve {kind.value}.")
    if not model and provider.protocol not in SPEECH_ONLY_VOICES:
        raise UnusableEntry(f"The entry “{text}” names no model.")
    own = [pair for pair in (_numbered(pair, number) for pair in pairs) if pair]
    options = options_of(provider.protocol, own, on="route", may_be_private=not is_own)
    return RouteEntry(name, model, options)


def _numbered(pair: str, number: int) -> str:
    """The option if it is of this entry: one without a number is of every entry."""
    head, colon, rest = pair.partition(":")
    if colon and head.isascii() and head.isdigit():
        return rest if int(head) == number else ""
    return pair


def _require_numbers(pairs: Sequence[str], count: int) -> None:
    for pair in pairs:
        head, colon, _ = pair.partition(":")
        if colon and head.isascii() and head.isdigit() and not 1 <= int(head) <= count:
            raise UnusableEntry(f"The option “{pair}” is of entry {head}, and there are {count}.")


def _asked(entries: Sequence[RouteEntry], known: Mapping[str, Provider]) -> str:
    """A list's entries, and which of them nobody asks now."""
    off = {name for name, provider in known.items() if not provider.is_enabled}
    return ", ".join(f"{_shown(one)} (off)" if one.provider in off else _shown(one) for one in entries)


def _shown(entry: RouteEntry) -> str:
    return f"{entry.provider}/{entry.model}" if entry.model else entry.provider
