"""Figures of the calls: how many, how long, how many at this moment; by route, never by whose they are."""

from __future__ import annotations

import time
from collections import Counter as Counts

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from prometheus_client.exposition import choose_encoder
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from coursecrafter.observe.figures import Figure, FigureCollector, Figures, make_registry
from coursecrafter.watchdog.figures import AnsweredCalls

__all__ = ["CallFigures", "Figure", "FigureCollector", "Figures", "ServiceFigures", "make_registry", "route_of"]

BUCKETS_S = (0.005, 0.01, 0.025, 0.05, 0.1, 0.15, 0.3, 0.6, 1.0, 2.5, 5.0, 10.0, 30.0)
"""With the service's own goals among them: 150 ms to enqueue, 300 ms for a call."""

NO_ROUTE = "none"
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
"""Others are counted as one: a stranger may send any word."""


class ServiceFigures:
    """What the service counts, in a registry of its own.

    Args:
        figures: gives those of queue and jobs at the moment when they are told; None: there are none.
    """

    def __init__(self, figures: Figures | None = None) -> None:
        self.registry: CollectorRegistry = make_registry(figures)
        by_route = ("route", "method")
        self.calls = Counter(
            "coursecrafter_http_requests", "Calls answered.", (*by_route, "status"), registry=self.registry
        )
        self.durations = Histogram(
            "coursecrafter_http_request_duration_seconds",
            "Time from a call's first byte to the end of its answer.",
            by_route,
            buckets=BUCKETS_S,
            registry=self.registry,
        )
        self.in_flight = Gauge(
            "coursecrafter_http_requests_in_flight", "Calls under way at this moment.", registry=self.registry
        )

    def answered(self) -> AnsweredCalls:
        """How many calls were answered since the start, and how many of them with a fault."""
        counts = Counts[bool]()
        for metric in self.calls.collect():
            for sample in metric.samples:
                if sample.name.endswith("_total"):
                    counts[sample.labels["status"].startswith("5")] += int(sample.value)
        return AnsweredCalls(counts.total(), counts[True])

    def told(self, accept: str) -> tuple[bytes, str]:
        """All of them as text, and its media type.

        Args:
            accept: the Accept header of whoever asks.
        """
        encode, media_type = choose_encoder(accept)
        return encode(self.registry), media_type


class CallFigures:
    """Counts each call.

    Args:
        figures: where it is counted.
    """

    def __init__(self, app: ASGIApp, *, figures: ServiceFigures) -> None:
        self.app = app
        self.figures = figures

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """See ASGI."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        # A call that ends without an answer was left by whoever made it, or broke down.
        status = 499
        begun = time.monotonic()

        async def send_noting(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        with self.figures.in_flight.track_inprogress():
            try:
                await self.app(scope, receive, send_noting)
            finally:
                method = scope["method"] if scope["method"] in METHODS else "other"
                route = route_of(scope)
                self.figures.calls.labels(route, method, str(status)).inc()
                self.figures.durations.labels(route, method).observe(time.monotonic() - begun)


def route_of(scope: Scope) -> str:
    """The template of the route that answered, as `/cc/projects/{project_id}`; `none` if no call has that address."""
    return str(getattr(scope.get("route"), "path", NO_ROUTE))
