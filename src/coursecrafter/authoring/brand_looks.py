"""What a brand profile's row says of how things look, as the engines receive it (schema 6.1).

`typography` names the families (`font`, `heading_font`), `style_prefs` the tone, the layout and, where an
organisation's own deck is the template, its background. Both hold whatever an author's program wrote there: what cannot
be used is left.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Row, select

from coursecrafter.authoring.assets import stored_object
from coursecrafter.db.tables import cc_assets
from coursecrafter.domain.course import Backdrop, Brand
from coursecrafter.domain.stored import StoredObject

COLOR = re.compile("#[0-9a-f]{6}")


def brand_of(conn: Connection, row: Row[Any]) -> Brand:
    """The look that a profile gives; a picture that its reader may not see is left out."""
    plain = Brand(row.name, row.primary_color)
    typography, style = _object(row.typography), _object(row.style_prefs)
    return Brand(
        row.name,
        row.primary_color,
        row.secondary_color or plain.secondary_color,
        logo=_picture(conn, row.logo_asset_id),
        font=_text(typography.get("font")) or plain.font,
        heading_font=_text(typography.get("heading_font")),
        tone=_text(style.get("tone")),
        layout=_text(style.get("layout")),
        backdrop=_backdrop(conn, _object(style.get("backdrop"))),
        profile_id=row.id,
    )


def _backdrop(conn: Connection, told: Mapping[str, Any]) -> Backdrop | None:
    start, end = told.get("start"), told.get("end")
    if not all(isinstance(color, str) and COLOR.fullmatch(color) for color in (start, end)):
        return None
    return Backdrop(str(start), str(end), _picture(conn, told.get("picture_asset_id")))


def _picture(conn: Connection, asset_id: Any) -> StoredObject | None:
    try:
        named = UUID(str(asset_id))
    except ValueError:
        return None
    wanted = select(cc_assets).where(cc_assets.c.id == named, cc_assets.c.deleted_at.is_(None))
    row = conn.execute(wanted.where(cc_assets.c.asset_type == "image")).first()
    return None if row is None else stored_object(row.metadata, row.mime_type)


def _object(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _text(value: Any) -> str | None:
    return value.strip() or None if isinstance(value, str) else None
