"""Brand profiles of a project or of the organisation, and their templates (schema 6).

A profile without a project belongs to the organisation and is its admins' to change; its pictures stand in the
organisation's library.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any, TypedDict, Unpack
from uuid import UUID

from sqlalchemy import Connection, Row, func, select

from coursecrafter.authoring.author import Author
from coursecrafter.authoring.codes import LIBRARY_CODE
from coursecrafter.authoring.edits import edit
from coursecrafter.authoring.events import Event
from coursecrafter.authoring.rows import find_row, hold_row, missing
from coursecrafter.authoring.titles import require_titles
from coursecrafter.db.refusals import NotAllowed, ValueRefused
from coursecrafter.db.tables import cc_assets, cc_brand_profiles, cc_brand_templates, cc_projects
from coursecrafter.domain.nouns import field_words
from coursecrafter.errors import RequestError

COLORS = ("primary_color", "secondary_color")
COLOR = re.compile("#?([0-9a-f]{6}|[0-9a-f]{3})")


class NotAPicture(RequestError):
    """A logo or a preview names an asset that is no image."""

    code = "CC-0056"
    remedy = "Choose an asset of the type image."


class BrandLook(TypedDict, total=False):
    """What a profile may say."""

    secondary_color: str | None
    logo_asset_id: UUID | None
    typography: Mapping[str, Any]
    style_prefs: Mapping[str, Any]


class BrandFields(BrandLook, total=False):
    """What a profile says; what is left out stays."""

    name: str
    primary_color: str


class TemplateLook(TypedDict, total=False):
    """What a template may say."""

    description: str | None
    layout_config: Mapping[str, Any]
    preview_asset_id: UUID | None


class TemplateFields(TemplateLook, total=False):
    """What a template says; what is left out stays."""

    name: str
    template_type: str


def create_brand(
    conn: Connection,
    author: Author,
    project_id: UUID | None,
    *,
    name: str,
    primary_color: str,
    **look: Unpack[BrandLook],
) -> UUID:
    """Make a brand profile of a project or, without one, of the organisation.

    Args:
        primary_color: `#rrggbb` or `#rgb`, with or without the sign.

    Raises:
        NotFound: CC-0020, also of a logo.
        NotAllowed: CC-0021.
        ValueRefused: CC-0022.
        NotAPicture: CC-0056.
    """
    if project_id is not None:
        hold_row(conn, cc_projects, project_id)
    elif conn.execute(select(func.platform.organisation("admin"))).scalar_one() != author.org_id:
        raise NotAllowed("Only an admin of the organisation changes its brand.")
    values = _brand_values(conn, project_id, {"name": name, "primary_color": primary_color, **look})
    with edit(conn, author, Event.BRAND_CREATED, project_id=project_id) as act:
        return act.add(cc_brand_profiles, org_id=author.org_id, project_id=project_id, **values)


def change_brand(
    conn: Connection,
    author: Author,
    brand_id: UUID,
    *,
    unless_changed_since: datetime | None = None,
    **fields: Unpack[BrandFields],
) -> None:
    """Change what a profile says.

    Raises:
        NotFound: CC-0020, also of a logo.
        NotAllowed: CC-0021.
        ValueRefused: CC-0022.
        EditedMeanwhile: CC-0026.
        NotAPicture: CC-0056.
    """
    brand = _hold_brand(conn, brand_id)
    values = _brand_values(conn, brand.project_id, fields)
    with edit(conn, author, Event.BRAND_CHANGED, project_id=brand.project_id) as act:
        act.change(cc_brand_profiles, brand_id, unless_changed_since=unless_changed_since, **values)


def delete_brand(conn: Connection, author: Author, brand_id: UUID) -> None:
    """Delete a profile with its templates, for good; the event keeps them.

    Raises:
        NotFound: CC-0020.
        NotAllowed: CC-0021.
    """
    brand = _hold_brand(conn, brand_id)
    templates = select(cc_brand_templates.c.id).where(cc_brand_templates.c.brand_profile_id == brand_id)
    with edit(conn, author, Event.BRAND_DELETED, project_id=brand.project_id) as act:
        for template_id in conn.scalars(templates.order_by(cc_brand_templates.c.id)).all():
            act.remove(cc_brand_templates, template_id)
        act.remove(cc_brand_profiles, brand_id)


def create_template(
    conn: Connection,
    author: Author,
    brand_id: UUID,
    *,
    name: str,
    template_type: str,
    **look: Unpack[TemplateLook],
) -> UUID:
    """Make a template of a profile.

    Args:
        template_type: video_scene, slide, ebook_page ...

    Raises:
        NotFound: CC-0020, also of a preview.
        NotAllowed: CC-0021.
        ValueRefused: CC-0022.
        NotAPicture: CC-0056.
    """
    brand = _hold_brand(conn, brand_id)
    values = {"name": name, "template_type": template_type, **look}
    _require_template(conn, brand.project_id, values)
    with edit(conn, author, Event.TEMPLATE_CREATED, project_id=brand.project_id) as act:
        return act.add(cc_brand_templates, brand_profile_id=brand_id, **values)


def change_template(
    conn: Connection,
    author: Author,
    template_id: UUID,
    *,
    unless_changed_since: datetime | None = None,
    **fields: Unpack[TemplateFields],
) -> None:
    """Change what a template says.

    Raises:
        NotFound: CC-0020, also of a preview.
        NotAllowed: CC-0021.
        ValueRefused: CC-0022.
        EditedMeanwhile: CC-0026.
        NotAPicture: CC-0056.
    """
    brand = _hold_brand(conn, find_row(conn, cc_brand_templates, template_id).brand_profile_id)
    _require_template(conn, brand.project_id, fields)
    with edit(conn, author, Event.TEMPLATE_CHANGED, project_id=brand.project_id) as act:
        act.change(cc_brand_templates, template_id, unless_changed_since=unless_changed_since, **fields)


def delete_template(conn: Connection, author: Author, template_id: UUID) -> None:
    """Delete a template, for good; the event keeps it.

    Raises:
        NotFound: CC-0020.
        NotAllowed: CC-0021.
    """
    brand = _hold_brand(conn, find_row(conn, cc_brand_templates, template_id).brand_profile_id)
    with edit(conn, author, Event.TEMPLATE_DELETED, project_id=brand.project_id) as act:
        act.remove(cc_brand_templates, template_id)


def set_brand(
    conn: Connection, author: Author, project_id: UUID, *, name: str, primary_color: str, secondary_color: str
) -> UUID:
    """Set the profile that a project uses, its first; nothing is written when it is so already.

    Raises:
        NotFound: CC-0020.
        NotAllowed: CC-0021.
        ValueRefused: CC-0022.
    """
    hold_row(conn, cc_projects, project_id)
    brand = find_brand(conn, project_id)
    if brand is None:
        look: BrandLook = {"secondary_color": secondary_color}
        return create_brand(conn, author, project_id, name=name, primary_color=primary_color, **look)
    brand_id: UUID = brand.id
    change_brand(conn, author, brand_id, name=name, primary_color=primary_color, secondary_color=secondary_color)
    return brand_id


def find_brand(conn: Connection, project_id: UUID) -> Row[Any] | None:
    """The profile that a project uses: its first."""
    own = select(cc_brand_profiles).where(cc_brand_profiles.c.project_id == project_id)
    return conn.execute(own.order_by(cc_brand_profiles.c.created_at, cc_brand_profiles.c.id).limit(1)).first()


def find_like(conn: Connection, project_id: UUID, **fields: Unpack[BrandFields]) -> UUID | None:
    """The first of a project's profiles that says just this.

    Raises:
        ValueRefused: CC-0022.
    """
    wanted = _brand_values(conn, project_id, fields)
    own = select(cc_brand_profiles).where(cc_brand_profiles.c.project_id == project_id)
    rows = conn.execute(own.order_by(cc_brand_profiles.c.created_at, cc_brand_profiles.c.id)).all()
    return next((row.id for row in rows if wanted.items() <= row._asdict().items()), None)


def _hold_brand(conn: Connection, brand_id: UUID) -> Row[Any]:
    brand = hold_row(conn, cc_brand_profiles, brand_id)
    if brand.project_id is not None:
        # A profile has no mark of its own: it goes and comes with its project.
        find_row(conn, cc_projects, brand.project_id)
    return brand


def _brand_values(conn: Connection, project_id: UUID | None, fields: Mapping[str, Any]) -> dict[str, Any]:
    require_titles(cc_brand_profiles, fields, "name")
    if fields.get("logo_asset_id") is not None:
        _require_picture(conn, project_id, fields["logo_asset_id"], "logo")
    return {name: _color(name, value) if name in COLORS else value for name, value in fields.items()}


def _require_template(conn: Connection, project_id: UUID | None, fields: Mapping[str, Any]) -> None:
    require_titles(cc_brand_templates, fields, "name", "template_type")
    if fields.get("preview_asset_id") is not None:
        _require_picture(conn, project_id, fields["preview_asset_id"], "preview")


def _color(name: str, value: str | None) -> str | None:
    """A colour as `#rrggbb`; only the second may be left out."""
    if value is None and cc_brand_profiles.c[name].nullable:
        return None
    match = COLOR.fullmatch(value.strip().lower()) if isinstance(value, str) else None
    if match is None:
        raise ValueRefused(f"The {field_words(name)} of the brand profile is no colour such as #1f4e8c.")
    digits = match[1]
    return "#" + (digits if len(digits) == len("rrggbb") else "".join(digit * 2 for digit in digits))


def _require_picture(conn: Connection, project_id: UUID | None, asset_id: UUID, what: str) -> None:
    asset = find_row(conn, cc_assets, asset_id)
    if asset.project_id != project_id and find_row(conn, cc_projects, asset.project_id).code != LIBRARY_CODE:
        raise missing(cc_assets)
    if asset.asset_type != "image":
        raise NotAPicture(f"The {what} must be an image, and this asset is of the type {asset.asset_type}.")
