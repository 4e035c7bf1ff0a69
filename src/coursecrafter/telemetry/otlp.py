"""Spans sent by OTLP over HTTP, with OpenTelemetry's own SDK; loaded only where they are sent."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from opentelemetry import trace
from opentelemetry.context import Context
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import SERVICE_NAME, OTELResourceDetector, Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from coursecrafter import __version__
from coursecrafter.telemetry import Attribute, Span

KINDS = {
    "internal": trace.SpanKind.INTERNAL,
    "server": trace.SpanKind.SERVER,
    "consumer": trace.SpanKind.CONSUMER,
}
CARRIER = TraceContextTextMapPropagator()


class OtlpSpans:
    """Sends spans in batches, from a thread of its own.

    Args:
        service: this process's kind.
    """

    def __init__(self, service: str) -> None:
        own = Resource({SERVICE_NAME: service, "service.version": __version__})
        self._provider = TracerProvider(resource=own.merge(OTELResourceDetector().detect()))
        self._provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
        self._tracer = self._provider.get_tracer("coursecrafter", __version__)

    @contextmanager
    def span(self, name: str, parent: str | None, kind: str, attributes: Mapping[str, Attribute]) -> Iterator[Span]:
        """See `Spans`."""
        with self._tracer.start_as_current_span(
            name,
            context=_context(parent),
            kind=KINDS[kind],
            attributes=_named(attributes),
            # An error's words may be an author's; its class and code are not.
            record_exception=False,
            set_status_on_exception=False,
        ) as begun:
            shown = OtlpSpan(begun)
            try:
                yield shown
            except Exception as error:
                shown.fail(str(getattr(error, "code", type(error).__name__)))
                raise

    def traceparent(self) -> str:
        """See `Spans`."""
        return _traceparent()

    def close(self) -> None:
        """See `Spans`."""
        self._provider.shutdown()


class OtlpSpan:
    """A span that will be sent.

    Args:
        begun: as the SDK has it, current now.
    """

    def __init__(self, begun: trace.Span) -> None:
        self._begun = begun
        self.traceparent = _traceparent()

    def rename(self, name: str) -> None:
        """See `Span`."""
        self._begun.update_name(name)

    def note(self, **attributes: Attribute) -> None:
        """See `Span`."""
        self._begun.set_attributes(_named(attributes))

    def fail(self, code: str) -> None:
        """See `Span`."""
        self._begun.set_attribute("error.type", code)
        self._begun.set_status(trace.StatusCode.ERROR)


def _context(parent: str | None) -> Context | None:
    """What a span stands below; what is no traceparent begins a trace of its own."""
    return None if parent is None else CARRIER.extract({"traceparent": parent}, Context())


def _traceparent() -> str:
    carried: dict[str, str] = {}
    CARRIER.inject(carried)
    return carried.get("traceparent", "")


def _named(attributes: Mapping[str, Attribute]) -> dict[str, Attribute]:
    return {name if "." in name else f"coursecrafter.{name}": value for name, value in attributes.items()}
