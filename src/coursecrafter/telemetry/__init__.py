"""Spans for OpenTelemetry, where an installation wants them; nothing, at no cost, where it does not.

They are sent once the extra `telemetry` is installed and OTEL_EXPORTER_OTLP_ENDPOINT (or its variant for traces) says
where to; the other OTEL_ variables mean what OpenTelemetry says. A span carries no words and no name of anybody.
"""

from __future__ import annotations

import importlib.util
import logging
import os
from collections.abc import Mapping
from contextlib import AbstractContextManager, nullcontext
from importlib import import_module
from typing import Protocol, cast

log = logging.getLogger(__name__)

Attribute = str | int | float | bool
ENDPOINTS = ("OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT")
NEEDED = ("opentelemetry.sdk", "opentelemetry.exporter.otlp.proto.http")


class Span(Protocol):
    """What is being done.

    Attributes:
        traceparent: what lets another process continue it, by W3C Trace Context; '' if nothing is sent.
    """

    traceparent: str

    def rename(self, name: str) -> None:
        """Give it the name that is known only now."""

    def note(self, **attributes: Attribute) -> None:
        """Add attributes, named as for `span`."""

    def fail(self, code: str) -> None:
        """Mark it as failed, by a code."""


class Spans(Protocol):
    """Where spans are sent."""

    def span(
        self, name: str, parent: str | None, kind: str, attributes: Mapping[str, Attribute]
    ) -> AbstractContextManager[Span]:
        """A span for as long as it is entered."""

    def traceparent(self) -> str:
        """The span that is under way."""

    def close(self) -> None:
        """Send what was not sent yet."""


class NoSpan:
    """Stands for a span where nothing is sent."""

    traceparent = ""

    def rename(self, name: str) -> None:
        """See `Span`."""

    def note(self, **attributes: Attribute) -> None:
        """See `Span`."""

    def fail(self, code: str) -> None:
        """See `Span`."""


class _Sending:
    """Where this process sends spans."""

    spans: Spans | None = None


NOTHING: AbstractContextManager[Span] = nullcontext(NoSpan())


def start_telemetry(service: str, environment: Mapping[str, str] | None = None) -> bool:
    """Send spans from here on, if the environment says where to; whether they are sent.

    Args:
        service: as `coursecrafter-api`; OTEL_SERVICE_NAME goes before it.
    """
    env = os.environ if environment is None else environment
    if _Sending.spans is not None or not any(env.get(name) for name in ENDPOINTS):
        return _Sending.spans is not None
    if not is_installed():
        log.warning("OTEL_EXPORTER_OTLP_ENDPOINT is set, and spans cannot be sent: install coursecrafter[telemetry].")
        return False
    # Imported only where it is wanted: it costs a quarter of a second, and may not be there.
    _Sending.spans = cast("Spans", import_module(f"{__name__}.otlp").OtlpSpans(service))
    return True


def stop_telemetry() -> None:
    """Send what was not sent yet, and send nothing more."""
    spans, _Sending.spans = _Sending.spans, None
    if spans is not None:
        spans.close()


def is_sending() -> bool:
    """Whether spans are sent."""
    return _Sending.spans is not None


def is_installed() -> bool:
    """Whether the extra `telemetry` is there."""
    try:
        return all(importlib.util.find_spec(name) is not None for name in NEEDED)
    except ModuleNotFoundError:
        return False


def span(
    name: str, *, parent: str | None = None, kind: str = "internal", **attributes: Attribute
) -> AbstractContextManager[Span]:
    """A span around a call, a job or a step; an error that leaves it marks it as failed.

    Args:
        parent: the `traceparent` of what ordered this, perhaps in another process; None: what is under way here.
        kind: `server` for a call, `consumer` for a job out of the queue, else `internal`.
        attributes: of the span; a name without a dot is one of ours, and `job_id` is sent as `coursecrafter.job_id`.

    Source: W3C Trace Context, traceparent.
    """
    spans = _Sending.spans
    return NOTHING if spans is None else spans.span(name, parent, kind, attributes)


def traceparent() -> str:
    """What lets another process continue the span that is under way; '' if nothing is sent."""
    spans = _Sending.spans
    return "" if spans is None else spans.traceparent()
