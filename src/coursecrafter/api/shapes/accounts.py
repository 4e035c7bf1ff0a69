"""Who is signed in, and how people come in."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from coursecrafter.api.shapes.base import Id, Json, Moment, OrganisationRole, Shape

ScopeName = Literal["read", "write", "admin", "worker"]
Address = Annotated[str, Field(examples=["ada@acme.example"])]


class SignedIn(Shape):
    """A session was opened; its cookie came with this answer."""

    user_id: Id
    org_id: Id


class Place(Shape):
    """An organisation that a person belongs to."""

    id: Id
    name: Annotated[str, Field(examples=["Acme"])]
    slug: Annotated[str, Field(examples=["acme"])]
    role: OrganisationRole
    since: Moment


class Places(Shape):
    """Where the caller belongs, by name."""

    organisations: list[Place]


class Profile(Shape):
    """Who the caller is."""

    user_id: Id
    email: Address
    name: Annotated[str, Field(examples=["Ada Lovelace"])]
    is_operator: bool
    """Whether they run this installation."""
    has_password: bool
    has_identity: bool
    """Whether they sign in through another system."""
    org_id: Id
    """The organisation that they work in now."""
    scopes: list[ScopeName]
    organisations: list[Place]


class OpenSession(Shape):
    """A session of the caller."""

    id: Id
    org_id: Id
    created_at: Moment
    last_seen_at: Moment
    expires_at: Moment
    ip: str | None
    user_agent: str | None
    is_this: bool
    """Whether this call came with it."""


class OpenSessions(Shape):
    """The caller's sessions, the last used first."""

    sessions: list[OpenSession]


class Ended(Shape):
    """What was ended."""

    sessions: int


class Asked(Shape):
    """What the holder of a link is asked."""

    organisation: str
    role: OrganisationRole
    email: Address | None
    """Null: they say it themselves."""
    has_account: bool
    """Whether they must sign in first."""


class Ways(Shape):
    """How people can sign in here."""

    password: Literal[True]
    provider: str | None
    """What stands on the button of the provider; null: there is none."""
    mail: bool
    """Whether links are sent by mail."""


class Key(Shape):
    """A key for a program."""

    id: Id
    user_id: Id
    name: Annotated[str, Field(examples=["Build server"])]
    prefix: Annotated[str, Field(examples=["cc_key_aB3d"])]
    """Its first signs, to know it by."""
    scopes: list[ScopeName]
    created_at: Moment
    expires_at: Moment | None
    last_used_at: Moment | None


class Keys(Shape):
    """Keys that are not revoked, the newest first."""

    keys: list[Key]


class NewKey(Shape):
    """A key, shown this once."""

    secret: Annotated[str, Field(examples=["cc_key_aB3d…"])]
    """What the program sends as `Authorization: Bearer`; nobody can show it again."""
    key: Key


class Invitation(Shape):
    """An invitation that waits for an answer."""

    id: Id
    email: Address
    role: OrganisationRole
    invited_by: Id | None
    created_at: Moment
    expires_at: Moment


class Invitations(Shape):
    """Invitations that wait for an answer, the newest first."""

    invitations: list[Invitation]


class SentInvitation(Shape):
    """An invitation, and how its link goes to its person."""

    invitation: Invitation
    is_mailed: bool
    link: str | None
    """To be handed over, shown this once; null: it was mailed."""


class SecurityEventLine(Shape):
    """Something that happened at the door."""

    id: Id
    at: Moment
    event: Annotated[str, Field(examples=["signed_in"])]
    user_id: Id | None
    email: str | None
    ip: str | None
    user_agent: str | None
    details: Json


class SecurityEvents(Shape):
    """What happened at the organisation's doors, the newest first."""

    items: list[SecurityEventLine]
    next_cursor: Id | None
    """Give it as `before` for the next page; null on the last one."""
