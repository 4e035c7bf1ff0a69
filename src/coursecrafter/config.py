"""Settings of an installation, from the environment."""

from __future__ import annotations

import os
import secrets
import tempfile
from collections.abc import Mapping
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
class QueueSettings:
    """How much of the queue's work this machine takes, and how soon a worker that is silent is given up.

    Attributes:
        renders, calls: slots of this machine: renders, and work that somebody waits for, at once.
        renders_per_org: renders of one organisation at once, on all machines together; None: any number.
        renders_per_engine: the same by engine, as `{"e2": 4}`; an engine that is not named has no limit.
        lease_s: so long after its last heartbeat a worker's work goes to another one.
        grace_s: so long a worker that is told to stop may take to end or hand over its step.
        memory_mb, disk_mb: what the machine must have left before a step begins.
    """

    renders: int
    calls: int
    renders_per_org: int | None
    renders_per_engine: Mapping[str, int]
    lease_s: float
    grace_s: float
    memory_mb: int
    disk_mb: int


LEASE_S = 8
GRACE_S = 25
MEMORY_MB = 256
DISK_MB = 512


def load_queue_settings(workers: int, environment: dict[str, str] | None = None) -> QueueSettings:
    """Read COURSECRAFTER_RENDERS, _CALLS, _RENDERS_PER_ORG and _PER_ENGINE, _LEASE_S, _GRACE_S, _MEMORY_MB, _DISK_MB.

    Args:
        workers: steps that run at once; half as many renders run by default, since each has several.

    Raises:
        UnusableSetting: CC-0045.
    """
    env = dict(os.environ) if environment is None else environment
    slots = max(1, workers // 2)
    return QueueSettings(
        renders=_number(env, "COURSECRAFTER_RENDERS", slots, least=0),
        calls=_number(env, "COURSECRAFTER_CALLS", slots, least=0),
        renders_per_org=_number(env, "COURSECRAFTER_RENDERS_PER_ORG", 0, least=0) or None,
        renders_per_engine=_limits(env, "COURSECRAFTER_RENDERS_PER_ENGINE"),
        lease_s=_number(env, "COURSECRAFTER_LEASE_S", LEASE_S),
        grace_s=_number(env, "COURSECRAFTER_GRACE_S", GRACE_S),
        memory_mb=_number(env, "COURSECRAFTER_MEMORY_MB", MEMORY_MB, least=0),
        disk_mb=_number(env, "COURSECRAFTER_DISK_MB", DISK_MB, least=0),
    )


def _limits(env: dict[str, str], name: str) -> dict[str, int]:
    """Numbers by name, as in `e1=8 e2=4`.

    Raises:
        UnusableSetting: CC-0045.
    """
    found = {}
    for pair in env.get(name, "").replace(",", " ").split():
        engine, _, number = pair.partition("=")
        if engine not in {"e1", "e2", "e3", "e4"} or not (number.isascii() and number.isdigit()) or int(number) < 1:
            raise UnusableSetting(f"{name} takes numbers from 1 by engine, such as e1=8 e2=4.")
        found[engine] = int(number)
    return found


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
        secret=load_secret(home, env),
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


def load_secret(home: Path, environment: Mapping[str, str] | None = None) -> bytes:
    """The secret of the installation: COURSECRAFTER_SECRET, else that of this machine, made at its first start.

    It signs links and seals keys of providers, so all machines of an installation need the same one.
    """
    env = os.environ if environment is None else environment
    return (env.get("COURSECRAFTER_SECRET") or "").encode() or _own_secret(home)


def load_secrets(home: Path, environment: Mapping[str, str] | None = None) -> tuple[bytes, ...]:
    """The secret of the installation, then those it had before: COURSECRAFTER_OLD_SECRETS, parted by spaces.

    Where COURSECRAFTER_SECRET is set on a machine that had a secret of its own, that one is among the old ones.
    """
    env = os.environ if environment is None else environment
    current = load_secret(home, env)
    own = home / "secret.key"
    old = [one.encode() for one in env.get("COURSECRAFTER_OLD_SECRETS", "").split()]
    old += [own.read_bytes()] if own.exists() else []
    return (current, *dict.fromkeys(one for one in old if one != current))


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


@dataclass(frozen=True, slots=True)
class UpkeepSettings:
    """How long an installation keeps what it may throw away.

    Attributes:
        ai_calls_days: calls to AI that nothing names as its origin.
        events_days: events that tell nothing of content.
        collect_after_s: files that nothing uses, before they are laid aside, and again before they are removed.
    """

    ai_calls_days: int
    events_days: int
    collect_after_s: int


def load_upkeep_settings(environment: dict[str, str] | None = None) -> UpkeepSettings:
    """Read COURSECRAFTER_KEEP_AI_CALLS_DAYS, COURSECRAFTER_KEEP_EVENTS_DAYS and COURSECRAFTER_COLLECT_AFTER_H.

    Raises:
        UnusableSetting: CC-0045.
    """
    env = dict(os.environ) if environment is None else environment
    return UpkeepSettings(
        ai_calls_days=_number(env, "COURSECRAFTER_KEEP_AI_CALLS_DAYS", 365),
        events_days=_number(env, "COURSECRAFTER_KEEP_EVENTS_DAYS", 365),
        # At least an hour: a render's results are named by nothing until its step is done.
        collect_after_s=_number(env, "COURSECRAFTER_COLLECT_AFTER_H", 24) * 3600,
    )
