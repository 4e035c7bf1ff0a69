"""A file in a call's body: streamed to the store in bounded memory, as it is or in a form.

The event loop waits for bytes; threads write, look into the file and talk to the database. Before a byte of the file is
read it is known who sends it, where it goes, whether they may put it there, and how much may come.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import ExitStack
from uuid import UUID

from sqlalchemy import Connection
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect
from starlette.responses import Response

from coursecrafter.api.call import Call
from coursecrafter.api.file_forms import FileForm
from coursecrafter.api.problems import BodyCutOff, HeaderRefused
from coursecrafter.api.upload_places import Place, land
from coursecrafter.errors import IngestError
from coursecrafter.storage.incoming import IncomingFile
from coursecrafter.uploads.admission import check_file, keeping
from coursecrafter.uploads.kinds import FileKind, kind_named
from coursecrafter.uploads.names import ending, safe_name
from coursecrafter.uploads.quotas import room_left
from coursecrafter.uploads.receiving import Limits, Receiver, receiving
from coursecrafter.uploads.rules import UploadRules, load_rules

BATCH_BYTES = 1 << 20
FORM_BYTES = 64 << 10
"""What a form may hold beside its file."""


class NameMissing(IngestError):
    """A file came without its name, which says what it is."""

    code = "CC-0140"
    remedy = "Add ?name= with the file's name to the address, or send it as `file` in a form."


def rules_of(call: Call) -> UploadRules:
    """What the operator allows.

    Raises:
        UnusableRule: CC-0142.
    """
    return load_rules(call.site.service.quota_bytes, call.site.service.upload_bytes)


async def take_body(call: Call, place: Place, name: str | None) -> Response:
    """Take the file that a call's body is, or that the form in it holds; 201 with what it has become.

    Args:
        name: the file's name, where the body is the file itself.

    Raises:
        IngestError: what refuses the file.
        NotFound, NotAllowed: CC-0020, CC-0021.
        BodyCutOff: CC-0036.
    """
    with ExitStack() as stack:
        taker = _Taker(call, place, stack)
        try:
            if call.request.headers.get("content-type", "").lower().startswith("multipart/form-data"):
                await _take_form(taker)
            else:
                await _take_raw(taker, name)
        except ClientDisconnect as error:
            raise BodyCutOff("The body ended half-way; nothing was kept.") from error
        return await run_in_threadpool(taker.finish)


async def take_bytes(call: Call, place: Place, name: str, content: bytes) -> Response:
    """Take what came in a field of a call as a file: pasted notes.

    Raises:
        IngestError: what refuses them.
        NotFound, NotAllowed: CC-0020, CC-0021.
    """
    with ExitStack() as stack:
        taker = _Taker(call, place, stack)
        await run_in_threadpool(taker.begin, name, len(content))
        await run_in_threadpool(taker.write, content)
        return await run_in_threadpool(taker.finish)


def announced_bytes(call: Call) -> int | None:
    """The body's length as its header announces it.

    Raises:
        HeaderRefused: CC-0037.
    """
    header = call.request.headers.get("content-length")
    if header is None:
        return None
    if not (header.isascii() and header.isdigit() and len(header) <= 18):  # noqa: PLR2004 - digits of a 64-bit number
        raise HeaderRefused("Content-Length is no number of bytes.")
    return int(header)


async def batches(call: Call) -> AsyncIterator[bytes]:
    """The body in pieces that are worth a thread's while.

    Raises:
        ClientDisconnect: it ended half-way; all that came was given before.
    """
    held: list[bytes] = []
    length = 0
    try:
        async for chunk in call.request.stream():
            held.append(chunk)
            length += len(chunk)
            if length >= BATCH_BYTES:
                yield b"".join(held)
                held, length = [], 0
    except ClientDisconnect:
        yield b"".join(held)
        raise
    yield b"".join(held)


def file_name(raw: str, kind: FileKind) -> str:
    """A name with the ending that its kind is known by: `Notes.markdown` is `Notes.md`."""
    found = ending(raw)
    return raw if found == kind else f"{raw[: len(raw) - len(found)]}{kind}"


class _Taker:
    """Takes one file, from its name to its row. Its methods block."""

    def __init__(self, call: Call, place: Place, stack: ExitStack) -> None:
        self._call, self._place, self._stack = call, place, stack
        self._rules = rules_of(call)
        self.receiver: Receiver | None = None

    def begin(self, raw_name: str, declared_bytes: int | None) -> None:
        """Know what comes, and whether it may.

        Args:
            declared_bytes: None: that is not known, as in a form.
        """
        shown = safe_name(raw_name)
        self._kind = kind_named(shown, self._place.kinds)
        self._name = file_name(shown, self._kind)
        database, identity = self._call.site.database, self._call.identity()
        with database.app(identity) as conn:
            self._project_id = self._place.require(conn)
            room = room_left(conn, self._rules)
        most = min(self._kind.facts.max_bytes, self._rules.largest_bytes)
        limits = Limits(most, room, declared_bytes)
        self.receiver = self._stack.enter_context(receiving(self._call.store, limits, f".{self._kind}"))

    def require_form(self, announced: int | None) -> None:
        """Refuse a form that is larger than any file for this place may be."""
        most = max(kind.facts.max_bytes for kind in self._place.kinds)
        if announced is not None:
            Limits(min(most, self._rules.largest_bytes) + FORM_BYTES).require(announced)

    def write(self, chunk: bytes) -> None:
        """Take the next bytes."""
        if self.receiver is None:
            raise NameMissing("The file came without its name.")
        if chunk:
            self.receiver.write(chunk)

    def finish(self) -> Response:
        """Look into the whole file, and write its row."""
        if self.receiver is None:
            raise NameMissing("There is no file in the call.")
        return admit(self._call, self._place, self._project_id, self._name, self._kind, self.receiver.finish())


def admit(call: Call, place: Place, project_id: UUID, name: str, kind: FileKind, file: IncomingFile) -> Response:
    """From a whole file to its row, its place on the queue of what is to be read, and the answer."""
    rules, identity = rules_of(call), call.identity()
    checked = check_file(file, kind, rules)

    with keeping(call.site.database, identity, call.store, checked, rules) as kept:

        def work(conn: Connection) -> bytes:
            return land(call, conn, place, project_id, name, checked, kept.count(conn)).answer

        # A repeated key is told apart by the file, whose bytes are not in memory.
        told = checked.stored.sha256.encode()
        return call.act(work, status=201, told=told)


async def _take_raw(taker: _Taker, name: str | None) -> None:
    call = taker._call  # noqa: SLF001 - its own module's
    if name is None:
        raise NameMissing("The file came without its name.")
    await run_in_threadpool(taker.begin, name, announced_bytes(call))
    async for batch in batches(call):
        await run_in_threadpool(taker.write, batch)


async def _take_form(taker: _Taker) -> None:
    call = taker._call  # noqa: SLF001 - its own module's
    taker.require_form(announced_bytes(call))
    form = FileForm(call.request.headers["content-type"])
    async for batch in batches(call):
        for piece in form.feed(batch):
            if piece.name is not None:
                await run_in_threadpool(taker.begin, piece.name, None)
            await run_in_threadpool(taker.write, piece.content)
    form.finish()
