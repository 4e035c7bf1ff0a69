"""The watchdog's turn, once a minute by one worker of all: look, judge, and tell who wants to know."""

from __future__ import annotations

from coursecrafter.db.session import Database
from coursecrafter.watchdog.alerts import tell
from coursecrafter.watchdog.looking import look
from coursecrafter.watchdog.notes import holding_notes
from coursecrafter.watchdog.seldom import EVERY_S, look_seldom
from coursecrafter.watchdog.settings import AlertSettings
from coursecrafter.watchdog.verdict import Finding, judge


def take_turn(database: Database, store_url: str, alerts: AlertSettings) -> list[Finding] | None:
    """What is found; None: another machine is at it.

    Raises:
        DatabaseUnreachable: CC-0016.
    """
    with holding_notes(database) as notes:
        if notes is None:
            return None
        notes.kept["looked_at"] = notes.at.isoformat()
        seldom = notes.seldom
        if seldom is None or (notes.at - seldom.at).total_seconds() >= EVERY_S:
            seldom = look_seldom(database, store_url, notes.at)
            if seldom is not None:
                notes.kept["seldom"] = seldom.to_json()
        findings = judge(look(database, notes=notes))
        tell(alerts, notes.kept.setdefault("alerts", {}), findings, notes.at)
    return findings
