"""`/cc/accounts`: signing in and out, who I am, and links that work once."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import Request
from pydantic import ConfigDict, Field
from starlette.responses import Response

from coursecrafter.accounts import invitations, organisations, resets, sessions
from coursecrafter.accounts.caller import AccountClosed, NotSignedIn, OperatorOnly, Scope
from coursecrafter.accounts.links import AddressHasAccount, LinkNotValid, reset_link
from coursecrafter.accounts.mail import MailNotSetUp, reset_letter
from coursecrafter.accounts.passwords import LONGEST, PasswordRefused, SignInBusy
from coursecrafter.accounts.people import LONGEST_ADDRESS, LONGEST_NAME, NoOrganisation
from coursecrafter.accounts.sessions import SignInRefused
from coursecrafter.accounts.throttle import LINK, PASSWORD_CHANGE, RESET_REQUEST, SIGN_IN, TooManyAttempts, attempt
from coursecrafter.api.account_calls import (
    AccountRoutes,
    caller_of,
    fields_of,
    mail_later,
    tell,
    with_session,
    without_session,
)
from coursecrafter.api.call import OPEN, Calling, Open
from coursecrafter.api.examples import ONE, example
from coursecrafter.api.fields import Body, Line
from coursecrafter.api.identify import origin_of
from coursecrafter.api.shapes.accounts import Asked, Ended, OpenSessions, Profile, SignedIn, Ways
from coursecrafter.db.refusals import AlreadyTaken, NotAllowed, NotFound, StateRefused, UnusableText, ValueRefused

routes = AccountRoutes("/cc/accounts", "Accounts")

Address = Annotated[Line, Field(min_length=1, max_length=LONGEST_ADDRESS)]
Password = Annotated[Line, Field(min_length=1, max_length=LONGEST)]
Name = Annotated[Line, Field(min_length=1, max_length=LONGEST_NAME)]
Secret = Annotated[Line, Field(min_length=1, max_length=100)]
SECRET = "cc_invitation_GSbkzYV5FWZ3ZPBM4ow4gTn9YyNw1p0uNQ0cM2tXyqI"  # noqa: S105 - an example


class SignIn(Body):
    """Who wants to sign in."""

    email: Address
    password: Password
    organisation: Annotated[Line, Field(max_length=63)] | None = None
    """Short name of where to work; else where they were last."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"email": "ada@acme.example", "password": "seven green kettles"}]}
    )


class OneselfChanges(Body):
    """What the caller is called."""

    name: Name

    model_config = ConfigDict(json_schema_extra={"examples": [{"name": "Ada Lovelace"}]})


class Switch(Body):
    """Where to work."""

    org_id: UUID

    model_config = example(org_id=ONE)


class PasswordChange(Body):
    """The old password and the new one."""

    old: Password
    new: Password

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"old": "seven green kettles", "new": "nine purple lanterns"}]}
    )


class ResetRequest(Body):
    """Whose password should be set anew."""

    email: Address

    model_config = ConfigDict(json_schema_extra={"examples": [{"email": "ada@acme.example"}]})


class ResetUse(Body):
    """The secret of a link, and the new password."""

    token: Secret
    password: Password

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"token": SECRET.replace("invitation", "reset"), "password": "nine purple lanterns"}]
        }
    )


class LinkHeld(Body):
    """The secret of a link."""

    token: Secret

    model_config = ConfigDict(json_schema_extra={"examples": [{"token": SECRET}]})


class Acceptance(Body):
    """The secret of a link, and who joins; who has an account is signed in and says nothing else."""

    token: Secret
    name: Annotated[Line, Field(max_length=LONGEST_NAME)] = ""
    password: Annotated[Line, Field(max_length=LONGEST)] = ""
    email: Address | None = None
    """Of the first administrator, whose link names no address."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"token": SECRET, "name": "Ada Lovelace", "password": "seven green kettles"}]}
    )


@routes.reads("/ways", Ways, scope=OPEN, refuses=())
def read_ways(site: Open) -> Response:
    """Ask how people can sign in here."""
    oidc = site.accounts.oidc
    provider = None if oidc is None else oidc.label
    return tell({"password": True, "provider": provider, "mail": site.accounts.smtp is not None})


@routes.does(
    "/sign-in",
    SignedIn,
    scope=OPEN,
    refuses=(SignInRefused, AccountClosed, NoOrganisation, TooManyAttempts, SignInBusy),
)
def sign_in(site: Open, request: Request, body: SignIn) -> Response:
    """Sign in with address and password; the session's cookie comes with the answer."""
    origin = origin_of(request)
    with attempt(site.database, SIGN_IN, origin, body.email) as conn:
        token, caller = sessions.sign_in(conn, body.email, body.password, origin, body.organisation)
    return with_session(tell({"user_id": caller.user_id, "org_id": caller.org_id}), token)


@routes.does("/sign-out", scope=Scope.READ)
def sign_out(call: Calling) -> Response:
    """End this session; a key is not ended by it."""
    with call.site.database.accounts() as conn:
        sessions.sign_out(conn, call.caller, origin_of(call.request))
    call.site.doors.forget()
    return without_session(tell())


@routes.reads("/me", Profile, refuses=())
def read_me(call: Calling) -> Response:
    """Ask who you are, and where you belong."""
    with call.site.database.accounts() as conn:
        return tell(organisations.profile(conn, call.caller))


@routes.does("/me/update", Profile, scope=Scope.ADMIN, refuses=(ValueRefused,))
def update_me(call: Calling, body: OneselfChanges) -> Response:
    """Change what people call you."""
    with call.site.database.accounts() as conn:
        organisations.rename_oneself(conn, call.caller, body.name)
        return tell(organisations.profile(conn, call.caller))


@routes.does("/me/switch", SignedIn, scope=Scope.READ, refuses=(NoOrganisation,))
def switch(call: Calling, body: Switch) -> Response:
    """Go on in another organisation of yours with the same session."""
    with call.site.database.accounts() as conn:
        there = sessions.switch_organisation(conn, call.caller, body.org_id, origin_of(call.request))
    call.site.doors.forget()
    return tell({"user_id": there.user_id, "org_id": there.org_id})


@routes.does(
    "/me/password",
    scope=Scope.ADMIN,
    refuses=(NotSignedIn, SignInRefused, PasswordRefused, TooManyAttempts, SignInBusy),
)
def change_password(call: Calling, body: PasswordChange) -> Response:
    """Set a new password by the old one; all your other sessions end."""
    site, origin = call.site, origin_of(call.request)
    with site.database.accounts() as conn:
        email = organisations.profile(conn, call.caller).email
    with attempt(site.database, PASSWORD_CHANGE, origin, email) as conn:
        resets.change_password(conn, call.caller, body.old, body.new, origin)
    site.doors.forget()
    return tell()


@routes.reads("/sessions", OpenSessions, refuses=())
def read_sessions(call: Calling) -> Response:
    """List where you are signed in."""
    with call.site.database.accounts() as conn:
        found = sessions.list_sessions(conn, call.caller)
    this = call.caller.session_id
    return tell({"sessions": [{**fields_of(one), "is_this": one.id == this} for one in found]})


@routes.does("/sessions/end-all", Ended, scope=Scope.ADMIN)
def end_all_sessions(call: Calling) -> Response:
    """Sign out everywhere."""
    with call.site.database.accounts() as conn:
        ended = sessions.sign_out_everywhere(conn, call.caller, origin_of(call.request))
    call.site.doors.forget()
    return without_session(tell({"sessions": ended}))


@routes.does("/sessions/{session_id}/end", scope=Scope.ADMIN, refuses=(NotFound,))
def end_session(call: Calling, session_id: UUID) -> Response:
    """End one of your sessions, such as that of a lost machine."""
    with call.site.database.accounts() as conn:
        sessions.end_session(conn, call.caller, session_id, origin_of(call.request))
    call.site.doors.forget()
    return tell()


@routes.does("/reset/request", scope=OPEN, refuses=(MailNotSetUp, TooManyAttempts, UnusableText))
def request_reset(site: Open, request: Request, body: ResetRequest) -> Response:
    """Have a link for a new password mailed; the answer is the same for an address that nobody has."""
    smtp = site.accounts.smtp
    if smtp is None:
        raise MailNotSetUp("This installation sends no mail.")
    with attempt(site.database, RESET_REQUEST, origin_of(request), body.email) as conn:
        reset = resets.request_reset(conn, body.email)
    if reset is None:
        return tell()
    return mail_later(tell(), smtp, reset_letter(reset.email, reset_link(site.service.public_url, reset.token)))


@routes.does(
    "/reset/use",
    scope=OPEN,
    refuses=(LinkNotValid, AccountClosed, PasswordRefused, TooManyAttempts, SignInBusy),
)
def use_reset(site: Open, request: Request, body: ResetUse) -> Response:
    """Set a new password by a link; all sessions of the account end."""
    origin = origin_of(request)
    with attempt(site.database, LINK, origin) as conn:
        resets.reset_password(conn, body.token, body.password, origin)
    site.doors.forget()
    return without_session(tell())


@routes.does("/invitation/look", Asked, scope=OPEN, refuses=(LinkNotValid,))
def look_at_invitation(site: Open, body: LinkHeld) -> Response:
    """Ask what a link of an invitation is for."""
    with site.database.accounts() as conn:
        return tell(invitations.look_at(conn, body.token))


@routes.does(
    "/invitation/accept",
    SignedIn,
    scope=OPEN,
    status=201,
    refuses=(
        LinkNotValid,
        AddressHasAccount,
        AccountClosed,
        PasswordRefused,
        ValueRefused,
        AlreadyTaken,
        TooManyAttempts,
        SignInBusy,
    ),
)
def accept_invitation(site: Open, request: Request, body: Acceptance) -> Response:
    """Join the organisation that a link was made for; the session's cookie comes with the answer."""
    origin, known = origin_of(request), caller_of(site, request)
    signed_in = known.user_id if known is not None and known.session_id is not None else None
    with attempt(site.database, LINK, origin) as conn:
        account, org_id = invitations.accept(
            conn,
            body.token,
            origin,
            name=body.name,
            password=body.password,
            email=body.email,
            signed_in=signed_in,
        )
        token, _ = sessions.open_session(conn, account, org_id, origin)
    return with_session(tell({"user_id": account.id, "org_id": org_id}, 201), token)


@routes.does("/{user_id}/close", scope=Scope.ADMIN, refuses=(OperatorOnly, NotAllowed, NotFound, StateRefused))
def close_account(call: Calling, user_id: UUID) -> Response:
    """Close a person's account; for who runs the installation."""
    with call.site.database.accounts() as conn:
        organisations.close_account(conn, call.caller, user_id, origin_of(call.request))
    call.site.doors.forget()
    return tell()


@routes.does("/{user_id}/open", scope=Scope.ADMIN, refuses=(OperatorOnly, NotFound, StateRefused))
def open_account(call: Calling, user_id: UUID) -> Response:
    """Open a closed account again; for who runs the installation."""
    with call.site.database.accounts() as conn:
        organisations.open_account(conn, call.caller, user_id, origin_of(call.request))
    return tell()
