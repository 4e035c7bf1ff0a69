"""Letters of the installation: invitations and new passwords, as plain text, through a mail server.

Plain text only: a name with markup in it is shown as it is, and a link is the only thing that can be clicked.
"""

from __future__ import annotations

import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import formatdate, make_msgid

from coursecrafter.accounts.people import require_address
from coursecrafter.accounts.settings import SmtpSettings
from coursecrafter.errors import RequestError

TIMEOUT_S = 20.0


class MailNotSent(RequestError):
    """The mail server does not take the letter."""

    code = "CC-0071"
    status = 502
    retry = True
    remedy = "Try again later, or hand the link over yourself; if it stays, check COURSECRAFTER_SMTP_*."


class MailNotSetUp(RequestError):
    """This installation has no mail server."""

    code = "CC-0070"
    status = 409
    remedy = "Ask whoever runs this installation: `coursecrafter account reset` prints the link."


@dataclass(frozen=True, slots=True)
class Letter:
    """A letter to one person."""

    to: str
    subject: str
    text: str


def invitation_letter(to: str, organisation: str, inviter: str, link: str) -> Letter:
    """Asks somebody to join an organisation."""
    who, where = _one_line(inviter), _one_line(organisation)
    return Letter(
        to,
        f"Invitation to {where} in Course Crafter",
        f"{who} invites you to work in “{where}” in Course Crafter.\n\n"
        f"Open this link to join. It works once, within seven days:\n\n{link}\n\n"
        "If you do not know what this is about, leave it: nothing happens.\n",
    )


def reset_letter(to: str, link: str) -> Letter:
    """Lets somebody set a new password."""
    return Letter(
        to,
        "A new password for Course Crafter",
        "Somebody, probably you, asked for a new password for this address.\n\n"
        f"Open this link to choose one. It works once, within an hour:\n\n{link}\n\n"
        "If it was not you, leave it: your password stays as it is.\n",
    )


def send(settings: SmtpSettings, letter: Letter) -> None:
    """Hand a letter to the mail server.

    Raises:
        ValueRefused: CC-0022, no such address.
        MailNotSent: CC-0071.
    """
    message = _message(settings.sender, letter)
    try:
        with _connected(settings) as server:
            server.send_message(message)
    except (OSError, smtplib.SMTPException) as error:
        raise MailNotSent("The mail server did not take the letter.", detail=repr(error)) from error


def _message(sender: str, letter: Letter) -> EmailMessage:
    """The message; no text can begin a header of its own, since addresses are checked and subjects are one line."""
    to = require_address(letter.to)
    message = EmailMessage(policy=SMTP)
    try:
        message["From"] = sender
        message["To"] = Address(addr_spec=to)
        message["Subject"] = _one_line(letter.subject)
        message["Date"] = formatdate(localtime=False)
        message["Message-ID"] = make_msgid(domain=to.rpartition("@")[2])
        message["Auto-Submitted"] = "auto-generated"
        message.set_content(letter.text, cte="quoted-printable")
    except (ValueError, MessageError) as error:
        raise MailNotSent("The letter cannot be written as a mail.", detail=repr(error)) from error
    return message


@contextmanager
def _connected(settings: SmtpSettings) -> Iterator[smtplib.SMTP]:
    context = ssl.create_default_context()
    if settings.security == "tls":
        server: smtplib.SMTP = smtplib.SMTP_SSL(settings.host, settings.port, timeout=TIMEOUT_S, context=context)
    else:
        server = smtplib.SMTP(settings.host, settings.port, timeout=TIMEOUT_S)
    with server:
        if settings.security == "starttls":
            server.starttls(context=context)
        if settings.user is not None and settings.password is not None:
            server.login(settings.user, settings.password)
        yield server


def _one_line(text: str) -> str:
    return " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())
