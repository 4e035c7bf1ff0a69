"""Settings of an installation, from the environment."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Settings:
    """Where things are, and how much of the machine may be used.

    Attributes:
        home: folder of the embedded database and of the default store.
        store_url: folder or object store URL.
        database_url, database_admin_url: a PostgreSQL server; None: the embedded one.
        workers: steps that run at once.
    """

    home: Path
    store_url: str
    database_url: str | None
    database_admin_url: str | None
    workers: int


def load_settings(environment: dict[str, str] | None = None) -> Settings:
    """Read COURSECRAFTER_HOME, COURSECRAFTER_STORE, DATABASE_URL, DATABASE_ADMIN_URL and COURSECRAFTER_WORKERS."""
    env = dict(os.environ) if environment is None else environment
    home = Path(env.get("COURSECRAFTER_HOME") or default_home()).expanduser().absolute()
    return Settings(
        home=home,
        store_url=env.get("COURSECRAFTER_STORE") or str(home / "store"),
        database_url=env.get("DATABASE_URL") or None,
        database_admin_url=env.get("DATABASE_ADMIN_URL") or env.get("DATABASE_URL") or None,
        workers=int(env.get("COURSECRAFTER_WORKERS") or max(2, os.cpu_count() or 2)),
    )


def default_home() -> Path:
    """As root a fixed folder that the database's own user can reach; else the user's data folder."""
    if os.geteuid() == 0:
        return Path("/var/lib/coursecrafter")
    base = os.environ.get("XDG_DATA_HOME") or "~/.local/share"
    return Path(base).expanduser() / "coursecrafter"
