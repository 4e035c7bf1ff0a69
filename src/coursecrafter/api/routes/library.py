"""`/cc/library`: what belongs to the organisation and to no course."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from fastapi import Depends, Query
from sqlalchemy import Connection
from starlette.responses import Response

from coursecrafter.api.call import Calling
from coursecrafter.api.envelope import Made
from coursecrafter.api.fields import Line, page
from coursecrafter.api.routing import Routes
from coursecrafter.api.shapes.assets import Asset
from coursecrafter.api.shapes.base import PageOf
from coursecrafter.authoring.library import ensure_library
from coursecrafter.db.refusals import NotAllowed
from coursecrafter.reading.assets import read_library_assets
from coursecrafter.reading.pages import CursorRefused, Page

routes = Routes("/cc/library", "Library")


@routes.acts("/open", Made, refuses=(NotAllowed,))
def open_library(call: Calling) -> Response:
    """Open the organisation's library: the project that holds its logos, previews and samples.

    It is made when it is first opened. Its maker shares it like any project; owners and admins let themselves in.
    """

    def work(conn: Connection) -> dict[str, UUID]:
        return {"id": ensure_library(conn, call.author)}

    return call.act(work)


@routes.reads("/assets", PageOf[Asset], refuses=(CursorRefused,))
def read_assets(
    call: Calling,
    wanted: Annotated[Page, Depends(page)],
    role: Annotated[Line | None, Query(description="As `logo`.")] = None,
) -> Response:
    """What stands in the library, the newest first; nothing for whom it is not shared with."""
    filters: Any = {"role": role}
    return call.read(lambda conn: read_library_assets(conn, wanted, **filters))
