"""An organisation's own deck becomes a brand profile: colours, type, logo, background."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import Connection

from coursecrafter.authoring.assets import add_picture
from coursecrafter.authoring.author import Author
from coursecrafter.authoring.branding import BrandLook, create_brand, find_like
from coursecrafter.authoring.slots import Slot
from coursecrafter.authoring.sources import find_source, require_place
from coursecrafter.background.fetching import fetched
from coursecrafter.db.refusals import NotFound
from coursecrafter.domain.course import Brand
from coursecrafter.domain.stored import StoredObject
from coursecrafter.ingest.guard import NotADeck
from coursecrafter.ingest.house_style import read_house_style
from coursecrafter.wiring import Workshop

LOGO, BACKDROP = "logo", "brand_backdrop"


def import_brand(shop: Workshop, project_id: UUID, source_id: UUID, name: str) -> dict[str, Any]:
    """Make a brand profile of a deck that was uploaded for a project; its videos may then look like its slides.

    Returns:
        The profile's id, and sentences on what is not as in the deck.

    Raises:
        NotFound: CC-0020.
        NotAllowed: CC-0021.
        NotADeck: CC-0102.
        IngestError: CC-01xx, the deck cannot be taken.
        NoHouseStyle: CC-0237.
    """
    with shop.database.app(shop.identity(project_id)) as conn:
        source = find_source(conn, source_id)
    if source.project_id != project_id:
        raise NotFound("There is no such source file.")
    if source.file_type != "pptx":
        raise NotADeck("What the brand should be read from is no PowerPoint deck.")
    with fetched(shop, source, "house.pptx") as path:
        style = read_house_style(path)
    brand = style.as_brand(name, shop.store.put_bytes)
    with shop.database.app(shop.identity(project_id)) as conn:
        brand_id = keep_brand(conn, shop.author, project_id, brand)
    return {"brand_profile_id": str(brand_id), "notes": list(style.notes)}


def keep_brand(conn: Connection, author: Author, project_id: UUID, brand: Brand) -> UUID:
    """Keep a look as a profile of a project, its pictures as assets.

    A profile that says the same already is that profile: an import that is asked for again makes no second one.

    Raises:
        NotFound: CC-0020.
        NotAllowed: CC-0021.
    """
    require_place(conn, project_id=project_id)
    look: BrandLook = {
        "secondary_color": brand.secondary_color,
        "typography": {"font": brand.font, "heading_font": brand.heading_font},
        "style_prefs": _style_prefs(conn, author, project_id, brand),
    }
    if brand.logo:
        look["logo_asset_id"] = _keep_picture(conn, author, project_id, LOGO, brand.logo)
    named = {"name": brand.name, "primary_color": brand.primary_color}
    return find_like(conn, project_id, **named, **look) or create_brand(conn, author, project_id, **named, **look)


def _style_prefs(conn: Connection, author: Author, project_id: UUID, brand: Brand) -> Mapping[str, Any]:
    if brand.backdrop is None:
        return {}
    told = {"start": brand.backdrop.start, "end": brand.backdrop.end}
    if brand.backdrop.picture:
        told["picture_asset_id"] = str(_keep_picture(conn, author, project_id, BACKDROP, brand.backdrop.picture))
    return {"backdrop": told}


def _keep_picture(conn: Connection, author: Author, project_id: UUID, role: str, stored: StoredObject) -> UUID:
    return add_picture(conn, author, Slot(project_id, role), stored, name=f"{role}.png", metadata={})
