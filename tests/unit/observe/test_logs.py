"""A line of the log is one JSON object, tells what it may, and no secret."""

from __future__ import annotations

import json
import logging
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from click.testing import CliRunner

from coursecrafter.cli import cli
from coursecrafter.config import UnusableSetting
from coursecrafter.logs import FIELDS, HIDDEN, redacted, set_up_logging

SECRETS = [
    "cc_key_" + "A1b2" * 10,
    "cc_invitation_" + "Zz9-" * 10,
    "seven green kettles",
    "ada@acme.example",
    "eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiJhZGEifQ.c2lnbmF0dXJl",
    "p%40ssw0rd",
    "the words of a lesson",
    "wJalrXUtnFEMI",
]

PROGRAM = """
import sys, threading, warnings, logging, click
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from coursecrafter.errors import RequestError
from coursecrafter.logs import log_context, set_up_logging

class Refused(RequestError):
    code = "CC-0045"

set_up_logging(worker="w-1")
log = logging.getLogger("coursecrafter.trial")
print("Printed,\\n  in two lines")
click.echo("Echoed", err=True)
warnings.warn("Warned")
logging.getLogger("alien").warning("From a library")
with log_context(request_id="r1", org_id="o1", project_id="p1"), log_context(job_id="j1", task="render"):
    log.info("Within", extra={"duration_s": 1.5, "payload": "the words of a lesson", "password": "seven green kettles"})
    with ThreadPoolExecutor(1) as pool:
        pool.submit(copy_context().run, log.info, "In a thread").result()
log.info("Outside")
log.debug("Too much")
try:
    raise Refused("It cannot be.")
except Refused:
    log.exception("Several\\nlines")
threading.Thread(target=lambda: 1 / 0).start()
raise KeyError("the end")
"""


def run(program: str, form: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", program],
        env={"COURSECRAFTER_LOG": form, "PYTHONPATH": str(Path(__file__).parents[3] / "src"), "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.fixture(scope="module")
def lines() -> list[dict[str, Any]]:
    ended = run(PROGRAM, "json")
    assert ended.stdout == ""
    return [json.loads(line) for line in ended.stderr.splitlines()]


def line_of(lines: list[dict[str, Any]], message: str) -> dict[str, Any]:
    return next(line for line in lines if line["message"] == message)


def test_all_that_a_process_says_is_lines_of_json(lines: list[dict[str, Any]]) -> None:
    said = [line["message"] for line in lines]

    assert {"Printed,", "  in two lines", "Echoed", "From a library", "Within", "Outside", "Several\nlines"} <= {*said}
    assert any("Warned" in message for message in said)
    assert "Too much" not in said
    assert (line_of(lines, "Printed,")["level"], line_of(lines, "Echoed")["level"]) == ("info", "warning")
    assert line_of(lines, "A thread ended by an error.")["level"] == "error"
    assert "KeyError" in line_of(lines, "The process ended by an error.")["trace"]


def test_each_line_says_when_how_grave_and_who(lines: list[dict[str, Any]]) -> None:
    for line in lines:
        assert line["time"].endswith("Z")
        assert line["level"] in {"info", "warning", "error", "critical"}
        assert line["logger"]
        assert line["worker"] == "w-1"
        assert set(line) <= {"time", "level", "logger", "message", "trace", *FIELDS}


def test_a_context_stands_in_the_lines_within_it_and_in_no_other(lines: list[dict[str, Any]]) -> None:
    context = {"request_id": "r1", "org_id": "o1", "project_id": "p1", "job_id": "j1", "task": "render"}

    assert line_of(lines, "Within") | context | {"duration_s": 1.5} == line_of(lines, "Within")
    assert line_of(lines, "In a thread") | context == line_of(lines, "In a thread")
    assert not set(context) & set(line_of(lines, "Outside"))


def test_a_field_that_is_not_named_is_not_told(lines: list[dict[str, Any]]) -> None:
    told = json.dumps(lines)

    assert "the words of a lesson" not in told
    assert "seven green kettles" not in told


def test_an_error_tells_its_code(lines: list[dict[str, Any]]) -> None:
    assert line_of(lines, "Several\nlines")["code"] == "CC-0045"


def test_people_read_lines_without_json() -> None:
    ended = run("import logging\nfrom coursecrafter.logs import *\nset_up_logging()\n" + SAYS_SECRETS, "text")

    assert ended.stderr.startswith("WARNING coursecrafter.trial: ")
    assert [secret for secret in SECRETS if secret in ended.stderr] == []


SAYS_SECRETS = """
import json, psycopg, sqlalchemy as sa
log = logging.getLogger("coursecrafter.trial")
said = {
    "Authorization": "Bearer cc_key_" + "A1b2" * 10,
    "link": "https://courses.example/cc/welcome#cc_invitation_" + "Zz9-" * 10,
    "password": "seven green kettles",
    "who": "ada@acme.example",
}
log.warning("%s", json.dumps(said))
log.warning("at postgresql://cc_app:p%40ssw0rd@db.example/courses with aws_secret_access_key=wJalrXUtnFEMI")
log.warning("a token eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiJhZGEifQ.c2lnbmF0dXJl of theirs")
try:
    detail = "DETAIL:  Key (email)=(ada@acme.example) is there.\\nthe words of a lesson"
    cause = psycopg.errors.UniqueViolation("duplicate key\\n" + detail)
    raise sa.exc.IntegrityError("INSERT INTO t VALUES (%(text)s)", {"text": "the words of a lesson]"}, cause)
except sa.exc.IntegrityError:
    log.exception("It broke down")
"""


@pytest.mark.parametrize("form", ["text", "json"])
def test_no_secret_no_payload_and_nobody_stands_in_the_log(form: str) -> None:
    ended = run("import logging\nfrom coursecrafter.logs import *\nset_up_logging()\n" + SAYS_SECRETS, form)

    assert ended.returncode == 0, ended.stderr
    assert "It broke down" in ended.stderr
    assert "INSERT INTO t" in ended.stderr
    assert [secret for secret in SECRETS if secret in ended.stderr] == []


def test_the_search_for_secrets_would_find_them() -> None:
    ended = run("import logging\nlogging.basicConfig()\n" + SAYS_SECRETS, "text")

    assert [secret for secret in SECRETS if secret not in ended.stderr] == []


@pytest.mark.parametrize(
    "text", ["9d47f88ce930372d GET /cc/projects/list 200 0.8 ms", "Not ready: store", "12:30 = noon"]
)
def test_what_is_no_secret_is_left(text: str) -> None:
    assert redacted(text) == text
    assert HIDDEN not in text


def test_another_form_is_refused() -> None:
    with pytest.raises(UnusableSetting, match="COURSECRAFTER_LOG"):
        set_up_logging({"COURSECRAFTER_LOG": "xml"})


def orders_of_a_child(tmp_path: Path) -> tuple[str, dict[str, str], dict[str, str]]:
    """What a worker says to a child: the place and an order that cannot be carried out; ids and arguments of it."""
    nowhere = "postgresql+psycopg://cc_worker:p%40ssw0rd@127.0.0.1:9/courses"
    place = {"urls": [nowhere] * 3, "environment": {"COURSECRAFTER_HOME": str(tmp_path)}, "room": [1, 1]}
    ids = {"org_id": str(uuid4()), "project_id": str(uuid4())}
    arguments = {"job_id": str(uuid4()), "words": "the words of a lesson"}
    order = {"task": "no such task", **ids, "user_id": str(uuid4()), "fence": [1, 1, 1], "arguments": arguments}
    return f"{json.dumps(place)}\n{json.dumps(order)}\n", ids, arguments


@contextmanager
def child_of_a_worker() -> Iterator[subprocess.Popen[str]]:
    with subprocess.Popen(
        [sys.executable, "-m", "coursecrafter.background.child"],
        env={
            "COURSECRAFTER_LOG": "json",
            "PYTHONPATH": str(Path(__file__).parents[3] / "src"),
            "PATH": "/usr/bin:/bin",
        },
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as child:
        yield child


def test_a_child_of_a_worker_tells_what_it_works_on(tmp_path: Path) -> None:
    orders, ids, arguments = orders_of_a_child(tmp_path)

    with child_of_a_worker() as child:
        assert child.stdin is not None
        assert child.stdout is not None
        child.stdin.write(orders)
        child.stdin.flush()
        answer = child.stdout.readline()
        _, said = child.communicate(timeout=60)

    line = json.loads(said)
    assert "error" in json.loads(answer)
    assert line | {**ids, "job_id": arguments["job_id"], "task": "no such task", "level": "error"} == line
    assert [secret for secret in SECRETS if secret in said] == []


def test_a_child_whose_worker_is_gone_ends_without_a_word_about_it(tmp_path: Path) -> None:
    orders, _, _ = orders_of_a_child(tmp_path)

    with child_of_a_worker() as child:
        assert child.stdin is not None
        assert child.stdout is not None
        assert child.stderr is not None
        child.stdout.close()
        child.stdin.write(orders)
        child.stdin.flush()
        said = child.stderr.read()
        status = child.wait(60)

    # Its order broke down; that nobody heard of it does not.
    assert [json.loads(line)["message"] for line in said.splitlines()] == ["no such task broke down"]
    assert status == 1


@pytest.mark.parametrize("options", [[], ["--verbose"]])
def test_a_command_that_is_over_leaves_the_log_as_it_was(options: list[str]) -> None:
    ours = logging.getLogger("coursecrafter")
    before = ours.level

    ended = CliRunner().invoke(cli, [*options, "build", "--help"])

    assert ended.exit_code == 0
    assert ours.level == before
