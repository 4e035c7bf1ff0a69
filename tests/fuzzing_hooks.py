"""What Schemathesis does here beyond its own checks; it loads this itself.

Its `positive_data_acceptance` takes every 400, 415 and 422 to a call that fits the schema for a fault. A schema cannot
say everything: that a cursor must come from a list, that an idempotency key must be new, that a plan's segments must
be neighbours. So two checks stand in its place, stricter where a schema can speak, that hold the rest to the page:
`shape_is_taken` and `refusal_is_documented`.
"""

from __future__ import annotations

import atexit
import json
import os
import re
from collections import Counter
from pathlib import Path
from uuid import uuid4

import schemathesis

CODE = re.compile(r"CC-\d{4}")
SHAPE_CODES = frozenset({"CC-0001", "CC-0003", "CC-0004", "CC-0005", "CC-0008", "CC-0036", "CC-0037"})
"""With these a call is refused whose form is wrong, which a schema can say whole."""
ANYWHERE = frozenset({"CC-0006", "CC-0007"})
"""No such call, wrong method: not answers of an operation."""
REPLAYED = 10
"""One in so many keys comes as it was made up, and so perhaps a second time."""

SPARED = frozenset(json.loads(os.environ["FUZZING_SPARED"]))
"""Ids of the users and of their keys."""

CASES: Counter[str] = Counter()
ANSWERS: Counter[str] = Counter()
NUMBERS: Counter[str] = Counter()


@schemathesis.hook
def before_call(context: schemathesis.HookContext, case: schemathesis.Case, kwargs: dict[str, object]) -> None:
    """Make most keys new: the fuzzer's favourite would be refused at every call but its first.

    And spare the users themselves: who ends their own key or leaves is refused everything from then on.
    """
    for name in {"key_id", "user_id"} & set(case.path_parameters or {}):
        if str(case.path_parameters[name]) in SPARED:
            case.path_parameters[name] = str(uuid4())
    key = (case.headers or {}).get("Idempotency-Key")
    NUMBERS["keys"] += 1
    if isinstance(key, str) and 1 <= len(key) <= 200 and key.isprintable() and NUMBERS["keys"] % REPLAYED:
        case.headers["Idempotency-Key"] = f"{key} {uuid4()}"


@schemathesis.hook
def after_call(context: schemathesis.HookContext, case: schemathesis.Case, response: schemathesis.Response) -> None:
    """Count."""
    CASES[case.operation.label] += 1
    ANSWERS[str(response.status_code)] += 1


@schemathesis.check
def shape_is_taken(ctx: schemathesis.CheckContext, response: schemathesis.Response, case: schemathesis.Case) -> None:
    """A call that fits the schema is never refused for its form."""
    is_valid = case.meta is not None and case.meta.generation.mode.is_positive
    # A chain of calls hands on what an answer had, and null where it had nothing; that is no id, as the page says.
    has_ids = "None" not in map(str, (case.path_parameters or {}).values())
    code = _code(response)
    # Python's `$` matches before a last line break, which in a schema it does not (ECMA-262, Assertions).
    is_python = b"match pattern" in response.content and b'\\n"' in json.dumps(_body(case)).encode()
    if is_valid and has_ids and not is_python and code in SHAPE_CODES:
        raise AssertionError(f"A call that fits the schema was refused for its form: {code}")


@schemathesis.check
def refusal_is_documented(
    ctx: schemathesis.CheckContext, response: schemathesis.Response, case: schemathesis.Case
) -> None:
    """Every refusal is an envelope whose code the page names for this operation and status."""
    if response.status_code < 400 or case.method == "HEAD":
        return
    code = _code(response)
    if code is None:
        raise AssertionError("A refusal without an envelope")
    described = case.operation.definition.raw["responses"].get(str(response.status_code), {}).get("description", "")
    if code not in {*CODE.findall(described), *ANYWHERE}:
        raise AssertionError(f"{code} is not among the answers that the page names for {response.status_code}")


def _body(case: schemathesis.Case) -> object:
    return case.body if isinstance(case.body, dict | list | str) else None


def _code(response: schemathesis.Response) -> str | None:
    try:
        error = json.loads(response.content)["error"]
        return str(error["code"]) if error else None
    except (ValueError, TypeError, KeyError):
        return None


def _tell() -> None:
    counted = {"cases": CASES, "answers": ANSWERS}
    Path(os.environ["FUZZING_COUNTS"]).write_text(json.dumps(counted))


atexit.register(_tell)
