"""Settings of an installation, from the environment."""

from __future__ import annotations

import os
import secrets
import tempfile
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from coursecrafter.errors import RequestError


class UnusableSetting(RequestError):
    """A setting in the environment holds no number, or one that cannot be."""

    code = "CC-0045"
    remedy = "Correct the environment variable that the message names, or leave it out."


LONGEST_NUMBER = 12


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
    """Read COURSECRAFTER_HOME, COURSECRAFTER_STORE, DATABASE_URL, DATABASE_ADMIN_URL and COURSECRAFTER_WORKERS.

    Raises:
        UnusableSetting: CC-0045.
    """
    env = dict(os.environ) if environment is None else environment
    home = Path(env.get("COURSECRAFTER_HOME") or default_home()).expanduser().absolute()
    return Settings(
        home=home,
        store_url=env.get("COURSECRAFTER_STORE") or str(home / "store"),
        database_url=env.get("DATABASE_URL") or None,
        database_admin_url=env.get("DATABASE_ADMIN_URL") or env.get("DATABASE_URL") or None,
        workers=_number(env, "COURSECRAFTER_WORKERS", max(2, os.cpu_count() or 2)),
    )


def default_home() -> Path:
    """As root a fixed folder that the database's own user can reach; else the user's data folder."""
    if os.geteuid() == 0:
        return Path("/var/lib/coursecrafter")
    base = os.environ.get("XDG_DATA_HOME") or "~/.local/share"
    return Path(base).expanduser() / "coursecrafter"


@dataclass(frozen=True, slots=True)
class ServiceSettings:
    """How the HTTP service shows itself, and how much it lets in.

    Attributes:
        public_url: address under which browsers reach it, without a slash at the end; it decides which pages may send.
        cors_origins: other origins whose pages may call it; none by default.
        secret: signs links; the same on all machines of an installation.
        threads: calls that run at once, each with a connection to the database.
        calls_per_minute: of one caller; 0: no limit.
        quota_bytes: uploads that an organisation may keep unless it has a quota of its own; None: any number.
        upload_bytes: the largest single upload.
    """

    public_url: str
    cors_origins: tuple[str, ...]
    secret: bytes
    threads: int
    calls_per_minute: int
    quota_bytes: int | None
    upload_bytes: int


def load_service_settings(home: Path, public_url: str, environment: dict[str, str] | None = None) -> ServiceSettings:
    """Read COURSECRAFTER_PUBLIC_URL, _CORS_ORIGINS, _SECRET, _THREADS, _CALLS_PER_MINUTE, _QUOTA_MB and _UPLOAD_MB.

    Args:
        public_url: where it listens, for an installation that names no other address.

    Raises:
        UnusableSetting: CC-0045.
    """
    env = dict(os.environ) if environment is None else environment
    return ServiceSettings(
        public_url=(env.get("COURSECRAFTER_PUBLIC_URL") or public_url).rstrip("/"),
        cors_origins=tuple(env.get("COURSECRAFTER_CORS_ORIGINS", "").split()),
        secret=(env.get("COURSECRAFTER_SECRET") or "").encode() or _own_secret(home),
        threads=_number(env, "COURSECRAFTER_THREADS", 16),
        calls_per_minute=_number(env, "COURSECRAFTER_CALLS_PER_MINUTE", 6000, least=0),
        quota_bytes=_number(env, "COURSECRAFTER_QUOTA_MB", 0) << 20 if env.get("COURSECRAFTER_QUOTA_MB") else None,
        upload_bytes=_number(env, "COURSECRAFTER_UPLOAD_MB", 4096) << 20,
    )


def _number(env: dict[str, str], name: str, default: int, *, least: int = 1) -> int:
    """A whole number out of the environment.

    Raises:
        UnusableSetting: CC-0045.
    """
    text = env.get(name) or str(default)
    if not (text.isascii() and text.isdigit() and len(text) <= LONGEST_NUMBER and int(text) >= least):
        raise UnusableSetting(f"{name} takes a whole number from {least}.")
    return int(text)


def _own_secret(home: Path) -> bytes:
    """The secret of an installation on one machine, made at its first start."""
    home.mkdir(parents=True, exist_ok=True)
    path = home / "secret.key"
    if not path.exists():
        # Whole or absent: of two that start at once, both read what one of them wrote.
        descriptor, name = tempfile.mkstemp(dir=home)
        with os.fdopen(descriptor, "wb") as file:
            file.write(secrets.token_bytes(32))
        with suppress(FileExistsError):
            os.link(name, path)
        Path(name).unlink()
    return path.read_bytes()
