"""Answers that are files: in parts and in bounded memory, so that a film can be sought through and a download resumed.

A browser shows what it cannot run; whatever it could run is saved and, if opened all the same, opened in a sandbox.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import quote

from fastapi import Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response, StreamingResponse
from starlette.types import Receive, Scope, Send

from coursecrafter.api.envelope import answer
from coursecrafter.api.problems import error_body
from coursecrafter.api.ranges import Span, is_unchanged, wanted_spans
from coursecrafter.domain.media_types import ENDINGS
from coursecrafter.errors import AssetError
from coursecrafter.storage.objects import ObjectMissing, ObjectStore

MEDIA_TYPE = re.compile(r"[a-z0-9][a-z0-9.+-]{0,100}/[a-z0-9][a-z0-9.+-]{0,100}")
UNKNOWN_TYPE = "application/octet-stream"
SHOWN = re.compile(r"(audio|video)/.+|image/(avif|gif|jpeg|png|webp)|text/(plain|vtt)|application/(pdf|json)")
"""What a browser may show in a tab of its own; anything else it saves (HTML, SVG and XML could hold scripts)."""

SANDBOX = "sandbox; default-src 'none'; frame-ancestors 'none'"
VIEWER = "default-src 'none'; img-src 'self'; media-src 'self'; style-src 'unsafe-inline'; frame-ancestors 'self'"
"""What a browser's own page around a film or a picture needs, and no script; our own pages may frame it."""

BOUNDARY = "coursecrafter-part"
FILE_TYPES = ("application/octet-stream", *ENDINGS)

Reader = Callable[[int, int], Iterator[bytes]]
"""Gives the bytes from a place on, so many of them, in pieces."""


class RangeOutside(AssetError):
    """The part of a file that is asked for is not in it."""

    code = "CC-0707"
    status = 416
    remedy = "Ask for a part within the length that Content-Range names, or for the whole file."


class FileLost(AssetError):
    """The file of an asset is no longer in the store."""

    code = "CC-0708"
    status = 410
    remedy = "Render or upload it again, or make another version active; whoever runs the installation can restore it."


@dataclass(frozen=True, slots=True)
class FileContent:
    """A file to answer with.

    Attributes:
        tag: of these bytes and no others, without quotes.
        read: gives any part of it.
        close: is called once, when nothing more is read.
    """

    name: str
    mime_type: str
    size_bytes: int
    tag: str
    read: Reader
    close: Callable[[], object] = lambda: None


def stored_file(store: ObjectStore, sha256: str, mime_type: str, name: str) -> FileContent:
    """A stored object under a name.

    Raises:
        FileLost: CC-0708.
    """
    try:
        stored = store.find(sha256, mime_type)
    except ObjectMissing as error:
        raise FileLost(f"The file “{name}” is not in the store.", detail=error.detail) from error
    return FileContent(
        name,
        stored.mime_type,
        stored.size_bytes,
        stored.sha256,
        lambda start, length: store.read_range(stored, start, length),
    )


def answer_file(
    request: Request, content: FileContent, *, is_saved: bool = False, headers: Mapping[str, str] | None = None
) -> Response:
    """Answer a file, the parts of it that are asked for, or that the client has it already.

    Args:
        is_saved: whether a browser saves it, whatever it is.
        headers: stand in place of the usual ones.
    """
    etag = f'"{content.tag}"'
    common = {**_file_headers(content, is_saved=is_saved), **(headers or {}), "etag": etag}
    is_head = request.method == "HEAD"
    if is_unchanged(request.headers, etag):
        content.close()
        return Response(status_code=304, headers=common)
    # A range of a HEAD means nothing: only GET has parts.
    spans = None if is_head else wanted_spans(request.headers, etag, content.size_bytes)
    if spans is None:
        return _Streamed(content, [(b"", (0, content.size_bytes))], 200, common, is_head=is_head)
    if not spans:
        content.close()
        return _outside(request, content.size_bytes)
    if len(spans) == 1:
        common["content-range"] = _content_range(spans[0], content.size_bytes)
        return _Streamed(content, [(b"", spans[0])], 206, common)
    parts, common["content-type"] = _parts(common["content-type"], spans, content.size_bytes)
    return _Streamed(content, parts, 206, common)


class _Streamed(StreamingResponse):
    """Parts of a file, each after the bytes that announce it."""

    def __init__(
        self,
        content: FileContent,
        parts: Sequence[tuple[bytes, Span]],
        status: int,
        headers: Mapping[str, str],
        *,
        is_head: bool = False,
    ) -> None:
        self._file = content
        length = sum(len(head) + end - start for head, (start, end) in parts)
        pieces = () if is_head else self._pieces(parts)
        super().__init__(pieces, status, {**headers, "content-length": str(length)})

    def _pieces(self, parts: Sequence[tuple[bytes, Span]]) -> Iterator[bytes]:
        for head, (start, end) in parts:
            if head:
                yield head
            yield from self._file.read(start, end - start)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send, and let go of the file however that ends."""
        try:
            await super().__call__(scope, receive, send)
        finally:
            await run_in_threadpool(self._file.close)


def _file_headers(content: FileContent, *, is_saved: bool) -> dict[str, str]:
    kind = content.mime_type.partition(";")[0].strip().lower()
    kind = kind if MEDIA_TYPE.fullmatch(kind) else UNKNOWN_TYPE
    is_shown = SHOWN.fullmatch(kind) is not None
    headers = {
        "content-type": f"{kind}; charset=utf-8" if kind.startswith("text/") else kind,
        "content-disposition": disposition(content.name, is_saved=is_saved or not is_shown),
        "accept-ranges": "bytes",
        "cache-control": "private, no-cache",
        # Said so that nothing between compresses it: the tag is of these very bytes.
        "content-encoding": "identity",
    }
    if is_shown:
        return {**headers, "content-security-policy": VIEWER, "x-frame-options": "SAMEORIGIN"}
    return {**headers, "content-security-policy": SANDBOX}


def disposition(name: str, *, is_saved: bool) -> str:
    """The header that names a file. Source: RFC 6266."""
    plain = re.sub(r"[^A-Za-z0-9._ -]", "_", name).strip(" .") or "file"
    kind = "attachment" if is_saved else "inline"
    return f"{kind}; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"


def _content_range(span: Span, size_bytes: int) -> str:
    return f"bytes {span[0]}-{span[1] - 1}/{size_bytes}"


def _parts(content_type: str, spans: Sequence[Span], size_bytes: int) -> tuple[list[tuple[bytes, Span]], str]:
    """Several parts as one body, and its type. Source: RFC 9110, Media Type multipart/byteranges."""
    parts = []
    for place, span in enumerate(spans):
        said = (
            f"--{BOUNDARY}\r\ncontent-type: {content_type}\r\ncontent-range: {_content_range(span, size_bytes)}\r\n\r\n"
        )
        parts.append(((("\r\n" if place else "") + said).encode(), span))
    parts.append((f"\r\n--{BOUNDARY}--\r\n".encode(), (0, 0)))
    return parts, f"multipart/byteranges; boundary={BOUNDARY}"


def _outside(request: Request, size_bytes: int) -> Response:
    error = RangeOutside(f"The file has {size_bytes} bytes; none of those that are asked for.")
    body = error_body(error, request.scope.get("cc_request_id", ""))
    return answer(body, error.status, {"content-range": f"bytes */{size_bytes}"})
