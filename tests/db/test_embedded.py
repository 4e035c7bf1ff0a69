"""The embedded server: made by the first, shared by all, stopped by the last, whoever they run as."""

from __future__ import annotations

import os
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import psycopg
import pytest
import sqlalchemy as sa

from coursecrafter.db.embedded import open_embedded, remove_embedded
from coursecrafter.db.instance import SYSTEM_FOLDER, DatabaseDiskFull, DatabaseNotStarted, find_instance
from coursecrafter.db.urls import DatabaseUrls

SRC = Path(__file__).parents[2] / "src"
IS_ROOT = os.geteuid() == 0
ONLY_ROOT = pytest.mark.skipif(not IS_ROOT, reason="only root can become another user or mount")
USER = """
import sys
from pathlib import Path
from coursecrafter.db.embedded import open_embedded
with open_embedded(Path(sys.argv[1])) as urls:
    print(urls.admin.render_as_string(hide_password=False), flush=True)
    sys.stdin.read()
"""


@pytest.fixture(scope="module")
def made() -> Iterator[Path]:
    """A home with a database that is made and stopped, for copies: making one takes longer than all else."""
    with tempfile.TemporaryDirectory(prefix="cc-made-") as folder:
        Path(folder).chmod(0o755)
        with open_embedded(Path(folder)):
            pass
        # Copies need not survive a power cut.
        with (find_instance(Path(folder) / "postgresql", 18).data / "postgresql.auto.conf").open("a") as settings:
            settings.write("fsync = off\n")
        yield Path(folder)


@pytest.fixture
def home(made: Path) -> Iterator[Path]:
    """A home whose database is made and does not run."""
    with tempfile.TemporaryDirectory(prefix="cc-home-") as folder:
        Path(folder).chmod(0o755)
        subprocess.run(["cp", "-a", str(made), f"{folder}/home"], check=True)
        yield Path(folder) / "home"


@pytest.fixture
def new_home() -> Iterator[Path]:
    """A home that does not exist yet, in a folder that only its owner enters; its data are removed afterwards."""
    with tempfile.TemporaryDirectory(prefix="cc-home-") as folder:
        path = Path(folder) / "home"
        yield path
        if (path / "postgresql").exists():
            remove_embedded(path)


@contextmanager
def another_process(home: Path, *, python: str = sys.executable, **options: object) -> Iterator[subprocess.Popen[str]]:
    """A process that uses the server until its input ends."""
    with subprocess.Popen(
        [python, "-c", USER, str(home)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, **options
    ) as process:
        yield process


def wait_until_open(process: subprocess.Popen[str]) -> str:
    """The address it was given."""
    assert process.stdout is not None
    url = process.stdout.readline().strip()
    assert url
    return url


def does_run(home: Path) -> bool:
    return (find_instance(home / "postgresql", 18).data / "postmaster.pid").exists()


def ask(url: sa.URL, question: str) -> object:
    with psycopg.connect(url.set(drivername="postgresql").render_as_string(hide_password=False)) as connection:
        return connection.execute(question).fetchone()[0]


def started_at(urls: DatabaseUrls) -> object:
    return ask(urls.admin, "SELECT pg_postmaster_start_time()")


@pytest.mark.parametrize("version", [16, 18])
def test_it_is_made_once_and_found_again(new_home: Path, version: int) -> None:
    with open_embedded(new_home, version) as urls:
        ask(urls.admin, "SELECT set_config('x.y', '1', false)")
        number = ask(urls.admin, "SELECT system_identifier FROM pg_control_system()")
    stopped = does_run(new_home)
    with open_embedded(new_home) as urls:
        again = ask(urls.admin, "SELECT system_identifier FROM pg_control_system()")
        found_version = ask(urls.admin, "SELECT current_setting('server_version_num')::int / 10000")

    remove_embedded(new_home)

    assert stopped is False
    assert again == number
    assert found_version == version


def test_the_last_to_leave_stops_it(home: Path) -> None:
    with open_embedded(home) as urls:
        begun = started_at(urls)
        with another_process(home) as other:
            wait_until_open(other)
    still_runs = False
    with another_process(home) as other:
        wait_until_open(other)
        with open_embedded(home) as urls:
            second = started_at(urls)
        still_runs = does_run(home)

    assert still_runs
    assert second != begun
    assert not does_run(home)


def test_an_inner_use_does_not_stop_an_outer_one(home: Path) -> None:
    with open_embedded(home) as outer:
        with open_embedded(home) as inner:
            same = started_at(inner) == started_at(outer)

        assert same
        assert started_at(outer)
    assert not does_run(home)


def test_a_killed_process_holds_nobody_up(home: Path) -> None:
    with another_process(home) as killed:
        wait_until_open(killed)
        killed.send_signal(signal.SIGKILL)
        killed.wait(timeout=30)
    left_running = does_run(home)

    with open_embedded(home) as urls:
        assert started_at(urls)

    assert left_running
    assert not does_run(home)


def test_many_processes_at_once_start_one_server(home: Path) -> None:
    with ExitStack() as stack:
        processes = [stack.enter_context(another_process(home)) for _ in range(4)]
        addresses = {wait_until_open(process) for process in processes}

    assert len(addresses) == 1
    assert {process.returncode for process in processes} == {0}
    assert not does_run(home)


def test_it_starts_after_power_loss(home: Path) -> None:
    """Also where the number in the pid file belongs to another program of the same user by now."""
    with another_process(home) as other:
        wait_until_open(other)
        instance = find_instance(home / "postgresql", 18)
        pid_file = instance.data / "postmaster.pid"
        lines = pid_file.read_text().splitlines()
        other.kill()
        os.kill(int(lines[0]), signal.SIGKILL)
    wait_until_gone(int(lines[0]))
    sleeper = subprocess.Popen(["sleep", "60"], **instance.account.options())
    try:
        pid_file.write_text("\n".join([str(sleeper.pid), *lines[1:]]) + "\n")

        with open_embedded(home) as urls:
            assert started_at(urls)
    finally:
        sleeper.kill()
        sleeper.wait()


def wait_until_gone(server: int) -> None:
    """A dead server's children see it and go: within moments, on a machine with much else to do within seconds."""
    for _ in range(1200):
        listed = subprocess.run(["ps", "-eo", "sid=,stat="], capture_output=True, text=True, check=True).stdout
        if not any(sid == str(server) and state[0] != "Z" for sid, state in map(str.split, listed.splitlines())):
            return
        time.sleep(0.05)
    raise AssertionError(server)


def test_an_interrupted_making_leaves_nothing_in_the_way(new_home: Path) -> None:
    half = new_home / "postgresql" / "new" / "data"
    half.mkdir(parents=True)
    (half / "PG_VERSION").write_text("18\n")

    with open_embedded(new_home) as urls:
        assert started_at(urls)


def test_a_long_home_with_marks_of_the_shell_is_only_a_name(new_home: Path) -> None:
    odd = new_home / ("$(touch pwned) `id` \"q' ü;" + "x" * 120)

    with open_embedded(odd) as urls:
        folder = str(urls.admin.query["host"])
        assert started_at(urls)
    remove_embedded(odd)

    assert len(folder) < 100
    assert not Path("pwned").exists()


def test_nobody_else_gets_in(new_home: Path) -> None:
    """No permission is widened, the socket's folder is its owner's, and a password is asked for."""
    new_home.mkdir()
    new_home.chmod(0o700)
    modes = [stat.S_IMODE(folder.stat().st_mode) for folder in (new_home, new_home.parent)]

    with open_embedded(new_home) as urls:
        socket_folder = Path(str(urls.admin.query["host"]))
        assert stat.S_IMODE(socket_folder.stat().st_mode) == 0o700
        assert stat.S_IMODE((new_home / "postgresql" / "passwords.json").stat().st_mode) == 0o600
        assert ask(urls.admin, "SELECT current_setting('listen_addresses')") == ""
        with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
            ask(urls.admin.set(password="guess"), "SELECT 1")

    assert [stat.S_IMODE(folder.stat().st_mode) for folder in (new_home, new_home.parent)] == modes


@ONLY_ROOT
def test_as_root_the_server_runs_as_a_user_of_its_own(new_home: Path) -> None:
    with open_embedded(new_home):
        data = find_instance(new_home / "postgresql", 18).data
        owner = data.owner()
        pid = (data / "postmaster.pid").read_text().split()[0]
        runs_as = Path(f"/proc/{pid}").stat().st_uid

    assert owner == "coursecrafter-db"
    assert runs_as == data.stat().st_uid != 0


@ONLY_ROOT
def test_as_root_a_home_made_anew_does_not_find_the_old_rows(new_home: Path) -> None:
    """The data stand elsewhere then, in a folder that only the home's mark names."""
    first = new_home / "postgresql"
    first.mkdir(parents=True)
    place = find_instance(first, 18).place
    (first / "place").unlink()

    assert find_instance(first, 18).place != place
    assert place.parent == SYSTEM_FOLDER
    place.rmdir()


@ONLY_ROOT
def test_an_ordinary_user_runs_it_as_themselves() -> None:
    python = python_for_others()
    if python is None:
        pytest.skip("no Python here that another user can run, or a checkout that they cannot read")
    nobody = 65534
    with tempfile.TemporaryDirectory(prefix="cc-home-") as folder:
        os.chown(folder, nobody, nobody)
        site = Path(sa.__file__).parents[1]
        environment = {
            "PYTHONPATH": f"{SRC}{os.pathsep}{site}",
            "PYTHONDONTWRITEBYTECODE": "1",
            "PATH": "/usr/bin:/bin",
        }
        options = {"user": nobody, "group": nobody, "extra_groups": [], "cwd": "/", "env": environment}
        with another_process(Path(folder), python=python, **options) as process:
            wait_until_open(process)
            pid = (Path(folder) / "postgresql" / "data" / "postmaster.pid").read_text().split()[0]
            runs_as = Path(f"/proc/{pid}").stat().st_uid
        stopped = not (Path(folder) / "postgresql" / "data" / "postmaster.pid").exists()

    assert runs_as == nobody
    assert stopped


def python_for_others() -> str | None:
    """A Python of this version that user 65534 can start; none where they cannot read this checkout."""
    reads = f"open({str(SRC / 'coursecrafter' / '__init__.py')!r}).close()"
    name = f"python{sys.version_info.major}.{sys.version_info.minor}"
    for python in (sys.executable, f"/usr/bin/{name}", f"/usr/local/bin/{name}"):
        try:
            ended = subprocess.run([python, "-c", reads], user=65534, group=65534, cwd="/", check=False)
        except OSError:
            continue
        if ended.returncode == 0:
            return python
    return None


@ONLY_ROOT
@pytest.mark.parametrize("free_kb", [0, 12_000])
def test_a_full_disk_is_said_and_leaves_no_half_database(free_kb: int) -> None:
    with tempfile.TemporaryDirectory(prefix="cc-full-") as folder:
        mount = ["mount", "-t", "tmpfs", "-o", f"size={free_kb + 4}k,mode=755", "none", folder]
        if subprocess.run(mount, check=False).returncode:
            pytest.skip("no mounting here")
        try:
            (Path(folder) / "filler").write_bytes(bytes(4096))
            home = Path(folder) / "home"
            with pytest.raises(DatabaseDiskFull, match="CC-0015"), open_embedded(home):
                pass
            left = {path.name for path in (home / "postgresql").iterdir()}
        finally:
            subprocess.run(["umount", folder], check=True)

    assert not left & {"data", "new", "place"}


def test_a_broken_database_is_not_started_and_says_why(home: Path) -> None:
    with open_embedded(home):
        pass
    data = find_instance(home / "postgresql", 18).data
    shutil.rmtree(data / "global")

    with pytest.raises(DatabaseNotStarted) as refused, open_embedded(home):
        pass

    assert "global" in refused.value.detail


def test_a_home_that_is_a_file_is_refused(tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.write_text("not a folder")

    with pytest.raises(DatabaseNotStarted), open_embedded(home):
        pass
