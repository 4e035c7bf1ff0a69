"""A file is clean only if the scanner read all of it and said so."""

from __future__ import annotations

import socket
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from coursecrafter.uploads.rules import ScanPolicy, UnusableRule, UploadRules, load_rules
from coursecrafter.uploads.scanning import InfectedFile, ScannerSilent, TooLargeToScan, Verdict, scan

EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"


@dataclass
class StandIn:
    """A server that speaks as clamd does, for one kind of answer.

    Attributes:
        address: for `UploadRules.scanner`.
        heard: the files that it was sent.
    """

    address: str
    heard: list[bytes] = field(default_factory=list)


Answer = Callable[[socket.socket, StandIn], None]


def read_stream(connection: socket.socket) -> bytes:
    file = connection.makefile("rb")
    assert file.read(10) == b"zINSTREAM\0"
    content = b""
    while length := struct.unpack(">I", file.read(4))[0]:
        content += file.read(length)
    return content


def look(connection: socket.socket, server: StandIn) -> None:
    server.heard.append(read_stream(connection))
    is_found = EICAR in server.heard[-1]
    connection.sendall(b"stream: Win.Test.EICAR_HDB-1 FOUND\0" if is_found else b"stream: OK\0")


def stop_at_its_limit(connection: socket.socket, server: StandIn) -> None:
    """As clamd beyond StreamMaxLength: it answers while the sender still sends, and hangs up."""
    connection.recv(1000)
    connection.sendall(b"INSTREAM size limit exceeded. ERROR\0")


def alert_its_limit(connection: socket.socket, server: StandIn) -> None:
    read_stream(connection)
    connection.sendall(b"stream: Heuristics.Limits.Exceeded.MaxFileSize FOUND\0")


def keep_silent(connection: socket.socket, server: StandIn) -> None:
    read_stream(connection)
    threading.Event().wait(1)


def hang_up(connection: socket.socket, server: StandIn) -> None:
    read_stream(connection)


def break_off(connection: socket.socket, server: StandIn) -> None:
    read_stream(connection)
    connection.sendall(b"stream: O")


def talk_nonsense(connection: socket.socket, server: StandIn) -> None:
    read_stream(connection)
    connection.sendall(b"UNKNOWN COMMAND\0")


@contextmanager
def serving(answer: Answer, folder: Path | None = None) -> Iterator[StandIn]:
    if folder is None:
        listener = socket.create_server(("127.0.0.1", 0))
        server = StandIn(f"127.0.0.1:{listener.getsockname()[1]}")
    else:
        listener = socket.socket(socket.AF_UNIX)
        listener.bind(str(folder / "clamd.ctl"))
        listener.listen()
        server = StandIn(str(folder / "clamd.ctl"))

    def serve() -> None:
        with listener.accept()[0] as connection:
            answer(connection, server)

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    with listener:
        yield server
        thread.join(5)


def rules_for(server: StandIn, policy: ScanPolicy, max_bytes: int = 1 << 20) -> UploadRules:
    return UploadRules(scan=policy, scanner=server.address, scanner_max_bytes=max_bytes, scanner_timeout_s=0.3)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "file"
    path.write_bytes(bytes(range(256)) * 1000)
    return path


@pytest.mark.parametrize("is_local", [True, False], ids=["unix socket", "tcp"])
def test_a_clean_file_was_read_whole(path: Path, tmp_path: Path, is_local: bool) -> None:
    with serving(look, tmp_path if is_local else None) as server:
        assert scan(path, rules_for(server, ScanPolicy.REQUIRED)) is Verdict.CLEAN

    assert server.heard == [path.read_bytes()]


@pytest.mark.parametrize("policy", [ScanPolicy.IF_AVAILABLE, ScanPolicy.REQUIRED])
def test_what_is_found_is_refused_under_any_policy(path: Path, policy: ScanPolicy) -> None:
    path.write_bytes(EICAR)

    with serving(look) as server, pytest.raises(InfectedFile, match="CC-0128") as refusal:
        scan(path, rules_for(server, policy))

    assert "EICAR" not in refusal.value.message
    assert "EICAR" in refusal.value.detail


def test_nobody_is_asked_where_scanning_is_off(path: Path) -> None:
    path.write_bytes(EICAR)

    assert scan(path, UploadRules(scan=ScanPolicy.OFF, scanner="127.0.0.1:1")) is Verdict.NOT_SCANNED


@pytest.mark.parametrize("answer", [stop_at_its_limit, alert_its_limit])
def test_what_is_beyond_the_scanners_limit_is_never_clean(path: Path, answer: Answer) -> None:
    path.write_bytes(bytes(8 << 20))

    with serving(answer) as server:
        assert scan(path, rules_for(server, ScanPolicy.IF_AVAILABLE, 1 << 30)) is Verdict.NOT_SCANNED
    with serving(answer) as server, pytest.raises(TooLargeToScan, match="CC-0130"):
        scan(path, rules_for(server, ScanPolicy.REQUIRED, 1 << 30))


def test_what_the_scanner_would_pass_over_is_not_sent(path: Path) -> None:
    """Beyond MaxFileSize clamd answers OK without having looked."""
    rules = UploadRules(scan=ScanPolicy.IF_AVAILABLE, scanner="127.0.0.1:1", scanner_max_bytes=1000)

    assert scan(path, rules) is Verdict.NOT_SCANNED
    with pytest.raises(TooLargeToScan):
        scan(path, UploadRules(scan=ScanPolicy.REQUIRED, scanner="127.0.0.1:1", scanner_max_bytes=1000))


@pytest.mark.parametrize("answer", [keep_silent, hang_up, break_off, talk_nonsense])
def test_a_scanner_that_says_nothing_useful_calls_nothing_clean(path: Path, answer: Answer) -> None:
    with serving(answer) as server:
        assert scan(path, rules_for(server, ScanPolicy.IF_AVAILABLE)) is Verdict.NOT_SCANNED
    with serving(answer) as server, pytest.raises(ScannerSilent, match="CC-0129"):
        scan(path, rules_for(server, ScanPolicy.REQUIRED))


@pytest.mark.parametrize("address", ["127.0.0.1:1", "nowhere/clamd.ctl"])
def test_a_scanner_that_is_not_there_calls_nothing_clean(path: Path, address: str) -> None:
    assert scan(path, UploadRules(scan=ScanPolicy.IF_AVAILABLE, scanner=address)) is Verdict.NOT_SCANNED
    with pytest.raises(ScannerSilent):
        scan(path, UploadRules(scan=ScanPolicy.REQUIRED, scanner=address))


def test_rules_come_from_the_environment() -> None:
    assert load_rules(7, 9, {}).scan is ScanPolicy.IF_AVAILABLE
    rules = load_rules(7, 9, {"COURSECRAFTER_SCAN": "required", "COURSECRAFTER_SCANNER_MAX_MB": "100"})

    assert (rules.scan, rules.scanner_max_bytes, rules.default_quota_bytes) == (ScanPolicy.REQUIRED, 100 << 20, 7)


@pytest.mark.parametrize(
    "setting", [{"COURSECRAFTER_SCAN": "yes"}, {"COURSECRAFTER_SCANNER_MAX_MB": "-1"}, {"COURSECRAFTER_SANDBOX": "no"}]
)
def test_a_setting_that_means_nothing_is_named(setting: dict[str, str]) -> None:
    with pytest.raises(UnusableRule, match=next(iter(setting))):
        load_rules(None, 1, setting)
