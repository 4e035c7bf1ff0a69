"""`/cc/files`: one file for whoever holds its link, until the link's time is over."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

from fastapi import Path, Request
from starlette.responses import Response

from coursecrafter.api.call import OPEN, Open
from coursecrafter.api.file_answers import FILE_TYPES, FileLost, RangeOutside, answer_file, stored_file
from coursecrafter.api.routing import Routes
from coursecrafter.db.refusals import NotFound
from coursecrafter.db.session import Identity
from coursecrafter.reading.files import find_file
from coursecrafter.storage.links import LONGEST_TOKEN, LinkExpired, LinkRefused, open_link

routes = Routes("/cc/files", "Assets")
REFUSED = (NotFound, LinkRefused, LinkExpired, FileLost, RangeOutside)
Token = Annotated[str, Path(min_length=1, max_length=LONGEST_TOKEN)]

LINKED = {"cross-origin-resource-policy": "cross-origin"}
"""Who holds a link may show the file on a page of their own."""


@routes.gives("/{token}", FILE_TYPES, scope=OPEN, refuses=REFUSED)
def read_linked(site: Open, request: Request, token: Token) -> Response:
    """Read the file that a link opens; no sign-in is needed."""
    link = open_link(token, site.service.secret, datetime.now(UTC))
    # Whoever gave the link out must still be able to read the file: it may be deleted, or no longer shared with them.
    with site.database.app(Identity(link.org_id, link.user_id)) as conn:
        file = find_file(conn, link.asset_id)
    content = stored_file(site.store(link.org_id), file.sha256, file.mime_type, link.file_name)
    return answer_file(request, content, headers=LINKED)


@routes.gives("/{token}", FILE_TYPES, method="HEAD", scope=OPEN, refuses=REFUSED)
def look_at_linked(site: Open, request: Request, token: Token) -> Response:
    """Learn the length and type of the file that a link opens."""
    return read_linked(site, request, token)
