"""Callers who come from a larger platform, with a token that it signed.

The platform names the person (issuer and subject), the organisation by its short name, and the groups that give roles.
"""

from __future__ import annotations

import time
from collections.abc import Callable

import sqlalchemy as sa

from coursecrafter.accounts.caller import Caller
from coursecrafter.accounts.events import HERE, Origin
from coursecrafter.accounts.fetching import fetch_json
from coursecrafter.accounts.identities import Vouched, read_address, read_groups, read_name, recognise
from coursecrafter.accounts.people import NoOrganisation, place_of
from coursecrafter.accounts.settings import JwtSettings
from coursecrafter.accounts.signing_keys import SigningKeys, read_token


class Platform:
    """A larger platform whose tokens are believed.

    Args:
        clock: seconds that only grow.
    """

    def __init__(self, settings: JwtSettings, clock: Callable[[], float] = time.monotonic) -> None:
        self.settings = settings
        url, keys = settings.keys_url, settings.keys
        self._keys = SigningKeys(lambda: fetch_json(url) if url is not None else keys or {}, clock)

    def read(self, token: str) -> Vouched:
        """What a token says of a person; may ask the platform for its keys, so call it outside a transaction.

        Raises:
            TokenRefused: CC-0072.
            ProviderUnreachable: CC-0073.
            ProviderRefused: CC-0074.
        """
        settings = self.settings
        claims = read_token(
            token,
            self._keys,
            issuer=settings.issuer,
            audience=settings.audience,
            algorithms=settings.algorithms,
            leeway_s=settings.leeway_s,
        )
        # The platform runs its people's accounts: their addresses count as checked unless it says that they are not.
        email = read_address(claims) if claims.get("email_verified", True) is True else None
        organisation = claims.get(settings.organisation_claim)
        return Vouched(
            settings.issuer,
            claims["sub"],
            email,
            read_name(claims, email),
            organisation if isinstance(organisation, str) else None,
            read_groups(claims, settings.groups_claim),
        )

    def find_token(self, conn: sa.Connection, token: str) -> Caller | None:
        """For whom a token speaks; `read` and `find_caller` in one, for calls that tell nothing of their origin."""
        return self.find_caller(conn, self.read(token), HERE)

    def find_caller(self, conn: sa.Connection, vouched: Vouched, origin: Origin) -> Caller | None:
        """For whom a token speaks: in the organisation it names, else where the person belongs first.

        Returns:
            None: they have no place there, or their groups have just taken it away, which stands once the caller
            commits. An error would roll it back.

        Raises:
            AccountClosed: CC-0062.
            IdentityNotAllowed: CC-0076.
        """
        account, barred = recognise(conn, vouched, self.settings.rules, origin)
        try:
            return Caller(account.id, place_of(conn, account.id, vouched.organisation, barred), "token")
        except NoOrganisation:
            return None
