"""`/cc/templates`: brand profiles and their templates, of a course and of the organisation."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from fastapi import Depends
from pydantic import Field
from sqlalchemy import Connection
from starlette.responses import Response

from coursecrafter.api.call import Calling
from coursecrafter.api.examples import ONE, example
from coursecrafter.api.fields import Body, JsonObject, Prose, Title, page
from coursecrafter.api.routing import Routes, given
from coursecrafter.api.shapes.base import PageOf
from coursecrafter.api.shapes.branding import Brand, Template
from coursecrafter.authoring import branding
from coursecrafter.authoring.branding import NotAPicture
from coursecrafter.db.refusals import NotAllowed, NotFound, ValueRefused
from coursecrafter.reading.branding import read_brands, read_organisation_brands, read_template
from coursecrafter.reading.pages import CursorRefused, Page

routes = Routes("/cc/templates", "Brand and templates")
CHANGED = (NotFound, NotAllowed, ValueRefused, NotAPicture)


class NewTemplate(Body):
    """A layout of a brand profile."""

    brand_profile_id: UUID
    name: Title
    template_type: Title
    description: Prose | None = None
    layout_config: JsonObject = Field(default_factory=dict)
    preview_asset_id: UUID | None = None

    model_config = example(brand_profile_id=ONE, name="Text left", template_type="video_scene")


class TemplateChanges(Body):
    """What should be otherwise; what is left out stays."""

    template_id: UUID
    name: Title = Field(default_factory=str)
    template_type: Title = Field(default_factory=str)
    description: Prose | None = None
    layout_config: JsonObject = Field(default_factory=dict)
    preview_asset_id: UUID | None = None

    model_config = example(template_id=ONE, name="Text on the left")


class TemplateNamed(Body):
    """Which template."""

    template_id: UUID

    model_config = example(template_id=ONE)


@routes.acts("/create", Template, status=201, refuses=CHANGED)
def create(call: Calling, body: NewTemplate) -> Response:
    """Add a template to a brand profile."""

    def work(conn: Connection) -> bytes:
        look: Any = given(body)
        brand_id = look.pop("brand_profile_id")
        return read_template(conn, branding.create_template(conn, call.author, brand_id, **look))

    return call.act(work, status=201)


@routes.acts("/update", Template, refuses=CHANGED, is_conditional=True)
def update(call: Calling, body: TemplateChanges) -> Response:
    """Change a template."""

    def work(conn: Connection) -> bytes:
        changes, seen = given(body), call.unless_changed_since
        template_id = changes.pop("template_id")
        branding.change_template(conn, call.author, template_id, unless_changed_since=seen, **changes)
        return read_template(conn, template_id)

    return call.act(work)


@routes.acts("/delete")
def delete(call: Calling, body: TemplateNamed) -> Response:
    """Delete a template for good."""
    return call.act(lambda conn: branding.delete_template(conn, call.author, body.template_id))


@routes.reads("/list", PageOf[Brand], refuses=(CursorRefused,))
def read_list_of_organisation(call: Calling, wanted: Annotated[Page, Depends(page)]) -> Response:
    """The organisation's own brand profiles, with their templates."""
    return call.read(lambda conn: read_organisation_brands(conn, wanted))


@routes.reads("/{project_id}/list", PageOf[Brand], refuses=(NotFound, CursorRefused))
def read_list(call: Calling, project_id: UUID, wanted: Annotated[Page, Depends(page)]) -> Response:
    """The brand profiles that a course can use, its own and the organisation's, with their templates."""
    return call.read(lambda conn: read_brands(conn, project_id, wanted), project_id=project_id)


@routes.reads("/{template_id}", Template)
def read_one(call: Calling, template_id: UUID) -> Response:
    """One template."""
    return call.read(lambda conn: read_template(conn, template_id), is_versioned=True)
