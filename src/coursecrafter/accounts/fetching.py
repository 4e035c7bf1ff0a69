"""Documents of an identity provider: fetched within limits of time and size, from where the settings say, not further.

A redirect is not followed: it could lead inside, to addresses that only this server reaches.
"""

from __future__ import annotations

import json
import ssl
import time
from collections.abc import Mapping
from functools import cache
from typing import Any

import httpx

from coursecrafter.errors import RequestError

TIMEOUT_S = 5.0
LONGEST_BYTES = 1 << 20


class ProviderUnreachable(RequestError):
    """The identity provider does not answer in time, or says that it cannot."""

    code = "CC-0073"
    status = 503
    retry = True
    remedy = "Try again in a minute; if it stays, tell whoever runs this installation."


class ProviderRefused(RequestError):
    """The identity provider answers otherwise than its settings and its protocol say."""

    code = "CC-0074"
    status = 502
    remedy = "Tell whoever runs this installation: its settings and those of the provider do not fit."


def fetch_json(url: str, form: Mapping[str, str] | None = None, auth: tuple[str, str] | None = None) -> dict[str, Any]:
    """The JSON object at an address; posts the form if there is one.

    Raises:
        ProviderUnreachable: CC-0073, no answer in 5 seconds, or a 5xx.
        ProviderRefused: CC-0074, another status, a redirect, more than 1 MiB, or no JSON object.
    """
    try:
        status, body = _fetch(url, form, auth)
    except httpx.HTTPError as error:
        raise ProviderUnreachable("The identity provider does not answer.", detail=f"{url}: {error!r}") from error
    if status >= httpx.codes.INTERNAL_SERVER_ERROR:
        raise ProviderUnreachable("The identity provider is out of order.", detail=f"{url}: {status}")
    if status != httpx.codes.OK:
        raise ProviderRefused("The identity provider refuses the request.", detail=f"{url}: {status} {body[:500]!r}")
    try:
        answer = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise ProviderRefused("The identity provider answers with no JSON.", detail=url) from error
    if not isinstance(answer, dict):
        raise ProviderRefused("The identity provider answers with no JSON object.", detail=url)
    return answer


def _fetch(url: str, form: Mapping[str, str] | None, auth: tuple[str, str] | None) -> tuple[int, bytes]:
    until = time.monotonic() + TIMEOUT_S
    method = "GET" if form is None else "POST"
    headers = {"Accept": "application/json"}
    with (
        httpx.Client(follow_redirects=False, timeout=TIMEOUT_S, verify=_authorities()) as client,
        client.stream(method, url, data=form, auth=auth, headers=headers) as answer,
    ):
        body = bytearray()
        for chunk in answer.iter_bytes():
            body += chunk
            if len(body) > LONGEST_BYTES:
                raise ProviderRefused("The identity provider answers with too much.", detail=url)
            if time.monotonic() > until:
                # httpx counts the time between two reads: a drip of bytes would last for ever.
                raise ProviderUnreachable("The identity provider answers too slowly.", detail=url)
        return answer.status_code, bytes(body)


@cache
def _authorities() -> ssl.SSLContext:
    """The trusted certificates; reading them takes longer than a request, so once."""
    return httpx.create_ssl_context()
