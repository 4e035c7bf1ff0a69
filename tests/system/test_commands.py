"""Two organisations on one installation, led from the command line."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from coursecrafter.cli import cli
from coursecrafter.config import load_settings
from coursecrafter.db.embedded import remove_embedded
from coursecrafter.db.session import open_database
from coursecrafter.domain.course import Engine
from coursecrafter.errors import CourseCrafterError
from system.courses import small_deck

ADA = ("--org", "acme", "--as", "ada@acme.example")
CARL = ("--org", "acme", "--as", "carl@acme.example")
BO = ("--org", "birch", "--as", "bo@birch.example")


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """An installation with a course of Acme's, its server held up for all commands."""
    folder = tmp_path_factory.mktemp("installation")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("COURSECRAFTER_HOME", str(folder))
        patch.delenv("DATABASE_URL", raising=False)
        try:
            with open_database(load_settings()):
                done("org", "add", "acme", "--owner", "ada@acme.example")
                done("org", "person", "acme", "carl@acme.example", "--name", "Carl")
                done("org", "add", "birch", "--name", "Birch & Co", "--owner", "bo@birch.example")
                deck, out = small_deck(folder / "Chalk.pptx"), folder / "out"
                done(*ADA, "build", str(deck), "--code", "CH-1", "--engines", Engine.E4, "--out", str(out))
                yield folder
        finally:
            remove_embedded(folder)


def run(*words: str) -> Result:
    return CliRunner().invoke(cli, words, standalone_mode=False)


def done(*words: str) -> str:
    result = run(*words)
    assert result.exception is None, result.exception
    return result.output


def refused(*words: str) -> str:
    """The code of what a command refuses."""
    error = run(*words).exception
    assert isinstance(error, CourseCrafterError)
    return error.code


@pytest.mark.usefixtures("home")
class TestCommands:
    def test_people_of_an_organisation_are_listed(self) -> None:
        assert done("org", "people", "acme").split() == [
            *("owner", "ada@acme.example", "ada"),
            *("member", "carl@acme.example", "Carl"),
        ]

    def test_a_course_is_seen_by_its_owner_and_by_nobody_else(self) -> None:
        assert "CH-1" in done(*ADA, "course", "list")
        assert done(*CARL, "course", "list") == ""
        assert done(*BO, "course", "list") == ""
        for who in (CARL, BO):
            for words in (
                ("show",),
                ("rename", "X"),
                ("delete",),
                ("people",),
                ("share", "carl@acme.example", "owner"),
            ):
                command, *rest = words
                assert refused(*who, "course", command, "CH-1", *rest) == "CC-0020"

    def test_a_course_is_shown_as_its_tree(self) -> None:
        lines = done(*ADA, "course", "show", "CH-1").splitlines()

        assert lines[0].endswith("(in_progress)")
        assert any("L1.1" in line and "done: e4" in line for line in lines)

    def test_what_the_next_render_makes_is_told_before(self) -> None:
        told = done(*ADA, "plan", "CH-1", "--engine", "e1")

        # The module has spoken the course: its voices are there, its pictures and its video are not.
        assert "encoding pictures" in told
        assert "assembling the video" in told
        assert "speaking" not in told
        assert "nothing" in told
        assert refused(*CARL, "plan", "CH-1") == "CC-0020"

    def test_a_viewer_sees_and_changes_nothing(self) -> None:
        done(*ADA, "course", "share", "CH-1", "carl@acme.example", "viewer")

        assert "CH-1" in done(*CARL, "course", "list")
        people = done(*CARL, "course", "people", "CH-1").splitlines()
        assert sorted(" ".join(line.split()) for line in people) == ["owner ada", "viewer Carl"]
        assert refused(*CARL, "course", "rename", "CH-1", "Mine") == "CC-0021"
        assert refused(*CARL, "course", "delete", "CH-1") == "CC-0021"
        assert refused(*CARL, "course", "share", "CH-1", "carl@acme.example", "owner") == "CC-0021"
        done(*CARL, "course", "unshare", "CH-1", "carl@acme.example")
        assert done(*CARL, "course", "list") == ""

    def test_nobody_from_elsewhere_is_given_a_role(self) -> None:
        assert refused(*ADA, "course", "share", "CH-1", "bo@birch.example", "viewer") == "CC-0020"

    def test_the_last_owner_stays(self) -> None:
        assert refused(*ADA, "course", "unshare", "CH-1", "ada@acme.example") == "CC-0029"

    def test_deleted_and_restored_it_is_what_it_was(self) -> None:
        before = done(*ADA, "course", "show", "CH-1")

        done(*ADA, "course", "delete", "CH-1")
        assert done(*ADA, "course", "list") == ""
        assert "CH-1" in done(*ADA, "course", "list", "--deleted")
        assert refused(*ADA, "course", "show", "CH-1") == "CC-0020"
        done(*ADA, "course", "restore", "CH-1")

        assert done(*ADA, "course", "show", "CH-1") == before

    def test_an_archived_course_is_opened_again(self) -> None:
        done(*ADA, "course", "archive", "CH-1")
        assert "archived" in done(*ADA, "course", "list")
        done(*ADA, "course", "reopen", "CH-1")
        assert "in_progress" in done(*ADA, "course", "list")

    def test_an_act_is_undone_and_done_again(self) -> None:
        def name() -> str:
            return done(*ADA, "course", "list").split(maxsplit=4)[-1].strip()

        before = name()
        done(*ADA, "course", "rename", "CH-1", "Chalk and talk")
        done(*ADA, "course", "undo", "CH-1")
        undone = name()
        done(*ADA, "course", "redo", "CH-1")
        redone = name()
        done(*ADA, "course", "undo", "CH-1")

        assert (undone, redone) == (before, "Chalk and talk")
        assert refused(*CARL, "course", "undo", "CH-1") == "CC-0020"
        lines = done(*ADA, "course", "history", "CH-1", "--limit", "5").splitlines()
        assert len(lines) == 5
        assert any("project_changed" in line and line.endswith("(undone)") for line in lines)

    def test_a_copy_is_a_course_of_its_own(self) -> None:
        tree = done(*ADA, "course", "show", "CH-1").splitlines()[1:]

        done(*ADA, "course", "copy", "CH-1", "--name", "Chalk for beginners", "--code", "CH-2")

        copied = done(*ADA, "course", "show", "CH-2").splitlines()
        assert copied[0] == "Chalk for beginners (draft)"
        assert [line.split("(")[0].split()[-1] for line in copied[1:]] == [
            line.split("(")[0].split()[-1] for line in tree
        ]
        assert refused(*ADA, "course", "copy", "CH-1", "--name", "Again", "--code", "CH-2") == "CC-0024"
        done(*ADA, "course", "delete", "CH-2")

    @pytest.mark.parametrize(
        "words",
        [
            ("org", "people", "nowhere"),
            ("--org", "nowhere", "--as", "ada@acme.example", "course", "list"),
            ("--org", "acme", "--as", "bo@birch.example", "course", "list"),
            ("--org", "acme", "course", "list"),
            (*ADA, "course", "show", "no such course"),
        ],
    )
    def test_what_is_not_there_is_said(self, words: tuple[str, ...]) -> None:
        assert refused(*words) == "CC-0020"

    @pytest.mark.parametrize("name", ["Acme", "a b", "../x", "", "-a", "é", "a" * 64])
    def test_a_short_name_that_no_address_could_hold_is_refused(self, name: str) -> None:
        assert refused("org", "add", "--owner", "ada@acme.example", "--", name) == "CC-0022"

    @pytest.mark.parametrize("address", ["ada", "a b@c", "@", "a@b\x07"])
    def test_an_address_that_is_none_is_refused(self, address: str) -> None:
        assert refused("org", "person", "acme", address) == "CC-0022"
