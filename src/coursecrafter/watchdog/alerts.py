"""Who is told what: once when it begins, again when it is worse, every six hours while it lasts, once when it ends.

What was told stands in the notes that all machines share, for each way of its own: a mail server that is away holds no
webhook up, and what could not be told is told at the next turn.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from coursecrafter.accounts.mail import Letter, send
from coursecrafter.errors import CourseCrafterError
from coursecrafter.watchdog.settings import AlertSettings
from coursecrafter.watchdog.verdict import Finding, Severity, in_words, light_of
from coursecrafter.watchdog.webhook import NotDelivered, post

log = logging.getLogger(__name__)

REMIND_AFTER = timedelta(hours=6)
GONE_AFTER = timedelta(minutes=5)
"""A finding that comes and goes is one that stays."""

MOST_IN_LETTER = 20
"""Of each kind: nobody reads on."""

Kept = dict[str, Any]
"""Findings under way and ended, by key: what was found, since when, when it was seen last, and who was told what."""


@dataclass(frozen=True, slots=True)
class Message:
    """What one way is to be told.

    Attributes:
        began: is new, or has become worse.
        lasting: was told six hours ago.
        ended: was told, and is gone.
    """

    at: datetime
    light: str
    began: tuple[Mapping[str, Any], ...]
    lasting: tuple[Mapping[str, Any], ...]
    ended: tuple[Mapping[str, Any], ...]

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to be told."""
        return not (self.began or self.lasting or self.ended)


def tell(settings: AlertSettings, kept: Kept, findings: list[Finding], at: datetime) -> None:
    """Tell what is due, and note what was told.

    Args:
        kept: changed in place.
        at: now, by the database.
    """
    told_findings = kept.setdefault("findings", {})
    remember(told_findings, findings, at)
    ways = _ways(settings)
    failed: dict[str, Any] = {}
    for way, deliver in ways.items():
        message = due(told_findings, way, at, light_of(findings))
        if message.is_empty:
            continue
        try:
            deliver(message)
        except (CourseCrafterError, NotDelivered) as error:
            since = kept.get("failed", {}).get(way, {}).get("since", at.isoformat())
            failed[way] = {"since": since, "said": str(error)}
            log.warning("An alert was not delivered: %s", error)
        else:
            mark(told_findings, way, at)
    kept["failed"] = failed
    forget(told_findings, ways, at)


def remember(kept: Kept, findings: list[Finding], at: datetime) -> None:
    """Note what is found now; notices are not told."""
    for one in findings:
        if one.severity >= Severity.WARNING:
            known = kept.setdefault(one.key, {"since": at.isoformat(), "told": {}})
            known |= {
                "seen": at.isoformat(),
                "code": one.code,
                "severity": int(one.severity),
                "sentence": one.sentence,
                "remedy": one.remedy,
            }


def due(kept: Kept, way: str, at: datetime, light: str) -> Message:
    """What one way is to be told now."""
    began, lasting, ended = [], [], []
    for known in kept.values():
        told = known["told"].get(way)
        if _is_gone(known, at):
            ended += [known] if told is not None else []
        elif told is None or told["severity"] < known["severity"]:
            began.append(known)
        elif at - datetime.fromisoformat(told["at"]) >= REMIND_AFTER:
            lasting.append(known)
    return Message(at, light, tuple(began), tuple(lasting), tuple(ended))


def mark(kept: Kept, way: str, at: datetime) -> None:
    """Note that one way was told what was due."""
    for known in kept.values():
        told = known["told"].get(way)
        if _is_gone(known, at):
            known["told"].pop(way, None)
        elif (
            told is None
            or told["severity"] < known["severity"]
            or at - datetime.fromisoformat(told["at"]) >= REMIND_AFTER
        ):
            known["told"][way] = {"at": at.isoformat(), "severity": known["severity"]}


def forget(kept: Kept, ways: Mapping[str, object], at: datetime) -> None:
    """Forget what is gone and was told to be, and ways that are no more."""
    for key, known in list(kept.items()):
        known["told"] = {way: told for way, told in known["told"].items() if way in ways}
        if _is_gone(known, at) and not known["told"]:
            del kept[key]


def _is_gone(known: Mapping[str, Any], at: datetime) -> bool:
    return at - datetime.fromisoformat(known["seen"]) >= GONE_AFTER


def _ways(settings: AlertSettings) -> dict[str, Callable[[Message], None]]:
    ways: dict[str, Callable[[Message], None]] = {}
    for address in settings.to:
        ways[f"mail {address}"] = lambda message, to=address: _send(settings, to, message)  # type: ignore[misc]
    if settings.webhook is not None:
        ways["webhook"] = lambda message: post(settings.webhook or "", as_json(message), settings.key)
    return ways


def _send(settings: AlertSettings, to: str, message: Message) -> None:
    if settings.smtp is not None:
        send(settings.smtp, letter(to, message))


def letter(to: str, message: Message) -> Letter:
    """The message as a letter."""
    parts = (("New or worse", message.began), ("Still so", message.lasting), ("Over", message.ended))
    said = [f"The light is {message.light}.\n"]
    for title, findings in parts:
        if findings:
            said.append(f"{title}:\n")
            said += [_in_letter(one, message.at, is_over=title == "Over") for one in findings[:MOST_IN_LETTER]]
            said += [f"- and {len(findings) - MOST_IN_LETTER} more.\n"] if len(findings) > MOST_IN_LETTER else []
    said.append("`coursecrafter status` shows all of it.\n")
    first = next(one for _, findings in parts for one in findings)
    more = sum(len(findings) for _, findings in parts) - 1
    word = "over" if not (message.began or message.lasting) else message.light
    subject = f"Course Crafter, {word}: {first['sentence']}" + (f" And {more} more." if more else "")
    return Letter(to, subject, "\n".join(said))


def as_json(message: Message) -> dict[str, Any]:
    """The message as a webhook gets it."""
    told = {"began": message.began, "lasting": message.lasting, "ended": message.ended}
    lists = {name: [_in_json(one) for one in findings] for name, findings in told.items()}
    return {"at": message.at.isoformat(), "light": message.light, **lists}


def _in_letter(known: Mapping[str, Any], at: datetime, *, is_over: bool) -> str:
    since = in_words((at - datetime.fromisoformat(known["since"])).total_seconds())
    remedy = "" if is_over else f"  {known['remedy']}\n"
    return f"- {known['sentence']} [{known['code']}]\n{remedy}  Since {known['since'][:16]} UTC ({since}).\n"


def _in_json(known: Mapping[str, Any]) -> dict[str, Any]:
    severity = Severity(known["severity"]).name.lower()
    return {**{name: known[name] for name in ("code", "sentence", "remedy", "since")}, "severity": severity}
