"""What the service and its processes log: lines for people, or one JSON object a line for a collector.

COURSECRAFTER_LOG=json makes every line of a process a JSON object on standard error: what is logged, what is printed,
warnings, and what nobody caught. A line has only the fields that `FIELDS` names, so that nothing of a payload can stand
in one by accident, and what looks like a secret or a person's address is taken out of every text, in both forms.
"""

from __future__ import annotations

import io
import json
import logging
import os
import re
import sys
import threading
import traceback
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from types import TracebackType
from typing import Any, TextIO

from coursecrafter.config import UnusableSetting

FIELDS = (
    "request_id",
    "trace_id",
    "org_id",
    "project_id",
    "job_id",
    "task",
    "worker",
    "method",
    "route",
    "status",
    "duration_s",
    "code",
)
"""What a line may carry besides its time, level, logger and message."""

LONGEST_SIGNS = 16_384
"""Of a message and of a trace each: longer lines are torn by what carries them."""

OURS = "coursecrafter"
FORMS = ("text", "json")
HIDDEN = "[hidden]"
NAMES = r"password|passwd|secret|token|api_?key|access_?key|signature|credential"
GIVEN = r"""[\w-]{{0,32}}['"]?\s{{0,4}}{sign}\s{{0,4}})(?:'[^']*'|"[^"]*"|[^\s,;&)}}\]]+)"""
STOPS = r"\n(?:HINT|CONTEXT|STATEMENT):|\n\[SQL:|\n(?:The above|During handling)|\Z"
SECRETS: tuple[tuple[str, re.Pattern[str], str], ...] = (
    # Our own tokens and links.
    ("_", re.compile(r"\bcc_(?:session|key|invitation|reset)_[A-Za-z0-9_-]+"), HIDDEN),
    ("/cc/files/", re.compile(r"(/cc/files/)[^\s\"']+"), rf"\1{HIDDEN}"),
    # Tokens of others, passwords in addresses, whatever is called a secret.
    ("eyJ", re.compile(r"\beyJ[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]*)?"), HIDDEN),
    ("", re.compile(r"(?i)\b(bearer|basic)\s+[A-Za-z0-9._~+/=-]{8,}"), rf"\1 {HIDDEN}"),
    ("://", re.compile(r"(://[^/\s:@]{0,64}:)[^/\s@]+(?=@)"), rf"\1{HIDDEN}"),
    (":", re.compile(rf"(?i)((?:{NAMES}){GIVEN.format(sign=':')}"), rf"\1{HIDDEN}"),
    ("=", re.compile(rf"(?i)((?:{NAMES}){GIVEN.format(sign='=')}"), rf"\1{HIDDEN}"),
    # People.
    ("@", re.compile(r"[\w.+-]{1,64}@[\w-]{1,64}(?:\.[\w-]{1,64}){0,8}\.[A-Za-z]{2,24}"), HIDDEN),
    # What a statement was given: rows of authors and people. Source: SQLAlchemy, StatementError; PostgreSQL, DETAIL.
    ("[parameters", re.compile(r"\[parameters: .*?\](?=\n|\Z)", re.DOTALL), f"[parameters: {HIDDEN}]"),
    ("DETAIL", re.compile(rf"(DETAIL:\s+).*?(?={STOPS})", re.DOTALL), rf"\1{HIDDEN}"),
)
"""What is taken out: by a sign without which it need not be looked for, its pattern, and what stands there instead.

Each pattern is bounded: it searches what others wrote.
"""

_context: ContextVar[Mapping[str, Any]] = ContextVar("log_context", default={})  # noqa: B039 - replaced, never changed


def set_up_logging(
    environment: Mapping[str, str] | None = None, *, worker: str | None = None, level: int = logging.INFO
) -> None:
    """Let this process log as COURSECRAFTER_LOG says: `text` (default) or `json`.

    Args:
        worker: the name that this process has among workers, for all its lines.
        level: from which on our own lines are told, unless more is asked for already.

    Raises:
        UnusableSetting: CC-0045.
    """
    env = os.environ if environment is None else environment
    form = env.get("COURSECRAFTER_LOG") or "text"
    if form not in FORMS:
        raise UnusableSetting("COURSECRAFTER_LOG takes text or json.")
    always = {"worker": worker} if worker is not None else {}
    stream = _error_stream()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(JsonLine(always) if form == "json" else TextLine())
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    ours = logging.getLogger(OURS)
    ours.setLevel(min(ours.level or level, level))
    if form == "json":
        _take_all_lines(stream)


@contextmanager
def log_context(**fields: Any) -> Iterator[None]:
    """Give all lines that are logged within, also in threads that a call is run in, these of `FIELDS`."""
    token = _context.set({**_context.get(), **fields})
    try:
        yield
    finally:
        _context.reset(token)


def redacted(text: str) -> str:
    """A text without what looks like a secret, a payload or a person's address."""
    for sign, pattern, instead in SECRETS:
        if sign in text:
            text = pattern.sub(instead, text)
    return text


class TextLine(logging.Formatter):
    """A line for people, as `WARNING coursecrafter.api.call: …`."""

    def __init__(self) -> None:
        super().__init__("%(levelname)s %(name)s: %(message)s")

    def format(self, record: logging.LogRecord) -> str:
        """See `Formatter`."""
        return redacted(super().format(record))


class JsonLine(logging.Formatter):
    """A line for a collector.

    Args:
        always: fields of every line.
    """

    def __init__(self, always: Mapping[str, Any]) -> None:
        super().__init__()
        self.always = always

    def format(self, record: logging.LogRecord) -> str:
        """See `Formatter`."""
        at = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        line: dict[str, Any] = {
            "time": at,
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": redacted(record.getMessage()[:LONGEST_SIGNS]),
        }
        known = {**self.always, **_context.get(), **record.__dict__}
        line |= {name: _plain(known[name]) for name in FIELDS if known.get(name) is not None}
        if record.exc_info and record.exc_info[1] is not None:
            error = record.exc_info[1]
            line.setdefault("code", getattr(error, "code", None))
            line["trace"] = redacted("".join(traceback.format_exception(error))[-LONGEST_SIGNS:])
        return json.dumps({name: value for name, value in line.items() if value is not None}, ensure_ascii=False)


class Printed(io.TextIOBase):
    """A stream whose lines become lines of the log: what is printed, by us or by a library."""

    encoding = "utf-8"
    errors = "backslashreplace"

    def __init__(self, log: logging.Logger, level: int) -> None:
        self._log = log
        self._level = level
        self._begun = ""
        self._writing = threading.Lock()

    def writable(self) -> bool:
        """See `IOBase`."""
        return True

    def write(self, text: str) -> int:
        """Log what is complete."""
        with self._writing:
            *whole, self._begun = (self._begun + text).split("\n")
        for line in whole:
            if line.strip():
                self._log.log(self._level, "%s", line.rstrip())
        return len(text)


def _error_stream() -> TextIO:
    """Standard error itself, also for whoever sets up a second time."""
    return sys.stderr if _Own.stream is None else _Own.stream


class _Own:
    """The stream that stood in standard error's place before it was taken."""

    stream: TextIO | None = None


def _take_all_lines(stream: TextIO) -> None:
    """Let what is printed, warned of and not caught become lines of the log too."""
    _Own.stream = stream
    printed = logging.getLogger(f"{OURS}.printed")
    sys.stdout = Printed(printed, logging.INFO)
    # Also the sentence by which a command refuses to start.
    sys.stderr = Printed(printed, logging.WARNING)
    # What the log itself fails at would be printed, and so logged again, for ever.
    logging.raiseExceptions = False
    logging.captureWarnings(capture=True)
    fatal = logging.getLogger(OURS)

    def log_error(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        fatal.critical("The process ended by an error.", exc_info=(kind, error, trace))

    def log_thread_error(told: threading.ExceptHookArgs) -> None:
        if told.exc_value is not None:
            fatal.error("A thread ended by an error.", exc_info=(told.exc_type, told.exc_value, told.exc_traceback))

    sys.excepthook = log_error
    threading.excepthook = log_thread_error


def _plain(value: Any) -> Any:
    """A field as JSON takes it: numbers and short texts."""
    return value if isinstance(value, bool | int | float) else redacted(str(value)[:LONGEST_SIGNS])
