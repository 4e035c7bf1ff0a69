"""One embedded server on disk: where it stands, whom it runs as, how it is made and run.

PostgreSQL refuses to run as root. Then it runs as a system user of our own, and where that user cannot reach the home,
the data and the socket stand in a fixed folder of ours, named by a mark in the home. No permission of a folder that is
not ours is ever touched. Only a Unix socket listens, in a folder that only its owner enters, and it asks for SCRAM
passwords even there.
"""

from __future__ import annotations

import hashlib
import json
import os
import pwd
import re
import secrets
import shutil
import subprocess
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from coursecrafter.db.binaries import Programs, find_programs, make_public_folder, make_runnable
from coursecrafter.errors import CourseCrafterError

SUPERUSER = "coursecrafter"
DATABASE = "coursecrafter"
LOGINS = (SUPERUSER, "cc_app", "cc_worker", "cc_admin")
SYSTEM_USER = "coursecrafter-db"
SYSTEM_FOLDER = Path("/var/lib/coursecrafter/db")
SOCKET_PATH_BYTES = 107  # the kernel's sun_path, less the final NUL
SOCKET_NAME = ".s.PGSQL.5432"
START_S = 300  # a start after power loss replays the log first
SETTINGS = (
    "listen_addresses=",
    "unix_socket_permissions=0700",
    "timezone=UTC",
    "shared_buffers=64MB",
    "logging_collector=on",
    "log_directory=log",
    "log_filename=server-%a.log",
    "log_truncate_on_rotation=on",
    "log_rotation_age=1d",
    "log_rotation_size=0",
)
CONNECTIONS = 200
"""A server and a few workers, each with its children; said at each start, so that homes made before get them too."""
OLDEST = 16
NO_SPACE = "No space left on device"


class DatabaseNotStarted(CourseCrafterError):
    """The embedded database could not be made or started."""

    code = "CC-0014"
    status = 503
    remedy = "Read the detail in the log, or set DATABASE_URL to a PostgreSQL server."


class DatabaseDiskFull(CourseCrafterError):
    """There is no room left for the database."""

    code = "CC-0015"
    status = 507
    retry = True
    remedy = "Free some space, or point COURSECRAFTER_HOME at a larger disk, and run the same command again."


@dataclass(frozen=True, slots=True)
class Account:
    """The user that the server runs as."""

    uid: int
    gid: int

    @property
    def is_ours(self) -> bool:
        """Whether it is the user of this process."""
        return self.uid == os.geteuid()

    def options(self) -> dict[str, Any]:
        """What makes a child process run as this user."""
        return {} if self.is_ours else {"user": self.uid, "group": self.gid, "extra_groups": []}

    def own(self, folder: Path) -> None:
        """Make a folder that only this user enters."""
        folder.mkdir(mode=0o700, exist_ok=True)
        if not self.is_ours:
            os.chown(folder, self.uid, self.gid)


@dataclass(frozen=True, slots=True)
class Instance:
    """One embedded server on disk.

    Attributes:
        place: holds `data`, the server's alone.
        socket_folder: where it listens.
        account: whom it runs as.
        programs: the version it runs.
        passwords: of the logins.
    """

    place: Path
    socket_folder: Path
    account: Account
    programs: Programs
    passwords: dict[str, str]

    @property
    def data(self) -> Path:
        """PostgreSQL's data folder."""
        return self.place / "data"

    def start(self) -> None:
        """Start the server and wait until it takes connections.

        Raises:
            DatabaseNotStarted: CC-0014.
            DatabaseDiskFull: CC-0015.
        """
        self._forget_stale_pid()
        self.account.own(self.socket_folder)
        # No character in it means anything to a shell: _socket_folder.
        options = f"-k {self.socket_folder} -c max_connections={CONNECTIONS}"
        code, said = self._run("pg_ctl", "start", "-w", "-t", str(START_S), "-o", options, data=self.data)
        if code != 0:
            _refuse("The database did not start.", said + self._log_tail())

    def stop(self) -> None:
        """Stop the server; transactions under way end, nothing that was committed is lost."""
        self._run("pg_ctl", "stop", "-w", "-m", "fast", "-t", "60", data=self.data)

    def make(self) -> None:
        """Make the data folder, whole or not at all.

        Raises:
            DatabaseNotStarted: CC-0014.
            DatabaseDiskFull: CC-0015.
        """
        fresh = self.place / "new"
        shutil.rmtree(fresh, ignore_errors=True)
        try:
            self.account.own(fresh)
            password_file = fresh / "password"
            write_private(password_file, self.passwords[SUPERUSER])
            if not self.account.is_ours:
                os.chown(password_file, self.account.uid, self.account.gid)
            code, said = self._run("initdb", *self._initdb_options(password_file), data=fresh / "data")
            if code != 0:
                _refuse("The database could not be made.", said)
            (fresh / "data").rename(self.data)
        finally:
            shutil.rmtree(fresh, ignore_errors=True)

    def _initdb_options(self, password_file: Path) -> Iterable[str]:
        yield from (f"--username={SUPERUSER}", f"--pwfile={password_file}", "--auth=scram-sha-256", "--encoding=UTF8")
        yield from ("--no-instructions", "--data-checksums")
        # Sorting by code point, on every machine alike; 18 has it built in, 16 takes the C library's.
        builtin = ("--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C")
        yield from ("--locale=C.UTF-8",) if self.programs.version == OLDEST else builtin
        for setting in SETTINGS:
            yield from ("--set", setting)

    def _run(self, name: str, *arguments: str, data: Path) -> tuple[int, str]:
        """Run a program of PostgreSQL as the server's user; give its exit code and what it said.

        The data folder goes by PGDATA: `pg_ctl -D` would hand it to a shell.
        """
        environment = {"PGDATA": str(data), "LC_ALL": "C", "PATH": "/usr/bin:/bin"}
        # A file, not a pipe: the server that pg_ctl leaves behind would hold a pipe open for ever.
        with tempfile.TemporaryFile() as said:
            ended = subprocess.run(
                [self.programs.path(name), *arguments],
                stdin=subprocess.DEVNULL,
                stdout=said,
                stderr=said,
                env=environment,
                cwd="/",
                check=False,
                timeout=START_S + 60,
                **self.account.options(),
            )
            said.seek(0)
            return ended.returncode, said.read().decode(errors="replace")

    def _forget_stale_pid(self) -> None:
        """Remove the files that hold the place for a server that is gone.

        After power loss PostgreSQL overwrites them unless a process of its own user has the number in them, whatever it
        is: in a container, where numbers start over, that is common. A killed server that no parent has collected yet
        has its number too. Nobody else starts this server meanwhile.
        """
        for held in (self.data / "postmaster.pid", self.socket_folder / f"{SOCKET_NAME}.lock"):
            try:
                number = int(held.read_text().split()[0])
            except (OSError, ValueError, IndexError):
                continue
            if not _is_server(number):
                held.unlink(missing_ok=True)

    def _log_tail(self) -> str:
        logs = sorted((self.data / "log").glob("*.log"), key=lambda path: path.stat().st_mtime)
        return logs[-1].read_text(errors="replace")[-2000:] if logs else ""


def _is_server(number: int) -> bool:
    """Whether a process of PostgreSQL runs under a number; one that ended and waits to be collected does not run."""
    try:
        program, state = Path(f"/proc/{number}/stat").read_text().rsplit(")", 1)
    except OSError:
        return False
    return program.endswith("(postgres") and state.split()[0] not in {"Z", "X"}


def find_instance(folder: Path, version: int) -> Instance:
    """Find or lay out the embedded server of a home.

    Args:
        folder: `postgresql` in the home; it exists.
        version: of a server that is yet to be made; a data folder keeps its own.
    """
    account = _account()
    place = _place(folder, account)
    made_with = place / "data" / "PG_VERSION"
    if made_with.exists():
        version = int(made_with.read_text())
    programs = find_programs(version)
    if not account.is_ours:
        programs = make_runnable(programs, account.uid)
    return Instance(place, _socket_folder(place), account, programs, _passwords(folder / "passwords.json"))


def marked_place(folder: Path) -> Path | None:
    """The folder that a home's mark names, if its data stand elsewhere."""
    mark = folder / "place"
    return Path(mark.read_text()) if mark.exists() else None


def write_private(path: Path, content: str) -> None:
    """Write a file that only its owner reads, whole or not at all."""
    fresh = path.with_name(f"{path.name}.new")
    fresh.unlink(missing_ok=True)
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(content)
    fresh.rename(path)


def _account() -> Account:
    """This user; for root the system user, made if it is missing.

    Raises:
        DatabaseNotStarted: CC-0014.
    """
    if os.geteuid() != 0:
        return Account(os.geteuid(), os.getegid())
    try:
        entry = pwd.getpwnam(SYSTEM_USER)
    except KeyError:
        command = ["useradd", "--system", "--user-group", "--no-create-home", "--home-dir", str(SYSTEM_FOLDER)]
        try:
            subprocess.run(
                [*command, "--shell", "/usr/sbin/nologin", SYSTEM_USER], check=True, capture_output=True, timeout=60
            )
            entry = pwd.getpwnam(SYSTEM_USER)
        except (OSError, subprocess.CalledProcessError, KeyError) as error:
            # Not nobody: parsers of strangers' files run as nobody.
            raise DatabaseNotStarted(
                f"PostgreSQL does not run as root, and its user {SYSTEM_USER} could not be made.", detail=str(error)
            ) from error
    return Account(entry.pw_uid, entry.pw_gid)


def _place(folder: Path, account: Account) -> Path:
    """The home's own folder; where the server's user cannot enter that, a folder of ours that the home's mark names.

    Raises:
        DatabaseNotStarted: CC-0014.
    """
    marked = marked_place(folder)
    if marked is not None:
        return marked
    if account.is_ours:
        return folder
    folder.chmod(0o711)  # ours; its user passes through, and lists nothing
    if _can_enter(folder, account):
        return folder
    folder.chmod(0o700)
    name = hashlib.sha256(os.fsencode(folder)).hexdigest()[:8]
    # Not by the path alone: a home that was deleted and made again must not find the old one's rows.
    place = SYSTEM_FOLDER / f"{name}-{secrets.token_hex(4)}"
    make_public_folder(SYSTEM_FOLDER)
    place.mkdir()
    place.chmod(0o711)
    if not _can_enter(place, account):
        place.rmdir()
        raise DatabaseNotStarted(f"The database's user {SYSTEM_USER} cannot enter {SYSTEM_FOLDER}.")
    write_private(folder / "place", str(place))
    return place


def _can_enter(folder: Path, account: Account) -> bool:
    test = ["/bin/sh", "-c", 'test -x "$0"', str(folder)]
    return subprocess.run(test, check=False, timeout=30, cwd="/", **account.options()).returncode == 0


def _socket_folder(place: Path) -> Path:
    """A folder whose path a socket and a shell can take: in place, else a short one of ours."""
    folder = place / "run"
    is_short = len(os.fsencode(folder / SOCKET_NAME)) <= SOCKET_PATH_BYTES
    if is_short and re.fullmatch(r"[A-Za-z0-9/._-]+", str(folder)):
        return folder
    name = hashlib.sha256(os.fsencode(place)).hexdigest()[:12]
    short = Path(tempfile.gettempdir()) / f"coursecrafter-{os.geteuid()}-{name}"
    short.mkdir(mode=0o700, exist_ok=True)
    found = short.lstat()
    if found.st_uid not in {os.geteuid(), _account().uid} or found.st_mode & 0o077:
        raise DatabaseNotStarted("The folder for the database's socket belongs to somebody else.", detail=str(short))
    return short


def _passwords(path: Path) -> dict[str, str]:
    """The logins' passwords, made once."""
    if not path.exists():
        write_private(path, json.dumps({login: secrets.token_urlsafe(24) for login in LOGINS}))
    return dict(json.loads(path.read_text()))


def _refuse(sentence: str, detail: str) -> None:
    if NO_SPACE in detail:
        raise DatabaseDiskFull("The disk that holds the database is full.", detail=detail)
    raise DatabaseNotStarted(sentence, detail=detail)
