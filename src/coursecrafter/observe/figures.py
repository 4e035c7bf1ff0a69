"""Figures that are asked for at the moment when they are told, as of the queue; and the registry that tells them all.

No figure carries an organisation, a person, a course or a job: who reads figures need not know whose they are, and each
such label would be a new series for each of them.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal

from prometheus_client import (
    CollectorRegistry,
    GCCollector,
    PlatformCollector,
    ProcessCollector,
    disable_created_metrics,
)
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

log = logging.getLogger(__name__)

NOT_A_LABEL = re.compile(r"(?:^|_)(?:org|organisation|organization|tenant|user|person|email|project|lesson|job)(?:_|$)")
"""Whose something is never stands in a label."""


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure at one moment.

    Attributes:
        name: as `coursecrafter_jobs`; a counter's without `_total`.
        help: what it counts, in a sentence.
        labels: what parts it, from short closed lists, as `{"state": "queued"}`; all of a name have the same.
        kind: whether it may go down.
    """

    name: str
    help: str
    value: float
    labels: Mapping[str, str] = field(default_factory=dict)
    kind: Literal["gauge", "counter"] = "gauge"


Figures = Callable[[], Iterable[Figure]]


class FigureCollector(Collector):
    """Asks for figures whenever they are to be told; one that cannot be had says so as a figure of its own.

    Args:
        figures: gives those of this moment; quick, since somebody waits for it.
    """

    def __init__(self, figures: Figures) -> None:
        self._figures = figures

    def collect(self) -> Iterator[Metric]:
        """See `Collector`."""
        try:
            families = _families(self._figures())
        except Exception:
            log.exception("The figures of queue and jobs could not be read.")
            families = {}
            is_up = 0
        else:
            is_up = 1
        said = "Whether the figures of queue and jobs could be read."
        yield GaugeMetricFamily("coursecrafter_figures_up", said, value=is_up)
        yield from families.values()

    def describe(self) -> Iterator[Metric]:
        """See `Collector`: nothing is asked before it is to be told."""
        return iter(())


def make_registry(figures: Figures | None = None) -> CollectorRegistry:
    """A registry with this process's own figures, and those that a function gives.

    Args:
        figures: see `FigureCollector`; None: there are none.
    """
    # When a series began is a third of all lines, and tells whoever reads them nothing that they use.
    disable_created_metrics()  # type: ignore[no-untyped-call]  # the library's own omission
    registry = CollectorRegistry()
    ProcessCollector(registry=registry)
    PlatformCollector(registry=registry)
    GCCollector(registry=registry)
    if figures is not None:
        registry.register(FigureCollector(figures))
    return registry


def _families(figures: Iterable[Figure]) -> dict[str, Metric]:
    families: dict[str, CounterMetricFamily | GaugeMetricFamily] = {}
    for figure in figures:
        refused = [label for label in figure.labels if NOT_A_LABEL.search(label)]
        if refused:
            raise ValueError(f"{figure.name} would tell whose it is, by {refused}")
        family = families.get(figure.name)
        if family is None:
            made = GaugeMetricFamily if figure.kind == "gauge" else CounterMetricFamily
            family = families[figure.name] = made(figure.name, figure.help, labels=sorted(figure.labels))
        family.add_metric([figure.labels[label] for label in sorted(figure.labels)], figure.value)
    return dict(families)
