"""Where an embedded server stands, and what it is made of."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from coursecrafter.db import binaries, instance
from coursecrafter.db.binaries import PACKAGE, Programs, ProgramsMissing, find_programs, make_runnable
from coursecrafter.db.instance import DatabaseNotStarted, find_instance, write_private

ONLY_ROOT = pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user")
NOBODY = 65534


@pytest.fixture
def public() -> Iterator[Path]:
    """A folder that everybody may enter."""
    with tempfile.TemporaryDirectory(prefix="cc-public-") as folder:
        Path(folder).chmod(0o755)
        yield Path(folder)


def test_both_versions_are_in_the_wheel() -> None:
    said = [
        subprocess.run(
            [find_programs(version).path("postgres"), "--version"], capture_output=True, text=True, check=True
        )
        for version in (16, 18)
    ]

    assert [line.stdout.split()[-1].split(".")[0] for line in said] == ["16", "18"]


def test_a_machine_without_the_wheel_is_told_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(binaries, "PACKAGE", "no_such_package")

    with pytest.raises(ProgramsMissing, match="CC-0010"):
        find_programs()


@ONLY_ROOT
def test_programs_out_of_reach_are_copied_once(tmp_path: Path, public: Path) -> None:
    """A virtual environment under /root is one that the server's user cannot enter."""
    wheel = find_programs(16).folder.parent.parent
    hidden = tmp_path / "hidden"
    hidden.mkdir(mode=0o700)
    (hidden / PACKAGE).mkdir()
    (hidden / PACKAGE / "pginstall").symlink_to(wheel / "pginstall")
    (hidden / f"{PACKAGE}.libs").symlink_to(wheel.parent / f"{PACKAGE}.libs")
    programs = Programs(16, hidden / PACKAGE / "pginstall" / "bin")
    copies = public / "ours" / "postgresql"

    copied = make_runnable(programs, NOBODY, copies)
    inode = copied.folder.stat().st_ino
    again = make_runnable(programs, NOBODY, copies)

    ended = subprocess.run(
        [copied.path("initdb"), "--version"], user=NOBODY, group=NOBODY, extra_groups=[], check=False
    )
    assert ended.returncode == 0
    assert again.folder.stat().st_ino == inode
    assert len(list(copies.iterdir())) == 1


@ONLY_ROOT
def test_two_that_copy_at_once_leave_one_copy(public: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    copies = public / "postgresql"

    def another_is_faster(programs: Programs, target: Path) -> None:
        (target / "ours").mkdir()
        (copies / "16.14" / "theirs").mkdir(parents=True)

    monkeypatch.setattr(binaries, "_can_run", lambda _programs, _uid: False)
    monkeypatch.setattr(binaries, "_full_version", lambda _programs: "16.14")
    monkeypatch.setattr(binaries, "_copy", another_is_faster)

    make_runnable(find_programs(16), NOBODY, copies)

    assert [path.name for path in copies.iterdir()] == ["16.14"]
    assert [path.name for path in (copies / "16.14").iterdir()] == ["theirs"]


@ONLY_ROOT
def test_a_system_folder_that_the_server_cannot_enter_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    monkeypatch.setattr(instance, "SYSTEM_FOLDER", closed)
    folder = tmp_path / "postgresql"
    folder.mkdir()

    with pytest.raises(DatabaseNotStarted, match="cannot enter"):
        find_instance(folder, 18)

    assert list(closed.iterdir()) == []


@ONLY_ROOT
def test_the_systems_user_is_made_or_its_lack_is_said(public: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (public / "postgresql").mkdir()
    monkeypatch.setattr(instance, "SYSTEM_USER", "not a user's name")

    with pytest.raises(DatabaseNotStarted, match="could not be made"):
        find_instance(public / "postgresql", 18)


@ONLY_ROOT
@pytest.mark.skipif(shutil.which("userdel") is None, reason="no user management here")
def test_the_systems_user_is_made_without_a_login(public: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    name = f"coursecrafter-t{os.getpid()}"
    (public / "postgresql").mkdir()
    monkeypatch.setattr(instance, "SYSTEM_USER", name)
    try:
        find_instance(public / "postgresql", 18)

        entry = pwd.getpwnam(name)
        assert entry.pw_shell == "/usr/sbin/nologin"
        assert entry.pw_uid not in {0, NOBODY}
    finally:
        subprocess.run(["userdel", name], check=True)


def test_a_socket_folder_that_others_could_enter_is_refused(public: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = public / ("x" * 120) / "postgresql"
    folder.mkdir(parents=True)
    short = find_instance(folder, 18).socket_folder
    assert short.stat().st_mode & 0o777 == 0o700

    short.chmod(0o777)
    try:
        with pytest.raises(DatabaseNotStarted, match="somebody else"):
            find_instance(folder, 18)
    finally:
        short.rmdir()


def test_an_ordinary_users_server_stands_in_their_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1234)

    found = find_instance(tmp_path, 18)

    assert (found.place, found.account.uid, found.account.options()) == (tmp_path, 1234, {})
    assert found.programs == find_programs(18)


def test_a_private_file_is_read_by_its_owner_only(tmp_path: Path) -> None:
    path = tmp_path / "secret"
    path.with_name("secret.new").write_text("left by a kill")

    write_private(path, "word")

    assert path.read_text() == "word"
    assert path.stat().st_mode & 0o777 == 0o600
    assert [found.name for found in tmp_path.iterdir()] == ["secret"]


def test_passwords_stay_the_same(public: Path) -> None:
    folder = public / "postgresql"
    folder.mkdir()

    first, second = find_instance(folder, 18).passwords, find_instance(folder, 18).passwords

    assert first == second
    assert len(set(first.values())) == 4
