"""Addresses of providers: what is never reached, what only by leave, and that a name is looked at when it is used."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from dataclasses import replace

import pytest

from coursecrafter.gateway.addresses import AddressRefused, GuardedBackend, require_address
from coursecrafter.gateway.errors import ProviderUnreachable
from coursecrafter.gateway.ports import Candidate
from coursecrafter.gateway.providers.registry import text_model
from providers.model_server import ModelServer
from providers.model_server_fixtures import PLAIN, server

__all__ = ["server"]


@pytest.mark.parametrize(
    "url",
    [
        "https://169.254.169.254/latest/meta-data",
        "https://[fd00:ec2::254]/",
        "https://100.100.100.200/",
        "https://168.63.129.16/",
        "https://metadata.google.internal/computeMetadata/v1",
        "https://metadata.google.internal./",
        "https://METADATA/",
        "https://[::ffff:169.254.169.254]/",
        "https://[64:ff9b::a9fe:a9fe]/",
        "https://[64:ff9b:1::a9fe:a9fe]/",
        "https://[::a9fe:a9fe]/",
        "https://[2002:a9fe:a9fe::1]/",
        "https://2852039166/",
        "https://0xa9fea9fe/",
        "https://0251.0376.0251.0376/",
        "https://169.254.43518/",
        "https://[fe80::1]/",
        "https://0.0.0.0/",
        "https://0/",
        "https://[::]/",
        "https://224.0.0.1/",
        "https://[ff02::1]/",
        "https://255.255.255.255/",
    ],
)
def test_where_a_machine_finds_its_own_secrets_is_refused_to_all(url: str) -> None:
    with pytest.raises(AddressRefused):
        require_address(url, may_be_private=True)


@pytest.mark.parametrize(
    "url",
    [
        "https://127.0.0.1:8080/v1",
        "https://localhost/v1",
        "https://10.1.2.3/",
        "https://192.168.0.1/",
        "https://172.16.0.9/",
        "https://100.64.0.1/",
        "https://[::1]/",
        "https://[fc00::1]/",
        "https://[fec0::1]/",
        "https://[::ffff:10.0.0.1]/",
        "https://[::10.0.0.1]/",
        "https://[::ffff:0:10.0.0.1]/",
        "https://[64:ff9b:1::10.0.0.1]/",
        "https://127.1/",
        "https://2130706433/",
        "https://0x7f.1/",
    ],
)
def test_private_addresses_are_reached_by_leave_only(url: str) -> None:
    require_address(url, may_be_private=True)

    with pytest.raises(AddressRefused):
        require_address(url, may_be_private=False)


@pytest.mark.parametrize(
    "url",
    [
        "ftp://192.0.2.1/",
        "file:///etc/passwd",
        "//example.org/v1",
        "example.org",
        "https:///v1",
        "https://user:word@8.8.8.8/v1",
        "https://8.8.8.8:99999/",
        "http://8.8.8.8/v1",
        "https://exa mple.org/",
        "",
    ],
)
def test_an_address_has_a_form(url: str) -> None:
    with pytest.raises(AddressRefused):
        require_address(url, may_be_private=True)


def test_who_may_give_an_address_without_tls_is_told_so() -> None:
    with pytest.raises(AddressRefused, match=r"begins with http:// or https://"):
        require_address("localhost:11434/v1", may_be_private=True)

    with pytest.raises(AddressRefused, match=r"begins with https://"):
        require_address("localhost:11434/v1", may_be_private=False)


def test_a_public_address_is_reached_without_leave() -> None:
    require_address("https://8.8.8.8/v1", may_be_private=False)
    require_address("https://[2606:4700::1111]/v1", may_be_private=False)


def test_a_key_travels_in_the_clear_within_a_private_network_only() -> None:
    require_address("http://127.0.0.1:11434/v1", may_be_private=True)

    with pytest.raises(AddressRefused, match="https"):
        require_address("http://127.0.0.1:11434/v1", may_be_private=False)


def test_a_name_without_an_address_may_have_one_later() -> None:
    with pytest.raises(ProviderUnreachable) as raised:
        require_address("https://nowhere.invalid/v1", may_be_private=True)

    assert raised.value.retry


@pytest.fixture
def listening() -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield listener.getsockname()[1]


def test_the_address_that_is_connected_to_is_looked_at(listening: int) -> None:
    """A name that was public when it was set may lead inside when it is used."""
    guarded = GuardedBackend(may_be_private=False, must_be_private=False)

    with pytest.raises(AddressRefused):
        guarded.connect_tcp("localhost", listening, timeout=5)


def test_the_connection_goes_to_the_address_that_was_looked_at(listening: int) -> None:
    guarded = GuardedBackend(may_be_private=True, must_be_private=True)

    stream = guarded.connect_tcp("localhost", listening, timeout=5)

    assert stream.get_extra_info("server_addr") == ("127.0.0.1", listening)
    stream.close()


def test_no_file_is_a_provider() -> None:
    with pytest.raises(AddressRefused):
        GuardedBackend(may_be_private=True, must_be_private=False).connect_unix_socket("x.sock")


def test_a_provider_of_an_organisation_reaches_nothing_inside(server: ModelServer) -> None:
    inside = server.connection(key="k")
    port = inside.base_url.rpartition(":")[2]
    outside = replace(inside, base_url=f"https://localhost:{port}", may_be_private=False)

    with pytest.raises(AddressRefused):
        text_model(Candidate(outside, "gpt-test")).chat(PLAIN)

    assert server.connections == 0
