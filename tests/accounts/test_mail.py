"""Letters, handed to a real server on loopback."""

from __future__ import annotations

import email
import email.policy
import socket
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword

from coursecrafter.accounts.mail import Letter, MailNotSent, invitation_letter, reset_letter, send
from coursecrafter.accounts.settings import SmtpSettings
from coursecrafter.db.refusals import ValueRefused

LINK = "https://courses.example/cc/welcome#cc_invitation_" + "a" * 43


@dataclass
class Postbox:
    """A mail server that keeps what it is given."""

    port: int = 0
    letters: list[tuple[list[str], Any]] = field(default_factory=list)

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802 - the library's name
        message = email.message_from_bytes(envelope.content, policy=email.policy.default)
        self.letters.append((envelope.rcpt_tos, message))
        return "250 Kept"


def authenticate(_server: Any, _session: Any, _envelope: Any, _mechanism: str, secret: Any) -> AuthResult:
    return AuthResult(success=isinstance(secret, LoginPassword) and secret.password == b"right")


@pytest.fixture
def postbox() -> Iterator[Postbox]:
    with socket.create_server(("127.0.0.1", 0)) as free:
        box = Postbox(free.getsockname()[1])
    controller = Controller(
        box,
        "127.0.0.1",
        box.port,
        authenticator=authenticate,
        auth_require_tls=False,
        auth_exclude_mechanism=["CRAM-MD5"],
    )
    controller.start()
    yield box
    controller.stop()


def settings(postbox: Postbox) -> SmtpSettings:
    return SmtpSettings("127.0.0.1", postbox.port, "none", None, None, "Course Crafter <courses@acme.example>")


def test_an_invitation_arrives_as_plain_text_with_its_link_whole(postbox: Postbox) -> None:
    send(settings(postbox), invitation_letter("new@acme.example", "Acme", "Ada", LINK))

    [(to, letter)] = postbox.letters
    assert to == ["new@acme.example"]
    assert letter["subject"] == "Invitation to Acme in Course Crafter"
    assert letter["from"] == "Course Crafter <courses@acme.example>"
    assert letter.get_content_type() == "text/plain"
    assert LINK in letter.get_content().splitlines()
    assert letter["auto-submitted"] == "auto-generated"


def test_a_letter_for_a_new_password_says_how_long_its_link_works(postbox: Postbox) -> None:
    send(settings(postbox), reset_letter("ada@acme.example", LINK))

    assert "within an hour" in postbox.letters[0][1].get_content()


def test_names_cannot_begin_a_header_or_a_line_of_their_own(postbox: Postbox) -> None:
    name = "Acme\r\nBcc: all@evil.example\r\n\r\n<b>Pay here</b>"

    send(settings(postbox), invitation_letter("new@acme.example", name, name, LINK))

    [(to, letter)] = postbox.letters
    assert to == ["new@acme.example"]
    assert letter["bcc"] is None
    assert letter["subject"].strip() == "Invitation to Acme Bcc: all@evil.example <b>Pay here</b> in Course Crafter"
    assert not any(line.startswith(("Bcc", "<b>")) for line in letter.get_content().splitlines())


@pytest.mark.parametrize(
    "to", ["a@b.example\r\nBcc: c@d.example", "a@b.example, c@d.example", "", "<a@b.example>", "a"]
)
def test_a_letter_goes_to_one_address(postbox: Postbox, to: str) -> None:
    with pytest.raises(ValueRefused):
        send(settings(postbox), Letter(to, "S", "T"))
    assert postbox.letters == []


def test_names_of_any_script_are_readable(postbox: Postbox) -> None:
    send(settings(postbox), invitation_letter("new@acme.example", "Größe 木 🎬", "Ζωή", LINK))

    [(_, letter)] = postbox.letters
    assert "Größe 木 🎬" in letter["subject"]
    assert "Ζωή" in letter.get_content()


def test_a_server_that_wants_a_password_gets_it(postbox: Postbox) -> None:
    known = replace(settings(postbox), user="courses", password="right")

    send(known, Letter("a@b.example", "S", "T"))
    with pytest.raises(MailNotSent):
        send(replace(known, password="wrong"), Letter("a@b.example", "S", "T"))

    assert len(postbox.letters) == 1


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_a_server_without_the_tls_that_was_asked_for_gets_no_letter(postbox: Postbox, security: Any) -> None:
    with pytest.raises(MailNotSent):
        send(replace(settings(postbox), security=security), Letter("a@b.example", "S", "T"))
    assert postbox.letters == []


def test_a_server_that_is_away_is_said_to_be(postbox: Postbox) -> None:
    with pytest.raises(MailNotSent):
        send(replace(settings(postbox), port=9), Letter("a@b.example", "S", "T"))
