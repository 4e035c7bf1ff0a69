"""Calls that only those make who look after an organisation."""

from __future__ import annotations

from coursecrafter.accounts.people import require_leader
from coursecrafter.api.call import Call


def require_lead(call: Call) -> None:
    """Refuse whoever is neither owner nor admin of the organisation that they work in.

    Policies hide the rows from them in any case; an empty list would look as if there were nothing.

    Raises:
        ScopeMissing: CC-0061.
        NotAllowed: CC-0021.
    """
    with call.site.database.accounts() as conn:
        require_leader(conn, call.caller)
