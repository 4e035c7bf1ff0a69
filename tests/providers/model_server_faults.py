"""What may go wrong with a provider, as the stand-in is told."""

from __future__ import annotations

import gzip
import json
from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Fault:
    """A fault of one call.

    Attributes:
        path: part of the path of the calls that it befalls; "": of any.
        replaces: whether status, headers and body are sent instead of the answer.
        kind: one that the protocol itself knows: "refusal", "filter", "length", "empty", "no_words", "wrong_lengths".
        silence_s: nothing is said for so long.
        drip_s: a byte each time.
        pause_s: in the middle of a stream, after its third piece.
        cuts: half of the answer, then the connection closes.
    """

    path: str = ""
    replaces: bool = False
    status: int = 200
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    kind: str = ""
    silence_s: float = 0.0
    drip_s: float = 0.0
    pause_s: float = 0.0
    cuts: bool = False


def status(code: int, said: str = "The server had an error.", **headers: str) -> Fault:
    """A status with words as OpenAI's; headers as `retry_after="2"`."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    body = json.dumps({"error": {"message": said, "type": "server_error", "param": None, "code": None}}).encode()
    return Fault(replaces=True, status=code, body=body, headers={"Content-Type": "application/json", **named})


def busy(retry_after: str | float = 1, code: int = 429) -> Fault:
    return status(code, "Rate limit reached.", retry_after=str(retry_after))


def used_up() -> Fault:
    body = json.dumps({"error": {"message": "You exceeded your current quota.", "code": "insufficient_quota"}}).encode()
    return Fault(replaces=True, status=429, body=body, headers={"Content-Type": "application/json"})


def raw(body: bytes, content_type: str = "application/json", code: int = 200, **headers: str) -> Fault:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Fault(replaces=True, status=code, body=body, headers={"Content-Type": content_type, **named})


def wrong_json() -> Fault:
    return raw(b'{"choices": [{"mess')


def html() -> Fault:
    return raw(b"<!doctype html><title>Sign in</title><p>Welcome to the hotel.", "text/html")


def too_much(count: int = 10 << 20) -> Fault:
    return raw(b" " * count)


def gzip_bomb(count: int = 40 << 20) -> Fault:
    return raw(gzip.compress(b" " * count, 9), content_encoding="gzip")


def redirect(where: str, code: int = 307) -> Fault:
    return Fault(replaces=True, status=code, headers={"Location": where})


def silent(seconds: float = 30.0) -> Fault:
    return Fault(silence_s=seconds)


def drip(seconds: float = 0.05) -> Fault:
    return Fault(drip_s=seconds)


def paused(seconds: float) -> Fault:
    return Fault(pause_s=seconds)


def cut() -> Fault:
    return Fault(cuts=True)


def refusal() -> Fault:
    return Fault(kind="refusal")


def filtered() -> Fault:
    """The provider's filter stops the answer."""
    return Fault(kind="filter")


def shortened() -> Fault:
    """The answer reaches the number of tokens."""
    return Fault(kind="length")


def empty() -> Fault:
    """An answer with nothing in it."""
    return Fault(kind="empty")


def no_words() -> Fault:
    """Sound without the times of its words."""
    return Fault(kind="no_words")


def wrong_lengths() -> Fault:
    """Lists that do not agree."""
    return Fault(kind="wrong_lengths")
