"""`/cc/uploads/resumable`: large files that go on after a cut, by the tus protocol."""

from __future__ import annotations

from uuid import UUID

from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect
from starlette.responses import Response

from coursecrafter.accounts.caller import Scope
from coursecrafter.api.call import OPEN, Call, Calling, Open
from coursecrafter.api.file_bodies import FILE_REFUSALS
from coursecrafter.api.incoming_files import batches, file_name, rules_of
from coursecrafter.api.problems import BodyCutOff, HeaderRefused, WrongContentType
from coursecrafter.api.routing import Routes
from coursecrafter.api.shapes.uploads import UploadState
from coursecrafter.api.tus import (
    OFFERED,
    TusRoute,
    WrongTusVersion,
    headers_of,
    place_told,
    read_metadata,
    read_number,
)
from coursecrafter.api.upload_places import Place, land
from coursecrafter.db.refusals import NotFound, StateRefused
from coursecrafter.errors import CourseCrafterError
from coursecrafter.uploads.admission import check_file, keeping
from coursecrafter.uploads.kinds import kind_named
from coursecrafter.uploads.names import safe_name
from coursecrafter.uploads.resumable import (
    Appender,
    TooManyUploads,
    UnknownChecksum,
    Upload,
    WrongChecksum,
    WrongOffset,
    appending,
    assembled,
    cancel_upload,
    create_upload,
    find_upload,
    note_result,
    read_checksum,
    refuse_upload,
)

routes = Routes("/cc/uploads/resumable", "Uploads")
routes.route_class = TusRoute

PART = "application/offset+octet-stream"
PART_REFUSALS = (
    *FILE_REFUSALS,
    WrongTusVersion,
    WrongOffset,
    WrongChecksum,
    UnknownChecksum,
    StateRefused,
    TooManyUploads,
    WrongContentType,
    HeaderRefused,
    BodyCutOff,
)


@routes.gives("", (), method="OPTIONS", status=204, scope=OPEN, refuses=())
def offer(site: Open) -> Response:
    """Say what of the tus protocol is spoken here."""
    return Response(None, 204, {**OFFERED, "tus-max-size": str(site.service.upload_bytes)})


@routes.gives("", (), method="POST", status=201, scope=Scope.WRITE, refuses=(*FILE_REFUSALS, *PART_REFUSALS))
def begin(call: Calling) -> Response:
    """Begin an upload; Upload-Metadata holds filename and lesson_id, or project_id and becomes (source, document)."""
    told, size_bytes = read_metadata(call), read_number(call, "upload-length")
    place, shown = place_told(told), safe_name(told.get("filename", ""))
    kind = kind_named(shown, place.kinds)
    with call.site.database.app(call.identity()) as conn:
        upload = create_upload(
            conn,
            call.identity(),
            rules_of(call),
            project_id=place.require(conn),
            lesson_id=place.lesson_id,
            purpose=f"{place.becomes}:{place.detail or ''}",
            file_name=file_name(shown, kind),
            kind=kind,
            size_bytes=size_bytes,
        )
    return Response(None, 201, {"location": f"{routes.prefix}/{upload.id}", **headers_of(upload)})


@routes.gives("/{upload_id}", (), method="HEAD", refuses=(NotFound, WrongTusVersion))
def look(call: Calling, upload_id: UUID) -> Response:
    """How far an upload is."""
    return Response(None, 200, headers_of(_find(call, upload_id)))


@routes.reads("/{upload_id}", UploadState, refuses=(NotFound, WrongTusVersion))
def read_state(call: Calling, upload_id: UUID) -> Response:
    """How far an upload is, and what became of it."""
    upload = _find(call, upload_id)
    state = {
        "id": upload.id,
        "file_name": upload.file_name,
        "size_bytes": upload.size_bytes,
        "received_bytes": upload.received_bytes,
        "state": upload.state,
        "result_id": upload.details.get("result", {}).get("id"),
        "problem": upload.details.get("error"),
        "expires_at": upload.expires_at,
    }
    return call.read(lambda _conn: state)


@routes.gives("/{upload_id}", (), method="PATCH", status=204, scope=Scope.WRITE, refuses=PART_REFUSALS)
async def append(call: Calling, upload_id: UUID) -> Response:
    """Send the next part; with the last one the file is looked into and taken."""
    if call.request.headers.get("content-type") != PART:
        raise WrongContentType(f"A part is sent as {PART}.")
    offset, checksum = read_number(call, "upload-offset"), read_checksum(call.request.headers.get("upload-checksum"))
    upload = await run_in_threadpool(_find, call, upload_id)
    with appending(call.site.database, call.identity(), call.store, upload, offset, checksum) as appender:
        upload = await _take(call, appender)
    if upload.received_bytes == upload.size_bytes:
        await run_in_threadpool(_finish, call, upload)
    return Response(None, 204, headers_of(upload))


@routes.gives("/{upload_id}", (), method="DELETE", status=204, scope=Scope.WRITE, refuses=(NotFound, WrongTusVersion))
def cancel(call: Calling, upload_id: UUID) -> Response:
    """Cancel an upload, and forget what came of it."""
    with call.site.database.app(call.identity()) as conn:
        upload = cancel_upload(conn, upload_id)
    call.store.remove_parts(upload.folder)
    return Response(None, 204)


async def _take(call: Call, appender: Appender) -> Upload:
    try:
        async for batch in batches(call):
            await run_in_threadpool(appender.write, batch)
    except ClientDisconnect as error:
        # What came is kept: that is what the protocol is for.
        await run_in_threadpool(appender.finish, is_cut=True)
        raise BodyCutOff("The part ended half-way; what came of it is kept.") from error
    return await run_in_threadpool(appender.finish)


def _find(call: Call, upload_id: UUID) -> Upload:
    with call.site.database.app(call.identity()) as conn:
        return find_upload(conn, upload_id)


def _finish(call: Call, upload: Upload) -> None:
    """Take the whole file; what refuses it for good ends the upload too."""
    try:
        _land(call, upload)
    except CourseCrafterError as error:
        # An upload that somebody else has ended meanwhile, and one that may succeed later, stay as they are.
        if not error.retry and not isinstance(error, StateRefused):
            with call.site.database.app(call.identity()) as conn:
                refuse_upload(conn, upload.id, error)
            call.store.remove_parts(upload.folder)
        raise
    call.store.remove_parts(upload.folder)


def _land(call: Call, upload: Upload) -> None:
    becomes, _, detail = upload.purpose.partition(":")
    project_id = None if upload.lesson_id else upload.project_id
    place = Place(becomes, project_id, upload.lesson_id, detail or None)
    kind = kind_named(upload.file_name, place.kinds)
    rules, identity, database = rules_of(call), call.identity(), call.site.database
    with assembled(call.store, upload, f".{kind}") as file:
        checked = check_file(file, kind, rules)
        with keeping(database, identity, call.store, checked, rules) as kept, database.app(identity) as conn:
            stored = kept.count(conn, upload.id)
            landed = land(call, conn, place, upload.project_id, upload.file_name, checked, stored)
            note_result(conn, upload.id, {"id": str(landed.id)})
