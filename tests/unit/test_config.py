"""Settings out of the environment."""

from __future__ import annotations

from pathlib import Path

import pytest

from coursecrafter.config import UnusableSetting, load_service_settings, load_settings


def service(home: Path, **environment: str) -> object:
    return load_service_settings(home, "http://localhost:8400", environment)


@pytest.mark.parametrize("name", ["THREADS", "CALLS_PER_MINUTE", "QUOTA_MB", "UPLOAD_MB"])
@pytest.mark.parametrize("value", ["many", "-1", "1.5", "٣", "9" * 40])
def test_a_number_that_is_none_is_named(tmp_path: Path, name: str, value: str) -> None:
    with pytest.raises(UnusableSetting, match=f"COURSECRAFTER_{name}"):
        service(tmp_path, **{f"COURSECRAFTER_{name}": value})


def test_workers_are_a_number_too() -> None:
    with pytest.raises(UnusableSetting, match="COURSECRAFTER_WORKERS"):
        load_settings({"COURSECRAFTER_WORKERS": "two"})


def test_zero_lifts_the_limit_of_calls_and_leaves_no_thread(tmp_path: Path) -> None:
    assert load_service_settings(tmp_path, "", {"COURSECRAFTER_CALLS_PER_MINUTE": "0"}).calls_per_minute == 0
    with pytest.raises(UnusableSetting):
        service(tmp_path, COURSECRAFTER_THREADS="0")


def test_a_secret_is_made_once_and_for_its_owner_only(tmp_path: Path) -> None:
    first = load_service_settings(tmp_path, "", {}).secret
    second = load_service_settings(tmp_path, "", {}).secret

    assert first == second
    assert len(first) == 32
    assert (tmp_path / "secret.key").stat().st_mode & 0o777 == 0o600
    assert [path.name for path in tmp_path.iterdir()] == ["secret.key"]


def test_an_address_loses_its_last_slash(tmp_path: Path) -> None:
    found = load_service_settings(tmp_path, "", {"COURSECRAFTER_PUBLIC_URL": "https://courses.example/"})

    assert found.public_url == "https://courses.example"
