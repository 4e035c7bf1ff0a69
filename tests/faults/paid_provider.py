"""A voice and a reader of pages that charge, connected as an operator does: a provider of the installation, a route."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from coursecrafter.config import Settings
from coursecrafter.db.session import Database
from coursecrafter.gateway.connections import add_provider, remove_provider
from coursecrafter.gateway.ports import Kind
from coursecrafter.gateway.routes import RouteEntry, set_route
from coursecrafter.gateway.sealing import load_keyring
from faults.paid_server import PaidServer, open_paid_server
from providers.model_server import ModelServer, open_model_server

NAME = "paid"


@contextmanager
def open_paid_provider(database: Database, settings: Settings, waits_s: float = 0.0) -> Iterator[PaidServer]:
    """A server that speaks for money, which every course is spoken by while it is there."""
    with open_paid_server(waits_s) as paid:
        with database.admin() as conn:
            provider = add_provider(
                conn,
                load_keyring(settings.home),
                org_id=None,
                name=NAME,
                protocol="openai_compatible",
                base_url=f"{paid.url}/v1",
            )
            entry = RouteEntry(NAME, "tts-1", {"voices": {"*": "alloy"}})
            set_route(conn, org_id=None, kind=Kind.SPEECH, entries=[entry])
        try:
            yield paid
        finally:
            with database.admin() as conn:
                remove_provider(conn, provider.id)


@contextmanager
def open_page_reader(database: Database, settings: Settings) -> Iterator[ModelServer]:
    """A server that reads scanned pages for money, whichever course they are of."""
    with open_model_server() as models:
        models.answer_with({"paragraphs": ["Chalk is white."]})
        with database.admin() as conn:
            provider = add_provider(
                conn,
                load_keyring(settings.home),
                org_id=None,
                name="reader",
                protocol="openai_compatible",
                base_url=f"{models.url}/v1",
                key=models.key,
            )
            set_route(conn, org_id=None, kind=Kind.PARSE, entries=[RouteEntry("reader", "gpt-test", {})])
        try:
            yield models
        finally:
            with database.admin() as conn:
                remove_provider(conn, provider.id)
