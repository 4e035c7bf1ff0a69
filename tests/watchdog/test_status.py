"""`coursecrafter status` of installations that are well, ill and away, as a person and as a program read it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from course_people import Cast
from coursecrafter.cli import cli
from coursecrafter.db.instance import SUPERUSER
from coursecrafter.db.session import Database
from coursecrafter.watchdog.notes import note, read_notes
from coursecrafter.watchdog.settings import AlertSettings
from coursecrafter.watchdog.turn import take_turn
from database import TestServer
from planted_figures import plant_job, plant_renders, plant_worker

WIDE, NARROW = "120", "80"


@pytest.fixture
def reached(server: TestServer, database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Database:
    """The database, as the command reaches it by its environment."""
    password = json.loads((server.home / "postgresql" / "passwords.json").read_text())[SUPERUSER]
    url = database.urls.admin.set(username=SUPERUSER, password=password)
    monkeypatch.setenv("DATABASE_URL", url.render_as_string(hide_password=False))
    monkeypatch.setenv("COURSECRAFTER_HOME", str(tmp_path))
    monkeypatch.setenv("COLUMNS", NARROW)
    return database


def status(*options: str) -> Result:
    return CliRunner().invoke(cli, ["status", *options])


def told() -> dict[str, Any]:
    report: dict[str, Any] = json.loads(status("--json").stdout)
    return report


def make_sick(cast: Cast) -> None:
    database = cast.database
    plant_worker(database, host="render-machine-with-a-long-name.courses.example", version="0.9.0")
    worker_id = plant_worker(database, host="two", lane="calls", silent="9 min")
    plant_worker(database, host="two", lane="upkeep")
    plant_job(database, since="2 h", lane="renders")
    plant_job(database, since="3 h", lane="calls", worker_id=worker_id, kind="parse_document")
    plant_renders(cast, 7, took="400 s")
    plant_renders(cast, 9, state="failed", code="CC-0609")
    note(database, "schema", {"differences": 1, "first": ["The index idx_cc_assets_place of cc_assets is missing."]})


def test_a_healthy_installation_is_green(reached: Database, tmp_path: Path) -> None:
    for lane in ("renders", "calls", "upkeep"):
        plant_worker(reached, lane=lane)
    take_turn(reached, str(tmp_path / "store"), AlertSettings())

    shown = status()

    assert shown.exit_code == 0, shown.output
    assert shown.output.startswith("Course Crafter 0.1.0: green\n")
    assert "bubblewrap" in shown.output
    assert told()["findings"] == []


@pytest.mark.parametrize("columns", [NARROW, WIDE])
def test_a_sick_one_says_what_to_do_within_the_terminal(
    reached: Database, cast: Cast, columns: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_sick(cast)
    monkeypatch.setenv("COLUMNS", columns)

    shown = status()

    assert shown.exit_code == 2
    assert "alarm    CC-0632" in shown.output
    assert "warning  CC-0633" in shown.output
    assert "…" not in shown.output
    assert max(map(len, shown.output.splitlines())) <= int(columns)
    assert [one["code"] for one in told()["findings"]] == [
        *("CC-0631", "CC-0632", "CC-0634", "CC-0638"),
        *("CC-0630", "CC-0633"),
        "CC-0639",
    ]


def test_a_warning_alone_is_yellow(reached: Database) -> None:
    plant_worker(reached)
    plant_job(reached, since="20 min")

    assert status().exit_code == 1


def test_a_database_that_is_away_is_said_plainly(reached: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://nobody@127.0.0.1:9/none")

    shown, as_json = status(), status("--json")

    assert (shown.exit_code, as_json.exit_code) == (2, 2)
    assert "alarm  CC-0016  The database does not answer." in shown.output
    assert json.loads(as_json.stdout)["light"] == "red"


def test_the_schema_is_compared_when_it_is_asked_for_and_once_an_hour(
    reached: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    checked = []

    def check(database: Database) -> list[Any]:
        checked.append(database)
        return []

    monkeypatch.setattr("coursecrafter.commands.status.check", check)

    status()
    assert "never compared" in status().output
    for _ in range(2):
        assert status("--check-schema").exit_code == 0

    assert len(checked) == 1
    noted = read_notes(reached).schema
    assert noted is not None
    assert noted.found == {"differences": 0, "first": []}


def test_alerts_that_are_not_delivered_are_shown(reached: Database, tmp_path: Path) -> None:
    plant_job(reached, since="20 min")
    take_turn(reached, str(tmp_path), AlertSettings(webhook="http://127.0.0.1:9/", key=b"k"))

    assert "Alerts" in status().output
    assert list(told()["undelivered"]) == ["webhook"]
