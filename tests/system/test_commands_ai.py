"""Providers of AI led from the command line, against a stand-in that speaks their protocols."""

from __future__ import annotations

import io
import json
import wave
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import sqlalchemy as sa
from click.testing import CliRunner, Result

from coursecrafter.cli import cli
from coursecrafter.config import load_settings
from coursecrafter.db.embedded import remove_embedded
from coursecrafter.db.session import Database, open_database
from coursecrafter.errors import CourseCrafterError
from providers.model_server import ModelServer, open_model_server
from providers.model_server_faults import Fault, busy, status

KEY_VARIABLE = "STAND_IN_KEY"


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    """The database of an installation without courses, its server held up for all commands."""
    folder = tmp_path_factory.mktemp("installation")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("COURSECRAFTER_HOME", str(folder))
        patch.delenv("DATABASE_URL", raising=False)
        try:
            with open_database(load_settings()) as database:
                done("org", "add", "acme", "--owner", "ada@acme.example")
                yield database
        finally:
            remove_embedded(folder)


@pytest.fixture
def models(home: Database, monkeypatch: pytest.MonkeyPatch) -> Iterator[ModelServer]:
    """A stand-in, and an installation in which nothing is connected before and after."""
    with open_model_server() as server:
        monkeypatch.setenv(KEY_VARIABLE, server.key)
        yield server
    with home.admin() as admin:
        for table in ("ai_routes", "ai_providers", "ai_prices", "ai_budgets"):
            admin.execute(sa.text(f"DELETE FROM platform.{table}"))  # noqa: S608 - names of our own


def run(*words: str, typed: str | None = None) -> Result:
    return CliRunner().invoke(cli, words, standalone_mode=False, input=typed)


def done(*words: str, typed: str | None = None) -> str:
    result = run(*words, typed=typed)
    assert result.exception is None, (result.exception, result.output)
    return result.output


def refused(*words: str) -> str:
    """The code of what a command refuses."""
    error = run(*words).exception
    assert isinstance(error, CourseCrafterError), error
    return error.code


def connect(models: ModelServer, name: str = "local", protocol: str = "openai_compatible", *more: str) -> str:
    path = "" if protocol == "azure_speech" else "/v1"
    address = f"{models.url}{path}"
    return done(
        *("ai", "connect", name, "--protocol", protocol, "--url", address, "--key-from-env", KEY_VARIABLE), *more
    )


def test_with_nothing_connected_the_offline_provider_does_everything(home: Database) -> None:
    said = done("ai", "test")

    assert "none is needed" in said
    assert "coursecrafter ai connect" in said
    assert [line[0] for line in said.splitlines() if "offline (" in line] == ["✓"] * 3
    assert "offline provider does everything" in done("ai", "providers")
    asked = {line.split()[0]: line.split()[2] for line in done("ai", "routes").splitlines()[1:]}
    assert asked == {"text": "offline", "speech": "offline", "image": "offline", "parse": "–"}


def test_what_is_connected_and_routed_is_tried_and_works(models: ModelServer) -> None:
    connect(models)
    done("ai", "route", "text", "local/gpt-test", "offline")
    done("ai", "route", "speech", "local/tts-1", "--option", "voices.*=alloy")
    done("ai", "route", "image", "local/gpt-image-1")

    said = done("ai", "test", "--image")

    assert "✓ local (provider): It answers; 5 models: gpt-test" in said
    assert "✓ local/gpt-test (text, standard, first): It writes in a given form, as gpt-test" in said
    assert "✓ offline (text, standard, second): It writes by rules" in said
    assert "as alloy for en_female_neutral_1; the times of its words are estimated" in said
    assert "✓ local/gpt-image-1 (image, standard, first): It draws" in said
    assert models.calls["/v1/chat/completions"] == models.calls["/v1/audio/speech"] == 1


def test_a_picture_is_drawn_only_when_asked_for(models: ModelServer) -> None:
    connect(models)
    done("ai", "route", "image", "local/gpt-image-1")

    done("ai", "test")

    assert models.calls["/v1/images/generations"] == 0


def test_who_reads_pages_is_tried_as_well(models: ModelServer) -> None:
    connect(models)
    done("ai", "route", "parse", "local/gpt-test", "offline")

    said = done("ai", "test")

    assert "✓ local/gpt-test (parse, standard, first): It takes a page's picture" in said
    (asked,) = (one for one in models.requests if one.path == "/v1/chat/completions")
    assert "image_url" in json.dumps(asked.json["messages"])


def test_an_address_without_its_end_is_told_from_a_model_that_is_not_there(models: ModelServer) -> None:
    """What happens to most who connect Ollama: nothing is found, at an address that does answer."""
    done("ai", "connect", "ollama", "--protocol", "openai_compatible", "--url", models.url)
    done("ai", "route", "text", "ollama/gpt-test")

    said = run("ai", "test").output

    assert said.count(f"Its address is {models.url}; most servers' end with /v1.") == 2
    assert "See with “coursecrafter ai test”" not in said


def test_trials_are_in_the_log_and_counted(models: ModelServer) -> None:
    connect(models)
    done("ai", "route", "text", "local/gpt-test")
    done("ai", "price", "local", "gpt-test", "--input", "1000", "--output", "2000")

    found = json.loads(done("ai", "test", "--json"))

    (tried,) = (one for one in found if one["what"] == "text, standard")
    assert tried["cost_usd"] == pytest.approx(120 * 1000e-6 + 30 * 2000e-6)
    spending = done("ai", "spending")
    assert "0.1800" in spending
    assert "the library" in spending


def test_what_a_course_cost_that_may_not_be_named_is_told(home: Database) -> None:
    spent = "SELECT platform.ai_spend(id, platform.uuidv7(), '2020-01-01', 0.25) FROM platform.organisations"
    with home.admin() as admin:
        admin.execute(sa.text(f"{spent} WHERE slug = 'acme'"))

    said = done("--org", "acme", "--as", "ada@acme.example", "ai", "spending")

    assert "2020-01  one that is gone or not shared with you  0.2500" in said


def test_half_a_price_is_called_one(models: ModelServer) -> None:
    connect(models)

    half = done("ai", "price", "local", "gpt-test", "--input", "10")
    whole = done("ai", "price", "local", "gpt-test", "--input", "10", "--output", "20")

    assert "What it answers counts nothing" in half
    assert "counts nothing" not in whole


def test_a_budget_stops_trials_too_and_says_so(models: ModelServer) -> None:
    connect(models)
    done("ai", "route", "text", "local/gpt-test")
    done("ai", "price", "local", "gpt-test", "--input", "1000", "--output", "2000")
    assert "may cost 0.01 USD in total" in done("ai", "budget", "local", "0.01", "--period", "total")

    result = run("ai", "test")

    assert isinstance(result.exception, SystemExit)
    assert "CC-0311" in result.output
    assert models.calls["/v1/chat/completions"] == 0
    assert "0.01" in done("ai", "spending")


@pytest.mark.parametrize(
    ("model", "fault", "words"),
    [
        ("unknown-model", None, "names no model “unknown-model”, but gpt-test"),
        ("gpt-test", busy(), "CC-0321"),
        ("gpt-test", status(401, "Incorrect key."), "CC-0323"),
        ("gpt-test", status(503), "CC-032"),
    ],
)
def test_what_fails_is_said_with_what_to_do(models: ModelServer, model: str, fault: Fault | None, words: str) -> None:
    connect(models)
    done("ai", "route", "text", f"local/{model}")
    if fault is not None:
        models.fail_with(replace(fault, path="/v1/chat/completions"))

    result = run("ai", "test")

    assert isinstance(result.exception, SystemExit)
    assert result.exception.code == 1
    failure = result.output[result.output.index("✗") :]
    assert words in failure
    assert failure.splitlines()[1].startswith("  ")


def test_only_a_first_entry_that_fails_makes_the_exit_code(models: ModelServer) -> None:
    connect(models)
    done("ai", "route", "text", "local/gpt-test", "local/unknown-model")

    said = done("ai", "test")

    assert "✗ local/unknown-model (text, standard, second)" in said


def test_a_provider_that_is_not_there_is_named(models: ModelServer) -> None:
    done("ai", "connect", "local", "--protocol", "openai_compatible", "--url", "http://127.0.0.1:9/v1")

    said = done("ai", "test")

    assert "✗ local (provider)" in said
    assert "CC-0322" in said


def test_a_provider_that_is_switched_off_is_asked_for_nothing(models: ModelServer) -> None:
    connect(models)
    done("ai", "route", "text", "local/unknown-model", "offline")
    done("ai", "switch", "local", "off")

    said = done("ai", "test")

    assert "It is switched off" in said
    assert "offline (text, standard, first)" in said
    assert "local/unknown-model (off), offline" in done("ai", "routes")


def test_a_key_is_seen_nowhere(models: ModelServer, home: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WRONG_KEY", "sk-wrong-abcdefghijklmnop")
    outputs = [connect(models)]
    done("ai", "route", "text", "local/gpt-test")
    outputs += [done("ai", "providers"), done("ai", "routes"), done("ai", "test")]
    outputs.append(done("ai", "connect", "local", "--key-from-env", "WRONG_KEY"))
    outputs.append(run("ai", "test").output)

    assert "CC-0323" in outputs[-1]
    assert not [said for said in outputs if models.key in said or "sk-wrong-abcdefghijklmnop" in said]


def test_a_key_comes_from_standard_input(models: ModelServer) -> None:
    address = f"{models.url}/v1"
    typed = f"{models.key}\n"
    done("ai", "connect", "local", "--protocol", "openai_compatible", "--url", address, "--key-stdin", typed=typed)

    assert "✓ local (provider)" in done("ai", "test")


def test_connecting_again_changes_and_keeps_the_rest(models: ModelServer) -> None:
    connect(models, "local", "openai_compatible", "--option", "longest_s=90")
    done("ai", "route", "text", "local/gpt-test")

    done("ai", "connect", "local", "--option", "silence_s=20")

    assert "✓ local/gpt-test" in done("ai", "test")
    assert refused("ai", "connect", "local", "--protocol", "anthropic") == "CC-0351"


def test_a_provider_that_goes_leaves_its_routes(models: ModelServer) -> None:
    connect(models)
    done("ai", "route", "text", "local/gpt-test", "offline")

    said = done("ai", "disconnect", "local")

    assert "For text (standard) is asked now: offline" in said
    assert "local" not in done("ai", "routes")


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("connect", "new"), "CC-0351"),
        (("connect", "new", "--protocol", "anthropic"), "CC-0350"),
        (("connect", "new", "--protocol", "anthropic", "--key-from-env", "NOT_SET_ANYWHERE"), "CC-0350"),
        (("connect", "new", "--protocol", "openai_compatible", "--option", "speed"), "CC-0352"),
        (("connect", "new", "--protocol", "openai_compatible", "--option", "longest_s=long"), "CC-0352"),
        (("connect", "new", "--protocol", "openai_compatible", "--option", "captions=perhaps"), "CC-0352"),
        (("connect", "new", "--protocol", "openai_compatible", "--option", "calls_per_minute=-1"), "CC-0352"),
        (("connect", "new", "--protocol", "openai_compatible", "--url", "localhost:11434/v1"), "CC-0327"),
        (("connect", "new", "--protocol", "openai_compatible", "--option", "speed.x=1"), "CC-0352"),
        (("connect", "new", "--protocol", "openai_compatible", "--option", "colour=red"), "CC-0330"),
        (("connect", "new", "--protocol", "openai_compatible", "--url", "http://169.254.169.254/v1"), "CC-0327"),
        (("connect", "off/line", "--protocol", "openai_compatible"), "CC-0315"),
        (("disconnect", "nobody"), "CC-0020"),
        (("switch", "nobody", "off"), "CC-0020"),
        (("route", "text"), "CC-0351"),
        (("route", "text", "nobody/model"), "CC-0020"),
        (("route", "text", "local"), "CC-0351"),
        (("route", "video", "local/model"), "CC-0351"),
        (("route", "text", "local/model", "--option", "2:temperature=0"), "CC-0351"),
        (("budget", "nobody", "5"), "CC-0020"),
        (("budget", "local", "much"), "CC-0317"),
        (("budget", "local", "5", "--project", "NONE-1"), "CC-0020"),
        (("price", "local", "m", "--input", "cheap"), "CC-0317"),
    ],
)
def test_what_cannot_be_done_is_refused(models: ModelServer, words: tuple[str, ...], code: str) -> None:
    connect(models)

    assert refused("ai", *words) == code


def test_options_of_one_entry_are_not_those_of_another(models: ModelServer) -> None:
    connect(models)
    entries = ("local/tts-1", "local/gpt-4o-mini-tts")

    done("ai", "route", "speech", *entries, "--option", "1:voices.*=alloy", "--option", "2:voices.*=af_heart")

    said = done("ai", "test")
    assert "as alloy for" in said
    assert "as af_heart for" in said


def test_an_organisation_can_have_providers_of_its_own(models: ModelServer) -> None:
    url = "https://models.acme.example/v1"
    acme = ("--org", "acme", "ai")
    done(*acme, "connect", "own", "--protocol", "openai_compatible", "--url", url, "--key-from-env", KEY_VARIABLE)
    done(*acme, "route", "text", "own/model", "offline")

    assert "own" in done(*acme, "providers")
    assert "the organisation" in done(*acme, "routes")
    assert "models.acme.example" not in done("ai", "providers")
    assert (
        refused(*acme, "connect", "inside", "--protocol", "openai_compatible", "--url", "http://10.0.0.1") == "CC-0327"
    )


def test_prices_are_told_and_set(models: ModelServer) -> None:
    connect(models)

    assert "costs nothing (local)" in done("ai", "price", "local", "gpt-test")
    assert "per million tokens sent" in done("ai", "price", "anthropic", "claude-sonnet-4-5")
    said = done("ai", "price", "local", "gpt-test", "--image", "0.05", "--source", "our contract")
    assert said.strip() == "local/gpt-test costs 0.05 USD per picture (our contract)."
    assert "It is gone" in done("ai", "price", "local", "gpt-test", "--remove")
    assert "No price" in done("ai", "price", "local", "gpt-test", "--remove")


def test_a_price_for_nobody_is_set_and_said_to_be_so(models: ModelServer) -> None:
    connect(models)

    said = done("ai", "price", "lokal", "gpt-test", "--image", "0.05")

    assert "No provider of the installation is called “lokal”" in said


def test_protocols_are_listed_with_their_options(home: Database) -> None:
    said = done("ai", "protocols")

    assert all(name in said for name in ("openai_compatible", "anthropic", "azure_speech", "elevenlabs"))
    assert "word_times" in said


def test_voices_are_listed_by_who_speaks_them(models: ModelServer) -> None:
    connect(models, "kokoro")
    done("ai", "route", "speech", "kokoro/kokoro", "offline", "--option", "captions=yes")

    french = json.loads(done("voices", "--language", "fr", "--json"))
    british = json.loads(done("voices", "--language", "en", "--gender", "female", "--json"))

    assert {(one["gender"], one["provider"]) for one in french} == {("female", "kokoro"), ("male", "offline")}
    assert {one["provider_voice"] for one in british if one["language"] == "en"} >= {"bf_emma"}
    assert {one["language"] for one in british} == {"en", "en-us"}
    assert all(one["has_exact_word_times"] for one in british)
    assert "en_female_neutral_1" in done("voices", "--language", "en")
    assert "There is no such voice" in done("voices", "--language", "xx")


def test_a_sample_is_spoken_once_and_then_found(models: ModelServer, tmp_path: Path) -> None:
    connect(models)
    done("ai", "route", "speech", "local/tts-1", "--option", "voices.*=alloy")
    first, again = tmp_path / "first.wav", tmp_path / "again.wav"

    said = done("voices", "--sample", "de_female_calm_1", "-o", str(first))
    done("voices", "--sample", "de_female_calm_1", "-o", str(again))

    assert "Willkommen! Maria öffnet Lektion 12" in said
    assert models.calls["/v1/audio/speech"] == 1
    assert first.read_bytes() == again.read_bytes()
    with wave.open(io.BytesIO(first.read_bytes())) as sound:
        assert (sound.getnchannels(), sound.getsampwidth()) == (1, 2)


def test_a_sample_needs_no_provider(home: Database, tmp_path: Path) -> None:
    path = tmp_path / "sample.wav"

    said = done("voices", "--sample", "en_male_lively_2", "-o", str(path))

    assert "by offline" in said
    assert path.read_bytes()[:4] == b"RIFF"
    assert refused("voices", "--sample", "nobody") == "CC-0303"
    assert refused("voices", "--sample", "en_male_lively_2", "-o", str(tmp_path / "no" / "folder.wav")) == "CC-0353"
