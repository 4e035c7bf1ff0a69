"""`/cc/organisations`: where I belong, who else does, and who was asked to."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import Query
from pydantic import ConfigDict, Field
from sqlalchemy import Connection
from starlette.responses import Response

from coursecrafter.accounts import invitations, organisations
from coursecrafter.accounts.caller import NotSignedIn, OperatorOnly, Scope
from coursecrafter.accounts.events import SecurityEvent, list_events, record
from coursecrafter.accounts.invitations import AlreadyMember
from coursecrafter.accounts.links import invitation_link
from coursecrafter.accounts.mail import invitation_letter
from coursecrafter.accounts.people import LONGEST_ADDRESS, LONGEST_NAME, organisation_name, require_leader
from coursecrafter.api.account_calls import AccountRoutes, fields_of, is_mailed, tell
from coursecrafter.api.call import Calling
from coursecrafter.api.fields import Body, Line
from coursecrafter.api.identify import origin_of
from coursecrafter.api.shapes.accounts import Invitations, Place, Places, SecurityEvents, SentInvitation
from coursecrafter.api.shapes.base import OrganisationRole
from coursecrafter.api.shapes.people import Members
from coursecrafter.authoring import access
from coursecrafter.db.refusals import AlreadyTaken, LastOwner, NotAllowed, NotFound, ValueRefused
from coursecrafter.reading.people import read_people

routes = AccountRoutes("/cc/organisations", "Organisations")
Name = Annotated[Line, Field(min_length=1, max_length=LONGEST_NAME)]
MOST_EVENTS = 200


class NewOrganisation(Body):
    """An organisation that is made."""

    name: Name
    slug: Annotated[str, Field(min_length=1, max_length=63, pattern=r"^[a-z0-9][a-z0-9-]*$")]

    model_config = ConfigDict(json_schema_extra={"examples": [{"name": "Acme UK", "slug": "acme-uk"}]})


class OrganisationChanges(Body):
    """What the organisation is called."""

    name: Name

    model_config = ConfigDict(json_schema_extra={"examples": [{"name": "Acme Europe"}]})


class RoleChange(Body):
    """A member's new role."""

    role: OrganisationRole

    model_config = ConfigDict(json_schema_extra={"examples": [{"role": "admin"}]})


class NewInvitation(Body):
    """Who is invited, and as what."""

    email: Annotated[Line, Field(min_length=1, max_length=LONGEST_ADDRESS)]
    role: OrganisationRole = "member"

    model_config = ConfigDict(json_schema_extra={"examples": [{"email": "ada@acme.example", "role": "member"}]})


@routes.reads("/list", Places, refuses=())
def read_list(call: Calling) -> Response:
    """List where you belong."""
    with call.site.database.accounts() as conn:
        found = organisations.my_organisations(conn, call.caller.user_id)
    return tell({"organisations": [fields_of(place) for place in found]})


@routes.does("/create", Place, scope=Scope.ADMIN, status=201, refuses=(OperatorOnly, ValueRefused, AlreadyTaken))
def create(call: Calling, body: NewOrganisation) -> Response:
    """Make an organisation, which you own; for who runs the installation."""
    with call.site.database.accounts() as conn:
        made = organisations.create_organisation(conn, call.caller, body.name, body.slug, origin_of(call.request))
    return tell(made, 201)


@routes.does("/update", Places, scope=Scope.ADMIN, refuses=(NotAllowed, ValueRefused))
def update(call: Calling, body: OrganisationChanges) -> Response:
    """Change what people call the organisation that you work in."""
    with call.site.database.accounts() as conn:
        organisations.rename_organisation(conn, call.caller, body.name, origin_of(call.request))
        found = organisations.my_organisations(conn, call.caller.user_id)
    return tell({"organisations": [fields_of(place) for place in found]})


@routes.reads("/members", Members, refuses=())
def read_members(call: Calling) -> Response:
    """List the members of the organisation that you work in."""
    return call.read(read_people)


@routes.acts(
    "/members/{user_id}/role", Members, scope=Scope.ADMIN, refuses=(NotFound, NotAllowed, ValueRefused, LastOwner)
)
def change_role(call: Calling, user_id: UUID, body: RoleChange) -> Response:
    """Give a member another role; for owners."""

    def work(conn: Connection) -> bytes:
        access.set_member_role(conn, call.author, user_id, body.role)
        return read_people(conn)

    told = {"member": str(user_id), "role": body.role}
    return call.act(work, afterwards=lambda: _tell(call, SecurityEvent.MEMBER_ROLE_CHANGED, told))


@routes.acts("/members/{user_id}/remove", scope=Scope.ADMIN, refuses=(NotFound, NotAllowed, LastOwner))
def remove_member(call: Calling, user_id: UUID) -> Response:
    """Take a person out of the organisation and of all its projects; anybody may leave."""
    told = {"member": str(user_id)}
    return call.act(
        lambda conn: access.remove_member(conn, call.author, user_id),
        afterwards=lambda: _tell(call, SecurityEvent.MEMBER_REMOVED, told),
    )


@routes.reads("/invitations", Invitations, scope=Scope.ADMIN, refuses=(NotAllowed,))
def read_invitations(call: Calling) -> Response:
    """List the invitations that wait for an answer; for owners and admins."""
    with call.site.database.accounts() as conn:
        found = invitations.list_invitations(conn, call.caller)
    return tell({"invitations": [fields_of(one) for one in found]})


@routes.does(
    "/invitations/create",
    SentInvitation,
    scope=Scope.ADMIN,
    status=201,
    refuses=(NotAllowed, ValueRefused, AlreadyMember),
)
def invite(call: Calling, body: NewInvitation) -> Response:
    """Invite an address; its link is mailed, or handed back where no mail is set up."""
    with call.site.database.accounts() as conn:
        token, made = invitations.invite(conn, call.caller, body.email, body.role, origin_of(call.request))
        where = organisation_name(conn, call.caller.org_id)
        who = organisations.profile(conn, call.caller).name
    link = invitation_link(call.site.service.public_url, token)
    sent = is_mailed(call.site.accounts.smtp, invitation_letter(made.email, where, who, link))
    return tell({"invitation": fields_of(made), "is_mailed": sent, "link": None if sent else link}, 201)


@routes.does("/invitations/{invitation_id}/revoke", scope=Scope.ADMIN, refuses=(NotFound, NotAllowed))
def revoke_invitation(call: Calling, invitation_id: UUID) -> Response:
    """Take an invitation back; its link no longer works."""
    with call.site.database.accounts() as conn:
        invitations.revoke_invitation(conn, call.caller, invitation_id, origin_of(call.request))
    return tell()


@routes.reads("/security-events", SecurityEvents, scope=Scope.ADMIN, refuses=(NotSignedIn, NotAllowed))
def read_security_events(
    call: Calling,
    before: Annotated[UUID | None, Query(description="next_cursor of the page before.")] = None,
    limit: Annotated[int, Query(ge=1, le=MOST_EVENTS, description="Lines of the page.")] = 50,
) -> Response:
    """List what happened at the organisation's doors; for owners and admins."""
    with call.site.database.accounts() as conn:
        require_leader(conn, call.caller)
        found = list_events(conn, call.caller.org_id, before=before, limit=limit + 1)
    lines = [fields_of(event) for event in found[:limit]]
    return tell({"items": lines, "next_cursor": lines[-1]["id"] if len(found) > limit else None})


def _tell(call: Calling, event: SecurityEvent, told: dict[str, str]) -> None:
    """Write down who was given or lost a place, and know nobody from before it."""
    with call.site.database.accounts() as conn:
        caller = call.caller
        record(conn, event, origin_of(call.request), org_id=caller.org_id, user_id=caller.user_id, **told)
    call.site.doors.forget()
