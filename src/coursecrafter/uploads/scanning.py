"""Asks ClamAV about a file, by its own protocol.

A file counts as clean only if the scanner read all of it and said so. ClamAV answers OK for what is larger than its
limits, as if it had looked at it: so the limit is ours to know, and what is larger is never sent.

Source: clamd(8), INSTREAM; clamd.conf(5), StreamMaxLength, MaxFileSize, AlertExceedsMax.
"""

from __future__ import annotations

import re
import socket
import struct
from enum import StrEnum
from pathlib import Path

from coursecrafter.errors import IngestError
from coursecrafter.uploads.rules import ScanPolicy, UploadRules

CHUNK_BYTES = 1 << 16
MAX_ANSWER_BYTES = 4096
_NOT_FOUND_BUT_LIMIT = "Heuristics.Limits.Exceeded"
_FOUND = re.compile(r"stream: (?P<name>.+) FOUND")


class InfectedFile(IngestError):
    """The virus scanner found something in the file."""

    code = "CC-0128"
    remedy = "Check the computer that the file comes from; upload a copy that is known to be clean."


class ScannerSilent(IngestError):
    """The virus scanner, without which nothing is taken, does not answer."""

    code = "CC-0129"
    status = 503
    retry = True
    remedy = "Try again in a few minutes; if it stays so, tell whoever runs this server."


class TooLargeToScan(IngestError):
    """The file is larger than the virus scanner looks at, and nothing is taken unscanned."""

    code = "CC-0130"
    status = 413
    remedy = "Split or compress it; whoever runs this server can let the scanner look at larger files."


class Verdict(StrEnum):
    """What is known of a file, as `platform.uploaded_files.scan` says it."""

    CLEAN = "clean"
    NOT_SCANNED = "not_scanned"


class _NoVerdict(Exception):
    """The scanner said nothing that can be used."""


def scan(path: Path, rules: UploadRules) -> Verdict:
    """What the scanner says of a file, as far as the operator wants it asked.

    Raises:
        InfectedFile: CC-0128.
        ScannerSilent: CC-0129, scanning is required.
        TooLargeToScan: CC-0130, scanning is required.
    """
    if rules.scan is ScanPolicy.OFF:
        return Verdict.NOT_SCANNED
    is_required = rules.scan is ScanPolicy.REQUIRED
    if path.stat().st_size > rules.scanner_max_bytes:
        if is_required:
            limit = f"{rules.scanner_max_bytes >> 20} MB"
            raise TooLargeToScan(f"The file is larger than the {limit} that the virus scanner looks at.")
        return Verdict.NOT_SCANNED
    try:
        answer = _ask(path, rules)
    except (OSError, _NoVerdict) as error:
        if is_required:
            raise ScannerSilent("The virus scanner does not answer.", detail=repr(error)) from error
        return Verdict.NOT_SCANNED
    return _verdict(answer, is_required=is_required)


def _verdict(answer: str, *, is_required: bool) -> Verdict:
    found = _FOUND.fullmatch(answer)
    if answer == "stream: OK":
        return Verdict.CLEAN
    if found and not found["name"].startswith(_NOT_FOUND_BUT_LIMIT):
        raise InfectedFile("The virus scanner found something in the file, so it is not taken.", detail=answer)
    if not is_required:
        return Verdict.NOT_SCANNED
    if found or "size limit exceeded" in answer:
        raise TooLargeToScan("The file is larger, or packs more, than the virus scanner looks at.", detail=answer)
    raise ScannerSilent("The virus scanner did not answer as it should.", detail=answer)


def _ask(path: Path, rules: UploadRules) -> str:
    """Send the file, hear the answer: one line without its zero byte."""
    with _connected(rules) as connection, path.open("rb") as file:
        try:
            connection.sendall(b"zINSTREAM\0")
            while chunk := file.read(CHUNK_BYTES):
                connection.sendall(struct.pack(">I", len(chunk)) + chunk)
            connection.sendall(struct.pack(">I", 0))
        except ConnectionError:
            # At its limit the scanner answers and hangs up, while we still send: what it said is worth hearing.
            pass
        return _hear(connection)


def _connected(rules: UploadRules) -> socket.socket:
    host, colon, port = rules.scanner.rpartition(":")
    if colon:
        return socket.create_connection((host, int(port)), timeout=rules.scanner_timeout_s)
    connection = socket.socket(socket.AF_UNIX)
    connection.settimeout(rules.scanner_timeout_s)
    try:
        connection.connect(rules.scanner)
    except OSError:
        connection.close()
        raise
    return connection


def _hear(connection: socket.socket) -> str:
    answer = b""
    while not answer.endswith(b"\0") and len(answer) <= MAX_ANSWER_BYTES:
        piece = connection.recv(MAX_ANSWER_BYTES)
        if not piece:
            raise _NoVerdict(answer)
        answer += piece
    return answer.rstrip(b"\0").decode(errors="replace").strip()
