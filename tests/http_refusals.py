"""What every refusal is: an envelope with a code that there is, and no word that a stranger should not read."""

from __future__ import annotations

import re

import httpx

from coursecrafter.errors import CourseCrafterError
from http_calls import JSON

OURS = re.compile(
    r"Traceback|File \"|/work/|/usr/|/tmp/|site-packages|psycopg|sqlalchemy|asyncpg|pydantic|starlette|"
    r"SELECT |INSERT |UPDATE .* SET|violates|constraint|relation \"|syntax error|0x[0-9a-f]{6}"
)
"""Words that no stranger should read."""


def codes() -> dict[str, int]:
    """Every code that there is, with its status."""
    found: dict[str, int] = {}
    waiting = [CourseCrafterError]
    while waiting:
        error = waiting.pop()
        found[error.code] = error.status
        waiting += error.__subclasses__()
    return found


def require_refused(answer: httpx.Response, what: str) -> str:
    """A refusal that may be shown to anybody; its code."""
    assert 400 <= answer.status_code < 500, f"{what}: {answer.status_code} {answer.text[:300]}"
    assert answer.headers["content-type"] == JSON, what
    body = answer.json()
    assert set(body) == {"ok", "data", "error"}, what
    assert (body["ok"], body["data"]) == (False, None), what
    error = body["error"]
    assert codes()[error["code"]] == answer.status_code, f"{what}: {error}"
    assert error["message"].strip(), what
    assert error["remedy"].strip(), what
    assert not OURS.search(answer.text), f"{what}: {answer.text[:500]}"
    assert len(answer.content) < 20_000, f"{what}: {len(answer.content)} bytes"
    return str(error["code"])
