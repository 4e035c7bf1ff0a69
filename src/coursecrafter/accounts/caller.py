"""For whom a request speaks, and how far."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal
from uuid import UUID

from coursecrafter.errors import RequestError


class Scope(StrEnum):
    """How far a caller's word goes; what the person may do stays the limit."""

    READ = "read"
    WRITE = "write"
    ADMIN = "admin"
    WORKER = "worker"


SCOPE_MEANINGS = {
    Scope.READ: "see what the person sees",
    Scope.WRITE: "change what the person may change",
    Scope.ADMIN: "look after people, keys, invitations, providers of AI and budgets as the person may",
    Scope.WORKER: "start, complete and fail external jobs; for owners and admins",
}

PERSON_SCOPES = frozenset({Scope.READ, Scope.WRITE, Scope.ADMIN})
"""What a person has who is there themselves."""


class NotSignedIn(RequestError):
    """The request does not say for whom it speaks, or what it says is not or no longer valid."""

    code = "CC-0060"
    status = 401
    remedy = "Sign in, or send a valid key in the header Authorization: Bearer."


class ScopeMissing(RequestError):
    """The key was not made for this."""

    code = "CC-0061"
    status = 403
    remedy = "Make a key with the scope that the message names, or sign in yourself."


class AccountClosed(RequestError):
    """The account was closed by whoever runs this installation."""

    code = "CC-0062"
    status = 403
    remedy = "Ask whoever runs this installation to open it again."


class OperatorOnly(RequestError):
    """Only who runs the installation may do this, signed in themselves."""

    code = "CC-0078"
    status = 403
    remedy = "Ask whoever runs this installation."


@dataclass(frozen=True, slots=True)
class Caller:
    """A person in one of their organisations, and by what they are known.

    Attributes:
        kind: a browser's session, a program's key, or the signed token of a larger platform.
        session_id, key_id: which one; None for another kind.
        is_operator: whether they run the installation; a key or a token never does.
    """

    user_id: UUID
    org_id: UUID
    kind: Literal["session", "key", "token"]
    scopes: frozenset[Scope] = PERSON_SCOPES
    session_id: UUID | None = None
    key_id: UUID | None = None
    is_operator: bool = False

    def require(self, scope: Scope) -> None:
        """Go on only with this scope.

        Raises:
            ScopeMissing: CC-0061.
        """
        if scope not in self.scopes:
            raise ScopeMissing(f"This key does not have the scope “{scope}”.")

    def require_operator(self) -> None:
        """Go on only for who runs the installation.

        Raises:
            OperatorOnly: CC-0078.
        """
        if not self.is_operator:
            raise OperatorOnly("Only who runs this installation may do this.")
