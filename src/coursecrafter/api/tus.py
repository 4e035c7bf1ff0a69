"""What the tus protocol says in headers.

Source: tus resumable upload protocol 1.0.0.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Coroutine, Mapping
from datetime import UTC
from email.utils import format_datetime
from typing import Any
from uuid import UUID

from fastapi import Request
from starlette.responses import Response

from coursecrafter.api.call import Call, CallRoute, refusal
from coursecrafter.api.problems import HeaderRefused
from coursecrafter.api.upload_places import DOCUMENT, SOURCE, Place
from coursecrafter.errors import IngestError
from coursecrafter.uploads.resumable import CHECKSUMS, Upload

VERSION = "1.0.0"
MOST_METADATA = 8192
MOST_DIGITS = 18
OFFERED = {
    "tus-version": VERSION,
    "tus-extension": "creation,expiration,checksum,termination",
    "tus-checksum-algorithm": ",".join(CHECKSUMS),
}


class WrongTusVersion(IngestError):
    """The sender speaks another version of the tus protocol, or none."""

    code = "CC-0144"
    status = 412
    remedy = "Send the header Tus-Resumable: 1.0.0; without tus, send the file to /cc/uploads/{lesson_id}/source."


class TusRoute(CallRoute):
    """A route whose callers speak tus: each answer says so, and none is read without it."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """See `APIRoute`."""
        handle = super().get_route_handler()

        async def handle_tus(request: Request) -> Response:
            if request.method != "OPTIONS" and request.headers.get("tus-resumable") != VERSION:
                answer = refusal(request, WrongTusVersion("This call is made in tus 1.0.0."))
            else:
                answer = await handle(request)
            answer.headers["tus-resumable"] = VERSION
            if answer.status_code == WrongTusVersion.status:
                answer.headers["tus-version"] = VERSION
            return answer

        return handle_tus


def headers_of(upload: Upload) -> dict[str, str]:
    """How an upload stands."""
    expires = format_datetime(upload.expires_at.astimezone(UTC), usegmt=True)
    return {
        "upload-offset": str(upload.received_bytes),
        "upload-length": str(upload.size_bytes),
        "upload-expires": expires,
    }


def read_number(call: Call, name: str) -> int:
    """A header that is a number of bytes.

    Raises:
        HeaderRefused: CC-0037.
    """
    value = call.request.headers.get(name, "")
    if not (value.isascii() and value.isdigit() and len(value) <= MOST_DIGITS):
        raise HeaderRefused(f"The header {name} is no number of bytes.")
    return int(value)


def read_metadata(call: Call) -> dict[str, str]:
    """What `Upload-Metadata` says: names with values in Base64.

    Raises:
        HeaderRefused: CC-0037.
    """
    header = call.request.headers.get("upload-metadata", "")
    if len(header) > MOST_METADATA:
        raise HeaderRefused("The header Upload-Metadata is too long.")
    found = {}
    for pair in filter(None, (part.strip() for part in header.split(","))):
        name, _, value = pair.partition(" ")
        try:
            found[name] = base64.b64decode(value.strip(), validate=True).decode()
        except ValueError as error:
            raise HeaderRefused("The header Upload-Metadata holds what is no Base64 of UTF-8.") from error
    return found


def place_told(told: Mapping[str, str]) -> Place:
    """Where a file goes, as its sender's metadata tells: a `lesson_id`, or a `project_id` with what it `becomes`.

    Raises:
        HeaderRefused: CC-0037.
    """
    becomes = told.get("becomes", SOURCE)
    purpose = told.get("purpose")
    if becomes not in {SOURCE, DOCUMENT} or (purpose is not None and not is_word(purpose)):
        raise HeaderRefused("Upload-Metadata: `becomes` is source or document, `purpose` a short word.")
    try:
        if becomes == SOURCE and "lesson_id" in told:
            return Place(SOURCE, lesson_id=UUID(told["lesson_id"]), detail=purpose)
        return Place(becomes, project_id=UUID(told["project_id"]), detail=purpose)
    except (KeyError, ValueError) as error:
        raise HeaderRefused("Upload-Metadata names no `lesson_id` or `project_id`.") from error


def is_word(text: str) -> bool:
    """Whether a text is a short word, as a purpose is."""
    return 0 < len(text) <= 50 and text.replace("_", "a").isalnum() and text.isascii() and text.islower()  # noqa: PLR2004 - as the purpose of other uploads
