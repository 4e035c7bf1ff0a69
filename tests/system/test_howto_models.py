"""The page on models tells the truth: its commands connect each service, as stand-ins speak its protocol."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from coursecrafter.cli import cli
from coursecrafter.config import load_settings
from coursecrafter.db.embedded import remove_embedded
from coursecrafter.db.session import open_database
from coursecrafter.gateway.providers.voice_tables import ELEVENLABS_NAMES
from providers import model_server_speech, model_server_texts
from providers.model_server import open_model_server

PAGE = Path(__file__).parents[2] / "docs" / "howto" / "connect-a-model.md"
TEXT = PAGE.read_text(encoding="utf-8")
BLOCKS = dict(re.findall(r"^```bash (\w+)\n(.*?)^```$", TEXT, re.MULTILINE | re.DOTALL))
KEYLESS = ("OLLAMA_SERVER", "KOKORO_SERVER", "PIPER_SERVER")
KEYED = ("OPENAI_SERVER", "AZURE_OPENAI_SERVER", "AZURE_SPEECH_SERVER", "ANTHROPIC_SERVER", "ELEVENLABS_SERVER")
KEYS = ("OPENAI_API_KEY", "AZURE_OPENAI_KEY", "AZURE_SPEECH_KEY", "ANTHROPIC_API_KEY", "ELEVENLABS_API_KEY")
TEXT_MODELS = ("llama3.2", "gpt-4.1-mini", "course-writer")
VOICES = ("nova", "en-GB-SoniaNeural", ELEVENLABS_NAMES["Alice"], "bf_emma", "thorsten")
SERVICES = ("ollama", "openai", "azure", "anthropic", "elevenlabs", "kokoro", "piper")


@pytest.fixture(scope="module")
def services(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """An installation, and stand-ins that know the page's models and voices: one with a key, one without."""
    home = tmp_path_factory.mktemp("installation")
    with pytest.MonkeyPatch.context() as patch, open_model_server() as keyed, open_model_server() as keyless:
        for name in TEXT_MODELS:
            patch.setitem(model_server_texts.MODELS, name, model_server_texts.Model())
        patch.setitem(model_server_texts.CLAUDES, "claude-sonnet-4-6", model_server_texts.Model())
        patch.setattr(model_server_speech, "VOICES", (*model_server_speech.VOICES, *VOICES))
        keyless.key = ""
        patch.setenv("COURSECRAFTER_HOME", str(home))
        patch.delenv("DATABASE_URL", raising=False)
        for names, value in ((KEYED, keyed.url), (KEYLESS, keyless.url), (KEYS, keyed.key)):
            for name in names:
                patch.setenv(name, value)
        try:
            with open_database(load_settings()):
                yield
        finally:
            remove_embedded(home)


def commands_of(block: str) -> list[list[str]]:
    """The words of each command of a block, as the shell reads them."""
    recorded = 'coursecrafter() { printf "%s\\x1f" "$@"; printf "\\x1e"; }\nset -euo pipefail\n'
    read = subprocess.run(["bash", "-c", recorded + block], stdout=subprocess.PIPE, text=True, timeout=60, check=True)
    return [command.split("\x1f")[:-1] for command in read.stdout.split("\x1e")[:-1]]


def run(*blocks: str) -> str:
    """All that the commands of blocks print."""
    said = []
    for command in commands_of("\n".join(blocks)):
        result = CliRunner().invoke(cli, command, standalone_mode=False)
        assert result.exception is None, (command, result.exception, result.output)
        said.append(result.output)
    return "".join(said)


def test_the_page_has_a_block_for_each_service() -> None:
    assert list(BLOCKS) == [*SERVICES, "test"]


@pytest.mark.usefixtures("services")
def test_all_services_of_the_page_are_connected_and_work() -> None:
    said = {name: run(BLOCKS[name], "coursecrafter ai test --image") for name in SERVICES}

    failed = {name: text for name, text in said.items() if "✗" in text}
    assert failed == {}
    assert "✓ ollama/llama3.2 (text, standard, first)" in said["ollama"]
    assert "✓ openai/gpt-4o-mini-tts (speech, standard, first)" in said["openai"]
    assert "as nova for en_female_neutral_1" in said["openai"]
    assert "✓ openai/gpt-image-1 (image, standard, first)" in said["openai"]
    assert "✓ azure-openai/course-writer (text, standard, first)" in said["azure"]
    assert "as en-GB-SoniaNeural for en_female_neutral_1; the times of its words are exact" in said["azure"]
    assert "✓ anthropic/claude-sonnet-4-6 (text, standard, first)" in said["anthropic"]
    assert (
        f"as {ELEVENLABS_NAMES['Alice']} for en_female_neutral_1; the times of its words are exact"
        in said["elevenlabs"]
    )
    assert "as bf_emma for en_female_neutral_1; the times of its words are exact" in said["kokoro"]
    assert "as thorsten for de_male_neutral_1; the times of its words are estimated" in said["piper"]


@pytest.mark.usefixtures("services")
def test_what_the_page_shows_afterwards_is_there() -> None:
    said = run(BLOCKS["anthropic"], BLOCKS["test"])

    assert "anthropic/claude-sonnet-4-6, offline" in said
    assert "anthropic/claude-sonnet-4-6 costs nothing (local)" in said  # the stand-in is a machine of our own
    assert "Calls for local may cost 50.00 USD in a month." in said
    assert not [name for name in KEYS if os.environ[name] in said]
