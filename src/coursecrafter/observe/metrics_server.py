"""Where a process tells its figures: not at all, beside the API, or at an address of their own.

COURSECRAFTER_METRICS=1 lets the service answer at `/metrics`; COURSECRAFTER_METRICS_ADDRESS, such as 127.0.0.1:9400,
opens a tiny server beside the service or a worker, which strangers need not reach.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

from prometheus_client import CollectorRegistry, start_http_server

from coursecrafter.config import UnusableSetting
from coursecrafter.errors import RequestError

MOST = 65535


class MetricsAddressTaken(RequestError):
    """The figures cannot be told at the address that was named for them."""

    code = "CC-0057"
    status = 500
    remedy = "Stop what listens there, or name another address in COURSECRAFTER_METRICS_ADDRESS."


@dataclass(frozen=True, slots=True)
class MetricsSettings:
    """Where figures are told.

    Attributes:
        is_beside_api: whether the service answers at /metrics.
        host, port: where a server of their own listens; None: there is none.
    """

    is_beside_api: bool
    host: str | None = None
    port: int | None = None

    @property
    def is_on(self) -> bool:
        """Whether anybody may ask."""
        return self.is_beside_api or self.port is not None


def load_metrics_settings(environment: Mapping[str, str] | None = None) -> MetricsSettings:
    """Read COURSECRAFTER_METRICS and COURSECRAFTER_METRICS_ADDRESS.

    Raises:
        UnusableSetting: CC-0045.
    """
    env = os.environ if environment is None else environment
    wanted = env.get("COURSECRAFTER_METRICS") or "0"
    if wanted not in {"0", "1"}:
        raise UnusableSetting("COURSECRAFTER_METRICS takes 0 or 1.")
    address = env.get("COURSECRAFTER_METRICS_ADDRESS") or ""
    if not address:
        return MetricsSettings(wanted == "1")
    host, _, port = address.rpartition(":")
    if not host or not (port.isascii() and port.isdigit() and 1 <= int(port) <= MOST):
        raise UnusableSetting("COURSECRAFTER_METRICS_ADDRESS takes an address and a port, such as 127.0.0.1:9400.")
    return MetricsSettings(wanted == "1", host.removeprefix("[").removesuffix("]"), int(port))


@contextmanager
def telling_figures(settings: MetricsSettings, registry: CollectorRegistry) -> Iterator[None]:
    """Answer at the address for figures, if there is one, for as long as this is entered.

    Raises:
        MetricsAddressTaken: CC-0057.
    """
    if settings.port is None or settings.host is None:
        yield
        return
    try:
        server, thread = start_http_server(settings.port, settings.host, registry)
    except OSError as error:
        said = f"Figures cannot be told at {settings.host}, port {settings.port}: {error.strerror}."
        raise MetricsAddressTaken(said, detail=str(error)) from error
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
