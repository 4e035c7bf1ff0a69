"""Who is told what, on real servers of mail and HTTP: once when it begins, once when it ends, by one worker of all."""

from __future__ import annotations

import email
import email.policy
import hashlib
import hmac
import json
import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Barrier, Thread
from typing import Any

import pytest
import sqlalchemy as sa
from aiosmtpd.controller import Controller

from coursecrafter.accounts.settings import SettingRefused, SmtpSettings
from coursecrafter.background.chores import forget_ended, tend
from coursecrafter.db.session import Database
from coursecrafter.watchdog import alerts, webhook
from coursecrafter.watchdog.alerts import Kept, tell
from coursecrafter.watchdog.notes import read_notes
from coursecrafter.watchdog.settings import AlertSettings, key_of_webhook, load_alert_settings
from coursecrafter.watchdog.turn import take_turn
from coursecrafter.watchdog.verdict import Finding, NobodyWorks, Severity, WaitsTooLong
from coursecrafter.watchdog.webhook import NotDelivered, may_be_reached, post
from planted_figures import AT, plant_job, plant_worker

SECRET = "a secret of the installation"
WAITS = Finding("CC-0631:renders", "CC-0631", Severity.WARNING, "The oldest job waits.", WaitsTooLong.remedy)
NOBODY = Finding("CC-0630:calls", "CC-0630", Severity.ALARM, "Nobody works.", NobodyWorks.remedy)
NOTICE = Finding("CC-0639:version", "CC-0639", Severity.NOTICE, "Versions differ.", "Wait.")
MINUTE = timedelta(minutes=1)


@dataclass
class Receiver:
    """An HTTP server that keeps what is posted."""

    url: str = ""
    status: int = 204
    posts: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    paths: list[str] = field(default_factory=list)

    @property
    def told(self) -> list[dict[str, Any]]:
        return [json.loads(body) for _, body in self.posts]

    @property
    def sentences(self) -> list[list[list[str]]]:
        """By post: what began, lasts and ended."""
        return [
            [[one["sentence"] for one in told[part]] for part in ("began", "lasting", "ended")] for told in self.told
        ]


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    kept = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            kept.posts.append(({name.lower(): value for name, value in self.headers.items()}, body))
            kept.paths.append(self.path)
            self.send_response(kept.status)
            if kept.status in {302, 307}:
                self.send_header("location", "/elsewhere")
            self.end_headers()

        def log_message(self, *args: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    kept.url = f"http://127.0.0.1:{server.server_port}/alerts?team=1"
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield kept
    server.shutdown()
    server.server_close()
    thread.join()


@dataclass
class Postbox:
    """A mail server that keeps what it is given."""

    port: int = 0
    letters: list[Any] = field(default_factory=list)

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802 - the library's name
        self.letters.append(email.message_from_bytes(envelope.content, policy=email.policy.default))
        return "250 Kept"


@pytest.fixture
def postbox() -> Iterator[Postbox]:
    with socket.create_server(("127.0.0.1", 0)) as free:
        box = Postbox(free.getsockname()[1])
    controller = Controller(box, "127.0.0.1", box.port)
    controller.start()
    yield box
    controller.stop()


def by_mail(postbox: Postbox) -> AlertSettings:
    smtp = SmtpSettings("127.0.0.1", postbox.port, "none", None, None, "Course Crafter <courses@acme.example>")
    return AlertSettings(("ops@acme.example",), smtp)


def by_webhook(receiver: Receiver) -> AlertSettings:
    return AlertSettings(webhook=receiver.url, key=key_of_webhook(SECRET))


def test_a_finding_is_told_when_it_begins_and_when_it_ends_and_not_in_between(receiver: Receiver) -> None:
    kept: Kept = {}

    for minute in range(4):
        tell(by_webhook(receiver), kept, [WAITS, NOTICE], AT + minute * MINUTE)
    for minute in range(4, 12):
        tell(by_webhook(receiver), kept, [], AT + minute * MINUTE)

    assert receiver.sentences == [[[WAITS.sentence], [], []], [[], [], [WAITS.sentence]]]
    assert [told["light"] for told in receiver.told] == ["yellow", "green"]
    assert kept["findings"] == {}


def test_a_finding_that_comes_and_goes_is_told_once(receiver: Receiver) -> None:
    kept: Kept = {}

    for minute in range(60):
        tell(by_webhook(receiver), kept, [WAITS] if minute % 4 == 0 else [], AT + minute * MINUTE)

    assert receiver.sentences == [[[WAITS.sentence], [], []]]


def test_what_becomes_worse_is_told_again_and_what_becomes_better_is_not(receiver: Receiver) -> None:
    kept: Kept = {}
    worse = Finding(WAITS.key, WAITS.code, Severity.ALARM, "It waits for an hour.", WAITS.remedy)

    for minute, finding in enumerate((WAITS, worse, WAITS, worse)):
        tell(by_webhook(receiver), kept, [finding], AT + minute * MINUTE)

    assert receiver.sentences == [[[WAITS.sentence], [], []], [[worse.sentence], [], []]]


def test_what_lasts_is_told_again_after_six_hours(receiver: Receiver) -> None:
    kept: Kept = {}

    for minute in range(0, 13 * 60, 10):
        tell(by_webhook(receiver), kept, [WAITS], AT + minute * MINUTE)

    lasting = [[], [WAITS.sentence], []]
    assert receiver.sentences == [[[WAITS.sentence], [], []], lasting, lasting]


def test_a_receiver_that_fails_is_told_at_the_next_turn_and_holds_no_mail_up(
    receiver: Receiver, postbox: Postbox
) -> None:
    kept: Kept = {}
    mail, hook = by_mail(postbox), by_webhook(receiver)
    both = AlertSettings(mail.to, mail.smtp, hook.webhook, hook.key)

    receiver.status = 503
    tell(both, kept, [WAITS], AT)
    tell(both, kept, [WAITS], AT + MINUTE)
    said = dict(kept["failed"])
    receiver.status = 200
    tell(both, kept, [WAITS], AT + 2 * MINUTE)
    tell(both, kept, [WAITS], AT + 3 * MINUTE)

    assert len(receiver.posts) == 3
    assert said == {"webhook": {"since": AT.isoformat(), "said": "the webhook answered 503"}}
    assert kept["failed"] == {}
    assert len(postbox.letters) == 1


def test_what_is_posted_is_signed_with_a_key_that_signs_nothing_else(receiver: Receiver) -> None:
    tell(by_webhook(receiver), {}, [NOBODY], AT)

    [(headers, body)] = receiver.posts
    # As the page for operators says it, with openssl.
    key = hmac.new(SECRET.encode(), b"coursecrafter alerts", hashlib.sha256).hexdigest().encode()
    signed = headers["x-coursecrafter-timestamp"].encode() + b"." + body
    assert headers["x-coursecrafter-signature"] == "sha256=" + hmac.new(key, signed, hashlib.sha256).hexdigest()
    assert headers["host"] == receiver.url.split("/")[2]
    assert receiver.paths == ["/alerts?team=1"]
    assert receiver.told[0]["began"] == [
        {
            "code": "CC-0630",
            "sentence": "Nobody works.",
            "remedy": NOBODY.remedy,
            "since": AT.isoformat(),
            "severity": "alarm",
        }
    ]


@pytest.mark.parametrize("status", [302, 307, 404, 500])
def test_a_redirect_is_not_followed_and_counts_as_no(receiver: Receiver, status: int) -> None:
    receiver.status = status

    with pytest.raises(NotDelivered, match=str(status)):
        post(receiver.url, {}, b"key")

    assert receiver.paths == ["/alerts?team=1"]


def test_a_receiver_that_does_not_answer_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(webhook, "TIMEOUT_S", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as silent, pytest.raises(NotDelivered, match="Timeout"):
        post(f"http://127.0.0.1:{silent.getsockname()[1]}/", {}, b"key")


@pytest.mark.parametrize(
    ("address", "may"),
    [
        ("169.254.169.254", False),
        ("::ffff:169.254.169.254", False),
        ("fe80::1%eth0", False),
        ("fd00:ec2::254", False),
        ("100.100.100.200", False),
        ("168.63.129.16", False),
        ("::", False),
        ("224.0.0.1", False),
        ("127.0.0.1", True),
        ("10.0.0.5", True),
        ("2001:db8::1", True),
    ],
)
def test_addresses_of_the_machines_own_secrets_are_not_reached(address: str, *, may: bool) -> None:
    assert may_be_reached(address) is may


@pytest.mark.parametrize("host", ["169.254.169.254", "[fe80::1]", "[::ffff:169.254.169.254]", "[::]"])
def test_nothing_is_posted_there(host: str) -> None:
    with pytest.raises(NotDelivered, match="none that may be reached"):
        post(f"http://{host}:9/", {}, b"key")


def test_a_letter_says_what_happened_and_what_to_do(postbox: Postbox) -> None:
    kept: Kept = {}

    tell(by_mail(postbox), kept, [NOBODY, WAITS], AT)
    tell(by_mail(postbox), kept, [], AT + 6 * MINUTE)

    begun, over = postbox.letters
    assert begun["to"] == "ops@acme.example"
    assert begun["subject"] == "Course Crafter, red: Nobody works. And 1 more."
    text = begun.get_content()
    assert "- Nobody works. [CC-0630]" in text
    assert NOBODY.remedy in text
    assert over["subject"].startswith("Course Crafter, over: Nobody works.")
    assert "The light is green." in over.get_content()


def test_a_letter_of_very_many_findings_stays_short(postbox: Postbox) -> None:
    many = [Finding(f"CC-0632:{n}", "CC-0632", Severity.ALARM, f"Job {n} hangs.", "Look.") for n in range(500)]

    tell(by_mail(postbox), {}, many, AT)

    assert "- and 480 more." in postbox.letters[0].get_content()
    assert postbox.letters[0].get_content().count("hangs") == alerts.MOST_IN_LETTER


def test_of_workers_that_take_their_turn_at_once_one_tells(
    database: Database, receiver: Receiver, tmp_path: Path
) -> None:
    plant_job(database, since="5 minutes")
    gate = Barrier(6)

    def turn() -> bool:
        gate.wait()
        return take_turn(database, str(tmp_path), by_webhook(receiver)) is not None

    with ThreadPoolExecutor(6) as workers:
        took = list(workers.map(lambda _: turn(), range(6)))

    assert any(took)
    assert len(receiver.posts) == 1
    assert receiver.told[0]["began"][0]["code"] == "CC-0630"


def test_what_was_told_outlives_restarts_and_the_upkeep_of_the_queue(
    database: Database, receiver: Receiver, tmp_path: Path
) -> None:
    plant_job(database, since="5 minutes")
    take_turn(database, str(tmp_path), by_webhook(receiver))

    with database.queue() as conn:
        conn.execute(sa.text("UPDATE queue.orders SET created_at = now() - interval '90 days'"))
    tend(database)
    forget_ended(database)
    again = Database(database.urls, is_embedded=True)
    take_turn(again, str(tmp_path), by_webhook(receiver))
    again.close()

    assert len(receiver.posts) == 1
    assert list(read_notes(database).kept["alerts"]["findings"]) == ["CC-0630:renders"]


def test_an_alert_ends_once_a_worker_is_there_again(
    database: Database, receiver: Receiver, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plant_job(database, since="5 minutes")
    take_turn(database, str(tmp_path), by_webhook(receiver))
    plant_worker(database)
    monkeypatch.setattr(alerts, "GONE_AFTER", timedelta(0))

    take_turn(database, str(tmp_path), by_webhook(receiver))

    assert [[len(part) for part in sentences] for sentences in receiver.sentences] == [[1, 0, 0], [0, 0, 1]]


SMTP = {"COURSECRAFTER_SMTP_HOST": "mail.example", "COURSECRAFTER_SMTP_SENDER": "courses@acme.example"}


def test_settings_name_who_is_told() -> None:
    told = {"COURSECRAFTER_ALERT_MAIL": "a@b.example, c@d.example", "COURSECRAFTER_SECRET": SECRET, **SMTP}

    settings = load_alert_settings({**told, "COURSECRAFTER_ALERT_WEBHOOK": "https://hooks.example/x"})

    assert settings.to == ("a@b.example", "c@d.example")
    assert settings.webhook == "https://hooks.example/x"
    assert settings.is_on
    assert not load_alert_settings({}).is_on


@pytest.mark.parametrize(
    ("environment", "said"),
    [
        ({"COURSECRAFTER_ALERT_MAIL": "a@b.example"}, "COURSECRAFTER_SMTP_HOST"),
        ({"COURSECRAFTER_ALERT_MAIL": "nobody", **SMTP}, "no address"),
        ({"COURSECRAFTER_ALERT_WEBHOOK": "https://hooks.example"}, "COURSECRAFTER_SECRET"),
        ({"COURSECRAFTER_ALERT_WEBHOOK": "file:///etc/passwd", "COURSECRAFTER_SECRET": "s"}, "https"),
        ({"COURSECRAFTER_ALERT_WEBHOOK": "https://u:p@hooks.example", "COURSECRAFTER_SECRET": "s"}, "https"),
    ],
)
def test_settings_that_cannot_be_meant_are_refused(environment: dict[str, str], said: str) -> None:
    with pytest.raises(SettingRefused, match=said):
        load_alert_settings(environment)
