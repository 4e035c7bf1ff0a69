"""What the calls of a course are made with: who may answer, for whom it is written, how its words are spoken."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from coursecrafter.errors import GatewayError
from coursecrafter.gateway.connections import require_some
from coursecrafter.gateway.lexicon import Lexicon
from coursecrafter.gateway.payloads import Payloads
from coursecrafter.gateway.ports import OFFLINE, Brief, Candidate, Kind
from coursecrafter.gateway.prices import Usage

OFFLINE_CANDIDATE = Candidate(OFFLINE, "")


@dataclass(frozen=True, slots=True)
class Setting:
    """What a course's calls are made with.

    Attributes:
        routes: who may answer each kind of call, in order, or why its route cannot be used; a kind that is not named is
            the offline provider's.
        brief: for whom the course is written.
        lexicon: how words of the course are spoken.
        snapshot: the hash of the stored object that holds the course's context as it is; "": none is known.
        price: what a call costs in USD; None where nobody knows.
        payloads: how much of what is asked and answered is written down.
    """

    routes: Mapping[Kind, Sequence[Candidate] | GatewayError] = field(default_factory=dict)
    brief: Brief = field(default_factory=Brief)
    lexicon: Lexicon = field(default_factory=Lexicon)
    snapshot: str = ""
    price: Callable[[Candidate, Usage], Decimal | None] = lambda _by, _usage: Decimal(0)
    payloads: Payloads = Payloads.HASHED

    def route(self, kind: Kind, *, may_be_empty: bool = False) -> Sequence[Candidate]:
        """Who may answer a kind of call, in order; at least one, unless there may be none.

        Raises:
            KeyUnreadable: CC-0313.
            RouteSwitchedOff: CC-0316.
        """
        found = self.routes.get(kind, (OFFLINE_CANDIDATE,))
        if isinstance(found, GatewayError):
            raise found
        return found if may_be_empty else require_some(kind, found)
