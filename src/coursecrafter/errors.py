"""The error a person reads: what happened, what to do, and a CC code.

Families follow the API document: 00 request and tenancy, 01 ingest, 02 video, 03 gateway, 04 e-learning, 05 book,
06 jobs, 07 assets, 08 export. A leaf is one thing a caller can act on, stands in the module that raises it, and its
docstring's first line is its meaning in `docs/errors.md`, which is generated from the classes.
"""

from __future__ import annotations

from typing import ClassVar


class CourseCrafterError(Exception):
    """Something that a person can act on.

    Attributes:
        code: `CC-` and four digits; the first two name the family. Never reused.
        status: the HTTP status that tells the truth about it.
        retry: whether the same call may succeed later without any change.
        remedy: what to do, in one sentence, for the error page and the command line.
        detail: paths, payloads and tool output, for the log only.
    """

    code: ClassVar[str] = "CC-0000"
    status: ClassVar[int] = 500
    retry: ClassVar[bool] = False
    remedy: ClassVar[str] = "Report it with the log."

    def __init__(self, message: str, *, detail: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.detail = detail

    def __str__(self) -> str:
        return f"{self.message} [{self.code}]"


class RequestError(CourseCrafterError):
    """The request cannot be carried out as it stands (family 00)."""

    code = "CC-0000"
    status = 422


class IngestError(CourseCrafterError):
    """A file from outside cannot be taken (family 01)."""

    code = "CC-0100"
    status = 422


class VideoError(CourseCrafterError):
    """A video cannot be made (family 02)."""

    code = "CC-0200"


class GatewayError(CourseCrafterError):
    """A call to a model failed (family 03)."""

    code = "CC-0300"
    status = 502


class ElearningError(CourseCrafterError):
    """A module or package cannot be made (family 04)."""

    code = "CC-0400"


class BookError(CourseCrafterError):
    """A book cannot be made (family 05)."""

    code = "CC-0500"


class JobError(CourseCrafterError):
    """A job or step cannot go on (family 06)."""

    code = "CC-0600"


class AssetError(CourseCrafterError):
    """A stored object or asset is not what it should be (family 07)."""

    code = "CC-0700"


class ExportError(CourseCrafterError):
    """A finished course cannot leave (family 08)."""

    code = "CC-0800"
