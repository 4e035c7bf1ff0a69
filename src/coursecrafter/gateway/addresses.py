"""Which addresses a provider may have: private ones by leave only, and never where a cloud tells a machine its secrets.

Whoever names a provider could name any address that this machine reaches and its author does not. So a name is resolved
and all of its addresses are looked at when it is set; and, since a name may lead elsewhere a moment later, the address
that is connected to is looked at again by `GuardedBackend`, which connects to that very address.
"""

from __future__ import annotations

import ipaddress
import re
import socket
import time
from collections.abc import Iterable, Iterator
from typing import Any

import httpcore
import httpx

from coursecrafter.gateway.errors import ProviderError, ProviderUnreachable

IPAddress = ipaddress.IPv4Address | ipaddress.IPv6Address

METADATA_NAMES = frozenset({"metadata", "metadata.google.internal", "metadata.goog", "instance-data"})
METADATA_SUFFIXES = (".metadata.google.internal", ".metadata.goog", "instance-data.ec2.internal")
METADATA = frozenset(
    ipaddress.ip_address(address)
    for address in (
        "169.254.169.254",  # most clouds
        "fd00:ec2::254",  # Amazon
        "fd20:ce::254",  # Google
        "100.100.100.200",  # Alibaba
        "168.63.129.16",  # Azure's host
        "192.0.0.192",  # Oracle
    )
)
"""Where clouds tell a machine its own secrets; most are link-local, these are not all."""
NOWHERE = (ipaddress.ip_network("0.0.0.0/8"), ipaddress.ip_network("240.0.0.0/4"))
LAST_32_BITS = tuple(
    ipaddress.IPv6Network(network)
    for network in (
        "64:ff9b::/96",  # NAT64, everybody's
        "64:ff9b:1::/48",  # NAT64 of a network of one's own, in its usual form
        "::/96",  # IPv4-compatible
        "::ffff:0:0:0/96",  # IPv4-translated
    )
)
"""IPv6 addresses that end in the IPv4 address that they stand for. Source: RFC 6052, 8215, 4291, 7915."""
WORDS_32 = 0xFFFF_FFFF
PORTS = {"http": 80, "https": 443}
MOST_PORTS = range(1, 65_536)
HOST = re.compile(r"[a-z0-9_.-]+|[0-9a-f:.]+(%[\w.-]+)?")


class AddressRefused(ProviderError):
    """The address of a provider is none that may be reached from here."""

    code = "CC-0327"
    status = 422
    remedy = (
        "Give the provider's public https:// address. Only the installation's own providers may be in its network, such"
        " as http://localhost:11434/v1."
    )


def require_address(url: str, may_be_private: bool) -> None:
    """See that an address may be a provider's: its form, its name, and every address that its name has now.

    Args:
        url: `https://…`; `http://…` only for private addresses, since a key would travel in the clear.
        may_be_private: whether loopback and private networks may be reached.

    Raises:
        AddressRefused: CC-0327.
        ProviderUnreachable: CC-0322, the name has no address just now.
    """
    asked = require_form(url, may_be_private)
    host, port = host_of(asked), asked.port or PORTS[asked.scheme]
    try:
        found = _resolved(host, port)
    except OSError as error:
        raise ProviderUnreachable(f"The name {host} has no address.", detail=f"{host}: {error}") from error
    for address in found:
        _require_one(address, may_be_private=may_be_private, must_be_private=asked.scheme == "http")


def require_form(url: str, may_be_private: bool) -> httpx.URL:
    """What can be said of an address without looking its name up.

    Raises:
        AddressRefused: CC-0327.
    """
    try:
        asked = httpx.URL(url)
    except httpx.InvalidURL as error:
        raise AddressRefused("A provider's address cannot be read.", detail=str(error)) from error
    host = host_of(asked)
    if asked.scheme not in PORTS or not HOST.fullmatch(host) or (asked.port or 1) not in MOST_PORTS:
        begins = "http:// or https://" if may_be_private else "https://"
        raise AddressRefused(f"A provider's address begins with {begins} and a name.", detail=asked.scheme)
    if asked.userinfo:
        raise AddressRefused("A provider's address holds no user and no password; the key is given by itself.")
    if asked.scheme == "http" and not may_be_private:
        raise AddressRefused("A provider's address begins with https://, so that nobody on the way reads the key.")
    if host in METADATA_NAMES or host.endswith(METADATA_SUFFIXES):
        raise AddressRefused(f"The name {host} is none that may be reached.", detail=host)
    literal = _literal(host)
    if literal is not None:
        _require_one(str(literal), may_be_private=may_be_private, must_be_private=asked.scheme == "http")
    return asked


def host_of(asked: httpx.URL) -> str:
    """The host as it is looked up: ASCII, in small letters, without brackets or a full stop at its end."""
    return asked.raw_host.decode("ascii").strip("[]").rstrip(".").lower()


def _literal(host: str) -> IPAddress | None:
    """The address that a host is by itself; also in the short, octal and hexadecimal forms that C libraries read."""
    try:
        return ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        pass
    try:
        return ipaddress.ip_address(socket.inet_aton(host)) if host[:1].isdigit() else None
    except OSError:
        return None


def _resolved(host: str, port: int) -> list[str]:
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(one[4][0]) for one in found))


def _require_one(address: str, *, may_be_private: bool, must_be_private: bool) -> None:
    """Raises: AddressRefused, CC-0327."""
    for one in _meant(ipaddress.ip_address(address.partition("%")[0])):
        if not may_ever_be_reached(one):
            raise AddressRefused("The provider's address is none that may be reached.", detail=address)
        is_private = not one.is_global or one.is_private or getattr(one, "is_site_local", False)
        if is_private and not may_be_private:
            raise AddressRefused("The provider's address belongs to a private network.", detail=address)
        if must_be_private and not is_private:
            raise AddressRefused("The provider's address is public, so it has to begin with https://.", detail=address)


def may_ever_be_reached(one: IPAddress) -> bool:
    """Whether it is neither link-local nor a cloud's place for secrets, nor many machines or none."""
    if one.is_link_local or one.is_multicast or one.is_unspecified or one in METADATA:
        return False
    return not any(one in network for network in NOWHERE if network.version == one.version)


def _meant(one: IPAddress) -> Iterator[IPAddress]:
    """The address, or the IPv4 address that an IPv6 address stands for, where it does."""
    if isinstance(one, ipaddress.IPv6Address):
        if one.ipv4_mapped is not None:
            yield one.ipv4_mapped
            return
        if int(one) > 1 and any(one in network for network in LAST_32_BITS):
            yield ipaddress.IPv4Address(int(one) & WORDS_32)
            return
        if one.sixtofour is not None:
            yield one.sixtofour
    yield one


class GuardedBackend(httpcore.SyncBackend):
    """Connects only to addresses that were looked at; whatever a name means the next time it is asked.

    Args:
        may_be_private: whether loopback and private networks may be reached.
        must_be_private: whether nothing else may be, since what is sent can be read on the way.
    """

    def __init__(self, *, may_be_private: bool, must_be_private: bool) -> None:
        self._may_be_private = may_be_private
        self._must_be_private = must_be_private

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        """Connect to the first address of a name that answers, within the timeout for all of them.

        Raises:
            AddressRefused: CC-0327, one of the addresses may not be reached.
            httpcore.ConnectError, httpcore.ConnectTimeout: none answers.
        """
        try:
            addresses = _resolved(host, port)
        except OSError as error:
            raise httpcore.ConnectError(f"{host} has no address: {error}") from error
        for address in addresses:
            _require_one(address, may_be_private=self._may_be_private, must_be_private=self._must_be_private)
        until = None if timeout is None else time.monotonic() + timeout
        failed: Exception = httpcore.ConnectError(f"{host} has no address")
        for address in addresses:
            left = None if until is None else max(until - time.monotonic(), 0.001)
            try:
                return super().connect_tcp(address, port, left, local_address, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failed = error
        raise failed

    def connect_unix_socket(
        self,
        path: str,
        timeout: float | None = None,  # noqa: ARG002 - the base class's
        socket_options: Iterable[Any] | None = None,  # noqa: ARG002 - the base class's
    ) -> httpcore.NetworkStream:
        """Refuse: no provider is a file. Raises: AddressRefused, CC-0327."""
        raise AddressRefused("A provider's address begins with https:// and a name.", detail=path)
