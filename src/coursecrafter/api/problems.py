"""What can be wrong with a call before any verb sees it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from coursecrafter.db.refusals import UnusableText, ValueRefused
from coursecrafter.errors import CourseCrafterError, RequestError


class IdRefused(RequestError):
    """An id in the address or a field is none: ids are UUIDs."""

    code = "CC-0001"
    remedy = "Take the id from a list or from what made the thing, as it stands there."


class UnreadableBody(RequestError):
    """The body is not JSON, or nests deeper than anything needs."""

    code = "CC-0003"
    status = 400
    remedy = "Send one JSON value in UTF-8, nested at most 200 deep."


class BodyTooLarge(RequestError):
    """The body is larger than any call of this kind needs."""

    code = "CC-0004"
    status = 413
    remedy = "Send less at once; files go to the uploads."


class FieldsRefused(RequestError):
    """Fields of the call are missing, unknown or of the wrong kind."""

    code = "CC-0005"
    remedy = "Correct the fields that the message names; the pages at /cc/docs show each call with an example."


class NoSuchCall(RequestError):
    """There is no call at this address."""

    code = "CC-0006"
    status = 404
    remedy = "Look at /cc/docs for the calls that there are."


class WrongMethod(RequestError):
    """The call exists, with another method."""

    code = "CC-0007"
    status = 405
    remedy = "Use the method that /cc/docs names: GET to read, POST to change."
    allow: str = ""


class WrongContentType(RequestError):
    """The body is of a kind that this call does not take."""

    code = "CC-0008"
    status = 415
    remedy = "Send JSON with the header Content-Type: application/json."


class TooManyCalls(RequestError):
    """More calls came from here in a minute than one caller may make."""

    code = "CC-0009"
    status = 429
    retry = True
    remedy = "Wait as many seconds as the header Retry-After says."
    retry_after_s: float = 1.0


class KeyReused(RequestError):
    """An idempotency key came a second time, with another call or another body."""

    code = "CC-0018"
    remedy = "Take a new key for each new call; repeat a key only with the very same call."


class ConditionRefused(RequestError):
    """The header If-Match names no version that was ever given out."""

    code = "CC-0019"
    status = 400
    remedy = "Send the ETag of the last answer, or its updated_at in double quotes."


class WrongOrigin(RequestError):
    """A browser sent this from a page that is not of this installation."""

    code = "CC-0034"
    status = 403
    remedy = "Open the studio at its own address; programs send an API key instead of a cookie."


class Fault(RequestError):
    """Something went wrong that is no fault of the call."""

    code = "CC-0035"
    status = 500
    remedy = "Try again; if it happens again, give the request's id to whoever runs this installation."


class BodyCutOff(RequestError):
    """The body ended before its announced length."""

    code = "CC-0036"
    status = 400
    retry = True
    remedy = "Send the call again."


class HeaderRefused(RequestError):
    """A header holds something that it cannot hold."""

    code = "CC-0037"
    status = 400
    remedy = "Correct the header that the message names."


IDS = frozenset({"uuid_parsing", "uuid_type", "uuid_version"})
UNFIT_TEXT, UNFIT_VALUE = "unfit_text", "unfit_value"
UNFIT: Mapping[str, type[RequestError]] = {UNFIT_TEXT: UnusableText, UNFIT_VALUE: ValueRefused}
"""Kinds of our own: the form is right, and what is in it cannot be kept."""

SHOWN = 20
"""Fields that are named in one answer; whoever sends ten thousand wrong ones needs no longer list."""

LONGEST_NAME = 100
KINDS = frozenset({"int", "str", "bool", "float", "uuid"})


def say_fields(errors: Sequence[Mapping[str, Any]]) -> tuple[RequestError, list[dict[str, str]]]:
    """What a call's validation found, as one error and its fields.

    Args:
        errors: as FastAPI's RequestValidationError gives them.
    """
    fields = [
        {"field": _name(error["loc"]), "message": str(error["msg"]).removeprefix("Value error, ")[:300]}
        for error in errors[:SHOWN]
    ]
    first = fields[0]
    place, kind = errors[0]["loc"][0], errors[0]["type"]
    if kind in UNFIT:
        return UNFIT[kind](f"{first['field']} cannot be taken: {first['message']}."), fields
    if kind in IDS:
        return IdRefused(f"{first['field']} is not an id."), fields
    if place == "header":
        return HeaderRefused(f"The header {first['field']} cannot be taken: {first['message']}."), fields
    return FieldsRefused(f"{first['field']} cannot be taken: {first['message']}."), fields


def _name(loc: Sequence[Any]) -> str:
    """A field's path without the words of the framework: `changes.0.text`."""
    name = ".".join(str(part) for part in loc[1:] if not _is_kind(part)) or "The body"
    # A name comes from the call itself: it is shown as JSON would, so that no sign of it does anything.
    return json.dumps(name[:LONGEST_NAME], ensure_ascii=True)[1:-1]


def _is_kind(part: Any) -> bool:
    """Whether a part of a path names no field but the kind of value that the framework tried there."""
    return isinstance(part, str) and (part in KINDS or part.startswith("constrained-") or "[" in part)


def error_body(error: CourseCrafterError, request_id: str, fields: Sequence[Mapping[str, str]] = ()) -> bytes:
    """The envelope of an error."""
    told: dict[str, Any] = {
        "code": error.code,
        "message": error.message,
        "remedy": error.remedy,
        "retry": error.retry,
        "request_id": request_id,
    }
    if fields:
        told["fields"] = list(fields)
    return json.dumps({"ok": False, "data": None, "error": told}, ensure_ascii=True).encode()
