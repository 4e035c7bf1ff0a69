"""`/cc/brands`: brand profiles: colours, type, logo and style."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from pydantic import Field
from sqlalchemy import Connection
from starlette.responses import Response

from coursecrafter.api.call import Calling
from coursecrafter.api.examples import ONE, OTHER, example
from coursecrafter.api.fields import Body, Color, JsonObject, Title
from coursecrafter.api.routing import Routes, given
from coursecrafter.api.shapes.branding import Brand, BrandImported
from coursecrafter.api.waiting import Running, project_work
from coursecrafter.authoring import branding
from coursecrafter.authoring.branding import NotAPicture
from coursecrafter.background.workers import WorkBrokeDown, WorkerDied, WorkTookTooLong
from coursecrafter.db.refusals import NotAllowed, NotFound, ValueRefused
from coursecrafter.ingest.deck_reader import UnreadableDeck
from coursecrafter.ingest.guard import NotADeck
from coursecrafter.ingest.house_style import NoHouseStyle
from coursecrafter.reading.branding import read_brand

routes = Routes("/cc/brands", "Brand and templates")
CHANGED = (NotFound, NotAllowed, ValueRefused, NotAPicture)


class NewBrand(Body):
    """A brand profile of a project or, without one, of the organisation."""

    project_id: UUID | None = None
    name: Title
    primary_color: Color
    secondary_color: Color | None = None
    logo_asset_id: UUID | None = None
    typography: JsonObject = Field(default_factory=dict)
    style_prefs: JsonObject = Field(default_factory=dict)

    model_config = example(
        project_id=ONE,
        name="House style",
        primary_color="#336699",
        style_prefs={"tone": "corporate", "layout": "left_text_right_image"},
    )


class BrandDeck(Body):
    """A deck that was uploaded, to look like."""

    project_id: UUID
    source_id: UUID
    name: Title

    model_config = example(project_id=ONE, source_id=OTHER, name="House style")


class BrandChanges(Body):
    """What should be otherwise; what is left out stays."""

    name: Title = Field(default_factory=str)
    primary_color: Color = Field(default_factory=str)
    secondary_color: Color | None = None
    logo_asset_id: UUID | None = None
    typography: JsonObject = Field(default_factory=dict)
    style_prefs: JsonObject = Field(default_factory=dict)

    model_config = example(primary_color="#1f4e8c")


@routes.acts("/create", Brand, status=201, refuses=CHANGED)
def create(call: Calling, body: NewBrand) -> Response:
    """Make a brand profile; the organisation's own are made by its admins."""

    def work(conn: Connection) -> bytes:
        look: Any = given(body)
        look.pop("project_id", None)
        return read_brand(conn, branding.create_brand(conn, call.author, body.project_id, **look))

    return call.act(work, status=201)


@routes.acts(
    "/import-deck",
    BrandImported,
    refuses=(*CHANGED, NotADeck, UnreadableDeck, NoHouseStyle, WorkerDied, WorkTookTooLong, WorkBrokeDown),
    else_accepts=Running,
)
def import_deck(call: Calling, body: BrandDeck) -> Response:
    """Make a brand profile of the organisation's own deck: its colours, type, logo and background."""
    order: dict[str, Any] = {"source_id": body.source_id, "name": body.name}
    return project_work(call, body.project_id, "import_brand", lambda _conn, done: done, **order)


@routes.reads("/{brand_profile_id}", Brand)
def read_one(call: Calling, brand_profile_id: UUID) -> Response:
    """One brand profile, with its templates."""
    return call.read(lambda conn: read_brand(conn, brand_profile_id), is_versioned=True)


@routes.acts("/{brand_profile_id}/update", Brand, refuses=CHANGED, is_conditional=True)
def update(call: Calling, brand_profile_id: UUID, body: BrandChanges) -> Response:
    """Change a brand profile."""

    def work(conn: Connection) -> bytes:
        changes, seen = given(body), call.unless_changed_since
        branding.change_brand(conn, call.author, brand_profile_id, unless_changed_since=seen, **changes)
        return read_brand(conn, brand_profile_id)

    return call.act(work)


@routes.acts("/{brand_profile_id}/delete")
def delete(call: Calling, brand_profile_id: UUID) -> Response:
    """Delete a brand profile with its templates, for good."""
    return call.act(lambda conn: branding.delete_brand(conn, call.author, brand_profile_id))
