"""What the command line says of how videos look."""

from __future__ import annotations

import pytest
from click.testing import CliRunner

from coursecrafter.cli import cli
from coursecrafter.engines.e2_video.templates import TEMPLATES


@pytest.mark.parametrize("name", [template.name for template in TEMPLATES])
def test_the_help_names_every_template(name: str) -> None:
    said = CliRunner().invoke(cli, ["build", "--help"]).output

    assert name in said[said.index("--template") : said.index("--transition")].split("TEXT")[1]
