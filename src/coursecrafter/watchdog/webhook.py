"""Post to an address that an operator named, signed, within limits, and never to where only this machine gets.

Signature: `X-CourseCrafter-Signature: sha256=…`, HMAC-SHA256 over the header `X-CourseCrafter-Timestamp`, a full stop
and the body. Source: RFC 2104 (HMAC).
"""

from __future__ import annotations

import hashlib
import hmac
import ipaddress
import json
import socket
import time
from collections.abc import Mapping
from functools import cache
from typing import Any
from urllib.parse import urlsplit

import httpx

TIMEOUT_S = 5.0
METADATA = frozenset(
    ipaddress.ip_address(address)
    for address in ("169.254.169.254", "fd00:ec2::254", "100.100.100.200", "168.63.129.16")
)
"""Where clouds tell a machine its own secrets; most are link-local, these are not all."""


class NotDelivered(Exception):
    """Nobody took it; said to the log and to who looks at the status."""


def post(url: str, told: Mapping[str, Any], key: bytes) -> None:
    """Post a JSON object; a redirect is not followed, since it could lead inside.

    Raises:
        NotDelivered: the address is none that may be reached, or nobody took it in 5 seconds.
    """
    body = json.dumps(told, ensure_ascii=False).encode()
    stamp = str(int(time.time()))
    headers = {
        "Content-Type": "application/json",
        "User-Agent": "CourseCrafter",
        "X-CourseCrafter-Timestamp": stamp,
        "X-CourseCrafter-Signature": f"sha256={sign(body, stamp, key)}",
    }
    try:
        status = _send(url, body, headers)
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise NotDelivered(f"the webhook does not answer: {type(error).__name__}") from error
    if not httpx.codes.is_success(status):
        raise NotDelivered(f"the webhook answered {status}")


def sign(body: bytes, stamp: str, key: bytes) -> str:
    """The signature of a body, 64 hex digits."""
    return hmac.new(key, stamp.encode() + b"." + body, hashlib.sha256).hexdigest()


def _send(url: str, body: bytes, headers: Mapping[str, str]) -> int:
    """Send it to the address that was looked at, so that no second look-up of the name leads elsewhere; the status."""
    asked = httpx.URL(url)
    host = asked.host
    address = _address_of(host, asked.port or {"http": 80, "https": 443}[asked.scheme])
    netloc = urlsplit(url).netloc
    with (
        httpx.Client(follow_redirects=False, timeout=TIMEOUT_S, trust_env=False, verify=_authorities()) as client,
        client.stream(
            "POST",
            asked.copy_with(host=address),
            content=body,
            headers={**headers, "Host": netloc.rpartition("@")[2]},
            extensions={"sni_hostname": host},
        ) as answer,
    ):
        return answer.status_code


def _address_of(host: str, port: int) -> str:
    """An address of a host that may be reached."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except OSError as error:
        raise NotDelivered("the webhook's name has no address") from error
    addresses = [str(one[4][0]) for one in found]
    refused = next((address for address in addresses if not may_be_reached(address)), None)
    if refused is not None:
        raise NotDelivered(f"the webhook's address {refused} is none that may be reached")
    return addresses[0]


def may_be_reached(address: str) -> bool:
    """Whether an address is neither link-local nor a cloud's place for secrets, nor many machines or none."""
    one = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(one, ipaddress.IPv6Address) and one.ipv4_mapped is not None:
        one = one.ipv4_mapped
    return not (one.is_link_local or one.is_multicast or one.is_unspecified or one in METADATA)


@cache
def _authorities() -> Any:
    """The trusted certificates; reading them takes longer than a request, so once."""
    return httpx.create_ssl_context()
