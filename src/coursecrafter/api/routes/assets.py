"""`/cc/assets`: the files that were made, version by version."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import Depends, Query, Request
from pydantic import ConfigDict, Field
from sqlalchemy import Connection
from starlette.responses import Response

from coursecrafter.accounts.caller import Scope
from coursecrafter.api.call import Calling
from coursecrafter.api.fields import Body, Line, page
from coursecrafter.api.file_answers import FILE_TYPES, FileLost, RangeOutside, answer_file, stored_file
from coursecrafter.api.routing import Routes
from coursecrafter.api.shapes import files as shapes
from coursecrafter.api.shapes.assets import Asset, AssetVersions
from coursecrafter.api.shapes.base import EngineName, PageOf
from coursecrafter.authoring import assets
from coursecrafter.authoring.deletion import ParentDeleted
from coursecrafter.db.refusals import NotAllowed, NotFound
from coursecrafter.export.layout import name_of_only
from coursecrafter.reading.assets import (
    read_asset,
    read_asset_versions,
    read_assets_of_lesson,
    read_assets_of_project,
)
from coursecrafter.reading.files import read_file
from coursecrafter.reading.pages import CursorRefused, Page
from coursecrafter.storage.links import FileLink, sign_link

routes = Routes("/cc/assets", "Assets")

LISTED = (NotFound, CursorRefused)
LONGEST_LINK_S = 7 * 24 * 3600
AssetTypeName = Literal["image", "audio", "video", "book", "document", "scorm_package", "template"]
OfEngine = Annotated[EngineName | None, Query()]
OfRole = Annotated[Line | None, Query(description="As `final_video` or `captions_vtt`.")]
OfType = Annotated[AssetTypeName | None, Query()]
Active = Annotated[bool | None, Query(description="Only the active version of each, or only the others.")]
Saved = Annotated[bool, Query(description="A browser saves the file instead of showing it.")]


class LinkOrder(Body):
    """For how long a link is good."""

    expires_in_s: Annotated[int, Field(strict=True, ge=1, le=LONGEST_LINK_S)] = 3600

    model_config = ConfigDict(json_schema_extra={"examples": [{"expires_in_s": 86400}]})


@routes.reads("/project/{project_id}/list", PageOf[Asset], refuses=LISTED)
def read_list_of_project(
    call: Calling,
    project_id: UUID,
    wanted: Annotated[Page, Depends(page)],
    engine: OfEngine = None,
    role: OfRole = None,
    asset_type: OfType = None,
    *,
    active: Active = None,
) -> Response:
    """All versions of a course's assets, those of its lessons too, the newest first."""
    filters: Any = {"engine": engine, "role": role, "asset_type": asset_type, "is_active": active}
    return call.read(lambda conn: read_assets_of_project(conn, project_id, wanted, **filters), project_id=project_id)


@routes.reads("/{lesson_id}/list", PageOf[Asset], refuses=LISTED)
def read_list(
    call: Calling,
    lesson_id: UUID,
    wanted: Annotated[Page, Depends(page)],
    engine: OfEngine = None,
    role: OfRole = None,
    asset_type: OfType = None,
    *,
    active: Active = None,
) -> Response:
    """All versions of a lesson's assets, the newest first."""
    filters: Any = {"engine": engine, "role": role, "asset_type": asset_type, "is_active": active}
    return call.read(lambda conn: read_assets_of_lesson(conn, lesson_id, wanted, **filters))


@routes.reads("/{asset_id}", Asset)
def read_one(call: Calling, asset_id: UUID) -> Response:
    """One version of an asset."""
    return call.read(lambda conn: read_asset(conn, asset_id), is_versioned=True)


@routes.reads("/{asset_id}/versions", AssetVersions)
def read_versions(call: Calling, asset_id: UUID) -> Response:
    """The slot of an asset with all its versions, the first one first."""
    return call.read(lambda conn: read_asset_versions(conn, asset_id))


@routes.gives("/{asset_id}/file", FILE_TYPES, refuses=(NotFound, FileLost, RangeOutside))
def read_content(call: Calling, request: Request, asset_id: UUID, *, download: Saved = False) -> Response:
    """Read an asset's file, whole or in parts (Range, If-Range, If-None-Match)."""
    with call.site.database.app(call.identity()) as conn:
        course = read_file(conn, asset_id)
    file = course.files[0]
    content = stored_file(call.store, file.sha256, file.mime_type, name_of_only(course))
    return answer_file(request, content, is_saved=download)


@routes.gives("/{asset_id}/file", FILE_TYPES, method="HEAD", refuses=(NotFound, FileLost))
def look_at_content(call: Calling, request: Request, asset_id: UUID, *, download: Saved = False) -> Response:
    """Learn the length, type and name of an asset's file."""
    return read_content(call, request, asset_id, download=download)


@routes.acts("/{asset_id}/link", shapes.FileLink, status=201, scope=Scope.READ, refuses=(NotFound,))
def make_link(call: Calling, asset_id: UUID, body: LinkOrder | None = None) -> Response:
    """Make a link that opens an asset's file without a sign-in, until its time is over.

    It opens what its maker may read: once the file is deleted, or no longer shared with them, it opens nothing.
    """
    until = datetime.now(UTC).replace(microsecond=0) + timedelta(seconds=(body or LinkOrder()).expires_in_s)

    def work(conn: Connection) -> dict[str, Any]:
        name = name_of_only(read_file(conn, asset_id))
        link = FileLink(call.caller.org_id, call.caller.user_id, asset_id, name, until)
        token = sign_link(link, call.site.service.secret)
        return {"url": f"{call.site.service.public_url}/cc/files/{token}", "file_name": name, "expires_at": until}

    return call.act(work, status=201)


@routes.acts("/{asset_id}/set-active", Asset)
def set_active(call: Calling, asset_id: UUID) -> Response:
    """Make a version of an asset its active one."""

    def work(conn: Connection) -> bytes:
        assets.set_active(conn, call.author, asset_id)
        return read_asset(conn, asset_id)

    return call.act(work)


@routes.acts("/{asset_id}/delete")
def delete(call: Calling, asset_id: UUID) -> Response:
    """Delete a version of an asset; it can be restored, and its number is never given again."""
    return call.act(lambda conn: assets.delete_asset(conn, call.author, asset_id))


@routes.acts("/{asset_id}/restore", Asset, refuses=(NotFound, NotAllowed, ParentDeleted))
def restore(call: Calling, asset_id: UUID) -> Response:
    """Take back the deletion of a version."""

    def work(conn: Connection) -> bytes:
        assets.restore_asset(conn, call.author, asset_id)
        return read_asset(conn, asset_id)

    return call.act(work)
