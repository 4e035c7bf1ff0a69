"""What a child process leaves behind, temporary files and programs that it had started, goes whatever ended it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from background_shops import PATIENCE_S, until
from coursecrafter.background.scratch import open_scratch
from coursecrafter.background.workers import Worker, WorkerDied, WorkGivenUp
from coursecrafter.jobs.room import NoRoom

# Says what it has made: a temporary file, and a program that runs on by itself. Then it ends itself, or waits.
CHILD = """
import json, os, signal, subprocess, sys, tempfile, time
from pathlib import Path
sys.stdin.readline(); order = json.loads(sys.stdin.readline())
made = tempfile.NamedTemporaryFile(delete=False)
made.write(b"half a film"); made.flush()
sleeper = subprocess.Popen(["sleep", "600"], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
said = Path(sys.argv[1])
said.with_suffix(".part").write_text(json.dumps({"file": made.name, "pids": [os.getpid(), sleeper.pid]}))
said.with_suffix(".part").rename(said)
if order["ends"]:
    os.kill(os.getpid(), signal.SIGKILL)
time.sleep(600)
"""
WORKER = """
import sys
from coursecrafter.background.workers import Worker
Worker({}, None, sys.argv[1:]).ask({"ends": False}, 600, lambda: True)
"""


@pytest.fixture(autouse=True)
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where temporary files go."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setenv("TMPDIR", str(folder))
    monkeypatch.setattr(tempfile, "tempdir", None)
    return folder


@pytest.fixture
def said(tmp_path: Path) -> Path:
    return tmp_path / "said"


def program(said: Path) -> list[str]:
    return [sys.executable, "-c", CHILD, str(said)]


def runs(pid: int) -> bool:
    stat = Path(f"/proc/{pid}/stat")
    return stat.exists() and stat.read_text().rsplit(")", 1)[1].split()[0] != "Z"


def test_a_child_that_is_killed_leaves_no_file_and_no_program(temporary: Path, said: Path) -> None:
    with pytest.raises(WorkerDied):
        Worker({}, None, program(said)).ask({"ends": True}, PATIENCE_S, lambda: True)

    told = json.loads(said.read_text())
    assert told["file"].startswith(str(temporary))
    until(lambda: not any(runs(pid) for pid in told["pids"]))
    assert list(temporary.iterdir()) == []


def test_work_that_is_given_up_leaves_no_file_and_no_program(temporary: Path, said: Path) -> None:
    with pytest.raises(WorkGivenUp):
        Worker({}, None, program(said)).ask({"ends": False}, PATIENCE_S, lambda: not said.exists())

    until(lambda: not any(runs(pid) for pid in json.loads(said.read_text())["pids"]))
    assert list(temporary.iterdir()) == []


def test_what_a_killed_worker_left_goes_when_another_one_starts_a_child_and_what_is_used_stays(
    temporary: Path, said: Path
) -> None:
    used = open_scratch()
    killed = subprocess.Popen([sys.executable, "-c", WORKER, *program(said)])
    until(said.exists)
    told = json.loads(said.read_text())
    for pid in (killed.pid, *told["pids"]):
        os.kill(pid, signal.SIGKILL)
    killed.wait(PATIENCE_S)
    until(lambda: not any(runs(pid) for pid in told["pids"]))
    assert Path(told["file"]).exists()

    new = open_scratch()

    assert sorted(temporary.iterdir()) == sorted([used.folder, new.folder])
    for one in (used, new):
        one.remove()


def test_a_machine_without_a_temporary_folder_puts_work_off(temporary: Path, said: Path) -> None:
    temporary.rmdir()
    tempfile.tempdir = str(temporary)

    with pytest.raises(NoRoom):
        Worker({}, None, program(said)).ask({"ends": True}, PATIENCE_S, lambda: True)
