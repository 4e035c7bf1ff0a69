"""Brand profiles and templates (schema 6)."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from coursecrafter.api.shapes.base import Id, Json, Shape, Timed


class Template(Timed):
    """A layout."""

    id: Id
    brand_profile_id: Id
    name: str
    description: str | None
    template_type: Annotated[str, Field(examples=["video_scene"])]
    layout_config: Json
    preview_asset_id: Id | None


class Brand(Timed):
    """A brand profile with its templates."""

    id: Id
    org_id: Id
    project_id: Id | None
    """Null: the organisation's own."""
    name: str
    primary_color: Annotated[str, Field(examples=["#336699"])]
    secondary_color: str | None
    logo_asset_id: Id | None
    typography: Json
    style_prefs: Json
    templates: list[Template]


class BrandImported(Shape):
    """A deck became a brand profile."""

    brand_profile_id: Id
    notes: list[str]
    """What is not as in the deck, such as type that does not ship with the product."""
