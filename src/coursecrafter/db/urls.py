"""Addresses of one database: as the application, as a worker, as its administrator."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa


@dataclass(frozen=True, slots=True)
class DatabaseUrls:
    """How to reach one database.

    Attributes:
        app, worker: logins that may act as `cc_app` and as `cc_worker`.
        admin: a login that may act as `cc_owner` and sees every row.
    """

    app: sa.URL
    worker: sa.URL
    admin: sa.URL


def read_url(url: str) -> sa.URL:
    """A PostgreSQL URL as people write it, with the driver that we use."""
    return sa.make_url(url).set(drivername="postgresql+psycopg")


def socket_url(folder: Path, role: str, password: str, database: str) -> sa.URL:
    """A URL over a Unix socket."""
    return sa.URL.create(
        "postgresql+psycopg", username=role, password=password, database=database, query={"host": str(folder)}
    )
