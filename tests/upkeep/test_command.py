"""`coursecrafter upkeep` says what went; as a trial it says what would go, and changes nothing."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner

from course_people import Cast
from coursecrafter.cli import cli
from coursecrafter.config import Settings, UnusableSetting, UpkeepSettings, load_upkeep_settings
from coursecrafter.db.session import Database
from coursecrafter.storage.objects import ObjectStore
from coursecrafter.upkeep.sweep import run_upkeep

OLD = datetime.now(UTC) - timedelta(hours=3)


@pytest.fixture
def old_file(cast: Cast, tmp_path: Path) -> Path:
    """A file in a folder store that nothing uses for three hours."""
    store = ObjectStore(str(tmp_path / "store"), cast.owner.org_id)
    stored = store.put_bytes(b"chalk", "text/plain")
    path = tmp_path / "store" / store.prefix / stored.key
    os.utime(path, (OLD.timestamp(), OLD.timestamp()))
    return path


@pytest.fixture
def run(database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> CliRunner:
    """The command on this test's database and store."""

    @contextmanager
    def opened(_settings: Settings) -> Iterator[Database]:
        yield database

    monkeypatch.setattr("coursecrafter.commands.upkeep.open_database", opened)
    monkeypatch.setenv("COURSECRAFTER_HOME", str(tmp_path))
    monkeypatch.setenv("COURSECRAFTER_COLLECT_AFTER_H", "2")
    return CliRunner()


def test_a_trial_names_the_file_and_leaves_it(run: CliRunner, old_file: Path) -> None:
    said = run.invoke(cli, ["upkeep", "--dry-run"], catch_exceptions=False)

    assert said.exit_code == 0
    assert said.output.splitlines()[0].split()[:4] == ["1", "5", "bytes", "files"]
    assert said.output.endswith("Nothing was changed.\n")
    assert old_file.exists()


def test_the_command_lays_the_file_aside_and_a_later_run_has_nothing_to_do(run: CliRunner, old_file: Path) -> None:
    first = run.invoke(cli, ["upkeep"], catch_exceptions=False)
    second = run.invoke(cli, ["upkeep"], catch_exceptions=False)

    assert first.output.splitlines()[0].startswith("           1  5 bytes")
    assert all(line.split()[0] == "0" for line in second.output.splitlines())
    assert not old_file.exists()


def test_a_longer_grace_keeps_it(run: CliRunner, old_file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("COURSECRAFTER_COLLECT_AFTER_H")

    run.invoke(cli, ["upkeep"], catch_exceptions=False)

    assert old_file.exists()


def test_the_job_is_told_how_much_went_by_name(cast: Cast, database: Database, tmp_path: Path) -> None:
    settings = Settings(tmp_path, str(tmp_path / "store"), None, None, 2)

    gone = run_upkeep(database, settings, UpkeepSettings(365, 365, 3600))

    assert {"ai_calls", "events", "laid_aside", "laid_aside_bytes", "removed", "given_up", "records"} <= set(gone)
    assert set(gone.values()) == {0}


def test_settings_come_from_the_environment() -> None:
    asked = {
        "COURSECRAFTER_KEEP_AI_CALLS_DAYS": "30",
        "COURSECRAFTER_KEEP_EVENTS_DAYS": "60",
        "COURSECRAFTER_COLLECT_AFTER_H": "48",
    }

    assert load_upkeep_settings(asked) == UpkeepSettings(30, 60, 48 * 3600)
    assert load_upkeep_settings({}) == UpkeepSettings(365, 365, 24 * 3600)
    with pytest.raises(UnusableSetting, match="CC-0045"):
        load_upkeep_settings({"COURSECRAFTER_COLLECT_AFTER_H": "0"})
