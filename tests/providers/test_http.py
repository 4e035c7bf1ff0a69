"""HTTP to providers: bounds of time and size, nothing followed, and what each refusal means."""

from __future__ import annotations

import datetime as dt
import ipaddress
import ssl
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from coursecrafter.gateway.addresses import AddressRefused
from coursecrafter.gateway.errors import (
    AnswerDeclined,
    ProviderBusy,
    ProviderError,
    ProviderRefusedCall,
    ProviderRefusedKey,
    ProviderUnreachable,
    UnusableAnswer,
)
from coursecrafter.gateway.http import UntrustedCertificate
from coursecrafter.gateway.ports import Candidate
from coursecrafter.gateway.providers.open_connections import close_connections
from coursecrafter.gateway.providers.registry import text_model
from providers import model_server_faults as faults
from providers.model_server import ModelServer, open_model_server
from providers.model_server_fixtures import PLAIN, candidate, server

__all__ = ["server"]


def failed(server: ModelServer, model: str = "gpt-test", **options: Any) -> ProviderError:
    """What becomes of a call to a language model."""
    with pytest.raises(ProviderError) as raised:
        text_model(candidate(server, "openai_compatible", model, **options)).chat(PLAIN)
    return raised.value


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        (400, ProviderRefusedCall),
        (404, ProviderRefusedCall),
        (405, ProviderRefusedCall),
        (413, ProviderRefusedCall),
        (422, ProviderRefusedCall),
        (501, ProviderRefusedCall),
        (401, ProviderRefusedKey),
        (402, ProviderRefusedKey),
        (403, ProviderRefusedKey),
        (409, ProviderBusy),
        (429, ProviderBusy),
        (503, ProviderBusy),
        (529, ProviderBusy),
        (408, ProviderUnreachable),
        (500, ProviderUnreachable),
        (502, ProviderUnreachable),
        (504, ProviderUnreachable),
    ],
)
def test_each_status_means_something(server: ModelServer, code: int, kind: type[ProviderError]) -> None:
    server.fail_with(faults.status(code, "It did not work."))

    error = failed(server)

    assert type(error) is kind
    assert error.retry is (kind in {ProviderBusy, ProviderUnreachable})
    assert error.detail.startswith(f"{code} ")
    assert not error.may_cost
    assert server.total == 1


def test_a_pause_is_given_in_seconds(server: ModelServer) -> None:
    server.fail_with(faults.busy(retry_after="7.5"))

    assert failed(server).retry_after_s == 7.5


def test_a_pause_is_given_as_a_date(server: ModelServer) -> None:
    then = dt.datetime.now(dt.UTC) + dt.timedelta(seconds=90)
    server.fail_with(faults.busy(retry_after=format_datetime(then, usegmt=True)))

    pause_s = failed(server).retry_after_s

    assert pause_s is not None
    assert 0 < pause_s <= 90


@pytest.mark.parametrize("said", ["1e300", "99999999999", "Wed, 21 Oct 2099 07:28:00 GMT"])
def test_a_pause_without_end_is_a_day(server: ModelServer, said: str) -> None:
    server.fail_with(faults.busy(retry_after=said))

    assert failed(server).retry_after_s == 86_400


@pytest.mark.parametrize("said", ["soon", "-3", "nan", "inf", ""])
def test_a_pause_that_says_nothing_is_none(server: ModelServer, said: str) -> None:
    server.fail_with(faults.busy(retry_after=said))

    assert failed(server).retry_after_s is None


def test_a_key_whose_money_is_used_up_is_not_tried_again(server: ModelServer) -> None:
    server.fail_with(faults.used_up())

    error = failed(server)

    assert type(error) is ProviderRefusedKey
    assert not error.retry


def test_a_wrong_key_stands_in_no_error(server: ModelServer) -> None:
    with pytest.raises(ProviderRefusedKey) as raised:
        text_model(Candidate(server.connection(key="sk-secret-of-mine"), "gpt-test")).chat(PLAIN)

    assert "Incorrect API key provided: \u2026" in raised.value.detail
    assert "secret" not in f"{raised.value} {raised.value.detail}"


def test_a_key_is_masked_before_words_are_cut(server: ModelServer) -> None:
    server.fail_with(faults.status(400, "x" * 1950 + server.key * 3))

    detail = failed(server).detail

    assert len(detail) <= 2000
    assert server.key[:6] not in detail


def test_a_key_in_a_broken_answer_is_masked(server: ModelServer) -> None:
    server.fail_with(faults.raw(f"not json, {server.key}".encode()))

    error = failed(server)

    assert type(error) is UnusableAnswer
    assert server.key not in error.detail


@pytest.mark.parametrize("where", ["http://169.254.169.254/latest/meta-data", "/v1/models", "https://example.org/"])
def test_a_redirect_is_not_followed(server: ModelServer, where: str) -> None:
    server.fail_with(faults.redirect(where))

    error = failed(server)

    assert type(error) is ProviderRefusedCall
    assert error.detail == f"307 to {where}"
    assert server.total == 1


@pytest.mark.parametrize(
    "fault", [faults.wrong_json(), faults.html(), faults.raw(b"[]"), faults.raw(b"null"), faults.raw(b"")]
)
def test_something_else_than_an_answer_is_unusable(server: ModelServer, fault: faults.Fault) -> None:
    server.fail_with(fault)

    error = failed(server)

    assert type(error) is UnusableAnswer
    assert error.may_cost


@pytest.mark.parametrize("fault", [faults.too_much(), faults.gzip_bomb()])
def test_far_too_much_is_unusable(server: ModelServer, fault: faults.Fault) -> None:
    server.fail_with(fault)

    error = failed(server)

    assert type(error) is UnusableAnswer
    assert "far too much" in error.message


@pytest.mark.parametrize("body", [b"\x1f\x8b\x08", b"not gzip"])
def test_what_cannot_be_uncompressed_is_no_answer(server: ModelServer, body: bytes) -> None:
    server.fail_with(faults.raw(body, content_encoding="gzip"))

    assert failed(server).code in {"CC-0322", "CC-0325"}


def test_a_coding_that_was_not_asked_for_is_unusable(server: ModelServer) -> None:
    server.fail_with(faults.raw(b"{}", content_encoding="br"))

    assert type(failed(server)) is UnusableAnswer


@pytest.mark.parametrize("stream", [True, False])
def test_an_answer_that_breaks_off_may_have_cost_something(server: ModelServer, stream: bool) -> None:
    server.fail_with(faults.cut())

    error = failed(server, stream=stream)

    assert type(error) is ProviderUnreachable
    assert error.may_cost


def test_a_silence_before_the_first_byte_ends(server: ModelServer) -> None:
    server.fail_with(faults.silent(30))

    error = failed(server, first_byte_s=0.2)

    assert type(error) is ProviderUnreachable
    assert "silent" in error.message
    assert error.may_cost


def test_a_silence_in_the_middle_ends_sooner(server: ModelServer) -> None:
    server.answer_with("Water boils at a hundred degrees.")
    server.fail_with(faults.paused(30))

    error = failed(server, silence_s=0.2, first_byte_s=5)

    assert type(error) is ProviderUnreachable
    assert "silent" in error.message


def test_a_drip_ends(server: ModelServer) -> None:
    server.answer_with("word " * 500)
    server.fail_with(faults.drip(0.05))

    error = failed(server, longest_s=0.5, stream=False)

    assert type(error) is ProviderUnreachable
    assert "too long" in error.message


def test_a_drip_of_headers_ends(server: ModelServer) -> None:
    server.fail_with(faults.status(500, "word " * 5000), faults.drip(0.05))

    assert type(failed(server, longest_s=0.5)) is ProviderUnreachable


def test_nobody_there_costs_nothing() -> None:
    with open_model_server() as gone:
        pass

    error = failed(gone)

    assert type(error) is ProviderUnreachable
    assert not error.may_cost
    close_connections()


def test_a_connection_is_used_again(server: ModelServer) -> None:
    model = text_model(candidate(server, "openai_compatible", "gpt-test"))

    for _ in range(5):
        model.chat(PLAIN)

    assert (server.total, server.connections) == (5, 1)


def test_many_threads_ask_at_once(server: ModelServer) -> None:
    server.answer_with(lambda body: body["messages"][-1]["content"])
    model = text_model(candidate(server, "openai_compatible", "gpt-test"))

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: model.chat(PLAIN).text, range(40)))

    assert answers == [PLAIN.turns[0].text] * 40
    assert server.connections <= 8


def test_a_proxy_of_the_operators_is_used(server: ModelServer) -> None:
    direct = server.connection(proxy=server.url)
    elsewhere = replace(direct, base_url="http://127.0.0.1:9/v1")

    answer = text_model(Candidate(elsewhere, "gpt-test")).chat(PLAIN)

    assert answer.text == "Answered."
    assert server.requests[0].headers["host"] == "127.0.0.1:9"


@pytest.mark.parametrize("option", [{"proxy": "http://127.0.0.1:1"}, {"ca_file": "ca.pem"}])
def test_an_organisation_names_neither_proxy_nor_authority(server: ModelServer, option: dict[str, str]) -> None:
    own = server.connection(**option)
    theirs = replace(own, base_url="https://8.8.8.8/v1", may_be_private=False)

    with pytest.raises(AddressRefused):
        text_model(Candidate(theirs, "gpt-test")).chat(PLAIN)


def test_a_proxy_from_the_environment_is_not_used(server: ModelServer, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")

    answer = text_model(candidate(server, "openai_compatible", "gpt-test")).chat(PLAIN)

    assert answer.text == "Answered."


@pytest.fixture
def certificate(tmp_path: Path) -> tuple[Path, ssl.SSLContext]:
    """A certificate of a company's own authority, for 127.0.0.1."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "A company")])
    now = dt.datetime.now(dt.UTC)
    alternative = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
    signed = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(alternative, critical=False)
        .sign(key, hashes.SHA256())
    )
    file, key_file = tmp_path / "ca.pem", tmp_path / "key.pem"
    file.write_bytes(signed.public_bytes(serialization.Encoding.PEM))
    form = serialization.PrivateFormat.PKCS8
    key_file.write_bytes(key.private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption()))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file, key_file)
    return file, context


@pytest.fixture
def secure(certificate: tuple[Path, ssl.SSLContext]) -> Iterator[ModelServer]:
    with open_model_server(certificate[1]) as opened:
        yield opened
        close_connections()


def test_a_certificate_that_nobody_signed_is_not_trusted(secure: ModelServer) -> None:
    error = failed(secure)

    assert type(error) is UntrustedCertificate
    assert secure.total == 0


def test_a_companys_own_authority_is_trusted_where_it_is_named(
    secure: ModelServer, certificate: tuple[Path, ssl.SSLContext]
) -> None:
    answer = text_model(candidate(secure, "openai_compatible", "gpt-test", ca_file=str(certificate[0]))).chat(PLAIN)

    assert answer.text == "Answered."


def test_an_authority_that_cannot_be_read_is_told(secure: ModelServer, tmp_path: Path) -> None:
    error = failed(secure, ca_file=str(tmp_path / "none.pem"))

    assert type(error) is UntrustedCertificate
    assert "ca_file" in error.message


def test_a_filter_of_the_provider_declines(server: ModelServer) -> None:
    body = b'{"error": {"message": "The response was filtered.", "code": "content_filter", "status": 400}}'
    server.fail_with(faults.raw(body, code=400))

    assert type(failed(server)) is AnswerDeclined
